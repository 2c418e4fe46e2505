"""Each kind of collection rule, asked of schools whose answer can be worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from checker.county.concluding import conclude
from checker.county.question import Measured, Question
from checker.model.rules import Plain, Rule
from checker.model.verdicts import Outcome, Scope, Severity


def ask(
    kind: str,
    rows: list[tuple[str, int, int | None]],
    limits: dict[str, str],
    severity: Severity = Severity.HARD,
    against: int | None = None,
    earlier: list[tuple[str, int, int | None]] | None = None,
    others: dict[str, list[tuple[str, int, int | None]]] | None = None,
    **spec: Plain,
) -> Question:
    rule = Rule(
        id="CTY1",
        kind=kind,
        title="测试指标",
        severity=severity,
        scope=Scope.COLLECTION,
        family="CTY",
        plugin="county",
        templates=("compulsory_school",),
        what="",
        why="",
        citations=(),
        fix="",
        examples=(),
        spec=spec,
    )

    def measured(items: list[tuple[str, int, int | None]]) -> list[Measured]:
        return [Measured(c, Fraction(a), None if b is None else Fraction(b)) for c, a, b in items]

    return Question(
        rule=rule,
        stage="primary",
        stage_title="小学段",
        measured={
            "CTY1": measured(rows),
            **{key: measured(items) for key, items in (others or {}).items()},
        },
        earlier={"CTY1": measured(earlier or [])},
        names={"a": "一小", "b": "二小"},
        threshold=lambda name: Fraction(limits[name]) if name in limits else None,
        against=None if against is None else Fraction(against),
    )


# G-33 (golden.md): weighted 0.515257 fails at 0.50, unweighted 0.488771 would pass.
G33 = [("a", 279, 45), ("b", 137, 37), ("c", 935, 89), ("d", 160, 76), ("e", 402, 55)]


def test_dispersion_judges_the_weighted_value_and_shows_the_other() -> None:
    found = conclude(
        ask("dispersion", G33, {"CV": "0.50", "LOW": "6"}, threshold="CV", standard="LOW")
    )
    (result,), (finding,) = found.dispersion, found.findings
    assert (result.outcome, result.unweighted_outcome) == (Outcome.FAIL, Outcome.PASS)
    assert finding.actual == "0.515257" and finding.outcome is Outcome.FAIL
    assert result.improvements[0].school == "d"


def test_a_school_without_pupils_takes_no_part() -> None:
    found = conclude(ask("dispersion", [*G33, ("f", 10, 0)], {"CV": "0.5"}, threshold="CV"))
    assert found.dispersion[0].schools == 5


def test_mean_of_several_may_hide_one_that_fails_and_says_when_one_is_missing() -> None:
    even = [("a", 10, 10), ("b", 10, 10)]
    both = conclude(
        ask(
            "dispersion_mean",
            [],
            {"M": "0.3"},
            others={"X": G33, "Y": even},
            threshold="M",
            of=["X", "Y"],
        )
    ).findings[0]
    assert both.outcome is Outcome.PASS and both.actual == "0.257628"
    one = conclude(
        ask("dispersion_mean", [], {"M": "0.3"}, others={"X": G33}, threshold="M", of=["X", "Y"])
    ).findings[0]
    assert one.outcome is Outcome.INCOMPLETE and "Y" in one.message


@pytest.mark.parametrize(("large", "outcome"), [(5, Outcome.PASS), (6, Outcome.FAIL)])
def test_share_is_of_the_sums_and_names_the_schools(large: int, outcome: Outcome) -> None:
    rows: list[tuple[str, int, int | None]] = [("a", large, 60), ("b", 0, 40)]
    finding = conclude(ask("share", rows, {"L": "5"}, threshold="L", compare="<=")).findings[0]
    assert finding.outcome is outcome
    assert finding.schools == (() if outcome is Outcome.PASS else ("a",))


def test_schools_that_pass_are_counted_without_a_limit() -> None:
    rows: list[tuple[str, int, int | None]] = [("a", 1, None), ("b", 0, None), ("c", 1, None)]
    finding = conclude(ask("pass_share", rows, {})).findings[0]
    assert finding.actual == "66.67%" and finding.outcome is Outcome.PASS


def test_total_against_the_county_form() -> None:
    rows: list[tuple[str, int, int | None]] = [("a", 100, None), ("b", 50, None)]
    assert conclude(ask("total", rows, {}, against=150)).findings[0].outcome is Outcome.PASS
    wrong = conclude(ask("total", rows, {}, against=160, unit="人")).findings[0]
    assert wrong.outcome is Outcome.FAIL and "各校合计少 10人" in wrong.message
    assert conclude(ask("total", rows, {})).findings == ()


def test_an_outlier_is_a_doubt_and_few_schools_say_nothing() -> None:
    rows = [(str(n), 20 + n % 3, 1) for n in range(11)] + [("a", 2000, 1)]
    limits = {"R": "3", "F": "8"}
    found = conclude(ask("outlier", rows, limits, Severity.SOFT, reach="R", fewest="F")).findings
    assert [item.schools for item in found] == [("a",)]
    assert found[0].outcome is Outcome.DOUBT and "远高于" in found[0].message
    assert not conclude(ask("outlier", rows[-5:], limits, reach="R", fewest="F")).findings


def test_pupils_who_vanish_between_two_years() -> None:
    now: list[tuple[str, int, int | None]] = [("a", 80, 90), ("b", 97, 90), ("c", 1, 1)]
    then: list[tuple[str, int, int | None]] = [("a", 99, 100), ("b", 99, 100), ("c", 1, 3)]
    found = conclude(
        ask(
            "cohort",
            now,
            {"W": "10", "F": "20"},
            Severity.SOFT,
            earlier=then,
            within="W",
            fewest="F",
        )
    ).findings
    assert [item.schools for item in found] == [("a",)]
    assert "减少了 20%" in found[0].message
