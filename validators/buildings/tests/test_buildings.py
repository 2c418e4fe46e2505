"""校舍与装备: areas that add up, and fields that were measured in the wrong unit."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

import pytest

from checker.model.report import Report
from checker.model.rules import Plain
from checker.model.verdicts import Outcome, Verdict

Judge: TypeAlias = Callable[..., Report]
Find: TypeAlias = Callable[..., Verdict]
Facts: TypeAlias = dict[str, Plain]
Row: TypeAlias = dict[str, Plain]

SCHOOL: Facts = {
    "school.type": "211",
    "students.total": 1000,
    "class_count.total": 24,
    "area.land": 20000,
    "area.building": 7600,
    "area.teaching": 5200,
    "area.classrooms": 3400,
    "area.labs": 300,
    "area.library": 400,
    "area.computer_rooms": 250,
    "area.language_rooms": 150,
    "area.indoor_sports": 700,
    "area.admin": 900,
    "area.living": 1400,
    "area.toilets": 200,
    "area.other": 100,
    "area.sports_ground": 8000,
    "area.green": 3000,
    "rooms.ordinary": 24,
    "equipment.value": 210,
    "equipment.books": 30000,
}
"""A primary school whose areas add up."""


def bad(report: Report) -> set[str]:
    """Rules of this family that found something."""
    return {
        item.rule
        for item in report.verdicts
        if item.rule.startswith("BLD")
        and item.outcome in (Outcome.FAIL, Outcome.DOUBT, Outcome.UNMET)
    }


def test_a_school_that_measured_well(judged: Judge) -> None:
    """Nothing is found."""
    assert bad(judged(SCHOOL)) == set()


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({"area.other": 0}, {"BLD1"}),
        ({"area.indoor_sports": 0}, {"BLD2"}),
        ({"area.added": 7601}, {"BLD3"}),
        ({"area.toilets": 0}, {"BLD7"}),
        ({"area.canteen": 1201}, {"BLD4"}),
        ({"buildings.few_stairs": 1}, {"BLD8"}),
        ({"area.dangerous": 320, "area.dangerous_d": 320}, {"BLD9"}),
        ({"area.dangerous": 0, "area.dangerous_d": 320}, {"BLD9", "BLD101"}),
        ({"rooms.network": 25}, {"BLD102"}),
        ({"equipment.computers": 100, "equipment.teaching_computers": 101}, {"BLD103"}),
        ({"equipment.added": 211}, {"BLD106"}),
        ({"area.green": 12001}, {"BLD107"}),
        ({"area.land": 30}, {"BLD107", "BLD202", "BLD203"}),
        ({"rooms.ordinary": 23}, {"BLD204"}),
        ({"equipment.books": 300001}, {"BLD210"}),
        ({"sports.track_400": True}, {"BLD201"}),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_one_slip_is_found_by_the_rules_meant_for_it(
    judged: Judge, changed: Facts, rules: set[str]
) -> None:
    """The land given in mu (30) is found three times; everything else once."""
    assert bad(judged(SCHOOL | changed)) == rules


@pytest.mark.parametrize(
    ("total", "outcome"),
    [(5200.01, Outcome.PASS), (5200.03, Outcome.PASS), (5200.04, Outcome.FAIL)],
)
def test_rounded_parts_may_differ_by_their_rounding(
    judged: Judge, verdict: Find, total: float, outcome: Outcome
) -> None:
    """The ministry's own table of 2020 has 449653312.48 where its six parts make ...12.49. Seven
    numbers rounded to 0.01 can be apart by 0.035 at most."""
    facts = SCHOOL | {"area.teaching": Decimal(str(total))}
    assert verdict(judged(facts), "BLD2").outcome is outcome


def test_the_400_metre_track_of_laian(judged: Judge, verdict: Find) -> None:
    """来安汊河 reported 6000 m2 for a ground with a standard track, which cannot be."""
    facts: Facts = {"school.type": "311", "area.sports_ground": 6000, "sports.track_400": True}
    found = verdict(judged(facts), "BLD201")
    assert (found.outcome, str(found.gap)) == (Outcome.DOUBT, "相差 8000 ㎡")
    small = verdict(judged(facts | {"sports.track_400": False}), "BLD201")
    assert small.outcome is Outcome.NOT_APPLICABLE


def test_boarders_need_beds(judged: Judge, verdict: Find) -> None:
    """常德市: no more than ten to a room, no less than 3 m2 each. One city's standard, not
    confirmed as a national one: to be mended or explained, no error."""
    facts: Facts = {
        "school.type": "311",
        "students.boarders": 240,
        "area.dormitory": 720,
        "dormitory.rooms": 24,
    }
    report = judged(facts)
    assert verdict(report, "BLD5").outcome is Outcome.PASS
    assert verdict(report, "BLD6").outcome is Outcome.PASS
    crowded = judged(facts | {"dormitory.rooms": 23})
    assert verdict(crowded, "BLD6").outcome is Outcome.UNMET
    tight = judged(facts | {"area.dormitory": Decimal("719.99")})
    assert verdict(tight, "BLD5").outcome is Outcome.UNMET
    none = judged(facts | {"dormitory.rooms": 0})
    assert verdict(none, "BLD104").outcome is Outcome.DOUBT  # beds may be rented


def test_a_year_of_building_that_lies_ahead(judged: Judge, verdict: Find) -> None:
    """A room of 2062 in a form of September 2026; one of 2026 is possible."""
    from datetime import date

    rooms: list[Row] = [
        {"use": "音乐", "area": 96, "built_year": 2062},
        {"use": "美术", "area": 90, "built_year": 2026},
    ]
    report = judged({"school.filled_on": date(2026, 9, 18)}, {"special_rooms": rooms})
    assert verdict(report, "BLD209", row=1).outcome is Outcome.FAIL
    assert verdict(report, "BLD209", row=2).outcome is Outcome.PASS


def test_a_school_that_shares_everything(judged: Judge, verdict: Find) -> None:
    """九年一贯制, all teaching rooms typed under 共用: the sums are judged, nothing is lacking."""
    facts: Facts = {
        "school.type": "312",
        "area.teaching@shared": 1500,
        "area.classrooms": 1200,
        "area.library": 300,
    }
    assert verdict(judged(facts), "BLD2").outcome is Outcome.PASS
    open_ = judged(facts | {"area.library": 200})
    assert verdict(open_, "BLD2").outcome is Outcome.INCOMPLETE  # 100㎡ may be in an empty row
    (asked,) = [item for item in open_.verdicts if item.rule == "FORM001"]
    assert "没有填，而别处填的数与它有关，对不上" in asked.message
    parts = ("area.labs", "area.computer_rooms", "area.language_rooms")
    none: Facts = dict.fromkeys((*parts, "area.indoor_sports@shared"), 0)
    short = verdict(judged(facts | none | {"area.library": 200}), "BLD2")
    assert short.outcome is Outcome.FAIL
    assert str(short.at[0]) == "area.teaching@shared"
