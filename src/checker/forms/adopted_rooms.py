"""What was read of a form with an adopted layout, and where its values are written."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from checker.forms.form_fields import FieldReading
from checker.model.cells import CellRef
from checker.model.submission import Fact, FactRef, Problem, TableRow

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
