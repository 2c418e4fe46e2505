"""What Excel "repairs" a file for: metadata of cells, spans of rows, the list of formula cells."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from writing_corpus import parts_of

from checker.model.marks import CellEdit, Changes, Fill, Mark, ResultCell, ResultSheet
from checker.writing import clean_marks, fill_cells, write_changes

SHEET = "xl/worksheets/sheet1.xml"
CHAIN = "xl/calcChain.xml"
RICH = ("xl/metadata.xml", "xl/richData/rdrichvalue.xml", "xl/richData/richValueRel.xml")
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """A form with a picture placed in cell B2, sums in C2:C5, a spilling formula in F2, and rows
    that say which columns they span. XlsxWriter writes these parts as Excel does, but for the list
    of formula cells, which is put in."""
    path = tmp_path / "表.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("表")
    sheet.write_row(0, 0, ("名称", "照片", "合计", "一", "二"))
    sheet.embed_image("B2", "章.png", {"image_data": io.BytesIO(PIXEL)})
    for row in range(1, 5):
        sheet.write(row, 0, f"第{row}校")
        sheet.write_formula(row, 2, f"=SUM(D{row + 1}:E{row + 1})", None, row * 3)
        sheet.write_row(row, 3, (row, row * 2))
    sheet.write_dynamic_array_formula("F2:F2", "=UNIQUE(D2:D5)", None, 1)
    sheet.write("C9", "只有这一格")
    book.close()
    parts = {one.filename: one for one in zipfile.ZipFile(path).infolist()}
    with zipfile.ZipFile(path) as old:
        content = {name: old.read(name) for name in parts}
    cells = "".join(f'<c r="C{row}" i="1"/>' for row in range(2, 6))
    content[CHAIN] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<calcChain xmlns="http://schemas.'
        f'openxmlformats.org/spreadsheetml/2006/main">{cells}<c r="F2" i="1" a="1"/></calcChain>'
    ).encode()
    _put_before(
        content,
        "[Content_Types].xml",
        "</Types>",
        '<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.calcChain+xml"/>',
    )
    _put_before(
        content,
        "xl/_rels/workbook.xml.rels",
        "</Relationships>",
        '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/calcChain" Target="calcChain.xml"/>',
    )
    _save(content, path)
    assert b'<c r="B2" t="e" vm="1"><v>#VALUE!</v></c>' in content[SHEET]
    assert b'<c r="F2" cm="1">' in content[SHEET]
    return path


def _put_before(content: dict[str, bytes], name: str, closing: str, xml: str) -> None:
    content[name] = content[name].replace(closing.encode(), (xml + closing).encode())


def _save(content: dict[str, bytes], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in content.items():
            new.writestr(name, data)


def _saved_by_another_program(source: Path, target: Path) -> None:
    """The same workbook without our record for exact undoing, as any program would leave it."""
    content = parts_of(source)
    del content["checker/undo.dat"]
    _put_before(content, "docProps/core.xml", "</cp:coreProperties>", " ")
    _save(content, target)


def _tag(path: Path, address: str) -> str:
    found = re.search(rb'<c r="%s"[^>]*>' % address.encode(), parts_of(path)[SHEET])
    assert found is not None
    return found[0].decode()


def _ties(path: Path) -> tuple[bool, bool, bool]:
    """Whether the list of formula cells is there, is related to, and has its type declared."""
    parts = parts_of(path)
    return (
        CHAIN in parts,
        b"calcChain" in parts["xl/_rels/workbook.xml.rels"],
        b"calcChain" in parts["[Content_Types].xml"],
    )


def test_a_coloured_and_noted_picture_stays_a_picture(form: Path, tmp_path: Path) -> None:
    marked, cleaned = tmp_path / "m.xlsx", tmp_path / "c.xlsx"
    write_changes(form, marked, Changes([Mark("表", "B2", Fill.FAIL, "不通过：没有盖章。")]))
    assert re.fullmatch(
        r'<c r="B2" (?=.* ?s="\d+")(?=.* ?t="e")(?=.* ?vm="1").*>', _tag(marked, "B2")
    )
    before, after = parts_of(form), parts_of(marked)
    assert b"<v>#VALUE!</v>" in after[SHEET]
    assert all(before[name] == after[name] for name in RICH)
    clean_marks(marked, cleaned)
    assert parts_of(cleaned) == before


def test_what_is_written_over_a_picture_is_no_picture(form: Path, tmp_path: Path) -> None:
    edits = [CellEdit("表", "B2", "已盖章")]
    marked, saved, cleaned = (tmp_path / f"{name}.xlsx" for name in "msc")
    write_changes(form, marked, Changes([Mark("表", "B2", Fill.DOUBT)], (), edits))
    assert "vm=" not in _tag(marked, "B2") and 't="inlineStr"' in _tag(marked, "B2")
    fill_cells(form, saved, edits)
    assert "vm=" not in _tag(saved, "B2")
    clean_marks(marked, cleaned)
    assert parts_of(cleaned) == parts_of(form), "the picture is back"


def test_a_result_that_is_dropped_takes_its_metadata_along(form: Path, tmp_path: Path) -> None:
    """A formula that yields a picture: its value is stale, what describes the value is too; what
    says that the formula spills stays with the formula."""
    content = parts_of(form)
    content[SHEET] = content[SHEET].replace(
        b'<c r="C3"><f>SUM(D3:E3)</f><v>6</v></c>',
        b'<c r="C3" t="e" vm="1"><f>_xlfn.IMAGE("x")</f><v>#VALUE!</v></c>',
    )
    assert b"_xlfn.IMAGE" in content[SHEET]
    _save(content, form)
    filled = tmp_path / "f.xlsx"
    fill_cells(form, filled, [CellEdit("表", "D3", 8)])
    sheet = parts_of(filled)[SHEET]
    assert b'<c r="C3"><f>_xlfn.IMAGE("x")</f></c>' in sheet
    assert 'cm="1"' in _tag(filled, "F2")
    assert "vm=" in _tag(filled, "B2"), "a picture that nobody computed stays"


def test_a_spilling_formula_may_be_coloured_but_not_overwritten(form: Path, tmp_path: Path) -> None:
    marked = tmp_path / "m.xlsx"
    run = Changes([Mark("表", "F2", Fill.PASS)], (), [CellEdit("表", "F2", 1)])
    summary = write_changes(form, marked, run)
    assert (summary.filled, summary.edits) == (1, 0)
    assert [one.place for one in summary.skipped] == ["表!F2"]
    assert 'cm="1"' in _tag(marked, "F2")
    assert _ties(marked) == (True, True, True)


def test_rows_span_every_cell_that_was_put_in(form: Path, tmp_path: Path) -> None:
    """Right of the row's cells, left of them, into a row with none; and a row that is new."""
    row_9 = re.search(rb'<row r="9" spans="(\d+:\d+)"', parts_of(form)[SHEET])
    assert row_9 is not None
    addresses = ("H2", "A9", "K9", "C15")
    marked, cleaned = tmp_path / "m.xlsx", tmp_path / "c.xlsx"
    write_changes(form, marked, Changes([Mark("表", one, Fill.INFO) for one in addresses]))
    sheet = parts_of(marked)[SHEET].decode()
    spans: dict[str, str] = {}
    for row in re.finditer(r'<row r="(\d+)"([^>]*)>(.*?)</row>', sheet):
        columns = [ord(one) - 64 for one in re.findall(r'<c r="([A-Z])\d+"', row[3])]
        assert columns == sorted(set(columns)), "cells stand in order"
        given = re.search(r'spans="(\d+):(\d+)"', row[2])
        if given is not None:
            spans[row[1]] = f"{given[1]}:{given[2]}"
            assert int(given[1]) <= columns[0] and columns[-1] <= int(given[2])
    assert (spans["2"], spans["9"]) == ("1:8", "1:11")
    assert "15" not in spans and '<c r="C15"' in sheet
    assert '<dimension ref="A1:K15"/>' in sheet
    clean_marks(marked, cleaned)
    assert parts_of(cleaned) == parts_of(form)


