"""What the collection rules need of one school, taken while its workbook is being judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import overload

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from checker.county.doubtful_inputs import Inputs
from checker.judging.context import Context
from checker.judging.engine import Run
from checker.judging.unit import Unit, UnitKey, key_of
from checker.judging.wording import missing_labels
from checker.marking.file_record import Doubt, Measure, Unmeasured, encoded, exact
from checker.model.report import Report
from checker.model.rules import Plain, Rule
from checker.model.submission import Submission
from checker.model.verdicts import Outcome, RuleError, Scope, UnitRef
from checker.rules.profiles import Profile
from checker.rules.ruleset import RuleSet
from checker.rules.values import MissingInput, NotApplicable, RuleDefect, Value, truth
from checker.toml_files import texts

_AMOUNT = {
    "dispersion": "numerator",
    "outlier": "numerator",
    "share": "part",
    "total": "value",
    "cohort": "value",
}
_BASE = {
    "dispersion": "denominator",
    "outlier": "denominator",
    "share": "whole",
    "cohort": "earlier",
}


_WHICH_STAGES = "办学类型"

Known = dict[tuple[str, UnitKey], Outcome]
"""Outcomes of rules judged on the submission itself that collection rules ask for."""


class Questions(Struct, frozen=True):
    """Collection rules, and the rules whose verdicts they ask for."""

    rules: tuple[Rule, ...]
    asked: frozenset[str]


def questions(rules: Iterable[Rule]) -> Questions:
    """What is asked of every submission alike, worked out once."""
    rules = tuple(rules)
    found = {str(rule.spec["indicator"]) for rule in rules if rule.spec.get("indicator")}
    for rule in rules:
        found.update(texts(rule.spec.get("of")))
    return Questions(rules, frozenset(found))


class SchoolFigures:
    """What expressions come to on one submission, each worked out once: pupils are the base of
    most rules."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._known: dict[tuple[str, str, UnitKey], Value] = {}

    def value(self, rule: Rule, unit: Unit, expression: Plain) -> Value:
        """An expression of a rule, asked of a unit. Raises as ``Context.evaluate`` does."""
        text = str(expression)
        key = (rule.plugin, text, unit.key)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Context(self.run.plan, rule, unit).evaluate(text)
        return found

    def number(self, rule: Rule, unit: Unit, expression: Plain) -> Fraction:
        """The same as a number; true counts as one."""
        value = self.value(rule, unit, expression)
        if isinstance(value, Fraction):
            return value
        if isinstance(value, bool):
            return Fraction(int(value))
        raise RuleDefect(f"“{expression}”须是数字或条件")


class Measuring(Struct, frozen=True):
    """What measuring one submission brought: the measures, what could not be measured because
    figures are missing, and the rules that went wrong on it."""

    measures: tuple[Measure, ...]
    unmeasured: tuple[Unmeasured, ...]
    errors: tuple[RuleError, ...]


def collection_rules(ruleset: RuleSet, profile: Profile) -> tuple[Rule, ...]:
    """All collection rules that the profile leaves on and that are to be reported."""
    return tuple(
        rule
        for rule in ruleset
        if rule.scope is Scope.COLLECTION
        and not profile.disabled(rule.id)
        and ruleset.reported(rule.id)
    )


def figures_of(submission: Submission, ruleset: RuleSet, profile: Profile) -> SchoolFigures:
    """The figures of a submission by itself: last year's workbook is compared with elsewhere."""
    return SchoolFigures(Run(submission, ruleset, profile))


def measure(
    report: Report, asked: Questions, figures: SchoolFigures, inputs: Inputs | None = None
) -> Measuring:
    """The measures of one submission; with ``inputs``, each with what is wrong or doubtful about
    the facts it is made of.

    A school to which a rule does not apply takes no part in it. One whose figures are missing is
    named, so that no coefficient is ever silently that of fewer schools.
    """
    submission, run = report.submission, figures.run
    known = {
        (verdict.rule, key_of(verdict.unit)): verdict.outcome
        for verdict in report.verdicts
        if verdict.rule in asked.asked
    }
    found: list[Measure] = []
    lacking: list[Unmeasured] = []
    errors: list[RuleError] = []
    for rule in asked.rules:
        if submission.template.id not in rule.templates:
            continue
        if not run.stages and rule.spec.get("per") != "submission":
            # which stages the school has is not known, so it is missing from each
            lacking += [Unmeasured(rule.id, stage, _WHICH_STAGES) for stage in rule.stages]
        for unit in units(rule, run):
            try:
                taken = _measure(rule, unit, figures, known)
            except MissingInput as gap:
                words = missing_labels(unit, gap.refs)
                lacking.append(Unmeasured(rule.id, unit.stage or "", words))
                continue
            except NotApplicable:
                continue
            except RuleDefect as defect:
                file = run.ruleset.file_of(rule)
                errors.append(RuleError(rule.plugin, rule.id, str(defect), file))
                continue
            if taken is not None:
                doubts = inputs.doubts(rule, unit, expressions(rule)) if inputs else ()
                found.append(replace(taken, doubts=doubts) if doubts else taken)
    return Measuring(tuple(found), tuple(lacking), tuple(errors))


