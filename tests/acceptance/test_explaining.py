"""The clerk explains a soft finding in the sheet 说明, and later changes the number."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import checker, document, fill_school

RULE = "CLS202"
NAME = "一小.xlsx"
CODE = "2136000101"


def finding(workbook: Path) -> dict[str, Any]:
    """What the real command says of the share of boys; the marked copy replaces the workbook."""
    done = checker("check", NAME, "--format", "json", "--out", "标记", cwd=workbook.parent)
    (found,) = [item for item in document(done)["findings"] if item["rule"] == RULE]
    (workbook.parent / "标记" / NAME).replace(workbook)
    return dict(found)


def type_into(workbook: Path, name: str, value: object) -> None:
    """Type a value into the cell of a defined name."""
    book = openpyxl.load_workbook(workbook)
    sheet, _, cell = book.defined_names[name].attr_text.replace("'", "").rpartition("!")
    book[sheet][cell.replace("$", "")].value = value
    book.save(workbook)


def explain(workbook: Path, text: str | None) -> None:
    """Type a text beside the finding's row of the sheet 说明."""
    book = openpyxl.load_workbook(workbook)
    (row,) = [row for row in book["说明"].iter_rows() if str(row[4].value).startswith(f"{RULE}@")]
    row[3].value = text
    book.save(workbook)


def test_an_explanation_does_not_outlive_the_number_it_explains(tmp_path: Path) -> None:
    workbook = tmp_path / NAME
    facts = {
        "students.total": {"primary": 1000},
        "students.boys": {"primary": 720},
        "students.girls": {"primary": 280},
    }
    fill_school(workbook, CODE, "示例第一小学", facts)
    assert finding(workbook)["verdict"] == "doubt"

    explain(workbook, "体育特色学校，男生确实多。")
    assert finding(workbook)["verdict"] == "explained"
    assert finding(workbook)["verdict"] == "explained"  # and stays so, however often it is checked

    type_into(workbook, "F_students_boys__primary", 910)
    type_into(workbook, "F_students_girls__primary", 90)
    asked = finding(workbook)
    assert asked["verdict"] == "doubt"
    assert "当时" in asked["message"] and "72" in asked["message"] and "91" in asked["message"]
    assert finding(workbook)["verdict"] == "doubt"  # pressing the button again changes nothing

    explain(workbook, None)
    assert finding(workbook)["verdict"] == "doubt"
    explain(workbook, "核对过，确为91%。")
    assert finding(workbook)["verdict"] == "explained"


def cleaned(workbook: Path) -> None:
    done = checker("clean", NAME, "--in-place", cwd=workbook.parent)
    assert done.returncode == 0, done.stdout + done.stderr


def saved_elsewhere(workbook: Path) -> None:
    """Every part is written anew, as by a spreadsheet program."""
    book = openpyxl.load_workbook(workbook)
    book.save(workbook)


def shown(workbook: Path) -> list[tuple[object, ...]]:
    """What stands in the rows of the sheet 说明: number, place, question, text and hidden key."""
    sheet = openpyxl.load_workbook(workbook)["说明"]
    rows = [tuple(cell.value for cell in row[:5]) for row in sheet.iter_rows(min_row=6)]
    return [row for row in rows if any(row)]


@pytest.mark.parametrize("between", [lambda _: None, saved_elsewhere])
def test_clearing_leaves_every_explanation_in_force(
    tmp_path: Path, between: Callable[[Path], None]
) -> None:
    """Check, explain, clear, check, clear …: the text never has to be typed again."""
    workbook = tmp_path / NAME
    facts = {
        "students.total": {"primary": 1000},
        "students.boys": {"primary": 720},
        "students.girls": {"primary": 280},
    }
    fill_school(workbook, CODE, "示例第一小学", facts)
    assert shown(workbook) == []
    assert finding(workbook)["verdict"] == "doubt"
    explain(workbook, "体育特色学校，男生确实多。")
    for _ in range(3):
        cleaned(workbook)
        between(workbook)
        assert "校验结果" not in openpyxl.load_workbook(workbook).sheetnames
        ((_, _, issue, text, key),) = shown(workbook)  # the other rows of ours are gone
        assert text == "体育特色学校，男生确实多。" and issue and str(key).startswith(RULE)
        assert finding(workbook)["verdict"] == "explained"
        between(workbook)
        assert finding(workbook)["verdict"] == "explained"
    explain(workbook, None)
    cleaned(workbook)
    assert shown(workbook) == []  # nobody's words depend on our row any more


def test_an_explanation_kept_by_clearing_explains_nothing_else(tmp_path: Path) -> None:
    """Its finding is gone; no other one may be entered beside it and count as 已说明."""
    workbook = tmp_path / NAME
    facts = {
        "students.total": {"primary": 1000},
        "students.boys": {"primary": 720},
        "students.girls": {"primary": 280},
        "area.toilets": {"whole": 0},
    }
    fill_school(workbook, CODE, "示例第一小学", facts)
    finding(workbook)
    explain(workbook, "体育特色学校，男生确实多。")
    assert finding(workbook)["verdict"] == "explained"
    cleaned(workbook)
    type_into(workbook, "F_students_boys__primary", 500)
    type_into(workbook, "F_students_girls__primary", 500)
    for _ in range(2):
        done = checker("check", NAME, "--format", "json", "--out", "标记", cwd=tmp_path)
        soft = [item for item in document(done)["findings"] if item["severity"] == "soft"]
        assert soft and {item["verdict"] for item in soft} == {"doubt"}
        (tmp_path / "标记" / NAME).replace(workbook)
