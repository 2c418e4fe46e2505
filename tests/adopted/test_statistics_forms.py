"""A 九年一贯制学校 hands in what the statistics system exported: two printings of the form of
teachers, the building form of 2021, cells by the addresses that are known of it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.adopted import own_forms as forms
from tests.adopted.statistics_forms import KIND, nine_year_school
from tests.adopted.test_changed_layouts import share_read

from checker.forms.recognition import recognise
from checker.model.snapshot import Snapshot
from checker.model.submission import FactRef, FactState
from checker.model.template import Template
from checker.session import Session

CELLS = {
    ("students.total", "primary"): ("教基3112", "G6", 600),
    ("students.grade6", "primary"): ("教基3112", "M6", 110),
    ("students.total", "junior"): ("教基3115", "E6", 300),
    ("teachers.pe", "primary"): ("教基4155", "L6", 2),
    ("teachers.fine_arts", "primary"): ("教基4155", "P6", 3),
    ("teachers.bachelor", "junior"): ("教基4156", "E5", 25),
    ("area.teaching", "shared"): ("教基5170", "C10", 6000),
    ("area.indoor_sports", "shared"): ("教基5170", "C17", 1000),
    ("area.sports_ground", "shared"): ("教基5176", "D7", 9000),
    ("rooms.multimedia", "shared"): ("教基5176", "D17", 24),
    ("equipment.value", "shared"): ("教基5176", "D19", 250),
}


def with_value(snapshot: Snapshot, form: str, a1: str, value: object) -> Snapshot:
    title = f"{form}_{KIND}"
    one = Snapshot(snapshot.name, {title: snapshot.sheets[title]})
    return forms.with_sheet(snapshot, title, forms.with_cells(one, {a1: value}).sheets[title])


def test_every_cell_is_the_one_that_is_meant(own: Session) -> None:
    submission = own.bind(nine_year_school())
    assert submission.template.id == "school_statistics"
    assert submission.stages == ("primary", "junior")
    read = {
        (field, column): (
            str(fact.cell).replace(f"_{KIND}!", " ").split()[0],
            fact.cell.a1 if fact.cell else "",
            fact.value,
        )
        for field, column in CELLS
        for fact in [submission.fact(FactRef(field, column))]
    }
    assert read == CELLS
    assert not submission.problems
    assert "buildings" in submission.not_handed_in


def test_the_correct_school_is_silent_and_its_indicators_are_judged(own: Session) -> None:
    school = nine_year_school()
    assert forms.findings(own, school) == ()
    said = {
        (verdict.rule, verdict.unit.stage): verdict.outcome.value
        for verdict in own.judge(own.bind(school)).verdicts
    }
    for rule in ("RES4", "RES5", "RES6", "RES7", "STX23"):
        assert said[rule, "primary"] == said[rule, "junior"] == "pass", rule
    assert said["STX22", "junior"] == "pass"


@pytest.mark.parametrize(
    ("form", "a1", "value", "told"),
    [
        ("教基3112", "M6", 111.0, {("STX5", "G6")}),
        ("教基3112", "M6", 109.0, {("STX1", "G6")}),
        ("教基3112", "G7", 601.0, {("STX4", "G7")}),
        ("教基3112", "D6", 98.0, {("STX9", "D6"), ("STX10", "F6")}),
        ("教基4156", "E5", 26.0, {("STX6", "C5")}),
        ("教基5176", "D7", 5000.0, {("RES5", "D7")}),
        ("教基5176", "D19", 180.0, {("RES6", "D19")}),
    ],
)
def test_what_was_planted_is_found_at_its_cell(
    own: Session, form: str, a1: str, value: object, told: set[tuple[str, str]]
) -> None:
    found = forms.findings(own, with_value(nine_year_school(), form, a1, value))
    assert {(item.rule, item.cell) for item in found} == told
    assert all(item.sheet.startswith(form) for item in found)


def test_what_is_read_after_any_change_is_right_or_not_read(own: Session) -> None:
    original = nine_year_school()
    template = recognise(original, own.templates)
    assert isinstance(template, Template)
    assert share_read(original, template, seeds=60) > 0.8


@pytest.mark.parametrize("form", ["教基5170", "教基5176", "教基4155"])
def test_a_column_or_a_row_more_leaves_a_cell_of_known_address_alone(
    own: Session, form: str
) -> None:
    """An address means something only where everything before it is as it was."""
    original = nine_year_school()
    title = f"{form}_{KIND}"
    sheet = original.sheets[title]
    names = [key for key, (where, *_) in CELLS.items() if where == form]
    for changed in (
        *(forms.column_inserted(sheet, at) for at in (1, 2, 3, 4)),
        *(forms.row_inserted(sheet, at) for at in (3, 5, 6)),
        forms.columns_swapped(sheet, 3, 4),
    ):
        submission = own.bind(forms.with_sheet(original, title, changed))
        for name in names:
            fact = submission.fact(FactRef(*name))
            assert fact.state is FactState.UNBOUND or fact.value == CELLS[name][2], name


def test_a_school_without_a_form_is_judged_by_the_others(own: Session) -> None:
    """Without 教基5176 nothing is said of grounds and equipment; of the rest it is."""
    school = nine_year_school()
    without = replace(
        school, sheets={title: each for title, each in school.sheets.items() if "5176" not in title}
    )
    submission = own.bind(without)
    assert submission.template.id == "school_statistics" and not submission.problems
    said = {each.rule: each.outcome.value for each in own.judge(submission).verdicts}
    assert said["RES4"] == "pass" and said["RES6"] == "incomplete"


def test_a_form_whose_number_is_not_printed_is_not_that_form(own: Session) -> None:
    school = nine_year_school()
    changed = with_value(school, "教基5176", "A2", "表号：教基5177")
    fact = own.bind(changed).fact(FactRef("equipment.value", "shared"))
    assert fact.state is FactState.UNBOUND
