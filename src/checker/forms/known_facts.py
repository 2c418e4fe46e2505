"""Facts remembered by their cell and what stood in it: 0, 是 and 30 stand there in many workbooks.

A fact follows from the field, its cell and what the cell holds, and from nothing else of the
workbook; it is frozen, so that submissions can share it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from checker.forms.fact_hash import fact_line
from checker.forms.known_values import EntryReader, whole_number
from checker.forms.typed_value import TypedValue
from checker.model.cells import CellRef
from checker.model.snapshot import Position, SheetSnapshot
from checker.model.submission import Fact, FactRef, FactState

KEPT_FACTS = 12_000
"""Facts remembered for one template, of some 400 bytes each."""
KEPT_BELOW = 10_000
KEPT_LENGTH = 12
"""Larger numbers (sums of money) and longer texts (names, addresses) rarely stand in the same cell
of two workbooks."""

PLAIN_TYPES = frozenset({float, str, type(None)})
"""Among values of these, equal ones are the same, except 0.0 and -0.0."""

IF_THERE, IF_NOT_THERE = 1, 2
"""A reading asks for attention if the school has the stage of its column, or if it has not."""


class Reading(NamedTuple):
    """What was read from one cell: the fact, its line in the digest of all facts ("" for none),
    when it asks for attention (IF_THERE, IF_NOT_THERE, both, 0 for never), and the typed value if
    there is a remark on it."""

    fact: Fact
    line: str
    attention: int
    remark: TypedValue | None


_SOME_NUMBER = TypedValue(FactState.GIVEN, Decimal(1), "1")
"""All whole numbers above 0 ask for attention alike."""


class FactCount:
    """Counts the facts that are remembered for one template."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class FactCell:
    """One cell and the fact that it holds. ``known`` has the readings by what stood there."""

    __slots__ = ("_as_number", "_asks", "_place", "_reader", "_ref", "_zero", "known")

    def __init__(
        self,
        ref: FactRef,
        place: CellRef | None,
        reader: EntryReader,
        asks: Callable[[TypedValue], int],
    ) -> None:
        """``place`` is None if there is no such cell. ``asks`` tells of a typed value when it asks
        for attention."""
        self._ref, self._place, self._reader, self._asks = ref, place, reader, asks
        self._as_number: tuple[str, int] | None = None
        self._zero: Reading | None = None
        self.known: dict[object, Reading] = {}

    def forget(self) -> None:
        """Forget what was remembered of other workbooks."""
        self._zero = None
        self.known.clear()

    @property
    def position(self) -> Position | None:
        """Row and column; None if there is no such cell."""
        return None if self._place is None else self._place[1:]

    def of_value(self, value: object, sheet: SheetSnapshot, counted: FactCount) -> Reading:
        """The reading of a cell that holds nothing but ``value`` (see ``odd_positions``), which is
        not among ``known``."""
        place = self._place
        if place is None or value is None or value == "":
            return self._nothing()
        keep = False
        if value.__class__ is float:
            whole = whole_number(value) if self._reader.is_number else None
            if whole is not None:  # most of what is filled in
                number, text = whole
                if self._as_number is None:
                    self._as_number = fact_line(self._ref, ""), self._asks(_SOME_NUMBER)
                start, attention = self._as_number
                fact = Fact(self._ref, FactState.GIVEN, number, place, text)
                reading = Reading(fact, start + text, attention, None)
                if value < KEPT_BELOW:
                    self.known[value] = reading
                    counted.count += 1
                return reading
            if value:
                keep = -KEPT_BELOW < value < KEPT_BELOW
            elif repr(value) == "0.0":  # equal to -0.0, which is shown otherwise
                if self._zero is None:
                    self._zero = self._reading(self._reader.read(sheet, place.row, place.column))
                return self._zero
        elif value.__class__ is str:
            keep = len(value) <= KEPT_LENGTH
        reading = self._reading(self._reader.read_plain(value, sheet, place.row, place.column))
        if keep:
            self.known[value] = reading
            counted.count += 1
        return reading

    def of_cell(self, sheet: SheetSnapshot) -> Reading:
        """The reading of any cell; it is not remembered."""
        if self._place is None:
            return self._nothing()
        _, row, column = self._place
        return self._reading(self._reader.read(sheet, row, column))

    def _nothing(self) -> Reading:
        """The reading of a cell without a value."""
        if self._place is None:
            nothing = Reading(Fact(self._ref, FactState.UNBOUND), "", 0, None)
        else:
            nothing = self._reading(self._reader.blank)
        self.known[""] = self.known[None] = nothing
        return nothing

    def _reading(self, typed: TypedValue) -> Reading:
        state, value = typed.state, typed.value
        fact = Fact(self._ref, state, value, self._place, typed.typed)
        line = fact_line(self._ref, value) if state is FactState.GIVEN else ""
        return Reading(fact, line, self._asks(typed), typed if typed.rule else None)


def read_cells(
    cells: Sequence[FactCell],
    known: Sequence[Mapping[object, Reading]],
    values: Sequence[object],
    sheet: SheetSnapshot,
    counted: FactCount,
    odd: Collection[int] = (),
) -> list[Reading]:
    """What these values mean in these cells. ``known`` is that of the cells; ``odd`` are the
    places of those that hold more than a value: nothing is learnt of these."""
    types = set(map(type, values))
    if odd or not PLAIN_TYPES.issuperset(types):
        others = {at for at, value in enumerate(values) if type(value) not in PLAIN_TYPES}
        readings = [
            None if at in others or at in odd else found.get(value)
            for at, (found, value) in enumerate(zip(known, values, strict=False))
        ]
    else:
        readings = [found.get(value) for found, value in zip(known, values, strict=False)]
    for at in [at for at, reading in enumerate(readings) if reading is None]:
        cell = cells[at]
        readings[at] = (
            cell.of_cell(sheet) if at in odd else cell.of_value(values[at], sheet, counted)
        )
    return readings  # type: ignore[return-value]
