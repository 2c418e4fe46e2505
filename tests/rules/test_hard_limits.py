"""No school is told that it must mend what rests on a number nobody could confirm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.model.rules import Rule, Threshold
from checker.model.verdicts import Severity
from checker.session import Session, SessionOptions

PRESCHOOL = Path(__file__).parents[2] / "examples/plugins/preschool/src/checker_preschool"

NOT_A_LIMIT = {
    "RES_point_students": "which 教学点 are judged at all; the others are 不适用, never 不通过",
    "GOV_point_students": "which 教学点 are judged at all",
    "GOV3_music_before_2016": "relaxes the limit, and only where a profile says so",
    "GOV3_art_before_2016": "relaxes the limit, and only where a profile says so",
    "GOV3_relaxed_before": "relaxes the limit, and only where a profile says so",
    "COD12_first": "before any school of today was founded: a slip of the pen",
    "BLD209_first": "before any room of today was built: a slip of the pen",
}
"""Unconfirmed numbers that hard rules may use, and why no one is failed by them."""


def named(rule: Rule, thresholds: frozenset[str]) -> Iterator[str]:
    """The thresholds a rule names, under its keys or inside its expressions."""
    texts = [str(rule.when or ""), *(str(value) for value in rule.spec.values())]
    for text in texts:
        if text in thresholds:
            yield text
        yield from re.findall(r"threshold\('(\w+)'", text)


@pytest.fixture(scope="module")
def session() -> Session:
    """All rules of the project and of the example package under the national profile."""
    return Session(SessionOptions(plugin_dirs=(PRESCHOOL,)))


def in_force(thresholds: tuple[Threshold, ...], year: int) -> dict[str, Threshold]:
    """The entries that hold for the edition, by id."""
    return {
        item.id: item
        for item in thresholds
        if item.since <= year and (item.until is None or item.until >= year)
    }


def test_hard_rules_compare_only_with_confirmed_limits(session: Session) -> None:
    """Of the current edition. What is unconfirmed is asked softly, or is named above."""
    limits = in_force(session.thresholds, session.edition)
    ids = frozenset(limits)
    unsure = {
        (rule.id, name)
        for rule in session.rules.values()
        if rule.severity is Severity.HARD
        for name in named(rule, ids)
        if name in limits and not limits[name].confirmed and name not in NOT_A_LIMIT
    }
    assert not unsure


def test_every_exception_is_still_needed(session: Session) -> None:
    """An exception for a number that was confirmed since, or is gone, would hide the next one."""
    limits = in_force(session.thresholds, session.edition)
    assert {name for name in NOT_A_LIMIT if name in limits and not limits[name].confirmed} == set(
        NOT_A_LIMIT
    )
