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
    unmeasured: dict[str, list[str]] | None = None,
    absent: int = 0,
    unread: int = 0,
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
        unmeasured=unmeasured or {},
        absent=absent,
        unread=unread,
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


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ({"absent": 2}, "缺报的 2 所学校未计入"),
        ({"unread": 1}, "1 份无法校验或没有标识码的文件未计入"),
        ({"unmeasured": {"CTY1": ["b"]}}, "1 所学校数据不全，未计入（二小）"),
    ],
)
def test_a_coefficient_of_fewer_schools_is_provisional(
    missing: dict[str, object], says: str
) -> None:
    """A school still to come can push a 差异系数 either way: neither 通过 nor 不通过 is final."""
    for limit, word in (("0.52", "暂通过"), ("0.50", "暂不通过")):
        found = conclude(ask("dispersion", G33, {"CV": limit}, threshold="CV", **missing))  # type: ignore[arg-type]
        (result,), (finding,) = found.dispersion, found.findings
        assert result.provisional and result.word == word
        assert finding.provisional and finding.word == word
        assert says in finding.message
    complete = conclude(ask("dispersion", G33, {"CV": "0.50"}, threshold="CV"))
    assert not complete.dispersion[0].provisional and complete.findings[0].word == "不通过"


def test_a_share_that_nothing_can_mend_is_final_although_schools_are_missing() -> None:
    """One class of 66 pupils breaks a limit of 0 %, whatever the missing schools hand in."""
    rows: list[tuple[str, int, int | None]] = [("a", 1, 60), ("b", 0, 40)]
    broken = conclude(ask("share", rows, {"L": "0"}, threshold="L", compare="<=", absent=1))
    assert (broken.findings[0].word, broken.findings[0].provisional) == ("不通过", False)
    open_ = conclude(ask("share", rows, {"L": "5"}, threshold="L", compare="<=", absent=1))
    assert (open_.findings[0].word, open_.findings[0].provisional) == ("暂通过", True)
    passes: list[tuple[str, int, int | None]] = [("a", 1, None), ("b", 0, None)]
    failed = conclude(
        ask("pass_share", passes, {"L": "100"}, threshold="L", compare=">=", absent=1)
    )
    assert failed.findings[0].word == "不通过"


def test_a_total_that_agrees_while_a_school_is_missing_agrees_only_for_now() -> None:
    rows: list[tuple[str, int, int | None]] = [("a", 100, None), ("b", 50, None)]
    even = conclude(ask("total", rows, {}, against=150, absent=1)).findings[0]
    assert (even.outcome, even.word) == (Outcome.PASS, "暂通过")
    more = conclude(ask("total", rows, {}, against=140, absent=1)).findings[0]
    assert (more.word, more.provisional) == ("不通过", False)


def test_five_of_fifty_two_schools_is_the_share_that_honggutan_reported() -> None:
    """G-03: 综合达标率 9.62 %, two schools in a hundred the year before."""
    rows: list[tuple[str, int, int | None]] = [(str(n), int(n < 5), None) for n in range(52)]
    finding = conclude(
        ask("pass_share", rows, {"ALL": "100"}, threshold="ALL", compare=">=")
    ).findings[0]
    assert (finding.actual, finding.outcome) == ("9.62%", Outcome.FAIL)
    assert len(finding.schools) == 47


def test_a_share_that_no_school_has_figures_for_is_incomplete_not_silent() -> None:
    limits = {"L": "5"}
    open_ = conclude(ask("share", [], limits, threshold="L", unmeasured={"CTY1": ["a", "b"]}))
    (finding,) = open_.findings
    assert finding.outcome is Outcome.INCOMPLETE
    assert finding.not_measured == ("a", "b") and "2 所学校数据不全" in finding.message
    assert conclude(ask("share", [], limits, threshold="L")).findings == ()
