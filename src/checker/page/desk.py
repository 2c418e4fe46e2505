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
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from checker.batch.discovery import Source, Unread, discover
from checker.county.output import COPIES
from checker.marking.file_record import Json
from checker.marking.findings import Finding, by_sheet
from checker.marking.results import STATUS_WORDS, FileResult, result_of
from checker.model.cells import Cell, CellKind
from checker.model.marks import FILL_COLOURS, FILL_WORDS, CellEdit, Changes
from checker.model.report import FileStatus, Judgement, Report
from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.model.verdicts import Outcome
from checker.page.county_desk import CountyDesk
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


class Desk:
    """The host as the page uses it. Raises BadChoice when the options make no sense."""

    def __init__(
        self,
        options: SessionOptions = SessionOptions(),  # noqa: B008 - immutable
        blanks: Sequence[Path] = (),
    ) -> None:
        self._session = Session(options)
        self._blanks = blanks
        self.county = CountyDesk(self._session)

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
                self.county.count(judgement, copy, modified)
            return checked
        except Exception as problem:  # the program's own fault must cost one file, not the page
            trace = "".join(traceback.format_exception(problem))
            result = FileResult(name, FileStatus.FAILED, message=OWN_FAULT)
            if counted:
                failed = Judgement(name, FileStatus.FAILED, message=OWN_FAULT)
                self.county.count(failed, "", modified)
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

    def among_results(self, name: str, data: bytes) -> str:
        """What is said of a workbook among the results of earlier runs; "" of our copies."""
        with tempfile.TemporaryDirectory() as place:
            put = Path(place, COPIES, Path(name).name)
            put.parent.mkdir()
            put.write_bytes(data)
            return "".join(each.reason for each in discover([place]).unread)

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
            "lacking": result.counts.lacking(),
            "left_out": list(result.left_out),
            "errors": [error_document(result.path, each) for each in result.errors],
            "explanations": {
                each.key: each.text
                for each in (report.submission.explanations.values() if report else ())
                if each.text.strip()
            },
        }


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
