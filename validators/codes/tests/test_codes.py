"""代码与标识: published samples of codes, and codes that contradict each other."""

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
    "school.name": "上石桥镇第一小学",
    "school.address": "商城县上石桥镇中心街12号",
    "school.code": "2141000501",
    "school.type": "211",
    "school.area_code": "411524103201",
    "school.urban_rural": "121",
    "school.phone": "13800000000",
}
"""A primary school whose codes agree; the serial numbers are made up."""


def bad(report: Report) -> set[str]:
    """Rules of this family that found something."""
    return {
        item.rule
        for item in report.verdicts
        if item.rule.startswith("COD") and item.outcome in (Outcome.FAIL, Outcome.DOUBT)
    }


def test_codes_that_agree(judged: Judge) -> None:
    """Nothing is found; without a 统一社会信用代码 its rules do not apply."""
    assert bad(judged(SCHOOL)) == set()


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({"school.code": "214100050"}, {"COD1"}),
        ({"school.code": "２１41000501"}, {"COD1", "COD3"}),
        ({"school.code": "3141000501"}, {"COD3"}),
        ({"school.code": "2142000501"}, {"COD8"}),
        ({"school.area_code": "411524"}, {"COD7"}),
        ({"school.area_code": "411524603201"}, {"COD7"}),
        ({"school.area_code": "411524203201"}, {"COD10"}),
        ({"school.urban_rural": "130"}, {"COD4"}),
        ({"school.type": "313"}, {"COD2", "COD3"}),
        ({"school.phone": "83950000"}, {"COD11"}),
        ({"school.address": "上石桥镇"}, {"COD14"}),
        ({"school.attached_primary": True}, {"COD102"}),
        ({"students.boarders": 3, "school.boarding": False}, {"COD101"}),
        ({"school.boarding": True, "students.boarders": 0}, {"COD101"}),
    ],
    ids=lambda value: (
        "+".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else ""
    ),
)
def test_one_wrong_code_is_found_by_the_rules_meant_for_it(
    judged: Judge, changed: Facts, rules: set[str]
) -> None:
    """Each slip, and nothing but it."""
    assert bad(judged(SCHOOL | changed)) == rules


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("91350100M000100Y43", Outcome.PASS),
        ("91350100M000100Y4Z", Outcome.FAIL),
        ("91350100M000100Y44", Outcome.FAIL),
        ("91350100M00010OY43", Outcome.FAIL),
        ("91350100M000100Y4", Outcome.FAIL),
    ],
    ids=["weights add up to 1640", "published wrongly", "digit", "letter O", "17 characters"],
)
def test_check_digit_of_the_credit_code(
    judged: Judge, verdict: Find, code: str, outcome: Outcome
) -> None:
    """1640 mod 31 is 28, so the last place is 3."""
    assert verdict(judged(SCHOOL | {"school.credit_code": code}), "COD5").outcome is outcome


@pytest.mark.parametrize(
    ("prefix", "private", "outcome"),
    [
        ("12", False, Outcome.PASS),
        ("52", False, Outcome.FAIL),
        ("52", True, Outcome.PASS),
        ("91", True, Outcome.PASS),
        ("12", True, Outcome.PASS),  # a few are registered as 事业单位: asked softly, below
        ("51", True, Outcome.FAIL),
    ],
)
def test_the_register_a_school_is_in(
    judged: Judge, verdict: Find, prefix: str, private: bool, outcome: Outcome
) -> None:
    """12 事业单位 for public schools, 52 民办非企业单位 (or 91, a company) for private ones."""
    code = f"{prefix}411524MB0000000X"
    facts = SCHOOL | {"school.credit_code": code, "school.private": private}
    assert verdict(judged(facts), "COD6").outcome is outcome


def test_a_private_school_registered_as_a_public_body_is_asked_about(
    judged: Judge, verdict: Find
) -> None:
    facts = SCHOOL | {"school.credit_code": "12411524MB0000000X", "school.private": True}
    assert verdict(judged(facts), "COD6b").outcome is Outcome.DOUBT


@pytest.mark.parametrize(
    "code",
    ["1144000501", "2136000501", "3434000001", "5165000001"],
    ids=["published sample", "Jiangxi", "Anhui", "Xinjiang"],
)
def test_codes_of_schools_are_well_formed(judged: Judge, verdict: Find, code: str) -> None:
    """AA kind of school, BB province, six digits, no check digit."""
    assert verdict(judged(SCHOOL | {"school.code": code}), "COD1").outcome is Outcome.PASS


def test_last_years_form_with_last_years_date(judged: Judge, verdict: Find) -> None:
    """A date before 1 September of the form's year is doubtful."""
    from datetime import date

    for day, outcome in (
        (date(2026, 9, 1), Outcome.PASS),
        (date(2026, 8, 31), Outcome.DOUBT),
        (date(2027, 1, 1), Outcome.DOUBT),
    ):
        report = judged(SCHOOL | {"school.filled_on": day})
        assert verdict(report, "COD13").outcome is outcome


def test_a_code_that_is_missing_is_not_a_contradiction(judged: Judge, verdict: Find) -> None:
    """Without the 标识码 nothing is said about what it would have to agree with."""
    without = {name: value for name, value in SCHOOL.items() if name != "school.code"}
    report = judged(without)
    for rule in ("COD1", "COD3", "COD8"):
        assert verdict(report, rule).outcome is Outcome.INCOMPLETE
