"""County desk: a county's files handed over one by one on the page, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import PurePosixPath

import msgspec
from msgspec import Struct

from checker.batch.file_names import (
    ROSTER_NAMES,
    is_system_file,
    is_workbook_name,
    why_not_looked_at,
)
from checker.county.assembly import Received
from checker.county.judgement import (
    CountyOutcome,
    concluded,
    marked_school,
    newest_county_form,
    records_of,
)
from checker.county.lines import report_lines
from checker.county.roster import RosterProblem, roster_in
from checker.county.work_list import work_list
from checker.forms.errors import UnknownForm
from checker.marking.file_record import FileRecord, Json
from checker.model.report import FileStatus, Judgement
from checker.model.submission import Submission
from checker.reading import UnreadableWorkbook
from checker.session import Session
from checker.writing import UnwritableWorkbook


class County(Struct, frozen=True):
    """What the county's files came to: JSON of what the page says, and the papers by name."""

    told: bytes
    papers: tuple[tuple[str, bytes], ...] = ()


class CountyDesk:
    """What was received so far."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.begin()

    def begin(self) -> None:
        """Forget the county's files: others come."""
        self._records: dict[str, tuple[FileRecord, ...]] = {}
        self._forms: dict[str, Submission] = {}
        self._outcome: CountyOutcome | None = None

    def sorted_apart(self, names: Sequence[str]) -> bytes:
        """What each of the files in a folder is, by its name, as JSON: roster, workbook, something
        that was handed in and cannot be read (with the reason), or nothing of the county's."""
        beside = [PurePosixPath(name).name for name in names]
        return msgspec.json.encode([_sort(name, beside) for name in beside])

    def concluded(
        self,
        name: str,
        others: Mapping[str, Sequence[Sequence[str]]],
        roster: str = "",
        listed: bytes = b"",
        generated: str = "",
    ) -> County:
        """The county's conclusions from the files that were counted.

        ``others``: (name, status, reason) of those that could not be judged (``unread``), (name,
        reason) of those that the run did not come to (``stopped``) and of those that have nothing
        to do with it (``beside``). ``roster`` is the name of the roster with the content
        ``listed``; one that cannot be used is said under ``said``, and nothing else is there.
        """
        try:
            entries = roster_in(roster, listed) if roster else None
        except RosterProblem as problem:
            return County(msgspec.json.encode({"said": problem.reason}))
        unread = [
            FileRecord(path, FileStatus(status).value, why)
            for path, status, why in others.get("unread", ())
        ]
        records = [*chain.from_iterable(self._records.values()), *unread]
        form = newest_county_form(records, self._session)
        received = Received(
            records,
            self._forms.get(form.path) if form else None,
            entries,
            unjudged=[each for each, _ in others.get("stopped", ())],
            beside=[(each, why) for each, why in others.get("beside", ())],
        )
        outcome = self._outcome = concluded(received, self._session, name, generated)
        told: dict[str, Json] = {
            "lines": [line.strip() for line in report_lines(outcome.report)],
            "tonight": [str(task) for task in work_list(outcome.report).tonight],
            "marked_again": [
                record.path for record in outcome.report.records if outcome.notes.get(record.code)
            ],
        }
        return County(msgspec.json.encode(told), tuple(outcome.papers.items()))

    def marked_copy(self, name: str, data: bytes) -> bytes | None:
        """The marked copy of a school with what the county says of it; None if none can be made."""
        if self._outcome is None:
            return None
        try:
            return marked_school(name, data, self._outcome, self._session)
        except (UnwritableWorkbook, UnreadableWorkbook, UnknownForm):
            return None

    def count(self, judgement: Judgement, marked_copy: str, modified: float) -> None:
        """Keep what a county needs of a judged file; ``marked_copy`` is where its copy will lie."""
        records = records_of(judgement, self._session, marked_copy, modified)
        self._records[judgement.path] = tuple(records)
        report = judgement.report
        if report is not None and report.submission.template.level == "county":
            self._forms[judgement.path] = report.submission


def _sort(name: str, beside: Sequence[str]) -> dict[str, Json]:
    if name in ROSTER_NAMES:
        return {"what": "roster", "said": ""}
    if is_workbook_name(name):
        return {"what": "workbook", "said": ""}
    if is_system_file(name):
        return {"what": "nothing", "said": ""}
    said, handed_in = why_not_looked_at(name, beside)
    return {"what": "unread" if handed_in else "beside", "said": said}
