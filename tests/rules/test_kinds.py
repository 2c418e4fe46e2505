"""Each kind of rule on a small school: what the clerk reads, what is marked, what is missing."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from checker.judging.kinds.codes import id_card_problem, uscc_problem
from checker.model.report import Report
from checker.model.submission import FactRef
from checker.model.verdicts import Outcome, Quantity, Verdict

Only = Callable[..., Verdict]
Judged = Callable[..., Report]


def rule(kind: str, keys: str, scope: str = "submission", severity: str = "hard") -> str:
    """One rule TRY1 of a kind."""
    return f"""
[[rules]]
id = "TRY1"
kind = "{kind}"
title = "试题"
severity = "{severity}"
templates = ["small"]
scope = "{scope}"
{keys}
"""


RATIO = """
[[thresholds]]
id = "TRY1"
unit = "人"
values = { primary = 0.9, junior = 0.9 }
""" + rule(
    "indicator",
    """
numerator = "teachers.pe"
denominator = "students.total"
scale = 100
unit = "人"
compare = ">="
threshold = "TRY1"
gap = { unit = "名", noun = "体育教师", whole = true }
""",
    "stage",
)


def test_an_indicator_that_fails_says_how_many_people_are_missing(only: Only) -> None:
    """来安 小学: 190 of 21803 pupils; 6.227 are missing, so 7."""
    verdict = only(RATIO, {"students.total@primary": 21803, "teachers.pe@primary": 190})
    assert verdict.outcome is Outcome.FAIL
    assert str(verdict.actual) == "0.87人"
    assert verdict.required is not None
    assert verdict.required.text == "≥ 0.9人"
    assert str(verdict.gap) == "缺 7 名体育教师"
    assert verdict.gap is not None
    assert verdict.gap.exact == Fraction("6.227")
    assert verdict.at == (FactRef("teachers.pe", "primary"),)
    assert verdict.unit.label == "小学段"


def test_a_rounded_figure_does_not_make_an_indicator_pass(only: Only) -> None:
    """8.999 of 1000 shows as 0.9 but is below: said as 临界值."""
    verdict = only(RATIO, {"students.total@primary": 10001, "teachers.pe@primary": 90})
    assert verdict.outcome is Outcome.FAIL
    assert str(verdict.actual) == "0.8999人", "enough digits to see that it is below 0.9"
    assert verdict.borderline
    assert "临界值：未四舍五入为 0.899" in verdict.message


def test_no_pupils_no_ratio(only: Only) -> None:
    """A zero denominator is 不适用, never 0 and never a crash."""
    verdict = only(RATIO, {"students.total@primary": 0, "teachers.pe@primary": 3})
    assert verdict.outcome is Outcome.NOT_APPLICABLE
    assert "“在校学生数”为 0" in verdict.message


def test_what_is_missing_is_named(only: Only) -> None:
    """缺数据 with the label and the column."""
    verdict = only(RATIO, {"students.total@primary": 500})
    assert verdict.outcome is Outcome.INCOMPLETE
    assert verdict.message == "缺少“体育专任教师”（小学段），暂不能判断。"
    assert verdict.at == (FactRef("teachers.pe", "primary"),)


def test_pupils_per_teacher_may_lack_in_the_denominator(only: Only) -> None:
    """1:19 is compared by dividing; what is missing is staff, rounded up."""
    body = """
[[thresholds]]
id = "TRY1"
unit = "人"
value = 19
""" + rule(
        "indicator",
        """
