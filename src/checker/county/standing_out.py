"""Schools that stand out: far from the others, or far from their own last year."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from checker.county.dispersion import ascending
from checker.county.question import Conclusion, Question
from checker.model.verdicts import Outcome, format_number


def outliers(question: Question) -> Conclusion:
    """Schools far from the others: beyond ``reach`` times the width of the middle half (Tukey).
    Fewer than ``fewest`` schools say nothing about what is usual."""
    reach, fewest = question.limit("reach"), question.limit("fewest") or Fraction(8)
    levels = [
        (item.amount / (item.base or 1), item.code)
        for item in question.rows
        if item.base is None or item.base > 0
    ]
    if reach is None or len(levels) < fewest:
        return Conclusion()
    ordered = ascending([level for level, _ in levels])
    low, high = _quartile(ordered, 1), _quartile(ordered, 3)
    width = (high - low) * reach
    if not width:
        return Conclusion()
    unit = question.text("unit")
    usual = f"{format_number(low, 2)}～{format_number(high, 2)}{unit}"
    least, most = low - width, high + width
    findings = []
    for level, code in sorted(pair for pair in levels if not least <= pair[0] <= most):
        actual = f"{format_number(level, 2)}{unit}"
        text = (
            f"{question.name(code)}{question.stage_title}{question.rule.title}为"
            f" {actual}，远{'低' if level < low else '高'}于全县多数学校（{usual}），"
            "请核实单位和口径。"
        )
        findings.append(question.finding(Outcome.FAIL, actual, usual, text, [code]))
    return Conclusion(tuple(findings))


def cohort(question: Question) -> Conclusion:
    """The same pupils one year on, each school by itself: this year's amount against last year's
    base, within a share (per cent) that may come and go."""
    allowed, fewest = question.limit("within"), question.limit("fewest") or Fraction(0)
    before = {item.code: item.base for item in question.earlier.get(question.rule.id, ())}
    findings = []
    for item in question.rows:
        then = before.get(item.code)
        if allowed is None or not then or then < fewest:
            continue
        change = (item.amount - then) / then * 100
        if abs(change) <= allowed:
            continue
        text = (
            f"{question.name(item.code)}{question.rule.title}："
            f"今年 {format_number(item.amount, 0)} 人，去年同一批学生 {format_number(then, 0)} 人，"
            f"{'增加' if change > 0 else '减少'}了 {format_number(abs(change), 1)}%，"
            "请说明转入转出情况。"
        )
        required = f"变动不超过 {format_number(allowed, 0)}%"
        actual = f"{format_number(change, 1)}%"
        findings.append(question.finding(Outcome.FAIL, actual, required, text, [item.code]))
    return Conclusion(tuple(findings))


def _quartile(ordered: Sequence[Fraction], quarter: int) -> Fraction:
    """Linear between neighbours, exact (the usual "inclusive" quartile)."""
    place = Fraction((len(ordered) - 1) * quarter, 4)
    index = int(place)
    if index + 1 >= len(ordered):
        return ordered[-1]
    return ordered[index] + (ordered[index + 1] - ordered[index]) * (place - index)
