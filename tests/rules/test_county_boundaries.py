"""County rules at their limits: schools' forms judged, measured, gathered and concluded.

Every expected figure was worked out by hand from the numbers beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import pytest

from checker.county.concluding import Concluded, conclude_all
from checker.county.measuring import (
    Measuring,
    collection_rules,
    figures_of,
    gather,
    gather_gaps,
    measure,
    questions,
)
from checker.county.question import County
from checker.judging.engine import judge
from checker.marking.file_record import Measure
from checker.model.rules import Plain
from checker.model.submission import FactState, Submission
from checker.model.verdicts import Outcome
from checker.plugins.loading import Plugins
from checker.rules.profiles import build

PASS, FAIL, UNMET = Outcome.PASS, Outcome.FAIL, Outcome.UNMET
DOUBT, OPEN = Outcome.DOUBT, Outcome.INCOMPLETE
STAGES = {"primary": "小学段", "junior": "初中段"}

School = Mapping[str, Plain]
Conclude = Callable[..., Concluded]


def limit(name: str, value: str, unit: str = "%") -> str:
    return f'[[thresholds]]\nid = "{name}"\nunit = "{unit}"\nvalue = {value}\n'


def rule(kind: str, keys: str, severity: str = "standard", number: int = 1) -> str:
    """One collection rule, of the primary stage unless it says otherwise."""
    own = "" if 'per = "submission"' in keys else 'stages = ["primary"]\n'
    return (
        f'[[rules]]\nid = "TRY{number}"\nkind = "{kind}"\ntitle = "试题"\nseverity = "{severity}"\n'
        f'templates = ["small"]\nscope = "collection"\n{own}{keys}\n'
    )


def indicator(keys: str = "", number: int = 5) -> str:
    """TRY5: at least 90 staff, on every school or stage."""
    return limit("STAFF", "90", "人") + (
        f'[[rules]]\nid = "TRY{number}"\nkind = "indicator"\ntitle = "体育教师"\n'
        'severity = "standard"\ntemplates = ["small"]\nscope = "stage"\nnumerator = "teachers.pe"\n'
        f'unit = "人"\ncompare = ">="\nthreshold = "STAFF"\n{keys}\n'
    )


@pytest.fixture
def measured(
    plugin: Callable[..., Plugins], school: Callable[..., Submission]
) -> Callable[..., Measuring]:
    """What the collection rules take of one school."""

    def run(body: str, facts: School, states: Mapping[str, FactState] | None = None) -> Measuring:
        ruleset = plugin(body).ruleset
        profile = build(ruleset.thresholds)
        submission = school(facts, states=states)
        report = judge(submission, ruleset, profile)
        asked = questions(collection_rules(ruleset, profile))
        return measure(report, asked, figures_of(submission, ruleset, profile))

    return run


@pytest.fixture
def concluded(
    plugin: Callable[..., Plugins],
    school: Callable[..., Submission],
    measured: Callable[..., Measuring],
) -> Conclude:
    """All that is said of a county of these schools; ``form`` is the county's own."""

    def run(
        body: str,
        schools: Sequence[School],
        *,
        last_year: Sequence[School] = (),
        form: School | None = None,
        absent: int = 0,
        unread: int = 0,
    ) -> Concluded:
        ruleset = plugin(body).ruleset
        profile = build(ruleset.thresholds)
        now = [(str(n), measured(body, facts)) for n, facts in enumerate(schools)]
        then = [(str(n), measured(body, facts)) for n, facts in enumerate(last_year)]
        assert [taken.errors for _, taken in now] == [()] * len(now)
        county = County(
            measured=gather((code, taken.measures) for code, taken in now),
            earlier=gather((code, taken.measures) for code, taken in then),
            names={"0": "一小", "1": "二小"},
            stages=STAGES,
            edition=2026,
            form=None if form is None else school(form),
            unmeasured=gather_gaps((code, taken.unmeasured) for code, taken in now),
            absent=absent,
            unread=unread,
        )
        found = conclude_all(collection_rules(ruleset, profile), county, ruleset, profile)
        assert found.errors == ()
        return found

    return run


