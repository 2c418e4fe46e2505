"""Run by the system's Python (which has UNO): a clerk's work in real Calc between two checks.

    calc_edits.py SOFFICE WORKBOOK SAVED

Inserts two rows above row 4 of 教师, renames that sheet, colours one marked cell herself, types an
explanation, and saves as xlsx.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from real_calc import opened, save


def edit(document):
    sheet = document.Sheets.getByName("教师")
    sheet.unprotect("")
    sheet.Rows.insertByIndex(3, 2)
    sheet.setName("教师 表")
    sheet.getCellRangeByName("B7").CellBackColor = 0x00B0F0
    document.Sheets.getByName("说明").getCellRangeByName("D2").String = "今年撤并了教学点"


def main():
    soffice, workbook, saved = sys.argv[1:]
    with opened(soffice, workbook) as document:
        edit(document)
        save(document, saved)


main()
