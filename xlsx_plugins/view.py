"""What the user of LibreOffice sees, kept still while the program works and given back afterwards.

In Excel and WPS the launcher does this: it survives the program, which may be ended at any moment.
"""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xlwings as xw


class kept_still:  # noqa: N801 - reads as a statement: with kept_still(book)
    """No redrawing meanwhile.

    Afterwards, whatever happened, the screen moves again and the sheet that was in front is in
    front again, with its selection. If this process dies inside, the next one that reads the book
    frees the screen (see `checker_xlsx.libreoffice.documents.Book.release`). No setting that would
    outlive the process is touched. (A class, since contextlib sets the traceback of exceptions that
    pass through, which LibreOffice's do not allow.)
    """

    def __init__(self, book: xw.Book) -> None:
        self._book = book
        self._active = ""
        self._selected: str | None = None

    def __enter__(self) -> None:
        self._active = self._book.sheets.active.name
        self._selected = _selected(self._book)
        self._book.app.screen_updating = False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(Exception):
            self._book.app.screen_updating = True
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
