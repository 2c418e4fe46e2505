"""The clerk works on in real Calc after the check: rows inserted, a sheet renamed, cells coloured.

The marks still come off the right cells, and what she did stays.
"""

from __future__ import annotations

import sys
from pathlib import Path

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "writing"))
sys.path.insert(0, str(Path(__file__).parents[1]))
from calc_scripts import run_in_calc
from school import RESULT, build_school

from checker.model.marks import CellEdit, Changes, Fill, Mark
from checker.writing import clean_marks, write_changes

pytestmark = pytest.mark.real

RUN = Changes(
    [
        Mark("教师", "B4", Fill.FAIL, "不通过：应不少于 35，现为 30。", "校验结果!A3"),
        Mark("教师", "A4", Fill.DOUBT, "存疑：与去年相差太大。"),
        Mark("教师", "B5", Fill.PASS),
        Mark("教师", "B6:B8", Fill.INFO),
    ],
    [RESULT],
    [CellEdit("说明", "A2", "TEA201"), CellEdit("说明", "B2", "教师!A4")],
)


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A marked workbook after the clerk's work in Calc."""
    marked, saved = tmp_path / "标记.xlsx", tmp_path / "改过.xlsx"
    write_changes(build_school(tmp_path / "学校.xlsx"), marked, RUN)
    run_in_calc(Path(__file__).parent / "calc_edits.py", marked, saved)
    return saved


def test_marks_follow_their_cells_and_the_clerks_work_stays(edited: Path, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(edited)["教师 表"]
    assert sheet["B6"].fill.fgColor.rgb == "FFFFC7CE", "the mark moved down with its row"
    cleaned = tmp_path / "清除.xlsx"
    summary = clean_marks(edited, cleaned)
    assert summary.found and not summary.exact and summary.kept == ()
    book = openpyxl.load_workbook(cleaned)
    assert book.sheetnames == ["教师 表", "说明", "隐藏"]
    sheet = book["教师 表"]
    assert [sheet.cell(row, 2).value for row in range(3, 8)] == [20, None, None, 30, 40]
    for address in ("B6", "B8", "B9", "B10"):
        assert sheet[address].fill.fill_type is None, address
    assert sheet["A6"].fill.fgColor.rgb == "FFFFF2CC", "its own yellow is back"
    assert sheet["B7"].fill.fgColor.rgb == "FF00B0F0", "a cell she coloured keeps her colour"
    assert sheet["B6"].comment is None and sheet["B6"].hyperlink is None
    assert sheet["A6"].comment.text.strip() == "王老师：已核对"
    assert sheet["B6"].number_format == "#,##0.00"
    assert [cell.value for cell in book["说明"][2]] == [None, None, None, "今年撤并了教学点"]


def test_a_second_check_replaces_the_marks_where_they_now_are(edited: Path, tmp_path: Path) -> None:
    again = tmp_path / "再校验.xlsx"
    run = Changes([Mark("教师 表", "B7", Fill.FAIL, "不通过：新")], [RESULT])
    assert write_changes(edited, again, run).replaced_earlier
    book = openpyxl.load_workbook(again)
    assert book.sheetnames == ["教师 表", "说明", "隐藏", "校验结果", "校验记录"]
    sheet = book["教师 表"]
    assert sheet["B6"].fill.fill_type is None
    assert sheet["B7"].comment.text == "不通过：新"
    cleaned = tmp_path / "清除.xlsx"
    assert clean_marks(again, cleaned).exact
    assert openpyxl.load_workbook(cleaned)["教师 表"]["B7"].fill.fgColor.rgb == "FF00B0F0"
