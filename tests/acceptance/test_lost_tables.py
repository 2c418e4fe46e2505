"""A table that is not there, or was never filled in, says nothing: neither 不通过 nor 通过."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import openpyxl
from openpyxl.workbook import Workbook

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import Rows, checker, document, fill_school

from checker.judging.engine import judge
from checker.model.report import Report
from checker.model.verdicts import Outcome
from checker.reading import read_snapshot
from checker.session import Session

CLASSES: Rows = [
    {"grade": "一年级", "name": f"一（{number}）班", "boys": 20, "girls": 20, "total": 40}
    for number in range(1, 4)
]
FACTS: Mapping[str, Mapping[str, int]] = {
    "students.total": {"primary": 120},
    "class_count.total": {"primary": 3},
}


def judged(workbook: Path) -> Report:
    session = Session()
    submission = session.bind(read_snapshot(workbook))
    assert not isinstance(submission, str)
    return judge(submission, session.ruleset, session.profile)


def outcomes(report: Report, *rules: str) -> dict[str, Outcome]:
    return {item.rule: item.outcome for item in report.verdicts if item.rule in rules}


def changed(workbook: Path) -> Workbook:
    return openpyxl.load_workbook(workbook)


def test_a_table_of_rooms_whose_heading_is_gone_is_no_lack_of_rooms(tmp_path: Path) -> None:
    """Without rows the school has no music room; without the table nobody knows."""
    none = {**FACTS, "area.other_special": {"whole": 0}}  # no special room: 0 was typed
    workbook = fill_school(tmp_path / "一小.xlsx", "2136000101", "一小", none, CLASSES)
    assert outcomes(judged(workbook), "GOV3a", "GOV3b") == {
        "GOV3a": Outcome.UNMET,
        "GOV3b": Outcome.UNMET,
    }
    book = changed(workbook)
    del book.defined_names["T_special_rooms"]
    for row in book["校舍与装备"].iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith(("用途", "面积", "建成年份")):
                cell.value = None
    book.save(workbook)
    report = judged(workbook)
    assert outcomes(report, "FORM018", "GOV3a", "GOV3b") == {
        "FORM018": Outcome.FAIL,
        "GOV3a": Outcome.INCOMPLETE,
        "GOV3b": Outcome.INCOMPLETE,
    }
    assert "“音乐、美术专用教室表”" in next(
        item.message for item in report.verdicts if item.rule == "GOV3a"
    )


def test_a_class_table_that_is_missing_or_empty_decides_nothing(tmp_path: Path) -> None:
    rules = ("CLS2", "CLS4a", "CLS101a", "CLS104", "CLS108", "CLS112", "CLS204")
    workbook = fill_school(tmp_path / "一小.xlsx", "2136000101", "一小", FACTS, CLASSES)
    assert outcomes(judged(workbook), "CLS4a", "CLS101a") == {
        "CLS4a": Outcome.PASS,
        "CLS101a": Outcome.PASS,
    }
    empty = fill_school(tmp_path / "二小.xlsx", "2136000102", "二小", FACTS)
    assert outcomes(judged(empty), "FORM001")["FORM001"] is Outcome.FAIL
    assert set(outcomes(judged(empty), *rules).values()) == {Outcome.INCOMPLETE}
    assert any("“班级”表一行也没有填" in item.message for item in judged(empty).verdicts)
    book = changed(workbook)
    del book["班级"]
    book.save(workbook)
    report = judged(workbook)
    assert outcomes(report, "FORM013")["FORM013"] is Outcome.FAIL
    assert set(outcomes(report, *rules).values()) == {Outcome.INCOMPLETE}


def test_a_school_without_its_class_table_is_not_left_out_of_the_countys_share_unsaid(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "县"
    fill_school(folder / "一小.xlsx", "2136000101", "一小", FACTS, CLASSES)
    fill_school(folder / "二小.xlsx", "2136000102", "二小", FACTS)
    found = document(checker("county", ".", "--no-mark", "--format", "json", cwd=folder))
    (share,) = [item for item in found["county_findings"] if item["rule"] == "CTY21"]
    assert share["provisional"] and share["not_measured"] == ["2136000102"]
