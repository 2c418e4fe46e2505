"""County rules in Python: a plugin's tables of all schools, from real workbooks to the report."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from checker.authoring.examples import run_examples
from checker.session import Session, SessionOptions

sys.path.insert(0, str(Path(__file__).parents[1]))
from command_server import run_command

CATALOGUE = Path(__file__).parents[2] / "examples" / "plugins" / "catalogue"


def run(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """The real command, in a folder of its own."""
    return run_command(words, folder)


def school(number: int, **facts: object) -> dict[str, object]:
    """One school's figures, as ``template fill`` reads them."""
    own: dict[str, object] = {
        "school.name": f"第{number}小学",
        "school.code": f"213601000{number}",
        "school.type": "211",
        "students.total": {"primary": 100, "primary.previous": 100},
    }
    return own | {name.replace("__", "."): value for name, value in facts.items()}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The county report of three schools under the catalogue's rules, and one more of our own."""
    folder = tmp_path_factory.mktemp("county")
    plugin = shutil.copytree(CATALOGUE, folder / "catalogue")
    (plugin / "rules.py").write_text(
        (plugin / "rules.py").read_text("utf-8") + "\n\ndef shown(county, context):\n"
        "    units, rows = county.units, county.table('classes')\n"
        "    told = [f'{code} {stage} {boarders!r}' for (code, stage), boarders in\n"
        "            units['students.boarders'].items()]\n"
        "    told += [f'{code} {row} {total!r}' for (code, row), total in rows['total'].items()]\n"
        "    yield context.passed('；'.join(told))\n",
        "utf-8",
    )
    manifest = (plugin / "plugin.toml").read_text("utf-8")
    head = manifest[manifest.index('id = "CAT7"') : manifest.index('function = "places_differ"')]
    more = head.replace("CAT7", "CAT11") + 'function = "shown"\ninputs = ["students.boarders"]\n'
    (plugin / "plugin.toml").write_text(manifest + "\n[[rules]]\n" + more, "utf-8")
    here = ("--plugin-dir", plugin)
    built = run(folder, "template", "build", "compulsory_school", "--no-button", *here)
    assert built.returncode == 0, built.stderr
    place = {"place__longitude": 115.9, "place__latitude": 28.7, "place__township": "甲镇"}
    schools = [
        school(1, **place, place__tier="1", place__kindergarten=True, area__land=1000),
        school(2, **place, place__tier="2", place__kindergarten=False, area__land=5000)
        | {"students.boarders": {"primary": 30}},
        school(3, place__township="乙镇", place__tier="2", place__kindergarten=True),
    ]
    classes = [{"grade": "一年级", "name": "一（1）班", "boys": 20, "girls": 20, "total": 40}]
    (folder / "in").mkdir()
    for number, facts in enumerate(schools, 1):
        data = {"facts": facts, "tables": {"classes": classes if number == 1 else []}}
        (folder / f"{number}.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        filled = run(
            folder, "template", "fill", "compulsory_school", f"{number}.json",
            "-o", f"in/{number}.xlsx", *here,
        )  # fmt: skip
        assert filled.returncode == 0, filled.stderr
    book = load_workbook(folder / "in" / "3.xlsx")
    book["校舍与装备"]["D7"] = "很大"
    book.save(folder / "in" / "3.xlsx")
    done = run(folder, "county", "in", *here, "--out", "out", "--no-mark")
    assert done.returncode in (0, 1), done.stderr
    found: Mapping[str, Any] = json.loads((folder / "out" / "县级汇总.json").read_text("utf-8"))
    return found


def said(report: Mapping[str, Any], rule: str) -> Mapping[str, Any]:
    """The one finding of a rule."""
    (found,) = [each for each in report["county_findings"] if each["rule"] == rule]
    return dict(found)


def test_two_schools_in_one_place_are_both_named(report: Mapping[str, Any]) -> None:
    found = said(report, "CAT7")
    assert found["verdict"] == "doubt"
    assert found["schools"] == ["2136010001", "2136010002"]


