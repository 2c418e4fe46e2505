"""The second look at an .ods workbook: its error cells and percentages, which calamine hides.

Source: OpenDocument 1.3 part 3, 9.1 (tables) and 19.385 (value types); LibreOffice marks errors
with calcext:value-type="error".
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.reading.package import Package
from checker.reading.sheet_scan import SheetScan
from checker.reading.xml_walk import parse

MAX_REPEATED = 20_000
"""Repeated cells beyond this are the empty rest of a sheet."""


def scan_ods(package: Package) -> dict[str, SheetScan]:
    """Sheet title -> what was found on it. Raises UnreadableWorkbook on broken or odd XML."""
    found: dict[str, SheetScan] = {}
    scan = SheetScan()
    row = column = 0
    row_repeat = column_repeat = 1
    kind = text = ""
    is_formula = False

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal scan, row, column, row_repeat, column_repeat, kind, text, is_formula
        if element == "table":
            scan = SheetScan()
            found[attributes.get("table:name", "")] = scan
            row, row_repeat = 0, 1
        elif element == "table-row":
            row += row_repeat
            row_repeat = _count(attributes.get("table:number-rows-repeated"))
            column, column_repeat = 0, 1
        elif element in ("table-cell", "covered-table-cell"):
            column += column_repeat
            column_repeat = _count(attributes.get("table:number-columns-repeated"))
            kind = attributes.get("calcext:value-type") or attributes.get("office:value-type", "")
            is_formula = "table:formula" in attributes
            text = ""

    def end(element: str, content: str) -> None:
        nonlocal text
        if element == "p":
            text = text or content
        elif element in ("table-cell", "covered-table-cell") and kind:
            is_error = kind == "error" or (is_formula and text.startswith("#"))
            if not is_error and kind != "percentage":
                return
            for down in range(min(row_repeat, MAX_REPEATED)):
                for right in range(min(column_repeat, MAX_REPEATED // max(row_repeat, 1) + 1)):
                    position = (row + down, column + right)
                    if is_error:
                        scan.errors[position] = text if text.startswith("#") else "#VALUE!"
                    else:
                        scan.percent.add(position)

    parse(package.read("content.xml"), start, end)
    return found


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 1
