"""Many cells' fills and notes in one call, whatever program holds the book.

Why one call: every xlwings call on a range crosses into another process, and a form has hundreds
of cells to colour. Excel offers no interface that colours many separate cells at once (a union of
addresses is limited to 255 characters, so the calls would still grow with the cells; notes can
only be added one by one). So the list goes over as a file and the workbook's own macro
``Checker_Repaint`` walks through it inside Excel, in one call of ``book.macro``. The LibreOffice
engine brings the same operation itself. Only a book without our macros, in Excel, is painted cell
by cell.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Protocol, cast

import xlwings as xw
from checker_xlsx.looks import POINTS, Look, Seen, order_line, seen

from checker.model.cells import column_letters
from checker.writing.notes import text_pixels

REPAINT_MACRO = "Checker_Repaint"
Key = tuple[str, int, int]
"""Sheet title, row, column."""


def typed(value: str | Decimal) -> str | float | None:
    """A value for ``Range.value`` that Excel can take for nothing else."""
    if isinstance(value, Decimal):
        return float(value)
    return f"'{value}" if value else None


class _Painting(Protocol):
    def look(self, cells: Sequence[Key]) -> Seen: ...
    def repaint(self, looks: Sequence[Look]) -> None: ...


def look(book: xw.Book, cells: Iterable[Key]) -> Seen:
    """Fills and notes of cells (sheet title, row, column) as they are now."""
    wanted = sorted(set(cells))
    if not wanted:
        return Seen()
    if hasattr(book.impl, "look"):
        return cast("_Painting", book.impl).look(wanted)
    return _paint(book, [Look(sheet, _a1(row, column)) for sheet, row, column in wanted])


def repaint(book: xw.Book, looks: Sequence[Look]) -> None:
    """Give cells their fills, notes and values; nothing happens on refused sheets (see `look`).

    Whatever the program raises in the middle comes through, and the cells done until then stay
    done: the caller has looked before, and undoes.
    """
    ordered = sorted(looks, key=lambda look: look.sheet)
    if not ordered:
        return
    if hasattr(book.impl, "repaint"):
        cast("_Painting", book.impl).repaint(ordered)
    else:
        _paint(book, ordered)


def _a1(row: int, column: int) -> str:
    return f"{column_letters(column)}{row}"


def has_macros(book: xw.Book) -> bool:
    """Whether the book may bring the launcher: our templates do, as .xlsm."""
    return book.name.lower().endswith(".xlsm")


def _paint(book: xw.Book, looks: Sequence[Look]) -> Seen:
    """Look and paint in one go, by the book's macro if it has it."""
    if has_macros(book):
        with contextlib.suppress(NoSuchMacro):
            return paint_by_macro(book, looks)
    return paint_by_cells(book, looks)


class NoSuchMacro(Exception):
    """Somebody else's macro workbook: it does not bring our procedures."""


def paint_by_macro(book: xw.Book, looks: Sequence[Look]) -> Seen:
    """Through the procedure ``Checker_Repaint`` of the workbook: one call. Raises NoSuchMacro."""
    with tempfile.TemporaryDirectory(prefix="checker-") as folder:
        orders, answers = Path(folder, "orders.txt"), Path(folder, "answers.txt")
        lines = "".join(order_line(look) + "\n" for look in looks)
        orders.write_text(lines, encoding="ascii", newline="\r\n")  # VBA knows no other line end
        try:
            book.macro(REPAINT_MACRO)(str(orders), str(answers))
        except Exception as error:
            if answers.exists():
                raise
            raise NoSuchMacro from error
        return seen(answers.read_text(encoding="ascii"))


def paint_by_cells(book: xw.Book, looks: Sequence[Look]) -> Seen:
    """Cell by cell, where there is nothing better; the calls grow with the cells."""
    found: list[Look] = []
    for look in looks:
        area = book.sheets[look.sheet].range(look.address)
        first = area[0, 0]
        colour, note = first.color, first.note
        fill = "".join(f"{part:02X}" for part in colour) if colour else ""
        found.append(Look(look.sheet, look.address, fill, note.text if note else ""))
        if look.fill is not None:
            area.color = f"#{look.fill[:6]}" if look.fill else None
        if look.value is not None:
            first.value = typed(look.value)
        if look.note is not None:
            if note is not None:
                note.delete()
            if look.note:
                shape = first.add_note(look.note).api.Shape
                shape.Width, shape.Height = (px * POINTS for px in text_pixels(look.note))
    return Seen(tuple(found))
