"""Where in a sheet's XML a mark is put, and what is left when it is taken away again."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from raw_workbook import Manner, RawSheet, RawWorkbook
from school import RUN, build_school
from writing_corpus import parts_of

from checker.model.marks import Changes, Fill, Mark
from checker.writing import clean_marks, write_changes

SHEET = "xl/worksheets/sheet1.xml"


def raw(path: Path, sheet: RawSheet, manner: Manner | None = None) -> Path:
    RawWorkbook([sheet], manner or Manner()).save(path)
    return path


def marked(path: Path, *marks: Mark) -> Path:
    target = path.with_name("m.xlsx")
    write_changes(path, target, Changes(list(marks)))
    return target


def kept_by_another_program(path: Path, old: bytes = b"", new: bytes = b"") -> Path:
    """The workbook as a program saves it that drops our record; ``old`` is overtyped in notes."""
    target = path.with_name("saved.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            data = source.read(name)
            if name == "checker/undo.dat":
                continue
            if "comments" in name and old:
                assert old in data
                data = data.replace(old, new, 1)
            if name == "docProps/core.xml":
                data = data.replace(b"</cp:coreProperties>", b" </cp:coreProperties>")
            out.writestr(name, data)
    return target


@pytest.mark.parametrize("prefix", ["", "x"])
@pytest.mark.parametrize("spans", [False, True])
def test_cells_before_between_in_and_after_the_rows_that_are_there(
    tmp_path: Path, prefix: str, spans: bool
) -> None:
    """Row 5 is there without a cell; rows 1, 3 and 9 are not there at all."""
    sheet = RawSheet("表", {(2, 2): (1, "甲"), (7, 2): (1, "乙")}, row_styles={5: 2})
    path = raw(tmp_path / "b.xlsx", sheet, Manner(prefix=prefix, spans=spans))
    cells = ("A1", "A2", "C2", "B3", "B5", "B7", "D9", "D10")
    result = marked(path, *(Mark("表", cell, Fill.FAIL) for cell in cells))
    text = parts_of(result)[SHEET].decode()
    rows = [int(number) for number in re.findall(r"<(?:x:)?row r=\"(\d+)\"", text)]
    assert rows == [1, 2, 3, 5, 7, 9, 10]
    found = re.findall(r"<(?:x:)?c r=\"([A-Z]+\d+)\"", text)
    assert found == ["A1", "A2", "B2", "C2", "B3", "B5", "B7", "D9", "D10"]
    if spans:
        assert re.search(r'row r="2" spans="1:3"', text)
    book = openpyxl.load_workbook(result)["表"]
    assert (book["B2"].value, book["B7"].value) == ("甲", "乙")
    colours = {book[cell].fill.fgColor.rgb for cell in cells}
    assert len(colours) == 1 and book["B2"].fill.fgColor.rgb not in colours


def test_a_note_is_added_to_one_that_is_plain_text(tmp_path: Path) -> None:
    """Excel shows no plain text beside runs: the clerk's own words become a run."""
    path = raw(tmp_path / "b.xlsx", RawSheet("表", {(1, 1): (0, "甲")}, notes={"A1": "我的批注"}))
    result = marked(path, Mark("表", "A1", Fill.FAIL, "不通过：少了。"))
    comment = openpyxl.load_workbook(result)["表"]["A1"].comment
    assert comment.text.startswith("我的批注") and comment.text.endswith("不通过：少了。")
    text = next(data.decode() for name, data in parts_of(result).items() if "comments" in name)
    assert "<text><r><t>我的批注</t></r><r>" in text


def test_new_parts_for_notes_are_declared_and_related(tmp_path: Path) -> None:
    path = raw(tmp_path / "b.xlsx", RawSheet("表", {(1, 1): (0, "甲")}))
    parts = parts_of(marked(path, Mark("表", "A1", Fill.FAIL, "不通过：少了。")))
    types = parts["[Content_Types].xml"].decode()
    relations = parts["xl/worksheets/_rels/sheet1.xml.rels"].decode()
    (comments,) = [name for name in parts if "comments" in name]
    (shapes,) = [name for name in parts if name.endswith(".vml")]
    assert re.search(rf'PartName="/{comments}"[^>]*spreadsheetml\.comments\+xml', types)
    assert re.search(r'(Extension="vml"|/' + shapes + r'")[^>]*vmlDrawing', types)
    assert "/comments" in relations and "/vmlDrawing" in relations
    (id_,) = re.findall(r'<Relationship [^>]*Id="(\w+)"[^>]*vmlDrawing|$', relations)[:1]
    used = re.search(r'<legacyDrawing r:id="(\w+)"/>', parts[SHEET].decode())
    assert used and f'"{used[1]}"' in relations and (not id_ or id_ == used[1])


def test_a_sheet_of_nothing_but_rows_takes_links_and_notes(tmp_path: Path) -> None:
    """Nothing follows the rows: what is new stands right behind them, in the schema's order."""
    path = raw(tmp_path / "b.xlsx", RawSheet("表", {(1, 1): (0, "甲")}))
    bare = tmp_path / "bare.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bare, "w") as out:
        for name in source.namelist():
            out.writestr(name, re.sub(rb"<pageMargins[^>]*/>", b"", source.read(name)))
    link = Mark("表", "A1", Fill.FAIL, "不通过：少了。", "表!A1")
    text = parts_of(marked(bare, link))[SHEET].decode()
    assert re.search(
        r"</sheetData><hyperlinks><hyperlink [^>]*/></hyperlinks>"
        r"<legacyDrawing [^>]*/></worksheet>$",
        text,
    )


