"""The test kit, used by tests as an author writes them, run by pytest as an author runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from checker.authoring.kit import KitError, PluginKit

AUTHORS_TESTS = """
from decimal import Decimal
from fractions import Fraction

import pytest


def test_one_stage(check_rule):
    found = check_rule("CAN1", {"students.total": 500, "students.boarders": 520}, stage="primary")
    assert (found.outcome, found.gap) == ("fail", "超出 20 人")
    assert found.fields == ("students.boarders", "students.total")
    assert "520" in found.message
    assert found.verdict.unit.label == "小学段"


def test_each_stage_of_a_nine_year_school(check_rule):
    facts = {
        "school.type": "312",
        "students.total@primary": 500, "students.boarders@primary": 0,
        "students.total@junior": 300, "students.boarders@junior": 301,
    }
    found = check_rule("CAN1", facts)
    assert [item.outcome for item in found.verdicts] == ["pass", "fail"]
    with pytest.raises(Exception, match="给出了 2 条结论"):
        found.outcome


def test_floats_are_taken_as_typed(check_rule):
    found = check_rule("CAN2", {"students.boarders@primary": 10, "area.canteen": 14.9})
    assert found.verdict.actual.value == Fraction("1.49")
    assert found.actual == "1.49㎡"
    assert found.required.startswith("≥")


def test_missing(check_rule):
    found = check_rule("CAN1", {"students.boarders": 5}, stage="primary")
    assert found.outcome == "incomplete"
    assert "在校学生数" in found.message


def test_under_a_profile(check_rule):
    facts = {"students.boarders@primary": 100, "area.canteen": 140}
    assert check_rule("CAN2", facts).outcome == "doubt"
    assert check_rule("CAN2", facts, profile="xian").outcome == "pass"


def test_a_whole_form(submission):
    form = submission({"students.total": 500}, stage="primary")
    assert form.stages == ("primary",)
    (fact,) = [f for ref, f in form.facts.items() if str(ref) == "students.total@primary"]
    assert fact.value == Decimal(500)


def test_marked(marked_workbook):
    book = marked_workbook(
        {"school.type": "211", "students.total": 500, "students.boarders": 520}, stage="primary"
    )
    assert book.cell_of("students.boarders", "primary")[0] == "基本情况"
    assert book.note("students.boarders", "primary").startswith("不通过")
    assert book.colour("students.boarders", "primary") == "FFC7CE"
    assert any("CAN1" in cell for row in book.result_rows for cell in row)
    assert book.path.is_file() and book.source.is_file()


def test_tables(check_rule):
    row = {"grade": "一年级", "name": "1班", "boys": 20, "girls": 20, "total": 41}
    found = check_rule("CLS107", {"school.type": "211"}, tables={"classes": [row]})
    assert found.verdicts
"""

PROFILE = """
id = "xian"
title = "某县"
[[thresholds]]
id = "CAN2"
unit = "㎡"
value = 1.2
source = "某县文件"
"""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """pytest in a process of its own, finding the kit by its entry point."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=os.environ.copy(),
    )


def test_the_fixtures_as_an_author_uses_them(canteen: Path) -> None:
    """Every fixture, found by pytest by itself."""
    (canteen / "tests" / "test_rules.py").write_text(AUTHORS_TESTS, "utf-8")
    (canteen / "profiles").mkdir()
    (canteen / "profiles" / "xian.toml").write_text(PROFILE, "utf-8")
    run = run_pytest(canteen, "tests")
    assert run.returncode == 0, run.stdout
    listed = run_pytest(canteen, "--fixtures", "tests").stdout
    for fixture in ("check_rule", "submission", "marked_workbook", "plugin_kit"):
        assert fixture in listed


def test_a_wrong_example_fails_its_test(canteen: Path) -> None:
    """``rule_example``: one test per example, named after the rule."""
    manifest = canteen / "plugin.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace('gap = "20"', 'gap = "19"'), "utf-8")
    run = run_pytest(canteen, "tests", "-k", "examples")
    assert run.returncode == 1
    assert "test_examples[CAN1-2]" in run.stdout
    assert "差额应显示为 19" in run.stdout


def test_elsewhere_than_beside_the_tests(canteen: Path, tmp_path: Path) -> None:
    """Tests of a package name the folder of the plugin in pytest's settings."""
    project = tmp_path / "project"
    (project / "tests").mkdir(parents=True)
    (project / "tests" / "test_it.py").write_text(
        'def test_it(plugin_kit):\n    assert plugin_kit.rule("CAN1")\n', "utf-8"
    )
    assert "UsageError" in run_pytest(project).stdout + run_pytest(project).stderr
    (project / "pytest.ini").write_text("[pytest]\nchecker_plugin_dirs = ../canteen\n", "utf-8")
    run = run_pytest(project)
    assert run.returncode == 0, run.stdout


def test_others_pay_nothing(tmp_path: Path) -> None:
    """In a project that has nothing to do with it, nothing but the fixtures' module is imported."""
    (tmp_path / "test_other.py").write_text(
        "import sys\n\n\ndef test_it():\n"
        "    loaded = {n for n in sys.modules if n.split('.')[0] == 'checker'}\n"
        "    assert loaded == {'checker', 'checker.authoring', "
        "'checker.authoring.pytest_plugin'}\n",
        "utf-8",
    )
    run = run_pytest(tmp_path)
    assert run.returncode == 0, run.stdout


def test_asking_for_what_is_not_there(canteen: Path) -> None:
    """Sentences, not KeyErrors."""
    kit = PluginKit([canteen])
    with pytest.raises(KitError, match="没有规则 CAN8"):
        kit.check("CAN8", {})
    with pytest.raises(KitError, match="没有模板 nursery"):
        kit.submission({}, template="nursery")
    (canteen / "plugin.toml").write_text("[plugin]\n", "utf-8")
    with pytest.raises(KitError, match=r"没有规则 CAN1.*有插件没有启用.*缺少这一项"):
        PluginKit([canteen]).check("CAN1", {})
