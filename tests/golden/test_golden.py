"""Golden cases: numbers that real counties reported, judged by the real rules and engine."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from checker.model.rules import Example
from checker.model.verdicts import Outcome, Quantity
from checker.rules.examples import run_examples
from checker.rules.profiles import build
from checker.session import Session

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases.toml").read_text("utf-8"), parse_float=Decimal
)["cases"]


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
