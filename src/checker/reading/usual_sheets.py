"""Sheets from their rows: the box around all values, and what there is besides values."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from checker.model.snapshot import Position, SheetSnapshot
from checker.reading.usual_cells import Unusual
from checker.reading.usual_rows import RowMark, SharedStrings, UsualRow

MOST_CELLS = 300_000
"""Cells in the box around all values of one sheet."""
KEPT_FRAMES = 128


class _Frame(NamedTuple):
    """What sheets have in common whose rows bear the same marks. ``begin`` and ``end``: the rows
    from the first to the last that has values; ``gaps``: numbers are left out between them."""

    begin: int
    end: int
    gaps: bool
    errors: Mapping[Position, str]
    formulas: Mapping[Position, str]
    uncomputed: frozenset[Position]
    percent: frozenset[Position]


_frames: dict[tuple[RowMark, ...], _Frame] = {}


class SheetCells:
    """What stands in one sheet part; the same part in another workbook gives the same."""

    __slots__ = ("_last", "rows")

    def __init__(self, rows: list[UsualRow]) -> None:
        self.rows = rows
        self._last: tuple[SharedStrings | None, SheetSnapshot | None] | None = None

    def snapshot(self, title: str, visible: bool, strings: SharedStrings) -> SheetSnapshot:
        """The sheet, given the shared strings of its workbook. Raises Unusual, IndexError."""
        if self._last is not None:
            known, sheet = self._last
            if known is strings and sheet and (sheet.title, sheet.visible) == (title, visible):
                return sheet
        sheet = _sheet(title, visible, self.rows, strings)
        # most parts are met once: from the second time on it is worth remembering
        again = self._last is not None and strings.kept
        self._last = (strings, sheet) if again else (None, None)
        return sheet


def _sheet(
    title: str, visible: bool, rows: list[UsualRow], strings: SharedStrings
) -> SheetSnapshot:
    marks = tuple([row.mark for row in rows])
    frame = _frames.get(marks)
    if frame is None:
        if len(_frames) >= KEPT_FRAMES:
            _frames.clear()
        frame = _frames[marks] = _frame(marks)
    begin, end, gaps, errors, formulas, uncomputed, percent = frame
    lines: list[list[object]] = []
    origin = (1, 1)
    if begin < end:
        filled = rows if end - begin == len(rows) else rows[begin:end]
        first = min([row.first for row in filled])
        width = max([row.end for row in filled]) - first
        origin = (filled[0].mark.number, first)
        if width * (filled[-1].mark.number - origin[0] + 1) > MOST_CELLS:
            raise Unusual
        box = strings.box(first, width)
        lines = [row.laid[1] if row.laid[0] is box else row.lay(box) for row in filled]
        if gaps:
            lines = _with_gaps(filled, lines, width)
    return SheetSnapshot(title, lines, origin, visible, errors, formulas, uncomputed, percent)


def _frame(marks: tuple[RowMark, ...]) -> _Frame:
    """Raises Unusual for rows that are not in order."""
    numbers = [mark.number for mark in marks]
    if any(number <= before for before, number in pairwise(numbers)):
        raise Unusual
    filled = [at for at, mark in enumerate(marks) if mark.filled]
    begin, end = (filled[0], filled[-1] + 1) if filled else (0, 0)
    odd = [cell for mark in marks for cell in mark.odd]
    return _Frame(
        begin=begin,
        end=end,
        gaps=begin < end and numbers[end - 1] - numbers[begin] != end - 1 - begin,
        errors={cell.position: cell.error for cell in odd if cell.error is not None},
        formulas={cell.position: cell.formula for cell in odd if cell.formula is not None},
        uncomputed=frozenset([cell.position for cell in odd if cell.uncomputed]),
        percent=frozenset([cell.position for cell in odd if cell.percent]),
    )


def _with_gaps(rows: list[UsualRow], lines: list[list[object]], width: int) -> list[list[object]]:
    """The lines with blank ones for rows that are not written at all."""
    blank: list[object] = [""] * width
    found: list[list[object]] = []
    expected = rows[0].mark.number
    for row, line in zip(rows, lines, strict=True):
        found.extend([blank] * (row.mark.number - expected))
        found.append(line)
        expected = row.mark.number + 1
    return found
