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
        return (Decimal(square.numerator) / Decimal(square.denominator)).sqrt()


def ascending(numbers: Sequence[Fraction]) -> list[Fraction]:
    """Exactly sorted. A float of a fraction is rounded correctly, so it never changes an order:
    only where two floats are equal are the fractions themselves compared."""
    try:
        return [number for _, number in sorted((float(each), each) for each in numbers)]
    except OverflowError:
        return sorted(numbers)
