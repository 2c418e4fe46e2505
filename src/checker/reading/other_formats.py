"""What .xls, .xlsb and .ods have in common: a look of our own at the cells, then calamine's values.

Formulas are not read from these formats. This runs in the guarded process.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.model.snapshot import Area, Position, SheetSnapshot
from checker.reading import unreadable
from checker.reading.calamine_values import read_values
from checker.reading.limits import LIMITS
from checker.reading.unreadable import UnreadableWorkbook


class SheetScan:
    """What was found on one sheet, as in SheetSnapshot, and how far its cells reach."""

    def __init__(self) -> None:
        self.errors: dict[Position, str] = {}
        self.percent: set[Position] = set()
        self.merged: list[Area] = []
        self.count = 0
        self._box: Area | None = None

    def see(self, first: Position, last: Position, cells: int = 1) -> None:
        """Takes note that cells are written from ``first`` to ``last``. Raises UnreadableWorkbook
        when there are too many, or the box around all of them is too large to be filled."""
        top, left, bottom, right = self._box or (*first, *last)
        top, left = min(top, first[0]), min(left, first[1])
        bottom, right = max(bottom, last[0]), max(right, last[1])
        self._box = (top, left, bottom, right)
        self.count += cells
        if self.count > LIMITS.cells:
            raise UnreadableWorkbook(unreadable.TOO_MANY_CELLS)
        if self.area > LIMITS.area:
            raise UnreadableWorkbook(unreadable.TOO_WIDE)

    def merge(self, area: Area) -> None:
        """Takes note of a merged area."""
        if len(self.merged) >= LIMITS.merged:
            raise UnreadableWorkbook(unreadable.TOO_MANY_CELLS)
        self.merged.append(area)

    @property
    def area(self) -> int:
        """The number of cells in the box around all of them."""
        if self._box is None:
            return 0
        top, left, bottom, right = self._box
        return (bottom - top + 1) * (right - left + 1)


def read_scanned(data: bytes, scans: Mapping[str, SheetScan]) -> list[SheetSnapshot]:
    """All worksheets of a file; ``scans`` by title. Raises UnreadableWorkbook."""
    if len(scans) > LIMITS.sheets:
        raise UnreadableWorkbook(unreadable.TOO_MANY_SHEETS)
    if sum(scan.count for scan in scans.values()) > LIMITS.cells:
        raise UnreadableWorkbook(unreadable.TOO_MANY_CELLS)
    if sum(scan.area for scan in scans.values()) > LIMITS.area:
        raise UnreadableWorkbook(unreadable.TOO_WIDE)
    found: list[SheetSnapshot] = []
    for title, visible, (origin, rows) in read_values(data):
        scan = scans.get(title, SheetScan())
        found.append(
            SheetSnapshot(
                title=title,
                rows=rows,
                origin=origin,
                visible=visible,
                errors=scan.errors,
                percent=frozenset(scan.percent),
                merged=tuple(scan.merged),
            )
        )
    return found
