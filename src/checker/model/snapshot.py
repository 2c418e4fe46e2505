"""Snapshot 快照: all cell values of a workbook as they were read, from a file or an open book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from msgspec import Struct, field

from checker.model.cells import EMPTY_CELL, Cell, CellKind, CellRef

Position = tuple[int, int]
"""(row, column), both 1-based."""
Area = tuple[int, int, int, int]
"""First row, first column, last row, last column, all 1-based and included."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""The last cell that a sheet of a spreadsheet program has."""


class SheetSnapshot(Struct, frozen=True):
    """One sheet. ``rows[0][0]`` is the cell at ``origin``; cells are typed when they are asked for.

    ``rows`` holds what the reader gave (float, int, Decimal, str, bool, date types, None or "").
    ``errors`` and ``uncomputed`` name the cells that readers report as empty although they hold an
    error value, or a formula without a stored result. ``formulas`` has what is known of formulas.
    ``percent`` names the cells whose number format shows a percentage. ``merged`` are the areas
    of cells that are shown as one; a merged whole row reaches to the last column there is.
    """

    title: str
    rows: Sequence[Sequence[object]]
    origin: Position = (1, 1)
    visible: bool = True
    errors: Mapping[Position, str] = field(default_factory=dict)
    formulas: Mapping[Position, str] = field(default_factory=dict)
    uncomputed: frozenset[Position] = frozenset()
    percent: frozenset[Position] = frozenset()
    merged: tuple[Area, ...] = ()

    @property
    def last_row(self) -> int:
        """1-based number of the last row read; 0 for an empty sheet."""
        return self.origin[0] + len(self.rows) - 1 if self.rows else 0

    @property
    def last_column(self) -> int:
        """1-based number of the last column read; 0 for an empty sheet."""
        return self.origin[1] + len(self.rows[0]) - 1 if self.rows else 0

    def raw(self, row: int, column: int) -> object:
        """The reader's own value at a 1-based position; None outside what was read."""
        index, offset = row - self.origin[0], column - self.origin[1]
        if index < 0 or offset < 0 or index >= len(self.rows):
            return None
        line = self.rows[index]
        return line[offset] if offset < len(line) else None

    def line(self, row: int) -> Iterable[tuple[int, object]]:
        """The columns of a row that were read, each with the reader's own value."""
        index = row - self.origin[0]
        return enumerate(self.rows[index], self.origin[1]) if 0 <= index < len(self.rows) else ()

    def cell(self, row: int, column: int) -> Cell:
        """The typed cell at a 1-based position; an empty cell outside what was read."""
        position = (row, column)
        formula = self.formulas.get(position)
        if position in self.errors:
            return Cell(CellKind.ERROR, self.errors[position], formula)
        if position in self.uncomputed:
            return Cell(CellKind.UNCOMPUTED, None, formula)
        value = self.raw(row, column)
        if value is None or value == "":
            return EMPTY_CELL if formula is None else Cell(CellKind.EMPTY, None, formula)
        if isinstance(value, str):
            return Cell(CellKind.TEXT, value, formula)
        if isinstance(value, bool):
            return Cell(CellKind.BOOLEAN, value, formula)
        if isinstance(value, int | float):
            return Cell(CellKind.NUMBER, Decimal(repr(value)), formula, position in self.percent)
        if isinstance(value, Decimal):
            return Cell(CellKind.NUMBER, value, formula, position in self.percent)
        if isinstance(value, datetime | date | time | timedelta):
            return Cell(CellKind.DATE, value, formula)
        raise TypeError(f"unexpected cell value {type(value).__name__} in {self.title}")


class Snapshot(Struct, frozen=True):
    """A whole workbook as read. ``names`` maps a defined name to its cell or its range's corners;
    a name whose target is lost (``#REF!``) maps to None. ``properties`` are the document's custom
    properties (the template's id and edition are among them). ``content`` is the file itself, so
    that a writer need not read it a second time."""

    name: str
    sheets: Mapping[str, SheetSnapshot]
    names: Mapping[str, tuple[CellRef, CellRef] | None] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    cannot_write: str | None = None  # why marks cannot be written back (Chinese), None if they can
    convertible: bool = False  # a copy that can be written can be made of it: `writing.old_formats`
    formulas_known: bool = True  # False: the format gave values only, formulas were not seen
    content: bytes | None = None
