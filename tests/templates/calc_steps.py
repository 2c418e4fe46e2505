"""Run by the system's Python (which has UNO): does steps in a workbook opened in real Calc.

    calc_steps.py SOFFICE WORKBOOK < steps.json > answers.json

Steps: ["set", sheet, cell, value] · ["get", sheet, cell] · ["insert", sheet, row] ·
["name", defined name]. Each gives one answer: null, the shown text, null, the name's content.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from real_calc import opened


def run(document, step):
    kind, *rest = step
    if kind == "name":
        return document.NamedRanges.getByName(rest[0]).Content
    sheet = document.Sheets.getByName(rest[0])
    if kind == "get":
        return sheet.getCellRangeByName(rest[1]).String
    if kind == "set":
        cell = sheet.getCellRangeByName(rest[1])
        if isinstance(rest[2], str):
            cell.String = rest[2]
        else:
            cell.Value = rest[2]
    elif kind == "insert":
        protected = sheet.isProtected()
        if protected:
            sheet.unprotect("")
        sheet.Rows.insertByIndex(rest[1] - 1, 1)
        if protected:
            sheet.protect("")
    return None


def main():
    soffice, workbook = sys.argv[1:]
    steps = json.load(sys.stdin)
    with opened(soffice, workbook) as document:
        document.calculateAll()
        json.dump([run(document, step) for step in steps], sys.stdout)


main()
