"""A workbook open in real LibreOffice: read, marked, marked again, cleaned, interrupted."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwings as xw
from checker_xlsx.book import apply_changes, read_open_book, remove_marks
from checker_xlsx.description import describe, described
from checker_xlsx.libreoffice import cells, documents, engine, names
from checker_xlsx.looks import Look
from checker_xlsx.orders import Orders, Step, Verb, answered, lines_of
from checker_xlsx.painting import by_launcher
from checker_xlsx.reading import read_by_ranges
from checker_xlsx.reading import read_open_book as read_and_describe

from checker.model.cells import CellKind, CellRef
from checker.model.marks import CellEdit, Changes, Fill, Mark, ResultCell, ResultSheet
from checker.writing import clean_marks, write_changes
from checker.writing.text_size import text_pixels

pytestmark = pytest.mark.real

RESULT = ResultSheet(
    "校验结果",
    [
        [ResultCell("校验结果", bold=True, size=16)],
        [ResultCell("结论", header=True, border=True), ResultCell("单元格", header=True)],
        [
            ResultCell("不通过", fill=Fill.FAIL, bold=True),
            ResultCell("教师!B2", link="'教师'!B2", wrap=True),
        ],
        [ResultCell("=1+1"), ResultCell("45")],
    ],
    widths=[10, 20],
    freeze_rows=2,
    merges=["A1:B1"],
)
CHANGES = Changes(
    marks=(
        Mark("教师", "B2", Fill.FAIL, "不通过　缺 7 名"),
        Mark("教师", "C3", Fill.PASS),
    ),
    sheets=(RESULT,),
    edits=(CellEdit("教师", "A7", "=文字"),),
)


def state(book: xw.Book) -> dict[str, object]:
    """Everything marks could touch: sheets, values, fills and notes."""
    seen: dict[str, object] = {"active": book.sheets.active.name}
    for sheet in book.sheets:
        api = sheet.api
        notes = [
            (a.Position.Row, a.Position.Column, a.String)
            for a in (api.Annotations.getByIndex(i) for i in range(api.Annotations.Count))
        ]
        fills = [
            [api.getCellByPosition(column, row).CellBackColor for column in range(6)]
            for row in range(12)
        ]
        seen[sheet.name] = (
            sheet.used_range.formula,
            sorted(notes),
            fills,
            api.isProtected(),
            api.IsVisible,
        )
    return seen


@contextmanager
def calls_counted() -> Iterator[Counter[str]]:
    """Counts the members of the engine that are used meanwhile: each would be a call to Excel."""
    counted: Counter[str] = Counter()
    classes = [
        *(engine.App, documents.Book, documents.Books, documents.Sheets, documents.Sheet),
        *(names.Names, names.Name, cells.Range, cells.Font, cells.Borders),
    ]

    def watch(kind: type) -> None:
        def watched(self: object, name: str) -> object:
            if not name.startswith("_") and "checker_xlsx" not in caller_file():
                counted[f"{kind.__name__}.{name}"] += 1
            return object.__getattribute__(self, name)

        kind.__getattribute__ = watched  # type: ignore[method-assign]

    def caller_file() -> str:
        """Only what xlwings asks of the engine counts, not what the engine asks of itself."""
        return sys._getframe(2).f_globals["__name__"]

    for kind in classes:
        watch(kind)
    try:
        yield counted
    finally:
        for kind in classes:
            del kind.__getattribute__


def test_what_is_on_the_screen_is_read_saved_or_not(open_book: xw.Book) -> None:
    sheet = open_book.sheets["教师"]
    sheet.api.unprotect("")
    sheet.range("B2").value = 46
    sheet.range("A9").value = [["=1/0", "=B2*2", datetime(2026, 9, 1), "'45"]]
    snapshot = read_open_book(open_book)
    teachers = snapshot.sheets["教师"]
    assert teachers.cell(2, 2).value == 46
    assert teachers.cell(9, 1).kind is CellKind.ERROR
    assert teachers.cell(9, 1).value == "#DIV/0!"
    assert (teachers.cell(9, 2).value, teachers.cell(9, 2).formula) == (92, "B2*2")
    assert teachers.cell(9, 4).kind is CellKind.TEXT
    assert snapshot.names["teachers_full_time"] == (CellRef("教师", 2, 2),) * 2
    assert list(snapshot.sheets) == ["填表说明", "教师"]


def test_dates_truth_values_and_percentages_are_told_apart(office, tmp_path: Path) -> None:
    path = tmp_path / "格式.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet("表")
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_datetime("A1", datetime(2026, 9, 1), day)
    sheet.write("A2", 0.955, workbook.add_format({"num_format": "0.00%"}))
    sheet.write_boolean("A3", True)
    sheet.write("A4", 41.5)
    workbook.set_custom_property("checker.template", "compulsory_school")
    workbook.close()
    book = office.open(path)
    try:
        snapshot, (by_ranges, _) = read_open_book(book), read_by_ranges(book)
    finally:
        book.close()
    for read in (snapshot.sheets["表"], by_ranges.sheets["表"]):
        assert read.cell(1, 1).value == date(2026, 9, 1)
        assert read.cell(3, 1).value is True
        assert str(read.cell(4, 1).value) == "41.5"
    assert snapshot.sheets["表"].cell(2, 1).percent
    assert not snapshot.sheets["表"].cell(4, 1).percent
    assert snapshot.properties["checker.template"] == "compulsory_school"


def test_marks_appear_replace_each_other_and_go_again(open_book: xw.Book) -> None:
    before = state(open_book)
    applied = apply_changes(open_book, CHANGES, read_open_book(open_book))
    assert not applied.refused
    teachers = open_book.sheets["教师"]
    assert teachers.range("B2").color == (0xFF, 0xC7, 0xCE)
    assert teachers.range("C3").color == (0xC6, 0xEF, 0xCE)
    assert teachers.range("A7").value == "=文字"
    marked = state(open_book)
    assert marked["教师"][1] == [(1, 1, "填 9 月 1 日的人数\n────────\n不通过　缺 7 名")]
    assert marked["教师"][3], "the sheet is protected again"
    assert marked["active"] == before["active"]
    result = open_book.sheets["校验结果"]
    assert result.range("A1:B4").value == [
        ["校验结果", None],
        ["结论", "单元格"],
        ["不通过", "教师!B2"],
        ["=1+1", "45"],
    ]
    assert not open_book.sheets["校验记录"].visible

    second = Changes(marks=(Mark("教师", "C3", Fill.DOUBT, "存疑"),), sheets=(RESULT,))
    apply_changes(open_book, second, read_open_book(open_book))
    assert teachers.range("B2").color == (0xFF, 0xF2, 0xCC), "the mended cell is as it was"
    assert teachers.range("C3").color == (0xFF, 0xEB, 0x9C)
    assert [sheet.name for sheet in open_book.sheets].count("校验结果") == 1

    assert remove_marks(open_book, read_open_book(open_book)).had_marks
    assert state(open_book) == before


def test_what_the_user_changed_since_stays(open_book: xw.Book) -> None:
    apply_changes(open_book, CHANGES, read_open_book(open_book))
    teachers = open_book.sheets["教师"]
    teachers.api.unprotect("")
    teachers.range("C3").color = "#00B0F0"
    teachers.range("A7").value = "我写的"
    teachers.api.Rows.insertByIndex(0, 1)
    remove_marks(open_book, read_open_book(open_book))
    assert teachers.range("C4").color == (0, 0xB0, 0xF0)
    assert teachers.range("A8").value == "我写的"
    assert teachers.range("B3").color == (0xFF, 0xF2, 0xCC), "found again one row further down"


def test_a_failure_in_the_middle_leaves_the_book_as_it_was(
    open_book: xw.Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(open_book)
    real = documents.repaint
    asked = []

    def fails_the_first_time(document: object, looks: list[Look]) -> None:
        asked.append(looks)
        if len(asked) == 2:  # the first colours the result sheet
            real(document, looks[:2])
            raise RuntimeError("the office went away")
        real(document, looks)

    monkeypatch.setattr(documents, "repaint", fails_the_first_time)
    with pytest.raises(RuntimeError):
        apply_changes(open_book, CHANGES, read_open_book(open_book))
    assert state(open_book) == before


def test_the_selection_stays_where_it_was(open_book: xw.Book) -> None:
    open_book.sheets["教师"].activate()
    open_book.sheets["教师"].range("B7:C9").select()
    apply_changes(open_book, CHANGES, read_open_book(open_book))
    assert open_book.sheets.active.name == "教师"
    assert open_book.selection.address == "$B$7:$C$9"
    assert open_book.app.calculation == "automatic"
    assert open_book.app.screen_updating


def test_a_protected_structure_is_noticed(open_book: xw.Book) -> None:
    assert not read_and_describe(open_book)[1].structure_protected
    open_book.api.protect("")
    assert read_and_describe(open_book)[1].structure_protected


def test_a_sheet_under_a_strangers_password_is_left_alone(open_book: xw.Book) -> None:
    api = open_book.sheets["教师"].api
    api.unprotect("")
    api.protect("不告诉你")
    before = state(open_book)
    applied = apply_changes(open_book, CHANGES, read_open_book(open_book))
    assert applied.refused == {"教师"}
    assert state(open_book)["教师"] == before["教师"]
    assert "校验结果" in [sheet.name for sheet in open_book.sheets]


def test_the_calls_do_not_grow_with_the_marks(open_book: xw.Book) -> None:
    counts = []
    for number in (5, 400):
        marks = [Mark("教师", f"E{row}", Fill.FAIL, f"不通过 {row}") for row in range(1, number)]
        rows = [[ResultCell("不通过", fill=Fill.FAIL, border=True, wrap=True)]] * number
        changes = Changes(marks=marks, sheets=(ResultSheet("校验结果", rows),))
        with calls_counted() as counted:
            apply_changes(open_book, changes, read_by_ranges(open_book)[0])
        remove_marks(open_book, read_by_ranges(open_book)[0])
        counts.append(counted)
    assert counts[0] == counts[1]
    assert sum(counts[1].values()) < 400
    assert counts[1]["Range.raw_value"] > 0, "the counting works"


def test_marked_by_the_button_cleaned_by_the_command(
    open_book: xw.Book, office, tmp_path: Path
) -> None:
    apply_changes(open_book, CHANGES, read_open_book(open_book))
    saved = office.save(open_book, tmp_path / "存盘.xlsx")
    summary = clean_marks(saved, tmp_path / "清除后.xlsx")
    assert summary.found
    assert not summary.kept
    book = openpyxl.load_workbook(tmp_path / "清除后.xlsx")
    assert book.sheetnames == ["填表说明", "教师"]
    teachers = book["教师"]
    assert teachers["B2"].fill.fgColor.rgb == "FFFFF2CC"
    assert teachers["B2"].comment.text == "填 9 月 1 日的人数"
    assert teachers["C3"].fill.fill_type is None
    assert teachers["A7"].value is None


def test_marked_by_the_command_cleaned_by_the_button(office, macro_workbook: Path) -> None:
    original = office.open(macro_workbook)
    before = state(original)
    original.close()
    marked = macro_workbook.with_name("已标.xlsm")
    write_changes(macro_workbook, marked, CHANGES)
    book = office.open(marked)
    try:
        assert book.sheets["教师"].range("B2").color == (0xFF, 0xC7, 0xCE)
        remove_marks(book, read_open_book(book))
        assert state(book) == before
    finally:
        book.close()


def test_excels_way_by_the_launchers_own_macros(open_book: xw.Book, tmp_path: Path) -> None:
    """The procedures that Excel runs, run by LibreOffice's VBA as far as it knows their members:
    protection options are unknown to it, so the sheet is unprotected here."""
    open_book.sheets["教师"].api.unprotect("")
    before = state(open_book)
    looks = [
        Look("教师", "B2", "FFC7CE", "不通过\n缺 7 名"),
        Look("教师", "C3", "C6EFCE"),
        Look("教师", "A7", None, None, "=文字"),
    ]
    found = by_launcher(open_book, Orders(looks)).seen
    assert found.looks[0] == Look("教师", "B2", "FFF2CC", "填 9 月 1 日的人数")
    assert found.looks[1].fill == ""
    marked = state(open_book)
    assert marked["教师"][1] == [(1, 1, "不通过\n缺 7 名")]
    assert open_book.sheets["教师"].range("A7").value == "=文字"
    by_launcher(open_book, Orders([*found.looks[:2], Look("教师", "A7", value="")]))
    assert state(open_book) == before


def test_the_whole_of_excels_way(open_book: xw.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows: read range by range, look and paint through the workbook's macros, with a
    number of calls that does not depend on the number of marks."""
    for member in ("snapshot", "look", "repaint"):
        monkeypatch.delattr(documents.Book, member)
    for sheet in open_book.sheets:
        sheet.api.unprotect("")
    before = state(open_book)
    counts = []
    for number in (3, 150):
        more = [Mark("教师", f"E{row}", Fill.DOUBT, f"存疑 {row}") for row in range(1, number)]
        changes = Changes((*CHANGES.marks, *more), CHANGES.sheets, CHANGES.edits)
        with calls_counted() as counted:
            apply_changes(open_book, changes, read_open_book(open_book))
        assert open_book.sheets["教师"].range("B2").color == (0xFF, 0xC7, 0xCE)
        assert open_book.sheets["教师"].range("A7").value == "=文字"
        remove_marks(open_book, read_open_book(open_book))
        assert state(open_book) == before
        counts.append(counted)
    assert counts[0] == counts[1]
    assert counts[0]["App.run"] == 3, "one to describe, one to look, one to paint"


