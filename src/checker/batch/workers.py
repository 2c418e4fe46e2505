"""Worker processes that judge one file after the other; one that is lost costs its file only.

There is no thread in the main process: it hands out files, listens to all workers at once, and ends
those that take too long.
"""

from __future__ import annotations

import pickle
import select
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from time import monotonic, sleep
from typing import Generic

from checker.batch.running import Finished, Item, Limits, Result, in_words, settle

_AHEAD = 8
"""Files a worker has before it, so that it never waits for the main process."""

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.001, 0.05
"""Seconds in which results gather: to be woken for each would cost the main process more than all
else it does with it. As long as leaves every worker enough to do."""

_WINDOW = 64
"""Per worker: files judged or under way beyond one that takes long, so that memory stays flat."""

_MOST_BYTES = 4000
"""Sent to a worker that is still busy; more could fill the pipe and make both wait for ever."""

_DIED = "读取时程序被系统终止（多半是内存不足），已放弃这一份。"
_NO_MEMORY = "读取所需内存超过上限，已放弃这一份。"


class Workers(Iterator[Finished[Item, Result]], Generic[Item, Result]):
    """``work`` applied to each item in ``count`` processes, results in the order of the items.

    The processes begin at once. ``close`` ends them, whatever they are doing.
    """

    def __init__(
        self,
        work: Callable[[Item], Result],
        items: Iterable[Item],
        many: int,
        count: int,
        limits: Limits,
    ) -> None:
        """``many`` are the items, as far as anybody knows."""
        self._work, self._limits = work, limits
        self._items, self._many = iter(items), many
        self._heard, self._pause = monotonic(), _SHORTEST_PAUSE
        self._ended: dict[int, Finished[Item, Result]] = {}
        self._handed = self._due = 0
        self._most = count * _WINDOW
        self._over = False
        self._workers: list[_Worker[Item, Result]] = []
        self._lines = _Lines()
        try:
            for _ in range(count):
                self._add_worker()
            self._hand_out()
        except BaseException:  # Ctrl-C, or no more processes to be had
            self.close()
            raise

    def __next__(self) -> Finished[Item, Result]:
        while self._due not in self._ended:
            busy = [worker for worker in self._workers if worker.given]
            if not busy:
                self.close()
                raise StopIteration
            self._listen(busy)
            self._hand_out()
        self._due += 1
        self._hand_out()
        return self._ended.pop(self._due - 1)

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.end()
        self._workers = []

    def _listen(self, busy: Sequence[_Worker[Item, Result]]) -> None:
        """Wait for the next results, or until the first file has had its time."""
        sleep(max(0.0, self._pause - (monotonic() - self._heard)))
        limit = self._limits.seconds
        patience = min([worker.since for worker in busy]) + limit - monotonic()
        ready = self._lines.ready(max(0.0, patience))
        if not ready:
            now = monotonic()
            for worker in busy:
                if now >= worker.since + limit:
                    self._lose(worker, f"超过 {limit:g} 秒仍未读完，已放弃这一份。")
        while ready:
            for worker in [each for each in self._workers if each.line.fileno() in ready]:
                self._take(worker)
            ready = self._lines.ready(0.0)
        self._heard = monotonic()
        least = min([len(worker.given) for worker in self._workers], default=0)
        if least > _AHEAD // 2:
            self._pause = min(_LONGEST_PAUSE, self._pause * 1.25)
        elif least < 2:
            self._pause = max(_SHORTEST_PAUSE, self._pause / 2)

    def _take(self, worker: _Worker[Item, Result]) -> None:
        try:
            result, failure = pickle.loads(worker.line.recv_bytes())
        except (EOFError, OSError):
            self._lose(worker, _DIED)
            return
        number, item = worker.finished()
        self._ended[number] = Finished(item, result, failure)

    def _lose(self, worker: _Worker[Item, Result], reason: str) -> None:
        """A worker, and the file it was on, are given up; another takes its place."""
        self._workers.remove(worker)
        self._lines.remove(worker.line)
        worker.end()
        if worker.given:
            number, item = worker.given.popleft()
            self._ended[number] = Finished(item, None, reason)
        if worker.given or not self._over:
            fresh = self._add_worker()
            for left in worker.given:
                fresh.give(*left)

    def _add_worker(self) -> _Worker[Item, Result]:
        worker = _Worker[Item, Result](self._work, self._limits.memory)
        self._workers.append(worker)
        self._lines.add(worker.line)
        return worker

    def _hand_out(self) -> None:
        """What keeps the workers busy until they are listened to again; towards the end less, so
        that none has to wait for what lies before another."""
        for most in range(1, _AHEAD + 1):
            for worker in self._workers:
                if self._over or self._handed >= self._due + self._most:
                    return
                left = max(0, self._many - self._handed)
                if len(worker.given) < min(most, 1 + left // len(self._workers)):
                    self._hand_over(worker)

    def _hand_over(self, worker: _Worker[Item, Result]) -> None:
        self._over = True
        for item in islice(self._items, 1):
            self._over = False
            worker.give(self._handed, item)
            self._handed += 1


class _Lines:
    """The lines to all workers, listened to at once."""

    def __init__(self) -> None:
        self._lines: dict[int, Connection] = {}
        # asked some thousand times, and made anew by the standard library each time
        self._poll = select.poll() if hasattr(select, "poll") else None  # Windows has none

    def add(self, line: Connection) -> None:
        """Listen to one more."""
        self._lines[line.fileno()] = line
        if self._poll is not None:
            self._poll.register(line, select.POLLIN)

    def remove(self, line: Connection) -> None:
        """Listen to it no more."""
        del self._lines[line.fileno()]
        if self._poll is not None:
            self._poll.unregister(line)

    def ready(self, patience: float) -> frozenset[int]:
        """The numbers of the lines that have something to say, or are dead; none if that takes
        longer than ``patience`` seconds."""
        if self._poll is not None:
            return frozenset([number for number, _ in self._poll.poll(patience * 1000)])
        found = set(map(id, wait(self._lines.values(), patience)))
        return frozenset(number for number, line in self._lines.items() if id(line) in found)


class _Worker(Generic[Item, Result]):
    """One process. ``given`` are the numbered items it was handed, the one it is on first;
    ``since`` when it began with that one, in seconds."""

    def __init__(self, work: Callable[[Item], Result], memory: int) -> None:
        self.given: deque[tuple[int, Item]] = deque()
        self.since = monotonic()
        self._unsent: deque[bytes] = deque()
        self._sizes: deque[int] = deque()  # of what was sent and is not finished
        context = get_context("spawn")  # a copy (fork) might take along a lock that somebody holds
        self.line, theirs = context.Pipe()
        arguments = (theirs, work, memory)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        with _deaf():
            self._process.start()
        theirs.close()

    def give(self, number: int, item: Item) -> None:
        """Hand over one more item."""
        if not self.given:
            self.since = monotonic()
        self.given.append((number, item))
        self._unsent.append(pickle.dumps(item, pickle.HIGHEST_PROTOCOL))
        self._send()

    def finished(self) -> tuple[int, Item]:
        """Take note that it is on to the next item; the one that it was on."""
        self._sizes.popleft()
        self.since = monotonic()
        self._send()
        return self.given.popleft()

    def _send(self) -> None:
        while self._unsent and sum(self._sizes, len(self._unsent[0])) <= (
            _MOST_BYTES if self._sizes else sys.maxsize
        ):
            data = self._unsent.popleft()
            self._sizes.append(len(data))
            with suppress(OSError):  # it is gone, which is noticed where results are expected
                self.line.send_bytes(data)

    def end(self) -> None:
        """End the process, whatever it is doing; between two files it has nothing to lose."""
        self.line.close()
        self._process.kill()
        self._process.join()
        self._process.close()


@contextmanager
def _deaf() -> Iterator[None]:
    """Ctrl-C is told to a terminal's processes all at once, and one that is only just beginning has
    not said yet that it does not listen. So for these few milliseconds nobody listens."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _serve(line: Connection, work: Callable[[Item], Result], memory: int) -> None:
    """What a worker does until nobody is there any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the main process, which ends us
    settle(memory)
    while True:
        try:
            item = pickle.loads(line.recv_bytes())
            line.send_bytes(_answer(work, item))
        except (EOFError, OSError):
            return


def _answer(work: Callable[[Item], Result], item: Item) -> bytes:
    try:
        return pickle.dumps((work(item), ""), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps((None, _NO_MEMORY))
    except Exception as problem:
        return pickle.dumps((None, in_words(problem)))
