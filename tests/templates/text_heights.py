"""Run by the system's Python (which has UNO): how high the texts of cells are in real Calc.

    text_heights.py SOFFICE WORKBOOK < CELLS

CELLS is JSON, a list of [sheet, address]; prints JSON, a list of [height of the cell with what it
is merged with, height that its text needs], in hundredths of a millimetre.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from real_calc import opened

LETTERS = ("CharHeight", "CharHeightAsian", "CharFontName", "CharFontNameAsian", "CharWeight")


def measured(document, scratch, title, address):
    sheet = document.Sheets.getByName(title)
    cell = sheet.getCellRangeByName(address)
    area = sheet.createCursorByRange(cell)
    area.collapseToMergedArea()
    trial = scratch.getCellByPosition(0, 0)
    scratch.Columns.getByIndex(0).Width = area.Size.Width
    for name in LETTERS:
        setattr(trial, name, getattr(cell, name))
    trial.IsTextWrapped = cell.IsTextWrapped
    trial.ParaIndent = cell.ParaIndent
    trial.String = cell.String
    row = scratch.Rows.getByIndex(0)
    row.OptimalHeight = True
    return [area.Size.Height, row.Height]


def main():
    soffice, workbook = sys.argv[1:]
    cells = json.load(sys.stdin)
    with opened(soffice, workbook) as document:
        document.Sheets.insertNewByName("量", document.Sheets.Count)
        scratch = document.Sheets.getByName("量")
        print(json.dumps([measured(document, scratch, *cell) for cell in cells]))


main()
