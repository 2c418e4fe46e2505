"""Pages about a plugin's rules, told from its manifest: checker rules --format markdown."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., "subprocess.CompletedProcess[str]"]
HEADINGS = ["查什么", "依据", "为什么", "正例", "反例", "怎么办", "自何时起"]


def test_a_page_for_each_rule_of_a_plugin(checker: Run, canteen: Path, tmp_path: Path) -> None:
    """The fixed headings in their order, and an index that leads to every page."""
    run = checker(
        "rules", "--family", "CAN", "--format", "markdown", "--out", "说明页",
        "--plugin-dir", canteen,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "已写好 4 页" in run.stdout
    pages = {path.name: path.read_text("utf-8") for path in (tmp_path / "说明页").iterdir()}
    assert set(pages) == {"index.md", "CAN1.md", "CAN2.md", "CAN3.md"}
    for rule in ("CAN1", "CAN2", "CAN3"):
        assert f"[{rule}]({rule}.md)" in pages["index.md"]
        found = re.findall(r"^## (.+)$", pages[f"{rule}.md"], re.MULTILINE)
        assert found[:7] == HEADINGS
    assert "算式：`area.canteen / students.boarders >= threshold('CAN2')`" in pages["CAN2.md"]
    assert "不通过" in pages["CAN1.md"].partition("## 反例")[2]
    assert "未经核实" in pages["CAN2.md"]


def test_signs_of_markdown_in_a_rule_mean_nothing(
    checker: Run, canteen: Path, tmp_path: Path
) -> None:
    """A title with stars, bars and brackets is shown as it is written."""
    manifest = canteen / "plugin.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace('"生均食堂面积"', '"生均*食堂*|面积<b>[a](b)"'), "utf-8")
    checker("rules", "--family", "CAN", "--format", "markdown", "--out", "页",
            "--plugin-dir", canteen)  # fmt: skip
    title = r"生均\*食堂\*\|面积\<b\>\[a\](b)"
    assert title in (tmp_path / "页" / "CAN2.md").read_text("utf-8")
    assert title in (tmp_path / "页" / "index.md").read_text("utf-8")


def test_where_to_must_be_said(checker: Run) -> None:
    """Hundreds of files are not strewn into the folder one happens to be in."""
    run = checker("rules", "--format", "markdown")
    assert run.returncode == 2
    assert "--out" in run.stderr
