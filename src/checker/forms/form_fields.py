"""The fields of a form sheet as typed facts, and what single cells have against them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from checker.forms.asked import asked, if_none, is_required
from checker.forms.cell_words import CodeList
from checker.forms.field_places import FieldPlaces, Names
from checker.forms.normalise import normalise
from checker.forms.plain_text import is_nothing
from checker.forms.remarks import Said, fact_problem, problem, remark
from checker.forms.typed_value import TypedValue, shown
from checker.model.cells import CellKind, CellRef
from checker.model.snapshot import Area, SheetSnapshot
from checker.model.submission import Fact, FactRef, FactState, Problem
from checker.model.template import SHARED, Column, Field, Sheet, TableColumn, Template

CodeLists = Mapping[str, CodeList]
NOT_ASKED = "FORM036"
NAMED_AT_MOST = 6


def code_lists(template: Template) -> CodeLists:
    """The code lists of a template by id."""
    return {name: CodeList(meanings) for name, meanings in template.code_lists.items()}


class FieldReading(Struct, frozen=True):
    """One field in one column, before it is known which stages the school has."""

    field: Field
    column: Column
    fact: Fact
    remark: TypedValue | None  # what the normaliser has to say of the cell


def read_form(
    snapshot: SheetSnapshot, sheet: Sheet, title: str, names: Names, codes: CodeLists
) -> tuple[list[FieldReading], list[Problem]]:
    """What stands in the fields of ``sheet``, which has this title in the workbook, in the
    template's order; and what is odd about where they stand."""
    places = FieldPlaces(snapshot, sheet, title, names)
    columns = {column.id: column for column in sheet.columns}
    located = list(places.locate_all())
    cells = [place for *_, place in located if place is not None]
    uncertain, problems = merged_cells(snapshot, title, cells)
    readings: list[FieldReading] = []
    for item, column, place in located:
        cell = None if place in uncertain else place
        ref = FactRef(item.id, column)
        if item.id in places.older:  # as if it were there and left empty
            readings.append(FieldReading(item, columns[column], Fact(ref, FactState.BLANK), None))
            continue
        fact, remark = read_fact(ref, snapshot, cell, item, codes)
        readings.append(FieldReading(item, columns[column], fact, remark))
    return readings, [*places.problems, *problems, *_beside(snapshot, title, places, located)]


def _beside(
    snapshot: SheetSnapshot,
    title: str,
    places: FieldPlaces,
    located: Iterable[tuple[Field, str, CellRef | None]],
) -> Iterator[Problem]:
    """One line for the numbers that stand in the rows of fields, in columns that these do not
    ask for."""
    columns = places.grid.columns
    rows: dict[int, set[int | None]] = {}
    for item, _, cell in located:
        if cell is not None:
            asked_in = rows.setdefault(cell.row, set())
            asked_in |= {cell.column, *(columns.get(column) for column in item.columns)}
    found = [
        CellRef(title, row, column)
        for row, asked_in in rows.items()
        for column in columns.values()
        if column is not None
        and column not in asked_in
        and isinstance(snapshot.raw(row, column), int | float | Decimal)
        and snapshot.cell(row, column).kind is CellKind.NUMBER
        and not _shown_where_asked(row, column, asked_in, snapshot.merged)
    ]
    if found:
        several = f" 等 {len(found)} 格" if len(found) > NAMED_AT_MOST else ""
        named = "、".join(cell.a1 for cell in found[:NAMED_AT_MOST]) + several
        first = shown(snapshot.cell(found[0].row, found[0].column))
        actual = first if len(found) == 1 else remark("FORM036.filled", count=len(found))
        yield problem("FORM036.beside", found[0], None, None, actual, "不填", cells=named)


def _shown_where_asked(
    row: int, column: int, asked_in: set[int | None], merged: Iterable[Area]
) -> bool:
    """Whether a cell is merged with one that is asked for: the merger is what is told then."""
    return any(
        top <= row <= bottom
        and left <= column <= right
        and any(at is not None and left <= at <= right for at in asked_in)
        for top, left, bottom, right in merged
    )


