"""Rows of a sheet, as `usual_cells` reads them, with what is known of such rows from others.

The printed rows of a form are the same, byte for byte, in every school's copy: they are kept as
they were read. Rows that are filled in differ in nothing but the values between their tags: what
such a row is was learnt from the first one that was written so, and only the values are read.
Everything that is kept is bounded, and gives what reading the row anew would give.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import getitem, itemgetter
from typing import NamedTuple

from checker.reading.usual_cells import (
    EMPTY_ROWS,
    NUMBER,
    CellReader,
    OddCell,
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


class RowBase:
    """What rows have in common that differ in numbers only. ``values`` begins at column ``first``
    and ends before ``end`` (NO_COLUMN and 0: there are none); ``strings`` says which of them, by
    offset, stand in the shared strings, by index."""

    __slots__ = ("_laid", "end", "first", "mark", "strings", "values")

    def __init__(
        self,
        mark: RowMark,
        first: int,
        values: tuple[object, ...],
        strings: tuple[tuple[int, int], ...],
    ) -> None:
        self.mark, self.first, self.values, self.strings = mark, first, values, strings
        self.end = first + len(values) if mark.filled else 0
        self._laid: tuple[Box | None, list[object]] = (None, [])

    def lay(self, box: Box) -> list[object]:
        """The cells from the box's first column to its last, those without a value as "". The list
        is not to be changed. Raises IndexError for an unknown string."""
        known, line = self._laid
        if known is box:
            return line
        line = [*self.values]
        for offset, index in self.strings:
            line[offset] = box.strings[index]
        if not line:
            line = [""] * box.width
        elif len(line) < box.width:
            line = [""] * (self.first - box.first) + line
            line += [""] * (box.width - len(line))
        if box.kept:
            self._laid = box, line
        return line


class UsualRow:
    """One row: the base, and the ``numbers`` that stand in it at these offsets. ``laid`` is the row
    as it was last laid out; the list is shared between snapshots."""

    __slots__ = ("_base", "_numbers", "_offsets", "end", "first", "laid", "mark")

    def __init__(
        self, base: RowBase, offsets: tuple[int, ...] = (), numbers: list[object] | None = None
    ) -> None:
        self._base, self._offsets, self._numbers = base, offsets, numbers
        self.mark, self.first, self.end = base.mark, base.first, base.end
        self.laid: tuple[Box | None, list[object]] = (None, [])

    def lay(self, box: Box) -> list[object]:
        """As `RowBase.lay`."""
        line = self._base.lay(box)
        if self._numbers:
            line = line[:]
            before = self.first - box.first
            for offset, number in zip(self._offsets, self._numbers):  # noqa: B905 - for each row
                line[before + offset] = number
        if box.kept:
            self.laid = box, line
        return line


class _RowPattern:
    """What a row is whose tags are known. Of the texts between them, ``indexes`` picks those that
    are indexes of shared strings, and ``texts`` the others, which stand at ``offsets``."""

    __slots__ = ("_last", "_row", "_strings_at", "indexes", "makers", "offsets", "texts")

    def __init__(self, row: RowBase, slots: list[tuple[int, dict[bytes, object] | None]]) -> None:
        strings = [(at, offset) for at, (offset, maker) in enumerate(slots) if maker is None]
        others = [
            (at, offset, maker) for at, (offset, maker) in enumerate(slots) if maker is not None
        ]
        self._row = row
        self._strings_at = [offset for _, offset in strings]
        self.indexes = _picker([at for at, _ in strings])
        self.texts = _picker([at for at, _, _ in others])
        self.offsets = tuple([offset for _, offset, _ in others])
        self.makers = [maker for _, _, maker in others]
        self._last: tuple[Sequence[bytes], RowBase | None] = ((), None)

    def base(self, indexes: Sequence[bytes]) -> RowBase:
        """The base of rows with these indexes of strings. Raises Unusual for what is none."""
        known, base = self._last
        if base is None or known != indexes:
            if indexes and not b"".join(indexes).isdigit():
                raise Unusual
            try:
                strings = tuple(zip(self._strings_at, map(int, indexes), strict=True))
            except ValueError as error:  # one of them is empty
                raise Unusual from error
            row = self._row
            base = RowBase(row.mark, row.first, row.values, strings)
            self._last = indexes, base
        return base


def _picker(places: list[int]) -> Callable[[list[bytes]], Sequence[bytes]]:
    """Picks the pieces that stand at these places."""
    if len(places) > 1:
        return itemgetter(*places)
    at = places[0] if places else 0
    return itemgetter(slice(at, at + len(places)))


class _NoPattern:
    """Stands for rows that have to be read cell by cell each time."""


_NO_PATTERN = _NoPattern()


class _Met(NamedTuple):
    """A row that was met once, and the pieces of it; the pattern is learnt when there is another
    one."""

    row: RowBase
    pieces: list[bytes]


_Pattern = _RowPattern | _NoPattern | _Met


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
        self._patterns: dict[tuple[bytes, ...], _Pattern] = {}
        self._older_patterns: dict[tuple[bytes, ...], _Pattern] = {}
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
        pieces = (_VALUES_AND_TEXTS if b"inlineStr" in xml else _VALUES)(xml)
        key = tuple(pieces[::2])
        pattern = self._patterns.get(key)
        if pattern is None:
            pattern = self._older_patterns.get(key)
            if pattern is None:
                row = self._read(xml)
                self._keep_pattern(key, _Met(row, pieces), len(xml))
                return UsualRow(row)
            self._keep_pattern(key, pattern, len(xml))
        if isinstance(pattern, _Met):  # most rows of the first workbooks are not met a second time
            pattern = self._pattern(pattern.row, pattern.pieces)
            self._keep_pattern(key, pattern, len(xml))
        if isinstance(pattern, _RowPattern):
            texts = pieces[1::2]
            try:
                values = list(map(getitem, pattern.makers, pattern.texts(texts)))
                return UsualRow(pattern.base(pattern.indexes(texts)), pattern.offsets, values)
            except Unusual:  # no such value as the pattern was learnt from
                pass
        return UsualRow(self._read(xml))

    def _read(self, xml: bytes) -> RowBase:
        number, first, values, strings, odd = self._cells.row(xml)
        key = (number, bool(first), odd)
        mark = self._marks.get(key)
        if mark is None:
            if len(self._marks) >= KEPT_MARKS:
                self._marks.clear()
            mark = self._marks[key] = RowMark(*key)
        return RowBase(mark, first or NO_COLUMN, values, strings)

    def _keep_pattern(self, key: tuple[bytes, ...], pattern: _Pattern, length: int) -> None:
        if len(self._patterns) >= KEPT_PATTERNS:
            self._older_patterns = self._patterns
            self._patterns = {}
        if length <= KEPT_ROW_BYTES:
            self._patterns[key] = pattern

    def _pattern(self, row: RowBase, pieces: list[bytes]) -> _RowPattern | _NoPattern:
        """What other rows with these tags are, unless their values can be of several kinds."""
        slots: list[tuple[int, dict[bytes, object] | None]] = []
        for before, text, after in zip(pieces[::2], pieces[1::2], pieces[2::2], strict=False):
            cell = _CELL_BEFORE_VALUE.fullmatch(before, before.rindex(b'<c r="'))
            if cell is None or not text:
                return _NO_PATTERN
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
                return _NO_PATTERN
        return _RowPattern(row, slots)
