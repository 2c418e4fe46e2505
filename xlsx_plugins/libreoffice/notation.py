"""Between Excel's way of writing formulas and the one LibreOffice's interface speaks."""

from __future__ import annotations

import re
from collections.abc import Callable

_QUOTED_TEXT = re.compile(r'("(?:[^"]|"")*")')
_TITLE = r"'(?:[^']|'')+'|[^\s'!$.()+\-*/;,&<>=^\"]+"
_OFFICE_REFERENCE = re.compile(rf"\$?({_TITLE})\.(?=\$?[A-Z]{{1,3}}\$?\d)")
_EXCEL_REFERENCE = re.compile(rf"({_TITLE})!(?=\$?[A-Z]{{1,3}}\$?\d)")


def to_excel(formula: str) -> str:
    """``=ROWS($'教 师'.$B$2;1)`` becomes ``=ROWS('教 师'!$B$2,1)``; texts in quotes stay."""
    return _outside_texts(
        formula, lambda piece: _OFFICE_REFERENCE.sub(r"\1!", piece).replace(";", ",")
    )


def to_office(formula: str) -> str:
    """The opposite of :func:`to_excel`."""
    return _outside_texts(
        formula, lambda piece: _EXCEL_REFERENCE.sub(r"$\1.", piece).replace(",", ";")
    )


def _outside_texts(formula: str, change: Callable[[str], str]) -> str:
    pieces = _QUOTED_TEXT.split(formula)
    return "".join(piece if index % 2 else change(piece) for index, piece in enumerate(pieces))
