"""The open book as a Snapshot: what is on the screen now, saved or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Protocol, cast

import xlwings as xw
from checker_xlsx.description import Description, corners, describe, positions, target

from checker.model.snapshot import Position, SheetSnapshot, Snapshot

_ERRORS = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!")
)


def read_open_book(book: xw.Book) -> tuple[Snapshot, Description]:
    """Read an open book as it is on the screen: edits that were not saved are included, numbers
    come as the program computed them just now."""
    if hasattr(book.impl, "snapshot"):
        whole = cast("_WholeBook", book.impl)
        return whole.snapshot(), whole.description()
    return read_by_ranges(book)


class _WholeBook(Protocol):
    def snapshot(self) -> Snapshot: ...
    def description(self) -> Description: ...


def read_by_ranges(book: xw.Book) -> tuple[Snapshot, Description]:
    """As Excel lets itself be read: one call for the values of each sheet, one for its formulas,
    one for all that is not in cells."""
    about = describe(book)
    sheets = {sheet.name: _read_sheet(sheet, about) for sheet in book.sheets}
    snapshot = Snapshot(
        name=book.name,
        sheets=sheets,
        names={name: target(refers_to) for name, refers_to in about.names.items()},
        properties=dict(about.properties),
    )
    return snapshot, about


def _read_sheet(sheet: xw.Sheet, about: Description) -> SheetSnapshot:
    title = sheet.name
    # What Excel calls used may reach to the last row of the sheet when somebody formatted columns.
    used = sheet.range(about.used[title]) if title in about.used else sheet.used_range
    origin: Position = (used.row, used.column)
    rows: list[list[object]] = used.options(ndim=2, err_to_str=True).value
    formulas: dict[Position, str] = {}
    errors: dict[Position, str] = {}
    for row, line in enumerate(_lines(used.formula), origin[0]):
        for column, text in enumerate(line, origin[1]):
            if isinstance(text, str) and text.startswith("="):
                formulas[row, column] = text[1:]
    for index, line in enumerate(rows):
        for offset, value in enumerate(line):
            if isinstance(value, str) and value in _ERRORS:
                errors[index + origin[0], offset + origin[1]] = value
                line[offset] = None
            elif isinstance(value, datetime) and value.time() == time():
                line[offset] = value.date()  # as the reader of files says it
    last = (origin[0] + len(rows) - 1, origin[1] + max(map(len, rows), default=0) - 1)
    return SheetSnapshot(
        title=title,
        rows=rows,
        origin=origin,
        visible=sheet.visible in (True, -1),
        errors=errors,
        formulas=formulas,
        percent=positions(about.percent.get(title, ()), *last),
        merged=tuple(corners(about.merged.get(title, ()))),
    )


def _lines(formulas: object) -> Sequence[Sequence[object]]:
    """Formulas as rows: Excel gives a bare text for a single cell."""
    if isinstance(formulas, list | tuple):
        if formulas and isinstance(formulas[0], list | tuple):
            return formulas
        return [formulas]
    return [[formulas]]
