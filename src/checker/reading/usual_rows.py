"""Rows of a sheet, as `usual_cells` reads them, with what is known of such rows from others.

The printed rows of a form are the same, byte for byte, in every school's copy: they are kept as
they were read. Rows that are filled in differ in nothing but the values between their tags: what
such a row is was learnt from the first one that was written so, and only the values are read.
Everything that is kept is bounded, and gives what reading the row anew would give.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from checker.reading.usual_cells import (
    EMPTY_ROWS,
    NUMBER,
    CellReader,
    OddCell,
    RowCells,
    Unusual,
    plain_string,
)
from checker.reading.usual_formats import CellFormats

KEPT_ROWS = 2_048
KEPT_PATTERNS = 1_024
KEPT_NUMBERS = 8_192
"""Rows, patterns and numbers of one generation; there are two: what was not met again in one is
forgotten. Less than a thousand bytes each, so a few megabytes per process."""
KEPT_ROW_BYTES = 8_000
"""A longer row is not remembered."""
KEPT_MARKS = 8_192
KEPT_BOXES = 64

NO_COLUMN = 1 << 30

_VALUES = re.compile(rb"<v>([^<]*)<").split
_VALUES_AND_TEXTS = re.compile(rb"<(?:v|is><t)>([^<]*)<").split
_CELL_BEFORE_VALUE = re.compile(
    rb'<c r="([A-Z]{1,2})[0-9]+"(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?>(?:<f[^<]*(?:</f>)?)?'
)


class RowMark:
    """What rows have in common that may stand in for each other on a sheet: the number, whether
    there are values, and what else there is. There is one for all rows that agree in it, so that
    rows can be compared by it at once."""

    __slots__ = ("filled", "number", "odd")

    def __init__(self, number: int, filled: bool, odd: tuple[OddCell, ...]) -> None:
        self.number, self.filled, self.odd = number, filled, odd


class Box:
    """Where the values of a sheet stand, from column ``first`` on, ``width`` columns, and the
    shared strings of its workbook. ``kept``: rows may remember how they lie in it."""

    __slots__ = ("first", "kept", "strings", "width")

    def __init__(self, strings: tuple[str, ...], kept: bool, first: int, width: int) -> None:
        self.strings, self.kept, self.first, self.width = strings, kept, first, width


class SharedStrings:
    """The shared strings of a workbook. ``kept``: they are small enough to be remembered."""

    __slots__ = ("_boxes", "kept", "texts")

    def __init__(self, texts: tuple[str, ...], kept: bool) -> None:
        self.texts, self.kept = texts, kept
        self._boxes: dict[tuple[int, int], Box] = {}

    def box(self, first: int, width: int) -> Box:
        """The same one for the same columns, so that rows know it again."""
        box = self._boxes.get((first, width))
        if box is None:
            if len(self._boxes) >= KEPT_BOXES:
                self._boxes.clear()
            box = self._boxes[first, width] = Box(self.texts, self.kept, first, width)
        return box


class UsualRow:
    """One row. ``values`` begins at column ``first`` and ends before ``end`` (NO_COLUMN and 0: the
    row has no values); ``strings`` says which of them, by offset, stand in the shared strings, by
    index. ``laid`` is the row as it was last laid out."""

    __slots__ = ("end", "first", "laid", "mark", "strings", "values")

    def __init__(
        self,
        mark: RowMark,
        first: int,
        values: list[object] | tuple[object, ...],
        strings: tuple[tuple[int, int], ...] | list[tuple[int, int]],
    ) -> None:
        self.mark, self.first, self.values, self.strings = mark, first, values, strings
        self.end = first + len(values) if mark.filled else 0
        self.laid: tuple[Box | None, list[object]] = (None, [])

    def lay(self, box: Box) -> list[object]:
        """The cells of this row from the box's first column to its last, those without a value as
        "". The list is shared between snapshots. Raises IndexError for an unknown string."""
        line = [*self.values]
        for offset, index in self.strings:
            line[offset] = box.strings[index]
        if len(line) < box.width:
            if not line:
                line = [""] * box.width
            else:
                line = [""] * (self.first - box.first) + line
                line += [""] * (box.width - len(line))
        if box.kept:
            self.laid = box, line
        return line


class _RowPattern(NamedTuple):
    """What a row is whose tags are known: for each value between them the offset and what makes a
    value of it, None for the index of a shared string."""

    mark: RowMark
    first: int
    values: tuple[object, ...]
    slots: tuple[tuple[int, dict[bytes, object] | None], ...]


class _Made(dict[bytes, object]):
    """What stands between the tags -> the value; bounded."""

    def __init__(self, make: Callable[[bytes], object]) -> None:
        self._make = make

    def __missing__(self, text: bytes) -> object:
        value = self._make(text)
        if len(self) >= KEPT_NUMBERS:
            self.clear()
        if len(text) <= 40:
            self[text] = value
        return value


def _number(text: bytes) -> object:
    if NUMBER.fullmatch(text) is None:
        raise Unusual
    return float(text)


_numbers = _Made(_number)
_texts = _Made(lambda text: plain_string(text, preserved=True))
_inline_texts = _Made(lambda text: plain_string(text, preserved=False))


class RowReader:
    """Reads rows of workbooks that have the same cell formats."""

    def __init__(self, formats: CellFormats) -> None:
        self._cells = CellReader(formats)
        self._kept: dict[bytes, UsualRow] = {}
        self._older: dict[bytes, UsualRow] = {}
        self._patterns: dict[tuple[bytes, ...], _RowPattern | None] = {}
        self._older_patterns: dict[tuple[bytes, ...], _RowPattern | None] = {}
        self._marks: dict[tuple[int, bool, tuple[OddCell, ...]], RowMark] = {}

    def rows(self, cells: bytes) -> list[UsualRow]:
        """The rows between <sheetData> and its end, as they stand there, which must be in order.
        Raises Unusual."""
        *rows, rest = cells.split(b"</row>")
        if EMPTY_ROWS.fullmatch(rest) is None:
            raise Unusual
        kept = self._kept
        return [kept.get(xml) or self._new(xml) for xml in rows]

    def _new(self, xml: bytes) -> UsualRow:
        row = self._older.get(xml) or self._filled_in(xml)
        if len(self._kept) >= KEPT_ROWS:
            self._older = self._kept
            self._kept = {}
        if len(xml) <= KEPT_ROW_BYTES:
            self._kept[xml] = row
        return row

    def _filled_in(self, xml: bytes) -> UsualRow:
        """The row from its pattern; read cell by cell if there is none."""
        pieces = (_VALUES_AND_TEXTS if b"<is>" in xml else _VALUES)(xml)
        key = tuple(pieces[::2])
        try:
            pattern = self._patterns[key]
        except KeyError:
            if key not in self._older_patterns:
                row = self._row(self._cells.row(xml))
                self._keep_pattern(key, self._pattern(row, pieces), len(xml))
                return row
            pattern = self._older_patterns[key]
            self._keep_pattern(key, pattern, len(xml))
        if pattern is None:
            return self._row(self._cells.row(xml))
        values = [*pattern.values]
        strings: list[tuple[int, int]] = []
        try:
            for (offset, table), text in zip(pattern.slots, pieces[1::2], strict=True):
                if table is not None:
                    values[offset] = table[text]
                elif text.isdigit():
                    strings.append((offset, int(text)))
                else:
                    raise Unusual
        except Unusual:  # no such value as the pattern was learnt from
            return self._row(self._cells.row(xml))
        return UsualRow(pattern.mark, pattern.first, values, strings)

    def _row(self, read: RowCells) -> UsualRow:
        number, first, values, strings, odd = read
        key = (number, bool(first), odd)
        mark = self._marks.get(key)
        if mark is None:
            if len(self._marks) >= KEPT_MARKS:
                self._marks.clear()
            mark = self._marks[key] = RowMark(*key)
        return UsualRow(mark, first or NO_COLUMN, values, strings)

    def _keep_pattern(
        self, key: tuple[bytes, ...], pattern: _RowPattern | None, length: int
    ) -> None:
        if len(self._patterns) >= KEPT_PATTERNS:
            self._older_patterns = self._patterns
            self._patterns = {}
        if length <= KEPT_ROW_BYTES:
            self._patterns[key] = pattern

    def _pattern(self, row: UsualRow, pieces: list[bytes]) -> _RowPattern | None:
        """What other rows with these tags are; None if their values can be of several kinds."""
        slots: list[tuple[int, dict[bytes, object] | None]] = []
        for before, text, after in zip(pieces[::2], pieces[1::2], pieces[2::2], strict=False):
            cell = _CELL_BEFORE_VALUE.fullmatch(before, before.rindex(b'<c r="'))
            if cell is None or not text:
                return None
            letters, style, kind = cell.groups()
            offset = self._cells.column(letters) - row.first
            if after.startswith(b"/t>"):
                slots.append((offset, _inline_texts))
            elif kind == b"s":
                slots.append((offset, None))
            elif kind == b"str":
                slots.append((offset, _texts))
            elif kind in (None, b"n") and self._cells.is_plain(style):
                slots.append((offset, _numbers))
            else:
                return None
        return _RowPattern(row.mark, row.first, tuple(row.values), tuple(slots))
