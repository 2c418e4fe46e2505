"""The filled rows of a table, as typed facts, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence, Set

from checker.model.cells import CellRef
from checker.model.snapshot import Position, SheetSnapshot
from checker.model.submission import Fact, FactRef, FactState, Problem, TableRow
from checker.model.template import Blank, Table, TableColumn
from checker.templates.known_values import EntryReader, ValueReader, odd_positions
from checker.templates.table_places import Names, beyond, find_table, is_total
from checker.templates.typed_value import TypedValue, is_nothing

BoundColumn = tuple[TableColumn, str, int | None, EntryReader]
"""A column of a table: the id of its facts, where it stands, what reads its cells."""


def read_table(
    snapshot: SheetSnapshot,
    title: str,
    table: Table,
    names: Names,
    values: ValueReader,
) -> tuple[tuple[TableRow, ...] | None, list[Problem]]:
    """The rows of one table on the sheet with this title; None if it could not be found, or must
    have rows and has none.

    Rows with every cell empty (or only "/", "无") do not count, nor does a row 合计. Rows filled
    below the prepared range count, with a remark.
    """
    place, problems = find_table(snapshot, title, table, names)
    if place is None:
        return None, problems
    rows: list[TableRow] = []
    outside: list[int] = []
    first_column, first_row = snapshot.origin[1], snapshot.origin[0]
    width = sorted(place.columns.values())
    columns = [
        (column, f"{table.id}.{column.id}", place.columns.get(column.id), values.of(column))
        for column in table.columns
    ]
    odd = odd_positions(snapshot)
    special = _special_rows(snapshot, width)
    for row in range(place.first_row, max(place.last_row, place.read_to) + 1):
        index = row - first_row
        if index >= len(snapshot.rows):
            break
        line = snapshot.rows[index]
        if row not in special and _empty(line, width, first_column):
            continue
        if is_total(snapshot, row, place.columns):
            continue
        if row > place.last_row:
            outside.append(row)
        filled, found = _read_row(snapshot, title, table, columns, row, len(rows) + 1, odd)
        rows.append(filled)
        problems.extend(found)
    if outside:
        problems.append(beyond(table, title, outside, place.columns))
    if table.required and not rows:
        first = CellRef(title, place.first_row, min(place.columns.values()))
        message = f"“{table.title}”表一行也没有填；必须填写，一个一行。"
        problems.append(Problem("FORM001", message, None, first, title, "空", "必须填写"))
        return None, problems
    return tuple(rows), problems


def _empty(line: Sequence[object], columns: list[int], first_column: int) -> bool:
    """Whether nothing is typed in these columns, or only that there is nothing."""
    for at in columns:
        value = line[at - first_column] if 0 <= at - first_column < len(line) else None
        if value is None or value == "":
            continue
        if not isinstance(value, str) or (value.strip() and not is_nothing(value)):
            return False
    return True


def _special_rows(snapshot: SheetSnapshot, columns: list[int]) -> set[int]:
    """Rows with errors and uncomputed formulas: they look empty to the reader, yet are not."""
    places = (*snapshot.errors, *snapshot.uncomputed)
    return {row for row, column in places if column in columns}


def _read_row(
    snapshot: SheetSnapshot,
    title: str,
    table: Table,
    columns: list[BoundColumn],
    row: int,
    ordinal: int,
    odd: Set[Position],
) -> tuple[TableRow, list[Problem]]:
    facts: dict[str, Fact] = {}
    problems: list[Problem] = []
    missing: list[tuple[str, FactRef, CellRef]] = []
    line = snapshot.rows[row - snapshot.origin[0]]
    first_column = snapshot.origin[1]
    for column, field, at, reader in columns:
        ref = FactRef(field, "", ordinal)
        if at is None:
            facts[column.id] = Fact(ref, FactState.UNBOUND)
            continue
        cell = CellRef(title, row, at)
        if (row, at) in odd:
            typed = reader.read(snapshot, row, at)
        else:
            value = line[at - first_column] if 0 <= at - first_column < len(line) else None
            typed = reader.read_plain(value, snapshot, row, at)
        facts[column.id] = Fact(ref, typed.state, typed.value, cell, typed.typed)
        if typed.rule:
            problems.append(problem_of(typed, ref, cell))
        elif typed.state is FactState.BLANK and column.blank is Blank.MISSING:
            missing.append((column.title, ref, cell))
    if missing:
        titles = "、".join(name for name, _, _ in missing)
        message = f"“{table.title}”表第 {row} 行没有填完，还缺：{titles}。"
        _, ref, cell = missing[0]
        problems.append(Problem("FORM019", message, ref, cell, title, required=titles))
    return TableRow(ordinal, facts), problems


def problem_of(typed: TypedValue, ref: FactRef, cell: CellRef) -> Problem:
    """What the normaliser has to say of a cell, as a problem at that cell."""
    return Problem(typed.rule, typed.message, ref, cell, cell.sheet, typed.typed, typed.required)
