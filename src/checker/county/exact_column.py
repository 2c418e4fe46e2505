"""Thousands of exact numbers in sixteen bytes each, where a Fraction takes two hundred."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import overload


class ExactColumn(Sequence[Fraction]):
    """Numbers in the order in which they are added, each made anew when it is asked for."""

    def __init__(self) -> None:
        self._tops = array("q")
        self._bottoms = array("q")
        self._too_large: dict[int, Fraction] = {}  # by place: what 64 bits do not hold

    def append(self, number: Fraction) -> None:
        """One more number."""
        self._put(number.numerator, number.denominator)

    def append_text(self, text: str) -> None:
        """One more number, as ``str`` writes a Fraction: "9/2"."""
        top, _, bottom = text.partition("/")
        try:
            self._put(int(top), int(bottom or 1))
        except ValueError:
            self.append(Fraction(text))

    def _put(self, top: int, bottom: int) -> None:
        if not (-(2**63) <= top < 2**63 and bottom < 2**63):
            self._too_large[len(self._tops)] = Fraction(top, bottom)
            top, bottom = 0, 1
        self._tops.append(top)
        self._bottoms.append(bottom)

    def __len__(self) -> int:
        return len(self._tops)

    def __iter__(self) -> Iterator[Fraction]:
        if self._too_large:
            return (self[place] for place in range(len(self)))
        return map(Fraction, self._tops, self._bottoms)

    @overload
    def __getitem__(self, place: int) -> Fraction: ...
    @overload
    def __getitem__(self, place: slice) -> list[Fraction]: ...
    def __getitem__(self, place: int | slice) -> Fraction | list[Fraction]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        large = self._too_large.get(place if place >= 0 else place + len(self))
        return Fraction(self._tops[place], self._bottoms[place]) if large is None else large
