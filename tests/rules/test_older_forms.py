"""Forms given out before a row was added are judged by the rows they have."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from checker.forms.form_grid import label_text
from checker.model.report import FileStatus, Report
from checker.model.verdicts import Outcome
from checker.session import Session

TEMPLATES = Path(__file__).parents[2] / "workbook_templates"
ADDED = {
    "compulsory_school/义务教育学校填报表.xlsx": {"校舍与装备": 3, "教师": 1},
    "county/县级自查表.xlsx": {"基本情况": 2, "政府保障": 2, "教育质量": 1},
}
"""Workbook, and how many rows its sheets lack that were given out before: the last ones."""

FILLED: dict[str, dict[str, int | str]] = {
    "基本情况": {"办学类型": "211"},
    "校舍与装备": {"教学及辅助用房面积": 1200, "教室": 900, "实验室": 100, "图书室": 200},
}


def rows_of(sheet: Worksheet) -> list[int]:
    """The rows that carry a 行号."""
    return [
        row
        for row in range(1, sheet.max_row + 1)
        if isinstance(sheet.cell(row, 2).value, str) and sheet.cell(row, 2).value.isdigit()
    ]


def older(name: str, folder: Path) -> Path:
    """The form without the rows that came later, its teaching rooms filled in."""
    book = openpyxl.load_workbook(TEMPLATES / name)
    for title, count in ADDED[name].items():
        sheet = book[title]
        for row in rows_of(sheet)[-count:]:
            for column in (1, 2):
                sheet.cell(row, column).value = None
            gone = f"${row}"
            for key in [
                key
                for key, found in book.defined_names.items()
                if title in str(found.attr_text) and str(found.attr_text).endswith(gone)
            ]:
                del book.defined_names[key]
    path = folder / "旧表.xlsx"
    for title, values in FILLED.items():
        if title not in book.sheetnames:
            continue
        sheet = book[title]
        for row in rows_of(sheet):
            label = label_text(str(sheet.cell(row, 1).value))
            if label in values:
                column = 5 if label == "教学及辅助用房面积" else 4
                sheet.cell(row, column).value = values[label]
    book.save(path)
    return path


@pytest.mark.parametrize("name", sorted(ADDED))
def test_no_row_that_came_later_is_missed(name: str, tmp_path: Path) -> None:
    """Neither 找不到应有的一行 nor a mistaken row."""
    judgement = Session().judge_file(older(name, tmp_path))
    assert judgement.status is FileStatus.CHECKED
    report: Report | None = judgement.report
    assert report is not None
    form = {item.rule for item in report.verdicts if item.outcome is not Outcome.PASS}
    assert not form & {"FORM010", "FORM011", "FORM012"}
    if "compulsory" in name:
        rooms = [item for item in report.verdicts if item.rule == "BLD2"]
        assert [item.outcome for item in rooms] == [Outcome.PASS]
