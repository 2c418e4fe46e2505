"""Which facts a verdict points at: those its rule names, else those its expression speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from checker.judging.context import Context
from checker.model.submission import FactRef
from checker.rules.evaluation import compile_node
from checker.rules.expression import calls, children, parse
from checker.rules.kinds import KINDS
from checker.rules.syntax import Call, Name, Node, Text
from checker.rules.values import MissingInput, NotApplicable, truth
from checker.toml_files import texts

_TABLE_FUNCTIONS = frozenset({"count", "total", "highest", "lowest"})
_MOST_ROWS = 30
"""More coloured rows than this say nothing more."""


def marked(context: Context, *_: object) -> tuple[FactRef, ...]:
    """Facts to be marked of a rule as a whole, by the keys that its kind names."""
    keys, spec = KINDS[context.rule.kind].marked, context.rule.spec
    return facts_of(context, *(text for key in keys for text in texts(spec.get(key))))


def facts_of(context: Context, *expressions: str | Node) -> tuple[FactRef, ...]:
    """Facts to be marked, foremost first: the rule's ``at``, else the fields of the expressions in
    order of appearance, else the columns that they name, else the rows of the tables that they
    count."""
    if context.rule.at:
        return context.places(context.rule.at)
    nodes = [parse(each) if isinstance(each, str) else each for each in expressions]
    fields = context.places(name for node in nodes for name in _fields(node))
    if fields:
        return fields
    found: dict[FactRef, None] = {}
    for node in nodes:
        for call in calls(node):
            if call.function == "stage":  # a sheet whose columns are its own
                name, column = call.arguments
                if isinstance(name, Name) and isinstance(column, Text):
                    found[FactRef(name.id, column.value)] = None
            if call.function in _TABLE_FUNCTIONS:
                found.update(dict.fromkeys(_rows(context, call)))
    return tuple(found)


def _fields(node: Node) -> Iterator[str]:
    """Field ids outside the table functions."""
    if isinstance(node, Name):
        yield node.id
    elif not (isinstance(node, Call) and node.function in _TABLE_FUNCTIONS):
        for child in children(node):
            yield from _fields(child)


def _rows(context: Context, call: Call) -> Iterator[FactRef]:
    """Cells of the rows that decide a table function: the largest, the smallest, those counted."""
    first = call.arguments[0]
    if not isinstance(first, Name):
        return
    counts = call.function == "count"
    table = first.id if counts else first.id.rpartition(".")[0]
    condition = call.arguments[1] if len(call.arguments) > 1 else None
    columns = [first.id] if not counts else list(_fields(condition) if condition else ())
    if not columns:
        return
    holds = compile_node(condition) if condition else None
    extreme: Fraction | None = None
    if call.function in ("highest", "lowest"):
        value = compile_node(call)(context.unit, context)
        extreme = value if isinstance(value, Fraction) else None
    shown = 0
    for row in context.unit.rows(table):
        try:
            if holds and not truth(holds(row, context), "条件"):
                continue
            if extreme is not None and row.number(columns[0]) != extreme:
                continue
        except (MissingInput, NotApplicable):
            continue
        for column in columns:
            yield from row.refs(column)
        shown += 1
        if shown == _MOST_ROWS:
            return