def pe(pupils: int, teachers: int) -> School:
    return {"students.total@primary": pupils, "teachers.pe@primary": teachers}


def with_pupils(*numbers: int) -> list[School]:
    return [{"students.total@primary": number} for number in numbers]


# -- 差异系数: levels 1 and 3 with equal pupils have the mean 2, S 1, CV 0.5 ---------------------


def dispersion(value: str, severity: str = "standard", more: str = "") -> str:
    return limit("CV", value, "") + rule(
        "dispersion",
        'numerator = "teachers.pe"\ndenominator = "students.total"\nthreshold = "CV"\n' + more,
        severity,
    )


@pytest.mark.parametrize(
    ("value", "outcome", "words"),
    [
        ("0.5", PASS, "未超过上限 0.5"),
        ("0.499999999", UNMET, "，超过上限 0.5"),
        ("0.500000001", PASS, "未超过"),
    ],
)
def test_a_coefficient_at_its_limit(
    concluded: Conclude, value: str, outcome: Outcome, words: str
) -> None:
    found = concluded(dispersion(value), [pe(10, 10), pe(10, 30)])
    (finding,), (result,) = found.findings, found.dispersion
    assert (finding.outcome, finding.actual) == (outcome, "0.500000")
    assert words in finding.message
    assert (result.finding.outcome, result.unweighted_outcome) == (outcome, outcome)
    assert (result.schools, result.mean, result.decides) == (2, 2, True)


@pytest.mark.parametrize(
    ("severity", "outcome", "decides"),
    [
        ("hard", FAIL, True),
        ("standard", UNMET, True),
        ("soft", DOUBT, False),
        ("info", DOUBT, False),
    ],
)
def test_what_a_coefficient_over_its_limit_is_called(
    concluded: Conclude, severity: str, outcome: Outcome, decides: bool
) -> None:
    found = concluded(dispersion("0.4", severity), [pe(10, 10), pe(10, 30)])
    assert (found.findings[0].outcome, found.dispersion[0].decides) == (outcome, decides)


def test_a_scaled_level_is_scaled_once(concluded: Conclude) -> None:
    found = concluded(dispersion("0.5", more="scale = 100"), [pe(10, 10), pe(10, 30)])
    assert found.dispersion[0].mean == 200


def test_schools_without_pupils_or_teachers(concluded: Conclude) -> None:
    """One without pupils takes no part; a county without any teacher has no coefficient."""
    found = concluded(dispersion("0.5"), [pe(10, 10), pe(10, 30), pe(0, 5)])
    assert found.dispersion[0].schools == 2
    assert concluded(dispersion("0.5"), [pe(10, 0), pe(10, 0)]).findings == ()
    assert concluded(dispersion("0.5"), []).findings == ()


def test_a_school_whose_figure_is_missing_is_named_and_nothing_is_final(
    concluded: Conclude,
) -> None:
    some = [{"students.total@primary": 10}, pe(10, 10), pe(10, 30)]
    (finding,) = concluded(dispersion("0.5"), some).findings
    assert (finding.not_measured, finding.provisional) == (("0",), True)
    assert "1 所学校数据不全，未计入（一小）" in finding.message
    (alone,) = concluded(dispersion("0.5"), some[:1]).findings
    assert (alone.outcome, alone.required) == (OPEN, "≤ 0.5")


@pytest.mark.parametrize(("missing", "more"), [(5, ""), (6, "等")])
def test_five_schools_are_named_and_the_rest_counted(
    concluded: Conclude, missing: int, more: str
) -> None:
    some = [*with_pupils(*[10] * missing), pe(10, 10)]
    (finding,) = concluded(dispersion("0.5"), some).findings
    assert f"{missing} 所学校数据不全，未计入（一小、二小、2、3、4{more}）" in finding.message


