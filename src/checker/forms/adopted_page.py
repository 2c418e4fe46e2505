"""One sheet of a form with an adopted layout: its cells as facts."""

from __future__ import annotations

from checker.forms.adopted_cells import (
    read_tick,
)
from checker.forms.adopted_rooms import Found, Room, Ticks
from checker.forms.form_fields import CodeLists, FieldReading, read_fact
from checker.forms.header_paths import (
    PrintedSheet,
)
from checker.forms.typed_value import TypedValue
from checker.model.cells import CellRef
from checker.model.submission import Fact, FactRef
from checker.model.template import Column, Field, Sheet, TableColumn


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

    def add(self, item: Field, column: str, cell: CellRef | None) -> None:
        """Takes in the fact of a cell, or that it has none."""
        ref = FactRef(item.id, column)
        fact, remark = read_fact(ref, self.cells, cell, item, self.codes)
        if cell is not None:
            self.found.rooms[ref] = Room(cell)
        self.keep(item, column, fact, remark)

    def add_tick(self, item: Field, column: str, row: int, ticks: Ticks) -> None:
        """Takes in what is ticked in a row."""
        cell, typed = self.ticked(row, ticks, item)
        ref = FactRef(item.id, column)
        fact = Fact(ref, typed.state, typed.value, cell, typed.typed)
        options = {option: CellRef(self.title, row, at) for option, at in ticks.items()}
        self.found.rooms[ref] = Room(cell, "", options)
        self.keep(item, column, fact, typed)

    def ticked(
        self, row: int, ticks: Ticks, entry: Field | TableColumn
    ) -> tuple[CellRef, TypedValue]:
        """The cell that is ticked, and what that says."""
        cells = {option: self.cells.cell(row, at) for option, at in ticks.items()}
        option, typed = read_tick(cells, entry, self.codes.get(entry.codes or ""))
        return CellRef(self.title, row, ticks[option]), typed

    def keep(self, item: Field, column: str, fact: Fact, remark: TypedValue | None) -> None:
        """Takes in a fact, and what is to be said of how it was typed."""
        self.found.facts[fact.ref] = fact
        told = remark if remark is not None and remark.rule else None
        self.found.readings.append(FieldReading(item, self.columns[column], fact, told))
