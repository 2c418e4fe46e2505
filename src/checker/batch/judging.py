"""One source judged, here or in a worker, and put into the bytes that are kept of it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from checker.batch.discovery import Source
from checker.batch.fact_table import FactColumns, packed_columns
from checker.batch.record import Bulk, Head, Judged, Kept, as_json, kept
from checker.checking import MarkPlan, judge_and_mark, session_for
from checker.marking.findings import Counts
from checker.marking.results import FileResult
from checker.model.cells import CellRef
from checker.model.report import FileStatus, Report
from checker.model.submission import FactState
from checker.model.template import Template
from checker.model.verdicts import Quantity, RuleError, Scope
from checker.reports.json_report import Json, error_content, finding_content
from checker.session import SessionOptions

if TYPE_CHECKING:
    from checker.county.measuring import Measuring, Questions


class Done(NamedTuple):
    """What a worker hands back of one source. ``digest`` is the SHA-256 of its content, "" if it
    could not be read or nobody needs it; ``marked_copy`` a path or ""."""

    digest: str
    marked_copy: str
    kept: Kept


class JudgingWork(Struct, frozen=True):
    """Judges sources one by one, here, in a worker process or on a cluster. ``whole``: everything
    that a county, its tables and the cache need; without it only what is shown of a file."""

    options: SessionOptions
    plan: MarkPlan
    whole: bool = True

    def __call__(self, source: Source) -> Done:
        """Never raises for a bad file."""
        session = session_for(self.options)
        try:
            data = source.read()
        except (OSError, KeyError, ValueError):
            result, _ = judge_and_mark(session, source, MarkPlan())
            return Done("", "", kept_of(result, None, self))
        result, report = judge_and_mark(session, source, self.plan, data)
        digest = ""
        if self.whole:
            import hashlib  # late: it takes a while to import, and not every run needs it

            digest = hashlib.sha256(data).hexdigest()
        return Done(digest, result.marked_copy or "", kept_of(result, report, self))


def kept_of(result: FileResult, report: Report | None, work: JudgingWork) -> Kept:
    """What is kept of a judged source."""
    if report is None or result.status is not FileStatus.CHECKED:
        return kept(Head(result.status.value, result.message))
    submission = report.submission
    template = submission.template
    findings = as_json([finding_content(item) for item in result.findings])
    bulk = Bulk(findings)
    wrong: tuple[RuleError, ...] = ()
    if work.whole:
        levels, (measures, unmeasured, wrong) = _figures(report, work.options)
        bulk = Bulk(
            findings,
            as_json(levels),
            as_json(measures),
            as_json(unmeasured),
            packed_columns(fact_columns(report)),
        )
    head = Head(
        status=result.status.value,
        message=result.message,
        template=template.id,
        name=submission.identity("name"),
        code=submission.identity("code"),
        type=_type(report, template) if work.whole else "",
        submitted=submission.identity("date"),
        content=submission.content_hash,
        counts=_counts(result),
        cannot_write=result.cannot_write or "",
        errors=_errors(result.errors),
        measuring_errors=_errors(wrong),
    )
    return kept(head, bulk)


def judged_of(report: Report, indicators: frozenset[str]) -> list[Judged]:
    """The indicator verdicts of a report, for the school × indicator matrix and the gaps."""
    found = []
    for verdict in report.verdicts:
        if verdict.rule not in indicators:
            continue
        said = verdict.worded()
        actual, required, gap = said.actual, said.required, said.gap
        found.append(
            Judged(
                said.rule,
                said.unit.stage or "",
                said.outcome.value,
                str(actual.value) if isinstance(actual, Quantity) else "",
                "" if required is None or required.value is None else str(required.value),
                str(gap.value) if gap and not gap.excess else "",
                gap.unit if gap else "",
                gap.noun if gap else "",
            )
        )
    return found


@functools.lru_cache(maxsize=4)
def _indicators(options: SessionOptions) -> frozenset[str]:
    """The rules whose verdicts are levels of a stage or school."""
    rules = session_for(options).rules.values()
    return frozenset(
        rule.id for rule in rules if rule.kind == "indicator" and rule.scope is not Scope.ROW
    )


@functools.lru_cache(maxsize=64)
def _questions(options: SessionOptions, template: str) -> Questions:
    """What collection rules ask of forms of this template."""
    from checker.county.measuring import collection_rules, questions

    session = session_for(options)
    rules = collection_rules(session.ruleset, session.profile)
    return questions(rule for rule in rules if template in rule.templates)


def _figures(report: Report, options: SessionOptions) -> tuple[list[Judged], Measuring]:
    from checker.county.measuring import figures_of, measure

    session = session_for(options)
    figures = figures_of(report.submission, session.ruleset, session.profile)
    levels = judged_of(report, _indicators(options))
    return levels, measure(report, _questions(options, report.submission.template.id), figures)


def fact_columns(report: Report) -> FactColumns:
    """Every given fact of a submission, form fields first, then tables."""
    submission = report.submission
    given = FactState.GIVEN
    facts = [fact for fact in submission.facts.values() if fact.state is given]
    refs = [(fact.ref.field, fact.ref.column, 0) for fact in facts]
    for rows in submission.tables.values():
        for row in rows:
            of_row = [fact for fact in row.facts.values() if fact.state is given]
            refs += [(fact.ref.field, "", row.ordinal) for fact in of_row]
            facts += of_row
    names, columns, places = zip(*refs, strict=True) if refs else ((), (), ())
    values = [str(fact.value) for fact in facts]
    return FactColumns(names, columns, places, values, [_text_of(fact.cell) for fact in facts])


@functools.lru_cache(maxsize=8192)
def _text_of(cell: CellRef | None) -> str:
    """The forms of a county have their facts in the same cells."""
    return "" if cell is None else str(cell)


def _type(report: Report, template: Template) -> str:
    """The 办学类型 in words."""
    field = template.split.field
    if not field:
        return ""
    codes: Mapping[str, str] = template.code_lists.get(template.fields()[field].codes or "", {})
    facts = report.submission.facts
    return next((codes.get(str(f.value), "") for ref, f in facts.items() if ref.field == field), "")


def _counts(result: FileResult) -> list[int]:
    counts = result.counts
    return [getattr(counts, name) for name in Counts.__match_args__]


def _errors(errors: Iterable[RuleError]) -> list[dict[str, Json]]:
    return [error_content(error) for error in errors]
