"""``checker template fill county --from-schools``: a folder of schools summed up for the county."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from checker.batch.discovery import discover, read_beside
from checker.batch.file_names import ROSTER_NAMES
from checker.county.handing_in import Filing, hand_in
from checker.county.prefill import Part, Prefilled, parts_of, prefilled
from checker.county.roster import roster_in
from checker.forms.errors import UnknownForm
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
    filings: list[Filing] = []
    parts: dict[str, list[Part]] = {}
    own: list[Submission] = []
    discovered = discover([str(folder)])
    unread = {each.shown: each.reason for each in discovered.unread if each.status is not None}
    for source in discovered.sources:
        if not source.member and Path(source.shown).name in ROSTER_NAMES:
            continue
        try:
            submission = session.bind(read_snapshot_bytes(source.shown, source.read()))
        except (UnreadableWorkbook, UnknownForm) as problem:
            unread[source.shown] = problem.reason
            continue
        except (OSError, KeyError, ValueError):
            unread[source.shown] = "打不开。"
            continue
        if submission.template.level == "county":
            own.append(submission)
            continue
        report = session.judge(submission)
        year = submission.year or 0
        if report.blank:
            unread[source.shown] = "这是一份空白表。"
            continue
        if submission.units:
            unread[source.shown] = "这是台账，不是一所学校的填报表。"
            continue
        if 0 < year < session.edition:
            unread[source.shown] = f"这是 {year} 年的表。"
            continue
        parts[source.shown] = parts_of(report, session)
        filings.append(
            Filing(
                path=source.shown,
                code=submission.identity("code"),
                name=submission.identity("name"),
                submitted=submission.identity("date"),
                modified=source.modified,
                content="" if submission.sparse else submission.content_hash,
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
