"""What the user sees, kept still while the program works and given back afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import xlwings as xw


@contextlib.contextmanager
def kept_still(book: xw.Book) -> Iterator[None]:
    """No redrawing, recalculating, event macros or questions meanwhile.

    Afterwards, whatever happened, all is set as before and the sheet and the cells that were
    selected are selected again. Scrolling comes back with the sheet.
    """
    app = book.app
    active = book.sheets.active.name
    restore: list[Callable[[], None]] = []
    try:
        for setting, meanwhile in (
            ("screen_updating", False),
            ("enable_events", False),
            ("display_alerts", False),
            ("calculation", "manual"),
        ):
            with contextlib.suppress(Exception):  # a program that has no such setting
                before = getattr(app, setting)
                if before != meanwhile:
                    setattr(app, setting, meanwhile)
                    restore.append(_setter(app, setting, before))
        yield
    finally:
        with contextlib.suppress(Exception):
            if book.sheets.active.name != active:
                book.sheets[active].activate()
        for undo in reversed(restore):
            with contextlib.suppress(Exception):
                undo()


def _setter(app: xw.App, setting: str, value: object) -> Callable[[], None]:
    return lambda: setattr(app, setting, value)


def select_cell(book: xw.Book, sheet: str, address: str) -> None:
    """Bring a cell into view and select it; nothing happens if the sheet is gone or hidden."""
    with contextlib.suppress(Exception):
        book.sheets[sheet].activate()
        book.sheets[sheet].range(address).select()
