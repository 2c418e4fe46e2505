"""Reading the keys of a rule that several kinds share."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

from checker.model.rules import Plain, Rule
from checker.rules.context import Context

Prepared = TypeVar("Prepared")


def once_per_rule(make: Callable[[Rule], Prepared]) -> Callable[[Rule], Prepared]:
    """What ``make`` reads out of a rule, read once: a rule is asked of thousands of units."""
    known: dict[int, tuple[Rule, Prepared]] = {}

    def get(rule: Rule) -> Prepared:
        found = known.get(id(rule))
        if found is None or found[0] is not rule:
            found = known[id(rule)] = (rule, make(rule))
        return found[1]

    return get


def limit_value(context: Context, text: str) -> Fraction:
    """A key that takes a threshold id (capital letter first) or an expression."""
    if text[:1].isupper():
        return context.threshold(text)
    return context.number(text)


def texts(value: Plain) -> list[str]:
    """A list of texts of a manifest."""
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