@pytest.mark.parametrize(("wrapped", "before"), [("drawing", True), ("controls", False)])
def test_what_stands_for_another_element_keeps_its_place(
    tmp_path: Path, wrapped: str, before: bool
) -> None:
    """A drawing stands before the reference to notes, controls after it, wrapped or not."""
    tail = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
        f'2006"><mc:Choice Requires="x14"><{wrapped} r:id="rId9"/></mc:Choice>'
        "</mc:AlternateContent>"
    )
    path = raw(tmp_path / "b.xlsx", RawSheet("表", {(1, 1): (0, "甲")}, tail=tail))
    text = parts_of(marked(path, Mark("表", "A1", None, "不通过：少了。")))[SHEET].decode()
    assert (text.index("AlternateContent") < text.index("<legacyDrawing")) is before


def test_of_two_notes_the_one_that_was_changed_stays(tmp_path: Path) -> None:
    path = build_school(tmp_path / "s.xlsx")
    first, second = (
        Mark("教师", "B4", None, "不通过：一。"),
        Mark("教师", "B6", None, "不通过：二。"),
    )
    saved = kept_by_another_program(marked(path, first, second), "不通过：一。".encode(), b"ok")
    cleaned = tmp_path / "c.xlsx"
    summary = clean_marks(saved, cleaned)
    assert [(item.place, item.reason) for item in summary.kept] == [
        ("教师!B4", "批注已被改过，予以保留")
    ]
    book = openpyxl.load_workbook(cleaned)
    assert book.sheetnames == ["教师", "说明", "隐藏"]
    sheet = book["教师"]
    assert sheet["B4"].comment.text == "ok"
    assert sheet["B6"].comment is None
    assert sheet["A4"].comment.text == "王老师：已核对"


@pytest.mark.parametrize("changed", [False, True])
def test_a_clerk_s_note_gets_its_own_look_back_unless_its_words_were_changed(
    tmp_path: Path, changed: bool
) -> None:
    path = build_school(tmp_path / "s.xlsx")

    def note(parts: dict[str, bytes]) -> str:
        (text,) = [data.decode() for name, data in parts.items() if "comments" in name]
        found = re.search(r'<comment ref="A4".*?</comment>', text, re.DOTALL)
        assert found
        return found[0]

    written = tmp_path / "m.xlsx"
    write_changes(path, written, RUN)
    old, new = ("已核对".encode(), "又核对".encode()) if changed else (b"", b"")
    saved = kept_by_another_program(written, old, new)
    clean_marks(saved, tmp_path / "c.xlsx")
    left = note(parts_of(tmp_path / "c.xlsx"))
    assert (left == note(parts_of(path))) is not changed
    assert ("又核对" if changed else "已核对") in left and "存疑" not in left


def test_parts_that_were_made_for_our_notes_go_with_them(tmp_path: Path) -> None:
    path = raw(tmp_path / "b.xlsx", RawSheet("表", {(1, 1): (0, "甲")}))
    mark = Mark("表", "A1", Fill.FAIL, "不通过：少了。", "表!A1")
    saved = kept_by_another_program(marked(path, mark))
    assert b"<hyperlink " in parts_of(saved)[SHEET]
    cleaned = tmp_path / "c.xlsx"
    assert clean_marks(saved, cleaned).kept == ()
    parts = parts_of(cleaned)
    assert not [name for name in parts if "comments" in name or name.endswith(".vml")]
    assert b"legacyDrawing" not in parts[SHEET] and b"hyperlink" not in parts[SHEET]
    assert b"comments" not in parts["[Content_Types].xml"]
    assert b"omments" not in parts.get("xl/worksheets/_rels/sheet1.xml.rels", b"")
    book = openpyxl.load_workbook(cleaned)
    assert book.sheetnames == ["表"]
    assert book["表"]["A1"].fill.fill_type is None


@pytest.mark.parametrize("cell", ["A1", "XFC1"])
def test_the_box_of_a_note_stays_on_the_sheet(tmp_path: Path, cell: str) -> None:
    """Columns of VML count from 0; 16383 is the last."""
    path = raw(tmp_path / "b.xlsx", RawSheet("表", {(1, 1): (0, "甲")}))
    parts = parts_of(marked(path, Mark("表", cell, Fill.FAIL, "不通过：少了。" * 9)))
    (shapes,) = [data.decode() for name, data in parts.items() if name.endswith(".vml")]
    found = re.search(r"<x:Anchor>([^<]*)</x:Anchor>", shapes)
    assert found
    left, _, _, _, right, _, _, _ = (int(part) for part in found[1].split(","))
    assert left <= right <= 16383


def test_a_link_of_the_clerk_s_own_stays(tmp_path: Path) -> None:
    tail = '<hyperlinks><hyperlink ref="B2" location="表!A1"/></hyperlinks>'
    path = raw(tmp_path / "b.xlsx", RawSheet("表", {(1, 1): (0, "甲")}, tail=tail))
    text = path.with_name("t.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(text, "w") as out:
        for name in source.namelist():
            out.writestr(name, re.sub(rb"<pageMargins[^>]*/>", b"", source.read(name)))
    saved = kept_by_another_program(marked(text, Mark("表", "A1", Fill.FAIL, None, "表!B2")))
    assert parts_of(saved)[SHEET].count(b"<hyperlink ") == 2
    clean_marks(saved, tmp_path / "c.xlsx")
    left = re.findall(rb'<hyperlink [^>]*ref="(\w+)"', parts_of(tmp_path / "c.xlsx")[SHEET])
    assert left == [b"B2"]
