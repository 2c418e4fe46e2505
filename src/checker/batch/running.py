"""Running one function over many sources: serially for a handful, in processes beyond.

A worker that dies, hangs or eats all memory costs the one file it was on, never the run. Results
come as they finish and only a window of them is under way, so memory does not grow with the files.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

SERIAL_UP_TO = 16
"""Below about this many files starting processes costs more than it saves (measured)."""


class Limits(NamedTuple):
    """What one file may take. ``seconds`` of wall time; ``memory`` in bytes per worker process
    (not enforced on Windows, which has no such limit to set)."""

    seconds: float = 60.0
    memory: int = 2 * 1024**3


class Finished(NamedTuple, Generic[Item, Result]):
    """One item's end: a result, or the Chinese reason why there is none."""

    item: Item
    result: Result | None
    failure: str = ""


class Stream(Iterator[Result]):
    """An iterator together with what ends when it is closed, whether it was begun or not."""

    def __init__(self, inner: Iterator[Result], end: Callable[[], None] | None = None) -> None:
        self._inner, self._end = inner, end

    def __next__(self) -> Result:
        return next(self._inner)

    def close(self) -> None:
        """Close the iterator, then call ``end``."""
        close = getattr(self._inner, "close", None)
        for each in (close, self._end):
            if each is not None:
                each()


def run_all(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    count: int,
    workers: int | None = None,
    limits: Limits = Limits(),  # noqa: B008 - immutable
) -> Iterator[Finished[Item, Result]]:
    """``work`` applied to each item, results in the order of the items; processes begin at once.

    ``work`` must be picklable (a module-level function or a dataclass instance with __call__).
    ``workers`` None: as many as processors, or none at all for a handful. An exception of ``work``
    itself becomes a failure too. Closing the iterator (Ctrl-C) ends the workers.
    """
    look_less_for_garbage()
    size = (os.cpu_count() or 1) if workers is None else workers
    if count == 0 or size <= 1 or (workers is None and count <= SERIAL_UP_TO):
        return _serial(work, items)
    from checker.batch.workers import Workers

    return Workers(work, items, count, min(size, count), limits)


def _serial(
    work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[Finished[Item, Result]]:
    for item in items:
        try:
            yield Finished(item, work(item))
        except Exception as problem:
            yield Finished(item, None, in_words(problem))


def in_words(problem: Exception) -> str:
    """What is said of an item that ``work`` raised on."""
    return f"校验程序在这一份上出错（{type(problem).__name__}：{problem}），请把文件发给技术支持。"


def settle(memory: int) -> None:
    """What a worker does once, before its first file."""
    limit_memory(memory)
    look_less_for_garbage()


def look_less_for_garbage() -> None:
    """Judging a file leaves no cycles behind, so looking for some after every few hundred objects
    finds nothing and takes a tenth of the time."""
    gc.set_threshold(50_000, 20, 20)


def limit_memory(size: int) -> None:
    """Bound this process's memory to ``size`` bytes where the system can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
