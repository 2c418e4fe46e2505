"""Plugins by strangers: what help and recipes teach is enough, and the commands take them on."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.authoring.inspection import check_plugin
from checker.authoring.plugin_source import Weight
from checker.authoring.reference import NoTopicError, help_lines, pages
from checker.plugins.manifest_schema import COMMON, ROW_KEYS
from checker.rules.kinds import KINDS
from checker.rules.syntax import FUNCTIONS
from checker.session import Session

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ROOT = Path(__file__).parents[2]
STRANGER = Path(__file__).parent / "stranger"
CATALOGUE = ROOT / "examples" / "plugins" / "catalogue"


@pytest.mark.parametrize("folder", [STRANGER, CATALOGUE], ids=["stranger", "catalogue"])
def test_ten_rules_whose_examples_all_come_out(folder: Path) -> None:
    """Written from ``plugin help`` and the recipes; and ten that data alone could not say."""
    found = [item for item in check_plugin(folder) if item.weight is Weight.ERROR]
    assert found == []
    assert (folder / "plugin.toml").read_text("utf-8").count("[[rules]]") == 10


def test_a_new_plugin_with_everything_passes_its_own_tests(checker: Run, tmp_path: Path) -> None:
    """The tutorial's result at once: sheet, table, county rule, profile, function."""
    made = checker("plugin", "new", "canteen", "--family", "CAN", "--with", "all")
    assert made.returncode == 0, made.stderr
    assert [
        str(each) for each in check_plugin(tmp_path / "canteen") if each.weight is Weight.ERROR
    ] == []
    tested = checker("plugin", "test", "canteen", "-q")
    assert tested.returncode == 0, tested.stdout
    assert "15 passed" in tested.stdout
    refused = checker("plugin", "new", "other", "--with", "sheets,tables")
    assert refused.returncode == 2
    assert "--with 没有“tables”" in refused.stderr


@pytest.mark.parametrize("part", ["function", "sheets", "table", "county", "profile"])
def test_each_part_alone(checker: Run, tmp_path: Path, part: str) -> None:
    assert checker("plugin", "new", "meals", "--with", part).returncode == 0
    assert [each for each in check_plugin(tmp_path / "meals") if each.weight is Weight.ERROR] == []
    assert (tmp_path / "meals" / "rules.py").exists() is (part in ("function", "county"))


def test_trying_a_rule_fills_judges_and_marks(checker: Run, canteen: Path, tmp_path: Path) -> None:
    tried = checker("plugin", "try", canteen, "--no-open")
    assert tried.returncode == 0, tried.stderr
    assert "照规则 CAN1 的第 2 个例子填好、校验、着色" in tried.stdout
    assert "CAN1　不通过　小学段" in tried.stdout
    assert tried.stderr == ""
    assert (tmp_path / "试填" / "带标记的表.xlsx").is_file()
    other = checker("plugin", "try", canteen, "--no-open", "--rule", "CAN7")
    assert other.returncode == 2
    assert "没有规则 CAN7" in other.stderr


def test_built_without_pip_setuptools_or_wheel(
    checker: Run, canteen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bare environment has none of them: they cannot be imported here either."""
    for name in ("setuptools", "wheel", "pip", "build"):
        (tmp_path / "blocked" / name).mkdir(parents=True)
        (tmp_path / "blocked" / name / "__init__.py").write_text("raise ImportError(__name__)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "blocked"))
    built = checker("plugin", "build", canteen)
    assert built.returncode == 0, built.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    first = wheel.read_bytes()
    monkeypatch.undo()
    assert wheel.name == "checker_canteen-2026.1-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        record = archive.read("checker_canteen-2026.1.dist-info/RECORD").decode().splitlines()
        archive.extractall(tmp_path / "site")
    assert {line.split(",")[0] for line in record} == names
    assert {"checker_canteen/plugin.toml", "checker_canteen/rules.py"} <= names
    assert not any("tests" in name for name in names)
    assert checker("plugin", "build", canteen).returncode == 0
    assert wheel.read_bytes() == first
    done = subprocess.run(
        [sys.executable, "-m", "checker.cli.main", "plugin", "list"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": "", "PYTHONUTF8": "1"},
        cwd=tmp_path,
        check=False,
    )
    assert re.search(r"canteen .*已安装的软件包 checker_canteen 2026\.1", done.stdout), done.stderr


def test_a_plugin_with_errors_is_not_built(checker: Run, canteen: Path, tmp_path: Path) -> None:
    manifest = canteen / "plugin.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("numerator", "numerater"), "utf-8")
    refused = checker("plugin", "build", canteen)
    assert refused.returncode == 2
    assert "是不是 numerator？" in refused.stdout
    assert not (tmp_path / "dist").exists()


IMPURE = [
    ("from pathlib import Path\n\n\ndef f():\n    return Path('x').read_text()", "读写文件"),
    ("from datetime import date\n\n\ndef f():\n    return date.today()", "看时钟.*填报日期"),
    ("import time", "看时钟"),
    ("import urllib.request", "上网"),
    ("import subprocess", "启动别的程序"),
    ("import random", "随机数"),
    ("import openpyxl", "读写工作簿.*不认识格子"),
    ("def f():\n    return open('x')", "读写文件"),
]


@pytest.mark.parametrize(("code", "told"), IMPURE, ids=[told for _, told in IMPURE])
def test_files_clocks_and_networks_are_found_in_the_source(
    canteen: Path, code: str, told: str
) -> None:
    """Reminders with the line; --strict makes them count."""
    rules = canteen / "rules.py"
    rules.write_text(f"{rules.read_text('utf-8')}\n\n{code}\n", "utf-8")
    lines = [str(each) for each in check_plugin(canteen) if each.weight is Weight.REMINDER]
    assert any(re.match(rf"rules\.py:2\d　提醒：.*{told}", line) for line in lines), lines


def test_help_on_every_kind_function_and_page() -> None:
    """Each kind with its keys and a rule as it really stands in a manifest; pages as they are."""
    session = Session()
    for name, kind in KINDS.items():
        if name == "form":
            continue
        told = "\n".join(help_lines(name, session))
        assert all(f"  {key.name} " in told for key in kind.keys), name
        used = any(rule.kind == name for rule in session.rules.values())
        assert ("[[rules]]" in told) is used, name
    for name in FUNCTIONS:
        assert "\n".join(help_lines(name, session)).startswith(f"| `{name}`"), name
    for name, path in pages().items():
        title = path.read_text("utf-8").partition("\n")[0]
        assert title in "\n".join(help_lines(name, session)), name
    everything = "\n".join(help_lines("", session))
    assert all(name in everything for name in ("kinds", "functions", "recipes", "hooks"))
    assert (
        "\nrelation、sum…   一个种类的名称：" in everything
    )  # not kinds relation, which is refused
    with pytest.raises(NoTopicError, match="是不是 indicator？"):
        list(help_lines("indicater", session))


def test_every_key_of_a_rule_is_in_the_manual() -> None:
    page = pages()["manifest"].read_text("utf-8")
    rows = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| `.*$", page, re.MULTILINE))))
    assert {*COMMON, *ROW_KEYS} <= rows
