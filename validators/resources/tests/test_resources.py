"""资源配置: counties that published their numbers, and schools at the edge of the limits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.judging.engine import judge
from checker.model.report import Report
from checker.model.submission import Submission
from checker.model.verdicts import Outcome, Quantity, Verdict
from checker.session import Session

Judge: TypeAlias = Callable[..., Report]
Find: TypeAlias = Callable[..., Verdict]
FillIn: TypeAlias = Callable[..., Submission]

GOOD_SCHOOL = {
    "school.type": "211",
    "students.total@primary": 1000,
    "teachers.above_degree@primary": 50,
    "teachers.backbone@primary": 10,
    "teachers.pe@primary": 4,
    "teachers.arts@primary": 5,
    "area.teaching@primary": 5000,
    "area.sports_ground@primary": 8000,
    "equipment.value@primary": 220,
    "rooms.multimedia@primary": 24,
}
"""A primary school of 1000 that reaches all seven limits."""


def exact(found: Verdict) -> Fraction:
    """The unrounded actual value."""
    assert isinstance(found.actual, Quantity)
    return found.actual.value


@pytest.mark.parametrize(
    ("rule", "stage", "outcome", "per_hundred", "gap"),
    [
        ("RES1m", "primary", Outcome.PASS, Fraction(151900, 21803), None),
        ("RES2m", "primary", Outcome.PASS, Fraction(24400, 21803), None),
        ("RES3m", "primary", Outcome.DOUBT, Fraction(19000, 21803), 7),
        ("RES1m", "junior", Outcome.PASS, Fraction(81100, 10719), None),
        ("RES2m", "junior", Outcome.PASS, Fraction(16500, 10719), None),
        ("RES3m", "junior", Outcome.PASS, Fraction(10700, 10719), None),
    ],
)
def test_laian_county(
    judged: Judge,
    verdict: Find,
    rule: str,
    stage: str,
    outcome: Outcome,
    per_hundred: Fraction,
    gap: int | None,
) -> None:
    """来安县: 21803 primary and 10719 junior pupils; 190 PE and arts teachers are 6.23 too few."""
    report = judged(
        {
            "students.total@primary": 21803,
            "teachers.above_degree@primary": 1519,
            "teachers.backbone@primary": 244,
            "teachers.arts@primary": 190,
            "students.total@junior": 10719,
            "teachers.above_degree@junior": 811,
            "teachers.backbone@junior": 165,
            "teachers.arts@junior": 107,
        },
        template="county",
    )
    found = verdict(report, rule, stage)
    assert (found.outcome, exact(found)) == (outcome, per_hundred)
    assert (found.gap.value if found.gap else None) == gap


def test_the_three_subjects_of_linyi_are_added(judged: Judge, verdict: Find) -> None:
    """临邑县 held each of 149 PE, 151 art and 153 music teachers against 0.9 and found three gaps;
    together they are 453 where 358 were needed."""
    facts = {
        "school.type": "211",
        "students.total@primary": 39778,
        "teachers.pe@primary": 149,
        "teachers.music@primary": 153,
        "teachers.fine_arts@primary": 151,
        "teachers.arts@primary": 304,
    }
    report = judged(facts)
    assert verdict(report, "RES3").outcome is Outcome.PASS
    assert verdict(report, "TEA104").outcome is Outcome.PASS

    only_music = judged(facts | {"teachers.arts@primary": 153})
    assert verdict(only_music, "RES3").outcome is Outcome.UNMET
    assert verdict(only_music, "TEA104").outcome is Outcome.FAIL


def test_linyi_equipment_is_below_the_floor_too(judged: Judge, verdict: Find) -> None:
    """1688 yuan a pupil: under 2000, and under 1700, the 85 % below which no single miss may be."""
    report = judged(
        {"students.total@primary": 10000, "equipment.value@primary": 1688}, template="county"
    )
    assert verdict(report, "RES6m", "primary").outcome is Outcome.DOUBT
    assert verdict(report, "RES6f", "primary").outcome is Outcome.DOUBT


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, Outcome.PASS),
        ({"rooms.multimedia@primary": 20}, Outcome.PASS),
        ({"rooms.multimedia@primary": 19}, Outcome.UNMET),
        ({"rooms.multimedia@primary": 20, "equipment.value@primary": 199}, Outcome.UNMET),
    ],
    ids=["seven", "six, the miss above 85 %", "six, the miss below 85 %", "five"],
)
def test_a_school_may_miss_one_limit_by_no_more_than_15_percent(
    judged: Judge, verdict: Find, changed: dict[str, int], outcome: Outcome
) -> None:
    """至少6项达标且余项不低于85%: 20 rooms are 2.0 of 2.3 (floor 1.955), 19 are below it."""
    assert verdict(judged(GOOD_SCHOOL | changed), "RES10").outcome is outcome


def test_shared_buildings_are_apportioned_by_weighted_enrolment(
    judged: Judge,
    verdict: Find,
) -> None:
    """A nine-year school of 600 + 400 pupils shares 5200 m2: 600 / (600 + 1.1 x 400) of them belong
    to the primary stage, which makes 5.0 a pupil there and 5.5 in the junior stage."""
    report = judged(
        {
            "school.type": "312",
            "students.total@primary": 600,
            "students.total@junior": 400,
            "area.teaching@shared": 5200,
        }
    )
    primary, junior = verdict(report, "RES4", "primary"), verdict(report, "RES4", "junior")
    assert (primary.outcome, exact(primary)) == (Outcome.PASS, Fraction(5))
    assert (junior.outcome, exact(junior)) == (Outcome.UNMET, Fraction(11, 2))
    assert junior.gap is not None
    assert junior.gap.value == 120


def test_a_value_that_only_rounding_lifts_to_the_limit_fails_and_says_so(
    judged: Judge,
    verdict: Find,
) -> None:
    """2099 of 50000: 4.198 is not shown as 4.2: the reader sees the side of the limit."""
    report = judged(
        {
            "school.type": "211",
            "students.total@primary": 50000,
            "teachers.above_degree@primary": 2099,
        }
    )
    found = verdict(report, "RES1")
    assert str(found.actual) == "4.198人"
    assert (found.outcome, found.borderline) == (Outcome.UNMET, True)


def test_no_pupils_no_verdict(judged: Judge, verdict: Find) -> None:
    """0 pupils are not 0 per pupil."""
    report = judged(GOOD_SCHOOL | {"students.total@primary": 0})
    assert verdict(report, "RES1").outcome is Outcome.NOT_APPLICABLE


def test_a_missing_input_is_named(judged: Judge, verdict: Find) -> None:
    """Without the sports ground neither its indicator nor the school's overall verdict is given."""
    without = {name: value for name, value in GOOD_SCHOOL.items() if "sports_ground" not in name}
    report = judged(without)
    assert verdict(report, "RES5").outcome is Outcome.INCOMPLETE
    assert "运动场地面积" in verdict(report, "RES5").message
    assert verdict(report, "RES10").outcome is Outcome.INCOMPLETE


