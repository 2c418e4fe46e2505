"""Rule kinds: one module each, with ``evaluate(rule, unit, context) -> Iterable[Verdict]``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from checker.model.rules import Rule
    from checker.model.verdicts import Verdict
    from checker.rules.context import Context
    from checker.rules.unit import Unit

    Evaluate: TypeAlias = Callable[[Rule, Unit, Context], Iterable[Verdict]]

MODULES: dict[str, str] = {
    "indicator": "indicator",
    "relation": "relation",
    "sum": "total_of_parts",
    "subset": "subset",
    "code": "code",
    "pattern": "pattern",
    "check_digit": "check_digit",
    "range": "value_range",
    "growth": "growth",
    "year_on_year": "year_on_year",
    "composite": "composite",
    "unique": "unique",
    "function": "function",
}
"""The module of each kind that is judged on one submission."""

COLLECTION_KINDS = frozenset(
    {"dispersion", "dispersion_mean", "share", "pass_share", "total", "outlier", "cohort"}
)
"""Kinds that need many submissions together; a function may have scope = "collection" too."""

_LOADED: dict[str, Evaluate] = {}


def evaluator(kind: str) -> Evaluate:
    """How rules of this kind are judged; its module is imported when first needed.

    Raises KeyError for a kind that is judged elsewhere (form, collection kinds) or unknown.
    """
    found = _LOADED.get(kind)
    if found is None:
        module = import_module(f"{__name__}.{MODULES[kind]}")
        found = cast("Evaluate", module.evaluate)
        _LOADED[kind] = found
    return found
