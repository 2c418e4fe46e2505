"""The open book itself, attached to with xlwings: Excel's, or LibreOffice's through our engine."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import xlwings as xw
from checker_xlsx.caller import Call
from checker_xlsx.description import Description
from checker_xlsx.libreoffice.engine import use_libreoffice
from checker_xlsx.looks import Seen
from checker_xlsx.marking import Remembered
from checker_xlsx.marking_plan import Key
from checker_xlsx.memory import memory_sheets, read_memories
from checker_xlsx.orders import Answer, Orders
from checker_xlsx.painting import carry_out, look
from checker_xlsx.reading import read_open_book

from checker.model.snapshot import Snapshot


class Attached:
    """The carrier by attaching: everything is asked of the open book."""

    def __init__(self, book: xw.Book) -> None:
        self.book = book
        self._about = Description(book=book.name)

    @property
    def about(self) -> Description:
        """What the book says about itself; complete once it was read."""
        return self._about

    @property
    def place(self) -> Path | None:
        """Where the book is saved; None if it never was, or on a server."""
        path = full_name(self.book)
        return Path(path) if path is not None and Path(path).is_absolute() else None

    @property
    def titles(self) -> Sequence[str]:
        return [sheet.name for sheet in self.book.sheets]

    def read(self) -> Snapshot:
        read: tuple[Snapshot, Description] = read_open_book(self.book)
        snapshot, self._about = read
        return snapshot

    def remembered(self) -> Remembered:
        sheets = memory_sheets(self.book)
        return Remembered(
            tuple(memory for sheet in sheets for memory in read_memories(sheet)),
            tuple(sheet.name for sheet in sheets),
        )

    def looks(self, cells: Iterable[Key]) -> Seen:
        return look(self.book, cells)

    def carry_out(self, orders: Orders) -> Answer:
        return carry_out(self.book, orders)

    def say(self, text: str, title: str, warning: bool) -> None:
        """Show a message over the book."""
        self.book.app.alert(text, title, "ok", "critical" if warning else "info")


def full_name(book: xw.Book) -> str | None:
    """The path of the book's file, or its name; None where xlwings knows no local path (OneDrive,
    SharePoint), which it says by raising."""
    try:
        return str(book.fullname)
    except xw.XlwingsError:
        return None


def on_excel() -> bool:
    """Whether xlwings' own engine for Excel is there (Windows and macOS)."""
    return "excel" in xw.engines.engines_by_name and xw.engines.active is not None


def calling_book(call: Call) -> xw.Book:
    """The book whose button was clicked. Raises what xlwings or LibreOffice raise if it is gone.

    `xlwings.Book.caller` reads the arguments of this process; a name with "=" in it breaks its
    parsing, so such a book is looked up here.
    """
    if not on_excel():
        use_libreoffice()
    if "=" not in call.book and f"--wb={call.book}" in sys.argv:
        return xw.Book.caller()
    apps = list(xw.apps)
    if on_excel() and call.hwnd:
        apps = [app for app in apps if app.hwnd == call.hwnd] or apps
    for app in apps:
        for book in app.books:
            if call.book == book.name or call.book == full_name(book):
                return book
    raise KeyError(call.book)
