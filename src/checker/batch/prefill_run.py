"""``checker template fill county --from-schools``: a folder of schools summed up for the county."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from checker.batch.discovery import Source, discover, read_beside
from checker.batch.file_names import ROSTER_NAMES
from checker.county.handing_in import hand_in
from checker.county.prefill import Part, Prefilled, parts_of, prefilled
from checker.county.roster import roster_in
from checker.forms.errors import UnknownForm
from checker.marking.file_record import FileRecord
from checker.model.report import FileStatus, Report
from checker.model.submission import Submission
from checker.model.template import Template
from checker.reading import UnreadableWorkbook, read_snapshot_bytes
from checker.session import Session


class Summed(Struct, frozen=True):
    """The figures and what they are made of. ``absent`` are schools of the roster without a file,
    ``own`` the county's form among the files, ``unread`` files that were not summed up and why."""

    figures: tuple[Prefilled, ...]
    parts: tuple[Part, ...]
    schools: int
    absent: tuple[str, ...]
    own: Submission | None
    unread: Mapping[str, str]


def sum_up(folder: Path, template: Template, session: Session) -> Summed:
    """The schools' workbooks below a folder, each school once, summed up for the county's form.

    Raises RosterProblem.
    """
    found = read_beside(str(folder), ROSTER_NAMES)
    roster = roster_in(*found) if found is not None else None
    filings: list[FileRecord] = []
    parts: dict[str, list[Part]] = {}
    own: list[Submission] = []
    discovered = discover([str(folder)])
    unread = {each.shown: each.reason for each in discovered.unread if each.status is not None}
    for source in discovered.sources:
        if not source.member and Path(source.shown).name in ROSTER_NAMES:
            continue
        submission = _read(source, session)
        if isinstance(submission, str):
            unread[source.shown] = submission
            continue
        if submission.template.level == "county":
            own.append(submission)
            continue
        report = session.judge(submission)
        reason = _no_figures(report, session.edition)
        if reason:
            unread[source.shown] = reason
            continue
        parts[source.shown] = parts_of(report, session)
        filings.append(
            FileRecord(
                path=source.shown,
                status=FileStatus.CHECKED.value,
                code=submission.identity("code"),
                name=submission.identity("name"),
                submitted=submission.identity("date"),
                modified=source.modified,
                content=submission.content_hash,
                sparse=submission.sparse,
                template=submission.template.id,
            )
        )
    handed = hand_in(filings, roster)
    counted = [part for item in handed.counted.values() for part in parts[item.path]]
    for stranger in handed.strangers:
        unread[stranger.path] = f"标识码 {stranger.code} 不在名册上。"
    for nameless in handed.nameless:
        unread[nameless.path] = "没有填标识码。"
    for choice in handed.choices:
        for other in choice.others:
            unread.setdefault(other.path, f"同一所学校有几份，采用的是 {choice.chosen.path}。")
    mine = max(own, key=lambda each: each.identity("date"), default=None)
    return Summed(
        prefilled(counted, template, mine),
        tuple(counted),
        len(handed.counted),
        tuple(entry.name for entry in handed.missing),
        mine,
        unread,
    )


def _read(source: Source, session: Session) -> Submission | str:
    """The form in a file, or why there is none."""
    try:
        return session.bind(read_snapshot_bytes(source.shown, source.read()))
    except (UnreadableWorkbook, UnknownForm) as problem:
        return problem.reason
    except (OSError, KeyError, ValueError):
        return "打不开。"


def _no_figures(report: Report, edition: int) -> str:
    """Why a form is not counted; "" if it is."""
    year = report.submission.year or 0
    if report.blank:
        return "这是一份空白表。"
    if report.submission.units:
        return "这是台账，不是一所学校的填报表。"
    return f"这是 {year} 年的表。" if 0 < year < edition else ""
