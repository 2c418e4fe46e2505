"""The sums that hold in a grid of labels and figures, as rules: a row or a column that calls itself
合计, 小计 or 总计, and the rows or columns that make it up wherever they can be compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from msgspec import Struct

from checker.authoring.patterns import quoted
from checker.authoring.printed_units import is_figure
from checker.authoring.printed_words import TOTALS
from checker.authoring.rule_draft import (
    ENOUGH,
    ProposedRule,
    adds_up,
    rule_of_sums,
    sum_rule,
    support_of,
)
from checker.forms.ledger_rows import NOT_SUMMED
from checker.forms.plain_text import TOTAL_ENDS, squeeze

_OF_WHICH = re.compile(r"(?:^|/)(?:女|在编|危房|党员)|少数民族|寄宿|留守|随迁|残疾|新增|流动")
"""In the name of what is often a part of which the others are not the rest."""
_SHOWN = 4
"""So many parts are named in a title."""


class Line(Struct, frozen=True):
    """A row or a column of a grid. ``id``: of its field, or of its column; ``path``: its labels or
    headers from the outermost; ``figures``: what stands in it, one line across after the other,
    and in each the copies."""

    id: str
    path: tuple[str, ...]
    unit: str
    figures: tuple[tuple[float | None, ...], ...]

    @property
    def is_total(self) -> bool:
        """Whether it calls itself a total."""
        return is_total(self.path[-1])

    @property
    def is_part(self) -> bool:
        """Whether it may be a part of a total: no 其中, no rate."""
        return not any("其中" in part or NOT_SUMMED.search(part) for part in self.path)

    @property
    def name(self) -> str:
        """What it is called in a title."""
        own = self.path if self.is_total and self.path[-1] != self.path[0] else self.path[-1:]
        return "/".join(own).replace("//", "/")


class _Sum(Struct, frozen=True):
    """A total and its parts, and the places across in which it holds."""

    total: Line
    parts: Sequence[Line]
    places: Sequence[int]
    support: str


def is_total(name: str) -> bool:
    """Whether a label or a header is the word for a total, or ends with it."""
    text = squeeze(name).partition("(")[0]
    return text in TOTALS or text.endswith((*TOTAL_ENDS, "共计"))


def number_in(value: object) -> float | None:
    """The number that stands in a cell; None for none, and for a share."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = squeeze(value).replace(",", "")
    return float(text) if isinstance(value, str) and is_figure(text) and "%" not in text else None


def grid_sums(rows: Sequence[Line], columns: Sequence[Line]) -> Iterator[ProposedRule]:
    """The sums over the rows of a grid, column by column, and over its columns, row by row. The
    figures of a row are by column, those of a column by row."""
    for found in _sums(rows, columns):
        kept = [columns[at].id for at in found.places]
        yield rule_of_sums(
            "table_sum",
            f"{found.total.name}等于{_listed(found.parts, '行')}之和",
            (
                f"total = {quoted(found.total.id)}",
                f"parts = {_ids(found.parts)}",
                f"columns = {json.dumps(kept)}",
            ),
            [
                (f"{found.total.id}@{column}", [f"{part.id}@{column}" for part in found.parts])
                for column in kept
            ],
            found.support,
        )
    for found in _sums(columns, rows):
        own = [rows[at] for at in found.places]
        cells = [
            (f"{row.id}@{found.total.id}", [f"{row.id}@{part.id}" for part in found.parts])
            for row in own
        ]
        if len(own) == 1:
            total, *parts = (
                f"stage({own[0].id}, '{each.id}')" for each in (found.total, *found.parts)
            )
            lines = (f"total = {quoted(total)}", f"parts = {json.dumps(parts)}")
            title = f"{found.total.name}一栏等于{_listed(found.parts, '栏')}之和"
            yield rule_of_sums("sum", title, lines, cells, found.support)
            continue
        yield rule_of_sums(
            "table_sum",
            f"{found.total.name}一栏等于{_listed(found.parts, '栏')}之和",
            (
                f"total = {quoted(own[-1].id)}",
                f"parts = {_ids(own[:-1])}",
                "columns = []",
                f"total_column = {quoted(found.total.id)}",
                f"part_columns = {_ids(found.parts)}",
            ),
            cells,
            found.support,
        )


