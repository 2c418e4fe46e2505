"""What the collection rules need of one school, taken while its workbook is being judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from checker.batch.record import Measure
from checker.engine import Run
from checker.model.report import Report
from checker.model.rules import Plain, Rule
from checker.model.submission import Submission
from checker.model.verdicts import Outcome, RuleError, Scope, UnitRef
from checker.rules.context import Context
from checker.rules.profiles import Profile
from checker.rules.ruleset import RuleSet
from checker.rules.unit import Unit
from checker.rules.values import MissingInput, NotApplicable, RuleDefect

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


def collection_rules(ruleset: RuleSet, profile: Profile) -> tuple[Rule, ...]:
    """All collection rules that the profile leaves on and that are to be reported."""
    return tuple(
        rule
        for rule in ruleset
        if rule.scope is Scope.COLLECTION
        and not profile.disabled(rule.id)
        and ruleset.reported(rule.id)
    )


def measures(
    report: Report, rules: Iterable[Rule], ruleset: RuleSet, profile: Profile
) -> tuple[tuple[Measure, ...], tuple[RuleError, ...]]:
    """The measures of one submission, and the rules that went wrong on it.

    A school whose figures are missing, or to which a rule does not apply, is simply not measured:
    the form's own rules have told the clerk already.
    """
    submission = report.submission
    run = Run(submission, ruleset, profile, None)
    known = {(verdict.rule, verdict.unit): verdict.outcome for verdict in report.verdicts}
    found: list[Measure] = []
    errors: list[RuleError] = []
    for rule in rules:
        if submission.template.id not in rule.templates:
            continue
        for unit in units(rule, run):
            try:
                measure = _measure(rule, unit, run, known)
            except (MissingInput, NotApplicable):
                continue
            except RuleDefect as defect:
                errors.append(RuleError(rule.plugin, rule.id, str(defect), rule.path))
                continue
            if measure is not None:
                found.append(measure)
    return tuple(found), tuple(errors)


def figure(
    rule: Rule, stage: str, county: Submission, ruleset: RuleSet, profile: Profile
) -> Fraction | None:
    """The county form's own figure for a rule's ``against``; None if it is not given.

    Raises RuleDefect if the expression does not fit the county form.
    """
    run = Run(county, ruleset, profile, None)
    unit = run.stages.get(stage) if stage else run.whole
    if unit is None:
        return None
    try:
        return Context(run, rule, unit).number(str(rule.spec["against"]))
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


def _measure(
    rule: Rule, unit: Unit, run: Run, known: dict[tuple[str, UnitRef], Outcome]
) -> Measure | None:
    context = Context(run, rule, unit)
    if rule.when is not None and not context.holds(rule.when):
        return None
    stage = unit.stage or ""
    if rule.kind == "pass_share":
        return _passes(rule, unit, run, known, stage)
    if rule.kind not in _AMOUNT:
        return None
    scale = Fraction(str(rule.spec.get("scale", 1)))
    amount = _number(context, rule.spec[_AMOUNT[rule.kind]]) * scale
    base_key = _BASE.get(rule.kind)
    base = rule.spec.get(base_key) if base_key else None
    return Measure(rule.id, stage, str(amount), "" if base is None else str(_number(context, base)))


def _passes(
    rule: Rule, unit: Unit, run: Run, known: dict[tuple[str, UnitRef], Outcome], stage: str
) -> Measure | None:
    """1 if every named rule passes, 0 if one fails; None if none of them says anything. For the
    whole school the rules' verdicts on each of its stages count too."""
    outcomes: list[Outcome] = []
    named = rule.spec.get("of")
    for rule_id in map(str, named if isinstance(named, list) else ()):
        asked = run.by_id.get(rule_id)
        if asked is None:
            continue
        refs = [unit.ref] if unit.stage else [each.ref for each in run.units(asked)]
        for ref in refs:
            known_outcome = known.get((rule_id, ref))
            if known_outcome is not None:
                outcomes.append(known_outcome)
            else:
                outcomes += [verdict.outcome for verdict in run.verdicts_of(rule_id, ref)]
    told = [item for item in outcomes if item is not Outcome.NOT_APPLICABLE]
    if not told or Outcome.INCOMPLETE in outcomes:
        return None
    return Measure(rule.id, stage, str(int(all(item is Outcome.PASS for item in told))))


def _number(context: Context, expression: Plain) -> Fraction:
    value = context.evaluate(str(expression))
    if isinstance(value, bool):
        return Fraction(int(value))
    if isinstance(value, Fraction):
        return value
    raise RuleDefect(f"“{expression}”须是数字或条件")