def figure(
    rule: Rule, stage: str, county: Submission, ruleset: RuleSet, profile: Profile
) -> Fraction | None:
    """The county form's own figure for a rule's ``against``; None if it is not given.

    Raises RuleDefect if the expression does not fit the county form.
    """
    run = Run(county, ruleset, profile)
    unit = run.stages.get(stage) if stage else run.whole
    if unit is None:
        return None
    try:
        return Context(run.plan, rule, unit).number(str(rule.spec["against"]))
    except (MissingInput, NotApplicable):
        return None


def units(rule: Rule, run: Run) -> Iterator[Unit]:
    """The units of one submission a collection rule looks at: its stages, or the whole school."""
    if rule.spec.get("per") == "submission":
        yield run.whole
        return
    for stage, unit in run.stages.items():
        if not rule.stages or stage in rule.stages:
            yield unit


def _measure(rule: Rule, unit: Unit, figures: SchoolFigures, known: Known) -> Measure | None:
    when = rule.when
    if when is not None and not truth(figures.value(rule, unit, when), f"“{when}”"):
        return None
    stage = unit.stage or ""
    if rule.kind == "pass_share":
        return _passes(rule, unit, figures.run, known, stage)
    if rule.kind not in _AMOUNT or _exempt(rule, unit, figures.run, known):
        return None
    amount = figures.number(rule, unit, rule.spec[_AMOUNT[rule.kind]])
    if "scale" in rule.spec:
        amount *= exact(str(rule.spec["scale"]))
    base_key = _BASE.get(rule.kind)
    base = rule.spec.get(base_key) if base_key else None
    by = "" if base is None else str(figures.number(rule, unit, base))
    return Measure(rule.id, stage, str(amount), by)


def expressions(rule: Rule) -> tuple[str, ...]:
    """What the measure of a rule is worked out of; nothing where it asks for verdicts."""
    keys = (_AMOUNT.get(rule.kind), _BASE.get(rule.kind))
    return tuple(str(rule.spec[key]) for key in keys if key and rule.spec.get(key) is not None)


def _exempt(rule: Rule, unit: Unit, run: Run, known: Known) -> bool:
    """Whether the indicator whose levels are compared does not apply to this unit (a 教学点 of a
    few pupils): then the unit takes no part in comparing them either."""
    indicator = rule.spec.get("indicator")
    return bool(indicator) and Outcome.NOT_APPLICABLE in _outcomes(
        str(indicator), [unit.ref], run, known
    )


def _passes(rule: Rule, unit: Unit, run: Run, known: Known, stage: str) -> Measure | None:
    """1 if every named rule passes, 0 if one fails; None if none of them says anything. For the
    whole school the rules' verdicts on each of its stages count too. Raises MissingInput where one
    of them lacks figures."""
    outcomes: list[Outcome] = []
    for rule_id in texts(rule.spec.get("of")):
        asked = run.plan.by_id.get(rule_id)
        if asked is None:
            continue
        refs = [unit.ref] if unit.stage else [each.ref for each in run.units(asked)]
        outcomes += _outcomes(rule_id, refs, run, known)
    told = [item for item in outcomes if item is not Outcome.NOT_APPLICABLE]
    if Outcome.INCOMPLETE in outcomes:
        raise MissingInput(())
    if not told:
        return None
    return Measure(rule.id, stage, str(int(all(item is Outcome.PASS for item in told))))


def _outcomes(rule_id: str, refs: Iterable[UnitRef], run: Run, known: Known) -> list[Outcome]:
    """What a rule says of some units; worked out here if it was not among what is reported."""
    found: list[Outcome] = []
    for ref in refs:
        outcome = known.get((rule_id, key_of(ref)))
        if outcome is not None:
            found.append(outcome)
        else:
            found += [verdict.outcome for verdict in run.verdicts_of(rule_id, ref)]
    return found


# -- the measures of all schools ----------------------------------------------------------------


class Measured(Struct, frozen=True):
    """What a collection rule measured in one school: ``amount`` per ``base`` (None: no base);
    ``doubts`` are what is wrong or doubtful about it."""

    code: str
    amount: Fraction
    base: Fraction | None
    doubts: tuple[Doubt, ...] = ()


Measures = Mapping[tuple[str, str], Sequence[Measured]]
"""(rule id, stage or "") -> one entry per school that was measured."""

Gaps = Mapping[tuple[str, str], Sequence[str]]
"""(rule id, stage or "") -> 标识码 of the schools whose figures are missing."""


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
