"""The judgement of a county over judged files: records in, report and papers out.

Nothing here opens a file, starts a process or a thread, or makes a temporary file. A run over a
folder (`checker.batch.county_run`) takes the same steps, with workers, a cache and a spool.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO

from msgspec import Struct
from msgspec.structs import replace

from checker.county.assembly import Received, report_on
from checker.county.output import county_papers
from checker.county.report import SENT_BACK, CountyReport, Decisions
from checker.county.review import REVIEW, new_lines, write_review
from checker.county.run_log import RunLog, with_run
from checker.county.school_copy import (
    Returned,
    marked_again,
    notes_by_file,
    notes_of,
)
from checker.county.school_record import ledger_records, record_for
from checker.marking.file_record import FileRecord
from checker.marking.findings import Finding
from checker.model.report import FileStatus, Judgement
from checker.session import Session


class CountyOutcome(Struct, frozen=True):
    """The report, the papers by name, and what the marked copies need (see `marked_school`)."""

    report: CountyReport
    papers: Mapping[str, bytes]
    notes: Mapping[str, tuple[Finding, ...]]


def concluded(
    received: Received, session: Session, name: str = "", generated: str = ""
) -> CountyOutcome:
    """What follows for the county from files that were judged one by one. ``name`` of the county,
    else that of its own form; ``generated`` is the time printed on the page."""
    report = report_on(received, session, name)
    if generated:  # where no earlier run is known, this one is the first
        report = replace(report, runs=with_run(RunLog(), report, generated).runs)
    papers: dict[str, bytes] = {}
    for paper in county_papers(report, session.rules, generated, on_disk=False):
        target = BytesIO()
        paper.write(target)
        papers[paper.name] = target.getvalue()
    lines = new_lines(report)
    if lines:
        target = BytesIO()
        write_review(lines, "说明审核", target, on_disk=False)
        papers[REVIEW] = target.getvalue()
    return CountyOutcome(report, papers, notes_of(report))


def marked_school(name: str, data: bytes, outcome: CountyOutcome, session: Session) -> bytes:
    """A school's workbook (和顺乡/一小.xlsx) with all its marks, those of the county among them.
    Raises UnwritableWorkbook, UnreadableWorkbook or UnknownForm."""
    record = next(each for each in outcome.report.records if each.path == name)
    returned = returned_to(record, outcome.report.decisions)
    notes = notes_by_file(outcome.report.records, outcome.notes, {name})
    return marked_again(session, name, data, returned, notes.get(name, {}))


def records_of(
    judgement: Judgement, session: Session, marked_copy: str = "", modified: float = 0.0
) -> Iterator[FileRecord]:
    """The record of a judged file, or of each row of a ledger; a form that says itself that it is
    of an earlier year is set aside. ``marked_copy`` is where its marked copy will lie, ``modified``
    when it was changed last, in seconds since 1970."""
    blank = FileRecord(
        judgement.path,
        judgement.status.value,
        judgement.message,
        modified=modified,
        marked_copy=marked_copy,
    )
    if judgement.report is None:
        yield blank
        return
    submission = judgement.report.submission
    found = (
        ledger_records(submission, blank, session)
        if submission.units
        else [record_for(judgement, blank, session)]
    )
    for record in found:
        yield set_aside(record, session)


def returned_to(record: FileRecord, decisions: Decisions) -> Returned:
    """The explanations of a record that the county sent back, each still as it was then."""
    found = {}
    for item in record.explained:
        decided = decisions.get((record.code, item.key))
        if decided and decided.word == SENT_BACK and decided.text == item.text:
            found[item.key] = decided.remark
    return found


def set_aside(record: FileRecord, session: Session) -> FileRecord:
    """The record; a form that says itself that it is of an earlier year is set aside."""
    edition = session.edition
    if record.status != FileStatus.CHECKED or not 0 < record.year < edition:
        return record
    message = (
        f"这是 {record.year} 年的表，没有计入 {edition} 年；"
        "如果学校填的就是今年的数，请让学校改用今年的表样重新报送。"
    )
    return FileRecord(
        path=record.path,
        status=FileStatus.EARLIER_YEAR.value,
        message=message,
        name=record.name,
        code=record.code,
        submitted=record.submitted,
        modified=record.modified,
        year=record.year,
    )


def newest_county_form(records: Iterable[FileRecord], session: Session) -> FileRecord | None:
    """The record of the county's own form: of several the newest."""
    levels = {template.id: template.level for template in session.templates}
    own = [item for item in records if levels.get(item.template) == "county"]
    return max(own, key=lambda item: (item.submitted, item.modified, item.path), default=None)
