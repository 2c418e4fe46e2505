"""若补齐 X 校: by how much mending one school, and then several, lowers a 差异系数."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

from msgspec import Struct

from checker.county.dispersion import Holding, Weighted, weighted

_DIGITS = 40


_MOVERS = 3


class Mover(Struct, frozen=True):
    """A school that moves a 差异系数, and the coefficient without it."""

    school: str
    without: Decimal


class Improvement(Struct, frozen=True):
    """What happens when one school is brought up to the standard.

    ``added`` is the amount it needs, in the indicator's scaled unit (per 100 pupils -> × 100).
    ``alone`` is the CV if only this school is mended; ``together`` if it and all before it in the
    list are; ``within`` whether ``together`` keeps the limit, decided exactly.
    """

    school: str
    added: Fraction
    alone: Decimal
    together: Decimal
    within: bool


def improvements(
    holdings: Sequence[Holding], standard: Fraction, limit: Fraction, most: int = 10
) -> tuple[Improvement, ...]:
    """The ``most`` schools below ``standard`` whose mending lowers the CV most, best first.

    A school whose mending would raise the CV is left out. Raises ValueError on schools without
    pupils. Empty where nothing lies below the standard or no level exists.
    """
    below = {item.school: standard * item.pupils - item.amount for item in holdings}
    lacking = [item for item in holdings if below[item.school] > 0]
    now = weighted(holdings) if lacking else None
    standing = None if now is None else now.cv
    if now is None or standing is None:
        return ()
    alone = _effects(now, lacking, below)
    helpful = [item for item in lacking if alone[item.school] < standing]
    best = sorted(helpful, key=lambda item: (alone[item.school], item.school))[:most]
    found = []
    for item in best:
        added = below[item.school]
        now = now.with_more(item, added)
        together = now.cv
        assert together is not None
        found.append(
            Improvement(item.school, added, alone[item.school], together, now.within(limit))
        )
    return tuple(found)


def movers(holdings: Sequence[Holding]) -> tuple[Mover, ...]:
    """The few schools without which the CV would be lowest, best first: they make it."""
    now = weighted(holdings)
    if now is None:
        return ()
    rest = ((item.school, now.without(item)) for item in holdings)
    found = [
        Mover(school, cv)
        for school, left in rest
        if left is not None and (cv := left.cv) is not None
    ]
    return tuple(sorted(found, key=lambda item: (item.without, item.school))[:_MOVERS])


def _effects(
    now: Weighted, lacking: Sequence[Holding], below: dict[str, Fraction]
) -> dict[str, Decimal]:
    """CV after mending each school alone, from running sums: a ranking, shown but not judged."""
    with localcontext() as context:
        context.prec = _DIGITS
        pupils, amounts, squares = map(_decimal, (now.pupils, now.amounts, now.squares))
        effects = {}
        for item in lacking:
            old, size = _decimal(item.amount), _decimal(item.pupils)
            new = old + _decimal(below[item.school])
            mean = (amounts + new - old) / pupils
            spread = (squares + (new * new - old * old) / size) / pupils - mean * mean
            effects[item.school] = max(spread, Decimal(0)).sqrt() / mean
    return effects


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
