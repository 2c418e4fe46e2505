"""What was learnt of one workbook never changes what is read from another one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.model.submission import FactRef, Submission
from checker.model.template import Field, FieldType, Template
from checker.templates import field_plans
from checker.templates.binding import bind
from checker.templates.code_lists import CodeList
from checker.templates.known_values import KEPT_VALUES, EntryReader
from checker.templates.normalise import normalise

Change = Callable[..., Snapshot]


@pytest.fixture
def afresh(monkeypatch: pytest.MonkeyPatch) -> Callable[[Snapshot, Template], Submission]:
    """Binds as the first workbook of a new process is bound."""

    def read(snapshot: Snapshot, template: Template) -> Submission:
        with monkeypatch.context() as patch:
            patch.setattr(field_plans, "_memories", {})
            return bind(snapshot, template)

    return read


@pytest.fixture(scope="module")
def edited(
    snapshot: Snapshot, typed: Change, moved: Change, without_names: Change, renamed: Change
) -> dict[str, Snapshot]:
    """The same workbook after what clerks do to workbooks."""
    wrong_place = {
        **snapshot.names,
        "F_teachers_full_time__primary": snapshot.names["F_teachers_full_time__junior"],
    }
    return {
        "as handed out": snapshot,
        "row inserted": moved(snapshot, "教师", row=10),
        "row inserted, names left behind": moved(snapshot, "教师", row=10, with_names=False),
        "column inserted": moved(snapshot, "教师", column=5),
        "first column inserted": moved(snapshot, "基本情况", column=1),
        "sheet renamed": renamed(snapshot, "教师", "教师情况"),
        "all names gone": without_names(snapshot, lambda name: True),
        "some names gone": without_names(snapshot, lambda name: "teachers" in name),
        "names lost": without_names(snapshot, lambda name: "teachers" in name, lost=True),
        "a name elsewhere": Snapshot(
            snapshot.name, snapshot.sheets, wrong_place, snapshot.properties
        ),
        "row code gone": typed({"教师!B9": ""}),
        "row code twice": typed({"教师!B9": "01"}),
        "row code as a number": typed({"教师!B9": 3.0}),
        "row code as a truth value": typed({"教师!B7": True}),
        "row code as a decimal": typed({"教师!B7": Decimal(1)}),
        "header gone": typed({"教师!D4": "", "教师!D6": "", "教师!D5": ""}),
        "label changed": typed({"教师!A9": "另一个名称"}),
        "nothing typed": typed({f"教师!D{row}": "" for row in range(7, 30)}),
        "zero": typed({"教师!D7": 0.0, "教师!D8": -0.0}),
        "negative zero": typed({"教师!D7": -0.0, "教师!D8": 0.0}),
        "true": typed({"教师!D7": True, "教师!D8": 1.0}),
        "one": typed({"教师!D7": 1.0, "教师!D8": True}),
        "text": typed({"教师!D7": "1", "教师!D8": "45人", "教师!D9": "０"}),
    }


def test_a_workbook_reads_the_same_whatever_was_read_before(
    school: Template,
    edited: dict[str, Snapshot],
    afresh: Callable[[Snapshot, Template], Submission],
) -> None:
    alone = {name: afresh(book, school) for name, book in edited.items()}
    for book in edited.values():  # everything there is to learn
        bind(book, school)
    for name in [*edited, *reversed(edited)]:
        after = bind(edited[name], school)
        assert repr(after) == repr(alone[name]), name  # repr: 0 and -0 are equal and not the same
    assert len({repr(submission) for submission in alone.values()}) > 15  # the edits do matter


def test_the_places_of_an_unchanged_form_are_worked_out_once(
    school: Template, snapshot: Snapshot, typed: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    bind(snapshot, school)
    monkeypatch.setattr(field_plans, "FieldPlaces", None)  # whoever works them out now, fails
    other = bind(typed({"教师!D7": 77.0, "教师!A40": "填表人：某某"}), school)
    assert any(fact.value == 77 for fact in other.facts.values())


def test_a_moved_value_is_not_read_from_its_old_place(
    school: Template, snapshot: Snapshot, moved: Change
) -> None:
    before = bind(snapshot, school)
    after = bind(moved(snapshot, "教师", row=10), school)
    ref = FactRef("teachers.full_time", "primary")
    assert before.fact(ref).value == after.fact(ref).value
    rows = {
        (fact.cell.row, after.facts[ref].cell.row)
        for ref, fact in before.facts.items()
        if fact.cell is not None
        and fact.cell.sheet == "教师"
        and after.facts[ref].cell is not None
        and fact.cell.row >= 10
    }
    assert rows
    assert all(new == old + 1 for old, new in rows)


def test_what_is_remembered_stays_bounded(school: Template, snapshot: Snapshot) -> None:
    field = next(iter(school.fields().values()))
    reader = EntryReader(field, None)
    sheet = snapshot.sheets["教师"]
    for number in range(3 * KEPT_VALUES):
        reader.read_plain(f"{number}", sheet, 1, 1)
    assert len(reader.known) <= KEPT_VALUES
    memory = field_plans.TemplateMemory(school)
    form = next(form for form in school.sheets if form.title == "教师")
    for number in range(3 * field_plans.KEPT_PLANS):
        plan = memory.plan(sheet, form, f"教师{number}", snapshot.names, lambda: None)  # type: ignore[arg-type,return-value]
        assert plan.title == f"教师{number}"
    assert len(memory._plans["teachers"]) <= field_plans.KEPT_PLANS


NUMBERS = st.one_of(
    st.integers(-5, 2**60).map(float), st.floats(allow_nan=False), st.sampled_from([1e15, 1e15 - 1])
)


@given(st.sampled_from(list(FieldType)), NUMBERS)
@settings(max_examples=300, deadline=None)
def test_a_number_means_the_same_whether_met_before_or_not(kind: FieldType, number: float) -> None:
    entry = Field("x.y", "甲", "01", kind, "人", ("whole",))
    sheet = SheetSnapshot("表", [[number]])
    codes = CodeList({"1": "一"})
    reader = EntryReader(entry, codes)
    expected = repr(normalise(sheet.cell(1, 1), entry, codes))
    assert repr(reader.read_plain(number, sheet, 1, 1)) == expected
    assert repr(reader.read_plain(number, sheet, 1, 1)) == expected
