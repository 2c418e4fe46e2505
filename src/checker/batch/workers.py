"""One function over many items in worker processes.

Each worker is a `ProcessPoolExecutor` of one process, so the item that a lost process was on is
known: it alone is given up, and a fresh process takes what waited behind it. Results come in the
order of the items and only a window of them is under way, so memory does not grow with the files.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from multiprocessing import active_children, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from typing import Any, Generic

from msgspec import Struct

from checker.batch.running import Finished, Item, Result, in_words
from checker.safe_path import without_current_folder

_AHEAD = 4
"""Items a worker has before it, so that it never waits for the main process."""

_WINDOW = 64
"""Per worker: items done or under way beyond one that takes long."""

_DIED = "读取时程序被系统终止（多半是内存不足），已放弃这一份。"
_NO_MEMORY = "读取所需内存超过上限，已放弃这一份。"


class Limits(Struct, frozen=True):
    """What one file may take. ``seconds`` of wall time; ``memory`` in bytes per worker process
    (not enforced on Windows, which has no such limit to set)."""

    seconds: float = 60.0
    memory: int = 2 * 1024**3


class Workers(Iterator[Finished[Item, Result]], Generic[Item, Result]):
    """``work`` (picklable) applied to each item in ``count`` processes, results in the order of the
    items; the processes begin at once. An exception of ``work`` itself becomes a failure. ``close``
    (Ctrl-C) ends the processes, whatever they are doing."""

    def __init__(
        self,
        work: Callable[[Item], Result],
        items: Iterable[Item],
        count: int,
        limits: Limits = Limits(),  # noqa: B008 - immutable
    ) -> None:
        self._work, self._limits = work, limits
        self._items = enumerate(items)
        self._ended: dict[int, Finished[Item, Result]] = {}
        self._due = self._handed = 0
        self._workers: list[_Worker[Item, Result]] = []
        try:
            self._workers += [_Worker(work, limits) for _ in range(count)]
            self._hand_out()
        except BaseException:  # Ctrl-C, or no more processes to be had
            self.close()
            raise

    def __next__(self) -> Finished[Item, Result]:
        while self._due not in self._ended:
            fronts = [worker.given[0].answer for worker in self._workers if worker.given]
            if not fronts:
                self.close()
                raise StopIteration
            wait(fronts, return_when=FIRST_COMPLETED)
            for worker in self._workers:
                for number, end in worker.take():
                    self._ended[number] = end
            self._hand_out()
        self._due += 1
        self._hand_out()
        return self._ended.pop(self._due - 1)

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.end()
        self._workers = []

    def _hand_out(self) -> None:
        """One item after the other to whoever has least before it."""
        most = len(self._workers) * _WINDOW
        while self._workers and self._handed < self._due + most:
            idlest = min(self._workers, key=lambda worker: len(worker.given))
            if len(idlest.given) >= _AHEAD:
                return
            for number, item in islice(self._items, 1):
                idlest.give(number, item)
                self._handed += 1
                break
            else:
                return


class _Given(Struct, Generic[Item], frozen=True):
    """An item that a worker was handed, and the answer it will have."""

    number: int
    item: Item
    answer: Future[tuple[object, str]]


class _Worker(Generic[Item, Result]):
    """One process. ``given`` are the items it was handed, the one it is on first."""

    def __init__(self, work: Callable[[Item], Result], limits: Limits) -> None:
        self.given: deque[_Given[Item]] = deque()
        self._work, self._limits = work, limits
        self._since = monotonic()  # when it began with the first of them
        self._start()

    def _start(self) -> None:
        with _apart():  # this may start a process too: multiprocessing's own resource tracker
            self._pool = ProcessPoolExecutor(
                1,
                get_context("spawn"),  # a copy (fork) might take along a lock that somebody holds
                partial(_settle, self._work, self._limits),
            )
        self._processes: list[BaseProcess] = []

    def give(self, number: int, item: Item) -> None:
        """Hand over one more item."""
        if not self.given:
            self._since = monotonic()
        try:
            answer = self._submit(item)
        except BrokenProcessPool as problem:  # between two items; whoever waits is told
            answer = Future()
            answer.set_exception(problem)
        self.given.append(_Given(number, item, answer))

    def _submit(self, item: Item) -> Future[tuple[object, str]]:
        if self._processes:
            return self._pool.submit(_answer, item)
        others = set(active_children())
        with _apart():
            answer = self._pool.submit(_answer, item)
        self._processes = [child for child in active_children() if child not in others]
        return answer

    def take(self) -> Iterator[tuple[int, Finished[Item, Result]]]:
        """What is finished. A lost process costs the item it was on; a fresh one takes the rest."""
        while self.given and self.given[0].answer.done():
            given = self.given.popleft()
            number, item = given.number, given.item
            try:
                result, failure = given.answer.result()
                given_up = failure == _NO_MEMORY
                yield number, Finished(item, result, failure, given_up)  # type: ignore[arg-type]
            except BrokenProcessPool:
                spent = monotonic() - self._since
                limit = self._limits.seconds
                late = f"超过 {limit:g} 秒仍未读完，已放弃这一份。"
                yield number, Finished(item, None, late if spent >= limit else _DIED, given_up=True)
                self._begin_anew()
            except Exception as problem:  # what came back, or went there, cannot be sent
                yield number, Finished(item, None, in_words(problem))
            self._since = monotonic()

    def _begin_anew(self) -> None:
        waiting = [(each.number, each.item) for each in self.given]
        self.given.clear()
        self.end()
        self._start()
        for number, item in waiting:
            self.give(number, item)

    def end(self) -> None:
        """End the process, whatever it is doing; between two items it has nothing to lose."""
        for process in self._processes:
            with suppress(ValueError):  # closed already
                process.kill()
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def _apart() -> Iterator[None]:
    """How a process is started: deaf to Ctrl-C, which is for the main process (a terminal tells all
    processes at once); and with the current folder, where workbooks of strangers lie, never on the
    path that modules are imported from."""
    safe = os.environ.get("PYTHONSAFEPATH")
    path = sys.path[:]
    listens = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if listens else None
    os.environ["PYTHONSAFEPATH"] = "1"
    sys.path[:] = without_current_folder(path)
    try:
        yield
    finally:
        sys.path[:] = path
        if safe is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = safe
        if listens:
            signal.signal(signal.SIGINT, before)


_work: Callable[[Any], object]
_seconds: float


def _settle(work: Callable[[Any], object], limits: Limits) -> None:
    """What a worker does once, before its first item."""
    global _work, _seconds
    _work, _seconds = work, limits.seconds
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory(limits.memory)


def _answer(item: object) -> tuple[object, str]:
    """The result of one item, or the reason why there is none. A hang, in C code too, ends the
    process: faulthandler's watch is a thread that needs nothing of Python."""
    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(_seconds, exit=True, file=nowhere)
        try:
            return _work(item), ""
        except MemoryError:
            return None, _NO_MEMORY
        except Exception as problem:
            return None, in_words(problem)
        finally:
            faulthandler.cancel_dump_traceback_later()


def limit_memory(size: int) -> None:
    """Bound this process's memory to ``size`` bytes where the system can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
