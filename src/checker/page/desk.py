"""Desk: what the page asks of the host. Bytes of a workbook in, results and a marked copy out."""

from __future__ import annotations

import io
import tempfile
import traceback
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from itertools import chain
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from checker.batch.discovery import Source, Unread, discover
from checker.batch.file_names import (
    ROSTER_NAMES,
    is_system_file,
    is_workbook_name,
    why_not_looked_at,
)
from checker.county.judgement import (
    CountyOutcome,
    NamedFile,
    Received,
    concluded,
    marked_school,
    newest_county_form,
    records_of,
)
from checker.county.lines import report_lines
from checker.county.output import COPIES
from checker.county.roster import RosterProblem, roster_in
from checker.county.work_list import work_list
from checker.forms.errors import UnknownForm
from checker.marking.file_record import FileRecord, Json
from checker.marking.findings import Finding, by_sheet
from checker.marking.results import STATUS_WORDS, FileResult, result_of
from checker.model.cells import Cell, CellKind
from checker.model.marks import FILL_COLOURS, FILL_WORDS, CellEdit, Changes
from checker.model.report import FileStatus, Judgement, Report
from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.model.submission import Submission
from checker.model.verdicts import Outcome
from checker.reading import UnreadableWorkbook, read_snapshot_bytes
from checker.reports.json_report import error_document, file_document, finding_document
from checker.session import Session, SessionOptions
from checker.writing import (
    UnwritableWorkbook,
    clean_content,
    marked_content,
    typed_content,
)

MOST_ROWS, MOST_COLUMNS = 600, 60
"""Of a sheet as it is drawn; what lies beyond is judged and marked all the same."""

MOST_UNPACKED = 512 * 1024 * 1024
"""Bytes of all workbooks of one archive."""

_TOO_MUCH = "压缩包解开以后太大，这一份没有校验，请分几次放进来。"
_BROKEN = "压缩包里的这一份读不出来，请让学校重新发送。"
OWN_FAULT = "程序自身出错，没有得出结论，与学校的数据无关。"


class Checked(Struct, frozen=True):
    """One workbook: the JSON document that the page shows, and the marked copy, if there is one."""

    document: bytes
    marked: bytes | None


class Cleaned(Struct, frozen=True):
    """A workbook without marks, or (None) why it could not be made."""

    content: bytes | None
    said: str


class Entry(Struct, frozen=True):
    """What is in an archive: a workbook, changed last at ``modified`` (seconds since 1970), or
    (content None) why it is none, and under which `FileStatus`; "" if nobody handed it in."""

    name: str
    content: bytes | None
    said: str = ""
    status: str = ""
    modified: float = 0.0


class Blank(Struct, frozen=True):
    """An empty workbook that schools fill in."""

    name: str
    content: bytes


class County(Struct, frozen=True):
    """What the county's files came to: JSON of what the page says, and the papers by name."""

    told: bytes
    papers: tuple[tuple[str, bytes], ...] = ()


