"""What a workbook took over from last year's: which cells these are, and that they are still to be
confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.forms.names import CARRIED, CARRIED_NAME
from checker.forms.plain_text import squeeze
from checker.forms.remarks import fact_problem
from checker.model.snapshot import Snapshot
from checker.model.submission import Fact, FactRef, FactState, Problem, TableRow
from checker.model.template import PREVIOUS_SUFFIX, Template


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
            yield _carried(fact, f"“{fields[ref.field].label}”这一格")
    for table_id in template.lasting.tables:
        for row in tables.get(table_id, ()):
            given = [fact for fact in row.facts.values() if fact.state is FactState.GIVEN]
            if given:
                yield _carried(given[0], "这一行")


def _carried(fact: Fact, what: str) -> Problem:
    return fact_problem("FORM035.unconfirmed", fact, "核对", what=what)
