"""``checker check`` over folders, archives and addresses: cache, workers, tables, ``--watch``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from checker.batch.discovery import (
    Discovery,
    Source,
    apart_from,
    discover_each,
    full_path,
    places_apart,
)
from checker.batch.folder import Seen, folder_results, open_cache
from checker.batch.judging import Done
from checker.batch.recording import Runner
from checker.batch.recording import Work as Judging
from checker.batch.runners import ClusterUnreachable, runner
from checker.batch.running import Finished, Stream
from checker.checking import CheckWork, MarkPlan
from checker.cli.check_run import (
    RESULT_FOLDER,
    CheckChoices,
    Screen,
    document_of,
    is_one_file,
    look_for_garbage,
    usage_error,
)
from checker.marking.results import FileResult
from checker.model.report import FileStatus
from checker.reports.terminal import file_lines
from checker.session import Session
from checker.toml_files import cache_folder

if TYPE_CHECKING:
    from checker.batch.cache import ResultCache
    from checker.batch.watching import FolderWatch

RESULT_FILE = "校验结果.json"
"""In the result folder of a checked folder: what ``checker diff`` compares."""

TABLES = "数据"
"""In the folder of ``--out``: facts, levels and findings as Parquet, as ``checker county`` has."""

Work = Sequence[tuple[CheckWork, str]]


def check_folders(
    work: Work, choices: CheckChoices, session: Session, out: str | None, screen: Screen
) -> list[FileResult]:
    """One result per file, in order. Ctrl-C leaves what is finished. ``out`` is the folder that was
    asked for, None for the usual place beside the files."""
    look_for_garbage()
    run = FolderCheck(work, choices, session, out, screen)
    with ExitStack() as stack:
        try:
            watch = run.watcher() if choices.watch else None
            run.judge_with(stack.enter_context(runner(choices.workers, choices.scheduler)))
        except ClusterUnreachable as problem:
            usage_error(problem.reason)
        run.remember_in(_cache(choices, session, run.tables is not None, stack))
        finished = run.first_time()
        if watch is not None and finished:
            from checker.cli.check_watch import watch_folders

            watch_folders(run, watch)
    return run.results


def _cache(
    choices: CheckChoices, session: Session, tables: bool, stack: ExitStack
) -> ResultCache | None:
    """The user's cache. Tables that are to be kept up to date are made anew from what is remembered
    of each file: without a cache, for as long as the command runs."""
    folder = None if choices.no_cache else cache_folder()
    if folder is None and choices.watch and tables:
        from tempfile import TemporaryDirectory

        folder = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
    if folder is None:
        return None
    cache = open_cache(folder, session.options)
    stack.callback(cache.close)
    return cache


class FolderCheck:
    """What one command checks, with what, and what came of it: ``results``, in order."""

    def __init__(
        self,
        work: Work,
        choices: CheckChoices,
        session: Session,
        out: str | None,
        screen: Screen,
    ) -> None:
        self.results: list[FileResult] = []
        self.screen = screen
        self._work, self._session = work, session
        wanted = choices.scheduler is not None or (
            out is not None and not all(map(is_one_file, choices.paths))
        )
        folder = Path(out) if out is not None else Path(_usual_place(choices.paths[0]))
        self.tables: Path | None = folder / TABLES if wanted else None
        self._kept = folder if wanted else _only_folder(work)
        previous = session.options.previous
        self._apart = places_apart(choices.paths, filter(None, (out, previous)))
        self._done: set[tuple[str, str]] = set()
        self._run: Runner | None = None
        self._cache: ResultCache | None = None

    def judge_with(self, run: Runner) -> None:
        """Where the judging is done."""
        self._run = run

    def remember_in(self, cache: ResultCache | None) -> None:
        """Where results of earlier runs are."""
        self._cache = cache

    def watcher(self) -> FolderWatch:
        """What looks out for changes from now on."""
        from checker.batch.watching import FolderWatch, WatchUnavailable

        try:
            return FolderWatch([path for _, path in self._work], self._apart)
        except WatchUnavailable as problem:
            usage_error(problem.reason)

    def first_time(self) -> bool:
        """Check everything; False if it was interrupted. What is finished is shown and kept."""
        try:
            with ExitStack() as stack:
                tables = None
                if self.tables is not None:
                    from checker.batch.tables import RunTables

                    tables = stack.enter_context(RunTables(self.tables)).add
                found = discover_each(path for _, path in self._work)
                for (task, path), each in zip(self._work, found, strict=True):
                    self._check(task, path, each, tables)
        except KeyboardInterrupt:
            self.screen.interrupt()
            return False
        finally:
            self.keep()
        return True

    def _check(self, task: CheckWork, path: str, found: Discovery, seen: Seen | None) -> None:
        sources = apart_from(found.sources, self._apart)
        fresh = [each for each in sources if self._first_met(each)]
        results = self.of(task, fresh, seen)
        # workers have begun; the bar comes after, since it brings a thread with it
        with closing(results), closing(self.screen.progress(results, len(fresh))) as stream:
            for result in (*refused(found), *_nothing(path, found, sources)):
                self._add(result)
            for result in stream:
                self._add(result)

    def _first_met(self, source: Source) -> bool:
        """A folder and one below it may both have been named; a file is checked once."""
        key = full_path(source.location), source.member
        if key in self._done:
            return False
        self._done.add(key)
        return True

    def _add(self, result: FileResult) -> None:
        self.results.append(result)
        self.screen.show(file_lines(result))

    def of(
        self, task: CheckWork, sources: Sequence[Source], seen: Seen | None = None
    ) -> Stream[FileResult]:
        """The results of some sources of one path. Workers begin at once."""
        assert self._run is not None
        return folder_results(sources, task.options, task.plan, self._run, self._cache, seen)

    def task_of(self, source: Source) -> CheckWork:
        """The task that a source belongs to, by the path it was found under."""
        location = Path(full_path(source.location))
        for task, path in self._work:
            place = Path(full_path(path))
            if place == location or place in location.parents:
                return task
        return self._work[0][0]

    def keep(self) -> None:
        """Beside the marked copies, or in the folder that was asked for: all results, for
        ``checker diff``."""
        if self._kept is None:
            return
        target = self._kept / RESULT_FILE
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(document_of(self.results, self._session), "utf-8")
        except OSError as problem:
            reason = problem.strerror or problem
            sys.stderr.write(f"提醒：结果没能存进“{target}”（{reason}），下次不能与这次比较。\n")

    def renew_tables(self, sources: Sequence[Source]) -> None:
        """The tables of all sources as they stand now, from what is remembered of each."""
        if self.tables is None or self._cache is None:
            return

        def nothing_new(
            work: Judging, items: Iterable[Source], count: int
        ) -> Iterator[Finished[Source, Done]]:
            return (Finished(item, None, "") for item in items)

        from checker.batch.tables import RunTables

        with RunTables(self.tables) as tables:
            for _ in folder_results(
                sources, self._session.options, MarkPlan(), nothing_new, self._cache, tables.add
            ):
                pass


def refused(found: Discovery) -> Iterator[FileResult]:
    """What could not even be looked into."""
    for path, reason in found.failures:
        yield FileResult(path, FileStatus.UNREADABLE, message=reason)


def _nothing(path: str, found: Discovery, sources: Sequence[Source]) -> Iterator[FileResult]:
    if not sources and not found.failures:
        yield FileResult(path, FileStatus.UNREADABLE, message="文件夹里没有填报表。")


def _usual_place(path: str) -> str:
    if "://" in path:
        return str(Path.cwd() / RESULT_FOLDER)
    place = Path(path)
    return str((place if place.is_dir() else place.parent) / RESULT_FOLDER)


def _only_folder(work: Work) -> Path | None:
    """Where the marked copies of the one folder go that is checked; None for anything else."""
    if len(work) != 1 or not Path(work[0][1]).is_dir():
        return None
    folder = work[0][0].plan.folder
    return None if folder is None else Path(folder)
