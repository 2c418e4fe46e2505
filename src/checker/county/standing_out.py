"""Schools that stand out: far from others of their size and type, or from their own last year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import sqrt

from msgspec import Struct
from msgspec.structs import replace

from checker.county.conclusions import CountyFinding
from checker.county.dispersion import ascending
from checker.county.measuring import Measured
from checker.county.question import Conclusion, Question
from checker.model.verdicts import Outcome, format_number

_APART = ("教学点", "特殊教育")
"""Types whose levels are of another order than those of full schools."""

_SIZES = (100, 300, 1000)
"""Where one size of school ends and the next begins, in pupils."""

_SMALL = 200
"""Below so many pupils, one thing more or less moves a level by much."""


_LEAST_WIDTH = Fraction(1, 10)
"""Of the middle level: so wide the middle half is taken to be at least."""


class _Peers(Struct, frozen=True):
    """What is usual among schools of one size and type: the middle half, and how far is too far."""

    low: Fraction
    middle: Fraction
    high: Fraction
    reach: Fraction

    def apart(self, level: Fraction) -> bool:
        """Whether a level lies beyond ``reach`` times the width of the middle half (Tukey). Where
        the middle half is very narrow, the least width counts: a few percent are not far."""
        width = max(self.high - self.low, self.middle * _LEAST_WIDTH) * self.reach
        return bool(width) and not self.low - width <= level <= self.high + width


def outliers(question: Question) -> Conclusion:
    """Schools far from others of like size and type. Fewer than ``fewest`` of a size are compared
    with all of their type; fewer than that of a type say nothing about what is usual."""
    reach, fewest = question.limit("reach"), question.limit("fewest") or Fraction(8)
    if reach is None:
        return Conclusion()
    rows = [item for item in question.rows if item.base is None or item.base > 0]
    by_type: dict[str, list[Measured]] = defaultdict(list)
    for row in rows:
        by_type[_type(question, row)].append(row)
    findings: list[tuple[Fraction, CountyFinding]] = []
    for kind, of_type in by_type.items():
        if len(of_type) < fewest:
            continue
        whole = _usual(of_type, reach)
        by_size: dict[int, list[Measured]] = defaultdict(list)
        for row in of_type:
            by_size[_size(row)].append(row)
        for size, alike in by_size.items():
            enough = len(alike) >= fewest
            peers = _usual(alike, reach) if enough else whole
            words = _words(kind, size if enough and len(by_size) > 1 else None)
            findings += _standing_out(question, alike, peers, words)
    findings.sort(key=lambda pair: (pair[0], pair[1].schools))
    return Conclusion(tuple(finding for _, finding in findings))


def _standing_out(
    question: Question, rows: Sequence[Measured], peers: _Peers, words: str
) -> Iterator[tuple[Fraction, CountyFinding]]:
    unit = question.text("unit")
    usual = f"{format_number(peers.low, 2)}～{format_number(peers.high, 2)}{unit}"
    for row in rows:
        level = _level(row)
        if not peers.apart(level) or _of_small_numbers(question, row, peers):
            continue
        actual = f"{format_number(level, 2)}{unit}"
        text = (
            f"{question.name(row.code)}{question.stage_title}{question.rule.title}为"
            f" {actual}，远{'低' if level < peers.low else '高'}于{words}（{usual}）。"
        )
        found = question.finding(Outcome.FAIL, actual, usual, text, [row.code])
        yield level, replace(found, of_school=True)


def _level(row: Measured) -> Fraction:
    return row.amount / (row.base or 1)


def _type(question: Question, row: Measured) -> str:
    own = question.county.types.get(row.code, "")
    return next((word for word in _APART if word in own), "")


def _size(row: Measured) -> int:
    return 0 if row.base is None else sum(row.base >= size for size in _SIZES)


def _words(kind: str, size: int | None) -> str:
    """What the schools compared with are called: 同规模的多数学校（在校生 100～299 人）."""
    noun = kind or "学校"
    if size is None:
        return f"全县多数{noun}"
    low = _SIZES[size - 1] if size else 0
    if size == len(_SIZES):
        return f"在校生 {low} 人以上的多数{noun}"
    return f"在校生 {low}～{_SIZES[size] - 1} 人的多数{noun}"


def _usual(rows: Sequence[Measured], reach: Fraction) -> _Peers:
    ordered = ascending([_level(row) for row in rows])
    return _Peers(_quartile(ordered, 1), _quartile(ordered, 2), _quartile(ordered, 3), reach)


def _of_small_numbers(question: Question, row: Measured, peers: _Peers) -> bool:
    """Whether a small school lies apart by no more things than chance brings: two standard
    deviations of a count, and one more."""
    scale = question.rule.spec.get("scale")
    if scale is None or row.base is None or row.base >= _SMALL:
        return False
    usual = float(peers.middle * row.base / Fraction(str(scale)))
    held = float(row.amount / Fraction(str(scale)))
    return abs(held - usual) <= 2 * sqrt(max(usual, 0.0)) + 1


def cohort(question: Question) -> Conclusion:
    """The same pupils one year on, each school by itself: this year's amount against last year's
    base, within a share (per cent) that may come and go."""
    allowed, fewest = question.limit("within"), question.limit("fewest") or Fraction(0)
    before = {
        item.code: item.base
        for item in question.county.earlier.get((question.rule.id, question.stage), ())
    }
    findings = []
    for item in question.rows:
        then = before.get(item.code)
        if allowed is None or not then or then < fewest:
            continue
        change = (item.amount - then) / then * 100
        if abs(change) <= allowed:
            continue
        text = (
            f"{question.name(item.code)}{question.rule.title}："
            f"今年 {format_number(item.amount, 0)} 人，去年同一批学生 {format_number(then, 0)} 人，"
            f"{'增加' if change > 0 else '减少'}了 {format_number(abs(change), 1)}%，"
            "请说明转入转出情况。"
        )
        required = f"变动不超过 {format_number(allowed, 0)}%"
        actual = f"{format_number(change, 1)}%"
        found = question.finding(Outcome.FAIL, actual, required, text, [item.code])
        findings.append(replace(found, of_school=True))
    return Conclusion(tuple(findings))


def _quartile(ordered: Sequence[Fraction], quarter: int) -> Fraction:
    """Linear between neighbours, exact (the usual "inclusive" quartile)."""
    place = Fraction((len(ordered) - 1) * quarter, 4)
    index = int(place)
    if index + 1 >= len(ordered):
        return ordered[-1]
    return ordered[index] + (ordered[index + 1] - ordered[index]) * (place - index)
