"""One source judged for a county run: its record, small enough to hold thousands of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checker.batch.discovery import Source
from checker.batch.record import FactRow, FileRecord, Judged
from checker.checking import MarkPlan, judge_and_mark, path_shown, session_for
from checker.county.measuring import collection_rules, measure
from checker.model.report import FileStatus, Report
from checker.model.rules import Rule
from checker.model.submission import FactState
from checker.model.verdicts import Quantity, RuleError, Scope
from checker.reports.json_report import Json, error_document, finding_document
from checker.reports.results import FileResult
from checker.session import Session, SessionOptions


@dataclass(frozen=True, slots=True)
class CountyWork:
    """Judges sources one by one, here, in a worker process or on a cluster."""

    options: SessionOptions
    plan: MarkPlan

    def __call__(self, source: Source) -> tuple[str, FileRecord]:
        """The SHA-256 of the file ("" if it cannot be read) and its record."""
        session = session_for(self.options)
        try:
            data = source.read()
        except (OSError, KeyError, ValueError):
            result, _ = judge_and_mark(session, source, MarkPlan())
            return "", record_of(source, result, None, session)
        result, report = judge_and_mark(session, source, self.plan, data)
        return hashlib.sha256(data).hexdigest(), record_of(source, result, report, session)


def record_of(
    source: Source, result: FileResult, report: Report | None, session: Session
) -> FileRecord:
    """What is kept of a judged source. ``path`` is as shown, relative to what the user named."""
    status = result.status
    if report is None or status is not FileStatus.CHECKED:
        return FileRecord(source.shown, status.value, result.message, modified=source.modified)
    submission = report.submission
    rules = collection_rules(session.ruleset, session.profile)
    measuring = measure(report, rules, session.ruleset, session.profile)
    template = submission.template
    code_field = template.split.field
    types = (
        template.code_lists.get(template.fields()[code_field].codes or "", {}) if code_field else {}
    )
    type_code = next(
        (str(fact.value) for ref, fact in submission.facts.items() if ref.field == code_field), ""
    )
    return FileRecord(
        path=source.shown,
        status=status.value,
        message=result.message,
        template=template.id,
        edition=template.edition,
        name=submission.identity("name"),
        code=submission.identity("code"),
        type=types.get(type_code, ""),
        submitted=submission.identity("date"),
        content=submission.content_hash,
        modified=source.modified,
        stages=submission.stages,
        counts=dict(_counts(result)),
        cannot_write=result.cannot_write or "",
        marked_copy=result.marked_copy or "",
        findings=tuple(finding_document(source.shown, item) for item in result.findings),
        errors=tuple(_errors(source, (*result.errors, *measuring.errors))),
        judged=tuple(judged_of(report, session.rules)),
        measures=measuring.measures,
        unmeasured=measuring.unmeasured,
        facts=tuple(fact_rows(report)),
    )


def judged_of(report: Report, rules: Mapping[str, Rule]) -> Iterator[Judged]:
    """The indicator verdicts of a report, for the school × indicator matrix and the gaps."""
    for verdict in report.verdicts:
        rule = rules.get(verdict.rule)
        if rule is None or rule.kind != "indicator" or rule.scope is Scope.ROW:
            continue
        actual, required, gap = verdict.actual, verdict.required, verdict.gap
        value = str(actual.value) if isinstance(actual, Quantity) else ""
        limit = "" if required is None or required.value is None else str(required.value)
        yield Judged(
            rule=verdict.rule,
            stage=verdict.unit.stage or "",
            outcome=verdict.outcome.value,
            value=value,
            limit=limit,
            gap=str(gap.value) if gap and not gap.excess else "",
            gap_unit=gap.unit if gap else "",
            gap_noun=gap.noun if gap else "",
        )


def fact_rows(report: Report) -> Iterator[FactRow]:
    """Every given fact of a submission, form fields first, then tables."""
    submission = report.submission
    for ref, fact in submission.facts.items():
        if fact.state is FactState.GIVEN:
            yield FactRow(ref.field, ref.column, 0, str(fact.value), str(fact.cell or ""))
    for rows in submission.tables.values():
        for row in rows:
            for fact in row.facts.values():
                if fact.state is FactState.GIVEN:
                    ref = fact.ref
                    place = str(fact.cell or "")
                    yield FactRow(ref.field, "", row.ordinal, str(fact.value), place)


def _counts(result: FileResult) -> Iterator[tuple[str, int]]:
    for name in ("fail", "doubt", "explained", "info", "passed", "incomplete", "not_applicable"):
        yield name, int(getattr(result.counts, name))


def _errors(source: Source, errors: tuple[RuleError, ...]) -> Iterator[dict[str, Json]]:
    for error in errors:
        yield dict(error_document(path_shown(source), error))