@pytest.mark.parametrize(("value", "outcome"), [("0.25", PASS), ("0.249999999", UNMET)])
def test_the_mean_of_two_coefficients_at_its_limit(
    concluded: Conclude, value: str, outcome: Outcome
) -> None:
    """0.5 of the PE teachers and 0 of the boarders."""
    body = (
        limit("MEAN", value, "")
        + rule("dispersion", 'numerator = "teachers.pe"\ndenominator = "students.total"')
        + rule(
            "dispersion",
            'numerator = "students.boarders"\ndenominator = "students.total"',
            number=2,
        )
        + rule("dispersion_mean", 'of = ["TRY1", "TRY2"]\nthreshold = "MEAN"', number=3)
    )
    boarding = {"students.boarders@primary": 5}
    (finding,) = concluded(body, [{**pe(10, 10), **boarding}, {**pe(10, 30), **boarding}]).findings
    assert (finding.outcome, finding.actual) == (outcome, "0.250000")
    without = concluded(body, [pe(10, 10), pe(10, 30)]).findings
    assert [(each.outcome, "缺少 TRY2" in each.message) for each in without] == [(OPEN, True)]
    assert concluded(body, []).findings == ()


# -- 自报差异系数: schools of 10 and 30 pupils with levels 1 and 3 ------------------------------

CLAIMED = rule("dispersion", 'numerator = "teachers.pe"\ndenominator = "students.total"') + rule(
    "dispersion_claim", 'of = ["TRY1"]\nagainst = "growth.claimed"', severity="soft", number=2
)
UNEQUAL = [pe(10, 10), pe(30, 90)]
"""X̄ 2.5, S² 0.75: CV √0.12 = 0.346410…; without weights the mean is 2, S 1: 0.5, and of a sample
√2/2 = 0.707107."""


@pytest.mark.parametrize(
    ("claimed", "outcome", "words"),
    [
        ("0.346410", PASS, "一致"),
        ("0.35", PASS, "一致"),
        ("0.346", PASS, "一致"),
        ("0.346409", DOUBT, "按各校数据计算为 0.34641"),
        ("0.346411", DOUBT, "按各校数据计算为 0.34641"),
        ("0.34", DOUBT, "直接舍去了后面的位数"),
        ("0.5", DOUBT, "没有按在校生数加权，把大小学校同样看待"),
        ("0.7071", DOUBT, "标准差又除以了校数减一"),
        ("34.64", DOUBT, "填成了百分数"),
        ("0.12", DOUBT, "方差没有开平方"),
        ("0.2", DOUBT, "计算为 0.34641。"),
    ],
)
def test_a_claimed_coefficient_is_recomputed(
    concluded: Conclude, claimed: str, outcome: Outcome, words: str
) -> None:
    form = {"growth.claimed": Decimal(claimed)}
    (finding,) = concluded(CLAIMED, UNEQUAL, form=form).findings
    assert finding.outcome is outcome, finding.message
    assert words in finding.message


def test_a_claim_is_left_open_while_schools_are_missing(concluded: Conclude) -> None:
    form = {"growth.claimed": Decimal("0.2")}
    (finding,) = concluded(CLAIMED, UNEQUAL, form=form, absent=1).findings
    assert finding.outcome is OPEN
    assert "缺报的 1 所学校未计入" in finding.message


def test_without_a_claim_or_a_county_form_nothing_is_said(concluded: Conclude) -> None:
    assert concluded(CLAIMED, UNEQUAL).findings == ()
    assert concluded(CLAIMED, UNEQUAL, form={"staff.total": 1}).findings == ()


def test_a_claim_without_any_school_s_figures_stays_open(concluded: Conclude) -> None:
    form = {"growth.claimed": Decimal("0.2")}
    (finding,) = concluded(CLAIMED, with_pupils(10, 20), form=form).findings
    assert finding.outcome is OPEN
    assert "各校数据不全，无法核对" in finding.message


# -- 占比 --------------------------------------------------------------------------------------


def share(sign: str, value: str, part: str = "teachers.pe", whole: str = "students.total") -> str:
    return limit("SHARE", value) + rule(
        "share",
        f'part = "{part}"\n'
        + (f'whole = "{whole}"\n' if whole else "")
        + f'compare = "{sign}"\nthreshold = "SHARE"',
    )


