"""Every source's record, in the order of the sources: from the cache, or judged now."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from checker.batch.cache import ResultCache
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
    folder = work.plan.folder
    if not folder or found.copy is None:
        return found.digest
    copy = Path(folder) / copy_name(source)
    return found.digest if found.copy == str(copy) and copy.is_file() else ""


def _at(record: FileRecord, source: Source, folder: str | None) -> FileRecord:
    """The record of the same content, found under another name; no marked copy without a folder
    for them."""
    if not folder:
        record = replace(record, marked_copy="")
    if record.path == source.shown and record.modified == source.modified:
        return record
    findings = tuple({**finding, "file": source.shown} for finding in record.findings)
    return replace(record, path=source.shown, modified=source.modified, findings=findings)
