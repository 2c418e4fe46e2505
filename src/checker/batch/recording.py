"""Every source's record, in the order of the sources: from the cache, or judged now."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from checker.batch.cache import Remembered, ResultCache
from checker.batch.discovery import Source
from checker.batch.judging import CountyWork
from checker.batch.record import FileRecord
from checker.batch.running import Finished
from checker.checking import copy_name
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
    fresh = [source for source, found in zip(sources, known, strict=True) if found is None]
    judged = run(work, fresh, len(fresh))
    kept = 0
    try:
        for source, found in zip(sources, known, strict=True):
            if cache is not None and found is not None:
                yield replace(found.record, facts=cache.facts(found.digest))
                continue
            digest, record = _ended(next(judged))
            if cache is not None and digest and record.status != FileStatus.FAILED:
                cache.keep(source, digest, record)
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


def _ended(end: Finished[Source, tuple[str, FileRecord]]) -> tuple[str, FileRecord]:
    if end.result is not None:
        return end.result
    source = end.item
    failed = FileStatus.FAILED.value
    return "", FileRecord(source.shown, failed, end.failure, modified=source.modified)


def _known(source: Source, work: CountyWork, cache: ResultCache | None) -> Remembered | None:
    """What the cache has of a source, if the marked copy that was asked for is still there."""
    if cache is None or work.plan.in_place:
        return None
    found = cache.unchanged(source)
    if found is None:
        try:
            digest = hashlib.sha256(source.read()).hexdigest()
        except (OSError, KeyError, ValueError):
            return None
        found = cache.same_content(digest)
        if found is None:
            return None
    record = _at(found.record, source)
    folder = work.plan.folder
    if not folder:
        return found._replace(record=replace(record, marked_copy=""))
    if record.cannot_write or record.status != FileStatus.CHECKED:
        return found._replace(record=record)
    copy = Path(folder) / copy_name(source)
    return found._replace(record=record) if _is_copy(copy, record) else None


def _is_copy(copy: Path, record: FileRecord) -> bool:
    return record.marked_copy == str(copy) and copy.is_file()


def _at(record: FileRecord, source: Source) -> FileRecord:
    """The record of the same content, found under another name."""
    if record.path == source.shown and record.modified == source.modified:
        return record
    findings = tuple({**finding, "file": source.shown} for finding in record.findings)
    return replace(record, path=source.shown, modified=source.modified, findings=findings)
