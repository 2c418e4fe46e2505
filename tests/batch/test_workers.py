"""A bad file costs itself only, whatever it does to its worker."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.batch.running import Finished, processes_for, serially
from checker.batch.workers import Limits, Workers

sys.path.insert(0, str(Path(__file__).parent))
from working import behave


def run(names: list[str], workers: int) -> Iterator[Finished[str, object]]:
    """As a command does it."""
    count = processes_for(len(names), workers)
    return serially(behave, names) if count == 1 else Workers(behave, names, count)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order(workers: int) -> None:
    names = [f"n{number}" for number in range(400)]
    ends = list(run(names, workers))
    assert [end.item for end in ends] == names
    assert all(end.result == end.item.upper() and not end.failure for end in ends)
    assert not multiprocessing.active_children()


def test_a_worker_that_dies_hangs_eats_or_raises_costs_its_own_file() -> None:
    names = ["a", "dies", "b", "hangs", "c", "eats", "d", "raises", "unpicklable", "e"]
    ends = {
        end.item: end for end in Workers(behave, names, 2, Limits(seconds=3, memory=2 * 1024**3))
    }
    assert {name: ends[name].result for name in "abcde"} == {n: n.upper() for n in "abcde"}
    assert "终止" in ends["dies"].failure
    assert "3 秒" in ends["hangs"].failure
    assert "内存" in ends["eats"].failure
    assert "坏数据" in ends["raises"].failure
    assert "出错" in ends["unpicklable"].failure
    given_up = {name for name, end in ends.items() if end.given_up}
    assert given_up == {"dies", "hangs", "eats"}  # told as unreadable; the others are our fault


def test_every_file_may_kill_its_worker() -> None:
    names = ["dies"] * 12
    assert all("终止" in end.failure for end in Workers(behave, names, 2))


def test_one_slow_file_does_not_let_the_others_wait_nor_pile_up() -> None:
    handed: list[str] = []

    def names() -> Iterator[str]:
        for name in ["slow", *(f"n{number}" for number in range(2000))]:
            handed.append(name)
            yield name

    ends = Workers(behave, names(), 2)
    first = next(ends)
    assert first.item == "slow" and first.result == "SLOW"
    assert 50 < len(handed) < 500
    assert [end.item for end in ends] == handed[1:] and len(handed) == 2001


def test_large_items_and_results_do_not_block_the_line() -> None:
    names = [letter * 300_000 for letter in "abcdefgh"]
    ends = list(Workers(behave, names, 2))
    assert [end.result for end in ends] == [name.upper() for name in names]


@pytest.mark.parametrize("begun", [True, False])
def test_closing_ends_the_workers_whatever_they_are_doing(begun: bool) -> None:
    names = ["a", "hangs", "hangs", "hangs"]
    ends = Workers(behave, names, 2)
    if begun:
        assert next(ends).item == "a"
    began = time.monotonic()
    ends.close()
    assert time.monotonic() - began < 60
    assert not multiprocessing.active_children()
    assert list(ends) == []
