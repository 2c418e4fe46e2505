"""差异系数 against the published worked case, and the laws any weighting must keep."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.county.dispersion import Holding, ascending, dispersion

# G-33 (golden.md, worked example 777doc-2019910): pupils and books of five schools.
PUPILS = (45, 37, 89, 76, 55)
BOOKS = (279, 137, 935, 160, 402)


def holdings(pupils: tuple[int, ...], amounts: tuple[int, ...]) -> list[Holding]:
    return [
        Holding(f"school {n}", Fraction(p), Fraction(a))
        for n, (p, a) in enumerate(zip(pupils, amounts, strict=True))
    ]


def test_published_case_to_six_places_with_opposite_verdicts_at_the_limit() -> None:
    result = dispersion(holdings(PUPILS, BOOKS))
    assert result is not None and result.cv is not None and result.unweighted_cv is not None
    assert round(result.mean, 4) == Fraction("6.3344")
    assert round(result.variance, 4) == Fraction("10.6528")
    assert round(result.cv, 6) == Decimal("0.515257")
    assert round(result.unweighted_cv, 6) == Decimal("0.488771")
    limit = Fraction("0.50")
    assert not result.within(limit)
    assert result.unweighted_within(limit)


def test_exactly_at_the_limit_passes() -> None:
    # levels 1 and 3 with equal pupils: mean 2, S 1, CV exactly 0.5
    result = dispersion(holdings((10, 10), (10, 30)))
    assert result is not None
    assert result.within(Fraction(1, 2))
    assert not result.within(Fraction(1, 2) - Fraction(1, 10**30))


def test_no_resource_anywhere_has_no_cv() -> None:
    result = dispersion(holdings((10, 20), (0, 0)))
    assert result is not None and result.cv is None


def test_a_school_without_pupils_is_refused_and_no_schools_give_nothing() -> None:
    with pytest.raises(ValueError):
        dispersion(holdings((0, 5), (1, 1)))
    assert dispersion([]) is None


@given(st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 5000)), min_size=1, max_size=20))
def test_splitting_a_school_in_two_equal_halves_changes_nothing(
    rows: list[tuple[int, int]],
) -> None:
    whole = [Holding(str(n), Fraction(p), Fraction(a)) for n, (p, a) in enumerate(rows)]
    halves = [Holding(h.school, h.pupils / 2, h.amount / 2) for h in whole for _ in range(2)]
    a, b = dispersion(whole), dispersion(halves)
    assert a is not None and b is not None
    assert (a.mean, a.variance) == (b.mean, b.variance)


@given(st.integers(1, 50), st.integers(1, 100))
def test_equal_levels_have_no_dispersion(level: int, pupils: int) -> None:
    rows = [Holding(str(n), Fraction(pupils + n), Fraction((pupils + n) * level)) for n in range(4)]
    result = dispersion(rows)
    assert result is not None and result.cv == 0


@given(st.lists(st.fractions() | st.builds(Fraction, st.integers(10**300, 10**320)), max_size=20))
def test_sorting_by_way_of_floats_is_exact(numbers: list[Fraction]) -> None:
    assert ascending(numbers) == sorted(numbers)


def test_numbers_that_no_float_tells_apart_are_sorted_too() -> None:
    close = [Fraction(10**20 + step, 3) for step in (2, 0, 3, 1)]
    assert len({float(number) for number in close}) < 4
    assert ascending(close) == sorted(close)
