"""A folder's results for ``checker check``: from the cache, or judged now, wherever that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from checker.batch.discovery import Source, full_path
from checker.batch.fingerprint import fingerprint, in_full
from checker.batch.judging import JudgingWork
from checker.batch.record import FileRecord
from checker.batch.record_results import result_of_record
from checker.batch.recording import Runner, records
from checker.batch.running import Stream
from checker.checking import MarkPlan, copy_name, path_shown, session_for
from checker.marking.results import FileResult
from checker.session import SessionOptions

if TYPE_CHECKING:
    from checker.batch.cache import ResultCache

STORE = "results.sqlite"
"""The cache's file in the user's cache folder, shared with ``checker county``."""

Seen = Callable[[FileRecord], None]
"""Sees every record pass by, facts and all: the tables."""


def open_cache(folder: Path, options: SessionOptions) -> ResultCache:
    """The results of earlier runs with these rules, in the user's cache folder."""
    from checker.batch.cache import ResultCache

    return ResultCache(folder / STORE, fingerprint(session_for(options)))


def folder_results(
    sources: Sequence[Source],
    options: SessionOptions,
    plan: MarkPlan,
    run: Runner,
    cache: ResultCache | None = None,
    seen: Seen | None = None,
) -> Stream[FileResult]:
    """One result per source, in order; paths are named as the user named them. ``run`` says where
    the judging is done (``checker.batch.runners``). Closing the stream ends the workers and keeps
    what is finished."""
    profile = session_for(options).profile.id
    folder = None if plan.folder is None else full_path(plan.folder)
    whole = cache is not None or seen is not None
    work = JudgingWork(in_full(options), MarkPlan(folder, plan.in_place), whole)
    there = [source._replace(location=full_path(source.location)) for source in sources]
    stream = records(there, work, cache, run)

    def results() -> Iterator[FileResult]:
        for source, record in zip(sources, stream, strict=True):
            if seen is not None:
                seen(record)
            copy = _copy_shown(source, plan) if record.marked_copy else None
            yield result_of_record(record, profile, path_shown(source), copy)

    return Stream(results(), stream.close)


def _copy_shown(source: Source, plan: MarkPlan) -> str:
    return source.location if plan.folder is None else str(Path(plan.folder) / copy_name(source))
