"""``checker template fill county --from-schools``: a folder of schools summed up for the county."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

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


class Summed(NamedTuple):
    """The figures and what they are made of. ``absent`` are schools of the roster without a file,
    ``own`` the county's form among the files, ``unread`` files that could not be used."""

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
    unread = dict(discovered.failures)
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
        if report.blank or submission.units or 0 < year < session.edition:
            unread[source.shown] = "空白表、台账或往年的表，没有计入。"
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
    mine = max(own, key=lambda each: each.identity("date"), default=None)
    return Summed(
        prefilled(counted, template, mine),
        tuple(counted),
        len(handed.counted),
        tuple(entry.name for entry in handed.missing),
        mine,
        unread,
    )