def test_a_county_may_choose_another_line_for_small_teaching_points(
    judged: Judge, verdict: Find, tmp_path: Path
) -> None:
    """Below 50 pupils they are left out; the number is unconfirmed, so a profile can change it."""
    small = {
        "school.type": "218",
        "students.total@primary": 36,
        "teachers.above_degree@primary": 1,
    }
    assert verdict(judged(small), "RES1").outcome is Outcome.NOT_APPLICABLE
    profile = tmp_path / "stricter.toml"
    profile.write_text(
        'id = "stricter"\ntitle = "示例县"\nbase = "national"\n'
        '[[thresholds]]\nid = "RES_point_students"\nunit = "人"\nvalue = 20\nsince = 2017\n',
        encoding="utf-8",
    )
    assert verdict(judged(small, profile=str(profile)), "RES1").outcome is Outcome.UNMET


@settings(max_examples=60, deadline=None)
@given(students=st.integers(1, 5000), teachers=st.integers(0, 60))
def test_the_gap_is_exactly_what_is_missing(
    session: Session, fill_in: FillIn, verdict: Find, students: int, teachers: int
) -> None:
    """With the gap filled the limit is reached; with one person fewer it is not."""
    facts = {
        "school.type": "211",
        "students.total@primary": students,
        "teachers.pe@primary": teachers,
        "teachers.arts@primary": 0,
    }

    def rule_3(more: int) -> Verdict:
        filled = fill_in(facts | {"teachers.pe@primary": teachers + more})
        return verdict(judge(filled, session.ruleset, session.profile), "RES3")

    found = rule_3(0)
    needed = max(0, ceil(Fraction(9, 1000) * students) - teachers)
    if not needed:
        assert found.outcome is Outcome.PASS
        return
    assert found.gap is not None
    assert found.gap.value == needed
    assert rule_3(needed).outcome is Outcome.PASS
    assert rule_3(needed - 1).outcome is Outcome.UNMET


def test_a_vocational_junior_school_is_not_judged_by_the_seven_indicators(
    judged: Judge, verdict: Find
) -> None:
    """职业学校 are outside 资源配置; an ordinary junior school with the same figures fails."""
    junior = {key.replace("primary", "junior"): value for key, value in GOOD_SCHOOL.items()}
    vocational = judged({**junior, "school.type": "321"})
    found = {f"RES{number}" for number in (1, 2, 3, 4, 5, 6, 7, 10)}
    outcomes = {item.rule: item.outcome for item in vocational.verdicts if item.rule in found}
    assert outcomes == dict.fromkeys(found, Outcome.NOT_APPLICABLE)
    ordinary = judged({**junior, "school.type": "311"})
    assert verdict(ordinary, "RES1", "junior").outcome is Outcome.UNMET
