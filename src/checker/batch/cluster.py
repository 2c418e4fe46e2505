"""The same run on a Dask cluster: ``--scheduler tcp://…``. Needs the extra ``cluster``."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from checker import __version__
from checker.batch.running import ClusterUnreachable, Finished, Item, Result
from checker.extras import need

_WINDOW_PER_THREAD = 16
"""Tasks under way per worker thread: enough to hide the network, few enough to stay flat."""

_RETRIES = 2
"""How often a file is tried again when the worker it was on is lost."""

_LOST = "与集群的连接断了，这一份没有校验；请检查集群后重新运行。"

_SCHEMES = ("tcp", "tls", "ucx", "ws", "wss")
"""How addresses of schedulers begin."""


@contextmanager
def connected(
    scheduler: str, wait: float = 10.0
) -> Iterator[Callable[..., Iterator[Finished[Any, Any]]]]:
    """What applies work to items on an existing cluster, as long as the block lasts.

    They need the same checker and must see the files under the same paths (a shared folder or an
    fsspec URL). Raises MissingExtra if dask is not installed, ClusterUnreachable if no worker
    answers within ``wait`` seconds, or if one has no checker or another version of it.
    """
    need("cluster", "dask", "distributed")
    from distributed import Client, as_completed

    _expect_somebody(scheduler)
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # what Dask logs is said here, in Chinese and once
    try:
        client = Client(scheduler, timeout=wait, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as problem:
        logging.disable(level)
        raise ClusterUnreachable(_nobody_at(scheduler)) from problem
    try:
        _expect_workers(client, scheduler, wait)
        yield partial(_spread, client, as_completed)
    finally:
        client.close()
        logging.disable(level)


def _expect_somebody(scheduler: str) -> None:
    """Dask takes whatever it is given for an address, and tries again and again until the time is
    over; where nobody listens, that is in vain. Raises ClusterUnreachable."""
    place = urlsplit(scheduler)
    try:
        host, port = place.hostname, place.port
    except ValueError:
        host, port = None, None
    if place.scheme not in _SCHEMES or host is None or port is None:
        raise ClusterUnreachable(
            f"--scheduler 要写集群的地址，例如 tcp://10.0.0.1:8786，现在是“{scheduler}”。"
        )
    if place.scheme != "tcp":
        return
    try:
        socket.create_connection((host, port), timeout=2).close()
    except ConnectionRefusedError as problem:
        raise ClusterUnreachable(_nobody_at(scheduler)) from problem
    except OSError:
        return  # a slow or unusual network: Dask knows more ways


def _nobody_at(scheduler: str) -> str:
    return f"连不上集群 {scheduler}，请检查地址和网络，以及 dask scheduler 是否已经启动。"


def _expect_workers(client: Any, scheduler: str, wait: float) -> None:
    try:
        client.wait_for_workers(1, timeout=wait)
    except TimeoutError:
        raise ClusterUnreachable(f"集群 {scheduler} 没有计算节点，请先启动 dask worker。") from None
    answers = client.run(version_here, on_error="return")
    for address, answer in answers.items():
        if answer != __version__:
            there = f"版本是 {answer}" if isinstance(answer, str) else "没有安装 checker"
            raise ClusterUnreachable(
                f"集群的计算节点 {address} 上{there}，本机是 {__version__}；两边要装同一个版本。"
            )


def version_here() -> str:
    """The version of checker in this process: asked of every worker."""
    return __version__


def _spread(
    client: Any,
    as_completed: Callable[..., Any],
    work: Callable[[Item], Result],
    items: Iterable[Item],
) -> Iterator[Finished[Item, Result]]:
    """``work`` applied to each item on the workers, results in input order. A file that keeps
    killing its worker is given up and named; the others go on."""
    submit = client.submit
    threads = sum(client.nthreads().values())
    window = max(8, threads * _WINDOW_PER_THREAD)
    under_way: dict[Any, tuple[int, Item]] = {}
    numbered = enumerate(items)

    def start(count: int) -> list[Any]:
        fresh = []
        for number, item in islice(numbered, max(0, count)):
            future = submit(work, item, pure=False, retries=_RETRIES)
            under_way[future] = number, item
            fresh.append(future)
        return fresh

    ended: dict[int, Finished[Item, Result]] = {}
    due = 0
    finished = as_completed(start(window), loop=client.loop)
    for future in finished:
        number, item = under_way.pop(future)
        end: Finished[Item, Result] | None = None
        if not future.cancelled():
            end = _ended(future, item)
        if end is None:
            under_way[future] = number, item
            break
        ended[number] = end
        future.release()
        while due in ended:
            yield ended.pop(due)
            due += 1
        # one slow file holds back its followers' results, so let them run ahead only so far
        for fresh in start(min(window - len(under_way), 4 * window - len(ended))):
            finished.add(fresh)
    for number, item in (*under_way.values(), *numbered):
        ended[number] = Finished(item, None, _LOST)
    for number in sorted(ended):
        yield ended[number]


def _ended(future: Any, item: Item) -> Finished[Item, Result] | None:
    """What a future came to; None when the scheduler went away before it could tell. Nobody
    cancels but a client that has lost its scheduler."""
    import asyncio
    from concurrent.futures import CancelledError

    try:
        problem = future.exception()
        if problem is None:
            return Finished(item, future.result())
    except (OSError, TimeoutError, CancelledError, asyncio.CancelledError):
        return None
    if type(problem).__name__ == "KilledWorker":
        return Finished(item, None, "这一份多次使计算节点退出（多半是内存不足），已放弃。")
    name = type(problem).__name__
    return Finished(item, None, f"校验程序在这一份上出错（{name}：{problem}），请联系技术支持。")
