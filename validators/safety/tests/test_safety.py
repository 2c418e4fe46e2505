"""Safety: every worked example of the manifest, the guard table, and the three definitions."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from checker.authoring.examples import run_examples
from checker.model.rules import Example, Plain
from checker.model.verdicts import Outcome, Verdict
from checker.session import Session, SessionOptions


def judged(session: Session, rule_id: str, facts: dict[str, Plain]) -> Verdict:
    """What one rule says of these facts under the session's profile."""
    example = Example(expect=Outcome.PASS, facts=facts)
    rule = session.ruleset.rule(rule_id)
    rule = replace(rule, examples=(example,))
    templates = {one.id: one for one in session.templates}
    (result,) = run_examples(rule, session.ruleset, templates, session.profile)
    (verdict,) = result.verdicts
    return verdict


def guards_needed(session: Session, pupils: int, boarders: int) -> int:
    """With how many guards nothing is said to a school any more."""
    for guards in range(20):
        facts = school(pupils, boarders, guards)
        asked = [judged(session, rule, facts) for rule in ("SAF1", "SAF1b")]
        if not {Outcome.FAIL, Outcome.DOUBT, Outcome.UNMET} & {
            verdict.outcome for verdict in asked
        }:
            return guards
    raise AssertionError("no number of guards is enough")


def school(pupils: int, boarders: int, guards: int) -> dict[str, Plain]:
    """A primary school with guards."""
    return {
        "school.type": "211",
        "students.total@primary": pupils,
        "students.boarders@primary": boarders,
        "safety.guards": guards,
    }


@pytest.mark.parametrize(
    ("pupils", "boarders", "guards", "sure", "hearsay"),
    [
        (600, 0, 0, Outcome.UNMET, Outcome.NOT_APPLICABLE),
        (600, 0, 1, Outcome.PASS, Outcome.UNMET),
        (600, 600, 2, Outcome.PASS, Outcome.UNMET),
        (1500, 0, 3, Outcome.UNMET, Outcome.NOT_APPLICABLE),
        (1500, 0, 4, Outcome.PASS, Outcome.PASS),
    ],
)
def test_what_is_known_from_hearsay_has_a_rule_of_its_own(
    session: Session, pupils: int, boarders: int, guards: int, sure: Outcome, hearsay: Outcome
) -> None:
    """Two guards from 100 pupils on and more for boarders are known from hearsay only: a school is
    asked about them, and one shortage is never reported twice."""
    facts = school(pupils, boarders, guards)
    found = (judged(session, "SAF1", facts).outcome, judged(session, "SAF1b", facts).outcome)
    assert found == (sure, hearsay)


@pytest.mark.parametrize(
    ("pupils", "boarders", "guards"),
    [
        (1, 0, 1),
        (99, 0, 1),
        (100, 0, 2),
        (999, 0, 2),
        (1000, 0, 3),
        (1499, 0, 3),
        (1500, 0, 4),
        (2000, 0, 5),
        (3504, 0, 8),
        (80, 80, 2),  # a boarding school has two at least
        (600, 299, 2),
        (600, 300, 3),
        (600, 600, 4),
        (3000, 100, 7),  # the day-school number is the larger one
    ],
)
def test_guard_table_of_the_national_standard(
    session: Session, pupils: int, boarders: int, guards: int
) -> None:
    """GB/T 29315-2022 as far as it could be read."""
    assert guards_needed(session, pupils, boarders) == guards


@pytest.mark.parametrize(
    ("pupils", "boarders", "guards"),
    [(50, 0, 2), (999, 0, 2), (1000, 0, 2), (1500, 0, 3), (1500, 200, 4), (1500, 399, 4)],
)
def test_guard_table_of_hubei(pupils: int, boarders: int, guards: int) -> None:
    """The provincial variant is a profile: two at least, one more for every 200 boarders."""
    session = Session(SessionOptions(profile="hubei"))
    assert guards_needed(session, pupils, boarders) == guards


@pytest.mark.parametrize(
    ("profile", "fulfilled", "outcome"),
    [
        ("safety_3x", {"safety.guard_post": False}, Outcome.PASS),
        (None, {"safety.guard_post": False}, Outcome.UNMET),
        (None, {"safety.guard_post": True}, Outcome.PASS),
        (
            "safety_6x",
            {"safety.guard_post": True, "safety.barrier": True, "safety.video_police": False},
            Outcome.UNMET,
        ),
        (
            "safety_6x",
            {"safety.guard_post": True, "safety.barrier": True, "safety.video_police": True},
            Outcome.PASS,
        ),
    ],
)
def test_three_four_or_six_hundred_percent(
    profile: str | None, fulfilled: dict[str, Plain], outcome: Outcome
) -> None:
    """The same school, judged by the definition that its county chose."""
    facts: dict[str, Plain] = {
        **school(1301, 0, 3),
        "safety.closed": True,
        "safety.alarm": True,
        "safety.video": True,
        **fulfilled,
    }
    assert judged(Session(SessionOptions(profile=profile)), "SAF10", facts).outcome is outcome


def test_one_guard_is_not_enough_for_the_hundred_percent() -> None:
    """配备率 means equipped by the standard: 1301 pupils need three guards, and the children of an
    attached kindergarten are counted."""
    good: dict[str, Plain] = {
        "safety.closed": True,
        "safety.alarm": True,
        "safety.video": True,
        "safety.guard_post": True,
    }
    session = Session()
    for pupils, children, guards, outcome in (
        (1301, 0, 1, Outcome.UNMET),
        (1301, 0, 2, Outcome.UNMET),
        (1301, 0, 3, Outcome.PASS),
        (960, 39, 2, Outcome.PASS),
        (960, 40, 2, Outcome.UNMET),
    ):
        facts = school(pupils, 0, guards) | good | {"students.attached_children": children}
        assert judged(session, "SAF10", facts).outcome is outcome


def test_a_guard_post_is_not_asked_for_under_three_hundred_percent() -> None:
    """Under 三个100% the missing post is no finding at all."""
    facts: dict[str, Plain] = {"safety.guard_post": False}
    three = Session(SessionOptions(profile="safety_3x"))
    assert judged(three, "SAF9", facts).outcome is Outcome.NOT_APPLICABLE
    assert judged(Session(), "SAF9", facts).outcome is Outcome.UNMET
