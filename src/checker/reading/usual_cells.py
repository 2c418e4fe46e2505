"""Cells that are written in the usual way: values, formulas, errors and formats at once.

Spreadsheet programs write cells in one and the same form; cells in that form are read here in one
pass, to exactly the values that calamine gives. Whatever is written in any other way, or could be
understood in two ways, is `Unusual`, and the whole file then goes the thorough way.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from checker.model.cells import column_number
from checker.model.snapshot import Position
from checker.reading.usual_formats import DATE, PLAIN, CellFormats
from checker.reading.xml_walk import plain_text

KEPT_CELLS = 16_384
"""Cells remembered; some hundred bytes each, so a few megabytes per process."""
KEPT_CELL_BYTES = 300
"""A longer one is not remembered."""

ERRORS = frozenset(
    {b"#NULL!", b"#DIV/0!", b"#VALUE!", b"#REF!", b"#NAME?", b"#NUM!", b"#N/A", b"#GETTING_DATA"}
)


class Unusual(Exception):
    """Something is not written as the quick way expects; says nothing against the file."""


class OddCell(NamedTuple):
    """What a cell has besides a value, as in SheetSnapshot."""

    position: Position
    error: str | None
    formula: str | None
    uncomputed: bool
    percent: bool


class RowCells(NamedTuple):
    """The cells of one row. ``values`` begins at column ``first`` (0: the row has no values);
    ``strings`` says which of them, by offset, stand in the shared strings, by index."""

    number: int
    first: int
    values: tuple[object, ...]
    strings: tuple[tuple[int, int], ...]
    odd: tuple[OddCell, ...]


UsualCell = tuple[int, int, object, int, OddCell | None]
"""Row, column, value (EMPTY if none), index of the shared string or -1, what else there is."""

EMPTY = object()

_ROW = rb'<row r="[1-9][0-9]{0,3}"[^<>/]*/>'
EMPTY_ROWS = re.compile(rb"(?:" + _ROW + rb")*")
"""What may stand after the last row that has cells."""
_ROW_START = re.compile(rb"(?:" + _ROW + rb')*<row r="([1-9][0-9]{0,3})"[^<>/]*>')
_CELL_START = b'<c r="'
_CELL = re.compile(
    rb'([A-Z]{1,2})([1-9][0-9]{0,3})"(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?(?:/>|>'
    rb"(<f(?: [^<>]*)?(?:/>|>[^<]*</f>))?"
    rb'(<v>[^<]*</v>|<v/>|<is><t(?: xml:space="preserve")?>[^<]*</t></is>)?</c>)'
)
_NO_VALUE = (b"<v></v>", b"<v/>")
NUMBER = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,4})?")
_DAY = re.compile(rb"[1-9][0-9]{1,4}")
_FIRST_DAY, _LAST_DAY = 61, 73_050  # 1900-03-01, after Excel's own 29 February, to 2099-12-31
_DAY_ZERO = date(1899, 12, 30)
_PRESERVED = b'<t xml:space="preserve">'


class CellReader:
    """Reads the cells of workbooks that have the same cell formats."""

    def __init__(self, formats: CellFormats) -> None:
        self._formats = {str(at).encode(): kind for at, kind in enumerate(formats.kinds)}
        self._percent = frozenset(str(style).encode() for style in formats.percent)
        self._cells: dict[bytes, UsualCell] = {}
        self._begun: dict[bytes, tuple[int, int, bool]] = {}

    def is_plain(self, style: bytes | None) -> bool:
        """Whether a cell of this style (its ``s``) shows a number as a number."""
        return style is None or self._formats.get(style) == PLAIN

    @staticmethod
    def column(letters: bytes) -> int:
        """The number of a column by its letters, at most two."""
        return _COLUMNS[letters]

    def row(self, xml: bytes) -> RowCells:
        """A row with its cells, without the end of its tag. Raises Unusual."""
        before, *cells = xml.split(_CELL_START)
        begin = _ROW_START.fullmatch(before)
        if begin is None:
            raise Unusual
        number = int(begin[1])
        known = self._cells
        if len(known) > KEPT_CELLS or len(self._begun) > KEPT_CELLS:
            known.clear()
            self._begun.clear()
        values: list[object] = []
        strings: list[tuple[int, int]] = []
        odd: list[OddCell] = []
        first = filled = last = 0
        ignore_empty = not self._percent
        for piece in cells:
            if ignore_empty and piece.endswith(b'"/>') and b"<" not in piece:
                continue  # a cell with nothing in it; only its format could matter
            cell = known.get(piece)
            if cell is None:
                cell = self._cell(piece)
                if len(piece) <= KEPT_CELL_BYTES:
                    known[piece] = cell
            row, column, value, string, besides = cell
            if row != number or column <= last:
                raise Unusual
            last = column
            if besides is not None:
                odd.append(besides)
            if value is EMPTY:
                continue
            if not filled:
                first = column
            elif column - filled > 1:
                values += [""] * (column - filled - 1)
            filled = column
            if string >= 0:
                strings.append((column - first, string))
            values.append(value)
        return RowCells(number, first, tuple(values), tuple(strings), tuple(odd))

    def _cell(self, piece: bytes) -> UsualCell:
        """A cell, without the beginning of its tag."""
        head, _, body = piece.partition(b">")
        begun = self._begun.get(head)
        if begun is not None and body[:3] == b"<v>" and body[-8:] == b"</v></c>":
            # the tag was met before: only the value is new, as in most cells of most workbooks
            digits = body[3:-8]
            row, column, shared = begun
            if shared and digits.isdigit():
                return row, column, "", int(digits), None
            if not shared and NUMBER.fullmatch(digits):
                return row, column, float(digits), -1, None
        match = _CELL.fullmatch(piece)
        if match is None:
            raise Unusual
        letters, at, style, kind, formula, content = match.groups()
        if content in _NO_VALUE and kind != b"str":
            content = None
        row, column = int(at), _COLUMNS[letters]
        percent = style in self._percent
        if formula is None and not percent:
            if content is None:
                if kind == b"e":
                    raise Unusual
                return row, column, EMPTY, -1, None
            if kind == b"s":
                self._begun[head] = row, column, True
                return row, column, "", _index(content), None
            if kind is None and (style is None or self._formats.get(style) == PLAIN):
                self._begun[head] = row, column, False
            if kind != b"e":
                return row, column, self._value(kind, style, content), -1, None
        value: object = EMPTY
        string, error = -1, None
        if content is None:
            if kind == b"e":
                raise Unusual
        elif kind == b"s":
            value, string = "", _index(content)
        elif kind == b"e":
            if content[3:-4] not in ERRORS:
                raise Unusual
            value, error = "", content[3:-4].decode("ascii")
        else:
            value = self._value(kind, style, content)
        text = None if formula is None else _formula(formula)
        # a text formula may well have the empty text as its result; a number cannot be empty
        is_text = kind in (b"str", b"s", b"inlineStr")
        uncomputed = formula is not None and content is None and not is_text
        return row, column, value, string, OddCell((row, column), error, text, uncomputed, percent)

    def _value(self, kind: bytes | None, style: bytes | None, content: bytes) -> object:
        """The value of a cell that is neither an error nor a shared string."""
        if content[:3] == b"<is":
            if kind != b"inlineStr":
                raise Unusual
            start = content.index(b">", 4) + 1
            return plain_string(content[start:-9], content[4:start] == _PRESERVED)
        if kind == b"str":
            return plain_string(content[3:-4], preserved=True) if content != b"<v/>" else ""
        text = content[3:-4]
        if kind is None or kind == b"n":
            if NUMBER.fullmatch(text) is None:
                raise Unusual
            shown = PLAIN if style is None else self._formats.get(style)
            if shown == PLAIN:
                return float(text)
            if shown == DATE and _DAY.fullmatch(text) and _FIRST_DAY <= int(text) <= _LAST_DAY:
                return _DAY_ZERO + timedelta(days=int(text))
            raise Unusual
        if kind == b"b" and text in (b"0", b"1"):
            return text == b"1"
        raise Unusual


class _Columns(dict[bytes, int]):
    """Column numbers by their letters, at most ZZ."""

    def __missing__(self, letters: bytes) -> int:
        self[letters] = number = column_number(letters.decode("ascii"))
        return number


_COLUMNS = _Columns()


def _index(content: bytes) -> int:
    text = content[3:-4]
    if content[:3] != b"<v>" or not text.isdigit():
        raise Unusual
    return int(text)


def _formula(element: bytes) -> str:
    """The text of a formula, "" where it stands in another cell."""
    if element.endswith(b"/>"):
        return ""
    if b"\r" in element:
        raise Unusual
    return plain_text(_decoded(element[element.index(b">") + 1 : -4]))


def plain_string(text: bytes, preserved: bool) -> str:
    """A text as calamine gives it. Raises Unusual where programs differ in how they read it:
    blanks around it that are not declared, carriage returns, escaped characters (_x000D_)."""
    shown = _decoded(text)
    if "&" in shown:
        known = len(_KNOWN_ENTITY.findall(shown))
        if known != shown.count("&") or "&#13;" in shown or "&#x" in shown:
            raise Unusual
        shown = plain_text(shown)
    if "\r" in shown or "_x" in shown or (not preserved and shown != shown.strip()):
        raise Unusual
    return shown


_KNOWN_ENTITY = re.compile("&(?:lt|gt|quot|apos|amp|#[1-9][0-9]{0,4});")


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unusual from error
