"""What the number formats of a sheet make of its numbers: dates, truth values, percentages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum

from checker_xlsx.libreoffice.connection import Uno
from msgspec import Struct

_DATE, _TIME, _PERCENT, _LOGICAL = 2, 4, 128, 1024  # com.sun.star.util.NumberFormat
_MOST_CELLS = 2_000_000
"""A sheet whose empty columns are formatted as dates to the end is not walked cell by cell."""


class Shown(Enum):
    """How a number appears."""

    DATE = "date"
    TRUTH = "truth"
    PERCENT = "percent"


class Formats(Struct, frozen=True):
    """Areas (first row, first column, last row, last column; 1-based) by how they show numbers."""

    areas: tuple[tuple[tuple[int, int, int, int], Shown], ...]

    def within(self, place: tuple[int, int, int, int]) -> Iterator[tuple[int, int, Shown]]:
        """Row, column and kind of every formatted cell inside ``place``."""
        top, left, bottom, right = place
        for (first_row, first_column, last_row, last_column), kind in self.areas:
            rows = range(max(top, first_row), min(bottom, last_row) + 1)
            columns = range(max(left, first_column), min(right, last_column) + 1)
            if len(rows) * len(columns) > _MOST_CELLS:
                continue
            for row in rows:
                for column in columns:
                    yield row, column, kind


def formats_of(sheet: Uno, number_formats: Uno) -> Formats:
    """The formats of a UNO sheet; one group of calls per distinct cell format, not per cell."""
    kinds: dict[int, Shown | None] = {}
    areas = []
    groups = sheet.UniqueCellFormatRanges
    for index in range(groups.Count):
        group = groups.getByIndex(index)
        key = group.NumberFormat
        if key not in kinds:
            kinds[key] = _kind(number_formats.getByKey(key).Type)
        kind = kinds[key]
        if kind is None:
            continue
        for area in group.getRangeAddresses():
            corners = (area.StartRow + 1, area.StartColumn + 1, area.EndRow + 1, area.EndColumn + 1)
            areas.append((corners, kind))
    return Formats(tuple(areas))


def _kind(number_type: int) -> Shown | None:
    if number_type & (_DATE | _TIME):
        return Shown.DATE
    if number_type & _PERCENT:
        return Shown.PERCENT
    if number_type & _LOGICAL:
        return Shown.TRUTH
    return None


def shown_as(kind: Shown, number: float, epoch: datetime = datetime(1899, 12, 30)) -> object:
    """A number as the cell means it: a date, a truth value, or itself."""
    if kind is Shown.DATE:
        return epoch + timedelta(days=number)
    if kind is Shown.TRUTH:
        return number != 0
    return number
