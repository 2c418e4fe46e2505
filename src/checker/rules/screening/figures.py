"""Figures: the values of one unit as a screen reads them — whole numbers as ``int``, read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from checker.model.submission import FactState
from checker.rules.values import Value, plain

if TYPE_CHECKING:
    from checker.rules.unit import Unit

Figure: TypeAlias = int | Fraction | bool | str | date
"""Numbers are ``int`` where they are whole, which reckons ten times as fast as a Fraction and just
as exactly."""


class Unsure(Exception):
    """A screen cannot tell. The rule's own kind then judges, and says whatever there is to say."""


class Limits(dict[str, "int | Fraction"]):
    """The thresholds in force for one stage, by id, looked up when first needed."""

    __slots__ = ("_of",)

    def __init__(self, of: Callable[[str], Fraction | None]) -> None:
        """``of`` finds a threshold's value; None if there is none for the stage."""
        self._of = of

    def __missing__(self, threshold_id: str) -> int | Fraction:
        value = self._of(threshold_id)
        if value is None:
            raise Unsure
        found = self[threshold_id] = whole_if_whole(value)
        return found


class Place(NamedTuple):
    """Where a figure stands, as far as it stands in one place: the key of its fact (of a row's own
    cell: the column's id), that of 共用 beside it, its kind, and what an empty cell counts as
    (None: it cannot be counted)."""

    fact: tuple[str, str, int] | str
    shared: tuple[str, str, int] | None
    kind: str
    blank: Figure | None


class Layout(NamedTuple):
    """What the figures of one kind of unit have in common: places of the form's fields as seen from
    a stage and of the columns of a table, the functions that several rules share, limits."""

    places: Mapping[str, Place]
    kinds: Mapping[str, str]
    shared: Mapping[str, Callable[[Figures], Figure]]
    limits: Limits
    of_rows: Callable[[str], Layout]
    """The layout of a table's rows as the same unit counts them."""


class Figures(dict[str, Figure]):
    """The figures of one unit, by field id; by "#1", "#2" … what several rules work out alike."""

    __slots__ = ("_cells", "_facts", "_layout", "_places", "_rows", "limits", "unit")

    def __init__(self, unit: Unit, layout: Layout) -> None:
        self.unit = unit
        self.limits = layout.limits
        self._layout = layout
        self._places = layout.places
        self._facts = unit.facts
        self._cells = unit.cells
        self._rows: dict[str, tuple[Figures, ...]] = {}

    def __missing__(self, name: str) -> Figure:
        place = self._places.get(name)
        if place is None:
            found = self[name] = self._worked_out(name)
            return found
        key, shared, kind, blank = place
        fact = self._cells.get(key) if isinstance(key, str) else self._facts.get(key)
        if shared is not None:
            in_common = self._facts.get(shared)
            if in_common is not None and in_common.state not in _NOTHING:  # a share of it
                found = self[name] = figure(self.unit.value(name), kind)
                return found
        if fact is None:
            raise Unsure
        state = fact.state
        if state is _GIVEN:
            value = fact.value
            if type(value) is Decimal and kind == "number":
                found = self[name] = _exact(value)
                return found
            if value is not None and _KINDS.get(type(value)) == kind:
                found = self[name] = cast("Figure", value)
                return found
        elif state is _BLANK and blank is not None:
            found = self[name] = blank
            return found
        raise Unsure

    def _worked_out(self, name: str) -> Figure:
        """What several rules share, or a figure that does not stand in one place."""
        work = self._layout.shared.get(name)
        if work is not None:
            return work(self)
        return figure(self.unit.value(name), self._layout.kinds[name])

    def given(self, name: str) -> bool:
        """Whether something usable was typed."""
        place = self._layout.places.get(name)
        if place is None or place.shared is not None:
            return self.unit.given(name)
        key = place.fact
        fact = self._cells.get(key) if isinstance(key, str) else self._facts.get(key)
        if fact is None or fact.state is not _GIVEN:
            return False
        return plain(fact.value) is not None

    def rows(self, table: str) -> tuple[Figures, ...]:
        """The figures of a table's filled rows."""
        found = self._rows.get(table)
        if found is None:
            layout = self._layout.of_rows(table)
            made = [Figures(row, layout) for row in self.unit.rows(table)]
            found = self._rows[table] = tuple(made)
        return found


_GIVEN, _BLANK = FactState.GIVEN, FactState.BLANK
_NOTHING = (FactState.BLANK, FactState.UNBOUND)


@lru_cache(maxsize=8192)
def _exact(value: Decimal) -> int | Fraction:
    top, bottom = value.as_integer_ratio()
    return top if bottom == 1 else Fraction(top, bottom)


def figure(value: Value, kind: str) -> Figure:
    """A rule's value as a screen reads it. Raises Unsure if it is not of the kind declared."""
    if type(value) is Fraction:
        if kind == "number":
            return whole_if_whole(value)
    elif _KINDS.get(type(value)) == kind:
        return value
    raise Unsure


_KINDS: dict[type, str] = {bool: "flag", str: "text", date: "date"}


def whole_if_whole(value: Fraction) -> int | Fraction:
    """The same number, as an ``int`` if it is whole."""
    return value.numerator if value.denominator == 1 else value


def quotient(above: int | Fraction, below: int | Fraction) -> int | Fraction:
    """Exact; Unsure where there is nothing to divide by."""
    if not below:
        raise Unsure
    if type(above) is int and type(below) is int:
        whole, rest = divmod(above, below)
        return Fraction(above, below) if rest else whole
    return Fraction(above) / below
