"""Each kind of collection rule, asked of schools whose answer can be worked out by hand."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

import pytest

from checker.county.concluding import conclude
from checker.county.measuring import Measured
from checker.county.question import County, Question
from checker.marking.file_record import Doubt
from checker.model.rules import Plain, Rule
from checker.model.verdicts import Outcome, Scope, Severity

DOUBTS = (Doubt("RES201", "校舍与装备!E34"),)


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
    doubtful: Collection[str] = (),
    types: dict[str, str] | None = None,
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
        return [
            Measured(
                c, Fraction(a), None if b is None else Fraction(b), DOUBTS if c in doubtful else ()
            )
            for c, a, b in items
        ]

    return Question(
        rule=rule,
        stage="primary",
        county=County(
            measured={
                (key, "primary"): measured(items)
                for key, items in {"CTY1": rows, **(others or {})}.items()
            },
            earlier={("CTY1", "primary"): measured(earlier or [])},
            names={"a": "一小", "b": "二小"},
            stages={"primary": "小学段"},
            edition=2026,
            unmeasured={(key, "primary"): codes for key, codes in (unmeasured or {}).items()},
            absent=absent,
            unread=unread,
            types=types or {},
        ),
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
    assert (result.finding.outcome, result.unweighted_outcome) == (Outcome.FAIL, Outcome.PASS)
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
        assert result.finding.provisional and result.word == word
        assert finding.provisional and finding.word == word
        assert says in finding.message
    complete = conclude(ask("dispersion", G33, {"CV": "0.50"}, threshold="CV"))
    assert not complete.dispersion[0].finding.provisional and complete.findings[0].word == "不通过"


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


EVEN = [(str(n), 1000 + n, 100) for n in range(10)]


def test_a_coefficient_that_hangs_on_slips_names_them_and_only_them() -> None:
    """Two schools typed 元 for 万元, a third has a doubt that changes nothing."""
    rows = [*EVEN, ("a", 10_000_000, 100), ("b", 20_000_000, 200), ("c", 1000, 100)]
    found = conclude(
        ask("dispersion", rows, {"CV": "0.5"}, Severity.STANDARD, doubtful="abc", threshold="CV")
    )
    (finding,), (result,) = found.findings, found.dispersion
    assert (finding.word, finding.outcome) == ("暂不能下结论", Outcome.INCOMPLETE)
    assert finding.with_all is Outcome.UNMET and result.finding.with_all is Outcome.UNMET
    assert {hinge.school for hinge in finding.hinges} == {"a", "b"} == set(finding.schools)
    assert "取决于这 2 所的这一项：" in finding.message
    assert "一小（校舍与装备!E34）" in finding.message and "按全部数据" in finding.message
    assert finding.without is not None
    assert set(finding.without.schools) == {"a", "b", "c"}
    assert finding.without.outcome is Outcome.PASS
    assert result.word == "暂不能下结论" and not result.improvements
    assert "若补齐" not in finding.fix


def test_slips_do_not_hide_each_other_and_the_heavier_comes_first() -> None:
    rows = [*EVEN, ("a", 10_000_000, 100), ("b", 90_000_000, 100)]
    (finding,) = conclude(
        ask("dispersion", rows, {"CV": "0.5"}, Severity.STANDARD, doubtful="ab", threshold="CV")
    ).findings
    assert [hinge.school for hinge in finding.hinges] == ["b", "a"]


def test_doubts_that_change_nothing_leave_the_conclusion_and_give_both_figures() -> None:
    (finding,) = conclude(
        ask("dispersion", G33, {"CV": "0.52"}, Severity.STANDARD, doubtful="b", threshold="CV")
    ).findings
    assert finding.word == "达标" and not finding.hinges
    assert finding.without is not None and finding.without.schools == ("b",)
    assert finding.without.actual in finding.message and "0.515257" in finding.message


def test_a_coefficient_that_all_schools_are_in_doubt_about_is_open() -> None:
    (finding,) = conclude(
        ask("dispersion", G33, {"CV": "0.52"}, Severity.STANDARD, doubtful="abcde", threshold="CV")
    ).findings
    assert finding.word == "暂不能下结论" and len(finding.hinges) == 5


def test_one_class_in_doubt_that_breaks_a_limit_of_nothing() -> None:
    rows: list[tuple[str, int, int | None]] = [("a", 1, 60), ("b", 0, 40)]
    (finding,) = conclude(
        ask(
            "share",
            rows,
            {"L": "0"},
            Severity.STANDARD,
            doubtful="a",
            threshold="L",
            compare="<=",
        )
    ).findings
    assert finding.word == "暂不能下结论" and finding.schools == ("a",)


def test_a_total_that_differs_hangs_on_the_schools_in_doubt() -> None:
    rows: list[tuple[str, int, int | None]] = [("a", 100, None), ("b", 50, None)]
    open_ = conclude(ask("total", rows, {}, against=140, doubtful="b")).findings[0]
    assert open_.word == "暂不能下结论" and open_.schools == ("b",)
    sure = conclude(ask("total", rows, {}, against=90, doubtful="b")).findings[0]
    assert sure.word == "不通过"  # the school that nobody doubts has more already
    even = conclude(ask("total", rows, {}, against=150, doubtful="b")).findings[0]
    assert even.word == "通过"


def test_a_mean_of_several_hangs_on_the_slip_in_one_of_them() -> None:
    slip = [*EVEN, ("a", 10_000_000, 100)]
    (finding,) = conclude(
        ask(
            "dispersion_mean",
            [],
            {"M": "0.3"},
            Severity.STANDARD,
            others={"X": slip, "Y": EVEN},
            doubtful="a",
            threshold="M",
            of=["X", "Y"],
        )
    ).findings
    assert finding.word == "暂不能下结论" and finding.schools == ("a",)


def test_schools_are_held_against_others_of_their_size_and_type() -> None:
    """Small schools have more of everything for each pupil; among themselves none stands out."""
    large = [(f"L{n}", 2000 + 10 * n, 1000) for n in range(10)]
    small = [(f"S{n}", 500 + 10 * n, 50) for n in range(10)]
    points = [(f"P{n}", 1500 + 10 * n, 50) for n in range(10)]
    limits = {"R": "3", "F": "8"}
    types = {f"P{n}": "教学点" for n in range(10)}
    rows = [*large, *small, *points]
    assert not conclude(
        ask("outlier", rows, limits, Severity.SOFT, types=types, reach="R", fewest="F")
    ).findings
    slip = [*rows[:-1], ("P9", 15_000_000, 50)]
    (finding,) = conclude(
        ask("outlier", slip, limits, Severity.SOFT, types=types, reach="R", fewest="F")
    ).findings
    assert finding.schools == ("P9",) and "多数教学点" in finding.message


def test_one_teacher_more_in_a_small_school_is_no_doubt() -> None:
    rows = [(f"{n}", 700 + n, 100) for n in range(11)]
    limits = {"R": "3", "F": "8"}

    def found(teachers: int) -> int:
        more = [*rows, ("a", teachers * 100, 100)]
        asked = ask(
            "outlier", more, limits, Severity.SOFT, reach="R", fewest="F", scale=100, unit="人"
        )
        return len(conclude(asked).findings)

    assert found(9) == 0 and found(13) == 0 and found(14) == 1


@pytest.mark.parametrize(("level", "doubts"), [(1300, 0), (1301, 1), (700, 0), (699, 1)])
def test_schools_that_are_all_alike_make_no_doubt_of_a_few_percent(level: int, doubts: int) -> None:
    """Eleven schools have the same level to a hair; three tenths of it away is far, less is not."""
    rows: list[tuple[str, int, int | None]] = [(str(n), 1000, 1) for n in range(11)]
    limits = {"R": "3", "F": "8"}
    asked = ask("outlier", [*rows, ("a", level, 1)], limits, Severity.SOFT, reach="R", fewest="F")
    assert len(conclude(asked).findings) == doubts
