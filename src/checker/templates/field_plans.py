"""Where the fields of a form were found, remembered for the next workbook of the same layout.

Which cell holds which field follows from three things: the row codes and headers printed on the
sheet, the targets of its defined names, and its title. All three are looked at in every workbook;
where all are as they were before, so are the places. Where that was not enough, because a row code
is gone or stands twice, the places are worked out anew each time.
"""

from __future__ import annotations

from collections.abc import Callable

from checker.light_typing import TYPE_CHECKING, NamedTuple
from checker.model.cells import CellRef
from checker.model.snapshot import SheetSnapshot
from checker.model.submission import Fact, FactRef, FactState, Problem
from checker.model.template import Column, Field, Sheet, Template
from checker.templates.cell_problems import FieldReading
from checker.templates.field_places import FieldPlaces, Names
from checker.templates.form_grid import FormGrid, find_grid
from checker.templates.known_values import EntryReader, ValueReader, odd_positions
from checker.templates.names import field_name
from checker.templates.typed_value import TypedValue, blank

if TYPE_CHECKING:
    from checker.templates.layout import Layout

KEPT_PLANS = 8
"""Layouts remembered of each sheet; a county's workbooks rarely have more than two."""
KEPT_TEMPLATES = 16


PlacedField = tuple[CellRef | None, FactRef, EntryReader, FieldReading]
"""One field in one column: the cell that holds it, its name, what reads it, and what there is to
say of it when that cell is empty, or when there is no such cell."""


class SheetPlan(NamedTuple):
    """The places of all fields of one sheet in one layout, and what was odd about the layout."""

    title: str
    targets: tuple[tuple[CellRef, CellRef] | None, ...]
    grid: FormGrid | None
    fields: list[PlacedField]
    problems: list[Problem]


class TemplateMemory:
    """What was learnt of the workbooks of one template in this process; bounded."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.values = ValueReader(template)
        self._names = {
            sheet.id: tuple(
                field_name(item.id, column) for item in sheet.fields for column in item.columns
            )
            for sheet in template.sheets
        }
        self._plans: dict[str, list[SheetPlan]] = {}

    def plan(
        self,
        snapshot: SheetSnapshot,
        sheet: Sheet,
        title: str,
        names: Names,
        layout: Callable[[], Layout],
    ) -> SheetPlan:
        """The places of the fields of ``sheet``, which has this title in the workbook."""
        targets = tuple(map(names.get, self._names[sheet.id]))
        grid = find_grid(snapshot, sheet)
        plans = self._plans.setdefault(sheet.id, [])
        for plan in plans:
            if plan.title == title and _same(plan.grid, grid) and plan.targets == targets:
                return plan
        places = FieldPlaces(snapshot, sheet, title, names, layout, grid)
        columns = {column.id: column for column in sheet.columns}
        fields: list[PlacedField] = []
        for item, column_id, place in places.locate_all():
            ref = FactRef(item.id, column_id)
            otherwise = _without_value(item, columns[column_id], ref, place)
            fields.append((place, ref, self.values.of(item), otherwise))
        plan = SheetPlan(title, targets, grid, fields, places.problems)
        if not places.looked_at_values:
            del plans[KEPT_PLANS - 1 :]
            plans.insert(0, plan)
        return plan


_memories: dict[int, TemplateMemory] = {}


def memory_of(template: Template) -> TemplateMemory:
    """What is remembered for this very template."""
    found = _memories.get(id(template))
    if found is None:
        if len(_memories) >= KEPT_TEMPLATES:
            _memories.clear()
        # the memory holds its template, so that no other can come to stand under the same id
        found = _memories[id(template)] = TemplateMemory(template)
    return found


def read_fields(plan: SheetPlan, sheet: SheetSnapshot) -> list[FieldReading]:
    """All fields of one sheet, in the template's order."""
    rows = sheet.rows
    first_row, first_column = sheet.origin
    height = len(rows)
    odd = odd_positions(sheet)
    found: list[FieldReading] = []
    typed: TypedValue | None
    for place, ref, reader, otherwise in plan.fields:
        if place is None:
            found.append(otherwise)
            continue
        _, row, column = place
        if odd and (row, column) in odd:
            typed = reader.read(sheet, row, column)
        else:
            index, offset = row - first_row, column - first_column
            if index < 0 or offset < 0 or index >= height or offset >= len(rows[index]):
                found.append(otherwise)
                continue
            value = rows[index][offset]
            if value is None or value == "":
                found.append(otherwise)
                continue
            # known.get before the call: this loop runs for every field of every school
            typed = reader.known.get((value.__class__, value or repr(value)))
            if typed is None:
                typed = reader.read_plain(value, sheet, row, column)
        fact = Fact(ref, typed.state, typed.value, place, typed.typed)
        found.append(FieldReading(otherwise.field, otherwise.column, fact, typed))
    return found


def _without_value(
    item: Field, column: Column, ref: FactRef, place: CellRef | None
) -> FieldReading:
    if place is None:
        return FieldReading(item, column, Fact(ref, FactState.UNBOUND), None)
    typed = blank(item)
    return FieldReading(item, column, Fact(ref, typed.state, typed.value, place), typed)


def _same(one: FormGrid | None, other: FormGrid | None) -> bool:
    if one is None or other is None:
        return one is other
    return (
        (one.code_row, one.code_column, one.label_column)
        == (other.code_row, other.code_column, other.label_column)
        and (one.rows is other.rows or one.rows == other.rows)
        and one.columns == other.columns
    )
