"""Claimed results: how they are rounded, and which slip is named for a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest

from checker.authoring.examples import submission_for
from checker.judging.engine import judge
from checker.model.rules import Example, Plain
from checker.model.verdicts import Outcome, Verdict
from checker.rules.values import agrees, decimals_of
from checker.session import Session

Claimed = Callable[..., Verdict]
GROWTH, SHARE, REDUCTION, POINTS, DIFFERENCE, PER_HEAD = "123456"


@pytest.fixture(scope="module")
def claimed() -> Claimed:
    """``claimed(method, now, base, claimed)``: the verdict on one row of 填报结论."""
    session = Session()
    template = next(item for item in session.templates if item.id == "county")

    def run(method: str, now: str, base: str, given: str) -> Verdict:
        row: dict[str, Plain] = {
            "name": "甲",
            "method": method,
            "now": Decimal(now),
            "base": Decimal(base),
            "claimed": Decimal(given),
        }
        example = Example(Outcome.PASS, {}, {"results": [row]})
        report = judge(submission_for(example, template), session.ruleset, session.profile)
        (found,) = (
            item
            for item in report.verdicts
            if item.rule == f"CLM{method}" and item.unit.row is not None
        )
        return found.worded()

    return run


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("21.77", True),
        ("21.8", True),
        ("22", True),
        ("21.7693", True),
        ("21.76932603", True),  # as a formula of the spreadsheet gives it, with more decimals
        ("21.76932604", True),  # the seventh decimal decides nothing
        ("21.76", False),
        ("21.78", False),
        ("21.7", False),
        ("21", False),
        ("23", False),
    ],
)
def test_a_claim_is_right_to_as_many_decimals_as_it_has(
    claimed: Claimed, given: str, right: bool
) -> None:
    found = claimed(GROWTH, "77673", "63787", given)
    assert found.outcome is (Outcome.PASS if right else Outcome.FAIL)


@pytest.mark.parametrize(("given", "right"), [("12.5", True), ("13", True), ("12", False)])
def test_a_half_is_rounded_up(claimed: Claimed, given: str, right: bool) -> None:
    found = claimed(SHARE, "1", "8", given)
    assert found.outcome is (Outcome.PASS if right else Outcome.FAIL)


SLIPS = {
    "the later year as the base": (GROWTH, "77673", "63787", "17.88", "误以本期数为分母"),
    "this year in per cent of last year": (GROWTH, "77673", "63787", "121.77", "百分之几"),
    "truncated": (GROWTH, "77673", "63787", "21.76", "直接舍去了后面的位数"),
    "rounded up": (SHARE, "1", "3", "33.34", "一律进了一位"),
    "a fraction for a percentage": (GROWTH, "77673", "63787", "0.2177", "把百分数填成了小数"),
    "a misplaced point": (PER_HEAD, "12882430", "21007", "6132.4", "小数点错了一位"),
    "units of two kinds": (GROWTH, "7.7673", "63787", "21.77", "单位不同"),
    "万 for 元": (PER_HEAD, "220", "1683", "1307.19", "单位差一万倍"),
    "growth for percentage points": (POINTS, "80", "70", "14.29", "写成了增长率"),
    "points for growth": (GROWTH, "80", "70", "10", "没有除以上期数"),
    "the rest": (SHARE, "338", "430", "21.4", "其余部分的占比"),
    "upside down": (SHARE, "4", "5", "125", "分子、分母写反了"),
    "the part counted twice": (SHARE, "20", "80", "20", "分母又加了一遍分子"),
    "the part taken off the whole": (SHARE, "20", "80", "33.33", "分母扣除了分子"),
    "what is left": (REDUCTION, "13", "65", "20", "写成了剩下的占比"),
    "another number left": (REDUCTION, "13", "65", "98.5", "只剩 1 个"),
    "a fall told as a rise": (DIFFERENCE, "175", "195", "20", "正负号写反了"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_the_likely_slip_is_named(claimed: Claimed, slip: str) -> None:
    method, now, base, given, words = SLIPS[slip]
    found = claimed(method, now, base, given)
    assert found.outcome is Outcome.FAIL
    assert found.message.startswith(f"“甲”填报 {given}")
    assert words in found.message


def test_a_claim_that_nothing_explains_is_told_without_a_guess(claimed: Claimed) -> None:
    found = claimed(GROWTH, "77673", "63787", "55.5")
    assert found.outcome is Outcome.FAIL
    assert "可能是" not in found.message


def test_nothing_to_divide_by_is_not_applicable(claimed: Claimed) -> None:
    assert claimed(GROWTH, "5", "0", "3").outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("value", "digits"), [("5", 0), ("0.5", 1), ("1.50", 1), ("0.123456", 6), ("0.1234567", 6)]
)
def test_how_many_decimals_a_claim_has(value: str, digits: int) -> None:
    assert decimals_of(Fraction(value)) == digits
    assert agrees(Fraction(value), Fraction(value))


@pytest.mark.parametrize(
    ("now", "base", "given", "right"),
    [
        ("1.7", "2.9", "-1.2", True),
        ("1.7", "2.9", "-1.21", True),  # 1.72 − 2.93, before they were rounded
        ("1.7", "2.9", "-1.3", True),  # as far as it goes: 1.65 − 2.95
        ("1.7", "2.9", "-1.1", True),
        ("1.7", "2.9", "-1.31", False),
        ("1.7", "2.9", "-1.09", False),
        ("88.5", "85", "3.6", True),  # 85 lost its zero: it has a decimal as 88.5 has
        ("88.5", "85", "3.61", False),
        ("80", "70", "10.5", False),  # whole numbers without a unit are exact
    ],
)
def test_figures_that_were_rounded_call_no_claim_wrong(
    claimed: Claimed, now: str, base: str, given: str, right: bool
) -> None:
    found = claimed(POINTS, now, base, given)
    assert found.outcome is (Outcome.PASS if right else Outcome.FAIL)
    assert ("四舍五入的范围" in found.message) == (right and given != "-1.2")


FORM_CLAIMS = {
    # what is counted is exact: 5 of 52 is 9.62 %
    "counted": (
        {"claim.passed_units": 5, "claim.assessed_units": 52, "claim.pass_rate": "9.7"},
        ("CLM11", Outcome.FAIL),
    ),
    # 312 is anything from 311.5 to 312.5 万元
    "万元 up": (
        {"aid.purchase": 312, "aid.purchase_local": 100, "aid.purchase_share": "32.26"},
        ("AID6a", Outcome.PASS),
    ),
    "万元 too far up": (
        {"aid.purchase": 312, "aid.purchase_local": 100, "aid.purchase_share": "32.27"},
        ("AID6a", Outcome.FAIL),
    ),
    "万元 down": (
        {"aid.purchase": 312, "aid.purchase_local": 100, "aid.purchase_share": "31.84"},
        ("AID6a", Outcome.PASS),
    ),
    "万元 too far down": (
        {"aid.purchase": 312, "aid.purchase_local": 100, "aid.purchase_share": "31.83"},
        ("AID6a", Outcome.FAIL),
    ),
    # a standard of whole 元 is no approximation, for growth either
    "元": (
        {"voc.standard": 5500, "voc.standard@whole.previous": 5000, "voc.standard_growth": "10.01"},
        ("HSE8b", Outcome.FAIL),
    ),
}


@pytest.mark.parametrize("case", FORM_CLAIMS)
def test_what_may_be_rounded_is_said_by_the_field(case: str) -> None:
    facts, (rule, outcome) = FORM_CLAIMS[case]
    session = Session()
    template = next(item for item in session.templates if item.id == "county")
    typed = {name: Decimal(value) for name, value in facts.items()}
    report = judge(
        submission_for(Example(Outcome.PASS, typed, {}), template),
        session.ruleset,
        session.profile,
    )
    assert [item.outcome for item in report.verdicts if item.rule == rule] == [outcome]