numerator = "students.total"
denominator = "staff.total"
unit = "人"
compare = "<="
threshold = "TRY1"
gap = { unit = "名", noun = "教职工", of = "denominator" }
""",
    )
    verdict = only(body, {"students.total@primary": 5230, "staff.total": 200})
    assert str(verdict.gap) == "缺 76 名教职工"  # 5230 / 19 = 275.26
    passing = only(body, {"students.total@primary": 3800, "staff.total": 200})
    assert passing.outcome is Outcome.PASS


def test_a_relation_says_both_sides(only: Only) -> None:
    """Part and whole, by their labels, with the difference."""
    body = rule("relation", 'check = "teachers.full_time <= staff.total"')
    verdict = only(body, {"teachers.full_time@primary": 47, "staff.total": 45})
    assert verdict.message == "“专任教师”（47人）应不大于“教职工数”（45人），超出 2 人。"
    assert str(verdict.gap) == "超出 2 人"
    assert [str(ref) for ref in verdict.at] == ["teachers.full_time@primary", "staff.total@whole"]
    assert verdict.key == "TRY1@teachers.full_time@primary"


def test_of_joined_conditions_the_one_that_fails_is_told(only: Only) -> None:
    """Not the whole expression: the part that is wrong."""
    body = rule("relation", 'check = "staff.total > 0 and teachers.full_time <= staff.total"')
    verdict = only(body, {"teachers.full_time@primary": 3, "staff.total": 0})
    assert verdict.message == "“教职工数”（0人）应大于0人，缺 1 人。"
    assert verdict.gap is not None
    assert str(verdict.gap) == "缺 1 人"


def test_a_flag_is_told_as_yes_and_no(only: Only) -> None:
    body = rule("relation", 'check = "safety.alarm"')
    verdict = only(body, {"safety.alarm": False})
    assert verdict.message == "“一键式报警”应为“是”，现在是“否”。"
    assert only(body, {"safety.alarm": True}).outcome is Outcome.PASS


def test_an_own_message_is_filled_in(only: Only) -> None:
    body = rule(
        "relation",
        'check = "teachers.full_time <= staff.total"\n'
        'message = "专任{teachers.full_time}，教职工{staff.total}，每人{students.total / '
        'staff.total:1}名学生，{gap}。"',
    )
    facts = {"teachers.full_time@primary": 3, "staff.total": 2, "students.total@primary": 33}
    assert only(body, facts).message == "专任3人，教职工2人，每人16.5名学生，超出 1 人。"


def test_a_total_lists_its_parts(only: Only) -> None:
    body = rule("sum", 'total = "staff.total"\nparts = ["teachers.full_time", "teachers.pe"]')
    facts = {"staff.total": 45, "teachers.full_time@primary": 40, "teachers.pe@primary": 7}
    verdict = only(body, facts)
    assert verdict.message == (
        "“教职工数”为 45人，各部分之和为 47人（专任教师 40 + 体育专任教师 7），相差 2人。"
    )
    assert len(verdict.at) == 3


def test_a_total_of_rounded_parts_may_be_off_by_the_tolerance(only: Only) -> None:
    body = """
[[thresholds]]
id = "TRY2"
unit = "人"
value = 2
""" + rule(
        "sum",
        'total = "staff.total"\nparts = ["teachers.full_time", "teachers.pe"]\ntolerance = "TRY2"',
    )
    facts = {"staff.total": 45, "teachers.full_time@primary": 40, "teachers.pe@primary": 7}
    assert only(body, facts).outcome is Outcome.PASS


def test_every_part_is_judged_by_itself(judged: Judged) -> None:
    """One part too large, one missing, one right."""
    body = rule(
        "subset",
        'whole = "staff.total"\nparts = ["teachers.full_time", "teachers.pe", "students.boarders"]',
    )
    report = judged(body, {"staff.total": 45, "teachers.full_time@primary": 47})
    assert [verdict.outcome for verdict in report.verdicts] == [
        Outcome.FAIL,
        Outcome.INCOMPLETE,
        Outcome.PASS,
    ]
    assert report.verdicts[0].at == (FactRef("teachers.full_time", "primary"),)


def test_a_code_outside_the_list_is_told_the_list(only: Only) -> None:
    body = rule("code", 'field = "school.type"\nlist = "school_type"')
    verdict = only(body, {"school.type": "999"})
    assert "代码表中没有这一项，应为：211 小学、312 九年一贯制学校" in verdict.message
    assert only(body, {"school.type": "211"}).outcome is Outcome.PASS


def test_a_pattern_must_match_from_end_to_end(only: Only) -> None:
    body = rule("pattern", "field = 'school.code'\npattern = '[0-9]{10}'\nform = '10位数字'")
    assert only(body, {"school.code": "2136000501"}).outcome is Outcome.PASS
    verdict = only(body, {"school.code": "2136000501x"})
    assert verdict.message == "“标识码”填的是“2136000501x”，应为10位数字。"


def test_check_digits_of_published_samples() -> None:
    """G-50, and the samples of GB 11643."""
    assert uscc_problem("91350100M000100Y43") is None
    assert uscc_problem("91350100M000100Y44") == "最后一位校验码应为 3，请核对每一位"
    assert uscc_problem("91350100M000100Y4Z") is not None
    assert uscc_problem("9135") == "应为 18 位，现在是 4 位"
    assert id_card_problem("11010519491231002X") is None
    assert id_card_problem("440524188001010014") is None
    assert id_card_problem("440524188001010013") == "最后一位校验码应为 4，请核对每一位"
    assert "不是出生日期" in (id_card_problem("440524188013010014") or "")


def test_a_check_digit_rule_says_what_is_wrong(only: Only) -> None:
    body = rule("check_digit", 'field = "school.credit_code"\nalgorithm = "uscc"')
    verdict = only(body, {"school.credit_code": "91350100M000100Y44"})
    assert "最后一位校验码应为 3" in verdict.message
    assert only(body, {}).outcome is Outcome.NOT_APPLICABLE


def test_a_range_names_both_limits(only: Only) -> None:
    body = """
