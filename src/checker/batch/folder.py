"""A folder's results for ``checker check``: from the cache, or judged now, wherever that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from checker.batch.cache import ResultCache
from checker.batch.discovery import Source, full_path
from checker.batch.fingerprint import fingerprint, in_full
from checker.batch.judging import CountyWork
from checker.batch.record import FileRecord
from checker.batch.recording import Runner, records
from checker.checking import MarkPlan, copy_name, path_shown, session_for
from checker.reports.recorded import result_of_record
from checker.reports.results import FileResult
from checker.session import SessionOptions

STORE = "results.sqlite"
"""The cache's file in the user's cache folder, shared with ``checker county``."""

Seen = Callable[[FileRecord], None]
"""Sees every record pass by, facts and all: the tables."""


def open_cache(folder: Path, options: SessionOptions) -> ResultCache:
    """The results of earlier runs with these rules, in the user's cache folder."""
    return ResultCache(folder / STORE, fingerprint(session_for(options)))


def folder_results(
    sources: Sequence[Source],
    options: SessionOptions,
    plan: MarkPlan,
    run: Runner,
    cache: ResultCache | None = None,
    seen: Seen | None = None,
) -> Iterator[FileResult]:
    """One result per source, in order; paths are named as the user named them. ``run`` says where
    the judging is done (``checker.batch.runners``). Closing the iterator ends the workers and
    keeps what is finished."""
    session = session_for(options)
    folder = None if plan.folder is None else full_path(plan.folder)
    work = CountyWork(in_full(options), MarkPlan(folder, plan.in_place))
    there = [source._replace(location=full_path(source.location)) for source in sources]
    with closing(records(there, work, cache, run)) as stream:
        for source, record in zip(sources, stream, strict=True):
            if seen is not None:
                seen(record)
            result = result_of_record(record, session.profile.id)
            copy = _copy_shown(source, plan) if result.marked_copy else None
            yield replace(result, path=path_shown(source), marked_copy=copy)


def _copy_shown(source: Source, plan: MarkPlan) -> str:
    return source.location if plan.folder is None else str(Path(plan.folder) / copy_name(source))
