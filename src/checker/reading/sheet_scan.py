"""The second look at a sheet's XML: what calamine does not tell of its cells.

Calamine gives error cells, formulas without a stored result and empty cells all as "", and no
formulas or formats at all. Here those cells, and only those, are looked up: by searching the bytes
around each formula and error, which costs nothing for the many sheets that have none. Sheets
written in an unusual way (prefixed elements, cells without an address) are walked with expat.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from checker.model.cells import column_number
from checker.model.snapshot import Position
from checker.reading import unreadable
from checker.reading.unreadable import UnreadableWorkbook
from checker.reading.xml_walk import parse, plain_text

NORMAL_AREA = 3_000_000
"""Cells in the bounding box above which a sheet is read under guard: readers fill the whole box."""
MAX_AREA = 40_000_000


class SheetScan:
    """What was found on one sheet, as in SheetSnapshot. ``area`` is the number of cells in the
    bounding box if it is unusually large, else 0."""

    def __init__(self, area: int = 0) -> None:
        self.errors: dict[Position, str] = {}
        self.formulas: dict[Position, str] = {}
        self.uncomputed: set[Position] = set()
        self.percent: set[Position] = set()
        self.area = area


_FAR = re.compile(rb' r="(?:[A-Z]{3}[0-9]|[A-Z]{1,2}[0-9]{5})')
_ADDRESSES = re.compile(rb' r="([A-Z]{1,3})([0-9]+)"')
_FORMULA = re.compile(rb"<f[ >/]")
_ERROR = re.compile(rb"""\bt=["']e["']""")
_CELL_ADDRESS = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]+)["']""")
_CELL_TYPE = re.compile(rb"""\st=["']([A-Za-z]+)["']""")
_FORMULA_TEXT = re.compile(rb"<f(?:\s[^>]*)?>([^<]*)</f>")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>([^<]+)</v>")


def scan_sheet(xml: bytes, percent_styles: frozenset[int]) -> SheetScan:
    """Looks a sheet part over. ``percent_styles`` are the style ids that show percentages.

    Raises UnreadableWorkbook on entity definitions, broken XML and absurdly large areas.
    """
    if b"<!ENTITY" in xml:
        raise UnreadableWorkbook(unreadable.ENTITIES)
    begin = xml.find(b"<sheetData")
    end = xml.find(b"</sheetData>", begin)
    cells = xml[begin : end if end >= 0 else len(xml)] if begin >= 0 else b""
    if not _is_usual(cells):
        return _walk(xml, percent_styles)
    found = SheetScan(area=_area(cells))
    try:
        if b"<f" in cells:
            for match in _FORMULA.finditer(cells):
                _look_at(cells, match.start(), found)
        if b'"e"' in cells or b"'e'" in cells:
            for match in _ERROR.finditer(cells):
                _look_at(cells, match.start(), found)
        if percent_styles:
            _find_percent(cells, percent_styles, found)
    except _Unusual:
        return _walk(xml, percent_styles)
    return found


class _Unusual(Exception):
    """The cell is not written as the quick search expects."""


def _is_usual(cells: bytes) -> bool:
    """Whether every row and cell says where it is, in the way that all spreadsheet programs write
    it; then, and only then, can a search for addresses not be deceived."""
    addressed = cells.count(b"<c ") + cells.count(b"<row ")
    return bool(cells) and addressed == cells.count(b' r="') and b"<c>" not in cells


def _area(cells: bytes) -> int:
    """0 for any ordinary sheet: no cell beyond column ZZ or row 9999."""
    if not _FAR.search(cells):
        return 0
    rows: set[int] = set()
    columns: set[bytes] = set()
    for letters, number in _ADDRESSES.findall(cells):
        columns.add(letters)
        rows.add(int(number))
    numbers = [column_number(letters.decode("ascii")) for letters in columns]
    area = (max(rows) - min(rows) + 1) * (max(numbers) - min(numbers) + 1)
    if area > MAX_AREA:
        raise UnreadableWorkbook(unreadable.TOO_WIDE)
    return area if area > NORMAL_AREA else 0


def _look_at(cells: bytes, inside: int, found: SheetScan) -> None:
    """Records the cell around a byte position that is inside its tag or its content."""
    start = cells.rfind(b"<c ", 0, inside)
    tag_end = cells.find(b">", start)
    if start < 0 or tag_end < 0:
        raise _Unusual
    tag = cells[start : tag_end + 1]
    address = _CELL_ADDRESS.search(tag)
    if address is None:
        raise _Unusual
    if cells[tag_end - 1 : tag_end] == b"/":
        return
    close = cells.find(b"</c>", tag_end)
    if close < 0 or inside > close:
        return  # the searched text stood in some other place than a cell
    position = (int(address[2]), column_number(address[1].decode("ascii")))
    type_match = _CELL_TYPE.search(tag)
    kind = type_match[1] if type_match else b"n"
    content = cells[tag_end + 1 : close]
    value = _VALUE.search(content)
    formula = None
    if _FORMULA.search(content):
        text = _FORMULA_TEXT.search(content)
        written = text[1].decode("utf-8", "replace").replace("\r\n", "\n") if text else ""
        formula = plain_text(written)
    _record(
        found, position, kind.decode("ascii"), formula, value[1].decode("utf-8") if value else ""
    )


def _record(
    found: SheetScan, position: Position, kind: str, formula: str | None, value: str
) -> None:
    if formula is not None:
        found.formulas[position] = formula
    if kind == "e":
        found.errors[position] = value or "#VALUE!"
    elif formula is not None and not value and kind not in ("str", "s", "inlineStr"):
        # a text formula may well have the empty text as its result; a number cannot be empty
        found.uncomputed.add(position)


def _find_percent(cells: bytes, styles: frozenset[int], found: SheetScan) -> None:
    ids = b"|".join(str(style).encode("ascii") for style in sorted(styles))
    pattern = re.compile(rb"<c (?=[^>]*?\bs=[\"'](?:" + ids + rb")[\"'])([^>]*)>")
    for match in pattern.finditer(cells):
        address = _CELL_ADDRESS.search(b" " + match[1])
        if address is None:
            raise _Unusual
        found.percent.add((int(address[2]), column_number(address[1].decode("ascii"))))


def _walk(xml: bytes, percent_styles: frozenset[int]) -> SheetScan:
    """The thorough way: every cell in order, counting those that do not say where they are."""
    found = SheetScan()
    row = column = last_row = last_column = 0
    kind, formula, value = "n", None, ""

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal row, column, kind, formula, value, last_row, last_column
        if element == "row":
            row = _number(attributes.get("r"), row + 1)
            column = 0
        elif element == "c":
            match = _CELL_ADDRESS.fullmatch(f' r="{attributes.get("r", "")}"'.encode())
            if match:
                row, column = int(match[2]), column_number(match[1].decode("ascii"))
            else:
                column += 1
            last_row, last_column = max(last_row, row), max(last_column, column)
            kind, formula, value = attributes.get("t", "n"), None, ""
            if _number(attributes.get("s"), 0) in percent_styles:
                found.percent.add((row, column))
        elif element == "f":
            formula = ""

    def end(element: str, text: str) -> None:
        nonlocal formula, value
        if element == "f":
            formula = text
        elif element == "v":
            value = text
        elif element == "c":
            _record(found, (row, column), kind, formula, value)

    parse(xml, start, end)
    if last_row * last_column > MAX_AREA:
        raise UnreadableWorkbook(unreadable.TOO_WIDE)
    found.area = last_row * last_column if last_row * last_column > NORMAL_AREA else 0
    return found


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else otherwise
