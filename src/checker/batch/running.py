"""Running one function over many items, one after the other; in processes: ``workers``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from msgspec import Struct

from checker.trouble import UserMistake

Item = TypeVar("Item")
Result = TypeVar("Result")

SERIAL_UP_TO = 16
"""Below about this many files starting processes costs more than it saves (measured)."""


class ClusterUnreachable(UserMistake):
    """No cluster to run on; the text is a Chinese sentence."""


class Finished(Struct, Generic[Item, Result], frozen=True):
    """One item's end: a result, or the Chinese reason why there is none. ``given_up``: it took more
    time or memory than any item may, which is the item's own doing."""

    item: Item
    result: Result | None
    failure: str = ""
    given_up: bool = False


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


def processes_for(count: int, workers: int | None) -> int:
    """How many worker processes so many items are worth; 1 for none. ``workers`` None: as many as
    processors, or none for a handful."""
    size = (os.cpu_count() or 1) if workers is None else workers
    return 1 if workers is None and count <= SERIAL_UP_TO else max(1, min(size, count))


def serially(
    work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[Finished[Item, Result]]:
    """``work`` applied to each item. An exception of ``work`` itself becomes a failure."""
    for item in items:
        try:
            yield Finished(item, work(item))
        except Exception as problem:
            yield Finished(item, None, in_words(problem))


def in_words(problem: Exception) -> str:
    """What is said of an item that ``work`` raised on."""
    return f"校验程序在这一份上出错（{type(problem).__name__}：{problem}），请把文件发给技术支持。"
