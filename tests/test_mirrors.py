"""The English pages say what the Chinese ones say: same headings, same commands, same pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import checker

ROOT = Path(__file__).parents[1]
MIRRORED = ["README", "CONTRIBUTING"]


def skeleton(page: Path) -> dict[str, list[str]]:
    """What does not depend on the language: levels of headings, rows of tables, commands without
    comments, pictures, the pages linked to."""
    text = page.read_text("utf-8")
    code = [
        line for block in re.findall(r"(?ms)^```\w*\n(.*?)^```", text) for line in block.split("\n")
    ]
    prose = re.sub(r"(?ms)^```.*?^```", "", text)
    own = re.findall(r"\]\(((?:docs/)[^)#]+|[A-Z]+(?:\.en)?\.md|LICENSE)\)", prose)
    return {
        "headings": re.findall(r"(?m)^(#+) ", prose),
        "rows": [str(row.count("|")) for row in re.findall(r"(?m)^\|.*$", prose)],
        "commands": [line.partition("#")[0].strip() for line in code if line.strip()],
        "links": sorted(
            {link.replace(".en.md", ".md") for link in own} - {f"{page.name.split('.')[0]}.md"}
        ),
    }


@pytest.mark.parametrize("name", MIRRORED)
def test_the_english_page_has_the_parts_of_the_chinese_one(name: str) -> None:
    chinese, english = skeleton(ROOT / f"{name}.md"), skeleton(ROOT / f"{name}.en.md")
    english["links"] = [link for link in english["links"] if link != "docs/design/architecture.md"]
    assert english == chinese


@pytest.mark.parametrize("name", MIRRORED)
def test_each_leads_to_the_other(name: str) -> None:
    assert f"]({name}.en.md)" in (ROOT / f"{name}.md").read_text("utf-8")
    assert f"]({name}.md)" in (ROOT / f"{name}.en.md").read_text("utf-8")


@pytest.mark.parametrize("page", ["README.md", "README.en.md"])
def test_the_wheel_named_is_that_of_this_version(page: str) -> None:
    named = re.findall(r"checker_edu-([\d.]+)-py3", (ROOT / page).read_text("utf-8"))
    assert named and set(named) == {checker.__version__}
