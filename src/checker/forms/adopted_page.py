"""One sheet of a form with an adopted layout: its cells as facts, and where values are written."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from checker.forms.adopted_cells import read_tick
from checker.forms.form_fields import CodeLists, FieldReading, read_fact
from checker.forms.header_paths import PrintedSheet
from checker.forms.typed_value import TypedValue
from checker.model.cells import CellRef
from checker.model.submission import Fact, FactRef, Problem, TableRow
from checker.model.template import Column, Field, Sheet, TableColumn

Ticks = Mapping[str, int]
"""Option -> column in which it is ticked."""


class Room(Struct, frozen=True):
    """Where a value of a form is written: a cell; behind the label ``pair`` in it; or a tick in the
    one of ``ticks`` (option -> cell) that is chosen."""

    cell: CellRef
    pair: str = ""
    ticks: Mapping[str, CellRef] = field(default_factory=dict)


class TableRoom(Struct, frozen=True):
    """Where the rows of a table are written: those that stand there, then those that are free.
    ``columns`` by table column id; ``ticks`` by table column id, then option."""

    sheet: str
    rows: tuple[int, ...]
    columns: Mapping[str, int]
    ticks: Mapping[str, Ticks]


class LedgerRoom(Struct, frozen=True):
    """Where the rows of a ledger are written: all rows between its header and its total or its end.
    ``columns`` by field id and column id."""

    sheet: str
    rows: tuple[int, ...]
    columns: Mapping[tuple[str, str], int]


class Rooms(Struct, frozen=True):
    """The rooms of a workbook by field and column, by table, and of its ledger."""

    fields: Mapping[FactRef, Room]
    tables: Mapping[str, TableRoom]
    ledger: LedgerRoom | None = None


class Found(Struct):
    """What was read of a workbook so far. ``lacking`` by sheet title: what was not found."""

    facts: dict[FactRef, Fact] = field(default_factory=dict)
    tables: dict[str, tuple[TableRow, ...]] = field(default_factory=dict)
    readings: list[FieldReading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lacking: dict[str, list[str]] = field(default_factory=dict)
    by_position: list[CellRef] = field(default_factory=list)
    rooms: dict[FactRef, Room] = field(default_factory=dict)
    table_rooms: dict[str, TableRoom] = field(default_factory=dict)
    ledger_room: LedgerRoom | None = None

    def miss(self, sheet: str, what: str) -> None:
        """Notes what was not found."""
        self.lacking.setdefault(sheet, []).append(what)


class Page:
    """One sheet that is read into ``found``: what is printed on it, and its cells as facts."""

    def __init__(
        self, printed: PrintedSheet, title: str, sheet: Sheet, codes: CodeLists, found: Found
    ) -> None:
        self.printed = printed
        self.cells = printed.snapshot
        self.title = title
        self.sheet = sheet
        self.codes = codes
        self.found = found
        self.fields: dict[str, Field] = {item.id: item for item in sheet.fields}
        self.columns: dict[str, Column] = {column.id: column for column in sheet.columns}

    def miss(self, what: str) -> None:
        """Notes what was not found on this sheet."""
        self.found.miss(self.title, what)

    def own(self, cell: CellRef | None, what: str) -> CellRef | None:
        """The cell, if it is not merged with others."""
        if cell is None or not self.cells.merged:
            return cell
        top, left, bottom, right = self.printed.area(cell.row, cell.column)
        if (top, left) == (bottom, right):
            return cell
        self.miss(f"{what}（{cell.a1} 与别的格子合并了）")
        return None

    def add_own(
        self, item: Field, column: str, cell: CellRef | None, why: str | None = None
    ) -> None:
        """The same of a cell that must not be merged with others."""
        self.add(item, column, cell if why else self.own(cell, item.label), why)

    def add(self, item: Field, column: str, cell: CellRef | None, why: str | None = None) -> None:
        """Takes in the fact of a cell, or that it has none; ``why`` it is not that of the field."""
        ref = FactRef(item.id, column)
        if why:
            self.miss(f"{item.label}（{why}）")
            cell = None
        fact, remark = read_fact(ref, self.cells, cell, item, self.codes)
        if cell is not None:
            self.found.rooms[ref] = Room(cell)
        self.keep(item, column, fact, remark)

    def add_tick(self, item: Field, column: str, row: int, ticks: Ticks) -> None:
        """Takes in what is ticked in a row."""
        fact, remark = self.ticked(FactRef(item.id, column), row, ticks, item)
        options = {option: CellRef(self.title, row, at) for option, at in ticks.items()}
        assert fact.cell is not None
        self.found.rooms[fact.ref] = Room(fact.cell, "", options)
        self.keep(item, column, fact, remark)

    def ticked(
        self, ref: FactRef, row: int, ticks: Ticks, entry: Field | TableColumn
    ) -> tuple[Fact, TypedValue | None]:
        """What the cell says that is ticked, and the typed value if there is a remark on it."""
        cells = {option: self.cells.cell(row, at) for option, at in ticks.items()}
        option, typed = read_tick(cells, entry, self.codes.get(entry.codes or ""))
        cell = CellRef(self.title, row, ticks[option])
        fact = Fact(ref, typed.state, typed.value, cell, typed.typed)
        return fact, typed if typed.rule else None

    def keep(self, item: Field, column: str, fact: Fact, remark: TypedValue | None) -> None:
        """Takes in a fact, and what is to be said of how it was typed."""
        self.found.facts[fact.ref] = fact
        told = remark if remark is not None and remark.rule else None
        self.found.readings.append(FieldReading(item, self.columns[column], fact, told))
