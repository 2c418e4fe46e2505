"""Rule kinds: one module each, with ``evaluate(rule, unit, context)``, which gives verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from checker.judging.context import Context
from checker.judging.kinds import (
    check_digit,
    claim,
    code,
    composite,
    function,
    growth,
    indicator,
    pattern,
    relation,
    score_table,
    subset,
    table_sum,
    total_of_parts,
    unique,
    value_range,
    year_on_year,
)
from checker.judging.unit import Unit
from checker.model.rules import Rule
from checker.model.verdicts import Passed, Verdict

Evaluate: TypeAlias = Callable[[Rule, Unit, Context], Iterable[Verdict | Passed]]

EVALUATORS: dict[str, Evaluate] = {
    "indicator": indicator.evaluate,
    "relation": relation.evaluate,
    "sum": total_of_parts.evaluate,
    "table_sum": table_sum.evaluate,
    "score_table": score_table.evaluate,
    "subset": subset.evaluate,
    "code": code.evaluate,
    "pattern": pattern.evaluate,
    "check_digit": check_digit.evaluate,
    "range": value_range.evaluate,
    "growth": growth.evaluate,
    "claim": claim.evaluate,
    "year_on_year": year_on_year.evaluate,
    "composite": composite.evaluate,
    "unique": unique.evaluate,
    "function": function.evaluate,
}
"""How rules of each kind are judged on one submission."""

ASKING = frozenset({"composite", "function"})
"""Kinds that ask for the verdicts of other rules."""
