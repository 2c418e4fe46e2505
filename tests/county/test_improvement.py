"""“若补齐 X 校” is computed: the figures must be those of really mending the school."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from checker.county.dispersion import Holding, dispersion, improvements

SCHOOLS = [
    Holding("一小", Fraction(1000), Fraction(900)),
    Holding("二小", Fraction(500), Fraction(100)),
    Holding("三小", Fraction(200), Fraction(150)),
    Holding("四小", Fraction(800), Fraction(1200)),
]


def test_the_weakest_school_comes_first_and_the_figure_is_the_real_one() -> None:
    found = improvements(SCHOOLS, Fraction(9, 10), Fraction(1, 5))
    assert [item.school for item in found] == ["二小", "三小"]
    mended = [
        replace(item, amount=Fraction(450)) if item.school == "二小" else item for item in SCHOOLS
    ]
    really = dispersion(mended)
    assert really is not None
    assert found[0].added == 350 and found[0].together == really.cv
    assert abs(found[0].alone - found[0].together) < Fraction(1, 10**30)


def test_nothing_to_mend_nothing_said() -> None:
    assert improvements(SCHOOLS, Fraction(1, 10), Fraction(1, 2)) == ()
    assert improvements([], Fraction(1), Fraction(1)) == ()


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(0, 900)), min_size=2, max_size=12))
def test_every_suggestion_lowers_the_cv(rows: list[tuple[int, int]]) -> None:
    holdings = [Holding(str(n), Fraction(p), Fraction(a)) for n, (p, a) in enumerate(rows)]
    now = dispersion(holdings)
    for item in improvements(holdings, Fraction(1), Fraction(1, 2)):
        assert now is not None and now.cv is not None and item.alone < now.cv


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(0, 900)), min_size=2, max_size=12))
def test_mending_one_after_another_gives_the_figures_of_really_mending_all_of_them(
    rows: list[tuple[int, int]],
) -> None:
    holdings = [Holding(str(n), Fraction(p), Fraction(a)) for n, (p, a) in enumerate(rows)]
    mended = {item.school: item for item in holdings}
    for step in improvements(holdings, Fraction(1), Fraction(1, 2)):
        item = mended[step.school]
        mended[step.school] = replace(item, amount=item.amount + step.added)
        really = dispersion(list(mended.values()))
        assert really is not None
        assert (step.together, step.within) == (really.cv, really.within(Fraction(1, 2)))
