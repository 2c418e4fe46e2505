"""Where files are judged: here one by one, in processes, or on the workers of a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from checker.batch.recording import Runner
from checker.batch.running import run_all


class ClusterUnreachable(Exception):
    """No cluster to run on. ``reason`` is one Chinese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def runner(workers: int | None, scheduler: str | None) -> Iterator[Runner]:
    """What applies work to sources. A cluster is connected to at once, before anything is written;
    ``workers`` None chooses by the number of files.

    Raises ClusterUnreachable.
    """
    if scheduler is None:
        yield lambda work, items, count: run_all(work, items, count, workers)
        return
    from checker.batch.cluster import connected

    with connected(scheduler) as spread:
        yield lambda work, items, count: spread(work, items)
