"""FORM023: a typed 上年数 beside what last year's workbook says of the same field and stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from msgspec.structs import replace

from checker.authoring.examples import form_with
from checker.forms.registry import choose, installed_templates
from checker.judging.engine import judge
from checker.model.rules import Plain
from checker.model.submission import Explanation, FactRef, Submission
from checker.model.template import Template
from checker.model.verdicts import Outcome, Verdict
from checker.plugins.loading import load_plugins
from checker.rules.profiles import build

Facts = Mapping[str, Plain]
HEAD: Facts = {"school.type": "312", "school.code": "2136000001"}


@pytest.fixture(scope="module")
def form() -> Template:
    """The real form of a school."""
    return choose(installed_templates(), "compulsory_school").template


@pytest.fixture(scope="module")
def found(form: Template) -> Callable[..., tuple[Verdict, ...]]:
    """FORM023's verdicts on this year's facts beside last year's."""
    ruleset = load_plugins().ruleset.select(["FORM023"])

    def run(
        now: Facts,
        then: Facts | None,
        last_form: Template = form,
        explained: str = "",
    ) -> tuple[Verdict, ...]:
        this_year = form_with(form, {**HEAD, **now}, {}, None)
        if explained:
            told = {explained: Explanation(explained, "上年的表报错了。", 2)}
            this_year = replace(this_year, explanations=told)
        last_year: Submission | None = None
        if then is not None:
            last_year = form_with(last_form, {**HEAD, **then}, {}, None)
        report = judge(this_year, ruleset, build(ruleset.thresholds), last_year)
        assert report.errors == ()
        return tuple(item for item in report.verdicts if item.rule == "FORM023")

    return run


Found = Callable[..., tuple[Verdict, ...]]


def test_one_finding_per_field_and_stage_that_differs_at_its_cell(found: Found) -> None:
    """Both numbers are named; the figures that agree are not."""
    now = {
        "students.total@primary.previous": 1301,
        "students.total@junior.previous": 420,
        "staff.total@whole.previous": 96,
        "area.land@whole.previous": Decimal("12000.50"),
    }
    then = {
        "students.total@primary": 1310,
        "students.total@junior": 420,
        "staff.total": 95,
        "area.land": Decimal("12000.5"),
    }
    pupils, staff = found(now, then)
    assert pupils.outcome is Outcome.DOUBT and staff.outcome is Outcome.DOUBT
    assert pupils.at == (FactRef("students.total", "primary.previous"),)
    assert staff.at == (FactRef("staff.total", "whole.previous"),)
    assert pupils.unit.label == "小学段"
    assert "1301人" in pupils.message and "1310人" in pupils.message
    assert "小学段上年数" in pupils.message and "在校学生数" in pupils.message
    assert "96人" in staff.message and "95人" in staff.message


def test_a_hair_s_breadth_is_a_difference(found: Found) -> None:
    """Exact decimals: what looks equal when it is shown is told apart."""
    (land,) = found(
        {"area.land@whole.previous": Decimal("12000.51")}, {"area.land": Decimal("12000.5")}
    )
    assert land.actual is not None and land.actual.value == Fraction("12000.51")
    assert "12000.51㎡" in land.message and "12000.5㎡" in land.message
    (buses,) = found({"safety.buses@whole.previous": 0}, {"safety.buses": 3})
    assert "0辆" in buses.message and "3辆" in buses.message


@pytest.mark.parametrize("then", [None, {}, {"students.total@junior": 99}])
def test_nothing_is_said_where_last_year_says_nothing(found: Found, then: Facts | None) -> None:
    """No workbook, a blank one, another stage only. An empty cell that may count as 0, too."""
    now = {"students.total@primary.previous": 1301, "safety.buses@whole.previous": 2}
    assert found(now, then) == ()


def test_an_empty_last_years_figure_of_this_year_is_no_difference(found: Found) -> None:
    assert found({"students.total@primary": 5}, {"students.total@primary": 1310}) == ()


def test_another_unit_or_a_field_last_years_form_did_not_have(found: Found, form: Template) -> None:
    """元 is not held against 万元."""

    def changed(unit: str | None) -> Template:
        sheets = tuple(
            replace(
                sheet,
                fields=tuple(
                    replace(field, unit=unit or field.unit)
                    for field in sheet.fields
                    if unit is not None or field.id != "money.income"
                ),
            )
            for sheet in form.sheets
        )
        return replace(form, sheets=sheets)

    now = {"money.income@whole.previous": 1_230_000}
    assert len(found(now, {"money.income": 123})) == 1
    assert found(now, {"money.income": 123}, changed("万元")) == ()
    assert found(now, {}, changed(None)) == ()


def test_what_both_stages_shared_last_year_may_be_counted_in_or_not(
    found: Found, form: Template
) -> None:
    """18 of its own and 4 under 共用: anything from 18 to 22 agrees, nothing else does."""
    sheets = tuple(
        replace(
            sheet,
            fields=tuple(
                replace(field, columns=(*field.columns, "shared"))
                if field.id == "teachers.full_time"
                else field
                for field in sheet.fields
            ),
        )
        for sheet in form.sheets
    )
    older = replace(form, sheets=sheets)
    then = {"teachers.full_time@primary": 18, "teachers.full_time@shared": 4}
    for typed, agrees in ((17, False), (18, True), (20, True), (22, True), (23, False)):
        told = found({"teachers.full_time@primary.previous": typed}, then, older)
        assert (told == ()) is agrees, typed
        if told:
            assert "18人，另有共用 4人" in told[0].message


def test_an_explanation_settles_it(found: Found) -> None:
    key = "FORM023@staff.total@whole.previous"
    now, then = {"staff.total@whole.previous": 96}, {"staff.total": 95}
    (verdict,) = found(now, then)
    assert verdict.key == key
    (told,) = found(now, then, explained=key)
    assert told.outcome is Outcome.EXPLAINED
