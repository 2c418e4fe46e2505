"""One county run from folder to report: find, judge, remember, put together, write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from checker.batch.cache import ResultCache, open_cache
from checker.batch.discovery import (
    Source,
    Unread,
    apart_from,
    discover,
    full_path,
    places_apart,
    read_beside,
)
from checker.batch.file_names import ROSTER_NAMES
from checker.batch.judging import JudgingWork, MarkPlan
from checker.batch.ledger_units import units_apart
from checker.batch.previous_year import in_full, session_for
from checker.batch.recording import Runner, records, runner
from checker.batch.result_folder import claim, replacing, result_target
from checker.batch.spool import Spool
from checker.batch.tables import RunTables
from checker.county.assembly import CountyInput, county_report
from checker.county.output import COPIES, Written, write_county
from checker.county.report import CountyReport
from checker.county.roster import RosterEntry, RosterProblem, read_roster, roster_in
from checker.forms.errors import UnknownForm
from checker.forms.plain_text import same_school
from checker.marking.file_record import FileRecord
from checker.model.report import FileStatus
from checker.model.submission import Submission
from checker.reading import UnreadableWorkbook, read_snapshot_bytes
from checker.reading.limits import set_limits
from checker.session import Session, SessionOptions
from checker.trouble import disk_reason


class CountyOptions(Struct, frozen=True):
    """What a county run is asked to do. ``paths`` are folders, archives, files or URLs; ``out`` the
    folder for everything that is written; ``previous`` last year's folder. ``workers`` None
    chooses by the number of files; ``scheduler`` sends the work to a Dask cluster; ``cache`` is the
    user's cache folder."""

    paths: tuple[str, ...]
    out: Path
    session: SessionOptions
    roster: Path | None = None
    county: str = ""
    mark: bool = True
    workers: int | None = None
    scheduler: str | None = None
    cache: Path | None = None


class CountyResult(Struct, frozen=True):
    """What came of it. Of the report's records only the heads can be read any more: the spool with
    their findings is gone. ``interrupted``: the run was stopped before every file was judged.
    ``problem``: a result file could not be written, and ``written`` is None."""

    report: CountyReport
    written: Written | None
    interrupted: bool = False
    problem: OSError | None = None


Watch = Callable[[Iterator[FileRecord], int], Iterator[FileRecord]]
"""Sees records pass by and hands them on: a progress bar."""


class NothingToJudge(Exception):
    """None of the paths can be opened; the text is a Chinese sentence. Nothing was written."""


def run_county(options: CountyOptions, generated: str, watch: Watch) -> CountyResult:
    """The whole run. Ctrl-C ends the judging; what was finished is put together and written.

    Raises RosterProblem, BadChoice, ClusterUnreachable or NothingToJudge. A result file that cannot
    be written, such as one that is open in another program, is in the result: what was judged is
    told all the same.
    """
    options = _absolute(options)
    session = session_for(options.session)
    set_limits(options.session.limits)
    found = discover(options.paths)
    unopened = dict(found.failures)
    if not found.sources and all(path in unopened for path in options.paths):
        raise NothingToJudge("；".join(f"{path}：{unopened[path]}" for path in options.paths))
    sources = _without_rosters(found.sources, options)
    unread = apart_from(found.unread, _no_forms(options))
    roster = _roster(options)
    folder = str(options.out / COPIES) if options.mark else None
    work = JudgingWork(options.session, MarkPlan(folder))
    cluster = ExitStack()
    run = cluster.enter_context(runner(options.workers, options.scheduler))
    by_shown = {source.shown: source for source in sources}
    cache = open_cache(options.cache, options.session)
    with Spool() as spool:
        interrupted = False
        kept: list[FileRecord] = []
        try:
            # closed at once, so that workers end and what is finished is remembered
            with (
                RunTables(options.out) as tables,
                closing(records(sources, work, cache, run)) as stream,
            ):
                try:
                    for record in watch(_of_this_year(stream, session), len(sources)):
                        source = by_shown.get(record.path)
                        for each in units_apart(record, source, session, work):
                            tables.add(each)
                            kept.append(spool.keep(_of_county(each, options.out)))
                except KeyboardInterrupt:
                    interrupted = True
            problem = tables.problem
            earlier = [] if interrupted else _earlier(options, session, run, cache, spool)
        finally:
            cluster.close()
            if cache is not None:
                cache.close()
        for entry in unread:
            if entry.status is not None:
                kept.append(FileRecord(entry.shown, entry.status.value, entry.reason))
        form = _county_form(kept, sources, session)
        name = options.county or (form.identity("name") if form is not None else "")
        seen = {record.path for record in kept}
        report = county_report(
            CountyInput(
                records=[_with_code(record, session, roster) for record in kept],
                earlier=[_with_code(record, session, roster) for record in earlier],
                roster=roster,
                form=form,
                county=name,
                templates={template.id: template for template in session.templates},
                rules=session.rules,
                ruleset=session.ruleset,
                profile=session.profile,
                errors=session.errors,
                unjudged=[item.shown for item in sources if item.shown not in seen],
                beside=[(each.shown, each.reason) for each in _beside(unread)],
            )
        )

        @contextmanager
        def place(name: str) -> Iterator[tuple[Path, Path]]:
            target = result_target(options.out, name)
            claim(options.out, target)
            with replacing(target) as draft:
                yield target, draft

        written = None
        if problem is None:
            try:
                written = write_county(report, session.rules, place, generated)
            except OSError as failed:
                problem = failed
    return CountyResult(report, written, interrupted, problem)


