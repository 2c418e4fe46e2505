"""The same run on a Dask cluster: ``--scheduler tcp://…``. Needs the extra ``dask``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from checker.batch.running import Finished, Item, Result

_WINDOW_PER_THREAD = 16
"""Tasks under way per worker thread: enough to hide the network, few enough to stay flat."""

_RETRIES = 2
"""How often a file is tried again when the worker it was on is lost."""


class ClusterUnreachable(Exception):
    """No cluster to run on. ``reason`` is one Chinese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def run_on_cluster(
    work: Callable[[Item], Result], items: Iterable[Item], scheduler: str, wait: float = 20.0
) -> Iterator[Finished[Item, Result]]:
    """``work`` applied to each item on the workers of an existing cluster, results in input order.

    The workers need checker installed and must see the files under the same paths (a shared
    folder or an fsspec URL). A file that keeps killing its worker is given up and named; the
    others go on. Raises ClusterUnreachable if no worker answers within ``wait`` seconds.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ClusterUnreachable(
            '没有安装集群组件,请先运行:pip install "checker-edu[dask]"。'
        ) from None
    try:
        client = Client(scheduler, timeout=wait, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as problem:
        raise ClusterUnreachable(
            f"连不上集群 {scheduler}（{type(problem).__name__}），请检查地址和网络。"
        ) from problem
    try:
        yield from _spread(client, as_completed, work, iter(items))
    finally:
        client.close()


def _spread(
    client: object,
    as_completed: Callable[..., object],
    work: Callable[[Item], Result],
    items: Iterator[Item],
) -> Iterator[Finished[Item, Result]]:
    submit = client.submit  # type: ignore[attr-defined]
    threads = sum(client.nthreads().values())  # type: ignore[attr-defined]
    window = max(8, threads * _WINDOW_PER_THREAD)
    under_way: dict[object, tuple[int, Item]] = {}
    numbered = enumerate(items)

    def start(count: int) -> list[object]:
        fresh = []
        for number, item in islice(numbered, max(0, count)):
            future = submit(work, item, pure=False, retries=_RETRIES)
            under_way[future] = number, item
            fresh.append(future)
        return fresh

    ended: dict[int, Finished[Item, Result]] = {}
    due = 0
    finished = as_completed(start(window), loop=client.loop)  # type: ignore[attr-defined]
    for future in finished:  # type: ignore[attr-defined]
        number, item = under_way.pop(future)
        ended[number] = _ended(future, item)
        future.release()
        while due in ended:
            yield ended.pop(due)
            due += 1
        # one slow file holds back its followers' results, so let them run ahead only so far
        for fresh in start(min(window - len(under_way), 4 * window - len(ended))):
            finished.add(fresh)  # type: ignore[attr-defined]


def _ended(future: object, item: Item) -> Finished[Item, Result]:
    problem = future.exception()  # type: ignore[attr-defined]
    if problem is None:
        return Finished(item, future.result())  # type: ignore[attr-defined]
    if type(problem).__name__ == "KilledWorker":
        return Finished(item, None, "这一份多次使计算节点退出（多半是内存不足），已放弃。")
    name = type(problem).__name__
    return Finished(item, None, f"校验程序在这一份上出错（{name}：{problem}），请联系技术支持。")
