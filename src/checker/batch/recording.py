"""Every source's record, in the order of the sources: from the cache, or judged now.

Where the judging is done (here, in processes, on a cluster) is a `Runner`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from checker.batch.discovery import Source, full_path, path_shown
from checker.batch.judging import Done, JudgingWork, MarkPlan, sha256_of
from checker.batch.previous_year import in_full, session_for
from checker.batch.result_folder import converted_from, copy_name
from checker.batch.running import Finished, Stream, processes_for, serially
from checker.marking.file_record import (
    FileRecord,
    Head,
    Parts,
    head_of,
    kept,
    record_of,
    result_of_record,
)
from checker.marking.results import NOT_WRITTEN, FileResult
from checker.model.report import FileStatus
from checker.session import SessionOptions

if TYPE_CHECKING:
    from checker.batch.cache import ResultCache

Work = Callable[[Source], Done]
Runner = Callable[[Work, Iterable[Source], int], Iterator[Finished[Source, Done]]]
"""Applies work to sources, results in their order."""

Seen = Callable[[FileRecord], None]
"""Sees every record pass by, facts and all: the tables."""


@contextmanager
def runner(workers: int | None, scheduler: str | None) -> Iterator[Runner]:
    """What applies work to sources. A cluster is connected to at once, before anything is written;
    ``workers`` None chooses by the number of files.

    Raises ClusterUnreachable.
    """
    if scheduler is None:
        yield lambda work, items, count: _here(work, items, processes_for(count, workers))
        return
    from checker.batch.cluster import connected

    with connected(scheduler) as spread:
        yield lambda work, items, count: spread(work, items)


_COMMIT_EVERY = 200


def _here(work: Work, items: Iterable[Source], processes: int) -> Iterator[Finished[Source, Done]]:
    if processes == 1:
        return serially(work, items)
    from checker.batch.workers import Workers  # late: multiprocessing takes as long as two files

    return Workers(work, items, processes)


def records(
    sources: Sequence[Source], work: JudgingWork, cache: ResultCache | None, run: Runner
) -> Stream[FileRecord]:
    """One record per source. What was judged is remembered as it comes, so that an interrupted
    run need not begin again. Workers begin at once; closing the stream ends them."""
    known = _known_contents(sources, work, cache)
    fresh = [source for source, content in zip(sources, known, strict=True) if content is None]
    judged = run(work, fresh, len(fresh))
    close = getattr(judged, "close", None)
    return Stream(_records(sources, known, judged, work, cache, run), close)


def _records(
    sources: Sequence[Source],
    known: Sequence[_Known | None],
    judged: Iterator[Finished[Source, Done]],
    work: JudgingWork,
    cache: ResultCache | None,
    run: Runner,
) -> Iterator[FileRecord]:
    count = 0
    try:
        for source, content in zip(sources, known, strict=True):
            remembered = cache.kept(content.digest) if cache and content else None
            if content and remembered is not None:
                copy = "" if content.copy is None else str(content.copy)
                yield _record(source, copy, head_of(remembered.head), remembered.bulk)
                continue
            # one that turns out damaged only now is judged by itself
            ends = run(work, [source], 1) if content else judged
            done = _ended(next(ends))
            head = head_of(done.kept.head)
            if cache is not None and done.digest and _lasts(head):
                cache.keep(source, done.digest, done.kept, head.markable)
                if work.plan.folder and done.marked_copy:
                    cache.remember_copy(Path(done.marked_copy), done.digest)
                count += 1
                if count % _COMMIT_EVERY == 0:
                    cache.commit()
            yield _record(source, done.marked_copy, head, done.kept.bulk)
    finally:
        if cache is not None:
            cache.commit()


def _record(source: Source, marked_copy: str, head: Head, parts: Parts) -> FileRecord:
    return record_of(source.shown, source.modified, marked_copy, head, parts)


def _lasts(head: Head) -> bool:
    """Whether it would be the same another time: a crash or a full disk need not come again, and
    LibreOffice may be installed by then."""
    if not head.cannot_write:
        return head.status != FileStatus.FAILED
    from checker.writing.old_formats import NO_OFFICE  # late: most runs convert no old format

    passing = head.cannot_write.startswith((*NOT_WRITTEN, NO_OFFICE))
    return head.status != FileStatus.FAILED and not passing


def _ended(end: Finished[Source, Done]) -> Done:
    if end.result is not None:
        return end.result
    status = FileStatus.UNREADABLE if end.given_up else FileStatus.FAILED
    return Done("", "", kept(Head(status.value, end.failure)))


class _Known(Struct, frozen=True):
    """A content that the cache knows, and where its marked copy is, if one is wanted."""

    digest: str
    copy: Path | None = None


def _known_contents(
    sources: Sequence[Source], work: JudgingWork, cache: ResultCache | None
) -> list[_Known | None]:
    """What the cache knows of the sources; None for those it does not, or whose marked copy that
    was asked for is not there any more. Only this is held for every file, never what is kept of
    it."""
    if cache is None or work.plan.in_place:
        return [None] * len(sources)
    sizes = cache.sizes()
    folder = None if work.plan.folder is None else Path(work.plan.folder)
    return [_known(source, folder, cache, sizes) for source in sources]


def _known(
    source: Source, folder: Path | None, cache: ResultCache, sizes: frozenset[int]
) -> _Known | None:
    found = cache.unchanged(source) if sizes else None
    if found is None:
        if not sizes or (source.size and 0 not in sizes and source.size not in sizes):
            return None  # nothing known has this size, so there is no need to read it
        try:
            digest = sha256_of(source.read())
        except (OSError, KeyError, ValueError):
            return None
        found = cache.same_content(digest)
        if found is None:
            return None
        cache.found_at(source, digest)
    if folder is None or not found.markable:
        return _Known(found.digest)
    copy = cache.copy_in(folder, source, found.digest)
    return None if copy is None else _Known(found.digest, copy)


def folder_results(
    sources: Sequence[Source],
    options: SessionOptions,
    plan: MarkPlan,
    run: Runner,
    cache: ResultCache | None = None,
    seen: Seen | None = None,
) -> Stream[FileResult]:
    """One result per source, in order; paths are named as the user named them. ``run`` says where
    the judging is done. Closing the stream ends the workers and keeps
    what is finished."""
    profile = session_for(options).profile.id
    folder = None if plan.folder is None else full_path(plan.folder)
    whole = cache is not None or seen is not None
    work = JudgingWork(in_full(options), MarkPlan(folder, plan.in_place), whole)
    there = [replace(source, location=full_path(source.location)) for source in sources]
    stream = records(there, work, cache, run)

    def results() -> Iterator[FileResult]:
        for source, record in zip(sources, stream, strict=True):
            if seen is not None:
                seen(record)
            copy = _shown(record.marked_copy, source, plan) if record.marked_copy else None
            result = result_of_record(record, profile, path_shown(source), copy)
            yield _named_otherwise(result, source) if copy and plan.folder else result

    return Stream(results(), stream.close)


def _named_otherwise(result: FileResult, source: Source) -> FileResult:
    """The result, with a word about its marked copy where that could not have its own name."""
    copy = Path(result.marked_copy or "")
    converted = converted_from(copy.name)
    if converted and not converted_from(source.shown):
        from checker.writing.old_formats import words_on  # late, as in `_lasts`

        return replace(result, message=words_on(converted))
    told = words_on_kept(copy, source)
    return replace(result, message=told) if told else result


def words_on_kept(copy: Path, source: Source) -> str:
    """A sentence on why the marked copy of a source does not have its own name; "" if it has."""
    own = copy_name(source, converted_from(copy.name))
    if copy.parts[-len(own.parts) :] == own.parts:
        return ""
    from checker.writing import carries_marks

    there = copy.parents[len(own.parts) - 1] / own
    if there.is_symlink() or not carries_marks(there):
        return f"结果文件夹里的“{own}”不是校验写的标记副本，没有覆盖；副本另存为“{copy.name}”。"
    return (
        f"结果文件夹里的标记副本“{own}”有人改过，没有覆盖，也没有当作报送的表；"
        f"要以它为准，请把它移出来，替换原来的表。新的副本另存为“{copy.name}”。"
    )


def _shown(copy: str, source: Source, plan: MarkPlan) -> str:
    """Where a marked copy lies, by the names that the user gave."""
    if plan.folder is None:
        return source.location
    return str(Path(plan.folder) / Path(copy).relative_to(full_path(plan.folder)))
