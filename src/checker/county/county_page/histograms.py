"""What the charts of the county page are drawn from, counted; ``charts.html.j2`` draws them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor

from msgspec import Struct

from checker.county.dispersion import ascending
from checker.county.report import CountyReport, Indicator, Level
from checker.county.townships import Township
from checker.model.verdicts import MISSED, format_number

_BINS = 24
_SHARES = 20
"""The strip of a 乡镇 goes from nothing to twice the standard in so many steps."""


class Histogram(Struct, frozen=True):
    """Schools by their values: how many in each bin, how many of those are on the wrong side of the
    limit, which stands at ``limit_at`` of the axis. Values ``below`` and ``above`` the axis are
    gathered in the first and the last bin."""

    low: Fraction
    high: Fraction
    bins: tuple[int, ...]
    wrong: tuple[int, ...]
    limit_at: float
    below: bool
    above: bool


class Distribution(Struct, frozen=True):
    """One indicator in one stage over all schools; ``chart`` is None where all have one value.
    ``told`` are its figures in words; ``unsure`` schools are left out."""

    indicator: Indicator
    stage_title: str
    limit: Fraction | None
    chart: Histogram | None
    told: str
    schools: int
    failed: int
    unsure: int


class _Spread:
    """The values of one indicator in one stage, over all schools."""

    def __init__(self) -> None:
        self.values: list[Fraction] = []
        self.limit: Fraction | None = None
        self.failed = 0
        self.unsure = 0

    def add(self, value: Fraction, level: Level) -> None:
        """One more school; the first limit is that of all. What is wrong or doubtful is only
        counted."""
        if not level.sure:
            self.unsure += 1
            return
        self.values.append(value)
        self.limit = level.limit if self.limit is None else self.limit
        self.failed += level.outcome in MISSED


def distributions(report: CountyReport) -> Iterator[Distribution]:
    """Of every indicator in every stage that has values."""
    grouped: dict[tuple[str, str], _Spread] = defaultdict(_Spread)
    for level in report.levels:
        if level.value is not None:
            grouped[level.rule, level.stage].add(level.value, level)
    for indicator in report.indicators:
        for stage, title in report.stages.items():
            spread = grouped.get((indicator.rule, stage))
            if spread is None or not spread.values:
                continue
            values, limit = ascending(spread.values), spread.limit
            alike = values[0] == values[-1]
            yield Distribution(
                indicator,
                title,
                limit,
                None if alike else _histogram(values, limit, indicator.at_least),
                _told(values, limit, indicator),
                len(values),
                spread.failed,
                spread.unsure,
            )


def _told(values: Sequence[Fraction], limit: Fraction | None, indicator: Indicator) -> str:
    """The figures of a histogram; ``values`` in order."""
    low, middle, high = (
        format_number(values[place], indicator.digits)
        for place in (0, (len(values) - 1) // 2, len(values) - 1)
    )
    unit = indicator.unit
    need = "" if limit is None else f"标准 {format_number(limit, indicator.digits)}{unit}，"
    if values[0] == values[-1]:
        return f"{need}{'都' if len(values) > 1 else ''}是 {low}{unit}"
    return f"{need}最低 {low}，中间 {middle}，最高 {high}{unit}"


def _histogram(values: Sequence[Fraction], limit: Fraction | None, at_least: bool) -> Histogram:
    """``values`` in order. The axis has the middle half of the schools and three times its width on
    either side, so that one slip of the unit does not press all other schools into a single bin;
    the limit always."""
    lower, upper = values[len(values) // 4], values[(len(values) * 3) // 4]
    reach = 3 * (upper - lower) or abs(upper) / 10
    low, high = max(values[0], lower - reach), min(values[-1], upper + reach)
    if limit is not None:
        low, high = min(low, limit * Fraction(9, 10)), max(high, limit * Fraction(11, 10))
    high = high if high > low else low + 1
    bins, wrong = [0] * _BINS, [0] * _BINS
    for value in values:
        place = min(_BINS - 1, max(0, floor((value - low) / (high - low) * _BINS)))
        bins[place] += 1
        if limit is not None and (value < limit if at_least else value > limit):
            wrong[place] += 1
    limit_at = 0.0 if limit is None else float((limit - low) / (high - low))
    below, above = values[0] < low, values[-1] > high
    return Histogram(low, high, tuple(bins), tuple(wrong), limit_at, below, above)


def shares_of(town: Township) -> list[Fraction]:
    """Which part of the schools of a 乡镇 has which part of the standard in what they are weakest
    in."""
    bins = [0] * _SHARES
    for each in town.weakest:
        bins[min(_SHARES - 1, max(0, floor(each.reached * _SHARES / 2)))] += 1
    return [Fraction(count, max(1, len(town.weakest))) for count in bins]