[[thresholds]]
id = "LOW"
unit = "人"
value = 10

[[thresholds]]
id = "HIGH"
unit = "人"
value = 60
""" + rule("range", 'value = "students.total"\nminimum = "LOW"\nmaximum = "HIGH"')
    assert only(body, {"students.total@primary": 45}).outcome is Outcome.PASS
    verdict = only(body, {"students.total@primary": 61})
    assert verdict.message == "“在校学生数”为 61人，应在 10人 至 60人 之间。"


GROWTH = rule(
    "growth",
    """
current = "money.budget"
previous = "previous(money.budget)"
claimed = "growth.claimed"
""",
)


@pytest.mark.parametrize(
    ("now", "before", "claimed", "outcome", "words"),
    [
        # 红谷滩: divided by the current year
        (77673, 63787, "17.88", Outcome.FAIL, "误以本期为基数"),
        (77673, 63787, "21.77", Outcome.PASS, "一致"),
        (14652, "14472.56", "1.24", Outcome.PASS, "一致"),
        (16123, "15697.66", "2.71", Outcome.PASS, "一致"),
        (19453, "18895.57", "2.95", Outcome.PASS, "一致"),
        (77673, 63787, "21.8", Outcome.PASS, "一致"),  # rounded to what was shown
        (77673, 63787, "30", Outcome.FAIL, "应为 21.77%"),
    ],
)
def test_a_claimed_growth_rate_is_recomputed_by_the_earlier_year(
    only: Only, now: int, before: object, claimed: str, outcome: Outcome, words: str
) -> None:
    """And the classic mistake, dividing by this year, is recognised."""
    from decimal import Decimal

    facts = {
        "money.budget": now,
        "money.budget@whole.previous": Decimal(str(before)),
        "growth.claimed": Decimal(claimed),
    }
    verdict = only(GROWTH, facts)
    assert verdict.outcome is outcome
    assert words in verdict.message
    assert ("误以本期为基数" in verdict.message) == (claimed == "17.88")


def test_growth_from_nothing_is_not_a_rate(only: Only) -> None:
    facts = {"money.budget": 5, "money.budget@whole.previous": 0, "growth.claimed": 3}
    assert only(GROWTH, facts).outcome is Outcome.NOT_APPLICABLE


def test_this_year_against_the_form_s_own_figure_of_last_year(only: Only) -> None:
    body = rule("year_on_year", 'field = "money.budget"\ncompare = ">="')
    facts = {"money.budget": 90, "money.budget@whole.previous": 100}
    verdict = only(body, facts)
    assert verdict.message == "“公用经费”（90元）应不小于上年数（100元），现在比上年减少 10元。"


def test_without_such_a_figure_last_year_s_workbook_is_asked(only: Only) -> None:
    """And without a workbook the rule does not apply."""
    body = rule("year_on_year", 'field = "teachers.pe"\ncompare = ">="', "stage")
    assert only(body, {"teachers.pe@primary": 3}).outcome is Outcome.NOT_APPLICABLE
    verdict = only(body, {"teachers.pe@primary": 3}, previous={"teachers.pe@primary": 4})
    assert verdict.outcome is Outcome.FAIL


def test_a_jump_beyond_the_usual_is_asked_about(only: Only) -> None:
    body = """
[[thresholds]]
id = "JUMP"
unit = "%"
value = 30
""" + rule(
        "year_on_year",
        'field = "money.budget"\ncompare = "=="\nwithin = "JUMP"',
        severity="soft",
    )
    facts = {"money.budget": 135, "money.budget@whole.previous": 100}
    verdict = only(body, facts)
    assert verdict.outcome is Outcome.DOUBT
    assert "增加 35%，超过了 30%" in verdict.message


def test_rows_that_repeat_are_named(judged: Judged) -> None:
    body = rule("unique", 'table = "rooms"\ncolumns = ["use", "area"]')
    rows = [{"use": "音乐", "area": 96}, {"use": "美术", "area": 90}, {"use": "音乐", "area": 96}]
    (verdict,) = judged(body, {}, {"rooms": rows}).verdicts
    assert verdict.message == "专用教室第3行的用途、面积“音乐、96”与第1行重复。"
    assert verdict.at[0] == FactRef("rooms.use", "", 3)


def test_a_row_rule_is_asked_of_every_row(judged: Judged) -> None:
    body = rule("relation", 'table = "rooms"\ncheck = "rooms.area >= 90"', "row")
    rows = [{"use": "音乐", "area": 96}, {"use": "美术", "area": 73}, {"use": "舞蹈"}]
    report = judged(body, {}, {"rooms": rows})
    assert [verdict.outcome for verdict in report.verdicts] == [
        Outcome.PASS,
        Outcome.FAIL,
        Outcome.INCOMPLETE,
    ]
    assert report.verdicts[1].unit.label == "专用教室第2行"
    assert report.verdicts[1].key == "TRY1@rooms.area@2"


def test_counting_rows_marks_those_that_were_counted(only: Only) -> None:
    body = rule("relation", 'check = "count(rooms, rooms.area < 90) == 0"')
    rows = [{"use": "音乐", "area": 96}, {"use": "美术", "area": 73}]
    verdict = only(body, {}, {"rooms": rows})
    assert verdict.at == (FactRef("rooms.area", "", 2),)


COMPOSITE = """
[[thresholds]]
id = "LIMIT"
unit = "人"
value = 100

