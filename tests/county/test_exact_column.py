"""Exact numbers held compactly are the numbers that were put in, however large they are."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from checker.county.exact_column import ExactColumn

NUMBERS = st.one_of(
    st.fractions(),
    st.builds(Fraction, st.integers(-(2**70), 2**70), st.integers(1, 2**70)),
)


@given(st.lists(NUMBERS, max_size=30))
def test_what_comes_out_is_what_went_in(numbers: list[Fraction]) -> None:
    column, written = ExactColumn(), ExactColumn()
    for number in numbers:
        column.append(number)
        written.append_text(str(number))
    assert list(column) == list(written) == numbers and len(column) == len(numbers)
    assert [column[place] for place in range(-len(numbers), len(numbers))] == numbers * 2
    assert column[1:-1] == numbers[1:-1]