def test_townships_are_grouped(report: Mapping[str, Any]) -> None:
    found = said(report, "CAT8")
    assert (found["verdict"], found["message"]) == ("unmet", "乙镇没有公办中心幼儿园。")


def test_an_exact_rate_without_the_school_whose_figure_cannot_be_read(
    report: Mapping[str, Any],
) -> None:
    """|10 - 30| and |50 - 30| of 30: two thirds."""
    assert said(report, "CAT10")["actual"] == "66.67%"


def test_what_stands_in_the_tables(report: Mapping[str, Any]) -> None:
    """Exact numbers; an empty 无数据留空 is 0, except where something could not be read."""
    told = said(report, "CAT11")["message"]
    assert "2136010001 primary Fraction(0, 1)" in told
    assert "2136010002 primary Fraction(30, 1)" in told
    assert "2136010003 primary nan" in told
    assert "2136010001 1 Fraction(40, 1)" in told


WRONG = [
    ("yield context.failed('少', actual=Quantity(0.5, '%'))", "浮点数 float 0.5，不精确"),
    ("yield context.failed('少', schools=['9'])", "schools 里应是学校的标识码.*却有 str '9'"),
    ("yield context.failed('少', schools=county.schools)", "schools 里应是"),
    ("yield context.failed('少', stage='大学')", "stage 应是学段的编号"),
    ("return context.failed('少')", "用 return 给出了一条结论；请改用 yield"),
    ("yield '少'", "给出的应是结论.*却是 str '少'"),
    ("yield context.failed(county.units)", "message 应是文字，却是 DataFrame"),
    ("yield context.failed('少', required=3)", "required 应是文字，却是 int 3"),
    ("yield context.passed(str(county.table('x')))", "没有表 x"),
    ("1 / 0; yield", "ZeroDivisionError"),
]


def outcomes_of(folder: Path) -> list[str]:
    """What the examples of the plugin's one county rule come to."""
    session = Session(SessionOptions(plugin_dirs=(str(folder),)))
    templates = {template.id: template for template in session.templates}
    rule = session.rules["PYC1"]
    return [each.problem for each in run_examples(rule, session.ruleset, templates)]


def one_rule(folder: Path, body: str) -> Path:
    """A plugin with one county rule whose function is ``body``."""
    folder.mkdir()
    (folder / "plugin.toml").write_text(
        '[plugin]\nid = "pyc"\ntitle = "县"\nversion = "1"\napi_version = 1\n'
        '[families]\nPYC = "县"\n'
        '[[rules]]\nid = "PYC1"\nkind = "function"\nscope = "collection"\ntitle = "县"\n'
        'severity = "soft"\ntemplates = ["compulsory_school"]\nfunction = "check"\n'
        'examples = [ { expect = "pass", schools = [ { "school.type" = "211" } ] } ]\n',
        "utf-8",
    )
    (folder / "rules.py").write_text(
        f"from checker.api import Quantity\n\n\ndef check(county, context):\n    {body}\n", "utf-8"
    )
    return folder


@pytest.mark.parametrize(("body", "told"), WRONG, ids=[told for _, told in WRONG])
def test_what_comes_back_is_checked_and_names_the_line(
    tmp_path: Path, body: str, told: str
) -> None:
    import re

    (problem,) = outcomes_of(one_rule(tmp_path / "pyc", body))
    assert re.search(told, problem), problem
    assert re.search(r"rules\.py:[45]|没有表", problem), problem


def test_each_rule_has_tables_of_its_own(tmp_path: Path) -> None:
    """What a function does to a table is gone when it asks again."""
    body = (
        "county.schools['name'] = ''; county.schools.iloc[0, 0] = ''; "
        "yield context.passed(county.schools['name'].iloc[0] + '。')"
    )
    assert outcomes_of(one_rule(tmp_path / "pyc", body)) == [""]


def test_without_pandas_it_is_said_not_to_have_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checker.county.python_rules.find_spec", lambda name: None)
    (problem,) = outcomes_of(one_rule(tmp_path / "pyc", "yield context.passed('好。')"))
    assert "用到 pandas，这里没有安装，没有运行" in problem