def _of_county(record: FileRecord, folder: Path) -> FileRecord:
    """The record with the errors of collection rules among its own, and with its marked copy named
    relative to ``folder``, so that it can be moved."""
    copy = record.marked_copy
    link = Path(os.path.relpath(copy, folder)).as_posix() if copy else ""
    return replace(record, marked_copy=link, errors=record.errors + record.measuring_errors)


def _with_code(
    record: FileRecord, session: Session, roster: tuple[RosterEntry, ...] | None
) -> FileRecord:
    """The record of a form that does not ask for the school's code with the code that the roster
    has for its name, if only one school can be meant; without a roster its name stands for it."""
    template = next((item for item in session.templates if item.id == record.template), None)
    if record.code or not record.name or template is None or template.identity.code is not None:
        return record
    if roster is None:
        return replace(record, code=record.name)
    codes = {entry.code for entry in roster if same_school(entry.name, record.name)}
    return replace(record, code=codes.pop()) if len(codes) == 1 else record


def _absolute(options: CountyOptions) -> CountyOptions:
    """Every path in full: workers of a cluster run in folders of their own."""

    return replace(
        options,
        paths=tuple(map(full_path, options.paths)),
        out=options.out.absolute(),
        session=in_full(options.session),
    )


def _roster(options: CountyOptions) -> tuple[RosterEntry, ...] | None:
    if options.roster is not None:
        return read_roster(options.roster)
    for place in options.paths:
        try:
            found = read_beside(place, ROSTER_NAMES)
        except OSError as problem:
            reason = disk_reason(problem)
            raise RosterProblem(f"“{place}”里的名册打不开：{reason}。") from problem
        if found is not None:
            return roster_in(*found)
    return None


def _without_rosters(sources: Sequence[Source], options: CountyOptions) -> list[Source]:
    """A roster that lies among the workbooks is no submission; last year's folder neither."""
    return [
        source
        for source in apart_from(sources, _no_forms(options))
        if source.member or Path(source.shown).name not in ROSTER_NAMES
    ]


def _no_forms(options: CountyOptions) -> list[str]:
    """The roster and last year's folder, in case they lie among the workbooks."""
    previous = options.session.previous
    places = [str(options.roster)] if options.roster else []
    return places + places_apart(options.paths, [previous] if previous else [])


def _beside(unread: Sequence[Unread]) -> list[Unread]:
    """Files that have nothing to do with the run; the roster has."""
    names = ROSTER_NAMES
    return [each for each in unread if each.status is None and each.shown not in names]


def _of_this_year(records: Iterator[FileRecord], session: Session) -> Iterator[FileRecord]:
    """The records; forms that say themselves that they are of an earlier year are set aside."""
    for record in records:
        if record.status == FileStatus.CHECKED and 0 < record.year < session.edition:
            yield _set_aside(record, session.edition)
        else:
            yield record


def _set_aside(record: FileRecord, edition: int) -> FileRecord:
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


def _earlier(
    options: CountyOptions,
    session: Session,
    run: Runner,
    cache: ResultCache | None,
    spool: Spool,
) -> list[FileRecord]:
    """Last year's records, judged by the same rules; nothing is marked in last year's files."""
    if not options.session.previous:
        return []
    sources = discover([options.session.previous]).sources
    work = JudgingWork(options.session, MarkPlan())
    by_shown = {source.shown: source for source in sources}
    return [
        spool.keep(each)
        for record in records(sources, work, cache, run)
        for each in units_apart(record, by_shown.get(record.path), session, work)
    ]


def _county_form(
    kept: Sequence[FileRecord], sources: Sequence[Source], session: Session
) -> Submission | None:
    """The county's own form among the files: the newest of several."""
    levels = {template.id: template.level for template in session.templates}
    own = [item for item in kept if levels.get(item.template) == "county"]
    if not own:
        return None
    newest = max(own, key=lambda item: (item.submitted, item.modified, item.path))
    source = next(item for item in sources if item.shown == newest.path)
    try:
        return session.bind(read_snapshot_bytes(source.shown, source.read()))
    except (UnreadableWorkbook, UnknownForm, OSError, KeyError, ValueError):
        return None
