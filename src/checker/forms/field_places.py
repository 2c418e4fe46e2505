"""Which cell holds which field on one form sheet: its defined name and what is printed must agree,
or only one of them speaks. What contradicts itself, or could be two cells, is reported and left
out, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from checker.forms.form_grid import (
    bearing_headers,
    find_grid,
    label_text,
    rows_of_label,
)
from checker.forms.names import field_name
from checker.forms.plain_text import row_code
from checker.forms.remarks import problem
from checker.model.cells import CellRef, column_letters
from checker.model.snapshot import Position, SheetSnapshot
from checker.model.submission import FactRef, Problem
from checker.model.template import Field, Sheet

Names = Mapping[str, tuple[CellRef, CellRef] | None]


class FieldPlaces:
    """Finds the cells of one form sheet. ``title`` is the sheet's title in this workbook.
    ``problems`` fills while fields are located; so does ``older``: fields of rows that came to the
    edition after this workbook was given out."""

    def __init__(self, snapshot: SheetSnapshot, sheet: Sheet, title: str, names: Names) -> None:
        self.snapshot = snapshot
        self.sheet = sheet
        self.title = title
        self.names = names
        self.problems: list[Problem] = []
        self.older: set[str] = set()
        self.grid = find_grid(snapshot, sheet)
        self._without_name: list[str] = []
        self._uncertain_columns: set[str] = set()

    def locate_all(self) -> Iterator[tuple[Field, str, CellRef | None]]:
        """Every field and column of the sheet with its cell, None where no cell is certain."""
        if not self.grid.code_row and (self.grid.rivals or not self._any_name()):
            name = "FORM018.several_grids" if self.grid.rivals else "FORM018.no_grid"
            self._tell(name, cells=self._addresses(self.grid.rivals))
            yield from (
                (item, column, None) for item in self.sheet.fields for column in item.columns
            )
            return
        for item in self.sheet.fields:
            yield from self._locate_field(item)
        self._report_lost()

    def _any_name(self) -> bool:
        return any(self._named(item, item.columns[0]) is not None for item in self.sheet.fields)

    def _named(self, item: Field, column: str) -> CellRef | None:
        target = self.names.get(field_name(item.id, column))
        return target[0] if target is not None and target[0].sheet == self.title else None

    def _locate_field(self, item: Field) -> Iterator[tuple[Field, str, CellRef | None]]:
        rows = self.grid.rows.get(row_code(item.row_code), [])
        named = {column: self._named(item, column) for column in item.columns}
        if len(rows) > 1:
            several = "、".join(map(str, rows))
            self._tell_of("FORM012.duplicate_row", item, rows[-1], rows=several)
            rows = [row for row in rows if self._label_at(row) == label_text(item.label)]
            for column in item.columns:
                yield item, column, self._among_duplicates(column, named[column], rows)
            return
        row = rows[0] if rows else self._row_without_code(item, named)
        if row is None:
            if item.added and not self._given_out_with(item):
                self.older.add(item.id)
            else:
                ref = FactRef(item.id, item.columns[0])
                self._tell("FORM011.row", ref=ref, code=item.row_code, label=item.label)
        elif rows and self._bears_another_label(item, row):
            printed = str(self.snapshot.raw(row, self.grid.label_column))
            self._tell_of("FORM012.foreign_label", item, row, row=row, printed=printed.strip())
            row = None
        conflicts: list[tuple[str, CellRef]] = []
        for column, place in named.items():
            if place is None or place.row != row or place.column != self._column(column):
                place = self._agreed(item, column, place, row, conflicts)
            yield item, column, place
        if conflicts:
            self._report_conflict(item, row, conflicts)

    @cached_property
    def _labels(self) -> frozenset[str]:
        return frozenset(label_text(item.label) for item in self.sheet.fields)

    def _bears_another_label(self, item: Field, row: int) -> bool:
        label = self._label_at(row)
        return label != label_text(item.label) and label in self._labels

    def _label_at(self, row: int) -> str:
        return label_text(self.snapshot.raw(row, self.grid.label_column))

    def _agreed(
        self,
        item: Field,
        column: str,
        place: CellRef | None,
        row: int | None,
        conflicts: list[tuple[str, CellRef]],
    ) -> CellRef | None:
        """The cell on which the name and what is printed agree, or the one that only one gives."""
        if row is None:
            return None
        at = self._column(column)
        if column in self.grid.doubled:
            self._uncertain_columns.add(column)
            return None
        if place is None:
            if at is None:
                self._uncertain_columns.add(column)
                return None
            self._without_name.append(item.label)
            return CellRef(self.title, row, at)
        if place.row != row or (at is not None and place.column != at):
            conflicts.append((column, place))
            return None
        if at is None and place.column in bearing_headers(self.grid, column):
            conflicts.append((column, place))
            return None
        return place

    def _column(self, column: str) -> int | None:
        return self.grid.columns.get(column)

    def _row_without_code(self, item: Field, named: Mapping[str, CellRef | None]) -> int | None:
        """The field's row although its row code is gone: where its label stands, if no other row
        and no other field could be meant, or else where all its names point."""
        by_name = {place.row for place in named.values() if place is not None}
        if not self.grid.code_row:
            return by_name.pop() if len(by_name) == 1 else None
        rows = rows_of_label(self.snapshot, self.grid, item)
        if self._label_beside_foreign_code(item):
            return None
        if len(rows) == 1 and self._alone_without_code(item):
            return rows[0]
        return by_name.pop() if len(by_name) == 1 and by_name.issubset(rows) else None

    def _label_beside_foreign_code(self, item: Field) -> bool:
        """Whether the field's label also stands in a row whose row code belongs to no field of that
        label: the code may have been typed over there, and the figures stand in that row."""
        label = label_text(item.label)
        own = {
            row_code(other.row_code)
            for other in self.sheet.fields
            if label_text(other.label) == label
        }
        return any(
            self._label_at(row) == label
            for code, rows in self.grid.rows.items()
            if code not in own
            for row in rows
        )

    def _alone_without_code(self, item: Field) -> bool:
        """Whether every other field with this label has its row code."""
        return all(
            other.id == item.id
            or label_text(other.label) != label_text(item.label)
            or row_code(other.row_code) in self.grid.rows
            for other in self.sheet.fields
        )

    def _among_duplicates(
        self, column: str, place: CellRef | None, rows: list[int]
    ) -> CellRef | None:
        """The cell to use when a row code stands in several rows: only if all that is typed in
        those that bear the field's label says the same, so that no choice can be wrong."""
        printed = self._column(column)
        at = place.column if place is not None else printed
        if at is None or not rows or column in self.grid.doubled:
            return None
        if printed is not None and printed != at:
            return None
        filled = {row: self.snapshot.raw(row, at) for row in rows}
        filled = {row: value for row, value in filled.items() if value not in (None, "")}
        if len({repr(value) for value in filled.values()}) > 1:
            return None
        if place is not None and place.row in rows and (not filled or place.row in filled):
            return place
        return CellRef(self.title, next(iter(filled), rows[0]), at)

    # -- what is told ------------------------------------------------------------------------

    def _tell(self, name: str, cell: CellRef | None = None, /, **said: Any) -> None:
        self.problems.append(problem(name, cell, self.title, title=self.title, **said))

    def _tell_of(self, name: str, item: Field, row: int, /, **said: Any) -> None:
        """Of a row in which a field should be."""
        at = self._column(item.columns[0]) or self.grid.code_column
        ref = FactRef(item.id, item.columns[0])
        said |= {"code": item.row_code, "label": item.label}
        self._tell(name, CellRef(self.title, row, at), ref=ref, **said)

    def _addresses(self, places: Iterable[Position]) -> str:
        return "、".join(CellRef(self.title, *at).a1 for at in places)

    def _given_out_with(self, item: Field) -> bool:
        """Whether the workbook was built with this row: its cells have names, or its label stands
        somewhere, so that the row is not new but lost."""
        named = any(field_name(item.id, column) in self.names for column in item.columns)
        label = label_text(item.label)
        return named or any(
            label == label_text(value) for line in self.snapshot.rows for value in line
        )

    def _report_conflict(
        self, item: Field, row: int | None, conflicts: list[tuple[str, CellRef]]
    ) -> None:
        column, place = conflicts[0]
        at = self._column(column)
        cell = CellRef(self.title, row, at or place.column) if row else place
        self._tell(
            "FORM012.conflict",
            cell,
            ref=FactRef(item.id, column),
            label=item.label,
            code=item.row_code,
            expected="" if row is None else f"{column_letters(at)}{row}" if at else f"第 {row} 行",
            places="、".join(dict.fromkeys(place.a1 for _, place in conflicts)),
        )

    def _report_lost(self) -> None:
        """One line per sheet, not per cell: what was found without its defined name or header."""
        if self._without_name:
            labels = list(dict.fromkeys(self._without_name))
            some = "、".join(labels[:3]) + ("等" if len(labels) > 3 else "")
            self._tell("FORM010.cells", count=len(self._without_name), some=some)
        for column in self.sheet.columns:
            if column.id not in self._uncertain_columns:
                continue
            doubled = self.grid.doubled.get(column.id, [])
            self._tell(
                "FORM018.doubled_column" if doubled else "FORM018.lost_column",
                CellRef(self.title, *doubled[-1]) if doubled else None,
                required=column.title,
                header=column.title,
                cells=self._addresses(doubled),
            )
