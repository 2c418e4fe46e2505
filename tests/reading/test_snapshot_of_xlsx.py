"""What calamine does not tell: errors, formulas, percent formats, names, properties."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName

from checker.model.cells import Cell, CellKind, CellRef
from checker.model.snapshot import Snapshot
from checker.reading import UnreadableWorkbook, read_snapshot, read_snapshot_bytes
from checker.reading.styles import is_percent_format, read_styles

Pack = Callable[..., bytes]
Rows = Callable[[str], str]


@pytest.fixture(scope="module")
def clerks_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of everything, written by openpyxl (which stores no results of formulas)."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "基本 '情况'"
    first["B2"] = 1301
    first["B3"] = 0.955
    first["B3"].number_format = "0.0%"
    first["B4"] = "=B2*2"
    first["B5"] = "#DIV/0!"
    first["B5"].data_type = "e"
    first["B6"] = datetime(2026, 9, 1)
    first["B7"] = True
    first["B8"] = "４５人"
    first["C9"] = 95.5
    first["C9"].number_format = '0.0"%"'
    hidden = book.create_sheet("代码")
    hidden.sheet_state = "hidden"
    book.create_sheet("空表")
    for name, target in (
        ("F_students_total__primary", "'基本 ''情况'''!$B$2"),
        ("T_classes", "代码!$A$1:$C$9"),
        ("F_lost", "#REF!"),
        ("A_formula", "SUM(代码!$A$1:$A$9)"),
    ):
        book.defined_names[name] = DefinedName(name, attr_text=target)
    book.custom_doc_props.append(StringProperty(name="checker.template", value="compulsory_school"))
    path = tmp_path_factory.mktemp("clerk") / "某校.xlsx"
    book.save(path)
    return path


@pytest.fixture(scope="module")
def snapshot(clerks_book: Path) -> Snapshot:
    return read_snapshot(clerks_book)


def test_cells_are_what_they_are(snapshot: Snapshot) -> None:
    sheet = snapshot.sheets["基本 '情况'"]
    assert sheet.cell(2, 2) == Cell(CellKind.NUMBER, Decimal("1301.0"))
    assert sheet.cell(3, 2) == Cell(CellKind.NUMBER, Decimal("0.955"), None, True)
    assert sheet.cell(4, 2) == Cell(CellKind.UNCOMPUTED, None, "B2*2")
    assert sheet.cell(5, 2) == Cell(CellKind.ERROR, "#DIV/0!")
    assert sheet.cell(6, 2).value in (date(2026, 9, 1), datetime(2026, 9, 1))
    assert sheet.cell(7, 2) == Cell(CellKind.BOOLEAN, True)
    assert sheet.cell(8, 2) == Cell(CellKind.TEXT, "４５人")
    assert not sheet.cell(9, 3).percent, "a quoted % does not multiply"
    assert sheet.cell(1, 1).kind is CellKind.EMPTY and sheet.cell(99, 99).kind is CellKind.EMPTY


def test_names_properties_and_sheets(snapshot: Snapshot, clerks_book: Path) -> None:
    cell = CellRef("基本 '情况'", 2, 2)
    assert snapshot.names["F_students_total__primary"] == (cell, cell)
    assert snapshot.names["T_classes"] == (CellRef("代码", 1, 1), CellRef("代码", 9, 3))
    assert snapshot.names["F_lost"] is None
    assert "A_formula" not in snapshot.names
    assert snapshot.properties == {"checker.template": "compulsory_school"}
    assert list(snapshot.sheets) == ["基本 '情况'", "代码", "空表"]
    assert not snapshot.sheets["代码"].visible
    assert snapshot.sheets["空表"].last_row == 0
    assert snapshot.content == clerks_book.read_bytes()
    assert snapshot.formulas_known and snapshot.cannot_write is None


def test_formulas_with_and_without_results(packed: Pack, sheet: Rows) -> None:
    rows = (
        '<row r="1"><c r="A1"><f>1/0</f></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        '<c r="C1"><f>SUM(A2,&quot;&lt;&quot;)</f><v>45</v></c>'
        '<c r="D1" t="str"><f>""</f><v></v></c>'
        '<c r="E1"><f t="shared" si="0"/><v>7</v></c><c r="F1"><f>A9</f><v/></c>'
        '<c r="G1" t="inlineStr"><is><t>&lt;f&gt; t="e"</t></is></c></row>'
    )
    snapshot = read_snapshot_bytes("表.xlsx", packed({"xl/worksheets/sheet1.xml": sheet(rows)}))
    page = snapshot.sheets["表"]
    assert page.cell(1, 1).kind is CellKind.UNCOMPUTED
    assert page.cell(1, 2) == Cell(CellKind.ERROR, "#DIV/0!", "1/0")
    assert page.cell(1, 3) == Cell(CellKind.NUMBER, Decimal("45.0"), 'SUM(A2,"<")')
    assert page.cell(1, 4) == Cell(CellKind.EMPTY, None, '""'), "an empty text is a result"
    assert page.cell(1, 5) == Cell(CellKind.NUMBER, Decimal("7.0"), "")
    assert page.cell(1, 6).kind is CellKind.UNCOMPUTED
    assert page.cell(1, 7) == Cell(CellKind.TEXT, '<f> t="e"')


def test_a_sheet_local_name_serves_when_the_workbooks_own_is_lost(
    packed: Pack, parts: Mapping[str, str]
) -> None:
    names = (
        '<definedNames><definedName name="F_x__whole">#REF!</definedName>'
        '<definedName name="F_x__whole" localSheetId="0">表!$B$2</definedName>'
        '<definedName name="F_y__whole" hidden="1">表!$C$3</definedName>'
        '<definedName name="F_y__whole" localSheetId="0">表!$D$4</definedName>'
        '<definedName name="_xlnm.Print_Area" localSheetId="0">表!$A$1:$D$4</definedName>'
        "</definedNames>"
    )
    workbook = parts["xl/workbook.xml"].replace("</sheets>", f"</sheets>{names}")
    for text in (workbook, workbook.replace("<definedNames>", "<definedNames><!-- -->")):
        found = read_snapshot_bytes("表.xlsx", packed({"xl/workbook.xml": text})).names
        assert found["F_x__whole"] == (CellRef("表", 2, 2), CellRef("表", 2, 2))
        assert found["F_y__whole"] == (CellRef("表", 3, 3), CellRef("表", 3, 3))
        assert len(found) == 2


@pytest.mark.parametrize("strings", ["", '<sst xmlns="x" count="0" uniqueCount="0"/>'])
def test_empty_shared_strings_do_not_hinder(packed: Pack, strings: str) -> None:
    data = packed({"xl/sharedStrings.xml": strings})
    snapshot = read_snapshot_bytes("表.xlsx", data)
    assert snapshot.sheets["表"].cell(2, 2).value == Decimal("12.5")
    assert snapshot.content == data, "the file itself stays as it was"


def test_percent_formats() -> None:
    for code in ("0%", "0.00%", "0.0 %;[Red]-0.0 %", "[>1]0%;0"):
        assert is_percent_format(code), code
    for code in ('0.0"%"', "0\\%", "General", "yyyy-mm-dd", '_%0"%"'):
        assert not is_percent_format(code), code
    styles = (
        '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0.0%"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="164"/><xf numFmtId="10"/></cellXfs></styleSheet>'
    )
    assert read_styles(styles.encode()).percent == {1, 2}


def test_whether_marks_can_be_written_is_known_and_the_writer_agrees(
    workbooks_of: Callable[[str], Iterator[Path]],
) -> None:
    from checker.writing import can_write

    refused = 0
    for path in workbooks_of("ok"):
        try:
            told = read_snapshot(path).cannot_write
        except UnreadableWorkbook:
            continue
        if told is not None:
            refused += 1
            assert can_write(path) == told, path.name
    assert refused >= 5
