"""Every planted error is found at its cell and nothing else; correct copies are silent."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.adopted import own_forms as forms

from checker.forms.binding import bind
from checker.forms.errors import UnknownForm
from checker.forms.recognition import recognise
from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.model.submission import FactRef, FactState
from checker.session import Session

PLANTED: dict[str, set[tuple[str, str]]] = {
    forms.CONDITIONS_RIGHT: set(),
    forms.CONDITIONS: {("OWN101", "G6"), ("FORM003", "G9"), ("OWN102", "G9"), ("FORM002", "J13")},
    forms.LEDGER: {
        ("OWN201", "I9"),
        ("OWN207", "P14"),
        ("FORM029", "B19"),
        ("FORM002", "P24"),
        ("FORM028", "AC65"),
    },
    forms.STATISTICS: set(),
    forms.ROSTER: {
        ("OWN401", "E15"),
        ("OWN403", "D25"),
        ("OWN402", "E35"),
        ("OWN403", "D35"),
        ("FORM022", "E45"),
    },
    forms.SAFETY: {("OWN501", "F10"), ("FORM032", "D12"), ("FORM019", "D16")},
}
RIGHT: dict[str, dict[str, object]] = {
    forms.CONDITIONS: {"G6": 110, "G9": 53, "J13": 3000},
    forms.LEDGER: {"I9": 1030, "I65": 52130, "T14": 36, "T65": 2855, "B19": "3136000015"},
    forms.ROSTER: {"E15": "360124199212113875"},
    forms.SAFETY: {"F10": "9月底前清理", "E12": "", "D16": "√"},
}


@pytest.mark.parametrize("name", forms.ALL)
def test_what_was_planted_is_found_at_its_cell_and_nothing_else(own: Session, name: str) -> None:
    found = forms.findings(own, forms.read(name))
    assert {(item.rule, item.cell) for item in found} == PLANTED[name]
    assert len(found) == len(PLANTED[name])


@pytest.mark.parametrize("name", [forms.CONDITIONS, forms.SAFETY])
def test_a_corrected_copy_is_silent(own: Session, name: str) -> None:
    assert forms.findings(own, forms.with_cells(forms.read(name), RIGHT[name])) == ()


def test_in_the_ledger_what_was_mended_is_told_no_more(own: Session) -> None:
    """The total of books and the teachers of row 24 stay as they are planted."""
    mended = forms.with_cells(forms.read(forms.LEDGER), RIGHT[forms.LEDGER])
    told = {(item.rule, item.cell) for item in forms.findings(own, mended)}
    assert told == {("FORM002", "P24"), ("FORM028", "AC65")}


def test_the_pupils_are_read_and_not_the_graduates(own: Session) -> None:
    """合计 stands twice in the header, and 180 graduates are no 800 pupils."""
    submission = own.bind(forms.read(forms.STATISTICS))
    values = {
        name: submission.fact(FactRef(name, column)).value
        for name, column in (
            ("students.total", "primary"),
            ("students.graduates", "primary"),
            ("students.new", "primary"),
            ("school.type", "whole"),
        )
    }
    assert values == {
        "students.total": 800,
        "students.graduates": 180,
        "students.new": 200,
        "school.type": "211",
    }
    assert (submission.identity("name"), submission.identity("code")) == (
        "某某县第一小学",
        "2136000001",
    )


def test_the_file_of_another_school_is_noticed_by_its_name(own: Session) -> None:
    other = replace(forms.read(forms.STATISTICS), name="某某县第九小学(小学).xlsx")
    (told,) = forms.findings(own, other)
    assert (told.rule, told.cell, told.sheet) == ("FORM031", "C3", "教基1001_小学")
    assert "第九小学" in told.message and "第一小学" in told.message


def test_three_years_stand_side_by_side(own: Session) -> None:
    submission = own.bind(forms.read(forms.CONDITIONS_RIGHT))
    columns = ("primary_2024", "primary.previous", "primary", "junior")
    pupils = [submission.fact(FactRef("pupils.total", column)).value for column in columns]
    assert pupils == [1000, 1010, 1020, 500]
    assert submission.identity("name") == "某某县第一实验学校"


def test_each_row_of_the_ledger_is_a_school_and_its_total_is_none(own: Session) -> None:
    submission = own.bind(forms.read(forms.LEDGER))
    assert len(submission.units) == 60
    ninth = submission.units[4]
    assert ninth.identity("name") == "某某县第5学校" and ninth.stages == ("primary", "junior")
    assert ninth.fact(FactRef("pupils.total", "whole")).value == 1037
    (told,) = (item for item in forms.findings(own, forms.read(forms.LEDGER)) if item.cell == "I9")
    assert told.unit == "某某县第5学校"


def test_a_shopping_list_is_no_form(own: Session) -> None:
    rows: list[list[object]] = [
        ["序号", "姓名", "数量", "备注"],
        [1.0, "白菜", 3.0, ""],
        [2.0, "萝卜", 5.0, ""],
    ]
    snapshot = Snapshot("清单.xlsx", {"Sheet1": SheetSnapshot("Sheet1", rows)})
    with pytest.raises(UnknownForm):
        recognise(snapshot, own.templates)


def test_a_tie_names_both(own: Session) -> None:
    (template,) = (item for item in own.templates if item.id == "own_safety")
    twin = replace(template, id="twin", title="另一张自查表")
    with pytest.raises(UnknownForm, match=r"学校安全工作自查表.*另一张自查表"):
        recognise(forms.read(forms.SAFETY), [template, twin])


def test_remarks_on_a_whole_column_are_told_once(own: Session) -> None:
    """500 teachers, of whom ten wrote their phone number in full-width digits."""
    cells = {f"Q{row}": "１３８０００００００１" for row in range(50, 60)}
    told = forms.findings(own, forms.with_cells(forms.read(forms.ROSTER), cells))
    (remark,) = (item for item in told if item.rule == "FORM003")
    assert remark.cell == "Q50" and "10 格" in remark.message


def test_nobody_is_told_to_repair_the_layout(own: Session) -> None:
    """A header that somebody retyped: its figures are not read, and the author is told."""
    found = forms.findings(
        own, forms.with_cells(forms.read(forms.CONDITIONS_RIGHT), {"E4": "去年"})
    )
    (told,) = found
    assert told.rule == "FORM027" and told.severity == "soft"
    assert "填表人不用改表样" in told.message and "小学部/2024年" in told.message


def test_a_header_text_that_stands_twice_is_not_read(own: Session) -> None:
    """An author who writes 合计 alone gets nothing, and is told the cells."""
    (template,) = (item for item in own.templates if item.id == "school_statistics")
    assert template.layout is not None
    school, pupils, *others = template.layout.sheets
    (grid,) = pupils.grids
    cells = tuple(
        replace(cell, header="合计") if cell.field == "students.total" else cell
        for cell in grid.cells
    )
    careless = replace(pupils, grids=(replace(grid, cells=cells),))
    layout = replace(template.layout, sheets=(school, careless, *others))
    submission = bind(forms.read(forms.STATISTICS), replace(template, layout=layout))
    assert submission.fact(FactRef("students.total", "primary")).state is FactState.UNBOUND
    assert submission.fact(FactRef("students.new", "primary")).value == 200
    (problem,) = (item for item in submission.problems if item.rule == "FORM027")
    assert "D4、G4" in problem.message


def test_subtotals_are_sums_of_the_rows_since_the_last_one(own: Session) -> None:
    """小计 after the third school: right it is silent, one pupil more and it is told."""
    original = forms.read(forms.LEDGER)
    sheet = original.sheets["台账"]
    sums = [sum(row[at] for row in sheet.rows[4:7]) for at in range(5, 30)]  # type: ignore[misc]
    for more, told in ((0, 0), (1, 1)):
        line = ["小计", "", "", "", "", *sums[:3], sums[3] + more, *sums[4:], ""]
        grown = forms.with_sheet(original, "台账", forms.row_inserted(sheet, 8, line))
        submission = own.bind(grown)
        assert len(submission.units) == 60
        wrong = [item for item in submission.problems if item.rule == "FORM028"]
        assert [str(item.cell) for item in wrong if item.cell and item.cell.row == 8] == (
            ["台账!I8"] * told
        )
        assert [item.cell.a1 for item in wrong if item.cell and item.cell.row == 66] == ["AC66"]


def test_a_layout_of_another_year_is_recognised_and_not_misread(own: Session) -> None:
    """The columns 研究生 and 本科 of 教基4155 changed places, numbers and all; then somebody moved
    the words alone; then another form's number stands on the sheet."""
    original = forms.read(forms.STATISTICS)
    title = "教基4155_小学"
    moved = forms.columns_swapped(original.sheets[title], 4, 5)
    rows = [list(line) for line in original.sheets[title].rows]
    rows[2][3], rows[2][4] = rows[2][4], rows[2][3]
    words = replace(original.sheets[title], rows=rows)
    rows = [list(line) for line in original.sheets[title].rows]
    rows[1][0] = "表号：教基4156"
    renumbered = replace(original.sheets[title], rows=rows)
    for sheet in (moved, words, renumbered):
        submission = own.bind(forms.with_sheet(original, title, sheet))
        assert submission.template.id == "school_statistics"
        for name, right in (("teachers.graduate", 2), ("teachers.bachelor", 35)):
            fact = submission.fact(FactRef(name, "primary"))
            assert fact.state is FactState.UNBOUND or fact.value == right, (name, fact)
        told = [item for item in submission.problems if item.rule == "FORM027"]
        assert len(told) == (sheet is not renumbered), "教基4156 is another form, of 初中"
        assert all("印的行号、列号是" in item.message for item in told)
    whole = own.bind(original)
    assert not [item for item in whole.problems if item.rule == "FORM027"]
    assert whole.fact(FactRef("students.total", "primary")).value == 800
