"""Range 范围: a value must lie between two limits, or on the right side of one."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from checker.judging.context import Context, limit_value
from checker.judging.marked_facts import marked
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
from checker.model.verdicts import Passed, Quantity, Requirement, Said, Verdict, digits_beside
from checker.rules.expression import parse


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict."""
    spec = rule.spec
    value = context.number(str(spec["value"]))
    low = limit_value(context, str(spec["minimum"])) if "minimum" in spec else None
    high = limit_value(context, str(spec["maximum"])) if "maximum" in spec else None
    over = high is not None and value > high
    if not over and (low is None or value >= low):
        return (context.fulfilled(_said, marked, context, value, low, high),)
    name, actual, required = _told(context, value, low, high)
    bound = high if over and high is not None else low if low is not None else value
    sign = "<=" if over else ">="
    gap = gap_of(rule, abs(value - bound), actual.unit, sign, excess=over, split=True)
    both = low is not None and high is not None
    message = (
        f"“{name}”为 {actual}，{demanded(rule)}{read_out(required)}"
        f"{'' if both or gap.apart else f'，{gap}'}{please(rule)}。"
    )
    said = Said(message, actual, required)
    return (missed(context, said, gap=None if both else gap, told={"gap": str(gap)}),)


def _said(context: Context, value: Fraction, low: Fraction | None, high: Fraction | None) -> Said:
    """The words for a value that lies where it should."""
    name, actual, required = _told(context, value, low, high)
    return Said(f"“{name}”为 {actual}，符合要求（{required.text}）。", actual, required)


def _told(
    context: Context, value: Fraction, low: Fraction | None, high: Fraction | None
) -> tuple[str, Quantity, Requirement]:
    """What the value is called, what it is and what it should be."""
    spec, words = context.rule.spec, Words(context)
    node = parse(str(spec["value"]))
    unit = str(spec.get("unit", "")) or words.unit_shown(node)
    digits = spec.get("digits", 2)
    for bound in (low, high):
        if bound is not None:
            digits = digits_beside(value, bound, digits)
    return words.describe(node), Quantity(value, unit, digits), _required(low, high, unit)


def _required(low: Fraction | None, high: Fraction | None, unit: str) -> Requirement:
    if low is not None and high is not None:
        if low == high:
            return Requirement(f"为 {Quantity(low, unit, 4)}", "==", low, unit)
        return Requirement(f"在 {Quantity(low, unit, 4)} 至 {Quantity(high, unit, 4)} 之间")
    if low is not None:
        return requirement(">=", low, unit)
    return requirement("<=", high if high is not None else Fraction(0), unit)
