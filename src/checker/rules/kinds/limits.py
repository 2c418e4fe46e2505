"""Reading the keys of a rule that several kinds share."""

from __future__ import annotations

from fractions import Fraction

from checker.model.rules import Plain
from checker.rules.context import Context


def limit_value(context: Context, text: str) -> Fraction:
    """A key that takes a threshold id (capital letter first) or an expression."""
    if text[:1].isupper():
        return context.threshold(text)
    return context.number(text)


def texts(value: Plain) -> list[str]:
    """A list of texts of a manifest."""
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