def merged_cells(
    snapshot: SheetSnapshot, title: str, places: Iterable[CellRef]
) -> tuple[set[CellRef], list[Problem]]:
    """Those of these cells of one sheet that were merged so that it is not certain whose value they
    show: several that are to be filled, or one with another before it; and what tells of them."""
    uncertain: set[CellRef] = set()
    problems: list[Problem] = []
    rows: dict[int, list[CellRef]] = {}
    for place in places if snapshot.merged else ():
        rows.setdefault(place.row, []).append(place)
    for top, left, bottom, right in snapshot.merged:
        few = range(top, bottom + 1) if bottom - top < len(rows) else sorted(rows)
        inside = [
            cell
            for row in few
            if top <= row <= bottom
            for cell in rows.get(row, ())
            if left <= cell.column <= right
        ]
        corner = CellRef(title, top, left)
        if inside and inside != [corner]:
            uncertain.update(inside)
            problems.append(_merged(snapshot, corner, bottom, right, inside))
    return uncertain, problems


def _merged(
    snapshot: SheetSnapshot, corner: CellRef, bottom: int, right: int, inside: list[CellRef]
) -> Problem:
    area = f"{corner.a1}:{CellRef(corner.sheet, bottom, right).a1}"
    value = snapshot.cell(corner.row, corner.column)
    text = shown(value) if value.kind is not CellKind.EMPTY else ""
    said: Said = {
        "area": area,
        "shown": remark("FORM026.shown", text=text, corner=corner.a1) if text else "",
        "cells": "、".join(cell.a1 for cell in inside),
    }
    name = "FORM026.several" if len(inside) > 1 else "FORM026.one"
    at = next((cell for cell in inside if cell != corner), inside[0])
    return problem(name, at, actual=text, required="不合并", **said)


def read_fact(
    ref: FactRef,
    snapshot: SheetSnapshot,
    place: CellRef | None,
    entry: Field | TableColumn,
    codes: CodeLists,
) -> tuple[Fact, TypedValue | None]:
    """The fact in a cell, and the typed value if there is a remark on it."""
    if place is None:
        return Fact(ref, FactState.UNBOUND), None
    typed = normalise(snapshot.cell(place.row, place.column), entry, codes.get(entry.codes or ""))
    fact = Fact(ref, typed.state, typed.value, place, typed.typed)
    return fact, typed if typed.rule else None


def cell_problems(
    readings: Iterable[FieldReading], stages: tuple[str, ...], facts: Mapping[FactRef, Fact]
) -> list[Problem]:
    """What the normaliser remarked, what is missing, and what stands in a stage that the school
    does not have — which needs all ``facts`` to have been read first."""
    problems: list[Problem] = []
    for reading in readings:
        column, fact, remark = reading.column, reading.fact, reading.remark
        if fact.cell is None:
            continue
        stage = column.stage
        if stage is not None and stage not in stages:
            if not column.previous and _means_something(fact):
                problems.append(_foreign_stage(reading))
        elif remark is not None:
            problems.append(problem_of(remark, fact.ref, fact.cell))
        elif fact.state is FactState.BLANK and _is_due(reading, facts):
            problems.append(_missing(reading))
    return problems


def problem_of(typed: TypedValue, ref: FactRef, cell: CellRef) -> Problem:
    """What the normaliser has to say of a cell, as a problem at that cell."""
    return Problem(typed.rule, typed.message, ref, cell, cell.sheet, typed.typed, typed.required)


def _means_something(fact: Fact) -> bool:
    if fact.state is FactState.BLANK or is_nothing(fact.typed):
        return False
    return fact.state is not FactState.GIVEN or bool(fact.value)


def _is_due(reading: FieldReading, facts: Mapping[FactRef, Fact]) -> bool:
    """Whether that this cell is empty is a fault. Last year's figure never is (a new school has
    none), nor is 共用; in a stage column it is none if the figure was given under 共用."""
    item, column = reading.field, reading.column
    if not is_required(item, column):
        return False
    if column.stage is not None and SHARED in item.columns:
        shared = facts.get(FactRef(item.id, SHARED))
        return shared is None or shared.state is FactState.BLANK
    return True


def _missing(reading: FieldReading) -> Problem:
    item, column = reading.field, reading.column
    where = f"（{column.title}）" if len(item.columns) > 1 else ""
    fact, none = reading.fact, if_none(item, required=True)
    return problem(
        "FORM001.as_good_as_empty" if fact.typed else "FORM001.empty",
        fact.cell,
        ref=fact.ref,
        actual=fact.typed or "空",
        required=asked(item),
        label=item.label,
        where=where,
        typed=fact.typed,
        none=f"；{none}" if none else "",
    )


def _foreign_stage(reading: FieldReading) -> Problem:
    said: Said = {"column": reading.column.title, "label": reading.field.label}
    return fact_problem("FORM009.no_such_stage", reading.fact, "留空", **said)
