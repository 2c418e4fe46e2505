"""A ledger among the files of a county: each of its rows counts as if it had been a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checker.batch.discovery import Source
from checker.batch.judging import JudgingWork
from checker.county.school_record import ledger_records
from checker.forms.errors import UnknownForm
from checker.marking.file_record import FileRecord
from checker.model.report import FileStatus
from checker.reading import UnreadableWorkbook, read_snapshot_bytes
from checker.session import Session

if TYPE_CHECKING:
    from checker.model.submission import Submission


def units_apart(
    record: FileRecord, source: Source | None, session: Session, work: JudgingWork
) -> Iterator[FileRecord]:
    """The record itself; of a ledger what is wrong with it as a whole, and one record for each of
    its rows, named by the file and the row, with the ledger's marked copy."""
    submission = _ledger(record, source, session)
    if submission is None:
        yield record
        return
    yield from ledger_records(submission, record, session, work.whole)


def _ledger(record: FileRecord, source: Source | None, session: Session) -> Submission | None:
    """The submission of a record, if it is a ledger."""
    layouts = (item.layout for item in session.templates if item.id == record.template)
    if record.status != FileStatus.CHECKED or source is None:
        return None
    if not any(layout is not None and layout.ledger is not None for layout in layouts):
        return None
    try:
        found = session.bind(read_snapshot_bytes(source.shown, source.read()))
    except (UnreadableWorkbook, UnknownForm, OSError, KeyError, ValueError):
        return None
    return found if found.units else None
