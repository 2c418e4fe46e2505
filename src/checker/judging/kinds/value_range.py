"""Range 范围: a value must lie between two limits, or on the right side of one."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from checker.judging.context import Context
from checker.judging.kinds.rule_keys import limit_value, whole_number
from checker.judging.marked_facts import facts_of
from checker.judging.unit import Unit
from checker.judging.wording import (
    Words,
    demanded,
    gap_of,
    missed,
    please,
    read_out,
    requirement,
)
from checker.model.rules import Rule
from checker.model.submission import FactRef
from checker.model.verdicts import Passed, Quantity, Requirement, Said, Verdict, digits_beside
from checker.rules.expression import parse


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict."""
    spec = rule.spec
    text = str(spec["value"])
    value = context.number(text)
    low = limit_value(context, str(spec["minimum"])) if "minimum" in spec else None
    high = limit_value(context, str(spec["maximum"])) if "maximum" in spec else None
    over = high is not None and value > high
    if not over and (low is None or value >= low):
        return (context.fulfilled(_said, _point, context, value, low, high),)
    words, said = Words(context), _said(context, value, low, high)
    actual, required = said.actual, said.required
    assert isinstance(actual, Quantity) and required is not None
    measured, name = actual.unit, words.describe(parse(text))
    bound = high if over and high is not None else low if low is not None else value
    gap = gap_of(
        rule, abs(value - bound), measured, "<=" if over else ">=", excess=over, split=True
    )
    both = low is not None and high is not None
    wanted = f"{demanded(rule)}{read_out(required)}"
    message = (
        f"“{name}”为 {actual}，{wanted}{'' if both or gap.apart else f'，{gap}'}{please(rule)}。"
    )
    at, known = _point(context), {"gap": str(gap)}
    counted = None if both else gap
    return (
        missed(context, message, at=at, actual=actual, required=required, gap=counted, told=known),
    )


def _point(context: Context, *_: Fraction | None) -> tuple[FactRef, ...]:
    return facts_of(context, str(context.rule.spec["value"]))


def _said(context: Context, value: Fraction, low: Fraction | None, high: Fraction | None) -> Said:
    """The words for a value that lies where it should."""
    spec, words = context.rule.spec, Words(context)
    text = str(spec["value"])
    measured = str(spec.get("unit", "")) or words.unit_shown(parse(text))
    digits = whole_number(spec.get("digits", 2))
    for bound in (low, high):
        if bound is not None:
            digits = digits_beside(value, bound, digits)
    actual = Quantity(value, measured, digits)
    required = _required(low, high, measured)
    name = words.describe(parse(text))
    message = f"“{name}”为 {actual}，符合要求（{required.text}）。"
    return Said(message, actual, required)


def _required(low: Fraction | None, high: Fraction | None, unit: str) -> Requirement:
    if low is not None and high is not None:
        if low == high:
            return Requirement(f"为 {Quantity(low, unit, 4)}", "==", low, unit)
        return Requirement(f"在 {Quantity(low, unit, 4)} 至 {Quantity(high, unit, 4)} 之间")
    if low is not None:
        return requirement(">=", low, unit)
    return requirement("<=", high if high is not None else Fraction(0), unit)
