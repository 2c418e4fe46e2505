"""One county run from folder to report: find, judge, remember, put together, write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
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
from checker.batch.judging import JudgingWork, MarkPlan, form_in
from checker.batch.previous_year import in_full, session_for
from checker.batch.recording import Runner, records, runner, words_on_kept
from checker.batch.result_desk import ResultDesk
from checker.batch.spool import Spool
from checker.batch.tables import RunTables
from checker.county.assembly import Received, report_on
from checker.county.feedback import FOLDER
from checker.county.judgement import (
    newest_county_form,
    returned_to,
    set_aside,
)
from checker.county.output import COPIES, county_papers
from checker.county.report import CountyReport, Decisions
from checker.county.review import REVIEW
from checker.county.roster import RosterEntry, RosterProblem, read_roster, roster_in
from checker.county.run_log import (
    chosen_schools,
    digest_of,
    lock_of,
    lock_states,
    locked_schools,
    with_run,
)
from checker.county.school_copy import judged_again, marked_again, notes_by_file, notes_of
from checker.county.school_record import ledger_records, record_for
from checker.forms.errors import UnknownForm
from checker.marking.file_record import FileRecord
from checker.model.report import FileStatus
from checker.model.submission import Submission
from checker.reading import UnreadableWorkbook
from checker.reading.limits import set_limits
from checker.session import Session, SessionOptions
from checker.trouble import disk_reason
from checker.writing import UnwritableWorkbook
from checker.writing.old_formats import as_xlsx, old_format


class CountyOptions(Struct, frozen=True):
    """What a county run is asked to do. ``paths`` are folders, archives, files or URLs; ``out`` the
    folder for everything that is written; ``previous`` last year's folder. ``workers`` None
    chooses by the number of files; ``scheduler`` sends the work to a Dask cluster; ``cache`` is the
    user's cache folder; ``deadline`` is told to the schools; ``lock`` and ``unlock`` name schools
    whose files are approved (审定), or are not any more."""

    paths: tuple[str, ...]
    out: Path
    session: SessionOptions
    roster: Path | None = None
    county: str = ""
    mark: bool = True
    workers: int | None = None
    scheduler: str | None = None
    cache: Path | None = None
    deadline: str = ""
    lock: tuple[str, ...] = ()
    unlock: tuple[str, ...] = ()


class CountyResult(Struct, frozen=True):
    """What came of it. Of the report's records only the heads can be read any more: the spool with
    their findings is gone. ``written`` has the papers by name; ``unmarked`` are files whose marked
    copy lacks what the county says of the school. ``interrupted``: the run was stopped before every
    file was judged. ``problem``: a result file could not be written; what was judged is told all
    the same. ``edited`` says which marked copies were kept because somebody wrote into them,
    ``refused`` which schools could not be 审定, or not any more."""

    report: CountyReport
    written: Mapping[str, Path]
    unmarked: tuple[str, ...] = ()
    interrupted: bool = False
    problem: OSError | None = None
    edited: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


Watch = Callable[[Iterator[FileRecord], int], Iterator[FileRecord]]
"""Sees records pass by and hands them on: a progress bar."""


class NothingToJudge(Exception):
    """None of the paths can be opened; the text is a Chinese sentence. Nothing was written."""


def run_county(options: CountyOptions, generated: str, watch: Watch) -> CountyResult:
    """The whole run. Ctrl-C ends the judging; what was finished is put together and written.

    Raises RosterProblem, ReviewProblem, BadChoice, ClusterUnreachable or NothingToJudge. That a
    result file cannot be written, such as one that is open in another program, stands in the
    result.
    """
    options = _absolute(options)
    session = session_for(options.session)
    set_limits(options.session.limits)
    desk = ResultDesk(options.out)
    found = discover(options.paths)
    unopened = dict(found.failures)
    if not found.sources and all(path in unopened for path in options.paths):
        raise NothingToJudge("；".join(f"{path}：{unopened[path]}" for path in options.paths))
    sources = _without_rosters(found.sources, options)
    unread = apart_from(found.unread, _no_forms(options))
    roster = _roster(options)
    with Spool() as spool:
        judged = _judge(options, sources, session, desk, spool, watch)
        kept = judged.records
        for entry in unread:
            if entry.status is not None:
                kept.append(FileRecord(entry.shown, entry.status.value, entry.reason))
        seen = {record.path for record in kept}
        received = Received(
            kept,
            _county_form(kept, sources, session),
            roster,
            judged.earlier,
            desk.decisions,
            unjudged=[item.shown for item in sources if item.shown not in seen],
            beside=[(each.shown, each.reason) for each in _beside(unread)],
        )
        report = report_on(received, session, options.county)
        if judged.problem is not None:
            return CountyResult(report, {}, (), judged.interrupted, judged.problem)
        by_shown = {source.shown: source for source in sources}
        return _write(report, options, by_shown, session, desk, generated, judged.interrupted)


class _Judged(Struct, frozen=True):
    """What came of judging the files one by one, as far as it came; ``problem``: the tables could
    not be written."""

    records: list[FileRecord]
    earlier: list[FileRecord]
    interrupted: bool
    problem: OSError | None


def _judge(
    options: CountyOptions,
    sources: Sequence[Source],
    session: Session,
    desk: ResultDesk,
    spool: Spool,
    watch: Watch,
) -> _Judged:
    """Every file judged or remembered, its bulky parts put into the spool. Raises
    ClusterUnreachable."""
    folder = str(options.out / COPIES) if options.mark else None
    work = JudgingWork(options.session, MarkPlan(folder))
    by_shown = {source.shown: source for source in sources}
    interrupted = False
    kept: list[FileRecord] = []
    with (
        runner(options.workers, options.scheduler) as run,
        open_cache(options.cache, options.session) as cache,
    ):
        # closed at once, so that workers end and what is finished is remembered
        with (
            RunTables(options.out) as tables,
            closing(records(sources, work, cache, run)) as stream,
        ):
            try:
                this_year = (set_aside(record, session) for record in stream)
                for record in watch(this_year, len(sources)):
                    source = by_shown.get(record.path)
                    for each in _units_apart(record, source, session):
                        each = _with_sent_back(each, source, session, desk.decisions)
                        tables.add(each)
                        kept.append(spool.keep(_of_county(each, options.out)))
            except KeyboardInterrupt:
                interrupted = True
        earlier = [] if interrupted else _earlier(options, session, run, cache, spool)
        return _Judged(kept, earlier, interrupted, tables.problem)


def _write(
    report: CountyReport,
    options: CountyOptions,
    sources: Mapping[str, Source],
    session: Session,
    desk: ResultDesk,
    generated: str,
    interrupted: bool,
) -> CountyResult:
    """The papers, and what of the county stands in the marked copies. An interrupted run leaves
    the log and the copies as they are."""
    unmarked: tuple[str, ...] = ()
    written: dict[str, Path] = {}
    edited = _edited(report, sources, options)
    refused: tuple[str, ...] = ()
    try:
        if not interrupted:
            report, refused = _remembered(report, sources, options, desk, generated)
        if options.mark and not interrupted:
            with open_cache(options.cache, options.session) as cache:
                unmarked = _mark_again(report, sources, options, session, desk, cache)
        for paper in county_papers(report, session.rules, generated, options.deadline):
            written[paper.name] = desk.write(paper.name, paper.write)
        if not interrupted:
            desk.drop_others(FOLDER, written)
            review = desk.write_review(report)
            if review is not None:
                written[REVIEW] = review
            desk.save()
    except OSError as failed:
        return CountyResult(report, {}, unmarked, interrupted, failed, edited, refused)
    return CountyResult(report, written, unmarked, interrupted, None, edited, refused)


def _edited(
    report: CountyReport, sources: Mapping[str, Source], options: CountyOptions
) -> tuple[str, ...]:
    """A sentence for each marked copy that could not have its own name."""
    found: dict[str, None] = {}
    for record in report.records:
        source = sources.get(record.path)
        if record.marked_copy and source is not None:
            told = words_on_kept(options.out / record.marked_copy, source)
            if told:
                found[told] = None
    return tuple(found)


def _units_apart(
    record: FileRecord, source: Source | None, session: Session
) -> Iterator[FileRecord]:
    """The record itself; of a ledger what is wrong with it as a whole, and one record for each of
    its rows, as if it had been a file: named by the file and the row, with the ledger's marked
    copy."""
    layouts = (item.layout for item in session.templates if item.id == record.template)
    is_ledger = record.status == FileStatus.CHECKED and any(
        layout is not None and layout.ledger is not None for layout in layouts
    )
    ledger = form_in(source, session) if source is not None and is_ledger else None
    if ledger is None or not ledger.units:
        yield record
    else:
        yield from ledger_records(ledger, record, session)


def _with_sent_back(
    record: FileRecord, source: Source | None, session: Session, decisions: Decisions
) -> FileRecord:
    """The record; where the county sent an explanation back, judged once more knowing that."""
    returned = returned_to(record, decisions)
    if not returned or source is None:
        return record
    try:
        judgement = judged_again(session, source.shown, source.read(), returned)
    except (UnreadableWorkbook, UnknownForm, OSError, KeyError, ValueError):
        return record
    return record_for(judgement, record, session)


def _remembered(
    report: CountyReport,
    sources: Mapping[str, Source],
    options: CountyOptions,
    desk: ResultDesk,
    at: str,
) -> tuple[CountyReport, tuple[str, ...]]:
    """The report with how the county stood before, and with what became of the 审定 files; and why
    schools that were named could not be 审定, or not any more."""
    counted = {school.code: school for school in report.schools}
    opened, refused = locked_schools(options.unlock, desk.log.locks)
    for code in opened:
        desk.unlock(code)
    asked, unfit = chosen_schools(report, options.lock)
    digests = {}
    for code in dict.fromkeys((*desk.log.locks, *asked)):
        source = sources.get(counted[code].path) if code in counted else None
        try:
            digests[code] = digest_of(source.read()) if source is not None else ""
        except (OSError, KeyError, ValueError):
            digests[code] = ""
    for code in asked:
        desk.lock(lock_of(counted[code], digests[code], at))
    desk.log = with_run(desk.log, report, at)
    states = lock_states(desk.log.locks, counted, digests)
    return replace(report, runs=desk.log.runs, locks=states), (*refused, *unfit)


def _mark_again(
    report: CountyReport,
    sources: Mapping[str, Source],
    options: CountyOptions,
    session: Session,
    desk: ResultDesk,
    cache: ResultCache | None,
) -> tuple[str, ...]:
    """Write the marked copies of schools of which the county has something to say. One that cannot
    be written keeps the marks it has, and is named."""
    notes, failed = notes_by_file(report.records, notes_of(report), sources), []
    known, noted = desk.log.noted, {}
    for record in report.records:
        own = notes.get(record.path, {})
        returned = returned_to(record, report.decisions)
        source = sources.get(record.path)
        if not record.marked_copy or source is None:
            continue
        if not (own or returned or record.path in known):
            continue
        copy = options.out / record.marked_copy
        told = digest_of(repr((own, sorted(returned.items()))).encode())
        if known.get(record.path) == _as_written(told, copy):
            noted[record.path] = known[record.path]
            continue
        try:
            data = source.read()
            kind = old_format(data)
            converted = None if kind is None else as_xlsx(data, kind)
            content = marked_again(session, source.shown, data, returned, own, converted)
            desk.replace(copy, content)
        except (UnreadableWorkbook, UnknownForm, UnwritableWorkbook, OSError, KeyError, ValueError):
            failed.append(record.path)
            continue
        if own or returned:
            noted[record.path] = _as_written(told, copy)
        if cache is not None:
            cache.remember_copy(copy, digest_of(data), noted=bool(own or returned))
    desk.log = replace(desk.log, noted=noted)
    return tuple(failed)


def _as_written(told: str, copy: Path) -> str:
    """What was noted, and the marked copy as it is."""
    try:
        status = copy.stat()
    except OSError:
        return ""
    return f"{told} {status.st_size} {status.st_mtime_ns}"


def _of_county(record: FileRecord, folder: Path) -> FileRecord:
    """The record with the errors of collection rules among its own, and with its marked copy named
    relative to ``folder``, so that it can be moved."""
    copy = record.marked_copy
    link = Path(os.path.relpath(copy, folder)).as_posix() if copy else ""
    return replace(record, marked_copy=link, errors=record.errors + record.measuring_errors)


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
        for each in _units_apart(record, by_shown.get(record.path), session)
    ]


def _county_form(
    kept: Sequence[FileRecord], sources: Sequence[Source], session: Session
) -> Submission | None:
    """The county's own form among the files: the newest of several."""
    newest = newest_county_form(kept, session)
    if newest is None:
        return None
    return form_in(next(item for item in sources if item.shown == newest.path), session)
