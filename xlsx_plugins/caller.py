"""What the launcher said when it started this program, and how it is answered."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

from checker_xlsx.vba.texts import escaped
from checker_xlsx.window import show_message
from msgspec import Struct

TITLE = "数据校验"
USE_A_COPY = "~"
"""The whole answer when nothing was done because the book could not be attached to: the launcher
then saves a copy and asks again."""


class Call(Struct, frozen=True):
    """What the launcher said: xlwings' own arguments, and a few more.

    ``answer``: the file in which the launcher waits for the answer; None where it does not wait
    (LibreOffice) and the answer is shown by this program. ``copy``, ``description`` and ``orders``:
    the files of the second carrier (see docs/design/protocol.md). ``launcher``: the version of the
    protocol that the launcher speaks.
    """

    book: str
    hwnd: int = 0
    answer: Path | None = None
    read_only: bool = False
    never_saved: bool = False
    launcher: int = 0
    copy: Path | None = None
    description: Path | None = None
    orders: Path | None = None

    @property
    def can_ask_again(self) -> bool:
        """Whether the launcher would ask again with a copy."""
        return self.answer is not None and self.copy is None and self.launcher > 0


Say = Callable[[str, str, bool], None]
"""Shows a text under a title, as a warning or not."""


def give_answer(call: Call, text: str, warning: bool, say: Say | None = None) -> None:
    """Tell the user: through the waiting launcher, else over the book, else in a window."""
    if call.answer is not None:
        lines = text.split("\n")
        lines[0] = ("!" if warning else "") + lines[0]
        told = "".join(escaped(line) + "\n" for line in lines)
        call.answer.write_text(told, encoding="ascii", newline="\r\n")  # as VBA reads lines
        return
    if say is not None:
        try:
            say(text, TITLE, warning)
        except Exception as problem:
            _note(problem)
        else:
            return
    show_message(text, TITLE, warning)


def _note(problem: Exception) -> None:
    """Log why the message could not be shown over the book: nobody sees it otherwise."""
    from checker.trouble import write_log

    write_log("".join(traceback.format_exception(problem)))
