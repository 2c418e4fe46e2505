"""Where the fields of a form were found, remembered for the next workbook of the same layout.

Which cell holds which field follows from three things: the row codes and headers printed on the
sheet, the targets of its defined names, and its title. All three are looked at in every workbook;
where all are as they were before, so are the places. Where that was not enough, because a row code
is gone or stands twice, the places are worked out anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain
from operator import and_, itemgetter
from typing import TYPE_CHECKING, Any

from checker.forms.cell_problems import FieldReading, cell_problems, field_asks
from checker.forms.field_places import FieldPlaces, Names
from checker.forms.form_grid import FormGrid, find_grid
from checker.forms.known_facts import (
    IF_NOT_THERE,
    IF_THERE,
    KEPT_FACTS,
    FactCell,
    FactCount,
    Reading,
    read_cells,
)
from checker.forms.known_values import ValueReader, odd_positions
from checker.forms.names import field_name
from checker.forms.sheet_memory import SheetMemory
from checker.forms.table_plans import TableMemory
from checker.model.cells import CellRef
from checker.model.snapshot import Position, SheetSnapshot
from checker.model.submission import Fact, FactRef, Problem
from checker.model.template import Column, Field, Sheet, Template

if TYPE_CHECKING:
    from checker.forms.layout import Layout
    from checker.forms.printed_parts import PrintedParts

KEPT_PLANS = 8
"""Layouts remembered of each sheet; a county's workbooks rarely have more than two."""
KEPT_TEMPLATES = 16
KEPT_SHAPES = 4
"""Sizes of a sheet, and choices of stages, remembered for a layout."""

PlacedField = tuple[Field, Column, CellRef | None]
"""One field in one column, and the cell that holds it, if there is one."""


_Picker = Callable[[Sequence[Any]], Sequence[Any]]


class SheetPlan:
    """The places of all fields of one sheet in one layout, and what was odd about the layout.

    ``targets`` are the cells to which the defined names point, ``grid`` is what is printed.
    """

    def __init__(
        self,
        title: str,
        names: Names,
        targets: tuple[tuple[CellRef, CellRef] | None, ...],
        grid: FormGrid | None,
        learnt_from: SheetSnapshot,
        fields: list[PlacedField],
        values: ValueReader,
        problems: list[Problem],
    ) -> None:
        self.title, self.targets, self.grid, self.problems = title, targets, grid, problems
        self.names = names
        self._learnt_from: SheetSnapshot | None = learnt_from
        self._printed: PrintedParts | None = None
        self.fields = fields
        self.refs = [FactRef(item.id, column.id) for item, column, _ in fields]
        self.cells = [
            FactCell(ref, place, values.of(item), partial(field_asks, item, column))
            for ref, (item, column, place) in zip(self.refs, fields, strict=True)
        ]
        self.known = [cell.known for cell in self.cells]
        self._uses = 0
        self._pickers: dict[tuple[Position, int, int], _Picker] = {}
        self._masks: dict[tuple[str, ...], list[int]] = {}

    def has_printed_parts_of(self, snapshot: SheetSnapshot, sheet: Sheet) -> bool:
        """Whether this sheet of a workbook surely has the same grid."""
        if self._learnt_from is not None:  # a single workbook need not be compared with any other
            if self.grid is not None:
                from checker.forms.printed_parts import PrintedParts

                printed = PrintedParts(self._learnt_from, self.grid, sheet)
                self._printed = printed if printed.usable else None
            self._learnt_from = None
        return self._printed is not None and self._printed.are_those_of(snapshot)

    def read(self, sheet: SheetSnapshot, counted: FactCount) -> list[Reading]:
        """All fields, in the template's order."""
        self._uses += 1
        odd_at = odd_positions(sheet)
        odd = [self._at[position] for position in odd_at & self._at.keys()] if odd_at else ()
        return read_cells(self.cells, self.known, self._values(sheet), sheet, counted, odd)

    def _values(self, sheet: SheetSnapshot) -> Sequence[object]:
        """What stands in the cells of the fields, "" where there is none."""
        rows = sheet.rows
        width = len(rows[0]) if rows else 0
        flat = [*chain.from_iterable(rows), ""]
        if len(flat) != len(rows) * width + 1 or len(set(map(len, rows))) > 1:
            return [
                "" if place is None else sheet.raw(place.row, place.column)
                for _, _, place in self.fields
            ]
        key = (sheet.origin, len(rows), width)
        pick = self._pickers.get(key)
        if pick is None:
            if len(self._pickers) >= KEPT_SHAPES:
                self._pickers.clear()
            pick = self._pickers[key] = self._picker(*key)
        return pick(flat)

    def _picker(self, origin: Position, height: int, width: int) -> _Picker:
        """What picks the fields from all cells of a sheet of this size, row by row, and one more,
        which is empty."""
        picked = []
        for _, _, place in self.fields:
            at = height * width
            if place is not None:
                row, column = place.row - origin[0], place.column - origin[1]
                if 0 <= row < height and 0 <= column < width:
                    at = row * width + column
            picked.append(at)
        return _picker_of(picked)

    def sorted_lines(self, lines: Sequence[str]) -> Iterator[str]:
        """The lines of given facts in the digest, nearly sorted."""
        return filter(None, self._in_order(lines) if self._uses > 1 else lines)

    @cached_property
    def _in_order(self) -> _Picker:
        return _picker_of(sorted(range(len(self.refs)), key=lambda at: str(self.refs[at])))

    @cached_property
    def _at(self) -> dict[Position, int]:
        return {
            (place.row, place.column): number
            for number, (_, _, place) in enumerate(self.fields)
            if place is not None
        }

    def problems_of(
        self,
        readings: Sequence[Reading],
        attention: Sequence[int],
        stages: tuple[str, ...],
        facts: Mapping[FactRef, Fact],
    ) -> list[Problem]:
        """What single cells have against them, once it is known which stages the school has."""
        mask = self._mask(stages)
        asking = [at for at, bits in enumerate(map(and_, attention, mask)) if bits]
        if not asking:
            return []
        fields = self.fields
        return cell_problems(
            [
                FieldReading(fields[at][0], fields[at][1], readings[at].fact, readings[at].remark)
                for at in asking
            ],
            stages,
            facts,
        )

    def _mask(self, stages: tuple[str, ...]) -> list[int]:
        mask = self._masks.get(stages)
        if mask is None:
            if len(self._masks) >= 8 * KEPT_SHAPES:
                self._masks.clear()
            mask = self._masks[stages] = [
                IF_THERE if column.stage is None or column.stage in stages else IF_NOT_THERE
                for _, column, _ in self.fields
            ]
        return mask


