"""Fault: one mistake that clerks make, how to plant it, and what has to be found because of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from checker.demo.school import School


class At(NamedTuple):
    """A finding at a field's cell, or (with a row) at a cell of a table: row 1 is the first."""

    rule: str
    field: str
    column: str = "whole"
    row: int = 0


class OnSheet(NamedTuple):
    """A finding about a sheet as a whole, by the title it has in the workbook; "" for the book.
    ``cell`` is the address when there is one that belongs to no field."""

    rule: str
    sheet: str
    cell: str = ""


Expected: TypeAlias = At | OnSheet

Plant: TypeAlias = Callable[[Random, School], Sequence[Expected] | None]
"""Changes the school and says what has to be found; None (and no change) if it does not suit."""


class Fault(Struct, frozen=True):
    """``areas`` are the parts of the form it touches, or rules that it may silence: two faults with
    an area in common are never planted in one school, so that neither hides the other."""

    id: str
    title: str
    areas: frozenset[str]
    plant: Plant


FAULTS: list[Fault] = []
"""Every known fault; the modules ``faults_…`` add to it."""


def fault(areas: str, title: str) -> Callable[[Plant], Plant]:
    """Register the decorated function as a fault; its name is the id. ``areas``: words."""

    def register(plant: Plant) -> Plant:
        FAULTS.append(Fault(plant.__name__, title, frozenset(areas.split()), plant))
        return plant

    return register
