"""Collection rules concluded: the schools' measures in, what they say of the county out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from checker.county.dispersion import Holding, dispersion, exact_sum
from checker.county.improvement import improvements
from checker.county.report import CountyFinding, DispersionResult
from checker.model.rules import Rule
from checker.model.verdicts import Outcome, Severity, format_number

COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "==": lambda a, b: a == b,
}
_SIGNS = {">=": "≥", "<=": "≤", ">": "＞", "<": "＜", "==": "="}


class Measured(NamedTuple):
    """What a collection rule measured in one school: ``amount`` per ``base`` (None: no base)."""

    code: str
    amount: Fraction
    base: Fraction | None


@dataclass(frozen=True, slots=True)
class Question:
    """One collection rule asked of one stage ("" for whole schools).

    ``measured`` and ``earlier`` map rule ids to the schools' measures of this and of last year
    (other rules' too, for those that are computed from others). ``threshold`` gives a limit by its
    id, None if there is none for this stage; ``against`` is the county form's own figure, None
    without one; ``names`` maps a 标识码 to a name.
    """

    rule: Rule
    stage: str
    stage_title: str
    measured: Mapping[str, Sequence[Measured]]
    earlier: Mapping[str, Sequence[Measured]]
    names: Mapping[str, str]
    threshold: Callable[[str], Fraction | None]
    against: Fraction | None = None

    @property
    def rows(self) -> Sequence[Measured]:
        """This rule's own measures."""
        return self.measured.get(self.rule.id, ())

    def text(self, key: str, default: str = "") -> str:
        """One of the rule's keys as text."""
        return str(self.rule.spec.get(key, default))

    def limit(self, key: str = "threshold") -> Fraction | None:
        """The limit whose id stands under ``key``; None without the key or a value."""
        name = self.rule.spec.get(key)
        return self.threshold(str(name)) if name else None

    def finding(
        self,
        outcome: Outcome,
        actual: str,
        required: str,
        message: str,
        schools: Iterable[str] = (),
    ) -> CountyFinding:
        """A finding of this rule; a soft rule's failure is a doubt."""
        if outcome is Outcome.FAIL and self.rule.severity is not Severity.HARD:
            outcome = Outcome.DOUBT
        return CountyFinding(
            rule=self.rule.id,
            title=self.rule.title,
            severity=self.rule.severity.value,
            outcome=outcome,
            stage=self.stage,
            actual=actual,
            required=required,
            message=message,
            source="；".join(str(item) for item in self.rule.citations),
            fix=self.rule.fix,
            schools=tuple(schools),
        )


class Conclusion(NamedTuple):
    """What one question brought: findings, and the dispersion where the rule is about one."""

    findings: tuple[CountyFinding, ...] = ()
    dispersion: tuple[DispersionResult, ...] = ()


def conclude(question: Question) -> Conclusion:
    """The conclusion of one collection rule for one stage. Raises KeyError for an unknown kind."""
    return KINDS[question.rule.kind](question)


def _holdings(measured: Sequence[Measured]) -> list[Holding]:
    """Schools with pupils; those without any have no level of their own."""
    return [Holding(item.code, item.base, item.amount) for item in measured if item.base]


def _one_dispersion(question: Question) -> Conclusion:
    """A 差异系数. Each must keep the limit by itself: their mean is no criterion (优质均衡).
    Without a limit it is only computed, for a rule that takes the mean of several."""
    holdings = _holdings(question.rows)
    found, limit = dispersion(holdings), question.limit()
    if found is None or limit is None or found.cv is None:
        return Conclusion()
    standard = question.limit("standard")
    outcome = _passed(found.within(limit))
    result = DispersionResult(
        rule=question.rule.id,
        indicator=question.text("indicator", question.rule.id),
        title=question.rule.title.removesuffix("的校际差异系数"),
        stage=question.stage,
        schools=found.schools,
        cv=found.cv,
        unweighted_cv=found.unweighted_cv,
        mean=found.mean,
        limit=limit,
        outcome=outcome,
        unweighted_outcome=_passed(found.unweighted_within(limit)),
        improvements=() if standard is None else improvements(holdings, standard, limit),
        decides=question.rule.severity is Severity.HARD,
    )
    shown_limit = format_number(limit, 2)
    text = (
        f"{question.stage_title}{question.rule.title}为 {_six(found.cv)}"
        f"（{found.schools} 所学校，按在校生数加权），{_kept(outcome)}上限 {shown_limit}。"
    )
    schools = [step.school for step in result.improvements]
    finding = question.finding(outcome, _six(found.cv), f"≤ {shown_limit}", text, schools)
    return Conclusion((finding,), (result,))


def _mean_dispersion(question: Question) -> Conclusion:
    """综合差异系数: the arithmetic mean of the 差异系数 of the rules in ``of`` (基本均衡). One that
    cannot be computed leaves it incomplete: the mean of fewer would be another quantity."""
    limit, parts = question.limit(), question.rule.spec.get("of")
    if limit is None or not isinstance(parts, list):
        return Conclusion()
    found = {
        str(part): dispersion(_holdings(question.measured.get(str(part), ()))) for part in parts
    }
    values = [item.cv for item in found.values() if item is not None and item.cv is not None]
    missing = [part for part, item in found.items() if item is None or item.cv is None]
    if not values:
        return Conclusion()
    required = f"≤ {format_number(limit, 2)}"
    if missing:
        text = f"{question.stage_title}缺少 {'、'.join(missing)} 的数据，综合差异系数无法计算。"
        return Conclusion((question.finding(Outcome.INCOMPLETE, "", required, text),))
    mean = sum(values, Decimal(0)) / len(values)
    outcome = _passed(Fraction(mean) <= limit)
    text = (
        f"{question.stage_title}{len(values)} 项差异系数的平均值为 {_six(mean)}，"
        f"{_kept(outcome)}上限 {format_number(limit, 2)}。"
    )
    return Conclusion((question.finding(outcome, _six(mean), required, text),))


def _share(question: Question) -> Conclusion:
    """Σ amount / Σ base over the schools, in per cent, against a limit if there is one."""
    rows = question.rows
    part = exact_sum([item.amount for item in rows])
    whole = exact_sum([Fraction(1) if item.base is None else item.base for item in rows])
    if not whole:
        return Conclusion()
    share = part / whole * 100
    actual = f"{format_number(share, 2)}%"
    text = (
        f"{question.stage_title}{question.rule.title}：{format_number(part, 0)} / "
        f"{format_number(whole, 0)}，为 {actual}"
    )
    limit, compare = question.limit(), question.text("compare", "<=")
    if limit is None:
        return Conclusion((question.finding(Outcome.PASS, actual, "", f"{text}。"),))
    required = f"{_SIGNS[compare]} {format_number(limit, 2)}%"
    outcome = _passed(COMPARE[compare](share, limit))
    text += f"，{'符合' if outcome is Outcome.PASS else '不符合'}要求（{required}）。"
    wants_more = compare in (">=", ">")
    behind = [item.code for item in rows if bool(item.amount) is not wants_more]
    schools = () if outcome is Outcome.PASS else behind
    return Conclusion((question.finding(outcome, actual, required, text, schools),))


def _total(question: Question) -> Conclusion:
    """The schools' sum against the county form's own figure."""
    figure = question.against
    if figure is None or not question.rows:
        return Conclusion()
    unit = question.text("unit")
    total = exact_sum([item.amount for item in question.rows])
    apart = abs(total - figure)
    outcome = _passed(apart <= (question.limit("tolerance") or 0))
    text = (
        f"{question.stage_title}{question.rule.title}：各校合计 {format_number(total, 2)}{unit}，"
        f"县级自查表填 {format_number(figure, 2)}{unit}，"
    )
    if outcome is Outcome.PASS:
        text += "一致。"
    else:
        text += f"各校合计{'多' if total > figure else '少'} {format_number(apart, 2)}{unit}。"
    finding = question.finding(
        outcome,
        f"{format_number(total, 2)}{unit}",
        f"= {format_number(figure, 2)}{unit}",
        text,
    )
    return Conclusion((finding,))


def _outliers(question: Question) -> Conclusion:
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
    ordered = sorted(level for level, _ in levels)
    low, high = _quartile(ordered, 1), _quartile(ordered, 3)
    width = (high - low) * reach
    if not width:
        return Conclusion()
    unit = question.text("unit")
    usual = f"{format_number(low, 2)}～{format_number(high, 2)}{unit}"
    findings = []
    for level, code in sorted(levels):
        if low - width <= level <= high + width:
            continue
        actual = f"{format_number(level, 2)}{unit}"
        text = (
            f"{question.names.get(code, code)}{question.stage_title}{question.rule.title}为"
            f" {actual}，远{'低' if level < low else '高'}于全县多数学校（{usual}），"
            "请核实单位和口径。"
        )
        findings.append(question.finding(Outcome.FAIL, actual, usual, text, [code]))
    return Conclusion(tuple(findings))


def _cohort(question: Question) -> Conclusion:
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
            f"{question.names.get(item.code, item.code)}{question.rule.title}："
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


def _passed(good: bool) -> Outcome:
    return Outcome.PASS if good else Outcome.FAIL


def _kept(outcome: Outcome) -> str:
    return "未超过" if outcome is Outcome.PASS else "超过"


def _six(value: Decimal) -> str:
    return f"{value:.6f}"


KINDS: dict[str, Callable[[Question], Conclusion]] = {
    "dispersion": _one_dispersion,
    "dispersion_mean": _mean_dispersion,
    "share": _share,
    "pass_share": _share,
    "total": _total,
    "outlier": _outliers,
    "cohort": _cohort,
}
"""Kinds of collection rules by the ``kind`` of the manifest."""
