"""Indicator 指标: numerator / denominator x scale against a limit; exact, the gap in things."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor

from msgspec.structs import replace

from checker.judging.context import Context
from checker.judging.marked_facts import facts_of, marked
from checker.judging.unit import Unit
from checker.judging.wording import Words, gap_of, limit_said, missed, please, requirement
from checker.model.rules import Rule
from checker.model.verdicts import (
    Gap,
    Passed,
    Quantity,
    Said,
    Severity,
    Verdict,
    digits_beside,
    format_number,
)
from checker.rules.expression import parse
from checker.rules.values import ONE, compare, rounded


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict; 不适用 when the denominator is 0. A negative denominator (more left than there
    were) cannot be: not fulfilled whatever the limit, without a value that would mean nothing."""
    spec, operator = rule.spec, str(rule.spec["compare"])
    numerator_text, denominator_text = str(spec["numerator"]), str(spec.get("denominator", ""))
    scale = Fraction(spec.get("scale", 1))
    numerator = context.number(numerator_text)
    denominator = context.number(denominator_text) if denominator_text else ONE
    if denominator <= 0:
        name = Words(context).describe(parse(denominator_text))
        if not denominator:
            return (context.not_applicable(f"“{name}”为 0", at=marked(context)),)
        shown = format_number(denominator, 2)
        message = f"{rule.title}无法计算：“{name}”为 {shown}，不可能小于 0，请核对所填各数。"
        at = facts_of(context, denominator_text, numerator_text)
        return (context.failed(message, at=at),)
    value = numerator / denominator * scale
    limit = context.threshold(str(spec["threshold"]))
    if compare(operator, value, limit):
        return (context.fulfilled(_said, marked, context, value, limit),)
    words, said = Words(context), _said(context, value, limit)
    actual, required = said.actual, said.required
    assert isinstance(actual, Quantity) and required is not None
    gap = _gap(rule, words, numerator, denominator, scale, limit, operator)
    told = near(value, actual.digits, actual.unit) if said.borderline else ""
    lacks = "" if rule.severity is Severity.SOFT or not gap.value else f"，{gap}"
    message = f"{rule.title}：现在为 {actual}，{limit_said(rule, required)}{lacks}{told}"
    return (missed(context, replace(said, message=f"{message}{please(rule)}。"), gap=gap),)


def _said(context: Context, value: Fraction, limit: Fraction) -> Said:
    """The words for a value that reaches its limit; for any other, all but the message holds."""
    rule = context.rule
    spec, operator = rule.spec, str(rule.spec["compare"])
    unit, digits = str(spec["unit"]), spec.get("digits", 2)
    as_shown = compare(operator, rounded(value, digits), limit)
    borderline = as_shown is not compare(operator, value, limit)
    shown_digits = digits_beside(value, limit, digits)
    actual, required = Quantity(value, unit, shown_digits), requirement(operator, limit, unit)
    message = f"{rule.title}：现在为 {actual}，符合 {required.text} 的要求"
    message += f"{near(value, digits, unit) if borderline else ''}。"
    return Said(message, actual, required, borderline)


def _gap(
    rule: Rule,
    words: Words,
    numerator: Fraction,
    denominator: Fraction,
    scale: Fraction,
    limit: Fraction,
    operator: str,
) -> Gap:
    """What the numerator (or, with ``of = "denominator"``, the denominator) lacks or has too much
    to pass: |limit x denominator / scale - numerator|."""
    if limit and rule.spec.get("gap", {}).get("of") == "denominator":
        unit = words.unit_shown(parse(str(rule.spec.get("denominator", "1"))))
        exact = numerator * scale / limit - denominator
        return gap_of(rule, abs(exact), unit, operator, excess=exact < 0)
    unit = words.unit_shown(parse(str(rule.spec["numerator"])))
    exact = limit * denominator / scale - numerator
    return gap_of(rule, abs(exact), unit, operator, excess=exact < 0 or operator == "<")


def near(value: Fraction, digits: int, unit: str) -> str:
    """The words for 临界值: what it is before rounding, cut so that it still differs."""
    for more in range(digits + 1, digits + 8):
        scale = 10**more
        shown = Fraction(floor(value * scale), scale)
        if shown != rounded(value, digits):
            if rounded(value, digits) < value:
                shown = Fraction(ceil(value * scale), scale)
            return f"（临界值：未四舍五入为 {format_number(shown, more)}{unit}）"
    return "（临界值：按未四舍五入的数比较）"
