"""A folder's results for ``checker check``: from the cache, or judged now, here or in workers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from checker.batch.cache import ResultCache
from checker.batch.discovery import Source
from checker.batch.fingerprint import fingerprint
from checker.batch.judging import CountyWork
from checker.batch.record import FileRecord
from checker.batch.recording import Work, records
from checker.batch.running import Finished, run_all
from checker.checking import MarkPlan, path_shown, session_for
from checker.reports.recorded import result_of_record
from checker.reports.results import FileResult
from checker.session import SessionOptions

STORE = "results.sqlite"
"""The cache's file in the user's cache folder, shared with ``checker county``."""


def folder_results(
    sources: Sequence[Source],
    options: SessionOptions,
    plan: MarkPlan,
    workers: int | None = None,
    cache: Path | None = None,
) -> Iterator[FileResult]:
    """One result per source, in order. ``cache`` is the user's cache folder, None for none;
    ``workers`` None chooses by the number of files. Closing the iterator ends the workers and keeps
    what is finished."""
    session = session_for(options)
    store = ResultCache(cache / STORE, fingerprint(session)) if cache is not None else None
    work = CountyWork(options, plan)

    def run(
        work: Work, items: Iterable[Source], count: int
    ) -> Iterator[Finished[Source, tuple[str, FileRecord]]]:
        return run_all(work, items, count, workers)

    try:
        with closing(records(sources, work, store, run)) as stream:
            for source, record in zip(sources, stream, strict=True):
                yield replace(result_of_record(record, session.profile.id), path=path_shown(source))
    finally:
        if store is not None:
            store.close()
