"""Which open book's button was clicked, and how to answer it."""

from __future__ import annotations

import sys
from pathlib import Path

import xlwings as xw
from checker_xlsx.libreoffice.engine import use_libreoffice
from checker_xlsx.vba.texts import escaped
from checker_xlsx.window import show_message
from msgspec import Struct

TITLE = "数据校验"


class Call(Struct, frozen=True):
    """What the launcher said: xlwings' own arguments, and a few more.

    ``answer``: the file in which the launcher waits for the answer; None where it does not wait
    (LibreOffice) and the answer is shown by this program.
    """

    book: str
    hwnd: int = 0
    answer: Path | None = None
    read_only: bool = False
    never_saved: bool = False


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
            if call.book in (book.name, book.fullname):
                return book
    raise KeyError(call.book)


def give_answer(call: Call, text: str, warning: bool, book: xw.Book | None) -> None:
    """Tell the user: through the waiting launcher, else over the book, else in a window."""
    if call.answer is not None:
        lines = text.split("\n")
        lines[0] = ("!" if warning else "") + lines[0]
        told = "".join(escaped(line) + "\n" for line in lines)
        call.answer.write_text(told, encoding="ascii", newline="\r\n")  # as VBA reads lines
        return
    if book is not None:
        try:
            book.app.alert(text, TITLE, "ok", "critical" if warning else "info")
        except Exception as problem:
            _note(problem)
            show_message(text, TITLE, warning)
        return
    show_message(text, TITLE, warning)


def _note(problem: Exception) -> None:
    """Log why the message could not be shown over the book: nobody sees it otherwise."""
    import traceback

    from checker.trouble import write_log

    write_log("".join(traceback.format_exception(problem)))
