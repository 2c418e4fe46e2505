"""Every fact is what its own cell means, in any order of workbooks, after whatever clerks do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from checker.forms.binding import bind
from checker.forms.cell_words import CodeList
from checker.forms.normalise import normalise
from checker.model.snapshot import Snapshot
from checker.model.submission import FactRef, FactState, Submission
from checker.model.template import Template

Change = Callable[..., Snapshot]


@pytest.fixture(scope="module")
def besides() -> Change:
    """The workbook with something else of its sheets changed: ``{title: {attribute: value}}``."""

    def change(base: Snapshot, changes: dict[str, dict[str, object]]) -> Snapshot:
        sheets = dict(base.sheets)
        for title, what in changes.items():
            frozen = {
                name: frozenset(value) if isinstance(value, set) else value
                for name, value in what.items()
            }
            sheets[title] = replace(sheets[title], **frozen)
        return replace(base, sheets=sheets)

    return change


@pytest.fixture(scope="module")
def edited(
    snapshot: Snapshot,
    typed: Change,
    moved: Change,
    without_names: Change,
    renamed: Change,
    besides: Change,
) -> dict[str, Snapshot]:
    """The same workbook after what clerks do to workbooks."""
    wrong_place = {
        **snapshot.names,
        "F_teachers_full_time__primary": snapshot.names["F_teachers_full_time__junior"],
    }
    first_class = snapshot.names["T_classes"][0]
    title, first = first_class.sheet, first_class.row
    last_class = replace(first_class, row=first + 199, column=first_class.column + 5)
    longer = {**snapshot.names, "T_classes": (first_class, last_class)}
    pupils = {f"{title}!D{row}": float(row) for row in range(first, first + 200)}
    return {
        "as handed out": snapshot,
        "many classes": replace(typed(pupils), names=longer),
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
        "percent": besides(
            typed({"教师!D7": 1.0, "教师!D8": 0.3, "班级!D9": 17.0}),
            {"教师": {"percent": {(7, 4), (8, 4)}}, "班级": {"percent": {(9, 4)}}},
        ),
        "no percent": typed({"教师!D7": 1.0, "教师!D8": 0.3, "班级!D9": 17.0}),
        "error": besides(snapshot, {"教师": {"errors": {(7, 4): "#N/A"}}}),
        "uncomputed": besides(snapshot, {"班级": {"uncomputed": {(9, 4), (10, 6)}}}),
        "formula": besides(snapshot, {"教师": {"formulas": {(7, 4): "1+1", (8, 5): ""}}}),
        "school named in the heading": typed({"教师!A4": "学校名称：某校", "经费!A4": "乙"}),
        "row of a table left out": typed({f"班级!{column}10": "" for column in "BCDEF"}),
        "total in a table": typed({"班级!B10": "合计", "班级!B11": " 小 计"}),
        "table gone but for its name": besides(snapshot, {"班级": {"rows": []}}),
        "table header gone": typed({"班级!B6": "", "班级!C6": "", "班级!D6": "", "班级!E6": ""}),
        "dates and words in a table": typed(
            {"班级!D9": date(2026, 9, 1), "班级!E9": "无", "班级!F9": True, "班级!C9": 3.0}
        ),
        "text": typed({"教师!D7": "1", "教师!D8": "45人", "教师!D9": "０"}),
    }


def test_a_workbook_reads_the_same_whatever_was_read_before(
    school: Template, edited: dict[str, Snapshot]
) -> None:
    first = {name: repr(bind(book, school)) for name, book in edited.items()}
    for name in reversed(edited):
        # repr: 0 and -0 are equal and not the same
        assert repr(bind(edited[name], school)) == first[name], name
    assert len(set(first.values())) > 20  # the edits do matter


def assert_means_what_stands_there(submission: Submission, book: Snapshot) -> int:
    """Holds every fact against its own cell, read as if nothing were known of any other."""
    template = submission.template
    entries = {item.id: item for sheet in template.sheets for item in sheet.fields} | {
        f"{table.id}.{column.id}": column
        for sheet in template.sheets
        for table in sheet.tables
        for column in table.columns
    }
    rows = [row for rows in submission.tables.values() for row in rows]
    facts = [*submission.facts.items()]
    facts += [(fact.ref, fact) for row in rows for fact in row.facts.values()]
    for ref, fact in facts:
        assert ref == fact.ref
        if fact.cell is None:
            assert (fact.state, fact.value, fact.typed) == (FactState.UNBOUND, None, "")
            continue
        entry = entries[ref.field]
        codes = CodeList(template.code_lists.get(entry.codes or "", {}))
        cell = book.sheets[fact.cell.sheet].cell(fact.cell.row, fact.cell.column)
        typed = normalise(cell, entry, codes)
        read = (typed.state, typed.value, typed.typed)
        assert repr((fact.state, fact.value, fact.typed)) == repr(read), ref
        if typed.rule and ref.row:
            assert any(item.rule == typed.rule and item.ref == ref for item in submission.problems)
    return len(facts)


def test_every_fact_is_what_its_cell_means(school: Template, edited: dict[str, Snapshot]) -> None:
    assert len(bind(edited["many classes"], school).tables["classes"]) == 200
    for book in edited.values():
        assert assert_means_what_stands_there(bind(book, school), book) > 250


TYPED = st.one_of(
    st.sampled_from(
        ["", "0", "45人", "４５", "无", "/", " ", "是", "否", "211 小学", "合计", "乙"]
    ),
    st.sampled_from([0.0, -0.0, 1.0, True, False, 1, 45.0, 0.3, -1.0, 9_999.0, 1e15, 2.5, None]),
    st.sampled_from([Decimal(1), Decimal("0.0"), date(2026, 9, 1), "#N/A", "三年级", "１,２００"]),
)
PLACES = st.sampled_from(
    [
        f"{title}!{column}{row}"
        for title in ("教师", "经费")
        for column in "DEF"
        for row in (7, 8, 30)
    ]
    + [f"班级!{column}{row}" for column in "ABCDEF" for row in (8, 9, 10, 14, 15, 99)]
    + ["教师!A4", "教师!B9", "教师!A9", "教师!D5", "班级!C6", "校舍与装备!B45", "基本情况!D9"]
)


@given(st.dictionaries(PLACES, st.tuples(TYPED, st.booleans()), max_size=8))
@settings(max_examples=60, deadline=None)
def test_whatever_is_typed_means_what_its_cell_says(
    school: Template,
    snapshot: Snapshot,
    typed: Change,
    besides: Change,
    contents: dict[str, tuple[object, bool]],
) -> None:
    book = typed({place: value for place, (value, _) in contents.items()})
    shown = [place.partition("!") for place, (_, percent) in contents.items() if percent]
    percent: dict[str, set[tuple[int, int]]] = {}
    for title, _, address in shown:
        percent.setdefault(title, set()).add((int(address[1:]), ord(address[0]) - 64))
    book = besides(book, {title: {"percent": places} for title, places in percent.items()})
    assert_means_what_stands_there(bind(book, school), book)


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
