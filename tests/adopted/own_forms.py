"""Five forms as counties keep them, with planted errors, and ways to change a copy of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from checker.marking.findings import Finding, findings_of
from checker.model.snapshot import Area, SheetSnapshot, Snapshot
from checker.reading import read_snapshot_bytes
from checker.session import Session

HERE = Path(__file__).parent
FORMS = HERE / "forms"
PLUGIN = HERE.parents[1] / "examples" / "plugins" / "own_forms"

CONDITIONS_RIGHT = "a_办学条件自查表_第一小学.xlsx"
CONDITIONS = "a_办学条件自查表_第二小学.xlsx"
LEDGER = "b_某某县学校基本情况台账.xlsx"
STATISTICS = "c_某某县第一小学(小学).xlsx"
ROSTER = "d_教师花名册.xlsx"
SAFETY = "e_安全自查表.xls"
ALL = (CONDITIONS_RIGHT, CONDITIONS, LEDGER, STATISTICS, ROSTER, SAFETY)


def read(name: str) -> Snapshot:
    """One of the forms."""
    return read_snapshot_bytes(name, (FORMS / name).read_bytes())


def findings(found: Session, snapshot: Snapshot) -> tuple[Finding, ...]:
    """All that is said of a workbook."""
    return findings_of(found.judge(found.bind(snapshot)), found.rules)


def with_cells(snapshot: Snapshot, values: Mapping[str, object]) -> Snapshot:
    """The workbook with other values in cells of its first sheet ("G6" -> 110)."""
    title, sheet = next(iter(snapshot.sheets.items()))
    rows = [list(line) for line in sheet.rows]
    for a1, value in values.items():
        letters = a1.rstrip("0123456789")
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        rows[int(a1[len(letters) :]) - 1][column - 1] = value
    return with_sheet(snapshot, title, replace(sheet, rows=rows))


def with_sheet(snapshot: Snapshot, title: str, sheet: SheetSnapshot) -> Snapshot:
    """The workbook with one sheet put in place of another."""
    return replace(snapshot, sheets={**snapshot.sheets, title: sheet})


def renamed(snapshot: Snapshot) -> Snapshot:
    """The workbook with its sheets called 工作表1, 工作表2 …, in the opposite order."""
    items = list(enumerate(snapshot.sheets.values(), 1))
    return replace(
        snapshot,
        sheets={f"工作表{n}": replace(cells, title=f"工作表{n}") for n, cells in reversed(items)},
    )


def row_inserted(sheet: SheetSnapshot, before: int, values: Sequence[object] = ()) -> SheetSnapshot:
    """A sheet with a row more, empty or with these values; merged areas grow as in Excel."""
    width = len(sheet.rows[0])
    line = [*values, *[""] * width][:width]
    rows = [list(each) for each in sheet.rows]
    rows.insert(before - 1, line)
    return replace(sheet, rows=rows, merged=_grown(sheet.merged, before, 0))


def column_inserted(sheet: SheetSnapshot, before: int, text: str = "") -> SheetSnapshot:
    """A sheet with a column more, ``text`` in each of its cells."""
    rows = [[*line[: before - 1], text, *line[before - 1 :]] for line in sheet.rows]
    return replace(sheet, rows=rows, merged=_grown(sheet.merged, before, 1))


def columns_swapped(sheet: SheetSnapshot, one: int, other: int) -> SheetSnapshot:
    """A sheet with two columns in each other's place, and what is merged within each."""
    rows = [list(line) for line in sheet.rows]
    for line in rows:
        line[one - 1], line[other - 1] = line[other - 1], line[one - 1]
    to = {one: other, other: one}
    merged = tuple(
        (top, to.get(left, left), bottom, to.get(right, right)) if left == right else area
        for area in sheet.merged
        for top, left, bottom, right in [area]
    )
    return replace(sheet, rows=rows, merged=merged)


def _grown(merged: Iterable[Area], before: int, axis: int) -> tuple[Area, ...]:
    grown: list[Area] = []
    for area in merged:
        ends = list(area)
        first, last = area[axis], area[axis + 2]
        ends[axis] += first >= before
        ends[axis + 2] += last >= before
        grown.append((ends[0], ends[1], ends[2], ends[3]))
    return tuple(grown)