[[thresholds]]
id = "COUNT"
unit = "项"
value = 2

[[thresholds]]
id = "FLOOR"
unit = "%"
value = 85

[[rules]]
id = "TRY9"
kind = "composite"
title = "综合"
severity = "hard"
templates = ["small"]
of = ["TRY1", "TRY2", "TRY3"]
at_least = "COUNT"
floor = "FLOOR"
""" + "".join(
    f"""
[[rules]]
id = "TRY{number}"
kind = "indicator"
title = "第{number}项"
severity = "hard"
templates = ["small"]
numerator = "{field}"
unit = "人"
compare = ">="
threshold = "LIMIT"
"""
    for number, field in ((1, "staff.total"), (2, "students.total"), (3, "teachers.pe"))
)


@pytest.mark.parametrize(
    ("values", "outcome", "words"),
    [
        ((100, 100, 100), Outcome.PASS, "3 项达标"),
        ((100, 100, 85), Outcome.PASS, "2 项达标"),
        ((100, 100, 84), Outcome.FAIL, "1 项低于限值的 85%"),
        ((100, 99, 99), Outcome.FAIL, "未达标：第2项（99人，为限值的 99%）"),
        ((100, 100, None), Outcome.INCOMPLETE, "2 项达标、1 项缺数据"),
        ((84, 100, None), Outcome.FAIL, "1 项低于"),
    ],
)
def test_so_many_of_several_and_none_too_far_off(
    judged: Judged, values: tuple[int | None, ...], outcome: Outcome, words: str
) -> None:
    """Exactly at the floor is enough; what is missing only matters while it could decide."""
    names = ("staff.total", "students.total@primary", "teachers.pe@primary")
    facts = {name: value for name, value in zip(names, values, strict=True) if value is not None}
    report = judged(COMPOSITE, facts)
    assert report.errors == ()
    verdict = next(each for each in report.verdicts if each.rule == "TRY9")
    assert verdict.outcome is outcome
    assert words in verdict.message


def test_a_composite_that_needs_itself_is_an_error_not_a_hang(judged: Judged) -> None:
    body = COMPOSITE.replace('of = ["TRY1", "TRY2", "TRY3"]', 'of = ["TRY9", "TRY1"]')
    report = judged(body, {"staff.total": 100})
    assert [error.rule for error in report.errors] == ["TRY9"]
    assert "自己" in report.errors[0].message


def test_rows_may_belong_to_a_stage(judged: Judged) -> None:
    """``stage_of`` lets one row rule take each stage's own limit."""
    body = """
[[thresholds]]
id = "SIZE"
unit = "㎡"
values = { primary = 73, junior = 90 }
""" + rule(
        "relation",
        'table = "rooms"\ncheck = "rooms.area >= threshold(\'SIZE\')"\n'
        'stage_of = { column = "rooms.use", stages = { primary = ["小音"], junior = ["初音"] } }',
        "row",
    )
    rows = [{"use": "小音", "area": 80}, {"use": "初音", "area": 80}, {"use": "别的", "area": 1}]
    facts = {"school.type": "312"}
    report = judged(body, facts, {"rooms": rows})
    assert [verdict.outcome for verdict in report.verdicts] == [
        Outcome.PASS,
        Outcome.FAIL,
        Outcome.NOT_APPLICABLE,
    ]


def test_quantities_stay_exact(only: Only) -> None:
    """A third is a third."""
    verdict = only(RATIO, {"students.total@primary": 300, "teachers.pe@primary": 1})
    assert isinstance(verdict.actual, Quantity)
    assert verdict.actual.value == Fraction(1, 3)
