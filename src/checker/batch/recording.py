"""Every source's record, in the order of the sources: from the cache, or judged now."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from checker.batch.cache import ResultCache, is_markable
from checker.batch.copies import remember_copy, serves
from checker.batch.discovery import Source
from checker.batch.judging import CountyWork
from checker.batch.record import FileRecord
from checker.batch.running import Finished
from checker.checking import COPY_FAILED, copy_name, path_shown
from checker.model.report import FileStatus

Work = Callable[[Source], tuple[str, FileRecord]]
Runner = Callable[[Work, Iterable[Source], int], Iterator[Finished[Source, tuple[str, FileRecord]]]]
"""Applies work to sources, results in their order: serially, in processes or on a cluster."""

_COMMIT_EVERY = 200


def records(
    sources: Sequence[Source], work: CountyWork, cache: ResultCache | None, run: Runner
) -> Generator[FileRecord, None, None]:
    """One record per source. What was judged is remembered as it comes, so that an interrupted
    run need not begin again."""
    known = [_known(source, work, cache) for source in sources]
    fresh = [source for source, digest in zip(sources, known, strict=True) if not digest]
    judged = run(work, fresh, len(fresh))
    kept = 0
    try:
        for source, known_digest in zip(sources, known, strict=True):
            remembered = cache.record(known_digest) if cache and known_digest else None
            if remembered is not None:
                yield _at(remembered, source, work.plan.folder)
                continue
            # a record that turns out damaged only now is judged by itself
            ends = run(work, [source], 1) if known_digest else judged
            digest, record = _ended(next(ends))
            if cache is not None and digest and _lasts(record):
                cache.keep(source, digest, record)
                if work.plan.folder and record.marked_copy:
                    remember_copy(Path(record.marked_copy), digest, cache)
                kept += 1
                if kept % _COMMIT_EVERY == 0:
                    cache.commit()
            yield record
    finally:
        if cache is not None:
            cache.commit()
        close = getattr(judged, "close", None)
        if close is not None:
            close()


def _lasts(record: FileRecord) -> bool:
    """Whether it would be the same another time: a crash or a full disk need not come again."""
    passing = record.cannot_write.startswith(COPY_FAILED)
    return record.status != FileStatus.FAILED and not passing


def _ended(end: Finished[Source, tuple[str, FileRecord]]) -> tuple[str, FileRecord]:
    if end.result is not None:
        return end.result
    source = end.item
    failed = FileStatus.FAILED.value
    return "", FileRecord(source.shown, failed, end.failure, modified=source.modified)


def _known(source: Source, work: CountyWork, cache: ResultCache | None) -> str:
    """The digest by which the cache knows a source; "" if it does not, or if the marked copy that
    was asked for is not there any more. Only this is held for every file, never its record."""
    if cache is None or work.plan.in_place:
        return ""
    found = cache.unchanged(source)
    if found is None:
        try:
            digest = hashlib.sha256(source.read()).hexdigest()
        except (OSError, KeyError, ValueError):
            return ""
        found = cache.same_content(digest)
        if found is None:
            return ""
        cache.found_at(source, digest)
    folder = work.plan.folder
    if not folder or not found.markable:
        return found.digest
    return found.digest if serves(Path(folder) / copy_name(source), found.digest, cache) else ""


def _at(record: FileRecord, source: Source, folder: str | None) -> FileRecord:
    """The record as it is for this source: the same content may have been judged under another
    name, by a command that put its marked copies elsewhere or wrote none."""
    copy = str(Path(folder) / copy_name(source)) if folder and is_markable(record) else ""
    record = replace(record, marked_copy=copy)
    if record.path == source.shown and record.modified == source.modified:
        return record
    return replace(
        record,
        path=source.shown,
        modified=source.modified,
        findings=tuple({**finding, "file": source.shown} for finding in record.findings),
        errors=tuple({**error, "file": path_shown(source)} for error in record.errors),
    )
