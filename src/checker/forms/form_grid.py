"""The grid of a form sheet as it is printed: 乙 row codes and column headers.

This is how a clerk reads the form, so it is what defined names are checked against, and what
finds a field whose name is lost. What stands twice is nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from checker.forms.plain_text import row_code, squeeze
from checker.model.snapshot import Position, SheetSnapshot
from checker.model.template import Column, Field, Sheet

CODE_SIGN, LABEL_SIGN = "乙", "甲"
CODE_HEADER = "行号"
ORDINAL_HEADER = "序号"
PART_SIGN, TOTAL_SIGN = "其中:", "总计"
"""As `squeeze` leaves what a built form prints before and after a label."""
SEARCHED_ROWS = 60
HEADER_ROWS_ABOVE = 4
"""Header texts stand directly above the line 甲 乙 丙; a few inserted rows are forgiven."""


class FormGrid(Struct):
    """Where the printed parts of a form are, 1-based.

    ``rows`` maps a row code (see ``row_code``) to all rows that carry it; ``uncoded`` are the rows
    of the form without one. ``columns`` maps a column id to its column, None if it is not certain;
    ``doubled`` has the cells with the header text of those for which it stands twice. Where the
    grid is not certain it is empty, and ``rivals`` are the cells that could be its 乙 (none, or
    several).
    """

    code_row: int = 0
    code_column: int = 1
    label_column: int = 0
    rivals: list[Position] = field(default_factory=list)
    rows: dict[str, list[int]] = field(default_factory=dict)
    uncoded: list[int] = field(default_factory=list)
    columns: dict[str, int | None] = field(default_factory=dict)
    doubled: dict[str, list[Position]] = field(default_factory=dict)


def find_grid(snapshot: SheetSnapshot, sheet: Sheet) -> FormGrid:
    """The grid of ``sheet`` on a sheet of the workbook."""
    signs = _code_signs(snapshot)
    if len(signs) != 1:
        return FormGrid(rivals=signs)
    row, column = signs[0]
    labels = _labels_before(snapshot, row, column)
    grid = FormGrid(row, column, labels[0] if len(labels) == 1 else max(column - 1, 1))
    _read_rows(snapshot, grid)
    _read_headers(snapshot, grid, sheet.columns)
    return grid


def _code_signs(snapshot: SheetSnapshot) -> list[Position]:
    """The cells that may be the form's 乙: not that of a table (below 序号); of several those with
    甲 before them, and of these those below 行号. Without any 乙 the cells with 行号."""
    headers: list[Position] = []
    signs: list[Position] = []
    first_row, first_column = snapshot.origin
    for row, line in enumerate(snapshot.rows[:SEARCHED_ROWS], start=first_row):
        for column, value in enumerate(line, start=first_column):
            if not isinstance(value, str) or not ("乙" in value or "号" in value):
                continue
            text = squeeze(value)
            if text == CODE_SIGN and not _is_below(snapshot, row, column, ORDINAL_HEADER):
                signs.append((row, column))
            elif text == CODE_HEADER:
                headers.append((row, column))
    if not signs:
        return headers
    if len(signs) > 1:
        signs = [sign for sign in signs if _labels_before(snapshot, *sign)] or signs
    if len(signs) > 1:
        signs = [sign for sign in signs if _is_below(snapshot, *sign, CODE_HEADER)] or signs
    return signs


def _labels_before(snapshot: SheetSnapshot, row: int, column: int) -> list[int]:
    """The columns with 甲 before a cell of a row."""
    line = snapshot.line(row)
    return [at for at, value in line if at < column and squeeze(value) == LABEL_SIGN]


def _is_below(snapshot: SheetSnapshot, row: int, column: int, header: str) -> bool:
    above = range(row - 1, row - 1 - HEADER_ROWS_ABOVE, -1)
    return any(squeeze(snapshot.raw(each, column)) == header for each in above)


def _read_rows(snapshot: SheetSnapshot, grid: FormGrid) -> None:
    """Row codes below the sign, down to a table that stands under the form."""
    for row in range(grid.code_row + 1, snapshot.last_row + 1):
        code = row_code(snapshot.raw(row, grid.code_column))
        if code in (CODE_SIGN, ORDINAL_HEADER):
            return
        if code:
            grid.rows.setdefault(code, []).append(row)
        else:
            grid.uncoded.append(row)


def _read_headers(snapshot: SheetSnapshot, grid: FormGrid, columns: Sequence[Column]) -> None:
    found: dict[str, dict[int, int]] = {}  # text -> column -> row
    for row in range(grid.code_row, max(grid.code_row - HEADER_ROWS_ABOVE, 0), -1):
        for column, value in snapshot.line(row):
            text = squeeze(value)
            if text and column > grid.code_column:
                found.setdefault(text, {}).setdefault(column, row)
    for item in columns:
        places = found.get(squeeze(item.title), {})
        grid.columns[item.id] = next(iter(places)) if len(places) == 1 else None
        if len(places) > 1:
            grid.doubled[item.id] = [(row, column) for column, row in sorted(places.items())]
    if None in grid.columns.values():
        _infer_columns(snapshot, grid, columns)


def _infer_columns(snapshot: SheetSnapshot, grid: FormGrid, columns: Sequence[Column]) -> None:
    """A column whose header was retyped is found by its number (列号) beside 甲 乙 丙."""
    numbers: dict[str, list[int]] = {}
    for column, value in snapshot.line(grid.code_row):
        numbers.setdefault(row_code(value), []).append(column)
    taken = bearing_headers(grid)
    for number, item in enumerate(columns, start=1):
        places = numbers.get(str(number), [])
        lost = grid.columns[item.id] is None and item.id not in grid.doubled
        if lost and len(places) == 1 and places[0] not in taken:
            grid.columns[item.id] = places[0]


def bearing_headers(grid: FormGrid, besides: str = "") -> set[int]:
    """The columns that are known, or bear the header text, of any column ``besides`` this one."""
    known = {at for item, at in grid.columns.items() if at is not None and item != besides}
    doubled = {at for item, cells in grid.doubled.items() if item != besides for _, at in cells}
    return known | doubled


def label_text(value: object) -> str:
    """A row's label for comparing, without what a built form prints around it: 其中： before the
    first part of a figure, 总计 after a figure that is the sum of the rows below."""
    text = squeeze(value)
    return text.removeprefix(PART_SIGN).removesuffix(TOTAL_SIGN) or text


def rows_of_label(snapshot: SheetSnapshot, grid: FormGrid, item: Field) -> list[int]:
    """The rows without a row code that bear the field's label."""
    label = label_text(item.label)
    return [
        row
        for row in grid.uncoded
        if label and label_text(snapshot.raw(row, grid.label_column)) == label
    ]
