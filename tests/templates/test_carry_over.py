"""A clerk starts this year's form from last year's workbook, and confirms what came over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from checker_templates.building.fill import fill_template
from checker_templates.building.fill_data import FillData

from checker.forms.names import CARRIED_NAME
from checker.forms.registry import choose, installed_templates
from checker.model.report import Report
from checker.model.submission import FactRef
from checker.session import Session

SCHOOL = "compulsory_school"
LAST_YEAR = FillData(
    facts={
        "school.name": "上石桥一小",
        "school.code": "2141152401",
        "school.type": "211",
        "school.filled_on": "2025-09-18",
        "school.head": "张三",
        "students.total": {"primary": 1301, "primary.previous": 1290},
        "class_count.total": {"primary": 26},
        "area.building": {"whole": "5100.5"},
        "area.dangerous_d": 30,
        "area.sports_ground": {"primary": "四千"},
    },
    tables={"special_rooms": [{"use": "音乐", "place": "一楼", "area": 96, "built_year": 2012}]},
)


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


@pytest.fixture
def last_year(tmp_path: Path) -> Path:
    item = choose(installed_templates(), SCHOOL)
    path = tmp_path / "去年.xlsx"
    fill_template(item.template, item.workbook, path, LAST_YEAR, verbatim=True)
    return path


def run(*arguments: object) -> tuple[int, str]:
    result = subprocess.run(
        [sys.executable, "-m", "checker.cli.main", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


def judged(session: Session, path: Path) -> Report:
    report = session.judge_file(path).report
    assert report is not None
    return report


def unconfirmed(report: Report) -> list[str]:
    return [str(each.cell) for each in report.submission.problems if each.rule == "FORM035"]


@pytest.mark.parametrize("kind", ["xlsx", "xlsm"])
def test_what_lasts_and_last_years_figures_come_over_until_confirmed(
    session: Session, last_year: Path, tmp_path: Path, kind: str
) -> None:
    this_year = tmp_path / f"今年.{kind}"
    code, told = run("template", "fill", SCHOOL, "--from", last_year, "-o", this_year)
    assert code == 0, told
    assert "去年的表里有 1 格看不懂，没有带入" in told
    report = judged(session, this_year)

    def value(field: str, column: str) -> object:
        return report.submission.fact(FactRef(field, column)).value

    assert value("school.name", "whole") == "上石桥一小"
    assert value("school.code", "whole") == "2141152401"
    assert value("students.total", "primary.previous") == 1301, "last year's 本年数"
    assert value("class_count.total", "primary.previous") == 26
    assert str(value("area.building", "whole")) == "5100.5"
    (room,) = report.submission.tables["special_rooms"]
    assert room.facts["built_year"].value == 2012
    for asked_anew in ("school.head", "school.filled_on", "area.dangerous_d"):
        assert not report.submission.fact(FactRef(asked_anew, "whole")).typed, asked_anew
    assert value("students.total", "primary") is None, "this year's figures are this year's"
    cells = unconfirmed(report)
    assert {"基本情况!D6", "基本情况!D7"} <= set(cells)
    assert f"由 {last_year} 带入" in told
    marked = session.mark(report)
    notes = {f"{mark.sheet}!{mark.cell}": mark.note or "" for mark in marked.marks}
    for cell in cells:
        assert "去年的表" in notes[cell] and len(notes[cell]) <= 120


def test_the_clerk_confirms_in_one_cell(session: Session, last_year: Path, tmp_path: Path) -> None:
    this_year = tmp_path / "今年.xlsx"
    assert run("template", "fill", SCHOOL, "--from", last_year, "-o", this_year)[0] == 0
    book = openpyxl.load_workbook(this_year)
    sheet, _, cell = book.defined_names[CARRIED_NAME].attr_text.partition("!")
    assert book[sheet.strip("'")][cell.replace("$", "")].value == "待核对"
    book[sheet.strip("'")][cell.replace("$", "")] = "已核对"
    book.save(this_year)
    assert unconfirmed(judged(session, this_year)) == []


def test_this_years_data_go_before_what_is_carried_over(
    session: Session, last_year: Path, tmp_path: Path
) -> None:
    data, this_year = tmp_path / "今年.json", tmp_path / "今年.xlsx"
    data.write_text(
        '{"facts": {"school.name": "上石桥中心小学", "students.total": {"primary": 1310}}}', "utf-8"
    )
    assert run("template", "fill", SCHOOL, data, "--from", last_year, "-o", this_year)[0] == 0
    submission = judged(session, this_year).submission
    assert submission.fact(FactRef("school.name", "whole")).value == "上石桥中心小学"
    assert submission.fact(FactRef("students.total", "primary")).value == 1310
    assert submission.fact(FactRef("students.total", "primary.previous")).value == 1301


def test_another_form_or_nothing_at_all_is_refused(last_year: Path, tmp_path: Path) -> None:
    out = tmp_path / "今年.xlsx"
    code, told = run("template", "fill", "county", "--from", last_year, "-o", out)
    assert code != 0 and "义务教育学校填报表" in told and not out.exists()
    code, told = run("template", "fill", SCHOOL, "-o", out)
    assert code != 0 and "--from" in told
    odd = tmp_path / "别的.xlsx"
    openpyxl.Workbook().save(odd)
    code, told = run("template", "fill", SCHOOL, "--from", odd, "-o", out)
    assert code != 0 and "别的.xlsx" in told
