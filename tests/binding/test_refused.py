"""What could be two cells is refused and both are named; what is read is what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from checker.forms.binding import bind, recognise
from checker.forms.errors import UnknownForm
from checker.model.cells import CellRef
from checker.model.snapshot import Snapshot
from checker.model.submission import FactRef, FactState, Problem, Submission
from checker.model.template import Template
from checker.reading import read_snapshot

Change = Callable[..., Snapshot]
Values = Mapping[FactRef, object]
CASES = Path(__file__).parent / "cases"
TOTAL = FactRef("students.total", "primary")  # 基本情况!E26
SHEETS = ("基本情况", "教师", "校舍与装备", "经费", "安全")


def told(submission: Submission, rule: str) -> str:
    return "".join(item.message for item in submission.problems if item.rule == rule)


def misread(submission: Submission, values: Values) -> dict[FactRef, object]:
    """Facts that have another value than was typed for them."""
    return {
        ref: fact.value
        for ref, fact in submission.facts.items()
        if (fact.state is FactState.GIVEN and fact.value != values.get(ref))
        or (fact.state is FactState.BLANK and ref in values)
    }


def row_of(book: Snapshot, title: str, code: str) -> int:
    return next(row for row in range(1, 60) if book.sheets[title].raw(row, 2) == code)


def head_of(book: Snapshot, title: str) -> int:
    return next(row for row in range(1, 20) if book.sheets[title].raw(row, 2) == "行号")


def problems_of(submission: Submission) -> list[Problem]:
    """All but one: these workbooks are older than the demand that D级危房 be typed, 0 or not."""
    return [
        problem
        for problem in submission.problems
        if problem.ref is None or problem.ref.field != "area.dangerous_d"
    ]


@pytest.mark.parametrize(
    "path", sorted(CASES.glob("*栏次*.xlsx")) + sorted(CASES.glob("由*.xlsx")), ids=lambda p: p.name
)
def test_column_numbers_stored_as_numbers_are_no_row_of_a_table(
    school: Template, path: Path
) -> None:
    """Cases 01: a green triangle was clicked, or another program saved the workbook."""
    submission = bind(read_snapshot(path), school)
    assert problems_of(submission) == []
    assert all(rows[0].facts for rows in submission.tables.values())


def test_a_picture_in_a_cell_is_no_name(school: Template) -> None:
    """Case 16: a signature put into the cell with WPS."""
    (problem,) = problems_of(bind(read_snapshot(CASES / "负责人签名为图片.xlsx"), school))
    assert (problem.rule, problem.cell) == ("FORM025", CellRef("基本情况", 22, 4))
    assert "图片" in problem.message


def test_a_header_that_stands_twice_is_nobodys(
    school: Template, snapshot: Snapshot, values: Values, typed: Change, without_names: Change
) -> None:
    """The column 小学段 was copied to the right; the clerk may have filled in either."""
    head = head_of(snapshot, "教师")
    twice = typed({f"教师!G{head}": "小学段"})
    for book in (twice, without_names(twice, lambda name: True)):
        submission = bind(book, school)
        assert misread(submission, values) == {}
        assert submission.fact(FactRef("teachers.full_time", "primary")).cell is None
        assert f"E{head}、G{head} 几处出现" in told(submission, "FORM018")


def test_a_row_code_on_the_row_of_another_item_is_refused(
    school: Template, snapshot: Snapshot, values: Values, typed: Change, without_names: Change
) -> None:
    """行号 11 was cleared and then typed into the row of 行号 12."""
    first, other = row_of(snapshot, "教师", "11"), row_of(snapshot, "教师", "12")
    book = typed({f"教师!B{first}": "", f"教师!B{other}": "11"})
    for changed in (book, without_names(book, lambda name: True)):
        submission = bind(changed, school)
        assert misread(submission, values) == {}
        assert f"第 {other} 行的行号是 11" in told(submission, "FORM012")


def test_a_row_code_twice_is_decided_by_the_label_only(
    school: Template, snapshot: Snapshot, values: Values, typed: Change
) -> None:
    """行号 12 was retyped as 11, and the real row 11 left empty: nothing of row 12 becomes 11."""
    first, other = row_of(snapshot, "教师", "11"), row_of(snapshot, "教师", "12")
    emptied = {f"教师!{column}{first}": "" for column in "DEFG"}
    submission = bind(typed({f"教师!B{other}": "11", **emptied}), school)
    read = submission.fact(FactRef("teachers.full_time", "primary"))
    assert read.value is None
    assert f"第 {first}、{other} 行重复出现" in told(submission, "FORM012")


def test_a_label_copied_above_a_row_whose_code_was_typed_over_is_not_that_row(
    school: Template, snapshot: Snapshot, values: Values, typed: Change, moved: Change
) -> None:
    """行号 03 became 01, and an empty copy of its label stands above it: nothing read as blank."""
    row = row_of(snapshot, "基本情况", "03")
    label = snapshot.sheets["基本情况"].raw(row, 1)
    wrong = typed({f"基本情况!B{row}": "01"})
    for follow in (True, False):
        book = typed(
            {f"基本情况!A{row}": label}, moved(wrong, "基本情况", row=row, with_names=follow)
        )
        submission = bind(book, school)
        assert misread(submission, values) == {}
        assert submission.fact(FactRef("school.credit_code", "whole")).cell is None
        assert "找不到行号 03" in told(submission, "FORM011")


def test_a_form_that_stands_twice_on_its_sheet_is_not_read(
    school: Template, snapshot: Snapshot, values: Values, without_names: Change
) -> None:
    sheet = snapshot.sheets["安全"]
    doubled = replace(sheet, rows=[*sheet.rows, *sheet.rows])
    book = replace(snapshot, sheets={**snapshot.sheets, "安全": doubled})
    submission = bind(without_names(book, lambda name: True), school)
    assert misread(submission, values) == {}
    head = head_of(snapshot, "安全")
    assert f"B{head + 1}、B{head + 1 + len(sheet.rows)}" in told(submission, "FORM018")


def test_a_stray_sign_above_the_form_does_not_hide_it(
    school: Template, snapshot: Snapshot, values: Values, typed: Change
) -> None:
    submission = bind(typed({"经费!A4": "乙"}), school)
    assert misread(submission, values) == {} and submission.problems == ()


def test_a_table_with_two_headers_or_a_header_text_twice(
    school: Template, snapshot: Snapshot, typed: Change, without_names: Change
) -> None:
    sheet = snapshot.sheets["班级"]
    head = {f"班级!{letter}20": sheet.raw(6, n) for n, letter in enumerate("ABCDEFG", start=1)}
    bare = without_names(typed(head), lambda name: name == "T_classes")
    assert "第 6、20 行几处出现" in told(bind(bare, school), "FORM018")
    assert "classes" not in bind(bare, school).tables
    twice = bind(typed({"班级!G6": "合计（人）"}), school)
    assert "“合计”这一栏的栏目名称在 F6、G6 几处出现" in told(twice, "FORM018")
    assert twice.fact(FactRef("classes.total", "", 1)).state is FactState.UNBOUND
    part = bind(typed({"班级!F6": "总数", "班级!G6": "住校生合计"}), school)
    assert part.fact(FactRef("classes.total", "", 1)).state is FactState.UNBOUND


def test_sheets_of_almost_one_title(
    school: Template, snapshot: Snapshot, values: Values, without_names: Change
) -> None:
    bare = without_names(snapshot, lambda name: True)
    sheets = {title: sheet for title, sheet in bare.sheets.items() if title != "经费"}
    money = bare.sheets["经费"]
    book = replace(bare, sheets={**sheets, "经 费": money, "经费 ": money})
    submission = bind(book, school)
    assert misread(submission, values) == {}
    assert "“经 费”、“经费 ”都像是工作表“经费”" in told(submission, "FORM013")
    exact = replace(bare, sheets={**bare.sheets, "经 费": money})
    (money_sheet,) = [sheet.id for sheet in school.sheets if sheet.title == "经费"]
    assert bind(exact, school).sheet_titles[money_sheet] == "经费"


def test_a_workbook_that_is_two_forms_at_once_is_neither(
    school: Template, snapshot: Snapshot
) -> None:
    other = replace(school, id="other", title="另一种填报表")
    with pytest.raises(UnknownForm, match="义务教育学校填报表、另一种填报表"):
        recognise(replace(snapshot, properties={}), [school, other])


def test_cells_that_were_merged_are_not_read(
    school: Template, snapshot: Snapshot, values: Values
) -> None:
    """Case 15: D26 and E26 were merged; whose the figure is, nobody can tell."""
    sheet = snapshot.sheets["基本情况"]
    for areas, row in ((((26, 4, 26, 5),), 26), (((1, 1, 1, 8), (30, 3, 31, 5)), 30)):
        book = replace(
            snapshot, sheets={**snapshot.sheets, "基本情况": replace(sheet, merged=areas)}
        )
        submission = bind(book, school)
        assert misread(submission, values) == {}
        assert f"E{row}" in told(submission, "FORM026")
        assert "取消合并" in told(submission, "FORM026")
        unread = {ref for ref, fact in submission.facts.items() if fact.cell is None}
        assert unread
        assert "FORM001" not in {item.rule for item in submission.problems}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_copied_rows_columns_and_headers_never_make_a_value_wrong(
    data: st.DataObject,
    school: Template,
    snapshot: Snapshot,
    values: Values,
    moved: Change,
    typed: Change,
    without_names: Change,
) -> None:
    """Copies inserted anywhere, with and without their printed parts: read right, or not read.

    Not on one sheet: two headers typed over, or a copied column that keeps header and names and
    another header typed over the one it was copied from: then all that is printed agrees.
    """
    book = snapshot
    copied_columns, retyped = set[str](), set[str]()
    for _ in range(data.draw(st.integers(1, 3))):
        title = data.draw(st.sampled_from(SHEETS))
        sheet = book.sheets[title]
        follow = data.draw(st.booleans())
        match data.draw(st.sampled_from(("row", "column", "header", "code", "names", "merge"))):
            case "row":
                at = data.draw(st.integers(8, 40))
                line = [sheet.raw(at, n) for n in range(1, 9)]
                book = moved(book, title, row=at, with_names=follow)
                copied = data.draw(st.integers(1, 8))
                cells = zip("ABCDEFGH"[:copied], line, strict=False)
                width = len(book.sheets[title].rows[0])
                book = typed({f"{title}!{c}{at}": v or "" for c, v in list(cells)[:width]}, book)
            case "column" if title not in retyped:
                copied_columns.add(title)
                at = data.draw(st.integers(4, 6))
                column = [line[at - 1] for line in sheet.rows]
                book = moved(book, title, column=at, with_names=follow)
                height = data.draw(st.integers(5, 30))
                letter = "ABCDEFGH"[at - 1]
                texts = {
                    f"{title}!{letter}{n}": v or "" for n, v in enumerate(column[:height], start=1)
                }
                book = typed(texts, book)
            case "header" if title not in copied_columns | retyped:
                retyped.add(title)
                head = head_of(snapshot, title)
                text = data.draw(st.sampled_from(["小学段", "初中段", "全校", "备注", ""]))
                book = typed({f"{title}!{data.draw(st.sampled_from('DEF'))}{head}": text}, book)
            case "code":
                code = f"{data.draw(st.integers(1, 20)):02d}"
                book = typed({f"{title}!B{data.draw(st.integers(8, 30))}": code}, book)
            case "names":
                divisor = data.draw(st.integers(1, 3))
                book = without_names(book, lambda n, d=divisor: len(n) % d == 0)
            case "merge":
                top, left = data.draw(st.integers(8, 30)), data.draw(st.integers(3, 6))
                area = (top, left, top + data.draw(st.integers(0, 1)), left + 1)
                merged = replace(sheet, merged=(*sheet.merged, area))
                book = replace(book, sheets={**book.sheets, title: merged})
    submission = bind(book, school)
    assert misread(submission, values) == {}
