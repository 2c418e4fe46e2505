"""What the user sees, kept still while the program works and given back afterwards."""

from __future__ import annotations

import contextlib
from types import TracebackType

import xlwings as xw

_MEANWHILE: tuple[tuple[str, object], ...] = (
    ("screen_updating", False),
    ("enable_events", False),
    ("display_alerts", False),
    ("calculation", "manual"),
)


class kept_still:  # noqa: N801 - reads as a statement: with kept_still(book)
    """No redrawing, recalculating, event macros or questions meanwhile.

    Afterwards, whatever happened, all is set as before and the sheet that was in front is in front
    again, with its selection and scrolling. (A class, since contextlib sets the traceback of
    exceptions that pass through, which LibreOffice's do not allow.)
    """

    def __init__(self, book: xw.Book) -> None:
        self._book = book
        self._before: list[tuple[str, object]] = []
        self._active = ""
        self._selected: str | None = None

    def __enter__(self) -> None:
        self._active = self._book.sheets.active.name
        self._selected = _selected(self._book)
        for setting, meanwhile in _MEANWHILE:
            with contextlib.suppress(NotImplementedError):  # a program that has no such setting
                before = getattr(self._book.app, setting)
                if before != meanwhile:
                    setattr(self._book.app, setting, meanwhile)
                    self._before.append((setting, before))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for setting, before in reversed(self._before):
            try:
                setattr(self._book.app, setting, before)
            except Exception:
                continue
        try:
            if self._book.sheets.active.name != self._active:
                self._book.sheets[self._active].activate()
            if self._selected and self._selected != _selected(self._book):
                self._book.sheets[self._active].range(self._selected).select()
        except Exception:
            return  # the user's own sheet is gone; there is nothing to return to


def _selected(book: xw.Book) -> str | None:
    """The address of the selected cells; None when something else is selected."""
    try:
        selection = book.selection
        return str(selection.address) if selection is not None else None
    except Exception:
        return None


def select_cell(book: xw.Book, sheet: str, address: str) -> None:
    """Bring a cell into view and select it; nothing happens if the sheet is gone or hidden."""
    try:
        book.sheets[sheet].activate()
        book.sheets[sheet].range(address).select()
    except Exception:
        return


def structure_protected(book: xw.Book) -> bool:
    """Whether the book's structure is protected: no sheet can be added or removed."""
    if hasattr(book.impl, "structure_protected"):
        return bool(book.impl.structure_protected())
    return bool(getattr(book.api, "ProtectStructure", False))
