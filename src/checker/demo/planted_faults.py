"""Mistakes that clerks make: how to plant each, and what has to be found because of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

from msgspec import Struct, field

from checker.demo import special_faults
from checker.demo.right_school import School
from checker.demo.special_faults import At, Expected
from checker.toml_files import record_of

Plant: TypeAlias = Callable[[Random, School], Sequence[Expected] | None]
"""Changes the school and says what has to be found; None (and no change) if it does not suit."""


class Fault(Struct, frozen=True):
    """One entry of ``faults.toml``, which says what the parts mean."""

    id: str
    title: str
    areas: frozenset[str]
    kinds: tuple[str, ...] = ()
    least: dict[str, int] = {}
    put: dict[str, Any] = {}
    typed: dict[str, str] = field(default_factory=dict, name="type")
    of: dict[str, tuple[str, int, int]] = {}
    unit: dict[str, tuple[int, int]] = {}
    more: dict[str, int] = {}
    cut: tuple[str, ...] = ()
    zero: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    found: tuple[str, ...] = ()

    def plant(self, random: Random, school: School) -> Sequence[Expected] | None:
        """Change the school and say what has to be found; None (and no change) if it does not
        suit."""
        if not self.found:
            special: Plant = getattr(special_faults, self.id)
            return special(random, school)
        suits = not self.kinds or school.kind.code in self.kinds
        if not suits or any(
            school.number(*_at(place, school)) < least for place, least in self.least.items()
        ):
            return None
        for place, value in self.put.items():
            school.put(*_at(place, school), value)
        for place, text in self.typed.items():
            school.type_text(*_at(place, school), text.format(_value(place, school)))
        for place, (other, top, bottom) in self.of.items():
            number = school.number(*_at(other, school)) * top // bottom
            school.put(*_at(place, school), number)
        for place, (top, bottom) in self.unit.items():
            school.put(*_at(place, school), Decimal(_value(place, school)) * top / bottom)
        for place in self.cut:
            school.put(*_at(place, school), str(_value(place, school))[:-1])
        for place, difference in self.more.items():
            name, column = _at(place, school)
            school.put(name, column, school.number(name, column) + difference)
        for name in self.zero:
            if school.values.get(name, {}).get("whole") is None:
                school.put(name, "whole", 0)
        for name in self.empty:
            del school.values[name]
        entries = (entry.partition(" ") for entry in self.found)
        return [At(rule, *_at(place, school)) for rule, _, place in entries]


def _at(place: str, school: School) -> tuple[str, str]:
    """Field and column of ``field`` or ``field@column``."""
    name, _, column = place.partition("@")
    return name, column.replace("stage", school.stages[0]) or "whole"


def _value(place: str, school: School) -> Any:
    """What stands there; None if nothing does."""
    name, column = _at(place, school)
    return school.values.get(name, {}).get(column)


@cache
def faults() -> tuple[Fault, ...]:
    """Every known fault, in the order of ``faults.toml``."""
    return record_of(Path(__file__).with_name("faults.toml"), dict[str, tuple[Fault, ...]])[
        "faults"
    ]
