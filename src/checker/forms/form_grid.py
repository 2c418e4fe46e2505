"""Finds the grid of a form sheet by what is printed on it: 乙 row codes and column headers.

This is how a clerk reads the form, so it is what defined names are checked against, and what
finds a field whose name is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from checker.forms.typed_value import half_width
from checker.model.snapshot import SheetSnapshot
from checker.model.template import Field, Sheet

CODE_SIGN, LABEL_SIGN = "乙", "甲"
CODE_HEADER = "行号"
ORDINAL_HEADER = "序号"
SEARCHED_ROWS = 60
HEADER_ROWS_ABOVE = 4
"""Header texts stand directly above the line 甲 乙 丙; a few inserted rows are forgiven."""


_PRINTED_TYPES = frozenset({str, int, float, type(None)})


class FormGrid:
    """Where the printed parts of a form are, 1-based. ``rows`` maps a row code (see ``code_key``)
    to all rows that carry it; ``columns`` maps a column id to its column, None if its header is
    not there or is there twice; ``uncoded`` are the rows of the form without a row code."""

    def __init__(self, code_row: int, code_column: int, label_column: int) -> None:
        self.code_row = code_row
        self.code_column = code_column
        self.label_column = label_column
        self.rows: dict[str, list[int]] = {}
        self.columns: dict[str, int | None] = {}
        self.uncoded: tuple[int, ...] = ()


def squeeze(value: object) -> str:
    """Text without blanks, in half-width signs, without the star of a field that must be filled:
    for comparing headers and labels."""
    return _squeezed(value) if value and isinstance(value, str) else ""


@lru_cache(8192)  # the printed texts are the same in all workbooks of a template
def _squeezed(text: str) -> str:
    return "".join(half_width(text).split()).removesuffix("*")


def code_key(value: object) -> str:
    """A row code for comparing: "02", "２" and the number 2 are the same. "" for an empty cell."""
    if isinstance(value, str):
        return _text_key(value) if value else ""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return str(int(value)) if value == int(value) else str(value)
    return ""


@lru_cache(2048)
def _text_key(value: str) -> str:
    text = squeeze(value)
    return str(int(text)) if text.isascii() and text.isdigit() else text


def find_grid(snapshot: SheetSnapshot, sheet: Sheet) -> FormGrid | None:
    """The grid of ``sheet`` on a sheet of the workbook; None if there is no sign of one."""
    place = _find_codes(snapshot)
    if place is None:
        return None
    row, column = place
    label_column = next(
        (at for at, value in _cells(snapshot, row) if at < column and squeeze(value) == LABEL_SIGN),
        max(column - 1, 1),
    )
    grid = FormGrid(row, column, label_column)
    _read_rows(snapshot, grid)
    _read_headers(snapshot, grid, sheet)
    return grid


def _find_codes(snapshot: SheetSnapshot) -> tuple[int, int] | None:
    """Row and column of 乙; of the header 行号 if that line was deleted."""
    other: tuple[int, int] | None = None
    first_row, first_column = snapshot.origin
    for offset, line in enumerate(snapshot.rows[:SEARCHED_ROWS]):
        for shift, value in enumerate(line):
            if not isinstance(value, str) or not value or len(value) > 8:
                continue
            text = squeeze(value)
            if text == CODE_SIGN:
                return first_row + offset, first_column + shift
            if text == CODE_HEADER and other is None:
                other = first_row + offset, first_column + shift
    return other


def _cells(snapshot: SheetSnapshot, row: int) -> Iterator[tuple[int, object]]:
    index = row - snapshot.origin[0]
    if 0 <= index < len(snapshot.rows):
        yield from enumerate(snapshot.rows[index], start=snapshot.origin[1])


def _read_rows(snapshot: SheetSnapshot, grid: FormGrid) -> None:
    """Row codes below the sign, down to a table that stands under the form."""
    code_at = grid.code_column - snapshot.origin[1]
    lines = snapshot.rows[grid.code_row + 1 - snapshot.origin[0] :]
    codes = tuple([line[code_at] if 0 <= code_at < len(line) else None for line in lines])
    # True equals 1, and Decimal("1") does, which are no equal row codes
    read = _coded if _PRINTED_TYPES.issuperset(map(type, codes)) else _coded.__wrapped__
    grid.rows, grid.uncoded = read(codes, grid.code_row + 1)


@lru_cache(64)  # the codes are the same in all workbooks of a template
def _coded(
    codes: tuple[object, ...], first_row: int
) -> tuple[dict[str, list[int]], tuple[int, ...]]:
    """Rows by their code, and those without one."""
    by_code: dict[str, list[int]] = {}
    uncoded: list[int] = []
    for row, code in enumerate(codes, start=first_row):
        key = code_key(code)
        if key in (CODE_SIGN, ORDINAL_HEADER):
            break
        if key:
            by_code.setdefault(key, []).append(row)
        else:
            uncoded.append(row)
    return by_code, tuple(uncoded)


def _read_headers(snapshot: SheetSnapshot, grid: FormGrid, sheet: Sheet) -> None:
    found: dict[str, list[int]] = {}
    first_column = snapshot.origin[1]
    for row in range(grid.code_row, max(grid.code_row - HEADER_ROWS_ABOVE, 0), -1):
        index = row - snapshot.origin[0]
        if not 0 <= index < len(snapshot.rows):
            continue
        for offset, text in _texts(tuple(snapshot.rows[index])):
            column = first_column + offset
            if column > grid.code_column and column not in found.get(text, ()):
                found.setdefault(text, []).append(column)
    for item in sheet.columns:
        places = found.get(squeeze(item.title), [])
        grid.columns[item.id] = places[0] if len(places) == 1 else None
    if None in grid.columns.values():
        _infer_columns(snapshot, grid, sheet)


@lru_cache(512)
def _texts(line: tuple[object, ...]) -> tuple[tuple[int, str], ...]:
    """The squeezed texts of a row, each with its offset."""
    return tuple([(offset, text) for offset, value in enumerate(line) if (text := squeeze(value))])


def _infer_columns(snapshot: SheetSnapshot, grid: FormGrid, sheet: Sheet) -> None:
    """A column whose header was retyped is found by its number (列号) beside 甲 乙 丙."""
    numbers: dict[str, list[int]] = {}
    for column, value in _cells(snapshot, grid.code_row):
        numbers.setdefault(code_key(value), []).append(column)
    taken = {column for column in grid.columns.values() if column is not None}
    for number, item in enumerate(sheet.columns, start=1):
        places = numbers.get(str(number), [])
        if grid.columns[item.id] is None and len(places) == 1 and places[0] not in taken:
            grid.columns[item.id] = places[0]


def row_of_label(snapshot: SheetSnapshot, grid: FormGrid, field_: Field) -> int | None:
    """The row with the field's label whose row code was deleted; None if not exactly one."""
    label = squeeze(field_.label)
    rows = [
        row for row in grid.uncoded if squeeze(snapshot.raw(row, grid.label_column)) == label != ""
    ]
    return rows[0] if len(rows) == 1 else None
