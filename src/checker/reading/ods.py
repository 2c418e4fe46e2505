""".ods: error cells, percentages and merged areas, which calamine hides.

Source: OpenDocument 1.3 part 3, 9.1 (tables) and 19.385 (value types); LibreOffice marks errors
with calcext:value-type="error".
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.reading.limits import LIMITS
from checker.reading.other_formats import SheetScan
from checker.reading.package import Package
from checker.reading.xml_walk import parse

CONTENT = "content.xml"
_MOST = 20_000_000
"""Repeats beyond this are as good as any number, and do not overflow."""


def scan_ods(package: Package) -> dict[str, SheetScan]:
    """Sheet title -> what was found on it. Raises UnreadableWorkbook on broken or odd XML."""
    found: dict[str, SheetScan] = {}
    scan = SheetScan()
    row = column = 0
    down = right = 1
    kind = text = ""
    is_formula = False

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal scan, row, column, down, right, kind, text, is_formula
        if element == "table":
            scan = found[attributes.get("table:name", "")] = SheetScan()
            row, down = 0, 1
        elif element == "table-row":
            row += down
            down = _count(attributes.get("table:number-rows-repeated"))
            column, right = 0, 1
        elif element in ("table-cell", "covered-table-cell"):
            column += right
            right = _count(attributes.get("table:number-columns-repeated"))
            kind = attributes.get("calcext:value-type") or attributes.get("office:value-type", "")
            is_formula = "table:formula" in attributes
            text = ""
            height = _count(attributes.get("table:number-rows-spanned"))
            width = _count(attributes.get("table:number-columns-spanned"))
            if height > 1 or width > 1:
                scan.merge((row, column, row + height - 1, column + width - 1))

    def end(element: str, content: str) -> None:
        nonlocal text
        if element == "p":
            text = text or content
        elif element in ("table-cell", "covered-table-cell") and kind:
            last = (row + down - 1, column + right - 1)
            scan.see((row, column), last, down * right)
            is_error = kind == "error" or (is_formula and text.startswith("#"))
            if not is_error and kind != "percentage":
                return
            for at in range(row, row + down):
                for across in range(column, column + right):
                    if is_error:
                        scan.errors[at, across] = text if text.startswith("#") else "#VALUE!"
                    else:
                        scan.percent.add((at, across))

    parse(package.read(CONTENT, LIMITS.part_bytes), start, end, part=CONTENT)
    return found


def _count(text: str | None) -> int:
    return min(int(text), _MOST) if text and text.isascii() and text.isdigit() else 1
