"""How the rows of a table are read, remembered for the next workbook of the same layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from operator import itemgetter

from checker.forms.known_facts import IF_THERE, FactCell, FactCount
from checker.forms.known_values import ValueReader
from checker.forms.table_places import KnownHeaders, TablePlace
from checker.forms.typed_value import TypedValue
from checker.model.cells import CellRef
from checker.model.submission import FactRef, FactState
from checker.model.template import Blank, Table

KEPT_PLANS = 8
"""Places of tables remembered for one template."""
KEPT_ROWS = 300
KEPT_BLOCK = 150
"""Single rows remembered for one place, and rows of a block, one below the other."""

Values = Sequence[object]


class RowCells:
    """Cells of a table, row by row, and what is known of them; it never changes, as other threads
    may be reading by it."""

    __slots__ = ("cells", "known")

    def __init__(self, cells: list[FactCell]) -> None:
        self.cells = cells
        self.known = [cell.known for cell in cells]


class TablePlan:
    """The places of a table's columns, and the cells of its rows. ``columns`` are the places of
    those that were found, in order, ``width``
    how many it has in all; ``nothing`` is what a row without values is; ``by_column``
    are the places of the columns in the order of their ids."""

    def __init__(
        self, title: str, table: Table, places: dict[str, int], values: ValueReader
    ) -> None:
        self._title, self._table, self._values = title, table, values
        self._places = [places.get(column.id) for column in table.columns]
        self.ids = [column.id for column in table.columns]
        self.columns = sorted(places.values())
        self.by_column = sorted(range(len(self.ids)), key=self.ids.__getitem__)
        self.nothing = ("",) * len(self.ids)
        self._blocks: dict[int, RowCells] = {}
        self._rows: dict[tuple[int, int], list[FactCell]] = {}
        self._pickers: dict[int, Callable[[Values], Values]] = {}

    def cells_of(self, rows: Sequence[int]) -> RowCells:
        """The cells of the table's filled rows, row by row, given where they stand on the sheet;
        perhaps more than asked for."""
        first, count = rows[0], len(rows)
        if rows[-1] - first + 1 != count or count > KEPT_BLOCK:
            found = [self._row(row, ordinal) for ordinal, row in enumerate(rows, start=1)]
            return RowCells([*chain.from_iterable(found)])
        # the usual case: one row below the other
        block = self._blocks.get(first)
        have = len(block.cells) // len(self.ids) if block else 0
        if block is None or have < count:
            new = [self._new_row(first + at, at + 1) for at in range(have, count)]
            block = RowCells([*(block.cells if block else ()), *chain.from_iterable(new)])
            if len(self._blocks) >= KEPT_PLANS:
                self._blocks.clear()
            self._blocks[first] = block
        return block

    def _row(self, row: int, ordinal: int) -> list[FactCell]:
        cells = self._rows.get((row, ordinal))
        if cells is None:
            cells = self._new_row(row, ordinal)
            if ordinal <= KEPT_BLOCK:
                if len(self._rows) >= KEPT_ROWS:
                    self._rows.clear()
                self._rows[row, ordinal] = cells
        return cells

    def _new_row(self, row: int, ordinal: int) -> list[FactCell]:
        return [
            FactCell(
                FactRef(f"{self._table.id}.{column.id}", "", ordinal),
                None if at is None else CellRef(self._title, row, at),
                self._values.of(column),
                _asks_if_missing if column.blank is Blank.MISSING else _asks,
            )
            for column, at in zip(self._table.columns, self._places, strict=True)
        ]

    def forget(self) -> None:
        """Forget the cells of all rows."""
        self._blocks.clear()
        self._rows.clear()

    def values(self, lines: Sequence[Values], first_column: int) -> list[Values]:
        """What stands in the columns of the table, row by row, "" in those that were not found.
        The first value of a line stands in ``first_column``."""
        pick = self._pickers.get(first_column)
        if pick is None:
            if len(self._pickers) >= KEPT_PLANS:
                self._pickers.clear()
            pick = self._pickers[first_column] = self._picker(first_column)
        try:
            return list(map(pick, lines))
        except IndexError:
            return [self._one_by_one(line, first_column) for line in lines]

    def _picker(self, first_column: int) -> Callable[[Values], Values]:
        offsets = [-1 if at is None else at - first_column for at in self._places]
        if len(offsets) > 1 and min(offsets) >= 0:
            return itemgetter(*offsets)
        return lambda line: self._one_by_one(line, first_column)

    def _one_by_one(self, line: Values, first_column: int) -> Values:
        offsets = [-1 if at is None else at - first_column for at in self._places]
        return tuple([line[at] if 0 <= at < len(line) else "" for at in offsets])


class TableMemory:
    """What was learnt of the tables of one template's workbooks; bounded."""

    def __init__(self, values: ValueReader, counted: FactCount) -> None:
        self._values = values
        self.counted = counted
        self.headers = KnownHeaders()
        self._plans: dict[tuple[object, ...], TablePlan] = {}

    def forget(self) -> None:
        """Forget all facts, and where their rows are."""
        for plan in self._plans.values():
            plan.forget()

    def plan(self, title: str, table: Table, place: TablePlace) -> TablePlan:
        """How to read a table that stands here, on the sheet with this title."""
        key = (title, table.id, *sorted(place.columns.items()))
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= KEPT_PLANS:
                self._plans.clear()
            plan = TablePlan(title, table, dict(place.columns), self._values)
            self._plans[key] = plan
        return plan


def _asks(typed: TypedValue) -> int:
    return IF_THERE if typed.rule else 0


def _asks_if_missing(typed: TypedValue) -> int:
    return IF_THERE if typed.rule or typed.state is FactState.BLANK else 0