def test_colours_and_values_leave_the_list_of_formula_cells_alone(
    form: Path, tmp_path: Path
) -> None:
    marked, filled = tmp_path / "m.xlsx", tmp_path / "f.xlsx"
    edits = [CellEdit("表", "D2", 5), CellEdit("表", "A9", "新")]
    write_changes(form, marked, Changes([Mark("表", "C2", Fill.FAIL, "不通过")], (), edits))
    fill_cells(form, filled, edits)
    for path in (marked, filled):
        assert _ties(path) == (True, True, True)
        assert parts_of(path)[CHAIN] == parts_of(form)[CHAIN]


def test_a_formula_that_was_overwritten_stands_in_no_list(form: Path, tmp_path: Path) -> None:
    """A list that names a cell without a formula is what Excel calls damaged."""
    edits = [CellEdit("表", "C3", 8)]
    filled, marked, saved, exact, cleaned = (tmp_path / f"{one}.xlsx" for one in "fmsec")
    fill_cells(form, filled, edits)
    write_changes(form, marked, Changes((), (), edits))
    assert _ties(filled) == _ties(marked) == (False, False, False)
    clean_marks(marked, exact)
    assert parts_of(exact) == parts_of(form), "the list is back with the formula"
    _saved_by_another_program(marked, saved)
    summary = clean_marks(saved, cleaned)
    assert (summary.exact, summary.restored) == (False, 1)
    assert b"<f>SUM(D3:E3)</f>" in parts_of(cleaned)[SHEET]
    assert _ties(cleaned) == (False, False, False), "Excel builds the list again by itself"


def test_an_empty_list_of_names_is_filled_and_not_doubled(form: Path, tmp_path: Path) -> None:
    """Some programs write `<definedNames/>` into a workbook without any; there may be only one."""
    with zipfile.ZipFile(form) as old:
        content = {name: old.read(name) for name in old.namelist()}
    _put_before(content, "xl/workbook.xml", "<calcPr", "<definedNames />")
    _save(content, form)
    before = parts_of(form)
    marked = tmp_path / "标记.xlsx"
    result = ResultSheet("校验结果", [[ResultCell("结论")]], repeated_row=1)
    write_changes(form, marked, Changes(sheets=[result]))
    written = parts_of(marked)["xl/workbook.xml"].decode()
    assert written.count("<definedNames") == 1
    assert "_xlnm.Print_Titles" in written
    clean_marks(marked, marked)
    assert parts_of(marked) == before