@pytest.mark.parametrize(
    ("sign", "teachers", "outcome"),
    [
        ("<=", 4, PASS),
        ("<=", 5, PASS),
        ("<=", 6, UNMET),
        ("<", 4, PASS),
        ("<", 5, UNMET),
        (">=", 6, PASS),
        (">=", 5, PASS),
        (">=", 4, UNMET),
        (">", 6, PASS),
        (">", 5, UNMET),
        ("==", 5, PASS),
        ("==", 6, UNMET),
    ],
)
def test_a_share_of_five_per_cent(
    concluded: Conclude, sign: str, teachers: int, outcome: Outcome
) -> None:
    """So many of a hundred, all of them in one of two schools. Behind are the schools that have
    some where few are wanted, and those that have none where many are."""
    (finding,) = concluded(share(sign, "5"), [pe(60, teachers), pe(40, 0)]).findings
    assert (finding.outcome, finding.actual) == (outcome, f"{teachers}%")
    behind = {"<=": ("0",), "<": ("0",), "==": ("0",), ">=": ("1",), ">": ("1",)}[sign]
    assert finding.schools == (() if outcome is PASS else behind)


@pytest.mark.parametrize(
    ("sign", "value", "final"),
    [("<=", "0", True), ("<=", "1", False), (">=", "100", True), (">=", "99", False)],
)
def test_what_no_other_school_can_mend_is_final(
    concluded: Conclude, sign: str, value: str, final: bool
) -> None:
    (finding,) = concluded(share(sign, value), [pe(10, 5), pe(10, 5)], absent=1).findings
    assert (finding.outcome, finding.provisional) == (UNMET, not final)
    assert "缺报的 1 所学校未计入" in finding.message


def test_a_share_kept_is_never_final_while_schools_are_missing(concluded: Conclude) -> None:
    for sign, value, teachers in (("<=", "0", 0), (">=", "100", 10)):
        (finding,) = concluded(share(sign, value), [pe(10, teachers)], unread=1).findings
        assert (finding.outcome, finding.provisional) == (PASS, True)


def test_a_condition_counts_schools_and_nobody_gives_no_share(concluded: Conclude) -> None:
    body = share("<=", "50", "teachers.pe >= 3", "")
    (half,) = concluded(body, [pe(9, 3), pe(9, 2)]).findings
    assert (half.actual, half.outcome) == ("50%", PASS)
    (more,) = concluded(body, [pe(9, 3), pe(9, 4), pe(9, 2)]).findings
    assert (more.actual, more.outcome, more.schools) == ("66.67%", UNMET, ("0", "1"))
    assert concluded(share("<=", "5"), [pe(0, 0)]).findings == ()


@pytest.mark.parametrize(
    ("teachers", "actual", "outcome"),
    [((90, 90), "100%", PASS), ((90, 89), "50%", UNMET), ((91, 90), "100%", PASS)],
)
def test_schools_that_reach_a_limit_are_counted(
    concluded: Conclude, teachers: tuple[int, int], actual: str, outcome: Outcome
) -> None:
    body = (
        indicator('when = "students.total > 0"')
        + limit("ALL", "100")
        + rule("pass_share", 'of = ["TRY5"]\ncompare = ">="\nthreshold = "ALL"')
    )
    some = [pe(10, number) for number in teachers]
    (finding,) = concluded(body, some).findings
    assert (finding.actual, finding.outcome) == (actual, outcome)
    # to which it does not apply is not counted, whose figure is missing is named
    (same,) = concluded(body, [*some, pe(0, 0)]).findings
    assert (same.actual, same.not_measured) == (actual, ())
    (open_,) = concluded(body, [*some, *with_pupils(10)]).findings
    assert (open_.actual, open_.not_measured) == (actual, ("2",))


def test_a_whole_school_passes_only_on_all_its_stages(concluded: Conclude) -> None:
    body = indicator() + rule("pass_share", 'of = ["TRY5"]\nper = "submission"')
    both = {"school.type": "312", "teachers.pe@primary": 90}
    (good,) = concluded(body, [{**both, "teachers.pe@junior": 90}]).findings
    (bad,) = concluded(body, [{**both, "teachers.pe@junior": 89}]).findings
    assert (good.actual, bad.actual, good.stage) == ("100%", "0%", "")


