"""Spoilt files with fixed seeds: each is judged or refused with a sentence; more by ``run.py``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from spoiling import KINDS, Workshop

EACH = {"manifest": 24}
"""Cases of a kind, 48 of the others: a session is loaded for each manifest."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """What the cases are made of."""
    return Workshop(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_spoilt_stops_the_program(shop: Workshop, kind: str) -> None:
    cases = [shop.run(kind, seed) for seed in range(EACH.get(kind, 48))]
    assert not [case for case in cases if case.trouble]
    assert sum(case.refused for case in cases) > 0


def test_a_case_in_trouble_is_seen(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: a fault in the program is not taken for a refusal."""
    monkeypatch.setattr(type(shop.session), "bind", lambda *_: 1 / 0)
    judged = [case for seed in range(60) if not (case := shop.run("binding", seed)).refused]
    assert judged and all("程序自身出错" in case.trouble for case in judged)


def test_there_are_at_least_300() -> None:
    assert sum(EACH.get(kind, 48) for kind in KINDS) >= 300
