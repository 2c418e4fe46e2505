"""Every source's record, in the order of the sources: from the cache, or judged now."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from checker.batch.discovery import Source
from checker.batch.judging import Done, JudgingWork
from checker.batch.record import FileRecord, Head, Kept, Parts, head_of, kept, record_of
from checker.batch.running import Finished, Stream
from checker.checking import COPY_FAILED, copy_name, path_shown
from checker.model.report import FileStatus

if TYPE_CHECKING:
    from checker.batch.cache import ResultCache

Work = Callable[[Source], Done]
Runner = Callable[[Work, Iterable[Source], int], Iterator[Finished[Source, Done]]]
"""Applies work to sources, results in their order: serially, in processes or on a cluster."""

_COMMIT_EVERY = 200


def records(
    sources: Sequence[Source], work: JudgingWork, cache: ResultCache | None, run: Runner
) -> Stream[FileRecord]:
    """One record per source. What was judged is remembered as it comes, so that an interrupted
    run need not begin again. Workers begin at once; closing the stream ends them."""
    known = _known_digests(sources, work, cache)
    fresh = [source for source, digest in zip(sources, known, strict=True) if not digest]
    judged = run(work, fresh, len(fresh))
    close = getattr(judged, "close", None)
    return Stream(_records(sources, known, judged, work, cache, run), close)


def _records(
    sources: Sequence[Source],
    known: Sequence[str],
    judged: Iterator[Finished[Source, Done]],
    work: JudgingWork,
    cache: ResultCache | None,
    run: Runner,
) -> Iterator[FileRecord]:
    count = 0
    try:
        for source, known_digest in zip(sources, known, strict=True):
            remembered = cache.kept(known_digest) if cache and known_digest else None
            if remembered is not None:
                yield _remembered(remembered, source, work.plan.folder)
                continue
            # one that turns out damaged only now is judged by itself
            ends = run(work, [source], 1) if known_digest else judged
            done = _ended(next(ends))
            head = head_of(done.kept.head)
            if cache is not None and done.digest and _lasts(head):
                cache.keep(source, done.digest, done.kept, head.markable)
                if work.plan.folder and done.marked_copy:
                    from checker.batch.copies import remember_copy

                    remember_copy(Path(done.marked_copy), done.digest, cache)
                count += 1
                if count % _COMMIT_EVERY == 0:
                    cache.commit()
            yield _record(source, done.marked_copy, head, done.kept.bulk)
    finally:
        if cache is not None:
            cache.commit()


def _record(source: Source, marked_copy: str, head: Head, parts: Parts) -> FileRecord:
    place = path_shown(source)
    return record_of(source.shown, place, source.modified, marked_copy, head, parts)


def _remembered(remembered: Kept, source: Source, folder: str | None) -> FileRecord:
    """The record as it is for this source: the same content may have been judged under another
    name, by a command that put its marked copies elsewhere or wrote none."""
    head = head_of(remembered.head)
    copy = str(Path(folder) / copy_name(source)) if folder and head.markable else ""
    return _record(source, copy, head, remembered.bulk)


def _lasts(head: Head) -> bool:
    """Whether it would be the same another time: a crash or a full disk need not come again."""
    passing = head.cannot_write.startswith(COPY_FAILED)
    return head.status != FileStatus.FAILED and not passing


def _ended(end: Finished[Source, Done]) -> Done:
    if end.result is not None:
        return end.result
    return Done("", "", kept(Head(FileStatus.FAILED.value, end.failure)))


def _known_digests(
    sources: Sequence[Source], work: JudgingWork, cache: ResultCache | None
) -> list[str]:
    """The digests by which the cache knows the sources, "" for those it does not, or whose marked
    copy that was asked for is not there any more. Only this is held for every file, never what is
    kept of it."""
    if cache is None or work.plan.in_place:
        return [""] * len(sources)
    sizes = cache.sizes()
    return [_known(source, work.plan.folder, cache, sizes) for source in sources]


def _known(source: Source, folder: str | None, cache: ResultCache, sizes: frozenset[int]) -> str:
    found = cache.unchanged(source) if sizes else None
    if found is None:
        if not sizes or (source.size and 0 not in sizes and source.size not in sizes):
            return ""  # nothing known has this size, so there is no need to read it
        try:
            digest = hashlib.sha256(source.read()).hexdigest()
        except (OSError, KeyError, ValueError):
            return ""
        found = cache.same_content(digest)
        if found is None:
            return ""
        cache.found_at(source, digest)
    if not folder or not found.markable:
        return found.digest
    from checker.batch.copies import serves

    return found.digest if serves(Path(folder) / copy_name(source), found.digest, cache) else ""