@pytest.mark.parametrize(
    ("figure", "outcome"),
    [
        (19, PASS),
        (20, PASS),
        ("19.0", PASS),
        ("19.05", PASS),
        (21, FAIL),
        (18, FAIL),
        ("19.1", FAIL),
    ],
)
def test_shares_may_be_rounded_before_or_after_they_are_added(
    concluded: Conclude, figure: int | str, outcome: Outcome
) -> None:
    """Two schools of 9.5238 each: 19.05 together, 19 rounded, 20 of two tens; a room more is one
    too many."""
    keys = 'value = "students.total / 21"\nagainst = "teachers.full_time"\nunit = "间"\n'
    own = {"teachers.full_time@primary": Decimal(figure)}
    (finding,) = concluded(rule("total", keys, "hard"), with_pupils(200, 200), form=own).findings
    assert finding.outcome == outcome


# -- 汇总核对 ----------------------------------------------------------------------------------


def total(tolerance: str = "") -> str:
    known = limit("SLACK", tolerance, "人") if tolerance else ""
    keys = 'value = "students.total"\nagainst = "students.total"\nunit = "人"\n'
    return known + rule("total", keys + ('tolerance = "SLACK"' if tolerance else ""), "hard")


@pytest.mark.parametrize(
    ("tolerance", "figure", "outcome", "words"),
    [
        ("", 150, PASS, "一致"),
        ("", 151, FAIL, "各校合计少 1人"),
        ("", 149, FAIL, "各校合计多 1人"),
        ("2", 152, PASS, "一致"),
        ("2", 148, PASS, "一致"),
        ("2", 153, FAIL, "各校合计少 3人"),
        ("2", 147, FAIL, "各校合计多 3人"),
    ],
)
def test_a_sum_beside_the_county_s_own_figure(
    concluded: Conclude, tolerance: str, figure: int, outcome: Outcome, words: str
) -> None:
    own = {"students.total@primary": figure}
    (finding,) = concluded(total(tolerance), with_pupils(100, 50), form=own).findings
    assert (finding.outcome, finding.actual) == (outcome, "150人")
    assert words in finding.message


@pytest.mark.parametrize(
    ("figure", "outcome", "provisional"),
    [(149, FAIL, False), (150, PASS, True), (151, OPEN, True)],
)
def test_a_sum_while_a_school_is_missing(
    concluded: Conclude, figure: int, outcome: Outcome, provisional: bool
) -> None:
    """Too much is wrong already; too little may still come."""
    own = {"students.total@primary": figure}
    (finding,) = concluded(total(), with_pupils(100, 50), form=own, absent=1).findings
    assert (finding.outcome, finding.provisional) == (outcome, provisional)


def test_without_a_figure_of_the_county_nothing_is_compared(concluded: Conclude) -> None:
    assert concluded(total(), with_pupils(100, 50)).findings == ()
    assert concluded(total(), with_pupils(100, 50), form={"staff.total": 1}).findings == ()
    assert concluded(total(), [], form={"students.total@primary": 1}).findings == ()
    junior_only = {"school.type": "312", "students.total@junior": 5}
    assert concluded(total(), with_pupils(100), form=junior_only).findings == ()


# -- 离群: of 1, 2, 3, 4, 5 the middle half is 2 to 4; 2 more on either side is usual ------------


