"""差异系数 of the county concluded: each by itself, and the mean of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from checker.county.conclusions import DispersionResult
from checker.county.dispersion import (
    Dispersion,
    Holding,
    dispersion,
    improvements,
    movers,
    weighted,
)
from checker.county.measuring import Measured
from checker.county.question import Conclusion, Question, kept, passed, six
from checker.model.verdicts import Outcome, Severity, format_number
from checker.rules.values import MOST_DECIMALS, agrees, decimals_of
from checker.toml_files import texts


def one_dispersion(question: Question) -> Conclusion:
    """A 差异系数. Each must keep the limit by itself: their mean is no criterion (优质均衡).
    Without a limit it is only computed, for a rule that takes the mean of several."""
    holdings = holdings_of(question.rows)
    found, limit = dispersion(holdings), question.limit()
    if limit is None:
        return Conclusion()
    if found is None or found.cv is None:
        return question.nothing_measured(f"≤ {format_number(limit, 2)}")
    standard = question.limit("standard")
    outcome = question.outcome(found.within(limit))
    steps = () if standard is None else improvements(holdings, standard, limit)
    shown_limit = format_number(limit, 2)
    text = (
        f"{question.stage_title}{question.rule.title}为 {six(found.cv)}"
        f"（{found.schools} 所学校，按在校生数加权），{kept(outcome)}上限 {shown_limit}。"
    )
    finding = question.of_all(
        outcome,
        six(found.cv),
        f"≤ {shown_limit}",
        text,
        [step.school for step in steps],
        figure=Fraction(found.cv),
    )
    result = DispersionResult(
        finding=finding,
        indicator=question.text("indicator", question.rule.id),
        title=question.rule.title.removesuffix("的校际差异系数"),
        schools=found.schools,
        cv=found.cv,
        unweighted_cv=found.unweighted_cv,
        mean=found.mean,
        limit=limit,
        unweighted_outcome=question.outcome(found.unweighted_within(limit)),
        improvements=steps,
        movers=() if outcome is Outcome.PASS else movers(holdings),
        decides=question.rule.severity in (Severity.HARD, Severity.STANDARD),
    )
    return Conclusion((finding,), (result,))


def mean_dispersion(question: Question) -> Conclusion:
    """综合差异系数: the arithmetic mean of the 差异系数 of the rules in ``of`` (基本均衡). One that
    cannot be computed leaves it incomplete: the mean of fewer would be another quantity."""
    limit, parts = question.limit(), texts(question.rule.spec.get("of"))
    if limit is None or not parts:
        return Conclusion()
    found = {part: weighted(holdings_of(question.measures(part))) for part in parts}
    values = [item.cv for item in found.values() if item is not None and item.cv is not None]
    missing = [part for part, item in found.items() if item is None or item.cv is None]
    if not values:
        return Conclusion()
    required = f"≤ {format_number(limit, 2)}"
    if missing:
        text = f"{question.stage_title}缺少 {'、'.join(missing)} 的数据，综合差异系数无法计算。"
        return Conclusion((question.of_all(Outcome.INCOMPLETE, "", required, text),))
    mean = sum(values, Decimal(0)) / len(values)
    outcome = passed(Fraction(mean) <= limit)
    text = (
        f"{question.stage_title}{len(values)} 项差异系数的平均值为 {six(mean)}，"
        f"{kept(outcome)}上限 {format_number(limit, 2)}。"
    )
    return Conclusion((question.of_all(outcome, six(mean), required, text, figure=Fraction(mean)),))


def claimed_dispersion(question: Question) -> Conclusion:
    """A 差异系数 that the county form claims (of several rules: their mean), against what the
    schools' figures make it. While schools are missing, another figure decides nothing."""
    claimed, parts = question.against, texts(question.rule.spec.get("of"))
    if claimed is None or not parts:
        return Conclusion()
    rows = [holdings_of(question.measures(part)) for part in parts]
    found = [dispersion(each) for each in rows]
    values = [item.cv for item in found if item is not None and item.cv is not None]
    title = f"{question.stage_title}{question.rule.title}"
    shown = format_number(claimed, MOST_DECIMALS)
    if len(values) < len(parts):
        text = f"{title}为 {shown}，各校数据不全，无法核对。"
        return Conclusion((question.of_all(Outcome.INCOMPLETE, "", "", text),))
    value = Fraction(sum(values, Decimal(0)) / len(values))
    outcome = passed(agrees(claimed, value))
    text = f"{title}为 {shown}，按各校数据计算为 {format_number(value, MOST_DECIMALS)}"
    if outcome is Outcome.PASS:
        text += "，一致。"
    else:
        slips = dict.fromkeys(_slips(claimed, value, [item for item in found if item]))
        text += f"。可能是{'，或者'.join(slips)}。" if slips else "。"
        if question.reservation():
            outcome = Outcome.INCOMPLETE
    required = f"= {format_number(value, MOST_DECIMALS)}"
    return Conclusion((question.of_all(outcome, shown, required, text, figure=value),))


def _slips(claimed: Fraction, value: Fraction, found: Sequence[Dispersion]) -> Iterator[str]:
    """What would explain a claimed 差异系数 that is not ``value``, the mean of these."""
    plain = [item.unweighted_cv for item in found]
    if all(item is not None for item in plain):
        together = sum((item for item in plain if item is not None), Decimal(0)) / len(plain)
        if agrees(claimed, Fraction(together)):
            yield "没有按在校生数加权，把大小学校同样看待"
    sample = [_of_sample(item) for item in found]
    if all(item is not None for item in sample):
        together = sum((item for item in sample if item is not None), Decimal(0)) / len(sample)
        if agrees(claimed, Fraction(together)):
            yield "没有按在校生数加权，标准差又除以了校数减一"
    if agrees(claimed, value * 100):
        yield "填成了百分数"
    if agrees(claimed, value**2):
        yield "方差没有开平方"
    if value >= claimed > value - Fraction(10) ** -decimals_of(claimed):
        yield "没有四舍五入，直接舍去了后面的位数"


def _of_sample(item: Dispersion) -> Decimal | None:
    """σ/μ over schools whatever their size, with n-1 in the denominator (a spreadsheet's STDEV)."""
    if item.unweighted_cv is None or item.schools < 2:
        return None
    return item.unweighted_cv * (Decimal(item.schools) / (item.schools - 1)).sqrt()


def holdings_of(measured: Sequence[Measured]) -> list[Holding]:
    """Schools with pupils; those without any have no level of their own."""
    return [Holding(item.code, item.base, item.amount) for item in measured if item.base]
