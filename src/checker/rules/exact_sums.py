"""Sums of exact numbers: of a form's few rows and of a county's thousands of schools."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction


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
