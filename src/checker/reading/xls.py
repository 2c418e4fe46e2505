""".xls: error cells, percentages and merged areas, which calamine hides.

Source: [MS-XLS], the records of a BIFF8 (or BIFF5) workbook stream.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from checker.reading import unreadable
from checker.reading.limits import LIMITS
from checker.reading.other_formats import SheetScan
from checker.reading.signature import OleDirectory
from checker.reading.styles import BUILT_IN_PERCENT, is_percent_format
from checker.reading.unreadable import UnreadableWorkbook

ERROR_TEXTS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
"""BErr values, [MS-XLS] 2.5.10."""

_BOUND_SHEET, _FORMAT, _XF, _END_OF_SUBSTREAM, _START = 0x85, 0x41E, 0xE0, 0x0A, 0x809
_NUMBER, _RK, _MANY_RK, _FORMULA, _TRUTH_OR_ERROR = 0x203, 0x27E, 0xBD, 0x06, 0x205
_LABEL, _SHARED_STRING, _RICH_TEXT = 0x204, 0xFD, 0xD6
_CELLS = (_NUMBER, _RK, _MANY_RK, _FORMULA, _TRUTH_OR_ERROR, _LABEL, _SHARED_STRING, _RICH_TEXT)
_DIMENSIONS, _MERGED, _ENCRYPTION = 0x200, 0xE5, 0x2F
_BIFF8 = 0x600


def scan_xls(data: bytes) -> dict[str, SheetScan]:
    """Sheet title -> what was found on it. Raises UnreadableWorkbook if the container is broken,
    the workbook encrypted or beyond the limits."""
    book = OleDirectory(data).workbook()
    sheets: list[tuple[int, str]] = []
    formats: set[int] = set(BUILT_IN_PERCENT)
    styles: list[int] = []
    wide = True
    for kind, body in _records(book, 0):
        if kind == _START and len(body) >= 2:
            wide = int.from_bytes(body[:2], "little") >= _BIFF8
        elif kind == _BOUND_SHEET and len(body) >= 8:
            title = _text(body[7:], body[6], wide)
            sheets.append((int.from_bytes(body[:4], "little"), title))
        elif kind == _FORMAT and wide and len(body) >= 5:
            code = _text(body[4:], int.from_bytes(body[2:4], "little"), wide)
            if is_percent_format(code):
                formats.add(int.from_bytes(body[:2], "little"))
        elif kind == _ENCRYPTION:
            raise UnreadableWorkbook(unreadable.ENCRYPTED)
        elif kind == _XF and len(body) >= 4:
            if len(styles) > LIMITS.styles:
                raise UnreadableWorkbook(unreadable.TOO_MANY_STYLES)
            styles.append(int.from_bytes(body[2:4], "little"))
        elif kind == _END_OF_SUBSTREAM:
            break
    percent = frozenset(index for index, code in enumerate(styles) if code in formats)
    return {title: _scan_sheet(book, offset, percent) for offset, title in sheets}


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _text(data: bytes, length: int, wide: bool) -> str:
    """A string after its length; in BIFF8 a byte of flags says if characters take two bytes."""
    if not wide:
        return data[:length].decode("gb18030", "replace")
    if data[:1] and data[0] & 1:
        return data[1 : 1 + 2 * length].decode("utf-16-le", "replace")
    return data[1 : 1 + length].decode("latin-1")


def _scan_sheet(book: bytes, offset: int, percent: frozenset[int]) -> SheetScan:
    found = SheetScan()
    for kind, body in _records(book, offset):
        if kind == _END_OF_SUBSTREAM:
            break
        if kind == _DIMENSIONS:
            _refuse_absurd(body)
        elif kind == _MERGED:
            for at in range(2, len(body) - 7, 8):
                top, bottom, left, right = struct.unpack_from("<4H", body, at)
                found.merge((top + 1, left + 1, bottom + 1, right + 1))
        if kind not in _CELLS or len(body) < 8:
            continue
        row, column, style = struct.unpack_from("<3H", body)
        position = (row + 1, column + 1)
        if kind == _MANY_RK:
            count = (len(body) - 6) // 6
            found.see(position, (row + 1, column + max(count, 1)), count)
            for index in range(count):
                if int.from_bytes(body[4 + 6 * index : 6 + 6 * index], "little") in percent:
                    found.percent.add((row + 1, column + 1 + index))
            continue
        found.see(position, position)
        if style in percent:
            found.percent.add(position)
        if kind == _TRUTH_OR_ERROR and body[7]:
            found.errors[position] = ERROR_TEXTS.get(body[6], "#VALUE!")
        elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            found.errors[position] = ERROR_TEXTS.get(body[8], "#VALUE!")
    return found


def _refuse_absurd(dimensions: bytes) -> None:
    """Calamine makes room for as many cells as this record claims. An old sheet has at most
    65,536 rows and 256 columns."""
    if len(dimensions) < 12:
        return
    top, bottom, left, right = struct.unpack_from("<LLHH", dimensions)
    if max(bottom - top, 0) * max(right - left, 0) > 2 * LIMITS.area:
        raise UnreadableWorkbook(unreadable.TOO_WIDE)
