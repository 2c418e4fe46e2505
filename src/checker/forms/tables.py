"""The tables of a workbook: where each one stands, its filled rows as typed facts, and what is
wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from checker.forms.form_fields import CodeLists, merged_cells, problem_of, read_fact
from checker.forms.form_grid import HEADER_ROWS_ABOVE, ORDINAL_HEADER
from checker.forms.names import table_name
from checker.forms.plain_text import TOTAL_WORDS, is_footer, is_nothing, row_code, squeeze
from checker.forms.remarks import Said, problem
from checker.forms.typed_value import TypedValue
from checker.model.cells import CellRef
from checker.model.snapshot import SheetSnapshot
from checker.model.submission import Fact, FactRef, FactState, Problem, TableRow
from checker.model.template import Blank, Table, TableColumn

Area = tuple[CellRef, CellRef]
Names = Mapping[str, Area | None]


class TablePlace(Struct, frozen=True):
    """``columns`` by table column id (those found). Body rows are ``first_row`` .. ``last_row``;
    rows filled further down, to ``read_to``, still belong to the table."""

    columns: Mapping[str, int]
    first_row: int
    last_row: int
    read_to: int


def read_table(
    snapshot: SheetSnapshot, title: str, table: Table, names: Names, codes: CodeLists
) -> tuple[tuple[TableRow, ...] | None, list[Problem]]:
    """The rows of one table on the sheet with this title, None if it could not be found, or must
    have rows and has none; and what is wrong with it.

    Rows with every cell empty (or only "/", "无") do not count, nor does a row 合计. Rows filled
    below the prepared range count, with a remark.
    """
    place, problems = _find_table(snapshot, title, table, names)
    if place is None:
        return None, problems
    numbers = list(_filled_rows(snapshot, place))
    if not numbers:
        if not table.required:
            return (), problems
        first = CellRef(title, place.first_row, min(place.columns.values()))
        said: Said = {"actual": "空", "required": "必须填写", "table": table.title}
        problems.append(problem("FORM001.no_rows", first, **said))
        return None, problems
    cells = [CellRef(title, row, at) for row in numbers for at in place.columns.values()]
    uncertain, odd = merged_cells(snapshot, title, cells)
    problems += odd
    rows: list[TableRow] = []

    def read(ref: FactRef, row: int, column: TableColumn) -> Reading:
        at = place.columns.get(column.id)
        cell = None if at is None else CellRef(title, row, at)
        return read_fact(ref, snapshot, None if cell in uncertain else cell, column, codes)

    for row in numbers:
        problems += add_row(rows, table, row, read)
    outside = [row for row in numbers if row > place.last_row]
    if outside:
        some = "、".join(map(str, outside[:5])) + ("等" if len(outside) > 5 else "")
        first = CellRef(title, outside[0], min(place.columns.values()))
        problems.append(problem("FORM020.below", first, table=table.title, rows=some))
    return tuple(rows), problems


# -- where it stands -----------------------------------------------------------------------


def _find_table(
    snapshot: SheetSnapshot, title: str, table: Table, names: Names
) -> tuple[TablePlace | None, list[Problem]]:
    """The place of a table on the sheet with this title, and what was not as it should be."""
    named = names.get(table_name(table.id))
    if named is not None and named[0].sheet != title:
        named = None
    header_rows = _header_rows(snapshot, table, named)
    if len(header_rows) != 1:
        return None, [_no_header(table, title, header_rows)]
    ((header_row, columns),) = header_rows.items()
    problems = [
        _lost_column(snapshot, table, column, title, header_row)
        for column in table.columns
        if column.id not in columns
    ]
    first_row = header_row + 1
    if _is_number_row(snapshot, first_row, columns):
        first_row += 1
    if named is not None:
        first_row = min(first_row, max(named[0].row, header_row + 1))
        last_row = max(named[1].row, first_row - 1)
        read_to = _end(snapshot, last_row + 1, columns)
    else:
        last_row = read_to = _end(snapshot, first_row, columns)
        problems.append(problem("FORM010.table", sheet=title, table=table.title))
    return TablePlace(columns, first_row, last_row, read_to), problems


def _header_rows(
    snapshot: SheetSnapshot, table: Table, named: Area | None
) -> dict[int, dict[str, int]]:
    """The rows above the body, or anywhere on the sheet if the body has no name, that have most of
    the header texts, at least half, each with the columns found in it by table column id."""
    if named is not None:
        rows = range(max(named[0].row - HEADER_ROWS_ABOVE, 1), named[0].row)
    else:
        rows = range(snapshot.origin[0], snapshot.last_row + 1)
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        texts = _texts(snapshot, row)
        columns = {
            column.id: places[0]
            for column in table.columns
            if len(places := _bearing(texts, column)) == 1
        }
        if 2 * len(columns) >= len(table.columns):
            found[row] = columns
    most = max(map(len, found.values()), default=0)
    return {row: columns for row, columns in found.items() if len(columns) == most}


def _bearing(texts: Mapping[int, str], column: TableColumn) -> list[int]:
    """Where the header of a column stands: its title, with its unit or alone; if that stands
    nowhere, its title as it is often retyped (男生 for 男), with anything in brackets."""
    title = squeeze(column.title)
    exact = {title, squeeze(f"{column.title}（{column.unit}）")}
    places = [place for place, text in texts.items() if text in exact]
    retyped = {title, f"{title}生", f"{title}数"}
    return places or [
        place
        for place, text in texts.items()
        if text.partition("(")[0] in retyped and (text in retyped or text.endswith(")"))
    ]


def _texts(snapshot: SheetSnapshot, row: int) -> dict[int, str]:
    return {column: text for column, value in snapshot.line(row) if (text := squeeze(value))}


def _is_number_row(snapshot: SheetSnapshot, row: int, columns: Mapping[str, int]) -> bool:
    """Whether the columns are numbered in this row (1, 2, 3 … from left to right, a lost one left
    out), as texts or as numbers."""
    numbers = [row_code(snapshot.raw(row, at)) for at in sorted(columns.values())]
    if not all(number.isascii() and number.isdigit() for number in numbers):
        return False
    found = [int(number) for number in numbers]
    return found == sorted(set(found)) and found[0] <= 2 and found[-1] <= len(found) + 2


def _end(snapshot: SheetSnapshot, row: int, columns: Mapping[str, int]) -> int:
    """Last row with anything in the table's columns, from ``row`` on, before what follows the
    table: the footer, or the header of the next one."""
    last = row - 1
    while row <= snapshot.last_row:
        texts = _texts(snapshot, row).values()
        if any(text == ORDINAL_HEADER or is_footer(text) for text in texts):
            break
        if any(snapshot.raw(row, column) not in (None, "") for column in columns.values()):
            last = row
        row += 1
    return last


# -- its rows ------------------------------------------------------------------------------


def _filled_rows(snapshot: SheetSnapshot, place: TablePlace) -> Iterator[int]:
    """The rows that count, by their number on the sheet."""
    first_row, first_column = snapshot.origin
    columns = sorted(place.columns.values())
    named_to = columns[:2][-1] + 1 - first_column
    # cells with errors and without results look empty to the reader
    special = {row for row, at in (*snapshot.errors, *snapshot.uncomputed) if at in columns}
    body = snapshot.rows[
        place.first_row - first_row : max(place.last_row, place.read_to) + 1 - first_row
    ]
    for row, line in enumerate(body, start=place.first_row):
        values = [line[at - first_column] for at in columns if at - first_column < len(line)]
        if _empty(values) and row not in special:
            continue
        if not any(squeeze(value) in TOTAL_WORDS for value in line[:named_to]):
            yield row


def _empty(values: Sequence[object]) -> bool:
    """Whether nothing is typed in these cells, or only that there is nothing."""
    return values.count("") == len(values) or all(
        value is None or (isinstance(value, str) and (not value.strip() or is_nothing(value)))
        for value in values
    )


# -- what is told --------------------------------------------------------------------------


def _no_header(table: Table, title: str, rows: Mapping[int, Mapping[str, int]]) -> Problem:
    titles = "、".join(column.title for column in table.columns)
    said: Said = {"required": titles, "table": table.title, "titles": titles}
    if not rows:
        return problem("FORM018.no_table", sheet=title, **said)
    row, columns = next(iter(rows.items()))
    cell = CellRef(title, row, min(columns.values()))
    return problem("FORM018.several_tables", cell, rows="、".join(map(str, rows)), **said)


def _lost_column(
    snapshot: SheetSnapshot, table: Table, column: TableColumn, title: str, row: int
) -> Problem:
    cells = [CellRef(title, row, at) for at in _bearing(_texts(snapshot, row), column)]
    said: Said = {"required": column.title, "table": table.title, "header": column.title}
    if not cells:
        return problem("FORM018.lost_table_column", sheet=title, **said)
    places = "、".join(cell.a1 for cell in cells)
    return problem("FORM018.doubled_table_column", cells[-1], cells=places, **said)


Reading: TypeAlias = tuple[Fact, TypedValue | None]
"""A fact, and what there is to be said of how it was typed."""


def add_row(
    rows: list[TableRow],
    table: Table,
    number: int,
    read: Callable[[FactRef, int, TableColumn], Reading],
) -> list[Problem]:
    """Read a filled row, by its number on the sheet, and add it to those before it; what single
    cells have against them, and what the row lacks."""
    facts: dict[str, Fact] = {}
    problems: list[Problem] = []
    missing: list[tuple[str, FactRef, CellRef]] = []
    for column in table.columns:
        ref = FactRef(f"{table.id}.{column.id}", "", len(rows) + 1)
        fact, remark = read(ref, number, column)
        facts[column.id] = fact
        if fact.cell is None:
            continue
        if remark is not None:
            problems.append(problem_of(remark, ref, fact.cell))
        elif fact.state is FactState.BLANK and column.blank is Blank.MISSING:
            missing.append((column.title, ref, fact.cell))
    rows.append(TableRow(len(rows) + 1, facts))
    if missing:
        titles = "、".join(name for name, _, _ in missing)
        _, ref, cell = missing[0]
        said: Said = {"required": titles, "table": table.title, "row": number, "titles": titles}
        problems.append(problem("FORM019.row", cell, ref=ref, **said))
    return problems
