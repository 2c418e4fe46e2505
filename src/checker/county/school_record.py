"""What is kept of one judged workbook: the record that a county's reports are made of."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from checker.county.doubtful_inputs import Inputs
from checker.county.measuring import (
    Measuring,
    Questions,
    collection_rules,
    figures_of,
    measure,
    questions,
)
from checker.judging.ledger import own_verdicts
from checker.marking.file_record import (
    Explained,
    FactTable,
    FileRecord,
    Head,
    Judged,
    Kept,
    bulk_of,
    head_of,
    kept,
    record_of,
)
from checker.marking.results import FileResult, result_of
from checker.model.cells import CellRef
from checker.model.report import FileStatus, Judgement, Report
from checker.model.submission import FactState, Submission
from checker.model.template import Template
from checker.model.verdicts import Outcome, Quantity, RuleError, Scope, rule_of
from checker.session import Session


def kept_of(
    result: FileResult, report: Report | None, session: Session, whole: bool = True
) -> Kept:
    """What is kept of a judged workbook. ``whole``: everything that a county, its tables and the
    cache need; without it only what is shown of a file."""
    if report is None or result.status is not FileStatus.CHECKED:
        return kept(Head(result.status.value, result.message))
    submission = report.submission
    template = submission.template
    bulk = bulk_of(result.findings)
    wrong: tuple[RuleError, ...] = ()
    if whole:
        levels, taken = _figures(report, session)
        wrong = taken.errors
        bulk = bulk_of(
            result.findings, levels, taken.measures, taken.unmeasured, fact_table(report)
        )
    head = Head(
        status=result.status.value,
        message=result.message,
        template=template.id,
        name=submission.identity("name"),
        code=submission.identity("code"),
        type=_type(report, template) if whole else "",
        submitted=submission.identity("date"),
        content=submission.content_hash,
        sparse=submission.sparse,
        counts=result.counts,
        cannot_write=result.cannot_write or "",
        errors=_without_traces(result.errors),
        measuring_errors=_without_traces(wrong),
        overview=result.overview,
        left_out=result.left_out,
        year=_year(submission),
        explained=_explained(report, session),
    )
    return kept(head, bulk)


def _explained(report: Report, session: Session) -> tuple[Explained, ...]:
    """What the school explained as it is judged now, and what it wrote to doubts of the county."""
    known = report.submission.explanations
    rules = {rule_of(key) for key in known}
    own = {
        verdict.key: verdict.message
        for verdict in report.verdicts
        if verdict.rule in rules
        and verdict.key in known
        and (verdict.outcome is Outcome.EXPLAINED or known[verdict.key].returned is not None)
    }
    told = [Explained(key, known[key].text.strip(), message) for key, message in own.items()]
    for key, item in known.items():
        if item.text.strip() and key not in own and rule_of(key) in _of_county(session):
            told.append(Explained(key, item.text.strip(), item.issue))
    return tuple(told)


@functools.lru_cache(maxsize=4)
def _of_county(session: Session) -> frozenset[str]:
    """The rules that are asked of the county."""
    return frozenset(rule.id for rule in collection_rules(session.ruleset, session.profile))


def _year(submission: Submission) -> int:
    """The year of a form by what it says itself: its edition or 统计时点, else its 填报日期; 0 if
    it does not say."""
    if submission.year is not None:
        return submission.year
    written = submission.identity("date")[:4]
    return int(written) if len(written) == 4 and written.isdecimal() else 0


def record_for(
    judgement: Judgement, record: FileRecord, session: Session, whole: bool = True
) -> FileRecord:
    """The record of a judgement, lying where ``record`` does."""
    stored = kept_of(result_of(judgement, session.rules), judgement.report, session, whole)
    head = head_of(stored.head)
    return record_of(judgement.path, record.modified, record.marked_copy, head, stored.bulk)


def ledger_records(
    ledger: Submission, record: FileRecord, session: Session, whole: bool = True
) -> Iterator[FileRecord]:
    """Of a ledger what is wrong with it as a whole, and one record for each of its rows, named by
    the file and the row."""
    own = own_verdicts(ledger, session.ruleset, session.profile)
    report = Report(ledger, tuple(own), profile=session.profile.id)
    judgement = Judgement(record.path, FileStatus.CHECKED, report)
    told = record_for(judgement, record, session, whole=False)
    yield replace(told, template="", name="", code="")
    for unit in ledger.units:
        path = f"{record.path} {unit.name.removeprefix(ledger.name).strip()}"
        judgement = Judgement(path, FileStatus.CHECKED, session.judge(unit))
        yield record_for(judgement, record, session, whole)


def judged_of(report: Report, indicators: frozenset[str], inputs: Inputs) -> list[Judged]:
    """The indicator verdicts of a report, for the school × indicator matrix and the gaps, with what
    is wrong or doubtful about the facts they are made of."""
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
                inputs.doubts_of(verdict),
            )
        )
    return found


@functools.lru_cache(maxsize=4)
def _indicators(session: Session) -> frozenset[str]:
    """The rules whose verdicts are levels of a stage or school."""
    return frozenset(
        rule.id
        for rule in session.rules.values()
        if rule.kind == "indicator" and rule.scope is not Scope.ROW
    )


@functools.lru_cache(maxsize=64)
def _questions(session: Session, template: str) -> Questions:
    """What collection rules ask of forms of this template."""
    rules = collection_rules(session.ruleset, session.profile)
    return questions(rule for rule in rules if template in rule.templates)


def _figures(report: Report, session: Session) -> tuple[list[Judged], Measuring]:
    figures = figures_of(report.submission, session.ruleset, session.profile)
    inputs = Inputs(report, figures.run, session.rules)
    levels = judged_of(report, _indicators(session), inputs)
    asked = _questions(session, report.submission.template.id)
    return levels, measure(report, asked, figures, inputs)


def fact_table(report: Report) -> FactTable:
    """Every given fact of a submission, form fields first, then tables."""
    submission = report.submission
    given = FactState.GIVEN
    facts = [fact for fact in submission.facts.values() if fact.state is given]
    refs = [(fact.ref.field, fact.ref.column, fact.ref.row) for fact in facts]
    for rows in submission.tables.values():
        for row in rows:
            of_row = [fact for fact in row.facts.values() if fact.state is given]
            refs += [(fact.ref.field, "", row.ordinal) for fact in of_row]
            facts += of_row
    return FactTable(
        [field for field, _, _ in refs],
        [column for _, column, _ in refs],
        [row for _, _, row in refs],
        [str(fact.value) for fact in facts],
        [_text_of(fact.cell) for fact in facts],
    )


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


def _without_traces(errors: tuple[RuleError, ...]) -> tuple[RuleError, ...]:
    """Where a rule went wrong in full is for the log alone."""
    return tuple(replace(each, trace="", unit="") for each in errors)
