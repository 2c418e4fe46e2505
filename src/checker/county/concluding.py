"""Collection rules asked of each stage: measures in, what they say of the county out.

A figure of the county is worked out twice where the program itself calls inputs wrong or doubtful:
with all data, and without those inputs. Where the two come to different outcomes there is no
conclusion yet, and the schools on which it hangs are named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from checker.county.conclusions import CountyFinding, DispersionResult, Hinge, Without, cells_of
from checker.county.inequality import claimed_dispersion, mean_dispersion, one_dispersion
from checker.county.measuring import figure
from checker.county.python_rules import ask_function
from checker.county.question import Conclusion, County, Question
from checker.county.standing_out import cohort, outliers
from checker.county.sums import share, total
from checker.marking.file_record import Doubt
from checker.model.rules import Rule
from checker.model.verdicts import MISSED, OUTCOME_WORDS, Outcome, RuleError, Severity
from checker.plugins.failure import PluginFailure
from checker.rules.profiles import Profile
from checker.rules.ruleset import RuleSet, applies
from checker.rules.values import RuleDefect

KINDS: dict[str, Callable[[Question], Conclusion]] = {
    "dispersion": one_dispersion,
    "dispersion_mean": mean_dispersion,
    "dispersion_claim": claimed_dispersion,
    "share": share,
    "pass_share": share,
    "total": total,
    "outlier": outliers,
    "cohort": cohort,
}
"""Kinds of collection rules by the ``kind`` of the manifest."""

_OF_SCHOOLS = frozenset({"outlier", "cohort"})
"""Kinds that speak of single schools."""

_NAMED = 8
"""So many schools on which a conclusion hangs are named in a sentence; the rest are counted."""


class Concluded(Struct, frozen=True):
    """The conclusions of all rules, and the rules that went wrong."""

    findings: tuple[CountyFinding, ...]
    dispersion: tuple[DispersionResult, ...]
    errors: tuple[RuleError, ...]


def conclude_all(
    rules: Sequence[Rule], county: County, ruleset: RuleSet, profile: Profile
) -> Concluded:
    """Every rule in force asked of every stage it is about. A rule that goes wrong becomes an
    error; every other conclusion stands."""
    findings: list[CountyFinding] = []
    results: list[DispersionResult] = []
    errors: list[RuleError] = []
    year = profile.year(county.edition)
    for rule in rules:
        if not applies(rule, year):
            continue
        for stage in _stages(rule, county):
            try:
                conclusion = _conclusion(rule, stage, county, ruleset, profile)
            except (RuleDefect, KeyError, ValueError) as defect:
                file = ruleset.file_of(rule)
                errors.append(RuleError(rule.plugin, rule.id, str(defect), file, unit=stage))
                continue
            except PluginFailure as failure:
                errors.append(failure.error(rule.plugin, rule.id, stage))
                continue
            findings += conclusion.findings
            results += conclusion.dispersion
    return Concluded(tuple(findings), tuple(results), tuple(errors))


def _stages(rule: Rule, county: County) -> Iterator[str]:
    if rule.spec.get("per") == "submission" or rule.kind == "function":
        yield ""
        return
    for stage in county.stages:
        if not rule.stages or stage in rule.stages:
            yield stage


def _conclusion(
    rule: Rule, stage: str, county: County, ruleset: RuleSet, profile: Profile
) -> Conclusion:
    def threshold(threshold_id: str) -> Fraction | None:
        return profile.value(threshold_id, stage or None, county.edition)

    against = None
    if "against" in rule.spec and county.form is not None:
        against = figure(rule, stage, county.form, ruleset, profile)
    question = Question(rule, stage, county, threshold, against)
    if rule.kind != "function":
        return conclude(question)
    return ask_function(question, ruleset, profile)


def conclude(question: Question) -> Conclusion:
    """The conclusion of one collection rule for one stage. Raises KeyError for an unknown kind."""
    kind = KINDS[question.rule.kind]
    found = kind(question)
    if question.rule.kind in _OF_SCHOOLS or not found.findings:
        return found
    doubtful = question.doubtful()
    if not doubtful or found.findings[0].outcome is Outcome.INCOMPLETE:
        return found
    return _weighed(question, found, doubtful)


def _weighed(
    question: Question, found: Conclusion, doubtful: Mapping[str, tuple[Doubt, ...]]
) -> Conclusion:
    """The conclusion held against what it is without the doubtful inputs."""
    finding = found.findings[0]
    sure = _finding(question.without(doubtful.keys()))
    without = Without(
        sure.outcome if sure else Outcome.INCOMPLETE,
        sure.actual if sure else "",
        sure.figure if sure else None,
        tuple(doubtful),
    )
    hinges: tuple[Hinge, ...] = ()
    if without.outcome is not finding.outcome and not _agrees(question, finding):
        hinges = _hinges(question, doubtful, without)
    weighed = replace(
        finding,
        message=_message(question, finding, without, hinges),
        without=without,
        hinges=hinges,
    )
    if hinges:
        number = len(hinges)
        weighed = replace(
            weighed,
            outcome=Outcome.INCOMPLETE,
            with_all=finding.outcome,
            schools=tuple(hinge.school for hinge in hinges),
            fix=f"先核对这 {number} 所学校的这一项，改正或在“说明”表里写明，再重新校验。",
        )
    results = tuple(
        replace(item, finding=weighed, improvements=() if hinges else item.improvements)
        for item in found.dispersion
    )
    return Conclusion((weighed, *found.findings[1:]), results)


def _agrees(question: Question, finding: CountyFinding) -> bool:
    """A total that agrees with the county's own form; without some schools it cannot."""
    return question.rule.kind == "total" and finding.outcome is Outcome.PASS


