"""This year's data from last year's workbook: what does not change, and 上年数."""

from __future__ import annotations

from checker_templates.building.fill_data import FillData, FillError, FillValue
from msgspec import Struct

from checker.forms.carried import carried_columns
from checker.forms.names import CARRIED, CARRIED_NAME
from checker.model.marks import CellEdit
from checker.model.snapshot import Snapshot
from checker.model.submission import Fact, FactState, Submission
from checker.model.template import Template

READABLE = (FactState.GIVEN, FactState.BLANK)


class CarriedOver(Struct, frozen=True):
    """``data`` to be filled in, how many cells that is, and the cells of last year's workbook that
    could not be read and so were left out."""

    data: FillData
    cells: int
    unread: tuple[str, ...]


def carry_over(last_year: Submission, template: Template) -> CarriedOver:
    """What this year's ``template`` takes over. Raises FillError if last year's workbook was of
    another template."""
    if last_year.template.id != template.id:
        raise FillError(
            [f"去年的表是“{last_year.template.title}”，不是“{template.title}”，不能带入。"]
        )
    facts: dict[str, dict[str, FillValue]] = {}
    unread: list[str] = []
    cells = 0
    for ref, source in carried_columns(template):
        fact = last_year.fact(source)
        if fact.state is FactState.GIVEN:
            facts.setdefault(ref.field, {})[ref.column] = _value(fact)
            cells += 1
        elif fact.state not in READABLE and fact.cell is not None:
            unread.append(str(fact.cell))
    tables: dict[str, list[dict[str, FillValue]]] = {}
    for table_id in template.lasting.tables:
        known = {column.id for column in template.tables()[table_id].columns}
        rows = [
            {
                name: _value(fact)
                for name, fact in row.facts.items()
                if name in known and fact.state is FactState.GIVEN
            }
            for row in last_year.tables.get(table_id, ())
        ]
        tables[table_id] = [row for row in rows if row]
        cells += sum(map(len, rows))
    return CarriedOver(FillData(facts, tables), cells, tuple(unread))


def _value(fact: Fact) -> FillValue:
    value = fact.value
    return value if not isinstance(value, float) else str(value)


def to_be_confirmed(blank: Snapshot) -> CellEdit:
    """The edit that makes the cell on 填表说明 say that carried values are to be confirmed.
    Raises FillError when the blank workbook has no such cell."""
    place = blank.names.get(CARRIED_NAME)
    if place is None:
        raise FillError(
            ["空白表里没有“由去年的表带入的数”一格，请重新运行 checker template build。"]
        )
    return CellEdit(place[0].sheet, place[0].a1, CARRIED)


def completed(carried: FillData, given: FillData) -> FillData:
    """Carried values, and over them what is given this year."""
    fields = {*carried.facts, *given.facts}
    facts = {name: _merged(carried.facts.get(name), given.facts.get(name)) for name in fields}
    return FillData(facts, {**carried.tables, **given.tables}, given.explanations)


def _merged(carried: object, given: object) -> object:
    if isinstance(carried, dict) and isinstance(given, dict):
        return {**carried, **given}
    return carried if given is None else given
