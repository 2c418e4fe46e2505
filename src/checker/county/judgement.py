"""The judgement of a county over named bytes: files in, report and papers out.

Nothing here opens a file, starts a process or a thread, or makes a temporary file. A run over a
folder (`checker.batch.county_run`) takes the same steps, with workers, a cache and a spool.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO

from msgspec import Struct
from msgspec.structs import replace

from checker.county.assembly import CountyInput, county_report
from checker.county.output import county_papers
from checker.county.report import SENT_BACK, CountyReport, Decisions
from checker.county.review import REVIEW, decisions_in, new_lines, write_review
from checker.county.roster import RosterEntry, roster_in
from checker.county.run_log import RunLog, with_run
from checker.county.school_copy import (
    Note,
    Returned,
    marked_again,
    notes_by_file,
    notes_of,
    with_returned,
)
from checker.county.school_record import ledger_records, record_for
from checker.forms.errors import UnknownForm
from checker.forms.plain_text import same_school
from checker.marking.file_record import FileRecord
from checker.model.report import FileStatus, Judgement
from checker.model.submission import Submission
from checker.reading import UnreadableWorkbook, read_snapshot_bytes
from checker.session import Session


class NamedFile(Struct, frozen=True):
    """A workbook by its name (和顺乡/一小.xlsx) and content."""

    name: str
    data: bytes


class CountyFiles(Struct, frozen=True):
    """What a county has: this year's workbooks, its roster if there is one, last year's workbooks,
    and the tables of 说明审核 that were filled in, by name."""

    files: Sequence[NamedFile]
    roster: NamedFile | None = None
    earlier: Sequence[NamedFile] = ()
    reviews: Mapping[str, bytes] = {}


class CountyOutcome(Struct, frozen=True):
    """The report, the papers by name, and what the marked copies need (see `marked_school`)."""

    report: CountyReport
    papers: Mapping[str, bytes]
    notes: Mapping[str, tuple[Note, ...]]


def judge_county(
    given: CountyFiles, session: Session, name: str = "", generated: str = "", deadline: str = ""
) -> CountyOutcome:
    """The whole judgement. ``name`` of the county, else that of its own form; ``generated`` is the
    time printed on the page, ``deadline`` until when schools are to mend.

    A workbook that cannot be judged is a record that says why. Raises RosterProblem, ReviewProblem.
    """
    roster = roster_in(given.roster.name, given.roster.data) if given.roster else None
    decisions = decisions_in(given.reviews)
    before = {found.identity("code"): found for found in _bound(given.earlier, session)}
    records = [each for file in given.files for each in _judged(file, session, before, decisions)]
    earlier = [each for file in given.earlier for each in _judged(file, session, {}, {})]
    form = newest_county_form(records, session)
    own = next((file for file in given.files if form and file.name == form.path), None)
    county = next(iter(_bound([own], session)), None) if own else None
    received = Received(records, county, roster, earlier, decisions)
    return concluded(received, session, name, generated, deadline)


class Received(Struct, frozen=True):
    """What came of a county's files: the records of this year's and last year's, the submission of
    its own form, its roster, what it decided on explanations; ``unjudged`` the files that the run
    did not come to, ``beside`` (name, reason) of files that have nothing to do with it."""

    records: Sequence[FileRecord]
    form: Submission | None = None
    roster: tuple[RosterEntry, ...] | None = None
    earlier: Sequence[FileRecord] = ()
    decisions: Decisions = {}
    unjudged: Sequence[str] = ()
    beside: Sequence[tuple[str, str]] = ()


def report_on(received: Received, session: Session, name: str = "") -> CountyReport:
    """The county's report on what it received. ``name`` of the county, else that of its form."""
    form = received.form
    return county_report(
        CountyInput(
            records=[with_code(each, session, received.roster) for each in received.records],
            earlier=[with_code(each, session, received.roster) for each in received.earlier],
            roster=received.roster,
            form=form,
            county=name or (form.identity("name") if form else ""),
            templates={template.id: template for template in session.templates},
            rules=session.rules,
            ruleset=session.ruleset,
            profile=session.profile,
            errors=session.errors,
            unjudged=received.unjudged,
            beside=received.beside,
            decisions=received.decisions,
        )
    )


