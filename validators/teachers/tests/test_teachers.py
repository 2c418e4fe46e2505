"""教师队伍: schools and counties that published what they have and what they lack."""

from __future__ import annotations

from collections.abc import Callable
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
    "students.total": 1301,
    "staff.total": 45,
    "teachers.full_time": 41,
    "staff.admin": 2,
    "staff.support": 1,
    "staff.workers": 1,
    "teachers.graduate": 1,
    "teachers.bachelor": 25,
    "teachers.college": 15,
    "teachers.secondary": 0,
    "teachers.above_degree": 41,
    "teachers.title_senior": 4,
    "teachers.title_middle": 17,
    "teachers.title_junior": 15,
    "teachers.title_none": 5,
    "teachers.backbone": 5,
    "teachers.pe": 6,
    "teachers.arts": 0,
    "teachers.certified": 41,
    "teachers.trained_360": 40,
    "staff.quota": 45,
    "staff.in_quota": 42,
    "teachers.chinese": 20,
}
"""商城县上石桥一小: 1301 pupils, 45 staff of whom 42 hold posts; the parts are made up."""


def test_shangshiqiao_has_posts_for_two_thirds_of_its_pupils(judged: Judge, verdict: Find) -> None:
    """1301 / 19 = 68.47 posts are due; 45 are 24 too few. The ratio says the same."""
    report = judged(SCHOOL)
    posts = verdict(report, "TEA1")
    assert posts.outcome is Outcome.UNMET
    assert posts.gap is not None
    assert str(posts.gap) == "缺 24 名教职工编制"
    assert verdict(report, "TEA201").outcome is Outcome.DOUBT  # 1301 / 41 = 31.7


def test_yiwu_needs_276_more_teachers_not_275(judged: Judge, verdict: Find) -> None:
    """义乌市: 5230 more pupils at 19 to one are 275.26 posts; part of a person is a person."""
    found = verdict(
        judged({"school.type": "211", "students.total": 5230, "staff.quota": 0}), "TEA1"
    )
    assert found.gap is not None
    assert found.gap.value == 276


def test_the_stages_of_a_nine_year_school_have_ratios_of_their_own(
    judged: Judge, verdict: Find
) -> None:
    """190 at 19 and 135 at 13.5 are 10 + 10 posts, to the post."""
    facts: Facts = {
        "school.type": "312",
        "students.total@primary": 190,
        "students.total@junior": 135,
        "staff.quota": 20,
    }
    assert verdict(judged(facts), "TEA1").outcome is Outcome.PASS
    assert verdict(judged(facts | {"staff.quota": 19}), "TEA1").outcome is Outcome.UNMET


def test_sums_and_parts_of_a_school_that_counted_well(judged: Judge, verdict: Find) -> None:
    """Every relation of the family holds."""
    report = judged(SCHOOL)
    hard = [
        item
        for item in report.verdicts
        if item.rule.startswith("TEA") and item.outcome is Outcome.FAIL
    ]
    assert hard == []
    assert verdict(report, "TEA101").outcome is Outcome.PASS
    assert verdict(report, "TEA102").outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("staff.admin", 3, "TEA101"),
        ("teachers.college", 14, "TEA102"),
        ("teachers.title_none", 6, "TEA103"),
        ("teachers.fine_arts", 2, "TEA104"),
        ("staff.in_quota", 46, "TEA106"),
        ("teachers.chinese", 42, "TEA107"),
        ("teachers.mandarin_chinese", 42, "TEA108"),
        ("teachers.mandarin_others", 42, "TEA109"),
        ("exchange.eligible", 42, "TEA111"),
    ],
)
def test_one_wrong_number_is_found_where_it_stands(
    judged: Judge, field: str, value: int, rule: str
) -> None:
    """A single slip breaks the relation that is there to find it, with that cell marked."""
    report = judged(SCHOOL | {field: value})
    (found,) = [
        item for item in report.verdicts if item.rule == rule and item.outcome is Outcome.FAIL
    ]
    assert field in {ref.field for ref in found.at}


def test_only_the_part_that_is_too_large_is_marked(judged: Judge) -> None:
    """Seven parts are held against the full-time teachers; the certified ones are one too many."""
    report = judged(SCHOOL | {"teachers.certified": 42})
    failing = [
        item for item in report.verdicts if item.rule == "TEA5b" and item.outcome is Outcome.FAIL
    ]
    assert [str(item.at[0]) for item in failing] == ["teachers.certified@primary"]


def test_reported_vacancies(judged: Judge, verdict: Find) -> None:
    """编制1423, 在编1395: 28 vacancies are 1.97 %."""
    found = verdict(judged({"staff.quota": 1423, "staff.in_quota": 1395}), "TEA2")
    assert (found.outcome, str(found.actual)) == (Outcome.PASS, "1.97%")


def test_a_new_school_is_not_held_against_last_year(judged: Judge, verdict: Find) -> None:
    """Teachers fell from 41 to 14: doubtful, unless the school was split that year."""
    facts: Facts = {
        "school.type": "211",
        "teachers.full_time@primary": 14,
        "teachers.full_time@primary.previous": 41,
    }
    assert verdict(judged(facts), "TEA202").outcome is Outcome.DOUBT
    split = judged(facts | {"school.restructured": True})
    assert verdict(split, "TEA202").outcome is Outcome.NOT_APPLICABLE


def test_the_column_of_one_stage_copied_into_the_other(judged: Judge, verdict: Find) -> None:
    """All figures of both stages alike; one that differs is enough to believe them."""
    names = ("full_time", "bachelor", "title_middle", "backbone")
    copied: Facts = {"school.type": "312"}
    for number, name in enumerate(names):
        for stage in ("primary", "junior"):
            copied[f"teachers.{name}@{stage}"] = 40 - number
    assert verdict(judged(copied), "TEA208").outcome is Outcome.DOUBT
    differing = judged(copied | {"teachers.backbone@junior": 5})
    assert verdict(differing, "TEA208").outcome is Outcome.PASS
