"""This year beside an earlier one: a figure against 上年数 or last year's workbook (与上年比), and
a growth rate recomputed by the earlier year (增长率), with the rate divided by the wrong year
recognised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from checker.judging.context import Context
from checker.judging.marked_facts import facts_of, marked
from checker.judging.printed_figures import may_have_been
from checker.judging.unit import Unit
from checker.judging.wording import SIGNS, Words, gap_of, missed, please, requirement, should
from checker.model.rules import Rule
from checker.model.verdicts import Passed, Quantity, Requirement, Said, Verdict
from checker.rules.expression import parse
from checker.rules.values import NotApplicable, RuleDefect, compare, decimals_of, rounded


def year_on_year(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict; 不适用 when there is nothing to compare with."""
    field = str(rule.spec["field"])
    now, before = unit.number(field), unit.previous(field)
    if not isinstance(before, Fraction):
        raise RuleDefect(f"{field} 的上年数不是数字")
    if "within" in rule.spec:
        return (_within(context, field, now, before),)
    sign = str(rule.spec["compare"])
    if compare(sign, now, before):
        return (context.fulfilled(_said, marked, context, now, before),)
    measured = unit.unit_of(field)
    gap = gap_of(rule, abs(now - before), measured, sign, excess=now > before, split=True)
    change = f"比上年{_change(now, before)} {Quantity(gap.exact, gap.unit)}"
    return (missed(context, _said(context, now, before, change), gap=gap),)


def _said(context: Context, now: Fraction, before: Fraction, change: str = "") -> Said:
    """The words for a figure beside last year's; ``change`` if it is not as it should be."""
    rule, field = context.rule, str(context.rule.spec["field"])
    sign, label = str(rule.spec["compare"]), context.unit.label_of(field)
    measured = context.unit.unit_of(field)
    actual, last = Quantity(now, measured), Quantity(before, measured)
    message = f"“{label}”为 {actual}，上年为 {last}，符合要求。"
    if change:
        same = "与上年相同" if now == before else change
        message = f"“{label}”（{actual}）{should(rule, sign)}上年数（{last}），现在{same}"
        message += f"{please(rule)}。"
    return Said(
        message, actual, Requirement(f"{SIGNS[sign]} 上年数 {last}", sign, before, measured)
    )


def _within(context: Context, field: str, now: Fraction, before: Fraction) -> Verdict:
    label, measured = context.unit.label_of(field), context.unit.unit_of(field)
    if not before:
        raise NotApplicable(f"“{label}”的上年数为 0")
    limit = context.threshold(str(context.rule.spec["within"]))
    change = (now - before) / before * 100
    actual = Quantity(now, measured)
    required = Requirement(f"比上年变动不超过 {Quantity(limit, '%')}")
    told = (
        f"“{label}”为 {actual}，上年为 {Quantity(before, measured)}，"
        f"{_change(change, Fraction(0))} {Quantity(abs(change), '%')}"
    )
    if abs(change) <= limit:
        return context.passed(f"{told}。", at=marked(context), actual=actual, required=required)
    message = f"{told}，超过了 {Quantity(limit, '%')}，请核对。"
    return missed(context, Said(message, actual, required))


def _change(now: Fraction, before: Fraction) -> str:
    return "增加" if now >= before else "减少"


def growth(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict]:
    """A verdict on the claimed rate, and one on the rate itself where a limit is named."""
    spec, words = rule.spec, Words(context)
    now, before = context.number(str(spec["current"])), context.number(str(spec["previous"]))
    if not before:
        raise NotApplicable(f"“{words.describe(parse(str(spec['previous'])))}”为 0")
    digits = spec.get("digits", 2)
    rate = (now - before) / before * 100
    if "claimed" in spec:
        yield _claimed(context, now, before, digits)
    if "threshold" in spec:
        sign = str(spec["compare"])
        limit = context.threshold(str(spec["threshold"]))
        actual, required = Quantity(rate, "%", digits), requirement(sign, limit, "%")
        holds = compare(sign, rate, limit)
        name = words.describe(parse(str(spec["current"])))
        verb = "符合" if holds else "不符合"
        message = f"“{name}”增长率为 {actual}，{verb} {required.text} 的要求。"
        if holds:
            yield context.passed(message, at=marked(context), actual=actual, required=required)
        else:
            yield missed(context, Said(message, actual, required))


def _claimed(context: Context, current: Fraction, previous: Fraction, digits: int) -> Verdict:
    growth = (current - previous) / previous * 100
    field = str(context.rule.spec["claimed"])
    claimed = context.number(field)
    shown = decimals_of(claimed, digits)
    correct = Quantity(rounded(growth, digits), "%", digits)
    actual = Quantity(claimed, "%", max(digits, 4))
    required = Requirement(f"{SIGNS['==']} {correct}", "==", growth, "%")
    at = facts_of(context, field)
    name = context.unit.label_of(field)
    now, before = str(context.rule.spec["current"]), str(context.rule.spec["previous"])
    recomputed = f"(({now}) - ({before})) / ({before}) * 100"
    if rounded(growth, shown) == rounded(claimed, shown):
        message = f"“{name}”填报 {actual}，与按上期数计算的结果一致。"
        return context.passed(message, at=at, actual=actual, required=required)
    if may_have_been(context, recomputed, claimed):
        message = f"“{name}”填报 {actual}，按所填的数为 {correct}，差别在四舍五入的范围以内。"
        return context.passed(message, at=at, actual=actual, required=required)
    sum_text = f"（{_plain(current)} - {_plain(previous)}）÷ {_plain(previous)} = {correct}"
    message = f"“{name}”填报 {actual}，按“（本期数 - 上期数）÷ 上期数”应为 {correct}：{sum_text}"
    if current and rounded((current - previous) / current * 100, shown) == claimed:
        message += "。填报数误以本期为基数（除以了本期数）"
    return missed(context, Said(f"{message}。", actual, required), at=at)


def _plain(value: Fraction) -> str:
    return str(Quantity(value, "", 4))
