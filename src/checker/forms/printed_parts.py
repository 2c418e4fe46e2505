"""What is printed on a form, remembered so that the next workbook's can be compared at once.

The grid of a form follows from the rows down to 甲 乙 丙 and from the row codes below (see
`form_grid`). Where all of these are as they were, so is the grid. Only texts are compared here:
what is equal to a text is that very text.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from operator import itemgetter

from checker.forms.form_grid import (
    CODE_HEADER,
    CODE_SIGN,
    LABEL_SIGN,
    ORDINAL_HEADER,
    FormGrid,
    code_key,
    squeeze,
)
from checker.model.snapshot import Position, SheetSnapshot
from checker.model.template import Sheet

_SIGNS = frozenset({CODE_SIGN, CODE_HEADER, LABEL_SIGN})


class PrintedParts:
    """The printed parts of one sheet in one layout."""

    def __init__(self, snapshot: SheetSnapshot, grid: FormGrid, sheet: Sheet) -> None:
        """``grid`` was found on ``snapshot``. ``usable`` is False where more would have to be
        compared than this does."""
        self._origin: Position = snapshot.origin
        self._code_at = grid.code_column - snapshot.origin[1]
        below = grid.code_row + 1 - snapshot.origin[0]
        self._head = [list(line) for line in snapshot.rows[:below]]
        self._meant: Set[str] = {*_SIGNS, *(squeeze(column.title) for column in sheet.columns)}
        self._code_of = itemgetter(self._code_at)
        self._codes, self._ends = self._read_codes(snapshot.rows[below:])
        self.usable = (
            None not in grid.columns.values()
            and self._codes is not None
            and all(isinstance(value, str) for line in self._head for value in line)
            and any(squeeze(value) == CODE_SIGN for value in self._head[-1])
        )

    def _read_codes(self, lines: Sequence[Sequence[object]]) -> tuple[list[object] | None, bool]:
        """The row codes down to what follows the form, and whether anything does."""
        codes: list[object] = []
        for line in lines:
            if not 0 <= self._code_at < len(line):
                return None, False
            code = line[self._code_at]
            if not isinstance(code, str):
                return None, False
            codes.append(code)
            if code_key(code) in (CODE_SIGN, ORDINAL_HEADER):
                return codes, True
        return codes, False

    def are_those_of(self, snapshot: SheetSnapshot) -> bool:
        """Whether this sheet surely has the same grid."""
        rows, begin = snapshot.rows, len(self._head)
        codes = self._codes
        if snapshot.origin != self._origin or codes is None or len(rows) < begin + len(codes):
            return False
        if not self._ends and len(rows) != begin + len(codes):
            return False
        for known, line in zip(self._head, rows, strict=False):
            if known != line and not self._mean_the_same(known, line):
                return False
        try:
            return list(map(self._code_of, rows[begin : begin + len(codes)])) == codes
        except IndexError:
            return False

    def _mean_the_same(self, known: Sequence[object], line: Sequence[object]) -> bool:
        """Whether two head lines differ only in texts that say nothing of the grid, as the name of
        the school does."""
        if len(known) != len(line):
            return False
        for one, other in zip(known, line, strict=True):
            if one != other and (squeeze(one) in self._meant or squeeze(other) in self._meant):
                return False
        return True
