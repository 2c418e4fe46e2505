"""Charts as inline SVG: 差异系数 bars and the distribution of an indicator with its standard."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from html import escape
from math import floor

from checker.county.dispersion import ascending
from checker.county.report import DispersionResult
from checker.model.verdicts import Outcome, format_number

_BAR_HEIGHT = 26
_LABEL_WIDTH = 250
_PLOT_WIDTH = 420
_BINS = 24


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
        f'<svg viewBox="0 0 {_LABEL_WIDTH + _PLOT_WIDTH + 80} {height}" role="img" '
        f'class="chart" aria-label="{escape(stage_title, quote=True)}差异系数">'
    ]
    for number, item in enumerate(shown):
        top = number * _BAR_HEIGHT + 6
        width = min(float(item.cv or 0), largest) * scale
        beyond = " ▸" if float(item.cv or 0) > largest else ""
        kind = "hang" if item.hinges else "good" if item.outcome is Outcome.PASS else "bad"
        limit = f"{_LABEL_WIDTH + float(item.limit) * scale:.1f}"
        other = f"{_LABEL_WIDTH + min(float(item.unweighted_cv or 0), largest) * scale:.1f}"
        parts.append(
            f'<text x="{_LABEL_WIDTH - 8}" y="{top + 13}" text-anchor="end">'
            f"{escape(_short(item.title, 16))}</text>"
            f'<rect x="{_LABEL_WIDTH}" y="{top}" width="{width:.1f}" height="17" class="{kind}"/>'
            f'<line x1="{other}" x2="{other}" y1="{top + 3}" y2="{top + 14}" class="tick"/>'
            f'<line x1="{limit}" x2="{limit}" y1="{top - 3}" y2="{top + 20}" class="limit"/>'
            f'<text x="{_LABEL_WIDTH + max(width, float(item.limit) * scale) + 6:.1f}" '
            f'y="{top + 13}" class="value">{beyond} {item.cv:.4f}</text>'
        )
    parts.append(
        f'<text x="{_LABEL_WIDTH}" y="{height - 6}" class="hint">'
        "竖线为上限，细短线为未加权值（仅供对照）；紫色的暂不能下结论</text></svg>"
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
    top = max(bins)
    width, height = 300, 90
    bar = width / _BINS
    label = f"{name}：{len(values)} 所，其中 {sum(wrong)} 所未达标"
    parts = [
        f'<svg viewBox="0 0 {width} {height + 18}" role="img" class="chart" '
        f'aria-label="{escape(label, quote=True)}">'
    ]
    for place, count in enumerate(bins):
        for amount, kind, base in (
            (wrong[place], "bad", 0),
            (count - wrong[place], "good", wrong[place]),
        ):
            if amount:
                tall = amount / top * height
                y = height - base / top * height - tall
                parts.append(
                    f'<rect x="{place * bar + 0.5:.1f}" y="{y:.1f}" width="{bar - 1:.1f}" '
                    f'height="{tall:.1f}" class="{kind}"/>'
                )
    if limit is not None:
        x = float((limit - low) / step) * bar
        anchor = "end" if x > width / 2 else "start"
        beside = x - 4 if x > width / 2 else x + 4
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}" class="limit"/>'
            f'<text x="{beside:.1f}" y="10" text-anchor="{anchor}" class="hint">'
            f"标准 {format_number(limit, 2)}</text>"
        )
    more, less = "≥ " if max(values) > high else "", "≤ " if min(values) < low else ""
    ends = (f"{less}{format_number(low, 1)}", f"{more}{format_number(high, 1)}{escape(unit)}")
    parts.append(
        f'<line x1="0" x2="{width}" y1="{height}" y2="{height}" class="axis"/>'
        f'<text x="0" y="{height + 14}" class="hint">{ends[0]}</text>'
        f'<text x="{width}" y="{height + 14}" text-anchor="end" class="hint">{ends[1]}</text></svg>'
    )
    return "".join(parts)


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


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
