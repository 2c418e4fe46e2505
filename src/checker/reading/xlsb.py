""".xlsb: error cells, percentages and merged areas, which calamine hides.

Source: [MS-XLSB] 2.1.4 (records), 2.4 (the records themselves).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from checker.reading import unreadable
from checker.reading.limits import LIMITS
from checker.reading.other_formats import SheetScan
from checker.reading.package import Package
from checker.reading.styles import BUILT_IN_PERCENT, is_percent_format
from checker.reading.unreadable import UnreadableWorkbook
from checker.reading.workbook_part import relationships
from checker.reading.xls import ERROR_TEXTS

_ROW, _FIRST_CELL, _LAST_CELL, _ERROR, _FORMULA_ERROR = 0, 1, 11, 3, 11
_SHEET, _FORMAT, _XF, _CELL_STYLES, _END_OF_CELL_STYLES = 156, 44, 47, 617, 618
_BLANK, _MERGED = 1, 176
_MAIN = "xl/workbook.bin"


def scan_xlsb(package: Package) -> dict[str, SheetScan]:
    """Sheet title -> what was found on it. Raises UnreadableWorkbook on damaged parts."""
    targets = relationships(package, _MAIN)
    percent = frozenset[int]()
    for kind, part in targets.values():
        if kind.endswith("/styles") and package.has(part):
            percent = frozenset(_percent_styles(package.read(part)))
    found: dict[str, SheetScan] = {}
    for record, body in _records(package.read(_MAIN)):
        if record == _SHEET and len(body) >= 12:
            relation, at = _text(body, 8)
            title, _ = _text(body, at)
            part = targets.get(relation, ("", ""))[1]
            if part and package.has(part):
                found[title] = _scan_sheet(package.read(part, LIMITS.part_bytes), percent)
                if len(found) > LIMITS.sheets:
                    raise UnreadableWorkbook(unreadable.TOO_MANY_SHEETS)
    return found


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        kind, at = _number(data, at, 2)
        size, at = _number(data, at, 4)
        yield kind, data[at : at + size]
        at += size


def _number(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in groups of seven bits, lowest first; the eighth bit says that more follow."""
    value = 0
    for shift in range(most):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * shift)
        if not byte & 0x80:
            break
    return value, at


def _text(body: bytes, at: int) -> tuple[str, int]:
    length = int.from_bytes(body[at : at + 4], "little")
    end = at + 4 + 2 * length
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


def _percent_styles(styles: bytes) -> Iterator[int]:
    formats = set(BUILT_IN_PERCENT)
    inside = False
    index = 0
    for record, body in _records(styles):
        if record == _FORMAT and len(body) >= 6 and is_percent_format(_text(body, 2)[0]):
            formats.add(int.from_bytes(body[:2], "little"))
        elif record in (_CELL_STYLES, _END_OF_CELL_STYLES):
            inside = record == _CELL_STYLES
        elif record == _XF and inside:
            if int.from_bytes(body[2:4], "little") in formats:
                yield index
            index += 1
            if index > LIMITS.styles:
                raise UnreadableWorkbook(unreadable.TOO_MANY_STYLES)


def _scan_sheet(data: bytes, percent: frozenset[int]) -> SheetScan:
    found = SheetScan()
    row = 0
    for record, body in _records(data):
        if record == _ROW and len(body) >= 4:
            row = int.from_bytes(body[:4], "little") + 1
        elif _FIRST_CELL <= record <= _LAST_CELL and len(body) >= 8:
            column, style = struct.unpack_from("<LL", body)
            position = (row, column + 1)
            if record != _BLANK:
                found.see(position, position)
            if style & 0xFFFFFF in percent:
                found.percent.add(position)
            if record in (_ERROR, _FORMULA_ERROR) and len(body) >= 9:
                found.errors[position] = ERROR_TEXTS.get(body[8], "#VALUE!")
        elif record == _MERGED and len(body) >= 16:
            top, bottom, left, right = struct.unpack_from("<4L", body)
            found.merge((top + 1, left + 1, bottom + 1, right + 1))
    return found
