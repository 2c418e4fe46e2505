"""Charts as inline SVG: 差异系数 bars, the distribution of an indicator with its standard, and the
small pictures of a 乡镇."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from html import escape
from math import floor

from checker.county.conclusions import DispersionResult
from checker.county.dispersion import ascending
from checker.county.townships import KINDS, Township
from checker.model.verdicts import Outcome, format_number

_BAR_HEIGHT = 44
_PLOT_WIDTH = 340
_VALUE_WIDTH = 80
_BINS = 24
_WIDTH, _HEIGHT, _ABOVE = 300, 90, 16
"""Of a histogram; above it stand the words on its limit and its highest bar."""


def dispersion_bars(results: Sequence[DispersionResult], stage_title: str) -> str:
    """Horizontal bars of the weighted 差异系数 of one stage, with a line at each limit and a small
    tick at the unweighted value."""
    shown = [item for item in results if item.cv is not None]
    largest = max(
        [float(item.cv or 0) for item in shown]
        + [float(item.unweighted_cv or 0) for item in shown]
        + [float(item.limit) for item in shown],
        default=0.5,
    )
    # one school's slip of the unit makes a coefficient that would flatten all the other bars
    largest = min(largest, 4 * max((float(item.limit) for item in shown), default=0.5))
    scale = _PLOT_WIDTH / (largest * 1.08)
    height = _BAR_HEIGHT * len(shown) + 30
    parts = [
        f'<svg viewBox="0 0 {_PLOT_WIDTH + _VALUE_WIDTH} {height}" role="img" '
        f'class="chart" aria-label="{escape(stage_title, quote=True)}差异系数">'
    ]
    for number, item in enumerate(shown):
        top = number * _BAR_HEIGHT + 20
        width = min(float(item.cv or 0), largest) * scale
        beyond = " ▸" if float(item.cv or 0) > largest else ""
        kind = "hang" if item.hinges else "good" if item.outcome is Outcome.PASS else "bad"
        limit = f"{float(item.limit) * scale:.1f}"
        other = f"{min(float(item.unweighted_cv or 0), largest) * scale:.1f}"
        parts.append(
            f'<text x="0" y="{top - 6}">{escape(item.title)}</text>'
            f'<rect x="0" y="{top}" width="{width:.1f}" height="14" class="{kind}"/>'
            f'<line x1="{other}" x2="{other}" y1="{top + 2}" y2="{top + 12}" class="tick"/>'
            f'<line x1="{limit}" x2="{limit}" y1="{top - 2}" y2="{top + 17}" class="limit"/>'
            f'<text x="{max(width, float(item.limit) * scale) + 6:.1f}" '
            f'y="{top + 12}" class="value">{beyond} {item.cv:.4f}</text>'
        )
    parts.append(
        f'<text x="0" y="{height - 6}" class="hint">'
        "虚线为上限，细短线为未加权值（仅供对照）；紫色的暂不能下结论</text></svg>"
    )
    return "".join(parts)


def distribution(
    values: Sequence[Fraction], limit: Fraction | None, at_least: bool, name: str, unit: str
) -> str:
    """A histogram of schools over an indicator's values; bars on the wrong side of ``limit`` are
    red, a dashed line marks it. Values far out are gathered in the first and the last bin."""
    if not values:
        return ""
    low, high = _span(values, limit)
    step = (high - low) / _BINS or Fraction(1)
    bins = [0] * _BINS
    wrong = [0] * _BINS
    for value in values:
        place = min(_BINS - 1, max(0, floor((value - low) / step)))
        bins[place] += 1
        if limit is not None and (value < limit if at_least else value > limit):
            wrong[place] += 1
    top, bar = max(bins), _WIDTH / _BINS
    label = f"{name}：{len(values)} 所，其中 {sum(wrong)} 所未达标"
    parts = [
        f'<svg viewBox="0 {-_ABOVE} {_WIDTH} {_ABOVE + _HEIGHT + 18}" role="img" class="chart" '
        f'aria-label="{escape(label, quote=True)}">',
        *_stacked(bins, wrong),
    ]
    taken = (0.0, 0.0)  # where the limit's own label stands
    if limit is not None:
        x = float((limit - low) / step) * bar
        left = x > _WIDTH / 2
        anchor, beside = ("end", x - 4) if left else ("start", x + 4)
        taken = (x - 90, x + 20) if left else (x - 20, x + 90)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{-_ABOVE}" y2="{_HEIGHT}" class="limit"/>'
            f'<text x="{beside:.1f}" y="-5" text-anchor="{anchor}" class="hint">'
            f"标准 {format_number(limit, 2)}</text>"
        )
    peak = min(max((bins.index(top) + 0.5) * bar, 16), _WIDTH - 16)
    if not taken[0] < peak < taken[1]:
        parts.append(
            f'<text x="{peak:.1f}" y="-5" text-anchor="middle" class="hint">{top} 所</text>'
        )
    more, less = "≥ " if max(values) > high else "", "≤ " if min(values) < low else ""
    ends = (f"{less}{format_number(low, 1)}", f"{more}{format_number(high, 1)}{escape(unit)}")
    parts.append(
        f'<line x1="0" x2="{_WIDTH}" y1="{_HEIGHT}" y2="{_HEIGHT}" class="axis"/>'
        f'<text x="0" y="{_HEIGHT + 14}" class="hint">{ends[0]}</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT + 14}" text-anchor="end" class="hint">{ends[1]}</text>'
        "</svg>"
    )
    return "".join(parts)


def _stacked(bins: Sequence[int], wrong: Sequence[int]) -> Iterator[str]:
    """The bars: the ``wrong`` schools of a bin at the bottom, the others above them."""
    top, bar = max(bins), _WIDTH / _BINS
    for place, (count, bad) in enumerate(zip(bins, wrong, strict=True)):
        for amount, kind, base in ((bad, "bad", 0), (count - bad, "good", bad)):
            if amount:
                tall = amount / top * _HEIGHT
                y = _HEIGHT - base / top * _HEIGHT - tall
                yield (
                    f'<rect x="{place * bar + 0.5:.1f}" y="{y:.1f}" width="{bar - 1:.1f}" '
                    f'height="{tall:.1f}" class="{kind}"/>'
                )


def _span(values: Sequence[Fraction], limit: Fraction | None) -> tuple[Fraction, Fraction]:
    """The axis: the middle half of the schools and three times its width on either side, so that
    one slip of the unit does not press all other schools into a single bar; the limit always."""
    ordered = ascending(values)
    lower, upper = ordered[len(ordered) // 4], ordered[(len(ordered) * 3) // 4]
    reach = 3 * (upper - lower) or abs(upper) / 10
    low, high = max(ordered[0], lower - reach), min(ordered[-1], upper + reach)
    if limit is not None:
        low, high = min(low, limit * Fraction(9, 10)), max(high, limit * Fraction(11, 10))
    return low, high if high > low else low + 1


_SQUARE, _IN_ROW = 10, 20
_STRIP_WIDTH, _STRIP_HEIGHT = 200, 34
_SHARES = 20
"""The strip of a 乡镇 goes from nothing to twice the standard in so many steps."""


def school_squares(town: Township) -> str:
    """One square a school, all 乡镇 in the same size, coloured by what is gravest there."""
    rows = -(-max(1, len(town.schools)) // _IN_ROW)
    parts = [
        f'<svg viewBox="0 0 {_SQUARE * _IN_ROW} {_SQUARE * rows}" class="chart" aria-hidden="true">'
    ]
    for number, (name, kind) in enumerate(town.schools):
        row, column = divmod(number, _IN_ROW)
        parts.append(
            f'<rect x="{column * _SQUARE + 1}" y="{row * _SQUARE + 1}" width="{_SQUARE - 2}" '
            f'height="{_SQUARE - 2}" class="s-{kind}"><title>{escape(name)}：{KINDS[kind]}'
            "</title></rect>"
        )
    return "".join((*parts, "</svg>"))


def shares_of(town: Township) -> list[Fraction]:
    """Which part of the schools of a 乡镇 has which part of the standard in what they are weakest
    in."""
    bins = [0] * _SHARES
    for each in town.weakest:
        bins[min(_SHARES - 1, max(0, floor(each.reached * _SHARES / 2)))] += 1
    return [Fraction(count, max(1, len(town.weakest))) for count in bins]


def standard_strip(town: Township, tallest: Fraction) -> str:
    """A histogram of `shares_of` with a line at the standard; ``tallest`` is the highest bar of all
    乡镇, so that their strips can be compared."""
    bar = _STRIP_WIDTH / _SHARES
    middle = _STRIP_WIDTH // 2
    parts = [f'<svg viewBox="0 0 {_STRIP_WIDTH} {_STRIP_HEIGHT}" class="chart" aria-hidden="true">']
    for place, share in enumerate(shares_of(town)):
        if share:
            tall = float(share / tallest) * (_STRIP_HEIGHT - 2)
            kind = "bad" if place < _SHARES // 2 else "good"
            parts.append(
                f'<rect x="{place * bar + 0.5:.1f}" y="{_STRIP_HEIGHT - tall:.1f}" '
                f'width="{bar - 1:.1f}" height="{tall:.1f}" class="{kind}"/>'
            )
    parts.append(
        f'<line x1="{middle}" x2="{middle}" y1="0" y2="{_STRIP_HEIGHT}" class="limit"/>'
        f'<line x1="0" x2="{_STRIP_WIDTH}" y1="{_STRIP_HEIGHT}" y2="{_STRIP_HEIGHT}" class="axis"/>'
        "</svg>"
    )
    return "".join(parts)
