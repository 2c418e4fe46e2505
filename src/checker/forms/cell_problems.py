"""What single cells of a form have against them, once it is known which stages the school has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from checker.forms.known_facts import IF_NOT_THERE, IF_THERE
from checker.forms.table_rows import problem_of
from checker.forms.typed_value import TypedValue, is_nothing
from checker.model.submission import Fact, FactRef, FactState, Problem
from checker.model.template import SHARED, Blank, Column, Field


class FieldReading(NamedTuple):
    """One field in one column, before it is known which stages the school has."""

    field: Field
    column: Column
    fact: Fact
    remark: TypedValue | None  # what the normaliser has to say of the cell


def field_asks(item: Field, column: Column, typed: TypedValue) -> int:
    """When a value asks for attention: only then `cell_problems` can have anything to say of it."""
    asks = 0
    if typed.rule or (typed.state is FactState.BLANK and _may_be_due(item, column)):
        asks = IF_THERE
    if column.stage is not None and not column.previous and _means_something(typed):
        asks |= IF_NOT_THERE
    return asks


def cell_problems(
    readings: list[FieldReading], stages: tuple[str, ...], facts: Mapping[FactRef, Fact]
) -> list[Problem]:
    """What the normaliser remarked, what is missing, and what stands in a stage that the school
    does not have — which needs all ``facts`` to have been read first."""
    problems: list[Problem] = []
    for reading in readings:
        _, column, fact, remark = reading
        if fact.cell is None:
            continue
        stage = column.stage
        if stage is not None and stage not in stages:
            if not column.previous and _means_something(fact):
                problems.append(_foreign_stage(reading))
        elif remark is not None:
            problems.append(problem_of(remark, fact.ref, fact.cell))
        elif _is_due(reading, facts):
            problems.append(_missing(reading))
    return problems


def _means_something(typed: TypedValue | Fact) -> bool:
    if typed.state is FactState.BLANK or is_nothing(typed.typed):
        return False
    return typed.state is not FactState.GIVEN or bool(typed.value)


def _may_be_due(item: Field, column: Column) -> bool:
    """Whether an empty cell could be a fault. Last year's figure never is (a new school has none),
    nor is 共用."""
    return item.blank is Blank.MISSING and not column.previous and column.id != SHARED


def _is_due(reading: FieldReading, facts: Mapping[FactRef, Fact]) -> bool:
    """Whether a cell is empty and that is a fault. In a stage column it is none if the figure was
    given under 共用."""
    item, column = reading.field, reading.column
    if reading.fact.state is not FactState.BLANK or not _may_be_due(item, column):
        return False
    if column.stage is not None and SHARED in item.columns:
        shared = facts.get(FactRef(item.id, SHARED))
        return shared is None or shared.state is FactState.BLANK
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
