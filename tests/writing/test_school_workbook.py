"""The story of one school's workbook: marked, corrected, marked again, cleaned."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from school import RESULT, RUN, build_school
from writing_corpus import parts_of

from checker.model.marks import CellEdit, Changes, Fill, Mark, ResultCell, ResultSheet
from checker.writing import (
    UnwritableWorkbook,
    can_write,
    clean_marks,
    fill_cells,
    write_changes,
    write_in_place,
)
from checker.writing.text_size import text_pixels


@pytest.fixture
def school(tmp_path: Path) -> Path:
    return build_school(tmp_path / "某某小学.xlsx")


def test_the_clerk_sees_colours_notes_and_a_result_sheet(school: Path, tmp_path: Path) -> None:
    marked = tmp_path / "标记.xlsx"
    summary = write_changes(school, marked, RUN)
    assert (summary.filled, summary.notes, summary.links) == (5, 3, 1)
    assert summary.sheets == ("校验结果",) and summary.skipped == ()
    book = openpyxl.load_workbook(marked)
    sheet = book["教师"]
    cell = sheet["B4"]
    assert cell.fill.fgColor.rgb == "FFFFC7CE"
    assert (cell.number_format, cell.border.left.style, cell.protection.locked) == (
        "#,##0.00",
        "thin",
        False,
    )
    assert cell.comment.text == "不通过：应不少于 35，现为 30。"
    assert cell.comment.author == "校验"
    assert cell.hyperlink.location == "校验结果!A3"
    assert sheet["A4"].comment.text == "王老师：已核对\n────────\n存疑：与去年相差太大。"
    assert sheet["A4"].font.b
    assert sheet["A1"].fill.fgColor.rgb == "FFC6EFCE", "a mark on a merged range is its corner's"
    assert sheet["F20"].fill.fgColor.rgb == "FFE7E6E6"
    assert sheet.protection.sheet
    assert book["校验结果"]["A3"].hyperlink.location == "教师!B4"
    assert book["校验结果"].freeze_panes == "A3"
    assert book["校验记录"].sheet_state == "veryHidden"
    assert book.active.title == "教师"
    assert sheet.print_area == "'教师'!$A$1:$D$8"


def test_a_note_is_large_enough_for_its_text(school: Path, tmp_path: Path) -> None:
    long = "不通过：" + "专任教师学历合格率应达到百分之百，现有两名教师学历不合格。" * 6
    write_changes(
        school,
        tmp_path / "m.xlsx",
        Changes([Mark("教师", "B5", None, long), Mark("教师", "B6", None, "短")]),
    )
    parts = parts_of(tmp_path / "m.xlsx")
    vml = next(
        raw for name, raw in parts.items() if name.endswith(".vml") and b"_x0000_t202" in raw
    )
    boxes = {
        int(row): (int(rest[4]) - int(rest[0]), int(rest[6]) - int(rest[2]), float(points))
        for points, anchor, row in re.findall(
            rb"height:([\d.]+)pt.*?<x:Anchor>(.*?)</x:Anchor>.*?<x:Row>(\d+)<", vml, re.DOTALL
        )
        for rest in [anchor.split(b",")]
    }
    columns, rows, points = boxes[4]
    few_columns, few_rows, few_points = boxes[5]
    assert rows > 3 * few_rows and points > 3 * few_points and columns > few_columns
    lines = len(long) * 12 / 300
    assert rows * 20 >= lines * 17, "every line must fit into the box"


def test_the_box_of_a_note_is_as_large_as_said_where_columns_are_narrow(tmp_path: Path) -> None:
    """Excel goes by the cells that the box lies over, not by the size written beside them: columns
    of 75, 40 and 20 pixels, as Excel shows them, and rows of 24."""
    path, marked = tmp_path / "n.xlsx", tmp_path / "m.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("表")
    widths = [75, 40, 20, *[64] * 30]
    for column, pixels in enumerate(widths[:3]):
        sheet.set_column_pixels(column, column, pixels)
    heights = [24] * 10 + [20] * 60
    for row in range(10):
        sheet.set_row_pixels(row, 24)
    book.close()
    text = "专任教师学历合格率应达到百分之百，现有两名教师学历不合格，请核对。"
    write_changes(path, marked, Changes([Mark("表", "A3", None, text)]))
    vml = next(raw for name, raw in parts_of(marked).items() if name.endswith(".vml"))
    (anchor,) = re.findall(rb"<x:Anchor>(.*?)</x:Anchor>", vml)
    left, x, top, y, right, to_x, bottom, to_y = map(int, anchor.split(b","))
    shown = (
        sum(widths[left:right]) - x + to_x,
        sum(heights[top:bottom]) - y + to_y,
    )
    assert shown == text_pixels(text)


def test_cached_values_survive_and_a_second_run_replaces_the_first(
    school: Path, tmp_path: Path
) -> None:
    marked, again = tmp_path / "m.xlsx", tmp_path / "again.xlsx"
    write_changes(school, marked, RUN)
    rows = CalamineWorkbook.from_path(str(marked)).get_sheet_by_name("教师").to_python()
    assert rows[3][:3] == ["第3行", 30, 60]
    fewer = Changes([Mark("教师", "B5", Fill.PASS)], [RESULT])
    assert write_changes(marked, again, fewer).replaced_earlier
    book = openpyxl.load_workbook(again)
    assert book.sheetnames == ["教师", "说明", "隐藏", "校验结果", "校验记录"]
    assert book["教师"]["B4"].fill.fill_type is None
    assert book["教师"]["B4"].comment is None
    assert book["教师"]["A4"].comment.text == "王老师：已核对"


def test_clean_gives_back_every_byte(school: Path, tmp_path: Path) -> None:
    marked, cleaned = tmp_path / "m.xlsx", tmp_path / "c.xlsx"
    write_changes(school, marked, RUN)
    summary = clean_marks(marked, cleaned)
    assert summary.found and summary.exact
    assert parts_of(cleaned) == parts_of(school)
    assert not clean_marks(school, cleaned).found
    assert parts_of(cleaned) == parts_of(school)


def test_in_place_keeps_the_first_backup(school: Path) -> None:
    original = school.read_bytes()
    write_in_place(school, RUN)
    backup = school.with_name("某某小学.备份.xlsx")
    assert backup.read_bytes() == original
    write_in_place(school, Changes([Mark("教师", "B5", Fill.PASS)]))
    assert backup.read_bytes() == original
    assert sorted(path.name for path in school.parent.iterdir()) == sorted(
        [school.name, backup.name]
    )


def test_the_users_own_result_sheet_is_left_alone(school: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(school)
    book.create_sheet("校验结果")["A1"] = "我自己的表"
    book.save(school)
    marked = tmp_path / "m.xlsx"
    link = Mark("教师", "B4", Fill.FAIL, None, "校验结果!A3")
    summary = write_changes(school, marked, Changes([link], [RESULT]))
    assert summary.sheets == ("校验结果(2)",)
    written = openpyxl.load_workbook(marked)
    assert written["校验结果"]["A1"].value == "我自己的表"
    assert written["教师"]["B4"].hyperlink.location == "'校验结果(2)'!A3"


def test_text_from_a_workbook_never_becomes_a_formula(school: Path, tmp_path: Path) -> None:
    evil = [
        '=HYPERLINK("http://x")',
        "+1",
        "-1",
        "@SUM(A1)",
        "正常",
        " 空格 ",
        "_x0041_",
        "<&>\x07",
    ]
    sheet = ResultSheet("校验结果", [[ResultCell(text)] for text in evil])
    write_changes(school, tmp_path / "m.xlsx", Changes([], [sheet]))
    written = openpyxl.load_workbook(tmp_path / "m.xlsx")["校验结果"]
    for row, text in enumerate(evil, 1):
        cell = written.cell(row, 1)
        assert cell.data_type == "s"
        assert bool(cell.quotePrefix) == (text[0] in "=+-@")
    assert written["A6"].value == " 空格 "
    assert CalamineWorkbook.from_path(str(tmp_path / "m.xlsx")).get_sheet_by_name(
        "校验结果"
    ).to_python()[7] == ["<&>"]


def test_edits_prefill_the_explanations_and_clean_empties_them(
    school: Path, tmp_path: Path
) -> None:
    run = Changes(
        [Mark("教师", "B4", Fill.DOUBT)],
        (),
        [
            CellEdit("说明", "A2", "TEA201"),
            CellEdit("说明", "B2", Decimal("12.50")),
            CellEdit("说明", "C2", date(2026, 9, 1)),
        ],
    )
    marked, typed, cleaned = (tmp_path / f"{n}.xlsx" for n in ("m", "t", "c"))
    assert write_changes(school, marked, run).edits == 3
    rows = CalamineWorkbook.from_path(str(marked)).get_sheet_by_name("说明").to_python()
    assert rows[1][:2] == ["TEA201", 12.5]
    # The clerk types an explanation, and a number of her own over one of ours, and saves.
    fill_cells(
        marked, typed, [CellEdit("说明", "D2", "今年撤并了教学点"), CellEdit("说明", "B2", 99)]
    )
    summary = clean_marks(typed, cleaned)
    assert summary.found and not summary.exact
    assert [one.place for one in summary.kept] == ["说明!B2"]
    notes = openpyxl.load_workbook(cleaned)["说明"]
    assert [notes.cell(2, column).value for column in (1, 2, 3, 4)] == [
        None,
        99,
        None,
        "今年撤并了教学点",
    ]


def test_what_a_person_wrote_keeps_the_edits_beside_it(school: Path, tmp_path: Path) -> None:
    """Of two rows entered, the clerk wrote beside one; taking the marks away leaves that one."""
    edits = [
        CellEdit("说明", f"{letter}{row}", f"{letter}的内容", beside=f"D{row}")
        for row in (2, 3)
        for letter in "AB"
    ]
    marked, typed, cleaned = (tmp_path / f"{n}.xlsx" for n in ("m", "t", "c"))
    write_changes(school, marked, Changes(edits=edits))
    fill_cells(marked, typed, [CellEdit("说明", "D2", "今年撤并了教学点")])
    for _ in range(2):
        assert clean_marks(typed, cleaned).kept == ()
        notes = openpyxl.load_workbook(cleaned)["说明"]
        assert [notes.cell(2, column).value for column in (1, 2, 4)] == [
            "A的内容",
            "B的内容",
            "今年撤并了教学点",
        ]
        assert [notes.cell(3, column).value for column in (1, 2, 4)] == [None, None, None]
        write_changes(cleaned, typed, Changes(edits=edits[:2]))  # as it is entered again
    blank = tmp_path / "b.xlsx"
    fill_cells(typed, blank, [CellEdit("说明", "D2", None)])
    clean_marks(blank, cleaned)
    notes = openpyxl.load_workbook(cleaned)["说明"]
    assert [notes.cell(2, column).value for column in (1, 2, 4)] == [None, None, None]


def test_filling_cells_drops_stale_results_and_asks_for_new_ones(
    school: Path, tmp_path: Path
) -> None:
    filled = tmp_path / "f.xlsx"
    fill_cells(school, filled, [CellEdit("教师", "B4", 77), CellEdit("教师", "A4", "改了")])
    computed = openpyxl.load_workbook(filled, data_only=True)["教师"]
    formulas = openpyxl.load_workbook(filled)["教师"]
    assert (computed["B4"].value, computed["A4"].value) == (77, "改了")
    assert computed["C4"].value is None, "the stored result was computed from the old number"
    assert formulas["C4"].value == "=B4*2"
    assert formulas["B4"].number_format == "#,##0.00"
    assert openpyxl.load_workbook(filled).calculation.fullCalcOnLoad
    assert not clean_marks(filled, tmp_path / "c.xlsx").found, "filled values are not a mark"


def test_a_sheet_or_cell_that_is_not_there(school: Path, tmp_path: Path) -> None:
    marks = [
        Mark("没有这页", "A1", Fill.FAIL),
        Mark("教师", "不是格", Fill.FAIL),
        Mark("教师", "B3"),
    ]
    summary = write_changes(school, tmp_path / "m.xlsx", Changes(marks))
    assert [one.place for one in summary.skipped] == ["没有这页!A1", "教师!不是格"]
    with pytest.raises(UnwritableWorkbook, match="没有这个工作表"):
        fill_cells(school, tmp_path / "f.xlsx", [CellEdit("没有", "A1", 1)])
    assert not (tmp_path / "f.xlsx").exists()
    assert can_write(school) is None


def test_rows_hidden_by_default_stay_hidden(school: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(school)
    book["说明"].sheet_format.zeroHeight = True
    book.save(school)
    write_changes(school, tmp_path / "m.xlsx", Changes([Mark("说明", "B9", Fill.FAIL)]))
    assert openpyxl.load_workbook(tmp_path / "m.xlsx")["说明"].row_dimensions[9].hidden


def test_overlapping_marks_show_the_worse_and_say_both(school: Path, tmp_path: Path) -> None:
    marks = [
        Mark("教师", "B3:B8", Fill.PASS),
        Mark("教师", "B4", Fill.FAIL, "不通过：一"),
        Mark("教师", "B4", Fill.DOUBT, "存疑：二"),
    ]
    write_changes(school, tmp_path / "m.xlsx", Changes(marks))
    sheet = openpyxl.load_workbook(tmp_path / "m.xlsx")["教师"]
    assert sheet["B4"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["B5"].fill.fgColor.rgb == "FFC6EFCE"
    assert sheet["B4"].comment.text == "不通过：一\n存疑：二"
