"""Rule kinds: for each a function of rule, unit and context, which gives verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias, cast

from checker.judging.context import Context
from checker.judging.kinds import (
    claim,
    codes,
    composite,
    indicator,
    relation,
    since_last_year,
    subset,
    sums,
    unique,
    value_range,
)
from checker.judging.unit import Unit
from checker.model.rules import Rule
from checker.model.verdicts import Passed, Verdict

Evaluate: TypeAlias = Callable[[Rule, Unit, Context], Iterable[Verdict | Passed]]


def _function(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """The verdicts that a function of the plugin's rules.py gave, which is run apart and never
    trusted. Raises PluginFailure if it went wrong in whatever way."""
    functions = context.functions
    given = functions.call(rule.plugin, str(rule.spec["function"]), rule.id, (unit, context))
    return cast("list[Verdict]", given)


EVALUATORS: dict[str, Evaluate] = {
    "indicator": indicator.evaluate,
    "relation": relation.evaluate,
    "sum": sums.total_of_parts,
    "table_sum": sums.table_sum,
    "score_table": sums.score_table,
    "subset": subset.evaluate,
    "code": codes.code,
    "pattern": codes.pattern,
    "check_digit": codes.check_digit,
    "range": value_range.evaluate,
    "growth": since_last_year.growth,
    "claim": claim.evaluate,
    "year_on_year": since_last_year.year_on_year,
    "composite": composite.evaluate,
    "unique": unique.evaluate,
    "function": _function,
}
"""How rules of each kind are judged on one submission."""

ASKING = frozenset({"composite", "function"})
"""Kinds that ask for the verdicts of other rules."""