def outlier(reach: str = "1", fewest: str = "5") -> str:
    return (
        limit("REACH", reach, "倍")
        + limit("FEWEST", fewest, "所")
        + rule(
            "outlier",
            'numerator = "students.total"\nreach = "REACH"\nfewest = "FEWEST"\nunit = "人"',
            "soft",
        )
    )


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        # quartiles 20 and 40 (places 1 and 3 of five), width 20: from 0 to 60
        ((10, 20, 30, 40, 60), ()),
        ((10, 20, 30, 40, 61), ("4",)),
        ((0, 20, 30, 40, 50), ()),
        # quartiles 30 and 40, width 10: from 20 to 50
        ((20, 30, 35, 40, 50), ()),
        ((19, 30, 35, 40, 50), ("0",)),
        ((19, 30, 35, 40, 51), ("0", "4")),
        # no width: a tenth of the middle, 70, is taken: from 63 to 77
        ((63, 70, 70, 70, 77), ()),
        ((62, 70, 70, 70, 78), ("0", "4")),
        # four schools are too few
        ((10, 20, 30, 900), ()),
        # of six the quartiles lie between: places 1.25 and 3.75, 22.5 and 47.5, up to 72.5
        ((10, 20, 30, 40, 50, 72), ()),
        ((10, 20, 30, 40, 50, 73), ("5",)),
    ],
)
def test_a_school_just_beyond_what_is_usual(
    concluded: Conclude, numbers: tuple[int, ...], found: tuple[str, ...]
) -> None:
    findings = concluded(outlier(), with_pupils(*numbers)).findings
    assert tuple(each.schools[0] for each in findings) == found
    assert {each.outcome for each in findings} <= {DOUBT}
    for each in findings:
        low = each.schools == ("0",)
        assert ("远低于" in each.message) is low
        assert ("远高于" in each.message) is not low


def test_the_usual_is_said_with_its_unit(concluded: Conclude) -> None:
    (finding,) = concluded(outlier(), with_pupils(10, 20, 30, 40, 50, 73)).findings
    assert (finding.actual, finding.required) == ("73人", "22.5～47.5人")


def test_eight_schools_are_needed_where_nothing_else_is_said(concluded: Conclude) -> None:
    body = limit("REACH", "1", "倍") + rule(
        "outlier", 'numerator = "students.total"\nreach = "REACH"', "soft"
    )
    assert concluded(body, with_pupils(1, 2, 3, 4, 5, 6, 900)).findings == ()
    found = concluded(body, with_pupils(1, 2, 3, 4, 5, 6, 7, 900)).findings
    assert [each.schools for each in found] == [("7",)]


def levels(scale: str = "") -> str:
    return (
        limit("REACH", "1", "倍")
        + limit("FEWEST", "5", "所")
        + rule(
            "outlier",
            'numerator = "teachers.pe"\ndenominator = "students.total"\n'
            f'reach = "REACH"\nfewest = "FEWEST"\n{scale}',
            "soft",
        )
    )


def test_levels_stand_out_not_sizes(concluded: Conclude) -> None:
    """1, 2, 3, 4 and 7 to a pupil, in schools so large that one more or less does not matter. A
    school without pupils has no level."""
    some = [pe(300, 300), pe(600, 1200), pe(300, 900), pe(600, 2400), pe(300, 2100)]
    found = concluded(levels(), [*some, pe(0, 50)]).findings
    assert [(each.schools, each.actual) for each in found] == [(("4",), "7")]
    assert concluded(levels(), [*some[:4], pe(0, 50)]).findings == ()


@pytest.mark.parametrize(
    ("below", "above", "words"),
    [
        (99, 100, "在校生 100～299 人的多数学校（11～13）"),
        (299, 300, "在校生 300～999 人的多数学校（11～13）"),
        (999, 1000, "在校生 1000 人以上的多数学校（11～13）"),
    ],
)
def test_schools_are_compared_with_those_of_their_size(
    concluded: Conclude, below: int, above: int, words: str
) -> None:
    """20 is far from 10, 11, 12, 13, and usual among the smaller schools' 20 to 24."""
    some = [pe(above, above * level) for level in (10, 11, 12, 13, 20)]
    smaller = [pe(below, below * level) for level in (20, 21, 22, 23, 24)]
    (finding,) = concluded(levels(), [*some, *smaller]).findings
    assert (finding.schools, finding.actual) == (("4",), "20")
    assert f"远高于{words}" in finding.message
    # four of a size are too few: compared with all, nobody stands out
    assert concluded(levels(), [*some[1:], *smaller]).findings == ()


