"""What a workbook took over from last year's: which cells these are, and that they are still to be
confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.forms.names import CARRIED, CARRIED_NAME
from checker.forms.plain_text import squeeze
from checker.model.snapshot import Snapshot
from checker.model.submission import Fact, FactRef, FactState, Problem, TableRow
from checker.model.template import PREVIOUS_SUFFIX, Template

UNCONFIRMED = "FORM035"
MESSAGE = (
    "{name}是从去年的表带过来的，还没有核对。不对的改正；都对了，在“填表说明”表的"
    "“由去年的表带入的数”一格选“已核对”。"
)


def carried_columns(template: Template) -> Iterator[tuple[FactRef, FactRef]]:
    """Cells that can be carried over, each with last year's cell: what lasts from the same one,
    上年数 from last year's 本年数."""
    lasting = frozenset(template.lasting.fields)
    for field in template.fields().values():
        for column in field.columns:
            if column.endswith(PREVIOUS_SUFFIX):
                source = column.removesuffix(PREVIOUS_SUFFIX)
                yield FactRef(field.id, column), FactRef(field.id, source)
            elif field.id in lasting:
                yield FactRef(field.id, column), FactRef(field.id, column)


def carried_problems(
    snapshot: Snapshot,
    template: Template,
    facts: Mapping[FactRef, Fact],
    tables: Mapping[str, tuple[TableRow, ...]],
) -> Iterator[Problem]:
    """A remark on each carried value, while the workbook says that they are not confirmed."""
    place = snapshot.names.get(CARRIED_NAME)
    if place is None or place[0].sheet not in snapshot.sheets:
        return
    at = place[0]
    if squeeze(snapshot.sheets[at.sheet].raw(at.row, at.column)) != CARRIED:
        return
    fields = template.fields()
    for ref, _ in carried_columns(template):
        fact = facts.get(ref)
        if fact is not None and fact.state is FactState.GIVEN:
            yield _problem(fact, f"“{fields[ref.field].label}”这一格")
    for table_id in template.lasting.tables:
        for row in tables.get(table_id, ()):
            given = [fact for fact in row.facts.values() if fact.state is FactState.GIVEN]
            if given:
                yield _problem(given[0], "这一行")


def _problem(fact: Fact, name: str) -> Problem:
    sheet = fact.cell.sheet if fact.cell else None
    message = MESSAGE.format(name=name)
    return Problem(UNCONFIRMED, message, fact.ref, fact.cell, sheet, fact.typed, "核对")
