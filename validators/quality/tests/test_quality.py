"""Quality: every worked example of the manifest, and the retention rate at its boundary."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec.structs import replace

from checker.authoring.examples import run_examples
from checker.model.rules import Example
from checker.model.verdicts import Outcome, Quantity
from checker.session import Session


@pytest.mark.parametrize(
    ("graduates", "started", "shown", "outcome", "borderline"),
    [
        (5144, 5414, "95.01%", Outcome.PASS, False),
        (5143, 5414, "94.99%", Outcome.UNMET, False),
        (94996, 100000, "94.996%", Outcome.UNMET, True),  # 95 % at two places, and yet is not
        (95, 100, "95%", Outcome.PASS, False),
    ],
)
def test_retention_is_compared_before_it_is_rounded(
    session: Session,
    graduates: int,
    started: int,
    shown: str,
    outcome: Outcome,
    borderline: bool,
) -> None:
    """Nothing is rounded first; where the shown figure would say otherwise, 临界值 is said."""
    example = Example(
        expect=outcome,
        stage="junior",
        facts={
            "students.cohort_graduates": graduates,
            "students.cohort_start": started,
            "students.cohort_in": 0,
            "students.cohort_died": 0,
            "students.cohort_out": 0,
        },
    )
    rule = replace(session.ruleset.rule("QUA1"), templates=("county",), examples=(example,))
    templates = {one.id: one for one in session.templates}
    (result,) = run_examples(rule, session.ruleset, templates)
    assert result.problem == ""
    (verdict,) = result.verdicts
    assert isinstance(verdict.actual, Quantity)
    assert verdict.actual.value == Fraction(graduates * 100, started)
    assert str(verdict.actual) == shown
    assert verdict.borderline is borderline


def test_more_left_than_there_were(session: Session) -> None:
    """5 pupils started and 10 left: no -200 % is shown; the clerk is told which sum cannot be."""
    example = Example(
        expect=Outcome.UNMET,
        stage="junior",
        facts={
            "students.cohort_graduates": 10,
            "students.cohort_start": 5,
            "students.cohort_in": 0,
            "students.cohort_died": 0,
            "students.cohort_out": 10,
        },
    )
    rule = replace(session.ruleset.rule("QUA1"), templates=("county",), examples=(example,))
    templates = {one.id: one for one in session.templates}
    (result,) = run_examples(rule, session.ruleset, templates)
    assert result.problem == ""
    (verdict,) = result.verdicts
    assert verdict.actual is None and verdict.gap is None
    assert "为 -5，不可能小于 0" in verdict.message
    assert verdict.at[0].field == "students.cohort_start"