@pytest.mark.parametrize(
    ("pupils", "teachers", "told"),
    [
        # usual are 12 teachers: 2 x 3.46 + 1 = 7.9 more or less are chance
        (100, (10, 11, 12, 13, 19), False),
        (100, (10, 11, 12, 13, 20), True),
        # usual are 24: 32 is within 2 x 4.9 + 1 = 10.8, but of 200 pupils a level is a level
        (199, (20, 22, 24, 26, 32), False),
        (200, (20, 22, 24, 26, 32), True),
        (200, (20, 22, 24, 26, 30), False),
    ],
)
def test_a_few_things_more_in_a_small_school_are_chance(
    concluded: Conclude, pupils: int, teachers: tuple[int, ...], told: bool
) -> None:
    some = [pe(pupils, number) for number in teachers]
    found = concluded(levels("scale = 100"), some).findings
    assert [each.schools for each in found] == ([("4",)] if told else [])


# -- 同一批学生 --------------------------------------------------------------------------------


def cohort(fewest: str = "") -> str:
    known = limit("FEWEST", fewest, "人") if fewest else ""
    keys = 'value = "students.total"\nearlier = "students.boarders"\nwithin = "WITHIN"\n'
    return (
        limit("WITHIN", "10")
        + known
        + rule("cohort", keys + ('fewest = "FEWEST"' if fewest else ""), "soft")
    )


@pytest.mark.parametrize(
    ("now", "then", "fewest", "words"),
    [
        (110, 100, "", ""),
        (111, 100, "", "增加了 11%"),
        (90, 100, "", ""),
        (89, 100, "", "减少了 11%"),
        (100, 100, "", ""),
        (5, 0, "", ""),
        (0, 20, "20", "减少了 100%"),
        (0, 19, "20", ""),
        (0, 1, "", "减少了 100%"),
    ],
)
def test_the_same_pupils_a_year_on(
    concluded: Conclude, now: int, then: int, fewest: str, words: str
) -> None:
    last = [{"students.total@primary": 1, "students.boarders@primary": then}]
    found = concluded(
        cohort(fewest),
        [{"students.total@primary": now, "students.boarders@primary": 3}],
        last_year=last,
    ).findings
    assert [each.outcome for each in found] == ([DOUBT] if words else [])
    assert all(words in each.message for each in found)


def test_a_school_that_is_new_has_no_earlier_pupils(concluded: Conclude) -> None:
    now = [{"students.total@primary": 500, "students.boarders@primary": 3}]
    assert concluded(cohort(), now).findings == ()


# -- what is taken of one school ---------------------------------------------------------------


def test_exact_figures_are_taken_once_a_stage(measured: Callable[..., Measuring]) -> None:
    body = dispersion("0.5", more="scale = 0.5").replace('stages = ["primary"]\n', "")
    both = {"school.type": "312", **pe(10, 3), "students.total@junior": 20, "teachers.pe@junior": 7}
    assert measured(body, both).measures == (
        Measure("TRY1", "primary", "3/2", "10"),
        Measure("TRY1", "junior", "7/2", "20"),
    )
    (only,) = measured(dispersion("0.5"), both).measures
    assert only.stage == "primary"
    whole = dispersion("0.5", more='per = "submission"').replace('stages = ["primary"]\n', "")
    assert measured(whole, both).measures == (Measure("TRY1", "", "10", "30"),)


@pytest.mark.parametrize(
    "state", [FactState.UNREADABLE, FactState.ERROR, FactState.UNCOMPUTED, FactState.BLANK]
)
@pytest.mark.parametrize("field", ["students.total", "teachers.pe"])
def test_a_spoilt_figure_is_missing_not_none(
    measured: Callable[..., Measuring], field: str, state: FactState
) -> None:
    taken = measured(dispersion("0.5"), pe(10, 3), states={f"{field}@primary": state})
    assert taken.measures == ()
    (gap,) = taken.unmeasured
    assert (gap.rule, gap.stage) == ("TRY1", "primary")
    assert "（小学段）" in gap.missing


def test_to_whom_the_indicator_does_not_apply_is_not_compared(
    measured: Callable[..., Measuring],
) -> None:
    body = indicator('when = "students.total >= 100"') + dispersion(
        "0.5", more='indicator = "TRY5"\nwhen = "teachers.pe > 0"'
    )
    assert measured(body, pe(99, 3)) == Measuring((), (), ())
    assert measured(body, pe(100, 0)) == Measuring((), (), ())
    assert len(measured(body, pe(100, 1)).measures) == 1
