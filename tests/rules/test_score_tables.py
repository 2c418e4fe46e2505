"""Scored items of a section against what is stated for it: exact, one below, one above, spoilt."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from checker.model.report import Report
from checker.model.rules import Plain
from checker.model.submission import FactState
from checker.model.verdicts import Outcome, Verdict

SCORES = """
[[rules]]
id = "TRY1"
kind = "score_table"
title = "试"
severity = "hard"
templates = ["small"]
section = "rooms.use"
columns = ["area"]
sections = ["kinds.primary", "kinds.junior"]
codes = ["甲", "乙"]
stated = ["students"]
what = "试"
why = "试"
fix = "试"
sources = [{ document = "doc", clause = "一" }]
examples = []
"""
PRIMARY, JUNIOR = "kinds.primary@students", "kinds.junior@students"

Rows = list[dict[str, Plain]]
Judged = Callable[..., Report]
Only = Callable[..., Verdict]


def rows(*scores: tuple[str, object]) -> dict[str, Rows]:
    return {"rooms": [{"use": section, "area": score} for section, score in scores]}  # type: ignore[dict-item]


ITEMS = rows(("甲", Decimal("1.5")), ("乙", 3), ("甲", Decimal("0.5")))


@pytest.mark.parametrize(
    ("stated", "outcome", "gap"),
    [
        (2, Outcome.PASS, None),
        (Decimal("1.9"), Outcome.FAIL, "相差 0.1"),
        (Decimal("2.1"), Outcome.FAIL, "相差 0.1"),
        (0, Outcome.FAIL, "相差 2"),
    ],
)
def test_a_section_is_the_sum_of_its_items(
    only: Only, stated: object, outcome: Outcome, gap: str | None
) -> None:
    found = only(SCORES, {PRIMARY: stated, JUNIOR: 3}, ITEMS)
    assert found.outcome is outcome
    assert (None if found.gap is None else str(found.gap)) == gap
    if outcome is Outcome.FAIL:
        assert "“小学”的学生数为" in found.message
        assert "所属 2 项之和为 2" in found.message
        assert str(found.at[0]) == PRIMARY
        assert len(found.at) == 3  # and the two items; the one of the other section is not marked


def test_every_section_that_does_not_come_out_is_told(judged: Judged) -> None:
    found = judged(SCORES, {PRIMARY: 3, JUNIOR: 2}, ITEMS).verdicts
    assert [str(each.at[0]) for each in found] == [PRIMARY, JUNIOR]
    assert {each.outcome for each in found} == {Outcome.FAIL}


def test_a_section_without_items_is_told(only: Only) -> None:
    found = only(SCORES, {PRIMARY: 2, JUNIOR: 3}, rows(("甲", 2)))
    assert found.outcome is Outcome.FAIL
    assert "下面没有列出任何一项" in found.message


def test_what_was_not_stated_is_not_compared(only: Only) -> None:
    assert only(SCORES, {PRIMARY: 2}, ITEMS).outcome is Outcome.PASS
    nothing = only(SCORES, {"kinds.total@students": 5}, ITEMS)
    assert nothing.outcome is Outcome.NOT_APPLICABLE


def test_without_items_nothing_is_judged(only: Only) -> None:
    assert only(SCORES, {PRIMARY: 2, JUNIOR: 3}).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("state", [FactState.UNREADABLE, FactState.ERROR, FactState.UNCOMPUTED])
def test_a_spoilt_total_is_named(only: Only, state: FactState) -> None:
    found = only(SCORES, {PRIMARY: 2, JUNIOR: 3}, ITEMS, states={PRIMARY: state})
    assert found.outcome is Outcome.INCOMPLETE
    assert str(found.at[0]) == PRIMARY


def test_an_item_without_a_score_leaves_its_section_open(only: Only) -> None:
    items: dict[str, Rows] = {"rooms": [{"use": "甲", "area": 2}, {"use": "甲"}]}
    assert only(SCORES, {PRIMARY: 2}, items).outcome is Outcome.INCOMPLETE
