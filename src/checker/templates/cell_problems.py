"""What single cells of a form have against them, once it is known which stages the school has."""

from __future__ import annotations

from collections.abc import Mapping

from checker.light_typing import NamedTuple
from checker.model.submission import Fact, FactRef, FactState, Problem
from checker.model.template import SHARED, Blank, Column, Field
from checker.templates.table_rows import problem_of
from checker.templates.typed_value import TypedValue, is_nothing


class FieldReading(NamedTuple):
    """One field in one column, before it is known which stages the school has."""

    field: Field
    column: Column
    fact: Fact
    typed: TypedValue | None  # None: no cell was found


def cell_problems(readings: list[FieldReading], stages: tuple[str, ...]) -> list[Problem]:
    """What the normaliser remarked, what is missing, and what stands in a stage that the school
    does not have — which needs all fields to have been read first."""
    by_ref: dict[FactRef, FieldReading] = {}
    problems: list[Problem] = []
    for reading in readings:
        _, column, fact, typed = reading
        if typed is None or fact.cell is None:
            continue
        stage = column.stage
        if stage is not None and stage not in stages:
            if not column.previous and _means_something(typed):
                problems.append(_foreign_stage(reading))
        elif typed.rule:
            problems.append(problem_of(typed, fact.ref, fact.cell))
        elif fact.state is FactState.BLANK and _may_be_due(reading):
            if not by_ref:
                by_ref.update((each.fact.ref, each) for each in readings)
            if _is_due(reading, by_ref):
                problems.append(_missing(reading))
    return problems


def _means_something(typed: TypedValue) -> bool:
    if typed.state is FactState.BLANK or is_nothing(typed.typed):
        return False
    return typed.state is not FactState.GIVEN or bool(typed.value)


def _may_be_due(reading: FieldReading) -> bool:
    """Whether an empty cell could be a fault. Last year's figure never is (a new school has none),
    nor is 共用."""
    column = reading.column
    return reading.field.blank is Blank.MISSING and not column.previous and column.id != SHARED


def _is_due(reading: FieldReading, by_ref: Mapping[FactRef, FieldReading]) -> bool:
    """Whether it is one: not in a stage column of a field whose figure was given under 共用."""
    item = reading.field
    if reading.column.stage is not None and SHARED in item.columns:
        shared = by_ref.get(FactRef(item.id, SHARED))
        return shared is None or shared.fact.state is FactState.BLANK
    return True


def _missing(reading: FieldReading) -> Problem:
    item, column = reading.field, reading.column
    where = f"（{column.title}）" if len(item.columns) > 1 else ""
    zero = "；没有的请填 0" if item.unit else ""
    message = f"“{item.label}”{where}必须填写，现在是空的{zero}。"
    cell = reading.fact.cell
    return Problem(
        "FORM001", message, reading.fact.ref, cell, cell.sheet if cell else None, "空", "必须填写"
    )


def _foreign_stage(reading: FieldReading) -> Problem:
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
