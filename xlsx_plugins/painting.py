"""Carrying out the painter's orders in an open book, and asking how its cells look.

Excel: every call from here crosses into another process, and a form has hundreds of cells to
colour; so all orders go over as one file, and the launcher's ``Checker_Paint`` carries them out
inside Excel, in one call. LibreOffice: its engine has the same operation for many cells at once,
and sheets are made and dressed through xlwings.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from checker_xlsx.looks import Look, Seen
from checker_xlsx.marking_plan import Key
from checker_xlsx.orders import Answer, Order, Orders, Step, Verb, answered, lines_of, looking
from checker_xlsx.view import kept_still, select_cell

from checker.model.cells import column_letters

if TYPE_CHECKING:
    import xlwings as xw

PAINT_MACRO = "Checker_Paint"
_VERY_HIDDEN = 2  # Excel's xlSheetVeryHidden; LibreOffice just hides


class NoLauncher(Exception):
    """The book does not bring the launcher's procedures: it has no buttons of ours."""


class PaintingFailed(Exception):
    """The launcher could not carry out an order; what it had done before is undone."""


class _Painting(Protocol):
    def look(self, cells: Sequence[Key]) -> Seen: ...
    def repaint(self, looks: Sequence[Look]) -> None: ...


class _Printed(Protocol):
    def print_across(self, repeated_row: int) -> None: ...


def look(book: xw.Book, cells: Iterable[Key]) -> Seen:
    """Fills and notes of cells (sheet title, row, column) as they are now."""
    wanted = sorted(set(cells))
    if not wanted:
        return Seen()
    if hasattr(book.impl, "look"):
        return cast("_Painting", book.impl).look(wanted)
    places = [(sheet, f"{column_letters(column)}{row}") for sheet, row, column in wanted]
    return by_launcher(book, looking(places)).seen


def carry_out(book: xw.Book, orders: Orders) -> Answer:
    """Do the work and finish it, or undo it and raise what went wrong.

    Raises `NoLauncher` before anything is done, `PaintingFailed`, or what LibreOffice raises.
    """
    if hasattr(book.impl, "repaint"):
        _by_engine(book, orders)
        return Answer()
    return by_launcher(book, orders)


def macro_of(book: xw.Book, procedure: str) -> xw.main.Macro:
    """A procedure of the book's own; xlwings itself does not double an apostrophe in the name."""
    name = book.name.replace("'", "''")
    return book.app.macro(f"'{name}'!{procedure}")


def by_launcher(book: xw.Book, orders: Orders) -> Answer:
    """By the launcher's ``Checker_Paint``, in one call. Raises as `carry_out` does."""
    with tempfile.TemporaryDirectory(prefix="checker-") as folder:
        asked, told = Path(folder, "orders.txt"), Path(folder, "answers.txt")
        asked.write_text(lines_of(orders), encoding="ascii", newline="\r\n")  # VBA knows no other
        try:
            failure = macro_of(book, PAINT_MACRO)(str(asked), str(told))
        except Exception as error:
            if told.exists():
                raise
            raise NoLauncher from error
        if failure:
            raise PaintingFailed(str(failure))
        return answered(told.read_text(encoding="ascii"))


def _by_engine(book: xw.Book, orders: Orders) -> None:
    with kept_still(book):
        try:
            _obey(book, orders.work)
        except BaseException:
            for part in _looks_and_steps(orders.undo):
                with contextlib.suppress(Exception):
                    _obey(book, part)
            raise
        _obey(book, orders.finish)
    for order in orders.finish:
        if isinstance(order, Step) and order.verb is Verb.GO:
            select_cell(book, order.sheet, order.where)


def _looks_and_steps(orders: Sequence[Order]) -> Iterator[Sequence[Order]]:
    """Looks together, since they go over in one call; each step by itself, as it may fail alone."""
    yield [order for order in orders if isinstance(order, Look)]
    yield from ([order] for order in orders if isinstance(order, Step))


def _obey(book: xw.Book, orders: Sequence[Order]) -> None:
    for kind, group in groupby(orders, key=_together):
        together = list(group)
        if kind == "cell":
            looks = [order for order in together if isinstance(order, Look)]
            cast("_Painting", book.impl).repaint(sorted(looks, key=lambda one: one.sheet))
            continue
        steps = [order for order in together if isinstance(order, Step)]
        if kind.startswith("put"):
            _put(book, steps)
        else:
            for step in steps:
                _take(book, step)


def _together(order: Order) -> str:
    """What may be done in one call: all looks, and all rows of one sheet."""
    if isinstance(order, Look):
        return "cell"
    return f"put {order.sheet}" if order.verb is Verb.PUT else "step"


def _put(book: xw.Book, steps: Sequence[Step]) -> None:
    first, last = int(steps[0].where), int(steps[-1].where)
    width = max(len(step.entries) for step in steps)
    lines: list[list[object]] = [[None] * width for _ in range(first, last + 1)]
    for step in steps:
        lines[int(step.where) - first][: len(step.entries)] = step.entries
    book.sheets[steps[0].sheet].range((first, 1)).value = lines


def _take(book: xw.Book, step: Step) -> None:
    if step.verb is Verb.ADD:
        shown = [sheet for sheet in book.sheets if sheet.visible]
        book.sheets.add(step.sheet, after=shown[-1])
        return
    if step.verb is Verb.GO:
        return  # last of all, when the screen moves again
    sheet = book.sheets[step.sheet]
    if step.verb is Verb.HIDE:
        sheet.impl.visible = _VERY_HIDDEN  # xlwings' own property is declared for two values only
    elif step.verb is Verb.DROP:
        sheet.visible = True  # Excel does not delete a very hidden sheet
        sheet.delete()
    elif step.verb is Verb.NAME:
        sheet.name = step.where
    else:
        _dress(sheet, sheet.range(step.where), step.what, step.entries[0])


def _dress(sheet: xw.Sheet, area: xw.Range, what: str, value: object) -> None:
    colour = f"#{str(value).removeprefix(chr(39))}"
    if what == "size":
        area.font.size = cast("float", value)
    elif what == "bold":
        area.font.bold = True
    elif what == "colour":
        area.font.color = colour
    elif what == "wrap":
        area.wrap_text = True
    elif what == "border":
        area.borders.set("all", line_style="continuous", weight="thin", color=colour)
    elif what == "width":
        area.column_width = cast("float", value)
    elif what == "merge":
        area.merge()
    elif what == "freeze":
        sheet.freeze_panes.freeze_at(f"1:{int(cast('float', value))}")
    elif what == "page":
        cast("_Printed", sheet.impl).print_across(int(cast("float", value)))
    else:
        raise ValueError(what)
