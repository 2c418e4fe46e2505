"""The filled rows of a table, as typed facts, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from checker.model.cells import CellRef
from checker.model.snapshot import SheetSnapshot
from checker.model.submission import Fact, FactRef, FactState, Problem, TableRow
from checker.model.template import Blank, Table
from checker.templates.code_lists import CodeList
from checker.templates.normalise import normalise
from checker.templates.table_places import Names, beyond, find_table, is_total
from checker.templates.typed_value import TypedValue, is_nothing


def read_table(
    snapshot: SheetSnapshot,
    title: str,
    table: Table,
    names: Names,
    codes: Callable[[str | None], CodeList | None],
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
    for row in range(place.first_row, max(place.last_row, place.read_to) + 1):
        index = row - first_row
        if index >= len(snapshot.rows):
            break
        line = snapshot.rows[index]
        values = [line[at - first_column] for at in width if 0 <= at - first_column < len(line)]
        if _empty(values) and not _has_special(snapshot, row, width):
            continue
        if is_total(snapshot, row, place.columns):
            continue
        if row > place.last_row:
            outside.append(row)
        filled, found = _read_row(snapshot, title, table, place.columns, row, len(rows) + 1, codes)
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


def _empty(values: list[object]) -> bool:
    return all(
        value is None or (isinstance(value, str) and (not value.strip() or is_nothing(value)))
        for value in values
    )


def _has_special(snapshot: SheetSnapshot, row: int, columns: list[int]) -> bool:
    """Errors and uncomputed formulas look empty to the reader, yet the row is not."""
    if not snapshot.errors and not snapshot.uncomputed:
        return False
    return any(
        (row, column) in snapshot.errors or (row, column) in snapshot.uncomputed
        for column in columns
    )


def _read_row(
    snapshot: SheetSnapshot,
    title: str,
    table: Table,
    columns: Mapping[str, int],
    row: int,
    ordinal: int,
    codes: Callable[[str | None], CodeList | None],
) -> tuple[TableRow, list[Problem]]:
    facts: dict[str, Fact] = {}
    problems: list[Problem] = []
    missing: list[tuple[str, FactRef, CellRef]] = []
    for column in table.columns:
        ref = FactRef(f"{table.id}.{column.id}", "", ordinal)
        at = columns.get(column.id)
        if at is None:
            facts[column.id] = Fact(ref, FactState.UNBOUND)
            continue
        cell = CellRef(title, row, at)
        typed = normalise(snapshot.cell(row, at), column, codes(column.codes))
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
