"""Printed figures 所填的数多半取过近似值: what a result could be that was worked out before the
figures on the form were rounded. A share computed from 12.34 万 pupils is not wrong because 12.3
stands in the form.

A measured figure (an amount, a percentage) may be off by half of its last decimal. Spreadsheets
drop zeros at the end, so figures of one unit are taken to have as many decimals as the most exact
of them. What is counted is exact, and so are 0, whole 元 and whole numbers without a unit.
"""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from checker.judging.context import Context
from checker.judging.form_values import Values
from checker.model.submission import Fact, FactRef
from checker.model.template import Field, FieldType, TableColumn
from checker.rules.values import (
    ZERO,
    MissingInput,
    NotApplicable,
    Value,
    decimals_of,
    rounded,
)

_MEASURED = (FieldType.AMOUNT, FieldType.PERCENT, FieldType.SIGNED)
_WHOLE = ("", "元")
"""Units in which a whole number is no approximation."""


class _Printed(Struct, frozen=True):
    value: Fraction
    unit: str


class Unrounded(Values):
    """The values of a submission as they may have been before they were rounded.

    ``read`` collects the measured figures; ``moved`` says by how much each is off.
    """

    def __init__(self, values: Values) -> None:
        super().__init__(values.submission, values.previous)
        self.read: dict[FactRef, _Printed] = {}
        self.moved: dict[FactRef, Fraction] = {}

    def move(self, moved: dict[FactRef, Fraction]) -> None:
        """Take the figures as off by so much from now on."""
        self.moved = moved
        self.forget()

    def usable(self, fact: Fact, declared: Field | TableColumn, label: str) -> Value:
        """As `Values.usable`."""
        value = super().usable(fact, declared, label)
        if not isinstance(value, Fraction) or declared.type not in _MEASURED or not value:
            return value
        self.read[fact.ref] = _Printed(value, declared.unit)
        return value + self.moved.get(fact.ref, ZERO)

    def halves(self) -> dict[FactRef, Fraction]:
        """Half of the last decimal of each figure that was read and may be off."""
        decimals: dict[str, int] = {}
        for each in self.read.values():
            decimals[each.unit] = max(decimals.get(each.unit, 0), decimals_of(each.value))
        return {
            ref: Fraction(1, 2 * 10 ** decimals[each.unit])
            for ref, each in self.read.items()
            if decimals[each.unit] or each.unit not in _WHOLE
        }


def may_have_been(context: Context, expression: str, claimed: Fraction) -> bool:
    """Whether the expression, worked out of figures that round to those on the form, rounds to what
    was claimed. Each figure is moved the way that makes the result greater, then less."""
    made: list[Unrounded] = []

    def unrounded(values: Values) -> Values:
        made.append(Unrounded(values))
        return made[0]

    unit = context.unit.of_values(unrounded)
    (values,) = made

    def result(moved: dict[FactRef, Fraction]) -> Fraction:
        values.move(moved)
        return context.number(expression, unit.reading(values))

    try:
        given = result({})
        halves = values.halves()
        up = {ref: half if result({ref: half}) >= given else -half for ref, half in halves.items()}
        most, least = result(up), result({ref: -half for ref, half in up.items()})
    except (MissingInput, NotApplicable):
        return False
    digits = decimals_of(claimed)
    return rounded(least, digits) <= rounded(claimed, digits) <= rounded(most, digits)
