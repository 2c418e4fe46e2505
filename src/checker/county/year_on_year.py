"""与去年比: indicator by indicator, 差异系数 of both years, and who moved most. Needs pandas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from checker.county.dispersion import dispersion
from checker.county.inequality import holdings_of
from checker.county.measuring import Measures
from checker.county.report import Indicator, Level, SchoolYear, YearLine
from checker.marking.file_record import FileRecord, exact
from checker.model.rules import Rule
from checker.model.verdicts import Outcome

if TYPE_CHECKING:
    from pandas import DataFrame

_NAMED = 5


def year_lines(
    levels: Iterable[Level],
    earlier: Mapping[str, FileRecord],
    indicators: Sequence[Indicator],
    stages: Mapping[str, str],
    asked: Sequence[Rule],
    measured: tuple[Measures, Measures],
) -> tuple[YearLine, ...]:
    """One line per indicator and stage. ``asked`` are the collection rules, ``measured`` what they
    measured this year and last."""
    from pandas import DataFrame, merge

    columns = ["code", "stage", "rule", "value", "met", "sure"]
    now = DataFrame(
        [
            (item.code, item.stage, item.rule, item.value, item.outcome is Outcome.PASS, item.sure)
            for item in levels
            if item.value is not None
        ],
        columns=columns,
    )
    then = DataFrame(
        [
            (
                *(code, item.stage, item.rule, exact(item.value)),
                *(item.outcome == Outcome.PASS.value, not item.doubts),
            )
            for code, record in earlier.items()
            for item in record.judged
            if item.value and item.stage
        ],
        columns=columns,
    )
    both = merge(then, now, on=["code", "stage", "rule"], suffixes=("_then", "_now"))
    compared = {
        str(rule.spec.get("indicator")): rule.id for rule in asked if rule.kind == "dispersion"
    }
    by_kind = dict(iter(both.groupby(["rule", "stage"], sort=False)))
    found = []
    for indicator in indicators:
        for stage in stages:
            own = by_kind.get((indicator.rule, stage))
            if own is None:
                continue
            rule = compared.get(indicator.rule, "")
            spreads = [_spread(measures, rule, stage) for measures in measured]
            found.append(_line(own, indicator, stage, *spreads))
    return tuple(found)


Spread: TypeAlias = tuple[Fraction | None, Decimal | None]
"""Mean and 差异系数 of an indicator over all schools of a year."""


def _line(own: DataFrame, indicator: Indicator, stage: str, now: Spread, then: Spread) -> YearLine:
    """One indicator of one stage; ``own`` has a row for each school that both years know of."""
    sure = own[own["sure_then"] & own["sure_now"]]
    rows = [
        SchoolYear(code, before, after)
        for code, before, after in zip(
            sure["code"], sure["value_then"], sure["value_now"], strict=True
        )
    ]
    gains = {row: _gain(row, indicator) for row in rows}
    ranked = sorted(
        (row for row in rows if row.then), key=lambda row: (-gains[row] / row.then, row.code)
    )
    return YearLine(
        rule=indicator.rule,
        title=indicator.title,
        unit=indicator.unit,
        digits=indicator.digits,
        stage=stage,
        schools=len(sure),
        up=sum(gains[row] > 0 for row in rows),
        down=sum(gains[row] < 0 for row in rows),
        met_then=int(sure["met_then"].sum()),
        met_now=int(sure["met_now"].sum()),
        unsure=len(own) - len(sure),
        mean_then=then[0],
        mean_now=now[0],
        cv_then=then[1],
        cv_now=now[1],
        best=tuple(row for row in ranked[:_NAMED] if gains[row] > 0),
        worst=tuple(row for row in ranked[::-1][:_NAMED] if gains[row] < 0),
    )


def _gain(row: SchoolYear, indicator: Indicator) -> Fraction:
    """By how much a school is better off: more is worse for some (班额)."""
    change = row.now - row.then
    return change if indicator.at_least else -change


def _spread(measures: Measures, rule: str, stage: str) -> Spread:
    rows = measures.get((rule, stage))
    found = dispersion(holdings_of(rows)) if rows else None
    return (None, None) if found is None else (found.mean, found.cv)
