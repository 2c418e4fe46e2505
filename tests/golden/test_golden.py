"""Golden cases: numbers that real counties reported, judged by the real rules and engine."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from checker.authoring.examples import run_examples
from checker.model.rules import Example
from checker.model.verdicts import Outcome, Quantity
from checker.rules.profiles import build
from checker.session import Session

BOOK: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "cases.toml").read_text("utf-8"), parse_float=Decimal
)
CASES: list[dict[str, Any]] = BOOK["cases"]

GOLDEN = (
    *("G-01", "G-02", "G-03", "G-04", "G-05", "G-06", "G-08", "G-09", "G-12", "G-15", "G-16"),
    *("G-17", "G-18", "G-19", "G-20", "G-21", "G-22", "G-23", "G-24", "G-25", "G-26", "G-27"),
    *("G-33", "G-40", "G-50"),
)
"""Every reported or published set of numbers that was worked out by hand."""


@pytest.fixture(scope="module")
def session() -> Session:
    """All rules of the project, as a user gets them."""
    return Session()


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_reported_numbers_get_the_verdict_worked_out_by_hand(
    session: Session, case: dict[str, Any]
) -> None:
    """One reported set of numbers, one rule, one verdict."""
    expect = Outcome(case["outcome"])
    example = Example(
        expect=expect,
        facts=case.get("facts", {}),
        tables=case.get("tables", {}),
        stage=case.get("stage"),
        actual=case.get("actual"),
        gap=case.get("gap"),
    )
    rule = replace(
        session.ruleset.rule(case["rule"]), templates=(case["template"],), examples=(example,)
    )
    profile = build(session.ruleset.thresholds, edition=case.get("edition"))
    templates = {template.id: template for template in session.templates}

    (result,) = run_examples(rule, session.ruleset, templates, profile)

    assert result.problem == ""
    (verdict,) = [found for found in result.verdicts if found.outcome is expect]
    for words in case.get("says", []):
        assert words in verdict.message
    if "exact" in case:
        assert isinstance(verdict.actual, Quantity)
        assert verdict.actual.value == Fraction(case["exact"])


def test_every_case_names_its_source() -> None:
    """A golden number without a source is worth nothing; ids are not used twice."""
    assert all(case["source"].strip() for case in CASES)
    assert len({case["id"] for case in CASES}) == len(CASES)


def test_every_golden_set_is_asserted_or_says_why_not() -> None:
    """By a case, in another test, or by no rule because no form asks for it."""
    told = [*(case["id"] for case in CASES), *BOOK["elsewhere"], *BOOK["no_rule"]]
    assert [golden for golden in GOLDEN if not any(item.startswith(golden) for item in told)] == []
    assert all(map(str.strip, (*BOOK["elsewhere"].values(), *BOOK["no_rule"].values())))


@pytest.mark.parametrize("place", BOOK["elsewhere"].values())
def test_what_is_asserted_elsewhere_is_there(place: str) -> None:
    """The files and folders that are named hold tests."""
    root = Path(__file__).resolve().parents[2]
    for part in place.partition(": ")[0].split(" and "):
        named = root / part.strip()
        assert named.is_file() or list(named.glob("test_*.py"))
