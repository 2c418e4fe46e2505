"""Cells and where they are: the vocabulary of everything that was read from a spreadsheet."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum

from msgspec import Struct

CellValue = Decimal | str | bool | datetime | date | time | timedelta | None


class CellKind(Enum):
    """What a cell holds. Error, empty and not-yet-computed are three different things."""

    EMPTY = "empty"
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"  # date, datetime, time or timedelta
    ERROR = "error"  # value is the error text, e.g. "#DIV/0!"
    UNCOMPUTED = "uncomputed"  # a formula whose result was never stored in the file


def column_letters(column: int) -> str:
    """Excel's letters for a 1-based column number: 1 -> "A", 28 -> "AB"."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """1-based column number of Excel's letters ("A" -> 1). Raises ValueError on anything else."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(f"not a column: {letters!r}")
        number = number * 26 + ord(letter) - 64
    if not number:
        raise ValueError("not a column: ''")
    return number


class CellRef(Struct, frozen=True):
    """One cell of a workbook: sheet title, 1-based row and column."""

    sheet: str
    row: int
    column: int

    @property
    def a1(self) -> str:
        """The address as the user sees it in the name box, e.g. "C7"."""
        return f"{column_letters(self.column)}{self.row}"

    def __str__(self) -> str:
        return f"{self.sheet}!{self.a1}"


class Cell(Struct, frozen=True):
    """What one cell holds, exactly as stored. ``formula`` is without the leading "=", if known; it
    is "" when there is a formula whose text stands in another cell. ``percent``: the cell's number
    format shows it as a percentage, so a stored 0.955 is seen as 95.5%."""

    kind: CellKind
    value: CellValue = None
    formula: str | None = None
    percent: bool = False


EMPTY_CELL = Cell(CellKind.EMPTY)
