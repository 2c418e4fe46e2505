"""All collection rules of a run, each asked of each stage, over the schools that count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import overload

import msgspec
from msgspec import Struct

from checker.county.concluding import conclude
from checker.county.conclusions import CountyFinding, DispersionResult
from checker.county.measuring import figure
from checker.county.python_rules import ask_function
from checker.county.question import Conclusion, County, Gaps, Measured, Measures, Question
from checker.marking.file_record import Measure, Unmeasured, encoded
from checker.model.rules import Rule
from checker.model.verdicts import RuleError
from checker.plugins.failure import PluginFailure
from checker.rules.profiles import Profile
from checker.rules.ruleset import RuleSet, applies
from checker.rules.values import RuleDefect


class Concluded(Struct, frozen=True):
    """The conclusions of all rules, and the rules that went wrong."""

    findings: tuple[CountyFinding, ...]
    dispersion: tuple[DispersionResult, ...]
    errors: tuple[RuleError, ...]


class MeasuredRows(Sequence[Measured]):
    """One entry per school, held in a fraction of the memory and made anew on every pass."""

    def __init__(self) -> None:
        self._rows: list[bytes] = []

    def add(self, code: str, measure: Measure) -> None:
        """One more school."""
        self._rows.append(encoded((code, measure)))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Measured]:
        for row in self._rows:
            code, measure = _ROW.decode(row)
            yield Measured(code, *measure.fractions(), measure.doubts)

    @overload
    def __getitem__(self, place: int) -> Measured: ...
    @overload
    def __getitem__(self, place: slice) -> list[Measured]: ...
    def __getitem__(self, place: int | slice) -> Measured | list[Measured]:
        return list(self)[place]


_ROW = msgspec.msgpack.Decoder(tuple[str, Measure])


def gather(schools: Iterable[tuple[str, Sequence[Measure]]]) -> Measures:
    """Measures by rule and stage, from (标识码, measures) pairs, in their order."""
    found: dict[tuple[str, str], MeasuredRows] = defaultdict(MeasuredRows)
    for code, measures in schools:
        for item in measures:
            found[item.rule, item.stage].add(code, item)
    return found


def gather_gaps(schools: Iterable[tuple[str, Sequence[Unmeasured]]]) -> Gaps:
    """What could not be measured by rule and stage, from (标识码, unmeasured) pairs."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code, gaps in schools:
        for item in gaps:
            found[item.rule, item.stage].append(code)
    return found


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