def concluded(
    received: Received, session: Session, name: str = "", generated: str = "", deadline: str = ""
) -> CountyOutcome:
    """What follows for the county from files that were judged one by one."""
    report = report_on(received, session, name)
    if generated:  # where no earlier run is known, this one is the first
        report = replace(report, runs=with_run(RunLog(), report, generated).runs)
    papers: dict[str, bytes] = {}
    for paper in county_papers(report, session.rules, generated, deadline, on_disk=False):
        target = BytesIO()
        paper.write(target)
        papers[paper.name] = target.getvalue()
    lines = new_lines(report)
    if lines:
        target = BytesIO()
        write_review(lines, "说明审核", target, on_disk=False)
        papers[REVIEW] = target.getvalue()
    return CountyOutcome(report, papers, notes_of(report))


def marked_school(file: NamedFile, outcome: CountyOutcome, session: Session) -> bytes:
    """A school's workbook with all its marks, those of the county among them. Raises
    UnwritableWorkbook, UnreadableWorkbook or UnknownForm."""
    record = next(each for each in outcome.report.records if each.path == file.name)
    returned = returned_to(record, outcome.report.decisions)
    notes = notes_by_file(outcome.report.records, outcome.notes, {file.name})
    return marked_again(session, file.name, file.data, returned, notes.get(file.name, {}))


def _judged(
    file: NamedFile,
    session: Session,
    before: Mapping[str, Submission],
    decisions: Decisions,
) -> Iterator[FileRecord]:
    """The record of a file, or of each row of a ledger."""
    try:
        snapshot = read_snapshot_bytes(file.name, file.data)
        submission = session.bind(snapshot)
    except UnreadableWorkbook as problem:
        judgement = Judgement(file.name, FileStatus.UNREADABLE, message=problem.reason)
    except UnknownForm as problem:
        judgement = Judgement(file.name, FileStatus.UNKNOWN_TEMPLATE, message=problem.reason)
    else:
        code = submission.identity("code")
        texts = {key: item.text.strip() for key, item in submission.explanations.items()}
        returned = _sent_back(code, texts, decisions)
        report = session.judge(with_returned(submission, returned), before.get(code))
        judgement = Judgement(
            file.name, FileStatus.CHECKED, report, cannot_write=snapshot.cannot_write
        )
    yield from records_of(judgement, session)


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
        ledger_records(submission, blank, judgement.path, session)
        if submission.units
        else [record_for(judgement, blank, judgement.path, session)]
    )
    for record in found:
        yield set_aside(record, session)


def _bound(files: Iterable[NamedFile], session: Session) -> Iterator[Submission]:
    for file in files:
        try:
            yield session.bind(read_snapshot_bytes(file.name, file.data))
        except (UnreadableWorkbook, UnknownForm):
            continue


# -- what a run over a folder does as well -----------------------------------------------------


def returned_to(record: FileRecord, decisions: Decisions) -> Returned:
    """The explanations of a record that the county sent back, each still as it was then."""
    return _sent_back(record.code, {item.key: item.text for item in record.explained}, decisions)


def _sent_back(code: str, texts: Mapping[str, str], decisions: Decisions) -> Returned:
    found = {}
    for key, text in texts.items():
        decided = decisions.get((code, key))
        if decided and decided.word == SENT_BACK and decided.text == text:
            found[key] = decided.remark
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


def with_code(
    record: FileRecord, session: Session, roster: tuple[RosterEntry, ...] | None
) -> FileRecord:
    """The record of a form that does not ask for the school's code with the code that the roster
    has for its name, if only one school can be meant; else its name stands for it."""
    template = next((item for item in session.templates if item.id == record.template), None)
    if record.code or not record.name or template is None or template.identity.code is not None:
        return record
    codes = {entry.code for entry in roster or () if same_school(entry.name, record.name)}
    return replace(record, code=codes.pop() if len(codes) == 1 else record.name)


def newest_county_form(records: Iterable[FileRecord], session: Session) -> FileRecord | None:
    """The record of the county's own form: of several the newest."""
    levels = {template.id: template.level for template in session.templates}
    own = [item for item in records if levels.get(item.template) == "county"]
    return max(own, key=lambda item: (item.submitted, item.modified, item.path), default=None)
