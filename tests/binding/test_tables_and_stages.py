"""Tables as clerks leave them; stages that the school has or has not; explanations; indicators."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from checker.forms.binding import bind
from checker.model.cells import CellRef
from checker.model.snapshot import Snapshot
from checker.model.submission import FactRef, FactState, Submission
from checker.model.template import Template
from checker.reading import read_snapshot

Change = Callable[..., Snapshot]
FIRST = 8  # the first class stands in this row of 班级
COLUMNS = {"grade": "B", "name": "C", "boys": "D", "girls": "E", "total": "F"}


def rules(submission: Submission) -> list[str]:
    return [problem.rule for problem in submission.problems]


def a_class(row: int, name: str = "四1班") -> dict[str, object]:
    values = ("四年级", name, 21.0, 19.0, 40.0)
    return {f"班级!{c}{row}": v for c, v in zip(COLUMNS.values(), values, strict=True)}


@pytest.fixture(scope="session", autouse=True)
def _the_table_is_where_the_tests_think(school: Template, snapshot: Snapshot) -> None:
    submission = bind(snapshot, school)
    for column, letter in COLUMNS.items():
        assert submission.locate(FactRef(f"classes.{column}", "", 1)) == CellRef(
            "班级", FIRST, ord(letter) - 64
        )


def test_rows_are_read_in_order_with_their_cells(school: Template, snapshot: Snapshot) -> None:
    rows = bind(snapshot, school).tables["classes"]
    assert [row.facts["name"].value for row in rows] == [f"三{n}班" for n in range(1, 8)]
    assert [row.facts["total"].value for row in rows] == [Decimal(30 + 2 * n) for n in range(1, 8)]
    assert [row.ordinal for row in rows] == list(range(1, 8))


def test_empty_rows_between_do_not_count_and_ordinals_stay_dense(
    school: Template, snapshot: Snapshot, typed: Change
) -> None:
    gap = {f"班级!{column}{FIRST + 2}": "" for column in COLUMNS.values()}
    slashes = {f"班级!{column}{FIRST + 3}": "/" for column in COLUMNS.values()}
    submission = bind(typed(gap | slashes), school)
    rows = submission.tables["classes"]
    assert [row.facts["name"].value for row in rows] == [
        "三1班",
        "三2班",
        "三5班",
        "三6班",
        "三7班",
    ]
    assert submission.locate(FactRef("classes.name", "", 3)) == CellRef("班级", FIRST + 4, 3)
    assert submission.problems == ()


def test_a_total_row_is_never_a_class(school: Template, snapshot: Snapshot, typed: Change) -> None:
    total = {f"班级!B{FIRST + 7}": "合 计", f"班级!F{FIRST + 7}": 266.0}
    submission = bind(typed(total), school)
    assert len(submission.tables["classes"]) == 7
    assert submission.problems == ()


def test_a_row_inserted_in_the_middle_or_appended_below_counts(
    school: Template, snapshot: Snapshot, typed: Change, moved: Change
) -> None:
    middle = bind(typed(a_class(FIRST + 3), moved(snapshot, "班级", row=FIRST + 3)), school)
    assert [row.facts["name"].value for row in middle.tables["classes"]][3] == "四1班"
    assert middle.problems == ()

    name = snapshot.names["T_classes"]
    assert name is not None
    last = name[1].row
    below = bind(typed(a_class(last + 1), moved(snapshot, "班级", row=last + 1)), school)
    assert below.tables["classes"][-1].facts["name"].cell == CellRef("班级", last + 1, 3)
    (problem,) = below.problems
    assert problem.rule == "FORM020" and f"第 {last + 1} 行" in problem.message


def test_the_footer_is_not_a_class(
    school: Template, snapshot: Snapshot, without_names: Change
) -> None:
    bare = bind(without_names(snapshot, lambda name: name.startswith("T_")), school)
    assert len(bare.tables["classes"]) == 7
    assert rules(bare) == ["FORM010", "FORM010"]


def test_an_incomplete_row_is_one_finding_at_the_first_gap(
    school: Template, snapshot: Snapshot, typed: Change
) -> None:
    submission = bind(typed({f"班级!B{FIRST}": "", f"班级!D{FIRST}": ""}), school)
    (problem,) = submission.problems
    assert problem.rule == "FORM019"
    assert problem.cell == CellRef("班级", FIRST, 2)
    assert problem.ref == FactRef("classes.grade", "", 1)
    assert "年级" in problem.message


def test_messy_cells_of_a_row_are_told_at_the_cell(
    school: Template, snapshot: Snapshot, typed: Change
) -> None:
    submission = bind(typed({f"班级!D{FIRST}": "21人", f"班级!E{FIRST + 1}": "约20"}), school)
    assert [(p.rule, str(p.cell)) for p in submission.problems] == [
        ("FORM003", f"班级!D{FIRST}"),
        ("FORM002", f"班级!E{FIRST + 1}"),
    ]
    assert submission.fact(FactRef("classes.boys", "", 1)).value == 21


def test_moved_and_retyped_columns_of_a_table(
    school: Template, snapshot: Snapshot, typed: Change, moved: Change
) -> None:
    head = FIRST - 2
    assert snapshot.sheets["班级"].raw(head, 3) == "班名"
    wider = bind(moved(snapshot, "班级", column=4), school)
    assert wider.problems == () and wider.tables == _shifted(bind(snapshot, school), wider)
    swapped = typed({f"班级!D{head}": "女生（人）", f"班级!E{head}": "男生（人）"})
    boys = bind(swapped, school).fact(FactRef("classes.boys", "", 1))
    girls = bind(snapshot, school).fact(FactRef("classes.girls", "", 1))
    assert boys.value == girls.value, "the printed header says whose figures these are"
    gone = bind(typed({f"班级!D{head}": "备注"}), school)
    assert rules(gone) == ["FORM018"]
    assert gone.fact(FactRef("classes.boys", "", 1)).state is FactState.UNBOUND


def _shifted(before: Submission, after: Submission) -> object:
    """The tables of ``after``, once their values are seen to be those of ``before``."""
    for table, rows in before.tables.items():
        old = [{k: f.value for k, f in row.facts.items()} for row in rows]
        assert old == [{k: f.value for k, f in row.facts.items()} for row in after.tables[table]]
    return after.tables


def test_errors_in_an_otherwise_empty_row_make_it_a_row(
    school: Template, snapshot: Snapshot
) -> None:
    sheet = snapshot.sheets["班级"]
    rows = [*sheet.rows, *([[""] * sheet.last_column] * 11)]
    broken = replace(sheet, rows=rows, errors={(FIRST + 10, 6): "#REF!"})
    submission = bind(replace(snapshot, sheets={**snapshot.sheets, "班级": broken}), school)
    assert len(submission.tables["classes"]) == 8
    assert rules(submission) == ["FORM004", "FORM019"]


# -- stages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed_type", "stages"),
    [
        ("211 小学", ("primary",)),
        ("312", ("primary", "junior")),
        (341.0, ("junior", "senior")),
        ("十二年一贯制学校", ("primary", "junior", "senior")),
    ],
)
def test_the_school_type_decides_the_stages(
    school: Template, snapshot: Snapshot, typed: Change, typed_type: object, stages: tuple[str, ...]
) -> None:
    cell = bind(snapshot, school).locate(FactRef("school.type", "whole"))
    assert bind(typed({str(cell): typed_type}), school).stages == stages


def test_attached_classes_add_their_stage(
    school: Template, snapshot: Snapshot, typed: Change
) -> None:
    submission = bind(snapshot, school)
    type_cell = submission.locate(FactRef("school.type", "whole"))
    attached = submission.locate(FactRef("school.attached_junior", "whole"))
    book = typed({str(type_cell): "211 小学", str(attached): "√"})
    assert bind(book, school).stages == ("primary", "junior")


def test_figures_of_a_stage_that_the_school_has_not_are_reported(
    school: Template, snapshot: Snapshot, typed: Change
) -> None:
    """The nine-year school calls itself a primary school; zeros, slashes and last year's figures
    in the junior column are no fault, everything else is."""
    before = bind(snapshot, school)
    type_cell = before.locate(FactRef("school.type", "whole"))
    zero = before.locate(FactRef("students.boys", "junior"))
    slash = before.locate(FactRef("students.girls", "junior"))
    book = typed({str(type_cell): "211 小学", str(zero): 0.0, str(slash): "/"})
    submission = bind(book, school)
    assert set(rules(submission)) == {"FORM009"}
    places = {problem.cell for problem in submission.problems}
    junior = {
        fact.cell
        for ref, fact in submission.facts.items()
        if ref.column == "junior" and fact.state is FactState.GIVEN and fact.value
    }
    assert places == junior
    assert zero not in places and slash not in places


def test_shared_figures_make_empty_stage_columns_no_fault(
    school: Template, snapshot: Snapshot, typed: Change
) -> None:
    field = next(f for f in school.fields().values() if "shared" in f.columns)
    before = bind(snapshot, school)
    stages = [str(before.locate(FactRef(field.id, s))) for s in ("primary", "junior")]
    shared = str(before.locate(FactRef(field.id, "shared")))
    assert bind(typed(dict.fromkeys(stages, "")), school).problems == ()
    emptied = bind(typed(dict.fromkeys([*stages, shared], "")), school)
    expected = [] if field.blank != "missing" else ["FORM001", "FORM001"]
    assert rules(emptied) == expected


# -- explanations, indicators, copies ----------------------------------------------------------


def test_explanations_are_read_by_key_with_their_rows(
    school: Template, snapshot: Snapshot, typed: Change, without_names: Change
) -> None:
    key = "TEA201@teachers.full_time@primary"
    for book in (snapshot, without_names(snapshot, lambda name: name == "E_explanations")):
        submission = bind(book, school)
        assert submission.explanations[key].text == "两校合并"
        area = submission.explanation_area
        assert area is not None and area[0].row == submission.explanations[key].row
        assert area[1].row - area[0].row > 100
    row = area[0].row
    waiting = bind(typed({f"说明!E{row + 1}": "BLD201@x", f"说明!D{row + 1}": " "}), school)
    assert waiting.explanations["BLD201@x"].text == ""


def test_an_indicator_whose_formula_was_typed_over_is_told_to_the_engine(
    school: Template, snapshot: Snapshot, typed: Change
) -> None:
    cell = snapshot.names["I_RES1__primary"]
    assert cell is not None
    place = cell[0]
    sheet = snapshot.sheets["指标"]
    formulas = {**sheet.formulas, (place.row, place.column): "1+1"}
    computed = frozenset[tuple[int, int]]()
    live = replace(sheet, formulas=formulas, uncomputed=computed)
    formulas_gone = {
        key: text for key, text in formulas.items() if key != (place.row, place.column)
    }
    over = replace(sheet, formulas=formulas_gone, uncomputed=computed)
    for page, expected in ((live, None), (over, "")):
        book = replace(snapshot, sheets={**snapshot.sheets, "指标": page})
        shown = bind(typed({str(place): 5.0}, book), school).indicators
        (mine,) = [item for item in shown if (item.rule, item.stage) == ("RES1", "primary")]
        assert (mine.cell, mine.expected_formula) == (place, expected)
        assert mine.content.value == 5
    values_only = replace(sheet, formulas={}, uncomputed=computed)
    unseen = replace(
        snapshot, sheets={**snapshot.sheets, "指标": values_only}, formulas_known=False
    )
    shown = bind(typed({str(place): 5.0}, unseen), school).indicators
    assert {item.expected_formula for item in shown} == {None}


def test_copies_have_one_digest_and_any_other_figure_another(
    school: Template, snapshot: Snapshot, typed: Change
) -> None:
    before = bind(snapshot, school)
    cell = str(before.locate(FactRef("students.total", "primary")))
    value = before.fact(FactRef("students.total", "primary")).value
    retyped = bind(typed({cell: f" {value}人"}), school)
    assert retyped.content_hash == before.content_hash and len(before.content_hash) == 32
    assert bind(typed({cell: 1.0}), school).content_hash != before.content_hash
    other_name = str(before.locate(FactRef("school.name", "whole")))
    other_code = str(before.locate(FactRef("school.code", "whole")))
    other_day = str(before.locate(FactRef("school.filled_on", "whole")))
    copied = typed({other_name: "别的学校", other_code: "2136999999", other_day: "2026-10-02"})
    assert bind(copied, school).content_hash == before.content_hash


def test_a_form_with_hardly_anything_in_it_is_nobodys_copy(
    school: Template, blank_workbook: Path
) -> None:
    assert bind(read_snapshot(blank_workbook), school).sparse


def test_a_changed_figure_is_noticed_in_a_form_with_hardly_anything_in_it(
    school: Template, snapshot: Snapshot, typed: Change, blank_workbook: Path
) -> None:
    cell = str(bind(snapshot, school).locate(FactRef("students.total", "primary")))
    blank = read_snapshot(blank_workbook)
    first, second = (bind(typed({cell: value}, blank), school) for value in (105.0, 555.0))
    assert first.sparse and second.sparse and first.content_hash != second.content_hash


@pytest.mark.parametrize(("more", "told"), [(1, "第 {} 行"), (5, "{} 行"), (6, "{}等 行")])
def test_rows_below_the_prepared_range_are_listed_up_to_five(
    school: Template, snapshot: Snapshot, typed: Change, more: int, told: str
) -> None:
    name = snapshot.names["T_classes"]
    assert name is not None
    last = name[1].row
    cells: dict[str, object] = {}
    for row in range(FIRST + 7, last + 1 + more):
        cells |= a_class(row, f"四{row}班")
    problems = bind(typed(cells), school).problems
    (problem,) = [problem for problem in problems if problem.rule == "FORM020"]
    listed = "、".join(str(row) for row in range(last + 1, last + 1 + min(more, 5)))
    assert told.format(listed) in problem.message


def test_a_merged_cell_of_a_row_is_not_read_and_said(school: Template, snapshot: Snapshot) -> None:
    """男 and 女 of the first class were merged: whose the figure is, nobody can tell."""
    sheet = replace(snapshot.sheets["班级"], merged=((FIRST, 4, FIRST, 5),))
    submission = bind(replace(snapshot, sheets={**snapshot.sheets, "班级": sheet}), school)
    first, second = submission.tables["classes"][:2]
    assert [first.facts[name].state for name in ("boys", "girls", "total")] == [
        FactState.UNBOUND,
        FactState.UNBOUND,
        FactState.GIVEN,
    ]
    assert second.facts["boys"].state is FactState.GIVEN
    assert rules(submission) == ["FORM026"]
