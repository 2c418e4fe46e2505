"""Unique 不重复: no two rows of a table may be the same in certain columns."""

from __future__ import annotations

from collections.abc import Iterator

from checker.judging.context import Context
from checker.judging.unit import Unit
from checker.judging.wording import missed, shown
from checker.model.rules import Rule
from checker.model.verdicts import Requirement, Said, Verdict
from checker.rules.values import MissingInput, NotApplicable, Value
from checker.toml_files import texts


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict]:
    """A verdict for every row that repeats an earlier one, marked at the later row; else one 通过.
    Rows in which one of the columns is empty are not compared."""
    table = str(rule.table or rule.spec.get("table", ""))
    columns = [f"{table}.{column}" for column in texts(rule.spec["columns"])]
    labels = "、".join(unit.label_of(column) for column in columns)
    required = Requirement(f"{labels}不重复")
    first_seen: dict[tuple[Value, ...], Unit] = {}
    repeated = False
    for row in unit.rows(table):
        try:
            key = tuple(row.value(column) for column in columns)
        except (MissingInput, NotApplicable):
            continue
        if all(value == "" for value in key):
            continue
        earlier = first_seen.setdefault(key, row)
        if earlier is row:
            continue
        repeated = True
        told = "、".join(shown(value) for value in key)
        message = f"{row.label}的{labels}“{told}”与第{earlier.ref.row}行重复。"
        at = [ref for each in (row, earlier) for column in columns for ref in each.refs(column)]
        known = {"unit": row.label}
        yield missed(context, Said(message, told, required), at=at, told=known)
    if not repeated:
        yield context.passed(f"{labels}没有重复。", required=required)
