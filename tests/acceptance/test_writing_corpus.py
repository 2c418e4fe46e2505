"""Marks written into workbooks that nobody here made: nothing else in them may change."""

from __future__ import annotations

import copy
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path

import pytest
from lxml import etree

sys.path.insert(0, str(Path(__file__).parent))
from writing_corpus import (
    CORPUS,
    REFUSED,
    WHOLE,
    Book,
    SheetCells,
    Story,
    address_of,
    corpus_files,
    inventory,
    local,
    notes_of,
    packed_of,
    parts_of,
    refused_files,
    story_of,
    writable_files,
)

from checker.model.cells import column_letters
from checker.model.marks import FILL_COLOURS, Changes, Mark
from checker.writing import UnwritableWorkbook, can_write, clean_marks, write_changes

GROWING = {"row", "hyperlink", "font", "border"}
"""What a mark or a result sheet's style may add; nothing is ever taken away."""


def test_the_corpus_is_what_the_list_of_refusals_speaks_of() -> None:
    names = {path.name for path in corpus_files()}
    assert len(names) == (423 if WHOLE else 106)
    assert set(refused_files()) <= names


@pytest.mark.parametrize("name", refused_files())
def test_a_workbook_that_must_not_be_written_is_refused_with_its_reason(
    name: str, tmp_path: Path
) -> None:
    source, target = CORPUS / "ok" / name, tmp_path / name
    assert REFUSED[name] in (can_write(source) or "")
    with pytest.raises(UnwritableWorkbook, match=REFUSED[name]):
        write_changes(source, target, Changes([Mark("Sheet1", "A1")]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("source", sorted((CORPUS / "bad").iterdir()), ids=lambda p: p.name)
def test_a_hostile_or_broken_file_is_refused_or_written_whole(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    refusal = can_write(source)
    if refusal is None:  # some of the fuzzed files are sound enough for calamine, too
        before = parts_of(source)
        write_changes(source, target, Changes([]))
        assert {k: v for k, v in parts_of(target).items() if k in before}.keys() == before.keys()
        return
    assert any("\u4e00" <= char <= "\u9fff" for char in refusal)
    with pytest.raises(UnwritableWorkbook):
        write_changes(source, target, Changes([Mark("Sheet1", "A1")]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("source", writable_files(), ids=lambda p: p.name)
def test_marks_change_nothing_else_and_go_away_without_trace(source: Path, tmp_path: Path) -> None:
    before = Book(source)
    story = story_of(before)
    marked = tmp_path / "marked.xlsx"
    summary = write_changes(source, marked, story.changes)
    assert not summary.skipped
    after = Book(marked)

    ours = _untouched_members_are_copied_as_they_are(source, marked, before, story)
    _touched_sheets_are_the_same_but_for_our_edits(before, after, story)
    _only_the_fill_of_a_marked_cell_differs(before, after, story)
    _notes_are_there_and_earlier_ones_too(before, after, story)
    _features_are_all_still_there(before, after, ours)
    _other_readers_agree(source, marked, story)

    again = tmp_path / "again.xlsx"
    write_changes(marked, again, story.changes)
    assert parts_of(again) == parts_of(marked), "a second run must replace the first, not add to it"
    cleaned = tmp_path / "cleaned.xlsx"
    assert clean_marks(again, cleaned).exact
    assert parts_of(cleaned) == parts_of(source)


def _untouched_members_are_copied_as_they_are(
    source: Path, marked: Path, before: Book, story: Story
) -> set[str]:
    """Compressed bytes compared. Returns the members that the run added."""
    touched = {name.lower() for name in (before.sheets[title] for title in story.filled)}
    for title in story.noted:
        for kind in ("comments", "vmlDrawing"):
            touched |= {name.lower() for name in before.related(before.sheets[title], kind)}
    touched |= {name.lower() for name in before.related(before.workbook_name, "styles")}
    touched |= {name.lower() for name in before.related("", "extended-properties")}
    touched |= {before.workbook_name.lower(), "[content_types].xml"}
    packed_before, packed_after = packed_of(source), packed_of(marked)
    for name, packed in packed_before.items():
        if name.endswith("/"):
            continue
        key = name.replace("\\", "/").lower()
        if key in touched or key.endswith(".rels") or name in touched:
            continue
        assert packed_after[name] == packed, f"{name} was not copied as it is"
    return set(packed_after) - set(packed_before)


def _touched_sheets_are_the_same_but_for_our_edits(before: Book, after: Book, story: Story) -> None:
    sheets = before.worksheets()
    marked = after.worksheets()
    assert list(after.sheets)[: len(before.sheets)] == list(before.sheets)
    assert list(after.sheets)[len(before.sheets) :] == ["校验结果", "校验记录"]
    assert after.states["校验记录"] == "veryHidden"
    for title, source in sheets.items():
        undone = copy.deepcopy(marked[title])
        plain = copy.deepcopy(source)
        _undo(plain, undone, story.filled.get(title, {}))
        one, other = (etree.tostring(root, method="c14n") for root in (plain, undone))
        assert one == other, f"{title} differs beyond our edits"


def _undo(plain: etree._Element, undone: etree._Element, filled: Iterable[tuple[int, int]]) -> None:
    """Take our edits out of a written sheet, by what the issue allows, and nothing more."""
    old, new = SheetCells.of(plain), SheetCells.of(undone)
    for cell in filled:
        if cell in old.cells:
            for one in (old.cells[cell], new.cells[cell]):
                one.attrib.pop("s", None)
        else:
            made = new.cells[cell]
            assert len(made) == 0 and made.get("t") is None
            _remove(made)
    for number, row in new.rows.items():
        if number not in old.rows:
            assert len(row) == 0
            _remove(row)
        elif row.get("spans") != old.rows[number].get("spans"):
            for one in (row, old.rows[number]):
                one.attrib.pop("spans", None)
    for root in (plain, undone):
        for one in [one for one in root if local(one) == "dimension"]:
            one.attrib.pop("ref")
    had_drawing = any(local(one) == "legacyDrawing" for one in plain)
    had_links = any(local(one) == "hyperlinks" for one in plain)
    for one in list(undone):
        if local(one) == "legacyDrawing" and not had_drawing:
            _remove(one)
        if local(one) == "hyperlinks":
            for link in [link for link in one if link.get("location") == "校验结果!A2"]:
                _remove(link)
            if not had_links:
                _remove(one)


def _remove(element: etree._Element) -> None:
    """Remove an element but not the white space behind it."""
    parent, tail = element.getparent(), element.tail or ""
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _only_the_fill_of_a_marked_cell_differs(before: Book, after: Book, story: Story) -> None:
    old_styles, new_styles = before.styles(), after.styles()
    old_sheets, new_sheets = before.worksheets(), after.worksheets()
    for title, filled in story.filled.items():
        old, new = SheetCells.of(old_sheets[title]), SheetCells.of(new_sheets[title])
        for cell, fill in filled.items():
            style = new.style(cell)
            assert new_styles.colour(style) == FILL_COLOURS[fill], (title, cell)
            was = old_styles.apart_from_fill(old.style(cell))
            assert new_styles.apart_from_fill(style) == was, (title, cell)


def _notes_are_there_and_earlier_ones_too(before: Book, after: Book, story: Story) -> None:
    texts = {(m.sheet, m.cell): m.note for m in story.changes.marks if m.note}
    old_sheets = before.worksheets()
    for title, cells in story.noted.items():
        sheet = SheetCells.of(old_sheets[title])
        old, new = notes_of(before, title), notes_of(after, title)
        for (marked_title, cell), text in texts.items():
            if marked_title != title:
                continue
            row, column = sheet.anchor(address_of(cell))
            address = f"{column_letters(column)}{row}"
            earlier = old.get(address)
            expected = text if earlier is None else f"{earlier}\n────────\n{text}"
            assert new[address] == expected
        ours = {f"{column_letters(column)}{row}" for row, column in cells}
        assert {k: v for k, v in new.items() if k not in ours} == {
            k: v for k, v in old.items() if k not in ours
        }


def _features_are_all_still_there(before: Book, after: Book, ours: set[str]) -> None:
    old, new = inventory(before.parts, set()), inventory(after.parts, ours)
    for feature in old.keys() | new.keys():
        if feature in GROWING:
            assert new[feature] >= old[feature], feature
        else:
            assert new[feature] == old[feature], feature


def _other_readers_agree(source: Path, marked: Path, story: Story) -> None:
    import openpyxl
    from python_calamine import CalamineWorkbook

    try:
        old = CalamineWorkbook.from_path(str(source))
        values = {name: old.get_sheet_by_name(name).to_python() for name in old.sheet_names}
    except Exception:
        values = {}
    if values:
        new = CalamineWorkbook.from_path(str(marked))
        for name, rows in values.items():
            now = new.get_sheet_by_name(name).to_python()
            assert _filled_cells(now) == _filled_cells(rows), name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            old_book = openpyxl.load_workbook(source)
        except Exception:
            return
        new_book = openpyxl.load_workbook(marked)
    for title, filled in story.filled.items():
        if title not in old_book.sheetnames:
            continue  # openpyxl sees no sheets at all in Strict workbooks
        sheet = new_book[title]
        for (row, column), fill in filled.items():
            assert sheet.cell(row, column).fill.fgColor.rgb == f"FF{FILL_COLOURS[fill]}"
        for row, column in story.noted.get(title, ()):
            assert sheet.cell(row, column).comment is not None
        for (row, column), cell in old_book[title]._cells.items():
            assert sheet.cell(row, column).value == cell.value or (
                hasattr(cell.value, "ref")  # array formulas compare by identity
            )


def _filled_cells(rows: list[list[object]]) -> list[tuple[int, int, object]]:
    """Values by place, counted from the first filled row and column, as calamine does."""
    cells = [
        (r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row) if value != ""
    ]
    top = min((r for r, _, _ in cells), default=0)
    left = min((c for _, c, _ in cells), default=0)
    return [(r - top, c - left, value) for r, c, value in cells]
