"""A bad file costs itself only, whatever it does to its worker."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from checker.batch.running import Limits, run_all

sys.path.insert(0, str(Path(__file__).parent))
from working import behave


@pytest.mark.parametrize("workers", [1, 2])
def test_each_item_ends_once(workers: int) -> None:
    names = [f"n{number}" for number in range(40)]
    ends = list(run_all(behave, names, len(names), workers))
    assert sorted(end.item for end in ends) == sorted(names)
    assert all(end.result == end.item.upper() and not end.failure for end in ends)


def test_a_worker_that_dies_hangs_eats_or_raises_costs_its_own_file() -> None:
    names = ["a", "dies", "b", "hangs", "c", "eats", "d", "raises", "e"]
    ends = {
        end.item: end
        for end in run_all(behave, names, len(names), 2, Limits(seconds=3, memory=2 * 1024**3))
    }
    assert {name: ends[name].result for name in "abcde"} == {n: n.upper() for n in "abcde"}
    assert "终止" in ends["dies"].failure
    assert "3 秒" in ends["hangs"].failure
    assert "内存" in ends["eats"].failure
    assert "坏数据" in ends["raises"].failure
