"""Year on year 与上年比: this year's figure against 上年数 or last year's workbook."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from checker.judging.context import Context
from checker.judging.kinds.rule_keys import compare_of
from checker.judging.marked_facts import facts_of
from checker.judging.unit import Unit
from checker.judging.wording import SIGNS, gap_of, missed, please, should
from checker.model.rules import Rule
from checker.model.submission import FactRef
from checker.model.verdicts import Passed, Quantity, Requirement, Said, Verdict
from checker.rules.values import NotApplicable, RuleDefect, compare


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict; 不适用 when there is nothing to compare with."""
    field = str(rule.spec["field"])
    now, before = unit.number(field), unit.previous(field)
    if not isinstance(before, Fraction):
        raise RuleDefect(f"{field} 的上年数不是数字")
    if "within" in rule.spec:
        return (_within(context, field, now, before),)
    sign = compare_of(rule)
    if compare(sign, now, before):
        return (context.fulfilled(_said, _point, context, now, before),)
    said = _said(context, now, before)
    actual, required = said.actual, said.required
    assert required is not None
    label, measured = unit.label_of(field), unit.unit_of(field)
    last = Quantity(before, measured)
    gap = gap_of(rule, abs(now - before), measured, sign, excess=now > before, split=True)
    change = "增加" if now > before else "减少"
    message = (
        f"“{label}”（{actual}）{should(rule, sign)}上年数（{last}），"
        f"现在比上年{change} {Quantity(gap.exact, gap.unit)}{please(rule)}。"
    )
    if now == before:
        message = (
            f"“{label}”（{actual}）{should(rule, sign)}上年数（{last}），"
            f"现在与上年相同{please(rule)}。"
        )
    at = facts_of(context, field)
    return (
        missed(
            context,
            message,
            at=at,
            actual=actual,
            required=required,
            gap=gap,
        ),
    )


def _point(context: Context, *_: Fraction) -> tuple[FactRef, ...]:
    return facts_of(context, str(context.rule.spec["field"]))


def _said(context: Context, now: Fraction, before: Fraction) -> Said:
    """The words for a figure that is as it should be beside last year's."""
    field, sign = str(context.rule.spec["field"]), compare_of(context.rule)
    label, measured = context.unit.label_of(field), context.unit.unit_of(field)
    actual, last = Quantity(now, measured), Quantity(before, measured)
    required = Requirement(f"{SIGNS[sign]} 上年数 {last}", sign, before, measured)
    message = f"“{label}”为 {actual}，上年为 {last}，符合要求。"
    return Said(message, actual, required)


def _within(context: Context, field: str, now: Fraction, before: Fraction) -> Verdict:
    label, measured = context.unit.label_of(field), context.unit.unit_of(field)
    if not before:
        raise NotApplicable(f"“{label}”的上年数为 0")
    limit = context.threshold(str(context.rule.spec["within"]))
    change = (now - before) / before * 100
    actual = Quantity(now, measured)
    required = Requirement(f"比上年变动不超过 {Quantity(limit, '%')}")
    at = facts_of(context, field)
    word = "增加" if change >= 0 else "减少"
    told = (
        f"“{label}”为 {actual}，上年为 {Quantity(before, measured)}，"
        f"{word} {Quantity(abs(change), '%')}"
    )
    if abs(change) <= limit:
        return context.passed(f"{told}。", at=at, actual=actual, required=required)
    message = f"{told}，超过了 {Quantity(limit, '%')}，请核对。"
    return missed(context, message, at=at, actual=actual, required=required)
