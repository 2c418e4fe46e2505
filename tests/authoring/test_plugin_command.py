"""checker plugin: what an author meets, from the empty folder to the last reminder."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.authoring import examples
from checker.authoring.inspection import check_plugin
from checker.authoring.plugin_source import Weight
from checker.plugins.discovery import bundled_folder

Run = Callable[..., "subprocess.CompletedProcess[str]"]

BUNDLED = sorted(path.parent for path in (bundled_folder() or Path()).glob("*/plugin.toml"))


def test_a_new_plugin_passes_its_own_tests_at_once(checker: Run, tmp_path: Path) -> None:
    """new, check, test: nothing to be mended, only what the author must confirm."""
    made = checker("plugin", "new", "canteen", "--title", "食堂", "--family", "CAN")
    assert made.returncode == 0, made.stderr
    assert "checker plugin test canteen" in made.stdout
    checked = checker("plugin", "check", "canteen")
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.splitlines()[-1] == "0 个错误，2 个提醒：可以用。"
    tested = checker("plugin", "test", "canteen")
    assert tested.returncode == 0, tested.stdout
    assert re.search(r"\b9 passed", tested.stdout)
    assert checker("plugin", "check", "canteen", "--strict").returncode == 1


def test_a_failing_test_is_told(checker: Run, canteen: Path) -> None:
    """The exit code is pytest's verdict."""
    (canteen / "tests" / "test_wrong.py").write_text("def test_it():\n    assert False\n", "utf-8")
    assert checker("plugin", "test", canteen).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Canteen"], "以小写字母开头"),
        (["canteen", "--family", "CA"], "3 到 6 个大写字母"),
        (["teachers"], "已由插件 teachers 使用"),
        (["canteen", "--family", "TEA"], "“TEA”已由插件 teachers 使用"),
    ],
)
def test_names_that_cannot_be(checker: Run, arguments: list[str], told: str) -> None:
    """One sentence, and nothing is written."""
    run = checker("plugin", "new", *arguments)
    assert run.returncode == 2
    assert told in run.stderr
    assert "Traceback" not in run.stderr


def test_new_never_writes_over_anything(checker: Run, tmp_path: Path) -> None:
    """A folder with something in it is left alone."""
    (tmp_path / "canteen").mkdir()
    (tmp_path / "canteen" / "mine.txt").write_text("别动", "utf-8")
    run = checker("plugin", "new", "canteen")
    assert run.returncode == 2
    assert [path.name for path in (tmp_path / "canteen").iterdir()] == ["mine.txt"]


def test_list_says_where_each_came_from(checker: Run, canteen: Path) -> None:
    """Bundled, named, refused."""
    run = checker("plugin", "list", "--plugin-dir", canteen)
    assert run.returncode == 0
    lines = {line.split()[0]: line for line in run.stdout.splitlines()}
    assert "校验程序自带" in lines["teachers"]
    assert f"文件夹 {canteen}" in lines["canteen"]
    assert "3 条规则（CAN）" in lines["canteen"]
    manifest = canteen / "plugin.toml"
    manifest.write_text(
        manifest.read_text("utf-8").replace("api_version = 1", "api_version = 9"), "utf-8"
    )
    run = checker("plugin", "list", "--plugin-dir", canteen, "--format", "json")
    assert run.returncode == 4
    refused = next(item for item in json.loads(run.stdout) if item["id"] == "canteen")
    assert "第 9 版接口" in refused["error"]


