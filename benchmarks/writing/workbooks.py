"""The workbooks and marks of the benchmark: filled forms with the marks of a real check, a
school's workbook, and one of 100,000 rows."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from checker.model.marks import Changes, Fill, Mark, ResultCell, ResultSheet

FILLS = (Fill.FAIL, Fill.DOUBT, Fill.EXPLAINED, Fill.PASS)


def judged(path: Path) -> Changes:
    """What a check of a filled form writes into it: marks, the sheet 校验结果, the sheet 说明."""
    from checker.marking import changes_for
    from checker.session import Session

    session = Session()
    report = session.judge_file(path).report
    if report is None:
        raise SystemExit(f"{path} is not a filled form")
    return changes_for(report, session.rules, session.profile.title)


def build(path: Path, sheets: int, rows: int, columns: int) -> None:
    """A workbook as a school hands it in: headings, labels, numbers, some formulas."""
    chance = random.Random(2026)
    book = xlsxwriter.Workbook(path, {"constant_memory": rows > 10_000})
    plain = book.add_format({"border": 1, "num_format": "#,##0"})
    head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    for number in range(1, sheets + 1):
        sheet = book.add_worksheet(f"表{number}")
        for column in range(columns):
            sheet.write(0, column, f"指标{number}-{column}", head)
        for row in range(1, rows):
            sheet.write(row, 0, f"{number:02}{row:05} 第{chance.randrange(400)}项", plain)
            for column in range(1, columns - 1):
                sheet.write(row, column, chance.randrange(100_000), plain)
            sheet.write_formula(row, columns - 1, f"=SUM(B{row + 1}:C{row + 1})", plain, 1)
    book.close()


def changes(sheets: int, rows: int, columns: int, fills: int, notes: int) -> Changes:
    """Marks spread over all sheets, and one result sheet that lists those with a note."""
    chance = random.Random(7)
    cells = []
    while len(cells) < fills:
        address = (
            f"表{1 + len(cells) % sheets}",
            f"{chr(65 + chance.randrange(columns))}{chance.randrange(2, rows + 1)}",
        )
        if address not in cells:
            cells.append(address)
    marks = []
    for index, (sheet, cell) in enumerate(cells):
        fill = FILLS[index % 4]
        note = None
        if index < notes:
            note = f"不通过：第 {index} 项应不小于 {index * 3}，现为 {index}。\n依据：标准第四条。"
        marks.append(Mark(sheet, cell, fill, note))
    result = [[ResultCell("校验结果", bold=True, size=16)]]
    result.append([ResultCell(title, header=True) for title in ("位置", "结论", "说明", "数值")])
    result += [
        [
            ResultCell(f"{mark.sheet}!{mark.cell}", link=f"{mark.sheet}!{mark.cell}", border=True),
            ResultCell("不通过", mark.fill, border=True),
            ResultCell(mark.note, wrap=True, border=True),
            ResultCell(Decimal(index) / 4, border=True),
        ]
        for index, mark in enumerate(marks)
        if mark.note
    ]
    sheet = ResultSheet("校验结果", result, widths=(18, 10, 60, 10), freeze_rows=2)
    return Changes(marks, [sheet])