def test_lines_between_the_program_and_the_launcher() -> None:
    look = Look("教师 表", "B2", "FFC7CE;13;000000", "不通过\n缺\t7", "=1")
    width, height = text_pixels("不通过\n缺\t7")
    put = Step(Verb.PUT, "表", "3", entries=("'=1", "=ROWS(A1)", 1.5, None, True, date(2026, 9, 1)))
    dress = Step(Verb.DRESS, "表", "A1:B2", "bold", (1,))
    orders = Orders([look, put], [Step(Verb.DROP, "表")], [dress, Step(Verb.NAME, "表", "结果")])
    assert lines_of(orders).splitlines() == [
        "cell\t\\u6559\\u5E08 \\u8868\tB2\tFFC7CE;13;000000\t"
        "+\\u4E0D\\u901A\\u8FC7\\u000A\\u7F3A\\u00097\t+=1\t"
        f"{width * 0.75:g};{height * 0.75:g}",
        "put\t\\u8868\t3\t+=1\t!=ROWS(A1)\t#1.5\t-\t?1\t@46266",
        "undo",
        "drop\t\\u8868",
        "finish",
        "dress\t\\u8868\tA1:B2\tbold\t#1",
        "name\t\\u8868\t\\u7ED3\\u679C",
    ]
    answer = answered(
        "was\t\\u8868\tB2\t-\t+a\\u000Db\nrefused\t\\u6559\n"
        "noteless\t\\u8868\tC3\ncovered\t\\u8868\tC4\n"
    )
    assert answer.seen.looks == (Look("表", "B2", "", "a\nb"),)
    assert answer.seen.refused == {"教"}
    assert (answer.without_note, answer.covered) == (("表!C3",), ("表!C4",))
    about = described(
        "book\ta\\u8868.xlsm\tC:\\u005Ca.xlsm\nstate\tshared\nname\tF_a\t='\\u8868'!$A$1\n"
        "percent\t\\u8868\tB2\nproperty\tk\tv\nused\t\\u8868\tA1:C9\nrefused\t\\u8868\n"
    )
    assert about.names == {"F_a": "='表'!$A$1"}
    assert about.percent == {"表": ("B2",)}
    assert (about.book, about.place, about.shared) == ("a表.xlsm", "C:\\a.xlsm", True)
    assert (about.used, about.refused) == ({"表": "A1:C9"}, {"表"})


def test_names_follow_a_renamed_sheet(open_book: xw.Book) -> None:
    open_book.sheets["教师"].name = "教师 (2026)"
    assert describe(open_book).names["teachers_full_time"] == "='教师 (2026)'!$B$2"