def _finding(question: Question) -> CountyFinding | None:
    findings = KINDS[question.rule.kind](question).findings
    return findings[0] if findings else None


def _hinges(
    question: Question, doubtful: Mapping[str, tuple[Doubt, ...]], without: Without
) -> tuple[Hinge, ...]:
    """The doubtful schools that cannot be counted without leaving ``without``'s outcome, those that
    move the figure most first. Each is weighed against the figure without any of them: several
    slips of one kind would hide each other otherwise."""
    weighed = []
    for code, doubts in doubtful.items():
        alone = _finding(question.without([other for other in doubtful if other != code]))
        figure = alone.figure if alone else None
        moves = abs((figure or Fraction(0)) - (without.figure or Fraction(0)))
        weighed.append(Hinge(code, doubts, alone.actual if alone else "", moves))
    weighed.sort(key=lambda hinge: (-hinge.moves, hinge.school))
    if question.rule.kind == "total":  # every one of them is lacking in the sum
        return tuple(hinge for hinge in weighed if hinge.moves) or tuple(weighed)
    aside = dict.fromkeys(hinge.school for hinge in weighed)
    for hinge in reversed(weighed):  # count again whoever does no harm, the lightest first
        rest = [code for code in aside if code != hinge.school]
        again = _finding(question.without(rest))
        if (again.outcome if again else Outcome.INCOMPLETE) is without.outcome:
            del aside[hinge.school]
    return tuple(hinge for hinge in weighed if hinge.school in aside)


def _message(
    question: Question, finding: CountyFinding, without: Without, hinges: tuple[Hinge, ...]
) -> str:
    number = len(without.schools)
    if not without.actual:
        apart = f"有疑问的 {number} 所不计时无法计算。"
    else:
        apart = f"不计这一项有错或存疑的 {number} 所时为 {without.actual}"
        if without.outcome is Outcome.INCOMPLETE:
            apart += "，不能比较。"
        elif not finding.required:
            apart += "。"
        else:
            apart += f"，{_said(without.outcome, question.rule.severity)}。"
    if not hinges:
        return f"{finding.message}{apart}"
    if len(hinges) < number and question.rule.kind != "total":
        fewer = _finding(question.without([hinge.school for hinge in hinges]))
        if fewer is not None:
            apart = f"只不计这 {len(hinges)} 所时为 {fewer.actual}；{apart}"
    named = "、".join(
        f"{question.name(hinge.school)}（{'、'.join(cells_of(hinge.doubts))}）"
        for hinge in hinges[:_NAMED]
    )
    more = f"等，全部见报告（{len(hinges)} 所）" if len(hinges) > _NAMED else ""
    return f"取决于这 {len(hinges)} 所的这一项：{named}{more}。按全部数据：{finding.message}{apart}"


def _said(outcome: Outcome, severity: Severity) -> str:
    if severity in (Severity.STANDARD, Severity.INFO):
        return "未达标" if outcome in (*MISSED, Outcome.DOUBT) else "达标"
    return OUTCOME_WORDS[outcome]
