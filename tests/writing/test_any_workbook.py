"""Random workbooks, random marks: mark, mark again, clean, in any order, and nothing is lost."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_workbook import Manner, RawSheet, RawWorkbook
from writing_corpus import Book, SheetCells, address_of, notes_of, parts_of

from checker.model.cells import column_letters
from checker.model.marks import (
    FILL_COLOURS,
    CellEdit,
    Changes,
    Fill,
    Mark,
    ResultCell,
    ResultSheet,
)
from checker.writing import clean_marks, write_changes
from checker.writing.addresses import parse_area

ROWS, COLUMNS, STYLES = 9, 7, 4
STRENGTH = [Fill.FAIL, Fill.DOUBT, Fill.UNMET, Fill.EXPLAINED, Fill.INFO, Fill.PASS]
places = st.tuples(st.integers(1, ROWS), st.integers(1, COLUMNS))
style_ids = st.integers(0, STYLES - 1)
texts = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"
    ),
    min_size=1,
    max_size=8,
)
addresses = places.map(lambda place: f"{column_letters(place[1])}{place[0]}")
areas = st.tuples(places, places).map(
    lambda pair: (
        f"{column_letters(min(pair[0][1], pair[1][1]))}{min(pair[0][0], pair[1][0])}:"
        f"{column_letters(max(pair[0][1], pair[1][1]))}{max(pair[0][0], pair[1][0])}"
    )
)


@st.composite
def sheets(draw: st.DrawFn, title: str) -> RawSheet:
    """A sheet with cells here and there, styles of rows and columns, a merge, notes."""
    sheet = RawSheet(title)
    sheet.cells = draw(
        st.dictionaries(places, st.tuples(style_ids, st.none() | texts), max_size=14)
    )
    sheet.row_styles = draw(st.dictionaries(st.integers(1, ROWS), style_ids, max_size=2))
    sheet.column_styles = draw(st.dictionaries(st.integers(1, COLUMNS), style_ids, max_size=2))
    merge = draw(st.none() | areas)
    if merge is not None and len(set(merge.split(":"))) == 2:
        sheet.merges = [merge]
    sheet.notes = draw(st.dictionaries(addresses, texts, max_size=2))
    return sheet


manners = st.builds(
    Manner,
    prefix=st.sampled_from(["", "x", "main"]),
    quote=st.sampled_from(['"', "'"]),
    addresses=st.booleans(),
    spans=st.booleans(),
    newline=st.sampled_from(["", "\n", "\r\n  "]),
    encoding=st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    strict=st.booleans(),
    comment=st.booleans(),
    dimension=st.booleans(),
    data_descriptors=st.booleans(),
)
marks = st.builds(
    Mark,
    sheet=st.sampled_from(["教师 表", "B&B's"]),
    cell=addresses | areas,
    fill=st.none() | st.sampled_from(list(Fill)),
    note=st.none() | texts,
    link=st.none() | st.just("校验结果!A1"),
)
edits = st.builds(
    CellEdit,
    sheet=st.just("教师 表"),
    cell=addresses,
    value=st.one_of(
        st.none(),
        texts,
        st.booleans(),
        st.integers(-9, 10**12),
        st.decimals(allow_nan=False, allow_infinity=False, places=3),
    ),
)
runs = st.builds(
    lambda marks, edits, title: Changes(
        marks,
        [ResultSheet(title, [[ResultCell("=坏", link="教师 表!A1")]])] if title else [],
        {edit.cell: edit for edit in edits}.values()
        and tuple({edit.cell: edit for edit in edits}.values()),
    ),
    st.lists(marks, max_size=8),
    st.lists(edits, max_size=3),
    st.sampled_from(["", "校验结果", "教师 表"]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_mark_remark_and_clean(tmp_path_factory, data: st.DataObject) -> None:
    folder: Path = tmp_path_factory.mktemp("any")
    both = [data.draw(sheets("教师 表")), data.draw(sheets("B&B's"))]
    source = folder / "source.xlsx"
    RawWorkbook(both, data.draw(manners), STYLES).save(source)
    first, second = data.draw(runs), data.draw(runs)

    marked, remarked, direct = (folder / f"{name}.xlsx" for name in ("a", "b", "c"))
    write_changes(source, marked, first)
    _shows(Book(source), Book(marked), first)
    write_changes(marked, remarked, second)
    write_changes(source, direct, second)
    assert parts_of(remarked) == parts_of(direct), "traces of the first run are left"

    cleaned = folder / "cleaned.xlsx"
    clean_marks(remarked, cleaned)
    assert parts_of(cleaned) == parts_of(source)

    saved, cleaned_again = folder / "saved.xlsx", folder / "cleaned_again.xlsx"
    _as_if_saved_elsewhere(marked, saved)
    assert not clean_marks(saved, cleaned_again).exact
    _looks_like(Book(source), Book(cleaned_again))


def _shows(before: Book, after: Book, run: Changes) -> None:
    """Every marked cell has its colour, every other cell looks and reads as before."""
    styles, old_styles = after.styles(), before.styles()
    for title, root in before.worksheets().items():
        old, new = SheetCells.of(root), SheetCells.of(after.worksheets()[title])
        colours: dict[tuple[int, int], Fill] = {}
        for mark in run.marks:
            area = parse_area(mark.cell)
            if mark.sheet != title or mark.fill is None or area is None:
                continue
            for row in range(area.top, area.bottom + 1):
                for column in range(area.left, area.right + 1):
                    cell = old.anchor((row, column))
                    colours[cell] = min(colours.get(cell, mark.fill), mark.fill, key=STRENGTH.index)
        written = {
            old.anchor(address_of(edit.cell)): edit.value
            for edit in run.edits
            if edit.sheet == title
        }
        for cell, value in written.items():
            shown = _text(new, cell)
            if isinstance(value, bool):
                assert shown == str(int(value))
            elif isinstance(value, Decimal | int):
                assert Decimal(shown) == value
            else:
                assert shown == (value or "").strip()
        for cell in {*old.cells, *new.cells, *colours}:
            style, was = new.style(cell), old.style(cell)
            assert styles.apart_from_fill(style) == old_styles.apart_from_fill(was)
            if cell in colours:
                assert styles.colour(style) == FILL_COLOURS[colours[cell]]
            else:
                assert styles.colour(style) == old_styles.colour(was)
            if cell not in written:
                assert _text(new, cell) == _text(old, cell)


def _looks_like(source: Book, cleaned: Book) -> None:
    """What a reader sees is the same: sheets, colours, values, notes."""
    assert list(cleaned.sheets) == list(source.sheets)
    styles, old_styles = cleaned.styles(), source.styles()
    for title, root in source.worksheets().items():
        old, new = SheetCells.of(root), SheetCells.of(cleaned.worksheets()[title])
        for cell in {*old.cells, *new.cells}:
            assert styles.colour(new.style(cell)) == old_styles.colour(old.style(cell)), cell
            assert _text(new, cell) == _text(old, cell)
        assert notes_of(cleaned, title) == notes_of(source, title)


def _text(sheet: SheetCells, cell: tuple[int, int]) -> str:
    element = sheet.cells.get(cell)
    return "" if element is None else "".join(element.itertext()).strip()


def _as_if_saved_elsewhere(marked: Path, saved: Path) -> None:
    """Without the record for exact undoing, which other programs leave out when they save."""
    with zipfile.ZipFile(marked) as old, zipfile.ZipFile(saved, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "_rels/.rels" and b"checkerUndo" in content:
                at = content.index(b"<Relationship Id", content.index(b"officeDocument"))
                content = content[:at] + content[content.index(b"/>", at) + 2 :]
            if not name.startswith("checker/"):
                new.writestr(name, content)
