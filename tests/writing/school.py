"""A school's workbook as XlsxWriter makes it: formulas, formats, a merge, protection, a note."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from checker.model.marks import Changes, Fill, Mark, ResultCell, ResultSheet


def build_school(path: Path) -> Path:
    """Sheets 教师 (filled in), 说明 (to be explained in) and 隐藏 (hidden)."""
    book = xlsxwriter.Workbook(path)
    money = book.add_format({"num_format": "#,##0.00", "border": 1, "locked": False})
    yellow = book.add_format({"bg_color": "#FFF2CC", "bold": True})
    title = book.add_format({"align": "center", "bg_color": "#DDEBF7"})
    sheet = book.add_worksheet("教师")
    sheet.merge_range("A1:D1", "教师基本情况", title)
    for row in range(2, 8):
        sheet.write(row, 0, f"第{row}行", yellow)
        sheet.write(row, 1, row * 10, money)
        sheet.write_formula(row, 2, f"=B{row + 1}*2", money, row * 20)
    sheet.write_comment("A4", "王老师：已核对", {"author": "王老师"})
    sheet.data_validation("B3:B8", {"validate": "integer", "criteria": ">=", "value": 0})
    sheet.protect("", {"select_locked_cells": True})
    notes = book.add_worksheet("说明")
    for column, head in enumerate(("编号", "位置", "问题", "说明文字")):
        notes.write(0, column, head, title)
    hidden = book.add_worksheet("隐藏")
    hidden.hide()
    hidden.write("A1", 1)
    sheet.set_column("A:A", 16)
    sheet.print_area("A1:D8")
    book.close()
    return path


RESULT = ResultSheet(
    "校验结果",
    [
        [ResultCell("校验结果", bold=True, size=16)],
        [ResultCell("位置", header=True), ResultCell("结论", header=True)],
        [ResultCell("教师!B4", link="教师!B4"), ResultCell("不通过", Fill.FAIL)],
    ],
    widths=(20, 12),
    freeze_rows=2,
)

RUN = Changes(
    [
        Mark("教师", "B4", Fill.FAIL, "不通过：应不少于 35，现为 30。", "校验结果!A3"),
        Mark("教师", "A4", Fill.DOUBT, "存疑：与去年相差太大。"),
        Mark("教师", "B1", Fill.PASS),
        Mark("教师", "F20", Fill.INFO, "提示：这里没有内容。"),
        Mark("隐藏", "A1", Fill.EXPLAINED),
    ],
    [RESULT],
)
