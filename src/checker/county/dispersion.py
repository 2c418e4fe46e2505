"""差异系数: how unequal the schools of a county are in one indicator, weighted by enrolment.

X̄ = Σ resource / Σ pupils; S = sqrt(Σ (pupils_i / Σ pupils) · (x_i − X̄)²); CV = S / X̄. Population
weighting, no n−1 (县域义务教育优质均衡, catalogue §1). Everything is exact until it is shown: the
verdict compares S² with (limit · X̄)², so no square root can flip it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

from msgspec import Struct

from checker.rules.values import exact_sum, sum_of_ratios

_ROOT_DIGITS = 40


class Holding(Struct, frozen=True):
    """One school's share of a resource. ``pupils`` > 0; ``amount`` in the indicator's own unit,
    already multiplied by its scale (per 100 pupils -> amount × 100)."""

    school: str
    pupils: Fraction
    amount: Fraction

    @property
    def level(self) -> Fraction:
        """x_i: the school's own value of the indicator."""
        return self.amount / self.pupils


class Weighted(Struct, frozen=True):
    """What the weighted coefficient is made of: Σ pupils (> 0), Σ amount and Σ amount²/pupils."""

    pupils: Fraction
    amounts: Fraction
    squares: Fraction

    @property
    def mean(self) -> Fraction:
        """X̄."""
        return self.amounts / self.pupils

    @property
    def variance(self) -> Fraction:
        """S², since Σ (pupils_i / Σ pupils) · x_i² is Σ amount²/pupils over Σ pupils."""
        return self.squares / self.pupils - self.mean**2

    @property
    def cv(self) -> Decimal | None:
        """CV to 40 digits; None where the mean is 0 (no resource anywhere: not applicable)."""
        return _ratio(self.variance, self.mean)

    def within(self, limit: Fraction) -> bool:
        """CV ≤ limit, decided without rounding."""
        return self.variance <= (limit * self.mean) ** 2

    def without(self, school: Holding) -> Weighted | None:
        """The same without one of the schools; None where none is left."""
        pupils = self.pupils - school.pupils
        if not pupils:
            return None
        squares = self.squares - school.amount**2 / school.pupils
        return Weighted(pupils, self.amounts - school.amount, squares)

    def with_more(self, school: Holding, added: Fraction) -> Weighted:
        """The same after one of the schools was given more; nothing is summed again."""
        new = school.amount + added
        squares = self.squares + (new**2 - school.amount**2) / school.pupils
        return Weighted(self.pupils, self.amounts + added, squares)


def weighted(holdings: Sequence[Holding]) -> Weighted | None:
    """The sums over schools; None without schools. Raises ValueError if one has no pupils."""
    if not holdings:
        return None
    if any(item.pupils <= 0 for item in holdings):
        raise ValueError("a school without pupils has no level of its own")
    squares = (
        (
            item.amount.numerator**2 * item.pupils.denominator,
            item.amount.denominator**2 * item.pupils.numerator,
        )
        for item in holdings
    )
    return Weighted(
        exact_sum([item.pupils for item in holdings]),
        exact_sum([item.amount for item in holdings]),
        sum_of_ratios(squares),
    )


class Dispersion(Weighted, frozen=True):
    """The weighted coefficient of variation of one indicator, and the unweighted one beside it."""

    unweighted_mean: Fraction
    unweighted_variance: Fraction
    schools: int

    @property
    def unweighted_cv(self) -> Decimal | None:
        """σ/μ over schools with no regard to their size: a diagnostic for a common mistake."""
        return _ratio(self.unweighted_variance, self.unweighted_mean)

    def unweighted_within(self, limit: Fraction) -> bool:
        """The same question asked of the unweighted value."""
        return self.unweighted_variance <= (limit * self.unweighted_mean) ** 2


def dispersion(holdings: Sequence[Holding]) -> Dispersion | None:
    """The dispersion over schools; None without schools or where any mean would divide by zero.

    Schools without pupils must have been left out by the caller. Raises ValueError if one is in.
    """
    sums = weighted(holdings)
    if sums is None:
        return None
    levels = [item.level.as_integer_ratio() for item in holdings]
    count = len(holdings)
    plain_mean = sum_of_ratios(levels) / count
    plain_squares = sum_of_ratios((top**2, bottom**2) for top, bottom in levels)
    return Dispersion(
        pupils=sums.pupils,
        amounts=sums.amounts,
        squares=sums.squares,
        unweighted_mean=plain_mean,
        unweighted_variance=plain_squares / count - plain_mean**2,
        schools=count,
    )


def _ratio(variance: Fraction, mean: Fraction) -> Decimal | None:
    if mean == 0:
        return None
    square = variance / mean**2
    with localcontext() as context:
        context.prec = _ROOT_DIGITS
        return _decimal(square).sqrt()


def ascending(numbers: Sequence[Fraction]) -> list[Fraction]:
    """Exactly sorted. A float of a fraction is rounded correctly, so it never changes an order:
    only where two floats are equal are the fractions themselves compared."""
    try:
        return [number for _, number in sorted((float(each), each) for each in numbers)]
    except OverflowError:
        return sorted(numbers)


# -- 若补齐 X 校: by how much mending one school, and then several, lowers it ----------------------

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
        context.prec = _ROOT_DIGITS
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
