"""Whatever a clerk does to the sheets, a value is found where it is, or reported: never misread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from checker.forms.binding import bind
from checker.model.cells import CellRef
from checker.model.snapshot import Snapshot
from checker.model.submission import FactRef, FactState, Submission
from checker.model.template import Template

Change = Callable[..., Snapshot]
Values = Mapping[FactRef, object]


def rules_of(submission: Submission) -> Counter[str]:
    return Counter(problem.rule for problem in submission.problems)


def messages(submission: Submission, rule: str) -> list[str]:
    return [problem.message for problem in submission.problems if problem.rule == rule]


def header_row(book: Snapshot, title: str) -> int:
    """The row of the header texts; far below everything if the sheet has none."""
    sheet = book.sheets[title]
    rows = (n for n, line in enumerate(sheet.rows, start=sheet.origin[0]) if "行号" in line)
    return next(rows, sheet.last_row + 5)


def misread(submission: Submission, values: Values) -> dict[FactRef, object]:
    """Facts that were read, but not as what was typed for them; also one that was typed and reads
    as empty, and one that was never typed and has a value."""
    wrong: dict[FactRef, object] = {}
    for ref, fact in submission.facts.items():
        read = fact.state is FactState.GIVEN or (fact.state is FactState.BLANK and ref in values)
        if read and (ref not in values or fact.value != values[ref]):
            wrong[ref] = fact.value
    return wrong


def found(submission: Submission) -> int:
    return sum(fact.state is FactState.GIVEN for fact in submission.facts.values())


def test_a_filled_workbook_is_read_completely(
    school: Template, snapshot: Snapshot, values: Values
) -> None:
    submission = bind(snapshot, school)
    assert submission.stages == ("primary", "junior")
    assert misread(submission, values) == {}
    assert found(submission) == len(values)
    assert submission.problems == ()
    assert len(submission.tables["classes"]) == 7
    assert submission.identity("name").startswith("文字")
    assert submission.locate(FactRef("students.total", "primary")) == CellRef("基本情况", 26, 5)


def test_every_cell_agrees_with_the_declared_layout(school: Template, snapshot: Snapshot) -> None:
    from checker_templates.building.layout import lay_out

    layout = lay_out(school)
    submission = bind(snapshot, school)
    fields = school.fields()
    for ref, fact in submission.facts.items():
        assert fact.cell == layout.cell(fields[ref.field], ref.column)


def test_inserted_rows_and_columns_move_the_cells_along(
    school: Template, snapshot: Snapshot, values: Values, moved: Change
) -> None:
    changed = moved(moved(snapshot, "教师", row=10), "校舍与装备", column=4)
    submission = bind(changed, school)
    assert misread(submission, values) == {}
    assert found(submission) == len(values)
    assert submission.problems == ()
    assert submission.locate(FactRef("staff.total", "whole")) == CellRef("教师", 7, 4)


def test_all_names_gone_every_field_is_found_by_row_code_and_header(
    school: Template, snapshot: Snapshot, values: Values, without_names: Change, moved: Change
) -> None:
    bare = without_names(moved(snapshot, "教师", row=20), lambda name: True)
    submission = bind(bare, school)
    assert misread(submission, values) == {}
    assert found(submission) == len(values)
    sheets_with_input = sum(1 for sheet in school.sheets if sheet.fields)
    tables = len(school.tables())
    assert rules_of(submission) == {"FORM010": sheets_with_input + tables}
    assert "不影响校验" in messages(submission, "FORM010")[0]


def test_one_lost_name_is_told_once(
    school: Template, snapshot: Snapshot, values: Values, without_names: Change
) -> None:
    name = "F_teachers_full_time__primary"
    submission = bind(without_names(snapshot, lambda each: each == name, lost=True), school)
    assert misread(submission, values) == {} and found(submission) == len(values)
    (problem,) = submission.problems
    assert problem.rule == "FORM010" and problem.sheet == "教师"
    assert "1 格" in problem.message and "专任教师数" in problem.message


def test_a_name_that_contradicts_the_row_code_is_reported_and_not_used(
    school: Template, snapshot: Snapshot, values: Values
) -> None:
    """A cell was cut and pasted one row further down: its name went along."""
    name = "F_teachers_full_time__primary"
    target = snapshot.names[name]
    assert target is not None
    down = replace(target[0], row=target[0].row + 1)
    names = {**snapshot.names, name: (down, down)}
    submission = bind(replace(snapshot, names=names), school)
    ref = FactRef("teachers.full_time", "primary")
    assert submission.fact(ref).state is FactState.UNBOUND
    assert misread(submission, values) == {}
    (problem,) = submission.problems
    assert (problem.rule, problem.ref) == ("FORM012", ref)
    assert target[0].a1 in problem.message and down.a1 in problem.message


def test_a_row_that_stands_twice_with_other_figures_is_not_guessed(
    school: Template, snapshot: Snapshot, values: Values, moved: Change, typed: Change
) -> None:
    doubled = moved(snapshot, "教师", row=20)
    row = next(r for r in range(1, 60) if doubled.sheets["教师"].raw(r, 2) == "11")
    copied = {f"教师!{c}20": doubled.sheets["教师"].raw(row, n) for n, c in ((1, "A"), (2, "B"))}
    same = typed({**copied, "教师!E20": doubled.sheets["教师"].raw(row, 5)}, doubled)
    other = typed({**copied, "教师!E20": 77}, doubled)
    ref = FactRef("teachers.full_time", "primary")
    assert bind(same, school).fact(ref).value == values[ref]
    assert rules_of(bind(same, school)) == {"FORM012": 1}
    submission = bind(other, school)
    assert submission.fact(ref).state is FactState.UNBOUND
    assert misread(submission, values) == {}
    assert "重复出现" in messages(submission, "FORM012")[0]


def test_a_deleted_row_is_missed(
    school: Template, snapshot: Snapshot, values: Values, without_names: Change
) -> None:
    sheet = snapshot.sheets["安全"]
    at = next(r for r in range(1, 60) if sheet.raw(r, 2) == "03")
    rows = [line for n, line in enumerate(sheet.rows, start=sheet.origin[0]) if n != at]
    names: dict[str, tuple[CellRef, CellRef] | None] = {}
    for name, target in snapshot.names.items():
        if target and target[0].sheet == "安全" and name.startswith("F_"):
            cell = target[0]
            up = replace(cell, row=cell.row - (cell.row > at))
            names[name] = None if cell.row == at else (up, up)
        else:
            names[name] = target
    sheets = {**snapshot.sheets, "安全": replace(sheet, rows=rows)}
    submission = bind(replace(snapshot, sheets=sheets, names=names), school)
    assert misread(submission, values) == {}
    assert rules_of(submission) == {"FORM011": 1}
    assert "行号 03" in messages(submission, "FORM011")[0]


def test_a_row_code_that_was_cleared_is_found_by_its_label(
    school: Template, snapshot: Snapshot, values: Values, typed: Change, without_names: Change
) -> None:
    row = next(r for r in range(1, 60) if snapshot.sheets["教师"].raw(r, 2) == "11")
    cleared = typed({f"教师!B{row}": ""})
    for workbook in (cleared, without_names(cleared, lambda name: "teachers_full_time" in name)):
        submission = bind(workbook, school)
        assert misread(submission, values) == {}
        assert found(submission) == len(values)
    assert rules_of(bind(typed({f"教师!B{row}": "99", f"教师!A{row}": "?"}), school)) == {
        "FORM011": 1
    }


def test_swapped_headers_are_a_contradiction(
    school: Template, snapshot: Snapshot, values: Values, typed: Change, without_names: Change
) -> None:
    """Without names the header decides; with names that disagree nothing is read."""
    head = next(r for r in range(1, 12) if snapshot.sheets["教师"].raw(r, 5) == "小学段")
    swapped = typed({f"教师!E{head}": "初中段", f"教师!F{head}": "小学段"})
    submission = bind(swapped, school)
    assert misread(submission, values) == {}
    assert rules_of(submission)["FORM012"] > 10
    ref = FactRef("teachers.full_time", "primary")
    assert submission.fact(ref).state is FactState.UNBOUND


def test_a_retyped_header_is_found_by_its_column_number(
    school: Template, snapshot: Snapshot, values: Values, typed: Change, without_names: Change
) -> None:
    head = next(r for r in range(1, 12) if snapshot.sheets["教师"].raw(r, 5) == "小学段")
    retyped = typed({f"教师!D{head}": "数量", f"教师!E{head}": "人数"})
    for workbook in (retyped, without_names(retyped, lambda name: True)):
        submission = bind(workbook, school)
        assert misread(submission, values) == {} and found(submission) == len(values)


def test_a_column_without_header_number_and_names_is_reported_not_guessed(
    school: Template, snapshot: Snapshot, values: Values, typed: Change, without_names: Change
) -> None:
    head = next(r for r in range(1, 12) if snapshot.sheets["教师"].raw(r, 5) == "小学段")
    wiped = typed({f"教师!D{head}": "", f"教师!D{head + 1}": ""})
    assert found(bind(wiped, school)) == len(values), "the names still tell"
    submission = bind(without_names(wiped, lambda name: True), school)
    assert misread(submission, values) == {}
    assert submission.fact(FactRef("staff.total", "whole")).state is FactState.UNBOUND
    assert any("“全校”" in message for message in messages(submission, "FORM018"))


def test_renamed_sheets_are_recognised(
    school: Template, snapshot: Snapshot, values: Values, renamed: Change, without_names: Change
) -> None:
    by_names = bind(renamed(snapshot, "安全", "安全（终稿）"), school)
    assert rules_of(by_names) == {"FORM014": 1}
    bare = without_names(renamed(snapshot, "安全", "Sheet9"), lambda name: True)
    by_number = bind(bare, school)
    assert "改名为“Sheet9”" in messages(by_number, "FORM014")[0]
    for submission in (by_names, by_number):
        assert misread(submission, values) == {} and found(submission) == len(values)


def test_a_copy_of_a_sheet_is_said_not_to_be_read(
    school: Template, snapshot: Snapshot, values: Values
) -> None:
    """“教师 (2)” may be the one the clerk went on with; only “教师” is read, and that is said."""
    sheets = {**snapshot.sheets, "教师 (2)": snapshot.sheets["教师"]}
    submission = bind(replace(snapshot, sheets=sheets), school)
    assert rules_of(submission) == {"FORM024": 1}
    assert "“教师 (2)”里的数没有读" in messages(submission, "FORM024")[0]
    assert misread(submission, values) == {}


def test_figures_in_a_column_that_their_row_does_not_ask_for_are_told(
    school: Template, snapshot: Snapshot, values: Values
) -> None:
    """教职工数 is asked for the whole school: pasted one column to the right it is not read."""
    rows = [list(line) for line in snapshot.sheets["教师"].rows]
    first_row, first_column = snapshot.sheets["教师"].origin
    whole, primary = 4 - first_column, 5 - first_column
    rows[7 - first_row][whole], rows[7 - first_row][primary] = "", rows[7 - first_row][whole]
    moved = replace(snapshot.sheets["教师"], rows=rows)
    submission = bind(replace(snapshot, sheets={**snapshot.sheets, "教师": moved}), school)
    assert rules_of(submission) == {"FORM001": 1, "FORM036": 1}
    (told,) = messages(submission, "FORM036")
    assert told.startswith("E7 是这一行不用填的栏")
    (problem,) = [each for each in submission.problems if each.rule == "FORM036"]
    assert problem.actual == f"{rows[7 - first_row][primary]:g}"


def test_a_figure_that_is_merged_with_the_cell_it_is_asked_in_is_not_told_to_be_moved(
    school: Template, snapshot: Snapshot, values: Values
) -> None:
    """在校学生数 is asked in E; D:E merged, the number stands in D: only the merger is told."""
    sheet = snapshot.sheets["基本情况"]
    rows = [list(line) for line in sheet.rows]
    first_row, first_column = sheet.origin
    whole, primary = 4 - first_column, 5 - first_column
    line = rows[26 - first_row]
    line[whole], line[primary] = line[primary], ""
    assert isinstance(line[whole], float)
    merged = replace(sheet, rows=rows, merged=(*sheet.merged, (26, 4, 26, 5)))
    submission = bind(replace(snapshot, sheets={**snapshot.sheets, "基本情况": merged}), school)
    assert "FORM036" not in rules_of(submission)
    assert "取消合并" in messages(submission, "FORM026")[0]


def test_a_missing_sheet_is_one_finding_and_its_fields_are_unbound(
    school: Template, snapshot: Snapshot, values: Values
) -> None:
    sheets = {title: sheet for title, sheet in snapshot.sheets.items() if title != "经费"}
    names = {n: None if t and t[0].sheet == "经费" else t for n, t in snapshot.names.items()}
    submission = bind(replace(snapshot, sheets=sheets, names=names), school)
    assert rules_of(submission) == {"FORM013": 1}
    assert "经费" in messages(submission, "FORM013")[0]
    here = {field.id for sheet in school.sheets if sheet.title == "经费" for field in sheet.fields}
    money = [fact for ref, fact in submission.facts.items() if ref.field in here]
    assert money and all(fact.state is FactState.UNBOUND for fact in money)
    assert misread(submission, values) == {}


def test_a_sheet_without_any_header_is_one_finding(
    school: Template, snapshot: Snapshot, without_names: Change
) -> None:
    wiped = replace(snapshot.sheets["教师"], rows=[["", "备注"], ["x", 1.0]])
    bare = without_names(snapshot, lambda name: True)
    submission = bind(replace(bare, sheets={**snapshot.sheets, "教师": wiped}), school)
    assert len(messages(submission, "FORM018")) == 1


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_mishap_makes_a_field_take_another_fields_value(
    data: st.DataObject,
    school: Template,
    snapshot: Snapshot,
    values: Values,
    moved: Change,
    without_names: Change,
    renamed: Change,
    typed: Change,
) -> None:
    """Any mixture of inserted rows and columns, lost names and row codes, renamed sheets."""
    book = snapshot
    titles = ("基本情况", "教师", "校舍与装备", "经费", "安全")
    for _ in range(data.draw(st.integers(1, 5))):
        title = data.draw(st.sampled_from([t for t in titles if t in book.sheets] or ["说明"]))
        match data.draw(st.sampled_from(("row", "column", "names", "code", "header", "rename"))):
            case "row":
                keeps = data.draw(st.booleans())
                book = moved(book, title, row=data.draw(st.integers(2, 45)), with_names=keeps)
            case "column":
                keeps = data.draw(st.booleans())
                book = moved(book, title, column=data.draw(st.integers(2, 9)), with_names=keeps)
            case "names":
                divisor = data.draw(st.integers(1, 5))
                lost = data.draw(st.booleans())
                book = without_names(book, lambda n, d=divisor: len(n) % d == 0, lost)
            case "code":
                book = typed({f"{title}!B{data.draw(st.integers(7, 30))}": ""}, book)
            case "header":
                book = typed({f"{title}!E{header_row(book, title)}": "备注"}, book)
            case "rename":
                book = renamed(book, title, f"{title}2", data.draw(st.booleans()))
    submission = bind(book, school)
    assert misread(submission, values) == {}
    lost = len(values) - found(submission)
    assert not lost or submission.problems, "what is not found must be reported"


@pytest.mark.parametrize("missing", ["school.type", "school.name"])
def test_an_empty_required_cell_is_named(
    school: Template, snapshot: Snapshot, values: Values, typed: Change, missing: str
) -> None:
    cell = bind(snapshot, school).locate(FactRef(missing, "whole"))
    submission = bind(typed({str(cell): ""}), school)
    (problem,) = submission.problems
    assert (problem.rule, problem.cell) == ("FORM001", cell)
    assert submission.stages == ("primary", "junior"), "without a type, the stages with figures"
