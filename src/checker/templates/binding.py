"""Snapshot + template -> Submission: which cell holds which field, and what it means.

A field's cell is found by its defined name, which must agree with the row code and the column
header printed on the form; without a name by row code and header; at last by its declared address.
Inserted rows and columns, renamed sheets and lost names are survived; what contradicts itself is
reported and left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

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
    SHARED,
    Blank,
    Column,
    Field,
    Sheet,
    SheetKind,
    Template,
)
from checker.templates.code_lists import CodeList
from checker.templates.explanations import read_explanations
from checker.templates.fact_hash import hash_facts
from checker.templates.field_places import FieldPlaces
from checker.templates.normalise import normalise
from checker.templates.recognition import Unrecognised, recognise, wrong_edition
from checker.templates.sheet_finding import find_sheets
from checker.templates.shown_indicators import read_indicators
from checker.templates.stage_units import stages_of
from checker.templates.table_rows import problem_of, read_table
from checker.templates.typed_value import TypedValue, is_nothing

if TYPE_CHECKING:
    from checker.templates.layout import Layout

__all__ = ["Unrecognised", "bind", "recognise"]


class _Reading(NamedTuple):
    """One field in one column, before it is known which stages the school has."""

    field: Field
    column: Column
    fact: Fact
    typed: TypedValue | None  # None: no cell was found


class _Gathered:
    """Grows sheet by sheet; ``problems`` are those of the sheets, not of single cells."""

    def __init__(self, problems: list[Problem]) -> None:
        self.readings: list[_Reading] = []
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
    codes = _code_lists(template)
    for sheet in template.sheets:
        if sheet.kind not in (SheetKind.FORM, SheetKind.TABLE):
            continue
        title = titles.get(sheet.id)
        if title is None:
            _nothing_bound(sheet, gathered)
            continue
        _read_fields(snapshot, sheet, title, declared, codes, gathered)
        for table in sheet.tables:
            rows, found = read_table(snapshot.sheets[title], title, table, snapshot.names, codes)
            gathered.tables[table.id] = rows
            gathered.problems.extend(found)
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
        problems=(*gathered.problems, *_judge_cells(gathered.readings, stages)),
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


def _code_lists(template: Template) -> Callable[[str | None], CodeList | None]:
    @cache
    def codes(list_id: str | None) -> CodeList | None:
        return CodeList(template.code_lists.get(list_id, {})) if list_id else None

    return codes


def _nothing_bound(sheet: Sheet, gathered: _Gathered) -> None:
    columns = {column.id: column for column in sheet.columns}
    for item in sheet.fields:
        for column_id in item.columns:
            fact = Fact(FactRef(item.id, column_id), FactState.UNBOUND)
            gathered.readings.append(_Reading(item, columns[column_id], fact, None))
    gathered.tables.update({table.id: () for table in sheet.tables})


def _read_fields(
    snapshot: Snapshot,
    sheet: Sheet,
    title: str,
    declared: Callable[[], Layout],
    codes: Callable[[str | None], CodeList | None],
    gathered: _Gathered,
) -> None:
    if not sheet.fields:
        return
    cells = snapshot.sheets[title]
    columns = {column.id: column for column in sheet.columns}
    places = FieldPlaces(cells, sheet, title, snapshot.names, declared)
    for item, column_id, place in places.locate_all():
        ref = FactRef(item.id, column_id)
        if place is None:
            reading = _Reading(item, columns[column_id], Fact(ref, FactState.UNBOUND), None)
        else:
            typed = normalise(cells.cell(place.row, place.column), item, codes(item.codes))
            fact = Fact(ref, typed.state, typed.value, place, typed.typed)
            reading = _Reading(item, columns[column_id], fact, typed)
        gathered.readings.append(reading)
    gathered.problems.extend(places.problems)


def _judge_cells(readings: list[_Reading], stages: tuple[str, ...]) -> list[Problem]:
    """What the normaliser remarked, what is missing, and what stands in a stage that the school
    does not have — which needs all fields to have been read first."""
    by_ref = {reading.fact.ref: reading for reading in readings}
    problems: list[Problem] = []
    for reading in readings:
        typed, fact = reading.typed, reading.fact
        if typed is None or fact.cell is None:
            continue
        stage = reading.column.stage
        if stage is not None and stage not in stages:
            if not reading.column.previous and _means_something(typed):
                problems.append(_foreign_stage(reading))
        elif typed.rule:
            problems.append(problem_of(typed, fact.ref, fact.cell))
        elif fact.state is FactState.BLANK and _is_due(reading, by_ref):
            problems.append(_missing(reading))
    return problems


def _means_something(typed: TypedValue) -> bool:
    if typed.state is FactState.BLANK or is_nothing(typed.typed):
        return False
    return typed.state is not FactState.GIVEN or bool(typed.value)


def _is_due(reading: _Reading, by_ref: Mapping[FactRef, _Reading]) -> bool:
    """Whether an empty cell is a fault. Last year's figure never is (a new school has none), nor
    is 共用, nor a stage column of a field whose figure was given under 共用."""
    item, column = reading.field, reading.column
    if item.blank is not Blank.MISSING or column.previous or column.id == SHARED:
        return False
    if column.stage is not None and SHARED in item.columns:
        shared = by_ref.get(FactRef(item.id, SHARED))
        return shared is None or shared.fact.state is FactState.BLANK
    return True


def _missing(reading: _Reading) -> Problem:
    item, column = reading.field, reading.column
    where = f"（{column.title}）" if len(item.columns) > 1 else ""
    zero = "；没有的请填 0" if item.unit else ""
    message = f"“{item.label}”{where}必须填写，现在是空的{zero}。"
    cell = reading.fact.cell
    return Problem(
        "FORM001", message, reading.fact.ref, cell, cell.sheet if cell else None, "空", "必须填写"
    )


def _foreign_stage(reading: _Reading) -> Problem:
    item, column, fact = reading.field, reading.column, reading.fact
    message = (
        f"按办学类型和附设班情况，学校没有{column.title}，“{item.label}”的这一格却填了“{fact.typed}”；"
        "请清空这一格，或核对办学类型和附设班。"
    )
    return Problem(
        "FORM009",
        message,
        fact.ref,
        fact.cell,
        fact.cell.sheet if fact.cell else None,
        fact.typed,
        "留空",
    )


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
