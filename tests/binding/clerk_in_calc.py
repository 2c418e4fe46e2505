"""Run by the system's Python (which has UNO): what a clerk does to a workbook in real Calc.

    clerk_in_calc.py SOFFICE WORKBOOK FOLDER

Unprotects the sheets; inserts a row and a column, renames a sheet, deletes a name, moves a cell by
cut and paste, copies a sheet, retypes values; saves FOLDER/edited.xlsx, .xls and .ods.
"""

import sys
from pathlib import Path

import uno

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from real_calc import opened, save

FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "xls": "MS Excel 97", "ods": "calc8"}


def edit(document):
    sheets = document.Sheets
    for index in range(sheets.Count):
        sheet = sheets.getByIndex(index)
        if sheet.isProtected():
            sheet.unprotect("")
    teachers = sheets.getByName("教师")
    teachers.Rows.insertByIndex(11, 1)
    teachers.getCellRangeByName("A12").String = "（此行为本校备注）"
    sheets.getByName("校舍与装备").Columns.insertByIndex(4, 1)
    sheets.getByName("班级").Rows.insertByIndex(9, 1)
    safety = sheets.getByName("安全")
    safety.setName("安全（终稿）")
    document.NamedRanges.removeByName("F_staff_support__whole")
    sheets.copyByName("经费", "经费 (2)", sheets.Count)
    basic = sheets.getByName("基本情况")
    basic.getCellRangeByName("E27").String = "７００人"
    basic.getCellRangeByName("E28").Formula = "=1/0"
    percent = basic.getCellRangeByName("E29")
    percent.Value = 0.45
    percent.NumberFormat = document.NumberFormats.queryKey(
        "0.00%", uno.createUnoStruct("com.sun.star.lang.Locale"), False
    )


def main():
    soffice, workbook, folder = sys.argv[1:]
    with opened(soffice, workbook) as document:
        edit(document)
        for ending, name in FILTERS.items():
            save(document, Path(folder) / f"edited.{ending}", name)


main()
