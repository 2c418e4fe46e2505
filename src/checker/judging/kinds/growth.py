"""Growth 增长率: recomputed by the earlier year; a rate divided by the wrong year is recognised."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from checker.judging.context import Context
from checker.judging.kinds.rule_keys import compare_of, whole_number
from checker.judging.marked_facts import facts_of
from checker.judging.printed_figures import may_have_been
from checker.judging.unit import Unit
from checker.judging.wording import SIGNS, Words, missed, requirement
from checker.model.rules import Rule
from checker.model.verdicts import Quantity, Requirement, Verdict
from checker.rules.expression import parse
from checker.rules.values import NotApplicable, compare, decimals_of, rounded


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict]:
    """A verdict on the claimed rate, and one on the rate itself where a limit is named."""
    spec, words = rule.spec, Words(context)
    current_text, previous_text = str(spec["current"]), str(spec["previous"])
    current, previous = context.number(current_text), context.number(previous_text)
    if not previous:
        raise NotApplicable(f"“{words.describe(parse(previous_text))}”为 0")
    growth = (current - previous) / previous * 100
    digits = whole_number(spec.get("digits", 2))
    if "claimed" in spec:
        yield _claimed(context, current, previous, digits)
    if "threshold" in spec:
        sign = compare_of(rule)
        limit = context.threshold(str(spec["threshold"]))
        actual, required = Quantity(growth, "%", digits), requirement(sign, limit, "%")
        at = facts_of(context, current_text, previous_text)
        name = words.describe(parse(current_text))
        if compare(sign, growth, limit):
            message = f"“{name}”增长率为 {actual}，符合 {required.text} 的要求。"
            yield context.passed(message, at=at, actual=actual, required=required)
        else:
            message = f"“{name}”增长率为 {actual}，不符合 {required.text} 的要求。"
            yield missed(context, message, at=at, actual=actual, required=required)


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
    return missed(context, f"{message}。", at=at, actual=actual, required=required)


def _plain(value: Fraction) -> str:
    return str(Quantity(value, "", 4))
