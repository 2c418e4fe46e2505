"""Snapshot + template -> Submission: which cell holds which field, and what it means.

A field's cell is found by its defined name, which must agree with the row code and the column
header printed on the form; without a name by row code and header; at last by its declared address.
Inserted rows and columns, renamed sheets and lost names are survived; what contradicts itself is
reported and left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from checker.forms.explanations import read_explanations
from checker.forms.fact_hash import digest
from checker.forms.field_plans import SheetPlan, TemplateMemory, memory_of
from checker.forms.known_facts import Reading
from checker.forms.recognition import Unrecognised, recognise, wrong_edition
from checker.forms.stage_units import stages_of
from checker.forms.table_rows import TableReading, read_table
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
    Table,
    Template,
)

if TYPE_CHECKING:
    from checker.forms.layout import Layout

__all__ = ["Unrecognised", "bind", "recognise"]

LOST_NAME = "FORM010"


class _Gathered:
    """Grows sheet by sheet; ``problems`` are those of the sheets, not of single cells."""

    def __init__(self, problems: list[Problem]) -> None:
        self.facts: dict[FactRef, Fact] = {}
        self.lines: list[str] = []
        self.forms: list[tuple[SheetPlan, list[Reading], tuple[int, ...]]] = []
        self.tables: dict[str, tuple[TableRow, ...]] = {}
        self.problems = problems

    def add_fields(self, plan: SheetPlan, readings: list[Reading]) -> None:
        """What stands in the fields of one form."""
        facts, lines, attention, _ = zip(*readings, strict=True)
        self.facts.update(zip(plan.refs, facts, strict=True))
        self.lines += plan.sorted_lines(lines)
        self.forms.append((plan, readings, attention))
        self.problems += plan.problems

    def add_table(self, table: Table, read: TableReading) -> None:
        """The rows of one table."""
        if read.rows is not None:
            self.tables[table.id] = read.rows
        self.lines += read.lines
        self.problems += read.problems

    def add_nothing(self, sheet: Sheet) -> None:
        """A form that is not in the workbook."""
        for item in sheet.fields:
            for column in item.columns:
                ref = FactRef(item.id, column)
                self.facts[ref] = Fact(ref, FactState.UNBOUND)


def bind(snapshot: Snapshot, template: Template, layout: Layout | None = None) -> Submission:
    """All facts of a workbook that was built from ``template``, however it was changed since.

    ``layout`` is the declared one; it is only worked out when something has to be looked up in it.
    Never raises for what a workbook contains: everything odd is a Problem.
    """
    declared = _declared(template, layout)
    memory = memory_of(template)
    memory.make_room()
    titles, problems = memory.sheets.find_sheets(snapshot)
    edition = wrong_edition(snapshot, template)
    if edition is not None:
        problems.insert(0, edition)
    gathered = _Gathered(problems)
    for sheet in template.sheets:
        if sheet.kind not in (SheetKind.FORM, SheetKind.TABLE):
            continue
        title = titles.get(sheet.id)
        if title is None:
            gathered.add_nothing(sheet)
            continue
        cells = snapshot.sheets[title]
        if sheet.fields:
            plan = memory.plan(cells, sheet, title, snapshot.names, declared)
            gathered.add_fields(plan, plan.read(cells, memory.counted))
        for table in sheet.tables:
            read = read_table(cells, title, table, snapshot.names, memory.tables)
            gathered.add_table(table, read)
    if not snapshot.names and not snapshot.formulas_known:
        # a format whose names are not read: then none is lost
        gathered.problems = [item for item in gathered.problems if item.rule != LOST_NAME]
    facts = gathered.facts
    stages = stages_of(template, memory.fields, facts)
    problems = gathered.problems
    for plan, readings, attention in gathered.forms:
        problems += plan.problems_of(readings, attention, stages, facts)
    indicators = _indicators(snapshot, memory, titles, stages)
    explanations, area = _explanations(snapshot, template, titles, declared)
    return Submission(
        name=snapshot.name,
        template=template,
        facts=facts,
        tables=gathered.tables,
        stages=stages,
        problems=tuple(problems),
        explanations=explanations,
        indicators=tuple(indicators),
        sheet_titles=titles,
        content_hash=digest(gathered.lines),
        explanation_area=area,
    )


def _declared(template: Template, layout: Layout | None) -> Callable[[], Layout]:
    @cache
    def declared() -> Layout:
        from checker.forms.layout import lay_out

        return layout or lay_out(template)

    return declared


def _indicators(
    snapshot: Snapshot, memory: TemplateMemory, titles: Mapping[str, str], stages: tuple[str, ...]
) -> list[ShownIndicator]:
    shown: list[ShownIndicator] = []
    for sheet in memory.template.sheets:
        if sheet.kind is SheetKind.INDICATORS and sheet.id in titles:
            shown += memory.sheets.read_indicators(snapshot, sheet, titles[sheet.id], stages)
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