class Desk:
    """The host as the page uses it. Raises BadChoice when the options make no sense."""

    def __init__(
        self,
        options: SessionOptions = SessionOptions(),  # noqa: B008 - immutable
        blanks: Sequence[Path] = (),
    ) -> None:
        self._session = Session(options)
        self._blanks = blanks
        self._records: dict[str, tuple[FileRecord, ...]] = {}
        self._forms: dict[str, Submission] = {}
        self._outcome: CountyOutcome | None = None

    def about(self) -> bytes:
        """What the page says of itself, as JSON: edition, profile, families, colours, faults."""
        session = self._session
        told: dict[str, Json] = {
            "profile": session.profile.title,
            "edition": session.edition,
            "rules": len(session.rules),
            "colours": {fill.value: colour for fill, colour in FILL_COLOURS.items()},
            "words": {fill.value: word for fill, word in FILL_WORDS.items()},
            "blanks": [path.name for path in self._blanks],
            "errors": [error_document("", each) for each in session.errors],
            "notices": list(session.plugins.notices),
        }
        return msgspec.json.encode(told)

    def blank(self, place: int) -> Blank:
        """One of the empty workbooks."""
        path = self._blanks[place]
        return Blank(path.name, path.read_bytes())

    def check(
        self,
        name: str,
        data: bytes,
        texts: Mapping[str, str] | None = None,
        drawn: bool = True,
        counted: bool = False,
        modified: float = 0.0,
    ) -> Checked:
        """One workbook through the five steps. ``texts``: what was typed on the page for 说明, by
        the keys of the findings. ``drawn``: the document has the sheets as well; ``counted``: it is
        one of the county's, changed last at ``modified`` (seconds since 1970). Never raises for a
        bad file."""
        try:
            checked, judgement = self._checked(name, data, texts or {}, drawn)
            if counted:
                copy = f"{COPIES}/{name}" if checked.marked else ""
                self._count(judgement, copy, modified)
            return checked
        except Exception as problem:  # the program's own fault must cost one file, not the page
            trace = "".join(traceback.format_exception(problem))
            result = FileResult(name, FileStatus.FAILED, message=OWN_FAULT)
            if counted:
                self._records[name] = (FileRecord(name, result.status.value, OWN_FAULT),)
            told = self._document(result, None, None) | {"trace": trace}
            return Checked(msgspec.json.encode(told), None)

    def _checked(
        self, name: str, data: bytes, texts: Mapping[str, str], drawn: bool
    ) -> tuple[Checked, Judgement]:
        typed = {key: text.strip() for key, text in texts.items() if text.strip()}
        if typed:
            data = self._explained(name, data, typed)
        snapshot, judgement = self._judged(name, data)
        result = result_of(judgement, self._session.rules)
        changes: Changes | None = None
        copy: bytes | None = None
        if judgement.report is not None and snapshot is not None:
            changes = self._session.mark(judgement.report)
            if snapshot.cannot_write is None:
                try:
                    copy, summary = marked_content(data, changes)
                    left_out = tuple(f"{one.place}：{one.reason}" for one in summary.skipped)
                    result = replace(result, left_out=left_out)
                except UnwritableWorkbook as refusal:
                    result = replace(result, cannot_write=str(refusal))
        told = self._document(result, judgement.report, changes)
        if drawn and snapshot is not None and changes is not None:
            told["sheets"] = list(drawn_sheets(snapshot, changes))
        return Checked(msgspec.json.encode(told), copy), judgement

    def clean(self, data: bytes) -> Cleaned:
        """The workbook without marks of an earlier run."""
        try:
            content, summary = clean_content(data)
        except UnwritableWorkbook as refusal:
            return Cleaned(None, refusal.reason)
        if not summary.found:
            return Cleaned(None, "这份表里没有校验留下的标记，不用清除。")
        kept = "".join(f"保留 {one.place}：{one.reason}" for one in summary.kept)
        return Cleaned(content, f"标记已清除，和标记之前一样。{kept}")

    # -- a county ------------------------------------------------------------------------------

    def begin(self) -> None:
        """Forget the county's files: others come."""
        self._records, self._forms, self._outcome = {}, {}, None

    def sorted_apart(self, names: Sequence[str]) -> bytes:
        """What each of the files in a folder is, by its name, as JSON: roster, workbook, something
        that was handed in and cannot be read (with the reason), or nothing of the county's."""
        beside = [PurePosixPath(name).name for name in names]
        return msgspec.json.encode([_sort(name, beside) for name in beside])

    def county(
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

    def marked_for_county(self, name: str, data: bytes) -> bytes | None:
        """The marked copy of a school with what the county says of it; None if none can be made."""
        if self._outcome is None:
            return None
        try:
            return marked_school(NamedFile(name, data), self._outcome, self._session)
        except (UnwritableWorkbook, UnreadableWorkbook, UnknownForm):
            return None

    def _count(self, judgement: Judgement, marked_copy: str, modified: float) -> None:
        records = records_of(judgement, self._session, marked_copy, modified)
        self._records[judgement.path] = tuple(records)
        report = judgement.report
        if report is not None and report.submission.template.level == "county":
            self._forms[judgement.path] = report.submission

    # -- archives --------------------------------------------------------------------------------

    def entries(self, name: str, data: bytes) -> list[Entry]:
        """The workbooks in a zip archive; one that cannot be had costs itself only."""
        place = Path(tempfile.gettempdir()) / "dropped.zip"
        place.write_bytes(data)
        try:
            found = discover([str(place)])
            return [
                *(_unread_within(name, place.name, each) for each in found.unread),
                *_read_within(name, found.sources),
            ]
        finally:
            place.unlink()

    def together(self, files: Sequence[tuple[str, bytes]]) -> bytes:
        """One zip archive of files that are packed already."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name, content in files:
                archive.writestr(zipfile.ZipInfo(name), content)
        return stream.getvalue()

    # -- one workbook ----------------------------------------------------------------------------

    def _judged(self, name: str, data: bytes) -> tuple[Snapshot | None, Judgement]:
        try:
            snapshot = read_snapshot_bytes(Path(name).name, data)
        except UnreadableWorkbook as problem:
            return None, Judgement(name, FileStatus.UNREADABLE, message=problem.reason)
        return snapshot, replace(self._session.judge_snapshot(snapshot), path=name)

    def _explained(self, name: str, data: bytes, texts: Mapping[str, str]) -> bytes:
        """The workbook with the typed texts in the rows of 说明 that its marked copy would have."""
        snapshot, judgement = self._judged(name, data)
        if snapshot is None or judgement.report is None or snapshot.cannot_write is not None:
            return data
        changes = self._session.mark(judgement.report)
        findings = result_of(judgement, self._session.rules).findings
        edits: list[CellEdit] = []
        for key, row in rows_of_explanations(changes, findings).items():
            if key in texts:
                edits += [*row, CellEdit(row[0].sheet, row[0].beside or "", texts[key])]
        try:
            return typed_content(data, edits) if edits else data
        except UnwritableWorkbook:
            return data  # `check` says why nothing can be written into it

    def _document(
        self, result: FileResult, report: Report | None, changes: Changes | None
    ) -> dict[str, Json]:
        rows = rows_of_explanations(changes, result.findings) if changes is not None else {}
        return {
            "file": file_document(result),
            "status": STATUS_WORDS[result.status],
            "counted": result.counts.words(),
            "findings": [
                {
                    **finding_document(result.path, finding),
                    "word": finding.word,
                    "explainable": finding.key in rows,
                }
                for _, of_sheet in by_sheet(result.findings)
                for finding in of_sheet
            ],
            "first": [str(thing) for thing in result.overview.first],
            "scores": [str(line) for line in result.overview.scorecard],
            "left_out": list(result.left_out),
            "errors": [error_document(result.path, each) for each in result.errors],
            "explanations": {
                each.key: each.text
                for each in (report.submission.explanations.values() if report else ())
                if each.text.strip()
            },
        }


def _sort(name: str, beside: Sequence[str]) -> dict[str, Json]:
    if name in ROSTER_NAMES:
        return {"what": "roster", "said": ""}
    if is_workbook_name(name):
        return {"what": "workbook", "said": ""}
    if is_system_file(name):
        return {"what": "nothing", "said": ""}
    said, handed_in = why_not_looked_at(name, beside)
    return {"what": "unread" if handed_in else "beside", "said": said}


def _unread_within(archive: str, dropped: str, found: Unread) -> Entry:
    name = archive + found.shown.removeprefix(dropped)
    return Entry(name, None, found.reason, found.status.value if found.status else "")


def _read_within(archive: str, sources: Sequence[Source]) -> Iterator[Entry]:
    left = MOST_UNPACKED
    for source in sources:
        name = f"{archive}/{source.inside}"
        left -= source.size
        if left < 0:
            yield Entry(name, None, _TOO_MUCH, FileStatus.UNREADABLE.value)
            continue
        try:
            yield Entry(name, source.read(), modified=source.modified)
        except (OSError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error):
            yield Entry(name, None, _BROKEN, FileStatus.UNREADABLE.value)


def rows_of_explanations(
    changes: Changes, findings: Sequence[Finding]
) -> dict[str, list[CellEdit]]:
    """The edits of the rows of 说明 that wait for a text, by the keys of their findings."""
    waiting = {each.key for each in findings if each.verdict is Outcome.DOUBT}
    rows: dict[str, list[CellEdit]] = {}
    for edit in changes.edits:
        if edit.beside and edit.value:
            rows.setdefault(f"{edit.sheet}!{edit.beside}", []).append(edit)
    keys = {
        row: next((str(edit.value) for edit in edits if edit.value in waiting), "")
        for row, edits in rows.items()
    }
    return {key: rows[row] for row, key in keys.items() if key}


# -- sheets as tables --------------------------------------------------------------------------


def drawn_sheets(snapshot: Snapshot, changes: Changes) -> Iterator[dict[str, Json]]:
    """The visible sheets as rows of texts, with the marks that belong on them."""
    marks: dict[str, dict[str, Json]] = {}
    for mark in changes.marks:
        marks.setdefault(mark.sheet, {})[mark.cell] = [mark.fill or "", mark.note or ""]
    for title, sheet in snapshot.sheets.items():
        if sheet.visible and sheet.rows:
            yield {
                "title": title,
                "rows": _texts(sheet),
                "merged": [list(area) for area in sheet.merged],
                "marks": marks.get(title, {}),
                "cut": sheet.last_row > MOST_ROWS or sheet.last_column > MOST_COLUMNS,
            }


def _texts(sheet: SheetSnapshot) -> list[Json]:
    rows = range(1, min(sheet.last_row, MOST_ROWS) + 1)
    columns = range(1, min(sheet.last_column, MOST_COLUMNS) + 1)
    return [[shown(sheet.cell(row, column)) for column in columns] for row in rows]


def shown(cell: Cell) -> str:
    """A cell's content as people read it."""
    value = cell.value
    if cell.kind is CellKind.UNCOMPUTED:
        return "（公式未计算）"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if value.time() != time() else f"{value:%Y-%m-%d}"
    if not isinstance(value, Decimal):
        return str(value)
    number = round(value * 100 if cell.percent else value, 6).normalize()
    return f"{number:f}{'%' if cell.percent else ''}"


# -- the start -----------------------------------------------------------------------------------


class Start(Struct, frozen=True):
    """``start.json``: what the page was built with; paths are below the folder that it lies in."""

    profile: str | None = None
    edition: int | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    plugins: tuple[str, ...] | None = None
    plugin_dirs: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()


def desk_of(site: Path) -> Desk:
    """The desk of the page whose files lie in ``site``."""
    start = msgspec.json.decode((site / "start.json").read_bytes(), type=Start)
    profile = start.profile
    if profile is not None and "/" in profile:
        profile = str(site / profile)
    options = SessionOptions(
        profile=profile,
        edition=start.edition,
        select=start.select,
        ignore=start.ignore,
        plugin_dirs=tuple(str(site / folder) for folder in start.plugin_dirs),
        plugins=start.plugins,
    )
    return Desk(options, tuple(site / name for name in start.blanks))