def _picker_of(places: list[int]) -> _Picker:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: [cells[at] for at in places]


class TemplateMemory:
    """What was learnt of the workbooks of one template in this process; bounded."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.fields = template.fields()
        self.values = ValueReader(template)
        self.sheets = SheetMemory(template)
        self.counted = FactCount()
        self.tables = TableMemory(self.values, self.counted)
        self._names = {
            sheet.id: tuple(
                field_name(item.id, column) for item in sheet.fields for column in item.columns
            )
            for sheet in template.sheets
        }
        self._plans: dict[str, list[SheetPlan]] = {}

    def make_room(self) -> None:
        """Forget all facts when they are too many."""
        if self.counted.count >= KEPT_FACTS:
            self.counted.count = 0
            for plans in self._plans.values():
                for plan in plans:
                    for cell in plan.cells:
                        cell.forget()
            self.tables.forget()

    def plan(
        self,
        snapshot: SheetSnapshot,
        sheet: Sheet,
        title: str,
        names: Names,
        layout: Callable[[], Layout],
    ) -> SheetPlan:
        """The places of the fields of ``sheet``, which has this title in the workbook."""
        plans = self._plans.setdefault(sheet.id, [])
        targets = None
        for plan in plans:
            if plan.title != title:
                continue
            if plan.names is not names:
                targets = targets or tuple(map(names.get, self._names[sheet.id]))
                if targets != plan.targets:
                    continue
            if plan.has_printed_parts_of(snapshot, sheet):
                plan.names = names
                return plan
        targets = targets or tuple(map(names.get, self._names[sheet.id]))
        grid = find_grid(snapshot, sheet)
        for plan in plans:
            if plan.title == title and _same(plan.grid, grid) and plan.targets == targets:
                return plan
        places = FieldPlaces(snapshot, sheet, title, names, layout, grid)
        columns = {column.id: column for column in sheet.columns}
        fields = [
            (item, columns[column_id], place) for item, column_id, place in places.locate_all()
        ]
        plan = SheetPlan(
            title, names, targets, grid, snapshot, fields, self.values, places.problems
        )
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


def _same(one: FormGrid | None, other: FormGrid | None) -> bool:
    if one is None or other is None:
        return one is other
    return (
        (one.code_row, one.code_column, one.label_column)
        == (other.code_row, other.code_column, other.label_column)
        and (one.rows is other.rows or one.rows == other.rows)
        and one.columns == other.columns
    )
