"""A ledger: each row is judged as a submission of its own, and the verdicts of all of them are one
report on the workbook."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from checker.judging.engine import Run, judge
from checker.judging.form_findings import form_verdicts
from checker.model.report import Cause, Report
from checker.model.submission import FactRef, Submission
from checker.model.verdicts import (
    Outcome,
    Passed,
    RuleError,
    Scope,
    UnitRef,
    Verdict,
    finding_key,
)
from checker.rules.profiles import Profile
from checker.rules.ruleset import RuleSet


def judge_ledger(submission: Submission, ruleset: RuleSet, profile: Profile) -> Report:
    """The verdicts on the rows of a ledger, after what is wrong with the ledger itself."""
    verdicts: list[Verdict | Passed] = own_verdicts(submission, ruleset, profile)
    errors: dict[RuleError, None] = {}
    causes: list[Cause] = []
    for number, unit in enumerate(submission.units, start=1):
        report = judge(unit, ruleset, profile)
        name = name_of(unit, number)
        moved = [in_row(verdict, number, name) for verdict in report.verdicts]
        keys = {
            finding_key(old): finding_key(new)
            for old, new in zip(report.verdicts, moved, strict=True)
            if old.outcome is not Outcome.PASS
        }
        causes += [
            replace(
                cause,
                message=f"{name}：{cause.message}",
                keys=tuple(keys.get(key, key) for key in cause.keys),
            )
            for cause in report.causes
        ]
        verdicts += moved
        errors.update(dict.fromkeys(replace(error, unit="") for error in report.errors))
    return Report(submission, tuple(verdicts), tuple(errors), profile.id, tuple(causes))


def name_of(unit: Submission, number: int) -> str:
    """What a unit of a ledger is called."""
    return unit.identity("name") or f"第 {number} 个单位"


def own_verdicts(
    submission: Submission, ruleset: RuleSet, profile: Profile
) -> list[Verdict | Passed]:
    """What is wrong with the ledger as a whole: totals, codes that stand twice, lost columns."""
    run = Run(submission, ruleset, profile)
    found: list[Verdict | Passed] = []
    for verdict in form_verdicts(submission, run.whole, {}):
        number = verdict.at[0].row if verdict.at else 0
        if number:
            unit = UnitRef(Scope.SUBMISSION, name_of(submission.units[number - 1], number))
            verdict = replace(verdict, unit=replace(unit, row=number))
        if ruleset.reported(verdict.rule) and not profile.disabled(verdict.rule):
            found.append(run.settled(verdict, run.plan.form_rules.get(verdict.rule)))
    return found


def in_row(verdict: Verdict | Passed, number: int, name: str) -> Verdict | Passed:
    """A verdict on one unit as one of the whole ledger: its facts are those of that row."""
    label = name if verdict.unit.stage is None and not verdict.unit.table else verdict.unit.label
    if label != name:
        label = f"{name} {label}"
    unit = UnitRef(
        verdict.unit.scope,
        label,
        verdict.unit.stage,
        verdict.unit.table,
        number,
    )
    if isinstance(verdict, Passed):
        return replace(verdict, unit=unit, point=partial(_moved, verdict.point, number))
    return replace(verdict, unit=unit, at=_of_row(verdict.at, number))


def _of_row(at: tuple[FactRef, ...], number: int) -> tuple[FactRef, ...]:
    return tuple(replace(ref, row=number) for ref in at)


def _moved(
    point: Callable[..., tuple[FactRef, ...]], number: int, *given: object
) -> tuple[FactRef, ...]:
    return _of_row(point(*given), number)
