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

import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Protocol, cast

import xlwings as xw
from checker_xlsx.looks import Look, Repainted, order_line, repainted

REPAINT_MACRO = "Checker_Repaint"


def typed(value: str | Decimal) -> str | float | None:
    """A value for ``Range.value`` that Excel can take for nothing else."""
    if isinstance(value, Decimal):
        return float(value)
    return f"'{value}" if value else None


class _Repainting(Protocol):
    def repaint(self, looks: Sequence[Look]) -> Repainted: ...


def repaint(book: xw.Book, looks: Sequence[Look]) -> Repainted:
    """Give cells their fills, notes and values; what they looked like before, refused sheets.

    ``looks`` are taken sheet by sheet. Whatever the program raises in the middle comes through,
    and the cells done until then stay done: the caller knows how they were, and undoes.
    """
    if not looks:
        return Repainted()
    ordered = sorted(looks, key=lambda look: look.sheet)
    if hasattr(book.impl, "repaint"):
        return cast("_Repainting", book.impl).repaint(ordered)
    if has_macros(book):
        return _by_macro(book, ordered)
    return _by_cells(book, ordered)


def has_macros(book: xw.Book) -> bool:
    """Whether the book brings the launcher: our templates do, as .xlsm."""
    return book.name.lower().endswith(".xlsm")


def _by_macro(book: xw.Book, looks: Sequence[Look]) -> Repainted:
    with tempfile.TemporaryDirectory(prefix="checker-") as folder:
        orders, answers = Path(folder, "orders.txt"), Path(folder, "answers.txt")
        orders.write_text("".join(order_line(look) + "\n" for look in looks), encoding="ascii")
        try:
            book.macro(REPAINT_MACRO)(str(orders), str(answers))
        except Exception:
            if answers.exists():
                raise
            return _by_cells(book, looks)  # somebody else's macros: there is no such procedure
        return repainted(answers.read_text(encoding="ascii"))


def _by_cells(book: xw.Book, looks: Sequence[Look]) -> Repainted:
    before: list[Look] = []
    for look in looks:
        area = book.sheets[look.sheet].range(look.address)
        first = area[0, 0]
        colour, note = first.color, first.note
        fill = "".join(f"{part:02X}" for part in colour) if colour else ""
        before.append(Look(look.sheet, look.address, fill, note.text if note else ""))
        if look.fill is not None:
            area.color = f"#{look.fill[:6]}" if look.fill else None
        if look.value is not None:
            first.value = typed(look.value)
        if look.note is not None:
            if note is not None:
                note.delete()
            if look.note:
                first.add_note(look.note)
    return Repainted(tuple(before))
