"""The filled rows of a table, as typed facts, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from checker.forms.known_facts import Reading, read_cells
from checker.forms.known_values import odd_positions
from checker.forms.table_places import Names, TablePlace, beyond, find_table, is_total
from checker.forms.table_plans import TableMemory, TablePlan
from checker.forms.typed_value import TypedValue, is_nothing
from checker.model.cells import CellRef
from checker.model.snapshot import SheetSnapshot
from checker.model.submission import FactRef, FactState, Problem, TableRow
from checker.model.template import Blank, Table


class TableReading(NamedTuple):
    """What was read of one table: ``rows`` is None if it could not be found, or must have rows and
    has none; ``lines`` are those of its facts in the digest of all facts."""

    rows: tuple[TableRow, ...] | None
    lines: list[str]
    problems: list[Problem]


def read_table(
    snapshot: SheetSnapshot, title: str, table: Table, names: Names, memory: TableMemory
) -> TableReading:
    """The rows of one table on the sheet with this title.

    Rows with every cell empty (or only "/", "无") do not count, nor does a row 合计. Rows filled
    below the prepared range count, with a remark.
    """
    place, problems = find_table(snapshot, title, table, names, memory.headers)
    if place is None:
        return TableReading(None, [], problems)
    plan = memory.plan(title, table, place)
    filled = _filled_rows(snapshot, place, plan)
    if not filled:
        if not table.required:
            return TableReading((), [], problems)
        first = CellRef(title, place.first_row, min(place.columns.values()))
        message = f"“{table.title}”表一行也没有填；必须填写，一个一行。"
        problems.append(Problem("FORM001", message, None, first, title, "空", "必须填写"))
        return TableReading(None, [], problems)
    numbers = [row for row, _ in filled]
    cells = plan.cells_of(numbers)
    values = [*chain.from_iterable([values for _, values in filled])]
    odd = odd_positions(snapshot)
    odd_cells: list[int] = []
    if not {row for row, _ in odd}.isdisjoint(numbers):
        odd_cells = [
            at for at, cell in enumerate(cells.cells[: len(values)]) if cell.position in odd
        ]
    readings = read_cells(cells.cells, cells.known, values, snapshot, memory.counted, odd_cells)
    facts, lines, attention, _ = zip(*readings, strict=True)
    width = len(plan.ids)
    rows = [
        TableRow(ordinal, dict(zip(plan.ids, facts[at : at + width], strict=True)))
        for ordinal, at in enumerate(range(0, len(facts), width), start=1)
    ]
    if any(attention):
        for row, at in zip(numbers, range(0, len(facts), width), strict=True):
            if any(attention[at : at + width]):
                problems += _row_problems(title, table, row, readings[at : at + width])
    outside = [row for row in numbers if row > place.last_row]
    if outside:
        problems.append(beyond(table, title, outside, place.columns))
    # column by column, in which order they are nearly sorted
    given = [line for column in plan.by_column for line in lines[column::width] if line]
    return TableReading(tuple(rows), given, problems)


def _filled_rows(
    snapshot: SheetSnapshot, place: TablePlace, plan: TablePlan
) -> list[tuple[int, Sequence[object]]]:
    """The rows that count, by their number on the sheet, and what stands in the columns."""
    first_row, first_column = snapshot.origin
    begin = place.first_row - first_row
    body = snapshot.rows[begin : max(place.last_row, place.read_to) + 1 - first_row]
    found = enumerate(plan.values(body, first_column), start=place.first_row)
    special = _special_rows(snapshot, plan.columns)
    nothing = plan.nothing
    filled = [
        (row, values)
        for row, values in found
        if (values != nothing and not _empty(values)) or row in special
    ]
    named_to = plan.columns[:2][-1] - first_column + 1
    named = {value for row, _ in filled for value in body[row - place.first_row][:named_to]}
    if is_total(named):
        return [
            (row, values)
            for row, values in filled
            if not is_total(body[row - place.first_row][:named_to])
        ]
    return filled


def _empty(values: Sequence[object]) -> bool:
    """Whether nothing is typed in these cells, or only that there is nothing."""
    if float in map(type, values):
        return False
    return all(
        value is None or (isinstance(value, str) and (not value.strip() or is_nothing(value)))
        for value in values
    )


def _special_rows(snapshot: SheetSnapshot, columns: list[int]) -> set[int]:
    """Rows with errors and uncomputed formulas: they look empty to the reader, yet are not."""
    places = (*snapshot.errors, *snapshot.uncomputed)
    return {row for row, column in places if column in columns}


def _row_problems(title: str, table: Table, row: int, readings: Sequence[Reading]) -> list[Problem]:
    """What single cells of a filled row have against them, and what the row lacks."""
    problems: list[Problem] = []
    missing: list[tuple[str, FactRef, CellRef]] = []
    for column, (fact, _, _, remark) in zip(table.columns, readings, strict=True):
        if fact.cell is None:
            continue
        if remark is not None:
            problems.append(problem_of(remark, fact.ref, fact.cell))
        elif fact.state is FactState.BLANK and column.blank is Blank.MISSING:
            missing.append((column.title, fact.ref, fact.cell))
    if missing:
        titles = "、".join(name for name, _, _ in missing)
        message = f"“{table.title}”表第 {row} 行没有填完，还缺：{titles}。"
        _, ref, cell = missing[0]
        problems.append(Problem("FORM019", message, ref, cell, title, required=titles))
    return problems


def problem_of(typed: TypedValue, ref: FactRef, cell: CellRef) -> Problem:
    """What the normaliser has to say of a cell, as a problem at that cell."""
    return Problem(typed.rule, typed.message, ref, cell, cell.sheet, typed.typed, typed.required)
