"""Snapshot + template -> Submission: which cell holds which field, and what it means.

A field's cell is found by its defined name, which must agree with the row code and the column
header printed on the form; without a name by row code and header; at last by its declared address.
Inserted rows and columns, renamed sheets and lost names are survived; what contradicts itself is
reported and left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from checker.light_typing import TYPE_CHECKING
from checker.model.cells import CellRef
from checker.model.snapshot import Snapshot
from checker.model.submission import (
    Explanation,
    Fact,
    FactRef,
    FactState,
    Problem,
    ShownIndicator,
    Submission,
    TableRow,
)
from checker.model.template import (
    Sheet,
    SheetKind,
    Template,
)
from checker.templates.cell_problems import FieldReading, cell_problems
from checker.templates.explanations import read_explanations
from checker.templates.fact_hash import hash_facts
from checker.templates.field_plans import memory_of, read_fields
from checker.templates.recognition import Unrecognised, recognise, wrong_edition
from checker.templates.sheet_finding import find_sheets
from checker.templates.shown_indicators import read_indicators
from checker.templates.stage_units import stages_of
from checker.templates.table_rows import read_table

if TYPE_CHECKING:
    from checker.templates.layout import Layout

__all__ = ["Unrecognised", "bind", "recognise"]

LOST_NAME = "FORM010"


class _Gathered:
    """Grows sheet by sheet; ``problems`` are those of the sheets, not of single cells."""

    def __init__(self, problems: list[Problem]) -> None:
        self.readings: list[FieldReading] = []
        self.tables: dict[str, tuple[TableRow, ...]] = {}
        self.problems = problems


def bind(snapshot: Snapshot, template: Template, layout: Layout | None = None) -> Submission:
    """All facts of a workbook that was built from ``template``, however it was changed since.

    ``layout`` is the declared one; it is only worked out when something has to be looked up in it.
    Never raises for what a workbook contains: everything odd is a Problem.
    """
    declared = _declared(template, layout)
    titles, problems = find_sheets(snapshot, template)
    edition = wrong_edition(snapshot, template)
    if edition is not None:
        problems.insert(0, edition)
    gathered = _Gathered(problems)
    memory = memory_of(template)
    for sheet in template.sheets:
        if sheet.kind not in (SheetKind.FORM, SheetKind.TABLE):
            continue
        title = titles.get(sheet.id)
        if title is None:
            _nothing_bound(sheet, gathered)
            continue
        cells = snapshot.sheets[title]
        if sheet.fields:
            plan = memory.plan(cells, sheet, title, snapshot.names, declared)
            gathered.readings.extend(read_fields(plan, cells))
            gathered.problems.extend(plan.problems)
        for table in sheet.tables:
            rows, found = read_table(cells, title, table, snapshot.names, memory.values)
            if rows is not None:
                gathered.tables[table.id] = rows
            gathered.problems.extend(found)
    if not snapshot.names and not snapshot.formulas_known:
        # a format whose names are not read: then none is lost
        gathered.problems = [item for item in gathered.problems if item.rule != LOST_NAME]
    facts = {reading.fact.ref: reading.fact for reading in gathered.readings}
    stages = stages_of(template, facts)
    indicators = _indicators(snapshot, template, titles, stages)
    explanations, area = _explanations(snapshot, template, titles, declared)
    return Submission(
        name=snapshot.name,
        template=template,
        facts=facts,
        tables=gathered.tables,
        stages=stages,
        problems=(*gathered.problems, *cell_problems(gathered.readings, stages)),
        explanations=explanations,
        indicators=tuple(indicators),
        sheet_titles=titles,
        content_hash=hash_facts(facts, gathered.tables),
        explanation_area=area,
    )


def _declared(template: Template, layout: Layout | None) -> Callable[[], Layout]:
    @cache
    def declared() -> Layout:
        from checker.templates.layout import lay_out

        return layout or lay_out(template)

    return declared


def _nothing_bound(sheet: Sheet, gathered: _Gathered) -> None:
    columns = {column.id: column for column in sheet.columns}
    for item in sheet.fields:
        for column_id in item.columns:
            fact = Fact(FactRef(item.id, column_id), FactState.UNBOUND)
            gathered.readings.append(FieldReading(item, columns[column_id], fact, None))


def _indicators(
    snapshot: Snapshot, template: Template, titles: Mapping[str, str], stages: tuple[str, ...]
) -> list[ShownIndicator]:
    shown: list[ShownIndicator] = []
    for sheet in template.sheets:
        if sheet.kind is SheetKind.INDICATORS and sheet.id in titles:
            shown.extend(read_indicators(snapshot, sheet, stages))
    return shown


def _explanations(
    snapshot: Snapshot,
    template: Template,
    titles: Mapping[str, str],
    declared: Callable[[], Layout],
) -> tuple[Mapping[str, Explanation], tuple[CellRef, CellRef] | None]:
    for sheet in template.sheets:
        if sheet.kind is SheetKind.EXPLANATIONS and sheet.id in titles:
            return read_explanations(snapshot, titles[sheet.id], declared)
    return {}, None
