"""Values that rules work with: exact numbers, how they are compared, summed and rounded."""

from __future__ import annotations

import operator as signs
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Any, TypeAlias

from checker.model.submission import FactRef

Value: TypeAlias = Fraction | bool | str | date
"""What an expression works with. Every number is a Fraction."""


class MissingInput(Exception):
    """A needed value was not given, or cannot be used. ``refs`` name the facts."""

    def __init__(self, refs: tuple[FactRef, ...]) -> None:
        super().__init__(refs)
        self.refs = refs


class NotApplicable(Exception):
    """The rule says nothing about this unit. ``reason`` is a Chinese clause."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LeftEmpty(NotApplicable):
    """An optional figure that was left empty. A standard cannot be judged without it: for such a
    rule this is 缺数据, for the others 不适用. ``refs`` name the facts."""

    def __init__(self, reason: str, refs: tuple[FactRef, ...] = ()) -> None:
        super().__init__(reason)
        self.args = (reason, refs)
        self.refs = refs


class RuleDefect(Exception):
    """The rule itself is wrong (unknown field, text added to a number): a matter for its author,
    never for the school."""


ZERO = Fraction(0)
ONE = Fraction(1)


@lru_cache(maxsize=8192)
def _exact(value: Decimal) -> Fraction:
    """The same few thousand counts stand in all forms of a county."""
    return Fraction(*value.as_integer_ratio())


def plain(value: object) -> Value | None:
    """A fact's value as rules see it; None if it has none."""
    if type(value) is Decimal:
        return _exact(value)
    if isinstance(value, (bool, str, Fraction)):
        return value
    if isinstance(value, (Decimal, int)):
        return Fraction(value)
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def kind_of(value: Value) -> str:
    """What sort of value it is, in the words of authors of rules."""
    if isinstance(value, bool):
        return "是/否"
    if isinstance(value, Fraction):
        return "数字"
    return "日期" if isinstance(value, date) else "文字"


def number(value: Value, what: str) -> Fraction:
    """The value, if it is a number; otherwise RuleDefect naming ``what``."""
    if type(value) is Fraction:
        return value
    raise RuleDefect(f"{what}须是数字，这里是{kind_of(value)}")


def truth(value: Value, what: str) -> bool:
    """The value, if it is true or false; otherwise RuleDefect naming ``what``."""
    if value is True or value is False:
        return value
    raise RuleDefect(f"{what}须是“成立或不成立”，这里是{kind_of(value)}")


def compare(operator: str, left: Value, right: Value) -> bool:
    """``left operator right``; both must be of one kind. Raises RuleDefect otherwise."""
    if type(left) is not type(right):
        raise RuleDefect(f"{kind_of(left)}和{kind_of(right)}不能比较（{operator}）")
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        # cross-multiplied: a third of the time that comparing Fractions takes
        return ORDER[operator](
            left.numerator * right.denominator, right.numerator * left.denominator
        )
    if isinstance(left, date) and isinstance(right, date):
        return ORDER[operator](left, right)
    raise RuleDefect(f"{kind_of(left)}不能比大小（{operator}）")


def rounded(value: Fraction, digits: int) -> Fraction:
    """Half away from zero, as clerks and Excel round."""
    scale = 10**digits
    whole = floor(abs(value) * scale + Fraction(1, 2))
    return Fraction(-whole if value < 0 else whole, scale)


MOST_DECIMALS = 6
"""So many decimals of a claimed figure are looked at: nobody types more."""


def decimals_of(value: Fraction, most: int = MOST_DECIMALS) -> int:
    """How many decimals a figure was given with, at most so many."""
    for digits in range(most):
        if (value * 10**digits).denominator == 1:
            return digits
    return most


def agrees(claimed: Fraction, correct: Fraction) -> bool:
    """Whether a figure, rounded to as many decimals as it was claimed with, is what was claimed. A
    claim that the spreadsheet computed has more decimals than anybody types: it is rounded too."""
    digits = decimals_of(claimed)
    return rounded(correct, digits) == rounded(claimed, digits)


ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": signs.lt,
    "<=": signs.le,
    ">": signs.gt,
    ">=": signs.ge,
}


def exact_sum(terms: Iterable[Fraction]) -> Fraction:
    """Σ without rounding."""
    return sum_of_ratios(term.as_integer_ratio() for term in terms)


def sum_of_ratios(terms: Iterable[tuple[int, int]]) -> Fraction:
    """Σ numerator/denominator (> 0) without rounding. Terms of one denominator are added first, the
    rest pairwise, so that thousands of schools do not drag one huge common denominator through
    every addition; whole numbers, since a Fraction per school costs several times the sum."""
    by_denominator: dict[int, int] = {}
    for top, bottom in terms:
        by_denominator[bottom] = by_denominator.get(bottom, 0) + top
    sums = [Fraction(top, bottom) for bottom, top in by_denominator.items()]
    while len(sums) > 1:
        pairs = [left + right for left, right in zip(sums[::2], sums[1::2], strict=False)]
        sums = pairs + (sums[-1:] if len(sums) % 2 else [])
    return sums[0] if sums else Fraction(0)
