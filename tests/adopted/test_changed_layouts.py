"""Rows and columns inserted, columns moved, sheets renamed: what is read is right, or not read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random

import pytest
from msgspec.structs import replace
from tests.adopted import own_forms as forms

from checker.forms.binding import bind
from checker.forms.recognition import recognise
from checker.model.snapshot import Snapshot
from checker.model.submission import FactRef, FactState, Submission
from checker.model.template import Template
from checker.session import Session

NAMES = (forms.CONDITIONS, forms.LEDGER, forms.STATISTICS, forms.SAFETY)
WORDS = ("", "", "备注", "合计", "小学", "2026年", "总计", "其中：女", "姓名", "在校学生数", "序号")


def template_of(own: Session, snapshot: Snapshot) -> Template:
    found = recognise(snapshot, own.templates)
    assert isinstance(found, Template)
    return found


def read_values(submission: Submission) -> dict[object, object]:
    """What was read of a workbook, by what it was read as; rows of lists and ledgers by what
    stands in them that nothing else has."""
    values: dict[object, object] = {}
    units = submission.units or (submission,)
    for unit in units:
        who = unit.identity("name") if submission.units else ""
        for ref, fact in unit.facts.items():
            if fact.state is not FactState.UNBOUND:
                values[who, ref] = fact.value
    for name, rows in submission.tables.items():
        for row in rows:
            key = row.facts["item" if "item" in row.facts else "name"].typed
            for column, fact in row.facts.items():
                if fact.state is not FactState.UNBOUND:
                    values[name, key, column] = fact.value
    return values


def changes(snapshot: Snapshot, random: Random, swaps: bool = True) -> Iterator[Snapshot]:
    """The workbook after one change more, and one more. ``swaps``: among them are columns that
    change places."""
    for _ in range(random.randint(1, 4)):
        title = random.choice(list(snapshot.sheets))
        sheet = snapshot.sheets[title]
        what = random.choice(("row", "row", "column", "swap", "rename"))
        if what == "row":
            words = [random.choice(WORDS) for _ in range(random.choice((0, 0, 3)))]
            sheet = forms.row_inserted(sheet, random.randint(1, sheet.last_row), words)
        elif what == "column":
            at = random.randint(1, sheet.last_column)
            sheet = forms.column_inserted(sheet, at, "")
            word = random.choice(WORDS)
            rows = [list(line) for line in sheet.rows]
            rows[random.randint(0, min(5, len(rows) - 1))][at - 1] = word
            sheet = replace(sheet, rows=rows)
        elif what == "swap":
            one, other = random.randint(1, sheet.last_column), random.randint(1, sheet.last_column)
            flat = not any(a[1] != a[3] and _touches(a, one, other) for a in sheet.merged[1:])
            if flat and swaps:
                sheet = forms.columns_swapped(sheet, one, other)
        else:
            snapshot = forms.renamed(snapshot)
            continue
        snapshot = forms.with_sheet(snapshot, title, sheet)
        yield snapshot


def _touches(area: tuple[int, int, int, int], one: int, other: int) -> bool:
    return any(area[1] <= column <= area[3] for column in (one, other))


def share_read(
    original: Snapshot,
    template: Template,
    seeds: int,
    values: Callable[[Submission], Mapping[object, object]] = read_values,
    swaps: bool = True,
) -> float:
    """How much of a workbook is still read after changes at random. None of it may be wrong."""
    right = values(bind(original, template))
    read_in_all = there = 0
    for seed in range(seeds):
        for changed in changes(original, Random(seed), swaps):
            read = values(bind(changed, template))
            wrong = {
                key: (value, right[key])
                for key, value in read.items()
                if key in right and value != right[key]
            }
            assert not wrong, seed
            read_in_all += len(read.keys() & right.keys())
            there += len(right)
    return read_in_all / there


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_is_right_or_not_read(own: Session, name: str) -> None:
    original = replace(forms.read(name), name=name.removeprefix("c_"))
    share = share_read(original, template_of(own, original), seeds=30)
    assert share > 0.5, "most of it is read all the same"


@pytest.mark.parametrize("name", NAMES)
def test_a_row_and_a_column_more_and_sheets_renamed_are_survived(own: Session, name: str) -> None:
    """An empty row above the title, an empty column at the left, other names of sheets."""
    original = forms.read(name)
    template = template_of(own, original)
    changed = original
    for title, sheet in original.sheets.items():
        moved = forms.column_inserted(forms.row_inserted(sheet, 1), 1)
        changed = forms.with_sheet(changed, title, moved)
    changed = forms.renamed(changed)
    assert template_of(own, changed) is template
    assert read_values(bind(changed, template)) == read_values(bind(original, template))


def test_a_column_that_was_moved_is_found(own: Session) -> None:
    """图书 and 计算机 of the ledger in each other's place."""
    original = forms.read(forms.LEDGER)
    sheet = original.sheets["台账"]
    moved = forms.with_sheet(original, "台账", forms.columns_swapped(sheet, 29, 30))
    books = FactRef("books.total", "whole")
    before, after = own.bind(original).units[0], own.bind(moved).units[0]
    assert before.fact(books).value == after.fact(books).value == 24000
    cell = after.fact(books).cell
    assert cell is not None and cell.a1 == "AD5"


def test_a_row_inserted_in_a_group_leaves_the_others_right(own: Session) -> None:
    """A county adds 走读生 below 其中：寄宿生 and numbers the rows anew."""
    original = forms.read(forms.CONDITIONS_RIGHT)
    sheet = forms.row_inserted(
        original.sheets["Sheet1"], 7, [3, "", "走读生", "人", 900, 910, 910, 280, 290, 290]
    )
    rows = [list(line) for line in sheet.rows]
    for number, line in enumerate(rows[4:18], 1):
        line[0] = float(number)
    changed = forms.with_sheet(original, "Sheet1", replace(sheet, rows=rows))
    before, after = own.bind(original), own.bind(changed)
    assert read_values(before) == read_values(after)


def test_two_copies_of_a_table_on_a_sheet_are_both_left_alone(own: Session) -> None:
    original = forms.read(forms.CONDITIONS_RIGHT)
    sheet = original.sheets["Sheet1"]
    rows = [*sheet.rows, *sheet.rows[2:17]]
    merged = [*sheet.merged, *((a + 17, b, c + 17, d) for a, b, c, d in sheet.merged if a > 2)]
    doubled = replace(sheet, rows=rows, merged=tuple(merged))
    submission = own.bind(forms.with_sheet(original, "Sheet1", doubled))
    pupils = submission.fact(FactRef("pupils.total", "primary"))
    assert pupils.state is FactState.UNBOUND
    assert any("几处都像" in item.message for item in submission.problems)
