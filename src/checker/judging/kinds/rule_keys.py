"""Reading the keys of a rule that several kinds share."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from checker.judging.context import Context
from checker.judging.wording import Words, shown
from checker.model.rules import Plain, Rule
from checker.rules.expression import parse


def limit_value(context: Context, text: str) -> Fraction:
    """A key that takes a threshold id (capital letter first) or an expression."""
    if text[:1].isupper():
        return context.threshold(text)
    return context.number(text)


def code_and_label(rule: Rule, context: Context) -> tuple[str, str]:
    """The code that a rule is about and what it is called: a ``field``, or the ``part`` of it."""
    field = str(rule.spec["field"])
    part = str(rule.spec.get("part", field))
    label = context.unit.label_of(field) if part == field else Words(context).describe(parse(part))
    return shown(context.evaluate(part)), label


def compare_of(rule: Rule) -> str:
    """The rule's comparison sign."""
    return str(rule.spec.get("compare", "=="))


@cache
def exact_number(text: str) -> Fraction:
    """A number of a manifest, exact."""
    return Fraction(text)


def whole_number(value: Plain) -> int:
    """A whole number of a manifest."""
    return int(str(value))
