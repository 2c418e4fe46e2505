"""Values of a school as rules read them: stages, shares, last year, empty cells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.judging.form_values import Values
from checker.judging.unit import Unit
from checker.model.submission import FactRef, Submission
from checker.model.verdicts import Scope, UnitRef
from checker.rules.values import MissingInput, NotApplicable, RuleDefect, compare, kind_of

School = Callable[..., Submission]


def whole(submission: Submission, previous: Submission | None = None) -> Unit:
    last_year = Values(previous) if previous else None
    return Unit(Values(submission, last_year), UnitRef(Scope.SUBMISSION, "全校"))


def stage(submission: Submission, name: str, previous: Submission | None = None) -> Unit:
    last_year = Values(previous) if previous else None
    return Unit(Values(submission, last_year), UnitRef(Scope.STAGE, name, name))


def test_the_whole_is_the_sum_of_the_stages_and_what_they_share(school: School) -> None:
    facts = {
        "school.type": "312",
        "students.total@primary": 600,
        "students.total@junior": 400,
        "teachers.full_time@primary": 30,
        "teachers.full_time@junior": 20,
        "teachers.full_time@shared": 3,
    }
    unit = whole(school(facts))
    assert unit.number("teachers.full_time") == 53
    assert unit.number("students.total") == 1000
    assert unit.in_stage("students.total", "junior") == 400


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 10**6), st.integers(0, 10**6))
def test_shares_always_make_up_the_whole(
    school: School, primary: int, junior: int, own: int, shared: int
) -> None:
    """Whatever the numbers; nothing is lost or made by apportioning."""
    facts = {
        "school.type": "312",
        "students.total@primary": primary,
        "students.total@junior": junior,
        "area.teaching@primary": own,
        "area.teaching@shared": shared,
    }
    submission = school(facts)
    parts = [stage(submission, name).number("area.teaching") for name in ("primary", "junior")]
    assert sum(parts) == own + shared
    # the whole as well, though nothing stands under 初中段
    assert whole(submission).number("area.teaching") == own + shared
    if primary + junior:
        weighted = primary + Fraction("1.1") * junior
        assert parts[1] == shared * Fraction("1.1") * junior / weighted


def test_what_was_left_empty_is_missing_zero_or_optional(school: School) -> None:
    """As the field says."""
    unit = stage(school({"students.total@primary": 10}), "primary")
    with pytest.raises(MissingInput) as missing:
        unit.number("teachers.pe")
    assert missing.value.refs == (FactRef("teachers.pe", "primary"),)
    assert unit.number("students.boarders") == 0
    assert unit.number("teachers.pe", default=0) == 0
    with pytest.raises(NotApplicable, match="仪器设备值"):
        unit.number("equipment.value")
    assert not unit.given("students.boarders")
    assert unit.given("students.total")
    assert not unit.given("teachers.pe")
    assert not unit.given("no.such")
    with pytest.raises(RuleDefect, match=r"no\.such"):
        unit.value("no.such")
    with pytest.raises(RuleDefect, match="不是文字"):
        unit.text("students.total")


def test_last_year_comes_from_the_form_else_from_last_year_s_workbook(school: School) -> None:
    facts = {"staff.total": 45, "staff.total@whole.previous": 44, "teachers.pe@primary": 3}
    before = school({"staff.total": 1, "teachers.pe@primary": 2})
    assert whole(school(facts), before).previous("staff.total") == 44
    assert stage(school(facts), "primary", before).previous("teachers.pe") == 2
    with pytest.raises(NotApplicable, match="上年数"):
        stage(school(facts), "primary").previous("teachers.pe")


def test_a_stage_without_a_column_of_its_own_reads_the_whole_figure(school: School) -> None:
    unit = stage(school({"staff.total": 45}), "primary")
    assert unit.number("staff.total") == 45
    assert unit.refs("staff.total") == (FactRef("staff.total", "whole"),)


def test_a_mark_goes_where_the_figure_was_typed(school: School) -> None:
    """Into 共用 when the stage's own cell is empty."""
    facts = {"school.type": "211", "teachers.full_time@shared": 9, "students.total@primary": 90}
    assert stage(school(facts), "primary").refs("teachers.full_time") == (
        FactRef("teachers.full_time", "shared"),
    )


def test_rows_read_their_own_cells_and_the_school_s(school: School) -> None:
    rows = [{"use": "音乐", "area": 96}, {"use": "美术", "area": 73, "year": 2012}]
    unit = whole(school({"staff.total": 45}, {"rooms": rows}))
    first, second = unit.rows("rooms")
    assert (first.label, first.text("rooms.use"), first.number("rooms.area")) == (
        "专用教室第1行",
        "音乐",
        96,
    )
    assert second.number("staff.total") == 45
    assert second.refs("rooms.year") == (FactRef("rooms.year", "", 2),)
    with pytest.raises(NotApplicable):
        first.number("rooms.year")


def test_what_cannot_be_compared_is_named_by_kind() -> None:
    day, number = date(2026, 9, 1), Fraction(1)
    assert [kind_of(each) for each in (True, number, day, "一")] == [
        "是/否",
        "数字",
        "日期",
        "文字",
    ]
    assert compare("<=", day, day)
    assert not compare("<", day, day)
    for sign, one, other, words in (
        ("<", day, number, "日期和数字不能比较"),
        ("==", "一", number, "文字和数字不能比较"),
        ("<", "一", "二", "文字不能比大小"),
        (">", True, False, "是/否不能比大小"),
    ):
        with pytest.raises(RuleDefect, match=words):
            compare(sign, one, other)
