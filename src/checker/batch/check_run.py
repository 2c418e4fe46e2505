"""One ``checker check`` from paths to results, and again whenever files change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from checker.batch.discovery import (
    Discovery,
    Source,
    Unread,
    apart_from,
    discover_each,
    full_path,
    path_shown,
    place_beside,
    places_apart,
    readable,
)
from checker.batch.judging import Done, MarkPlan
from checker.batch.recording import Runner, Seen, Work, folder_results, runner
from checker.batch.result_folder import claim, result_target
from checker.batch.running import Finished, Stream
from checker.extras import MissingExtra, need
from checker.marking.results import FileResult
from checker.model.report import FileStatus
from checker.session import SessionOptions
from checker.trouble import disk_reason
from checker.whole_files import replacing

if TYPE_CHECKING:
    from checker.batch.cache import ResultCache
    from checker.batch.tables import RunTables
    from checker.batch.watching import Changes, FolderWatch

RESULT_FOLDER = "校验结果"
"""Beside a file, or inside a folder, that is checked: where the marked copies go."""

RESULT_FILE = "校验结果.json"
"""In the result folder of a checked folder: what ``checker diff`` compares."""


class CheckOptions(Struct, frozen=True):
    """What a run is asked to do. ``paths`` are files, folders, archives or URLs; ``out`` the folder
    for results that was asked for, None for the usual place beside the files. ``workers`` None
    chooses by the number of files; ``scheduler`` is a Dask cluster; ``cache`` the user's cache
    folder, None to remember nothing."""

    paths: tuple[str, ...]
    session: SessionOptions
    mark: bool = True
    in_place: bool = False
    out: str | None = None
    workers: int | None = None
    scheduler: str | None = None
    cache: Path | None = None

    def plan_of(self, path: str) -> MarkPlan:
        """Where the marks of what lies at one of the paths go."""
        if not self.mark:
            return MarkPlan()
        return MarkPlan(in_place=True) if self.in_place else MarkPlan(self.out or usual_place(path))


class News(Struct, frozen=True):
    """One file that changed while the folder was watched. ``now`` None: it is gone."""

    word: str
    path: str
    now: FileResult | None
    before: FileResult | None


Progress = Callable[[Iterator[FileResult], int], Iterator[FileResult]]
"""Passes results on and shows how far the run is; the number is how many there will be."""


class CheckRun:
    """What one command checks, and what came of it: ``results``, in the order of the files, and
    ``beside``, the files that have nothing to do with it."""

    def __init__(self, options: CheckOptions, document: Callable[[], Iterable[str]]) -> None:
        """``document`` is asked for the pieces of 校验结果.json whenever results are to be kept."""
        self.results: list[FileResult] = []
        self.beside: list[Unread] = []
        self.interrupted = False
        self._options, self._document = options, document
        simple = all(map(is_one_file, options.paths))
        self._simple = simple and options.scheduler is None
        wanted = options.scheduler is not None or (options.out is not None and not simple)
        folder = Path(options.out or usual_place(options.paths[0]))
        self._tables = folder if wanted else None
        self._kept = folder if wanted or self._is_one_marked_folder() else None
        previous = options.session.previous
        self._apart = places_apart(options.paths, filter(None, (options.out, previous)))
        self._written: RunTables | None = None
        self._no_tables = ""
        self._done: set[tuple[str, str]] = set()
        self._run: Runner | None = None
        self._cache: ResultCache | None = None

    def _is_one_marked_folder(self) -> bool:
        options = self._options
        marked = options.mark and not options.in_place
        return marked and len(options.paths) == 1 and Path(options.paths[0]).is_dir()

    def check(
        self,
        stack: ExitStack,
        told: Callable[[FileResult], None],
        progress: Progress,
        watch: bool = False,
    ) -> FolderWatch | None:
        """Check everything; every result is told as it comes. Ctrl-C leaves what is finished.
        ``stack`` holds cluster and cache open. The watch that was asked for, begun before the run.

        Raises ClusterUnreachable, WatchUnavailable or MissingExtra, before anything is written.
        """
        options = self._options
        self._expect_tables()
        watching = None
        if watch:
            from checker.batch.watching import FolderWatch

            watching = FolderWatch(options.paths, self._apart)
        self._run = stack.enter_context(runner(options.workers, options.scheduler))
        if not self._simple or watch:
            self._cache = self._open_cache(stack, watch)
        try:
            with ExitStack() as tables:
                found = discover_each(options.paths)
                if all(each.failures and not each.sources for each in found):
                    self._tables = self._kept = None  # nothing was opened: nothing is written
                seen = None
                if self._tables is not None:
                    from checker.batch.tables import RunTables

                    self._written = tables.enter_context(RunTables(self._tables))
                    seen = self._written.add
                for path, each in zip(options.paths, found, strict=True):
                    self._check(path, each, seen, told, progress)
        except KeyboardInterrupt:
            self.interrupted = True
        return None if self.interrupted else watching

    def _expect_tables(self) -> None:
        """A run on a cluster is for its tables; elsewhere the results are told without them."""
        if self._tables is None:
            return
        try:
            need("county", "pyarrow")
        except MissingExtra as missing:
            if self._options.scheduler is not None:
                raise
            self._tables, self._no_tables = None, f"没有写数据表：{missing.reason}"

    def _open_cache(self, stack: ExitStack, watch: bool) -> ResultCache | None:
        """The user's cache. Tables that are to be kept up to date are made anew from what is
        remembered of each file: without a cache, for as long as the command runs."""
        folder = self._options.cache
        from checker.batch.cache import open_cache

        if folder is None and watch and self._tables is not None:
            from tempfile import TemporaryDirectory

            folder = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        cache = stack.enter_context(open_cache(folder, self._options.session))
        if cache is None and folder is not None:
            self._no_tables += f"上次的结果用不上：“{folder}”写不进去，这次全部重新校验。"
        return cache

    def _check(
        self,
        path: str,
        found: Discovery,
        seen: Seen | None,
        told: Callable[[FileResult], None],
        progress: Progress,
    ) -> None:
        sources = apart_from(found.sources, self._apart)
        unread = [each for each in apart_from(found.unread, self._apart) if self._first_met(each)]
        self.beside += [each for each in unread if each.status is None]
        fresh = [each for each in sources if self._first_met(each)]
        results = self._results(path, fresh, seen)
        # workers have begun; the bar comes after, since it brings a thread with it
        with closing(results):
            for result in (*refused(unread), *_nothing(path, found, sources)):
                self.results.append(result)
                told(result)
            for result in progress(results, len(fresh)):
                self.results.append(result)
                told(result)

    def _first_met(self, source: Source | Unread) -> bool:
        """A folder and one below it may both have been named; a file is checked once."""
        member = source.member if isinstance(source, Source) else ""
        key = full_path(source.location), member
        if key in self._done:
            return False
        self._done.add(key)
        return True

    def _results(
        self, path: str, sources: Sequence[Source], seen: Seen | None = None
    ) -> Stream[FileResult]:
        """The results of some sources of one path. Workers begin at once."""
        assert self._run is not None
        options = self._options
        plan = options.plan_of(path)
        return folder_results(sources, options.session, plan, self._run, self._cache, seen)

    def keep(self) -> str | None:
        """Beside the marked copies, or in the folder that was asked for: all results, for
        ``checker diff``. Why they could not be kept (Chinese), or None."""
        if self._written is not None and self._written.problem is not None:
            problem = self._written.problem
            return f"数据表写不进“{self._tables}”（{disk_reason(problem)}）。"
        told, self._no_tables = self._no_tables or None, ""
        if self._kept is None:
            return told
        target = self._kept / RESULT_FILE
        try:
            target = result_target(self._kept, RESULT_FILE)
            claim(self._kept, target)
            with replacing(target) as draft, draft.open("w", encoding="utf-8") as out:
                out.writelines(self._document())
        except OSError as problem:
            return f"结果没能存进“{target}”（{disk_reason(problem)}），下次不能与这次比较。"
        return told

    # -- while corrections come in ----------------------------------------------------------------

    def take_in(self, changes: Changes) -> Iterator[News]:
        """Judge what is new or altered; ``results`` hold every result as soon as it is told."""
        before = {result.path: result for result in self.results}
        for source in changes.gone:
            path = path_shown(source)
            self.results[:] = [result for result in self.results if result.path != path]
            yield News("已删除", path, None, before.get(path))
        self.beside[:] = changes.found.beside
        for result in refused(changes.found.unread):
            old = before.get(result.path)
            if old is None or old.message != result.message:
                self._put(result)
                yield News("有问题", result.path, result, old)
        arrived = {path_shown(source) for source in changes.new}
        for path, group in groupby((*changes.new, *changes.altered), self._path_of):
            for result in self._results(path, tuple(group)):
                self._put(result)
                word = "新收到" if result.path in arrived else "有改动"
                yield News(word, result.path, result, before.get(result.path))

    def settle(self, changes: Changes) -> str | None:
        """Results in the order of the files, without what is no longer so; then the files that hold
        them. As ``keep``."""
        now = {result.path: result for result in self.results}
        order = [result.path for result in refused(changes.found.unread)]
        order += map(path_shown, changes.found.sources)
        self.results[:] = [now[path] for path in order if path in now]
        self._renew_tables(changes.found.sources)
        return self.keep()

    def _path_of(self, source: Source) -> str:
        """The path that a source was found under."""
        location = Path(full_path(source.location))
        for path in self._options.paths:
            place = Path(full_path(path))
            if place == location or place in location.parents:
                return path
        return self._options.paths[0]

    def _put(self, result: FileResult) -> None:
        """In the place of the file's former result, or at the end."""
        for place, old in enumerate(self.results):
            if old.path == result.path:
                self.results[place] = result
                return
        self.results.append(result)

    def _renew_tables(self, sources: Sequence[Source]) -> None:
        """The tables of all sources as they stand now, from what is remembered of each."""
        if self._tables is None or self._cache is None:
            return

        def nothing_new(
            work: Work, items: Iterable[Source], count: int
        ) -> Iterator[Finished[Source, Done]]:
            return (Finished(item, None, "") for item in items)

        from checker.batch.tables import RunTables

        options = self._options.session
        with RunTables(self._tables) as tables:
            for _ in folder_results(
                sources, options, MarkPlan(), nothing_new, self._cache, tables.add
            ):
                pass


def is_one_file(path: str) -> bool:
    """Whether a path is simply one file: nothing is remembered or kept of it."""
    return Path(path).is_file() and not path.lower().endswith(".zip")


def usual_place(path: str) -> str:
    """The result folder beside a file, or inside a folder."""
    return str(place_beside(path) / RESULT_FOLDER)


def refused(unread: Iterable[Unread]) -> Iterator[FileResult]:
    """What could not even be looked into, and what was not looked at though it may be a form."""
    for each in unread:
        if each.status is not None:
            yield FileResult(readable(each.location), each.status, message=each.reason)


def _nothing(path: str, found: Discovery, sources: Sequence[Source]) -> Iterator[FileResult]:
    if not sources and all(each.status is None for each in found.unread):
        yield FileResult(path, FileStatus.UNREADABLE, message="文件夹里没有填报表。")