def edit(old: str, new: str) -> Callable[[Path], None]:
    """Replace a text in plugin.toml."""

    def change(folder: Path) -> None:
        path = folder / "plugin.toml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def append(name: str, text: str) -> Callable[[Path], None]:
    """Add to a file of the plugin."""

    def change(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text("utf-8") if path.exists() else ""
        path.write_text(before + text, "utf-8")

    return change


SLIPS = tomllib.loads((Path(__file__).parent / "slips.toml").read_text("utf-8"))["slips"]


@pytest.mark.parametrize("slip", SLIPS, ids=[slip["name"] for slip in SLIPS])
def test_each_slip_is_one_chinese_line(canteen: Path, slip: dict[str, str]) -> None:
    """File and line, the key, what was expected; the root mistake, and nothing that follows of it
    in its place."""
    if "replace" in slip:
        edit(slip["replace"], slip["by"])(canteen)
    if "append" in slip:
        append(slip["append"], slip["text"])(canteen)
    if "encoding" in slip:
        path = canteen / slip["file"]
        path.write_bytes(path.read_text("utf-8").encode(slip["encoding"]))
    errors = [str(item) for item in check_plugin(canteen) if item.weight is Weight.ERROR]
    (told, *_) = [line for line in errors if re.search(slip["told"], line)] or [""]
    assert told, errors
    assert re.match(r"[\w/]+\.(toml|py):[1-9]\d*　错误：", told), told
    assert all("\n" not in line for line in errors)


def test_a_function_that_points_at_nothing_is_told(canteen: Path) -> None:
    """A finding that stands on no cell is a finding that nobody sees."""
    rules = canteen / "rules.py"
    text = rules.read_text("utf-8")
    assert "at=[field]" in text
    for wrong, told in (
        ("at=[field + 'e']", "没有字段 area.dormitorye"),
        ("at=field", "at 应是一个列表"),
    ):
        rules.write_text(text.replace("at=[field]", wrong), "utf-8")
        errors = [str(item) for item in check_plugin(canteen) if item.weight is Weight.ERROR]
        assert any(re.match(r"rules\.py:\d+　错误：", each) and told in each for each in errors), (
            errors
        )


def test_all_mistakes_of_a_file_are_told_at_once(canteen: Path) -> None:
    """One in a limit, one in each of two rules: not one after the other."""
    edit("value = 1.5", 'value = "1.5"')(canteen)
    edit('severity = "hard"', 'severity = "Hard"')(canteen)
    edit('compare = ">="', 'compare = "=>"')(canteen)
    errors = [item for item in check_plugin(canteen) if item.weight is Weight.ERROR]
    assert len(errors) == 3
    assert len({item.line for item in errors}) == 3


def test_there_are_enough_slips() -> None:
    """Keys, types, units, syntax, encodings, returns, loops, imports, clashes."""
    assert len(SLIPS) >= 65
    assert len({slip["name"] for slip in SLIPS}) == len(SLIPS)


def test_reminders_do_not_condemn(canteen: Path) -> None:
    """An unused function, an uncited document, a family without rules."""
    append("rules.py", "\n\ndef nobody_calls_me():\n    return 1\n")(canteen)
    append("plugin.toml", '\n[documents.other]\ntitle = "某文件"\n')(canteen)
    edit("[families]", '[families]\nEMP = "空的"')(canteen)
    found = check_plugin(canteen)
    told = "\n".join(map(str, found))
    assert "rules.py:22　提醒：函数 nobody_calls_me 没有规则用到" in told
    assert "文件 other 没有规则引用" in told
    assert "规则族 EMP 没有规则" in told
    assert all(item.weight is Weight.REMINDER for item in found)


@pytest.mark.parametrize("folder", BUNDLED, ids=[path.name for path in BUNDLED])
def test_the_families_of_the_project_hold_to_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked of others is asked of us. Their examples are run by their own tests."""
    monkeypatch.setattr(examples, "run_examples", lambda *_: ())
    problems = check_plugin(folder)
    assert [str(item) for item in problems if item.weight is Weight.ERROR] == []


def test_a_folder_without_manifest(checker: Run, tmp_path: Path) -> None:
    """Said in one sentence."""
    run = checker("plugin", "check", tmp_path)
    assert run.returncode == 2
    assert "不是插件的文件夹" in run.stderr
