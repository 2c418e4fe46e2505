"""What Excel and LibreOffice open is read, however it is written, and to the same values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

import pytest

from checker.model.cells import CellKind, CellRef
from checker.model.snapshot import LAST_COLUMN, LAST_ROW
from checker.reading import UnreadableWorkbook, read_snapshot, read_snapshot_bytes
from checker.reading.sheet_part import read_sheet

Pack = Callable[..., bytes]
Rows = Callable[[str], str]
DATA = Path(__file__).parent / "data"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="0.0%"/>'
    '<numFmt numFmtId="171" formatCode="aaaa"/>'
    '<numFmt numFmtId="172" formatCode="0&quot;aaa&quot;"/>'
    '<numFmt numFmtId="173" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts><cellXfs>'
    + "".join(f'<xf numFmtId="{number}"/>' for number in (0, 170, 171, 172, 14, 173))
    + "</cellXfs></styleSheet>"
)


def cells_of(packed: Pack, rows: str) -> list[list[object]]:
    """The values of a sheet with these rows, in a workbook with the styles above."""
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    data = packed({"xl/worksheets/sheet1.xml": xml, "xl/styles.xml": STYLES})
    return [list(row) for row in read_snapshot_bytes("表.xlsx", data).sheets["表"].rows]


TITLES = [
    "填表说明",
    "基本情况",
    "教师",
    "校舍与装备",
    "班级",
    "经费",
    "安全",
    "指标",
    "说明",
    "代码",
]


def test_a_form_is_read_to_the_same_cells_however_its_parts_are_written() -> None:
    read = [read_snapshot(path) for path in sorted(DATA.glob("*.xls?"))]
    assert len(read) == 5
    for snapshot in read:
        assert list(snapshot.sheets) == TITLES
        filled = [cell for row in snapshot.sheets["基本情况"].rows for cell in row if cell != ""]
        assert len(filled) == 157
        assert (1, 1, 1, 10) in snapshot.sheets["基本情况"].merged
        assert len(snapshot.names) > 300 and None not in snapshot.names.values()
        assert snapshot.properties["checker.template"] == "compulsory_school"
        assert snapshot.sheets == read[0].sheets


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1"><v>12</v></c>', 12.0),
        ('<c r="A1" s="4"><v>46275</v></c>', date(2026, 9, 10)),
        ('<c r="A1" s="5"><v>46275.5</v></c>', datetime(2026, 9, 10, 12)),
        ('<c r="A1" s="2"><v>46275</v></c>', date(2026, 9, 10)),
        ('<c r="A1" s="3"><v>46275</v></c>', 46275.0),
        ('<c r="A1" s="99"><v>5</v></c>', 5.0),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="str"><v>三 &lt; 四&#10;</v></c>', "三 < 四\n"),
        ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> 甲 </t></is></c>', " 甲 "),
        ('<c r="A1" t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r></is></c>', "甲乙"),
        ("<c t='inlineStr' r='A1'><is><t>甲<!-- 批 --></t></is></c>", "甲"),
        ('<c r="A1" t="str"><v><![CDATA[a<b]]></v></c>', "a<b"),
        ('<c r=" a1 "><v> 5 </v></c>', 5.0),
        ('<c t="nobody-knows"><v>7</v></c>', "7"),
        ('<c r="A1"><v>１２</v></c>', "１２"),
        ('<c><v>1</v></c><c r="B1" s="x" t="n"><v>2</v></c>', 1.0),
        ('<c r="A1" t="str"><v>a</v><f>B1</f></c>', "a"),
    ],
)
def test_a_cell_is_what_it_is_in_excel(packed: Pack, cell: str, value: object) -> None:
    found = cells_of(packed, f'<row r="1">{cell}</row>')[0][0]
    assert found == value and type(found) is type(value)


def test_cells_that_do_not_say_where_they_are_follow_each_other(packed: Pack) -> None:
    rows = (
        "<row><c><v>1</v></c><c><v>2</v></c></row><row r='4'><c/><c r='C4'><v>3</v></c>"
        "<c><f>1/0</f></c></row>"
    )
    xml = f"<x:worksheet xmlns:x='{MAIN}'><x:sheetData>{rows}</x:sheetData></x:worksheet>"
    xml = xml.replace("<row", "<x:row").replace("</row", "</x:row").replace("<c", "<x:c")
    xml = xml.replace("</c", "</x:c").replace("<v>", "<x:v>").replace("</v", "</x:v")
    xml = xml.replace("<f>", "<x:f>").replace("</f", "</x:f")
    sheet = read_snapshot_bytes("表.xlsx", packed({"xl/worksheets/sheet1.xml": xml})).sheets["表"]
    assert [sheet.raw(1, 1), sheet.raw(1, 2), sheet.raw(4, 3)] == [1.0, 2.0, 3.0]
    assert sheet.cell(4, 4).kind is CellKind.UNCOMPUTED and sheet.formulas == {(4, 4): "1/0"}


def test_an_error_that_is_newer_than_the_reader_is_an_error(packed: Pack) -> None:
    data = packed(
        {
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">'
            '<c r="A1" t="e"><v>#SPILL!</v></c><c r="B1"><v>2</v></c></row></sheetData></worksheet>'
        }
    )
    sheet = read_snapshot_bytes("表.xlsx", data).sheets["表"]
    assert sheet.cell(1, 1).kind is CellKind.ERROR
    assert sheet.raw(1, 2) == 2.0


def test_an_index_beyond_the_shared_strings_is_damage_and_where(packed: Pack) -> None:
    with pytest.raises(UnreadableWorkbook, match=r"文件已损坏（xl/worksheets/sheet1\.xml）"):
        cells_of(packed, '<row r="1"><c r="A1" t="s"><v>9</v></c></row>')


def test_percentages_and_formulas_in_whatever_order_attributes_stand(packed: Pack) -> None:
    xml = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1" s="1" customFormat="1">'
        '<c r="A1" s="1"><v>0.5</v></c><c r="B1" t="n" s="1"><v>0.5</v></c>'
        '<c s="1" r="C1"><v>0.5</v></c><c r="D1" s="0"><f t="shared" si="0"/><v>2</v></c>'
        '<c r="E1" s="3"><v>1</v></c></row></sheetData></worksheet>'
    )
    data = packed({"xl/worksheets/sheet1.xml": xml, "xl/styles.xml": STYLES})
    sheet = read_snapshot_bytes("表.xlsx", data).sheets["表"]
    assert sheet.percent == {(1, 1), (1, 2), (1, 3)}
    assert sheet.formulas == {(1, 4): ""}


def test_merged_areas_may_be_whole_rows_and_columns(packed: Pack) -> None:
    xml = (
        f'<worksheet xmlns="{MAIN}"><dimension ref="1:47"/><sheetData><row r="2"><c r="B2"><v>1</v>'
        '</c></row></sheetData><mergeCells count="5"><mergeCell ref="B2:C4"/><mergeCell ref="4:4"/>'
        '<mergeCell ref="$A:$C"/><mergeCell ref="D9"/><mergeCell ref="nowhere"/></mergeCells>'
        "</worksheet>"
    )
    sheet = read_snapshot_bytes("表.xlsx", packed({"xl/worksheets/sheet1.xml": xml})).sheets["表"]
    assert sheet.raw(2, 2) == 1.0
    assert sheet.merged == (
        (2, 2, 4, 3),
        (4, 1, 4, LAST_COLUMN),
        (1, 1, LAST_ROW, 3),
        (9, 4, 9, 4),
    )


def test_names_may_stand_for_whole_rows_and_columns(packed: Pack, parts: Mapping[str, str]) -> None:
    names = (
        "<definedNames><definedName name='T_rows'>表!$3:$5</definedName>"
        "<definedName name='T_columns'>表!$B:$C</definedName></definedNames>"
    )
    workbook = parts["xl/workbook.xml"].replace("</sheets>", f"</sheets>{names}")
    found = read_snapshot_bytes("表.xlsx", packed({"xl/workbook.xml": workbook})).names
    assert found["T_rows"] == (CellRef("表", 3, 1), CellRef("表", 5, LAST_COLUMN))
    assert found["T_columns"] == (CellRef("表", 1, 2), CellRef("表", LAST_ROW, 3))


def test_an_irrelevant_part_may_be_missing_or_broken(
    packed: Pack, parts: Mapping[str, str]
) -> None:
    whole = packed()
    broken = packed(
        {
            "xl/theme/theme1.xml": "<a:theme",
            "xl/drawings/drawing1.xml": b"\0\1\2",
            "docProps/custom.xml": "<Properties><property name='a'>",
            "docProps/app.xml": "<Properties><TitlesOfParts>",
            "xl/metadata.xml": "<metadata attribute=unquoted>",
            "xl/tables/table1.xml": '<table ref="4:4" xmlns="x"/>',
            "[Content_Types].xml": "<Types/>",
        }
    )
    assert (
        read_snapshot_bytes("表.xlsx", broken).sheets
        == read_snapshot_bytes("表.xlsx", whole).sheets
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030", "utf-16-le", "utf-16-be"])
def test_parts_in_other_encodings(packed: Pack, parts: Mapping[str, str], encoding: str) -> None:
    rows = '<row r="1"><c r="A1" t="str"><v>第一小学</v></c></row>'
    name = encoding.removesuffix("-sig")
    head = f'<?xml version="1.0" encoding="{name}"?>'
    xml = f'{head}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    workbook = head + parts["xl/workbook.xml"].replace('name="表"', 'name="基本情况"')
    data = packed(
        {
            "xl/worksheets/sheet1.xml": xml.encode(encoding),
            "xl/workbook.xml": workbook.encode(encoding),
        }
    )
    assert read_snapshot_bytes("表.xlsx", data).sheets["基本情况"].rows == [["第一小学"]]


def test_the_hundredth_workbook_of_a_process_is_read_as_the_first(
    packed: Pack, sheet: Rows
) -> None:
    """Nothing is remembered: the same cells mean something else with other styles."""
    rows = '<row r="1"><c r="A1" s="1"><v>46275</v></c></row>'
    plain = packed({"xl/worksheets/sheet1.xml": sheet(rows)})
    dated = packed(
        {
            "xl/worksheets/sheet1.xml": sheet(rows),
            "xl/styles.xml": STYLES.replace('<xf numFmtId="170"/>', '<xf numFmtId="14"/>'),
        }
    )
    for _ in range(3):
        assert read_snapshot_bytes("甲.xlsx", plain).sheets["表"].rows == [[46275.0]]
        assert read_snapshot_bytes("乙.xlsx", dated).sheets["表"].rows == [[date(2026, 9, 10)]]


def test_a_formula_that_compares_with_another_sheet_is_no_damage() -> None:
    xml = (
        b'<worksheet><sheetData><row r="1"><c r="A1"><f>IF(B1=\'2025 \'!C3,1,2)</f><v>2</v></c>'
        b'<c r="B1" t="inlineStr"><is><t>a=\'b\'</t></is></c></row></sheetData></worksheet>'
    )
    found = read_sheet(xml, frozenset(), "sheet1.xml")
    assert found.beside.formulas == {(1, 1): "IF(B1='2025 '!C3,1,2)"}
    assert b"a='b'" in found.xml.replace(b"&apos;", b"'")
    assert found.written == 2