def column_sums(columns: Sequence[Line]) -> Iterator[ProposedRule]:
    """The sums over the columns of a ledger that stand under no common header, unit by unit; the
    figures of a column are by row."""
    rows = [Line("", ("",), "", ())] * len(columns[0].figures) if columns else []
    for found in _sums(columns, rows):
        if len(found.total.path) == 1:
            parts = [part.id for part in found.parts]
            labels = found.total.path[0], ["/".join(part.path) for part in found.parts]
            yield sum_rule(found.total.id, parts, labels, found.support)


def _sums(lines: Sequence[Line], across: Sequence[Line]) -> Iterator[_Sum]:
    """The sums among rows (or columns): first those within a group, then those of what is left."""
    covered: set[str] = set()
    totals = [
        at for at, line in enumerate(lines) if line.is_total and not NOT_SUMMED.search(line.name)
    ]
    totals.sort(key=lambda at: ("小计" not in lines[at].path[-1], len(lines[at].path) < 2))
    for at in totals:
        for parts in _candidates(lines, at, covered):
            found = _holding(lines[at], parts, across)
            if found is not None:
                covered |= {part.id for part in parts}
                yield found
                break


def _candidates(lines: Sequence[Line], at: int, covered: set[str]) -> Iterator[list[Line]]:
    """What may make up a total: its group; the lines up to the next total, above or below; all that
    are no total; all that are in no other total."""
    total = lines[at]
    usable = [
        (place, line)
        for place, line in enumerate(lines)
        if place != at and line.is_part and line.unit == total.unit
    ]
    if len(total.path) > 1:
        yield [
            line
            for _, line in usable
            if line.path[: len(total.path) - 1] == total.path[:-1] and not line.is_total
        ]
    before = [line for place, line in reversed(usable) if place < at]
    after = [line for place, line in usable if place > at]
    for side in (before, after):
        for parts in (
            [*takewhile(lambda line: not line.is_total, side)],
            [line for line in side if not line.is_total],
            [line for line in side if line.id not in covered],
        ):
            yield parts if side is after else parts[::-1]


def _holding(total: Line, parts: Sequence[Line], across: Sequence[Line]) -> _Sum | None:
    """The sum, if it holds in most places across and nowhere by zeros alone."""
    if len(parts) < 2:
        return None
    good: list[int] = []
    held = compared = bad = 0
    told = False
    for place, other in enumerate(across):
        if NOT_SUMMED.search("/".join(other.path)):
            continue
        own = seen = 0
        for copy, whole in enumerate(total.figures[place]):
            figures = [part.figures[place][copy] for part in parts]
            if whole is None or all(each is None for each in figures):
                continue
            seen += 1
            own += adds_up(whole, (each or 0 for each in figures))
            told = told or sum(bool(each) for each in figures) > 1
        if seen and own >= ENOUGH * seen:
            good.append(place)
            held, compared = held + own, compared + seen
        bad += bool(seen) and own < ENOUGH * seen
    unsure = any(
        _OF_WHICH.search("/".join(part.path)) and not any(any(line) for line in part.figures)
        for part in parts
    )
    if not told or unsure or len(good) <= bad:
        return None
    return _Sum(total, parts, good, support_of(held, compared))


def _listed(parts: Sequence[Line], word: str) -> str:
    own = [part.path[-1] for part in parts]
    shown = [
        (part.name if own.count(part.path[-1]) < 2 else "/".join(part.path)).replace("//", "/")
        for part in parts[:_SHOWN]
    ]
    names = "、".join(shown)
    return names if len(parts) <= _SHOWN else f"{names}等 {len(parts)} {word}"


def _ids(lines: Sequence[Line]) -> str:
    return json.dumps([line.id for line in lines])
