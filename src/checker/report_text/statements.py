"""A statement of a report that was recomputed, and the words for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Any

from msgspec import Struct, to_builtins

from checker import __version__
from checker.harmless import one_line
from checker.model.verdicts import format_number
from checker.report_text.figures import Figure, Sentence
from checker.report_text.grammar import any_of, grammar


class Judged(StrEnum):
    """What is said of a statement."""

    WRONG = "wrong"  # 算错：the figures cannot be true together
    ASK = "ask"  # 请核对：there is a reading in which it is right
    RIGHT = "right"  # 算得对


JUDGED_WORDS = {Judged.WRONG: "算错", Judged.ASK: "请核对", Judged.RIGHT: "算得对"}

KIND_WORDS = {
    "sum": "合计与分项",
    "growth": "增长率",
    "difference": "增减数",
    "share": "占比",
    "compare": "比较",
    "mean": "平均数",
    "product": "人数、标准与金额",
    "limit": "率的范围",
    "points": "百分点",
    "score": "自评分",
    "twice": "前后不一",
    "target": "目标与现状",
    "form": "与县级自查表对照",
}


class Statement(Struct, frozen=True):
    """One statement that was recomputed. ``start`` and ``end`` count in its paragraph."""

    kind: str
    judged: Judged
    paragraph: int
    start: int
    end: int
    said: str
    computed: str
    message: str
    sentence: str


def statement_of(
    sentence: Sentence,
    kind: str,
    judged: Judged,
    figures: Sequence[Figure],
    said: str,
    computed: str,
    message: str,
) -> Statement:
    """A statement from the first to the last of its figures; a figure that is not read for certain
    makes nothing wrong."""
    first = min(figure.start for figure in figures)
    last = max(figure.end for figure in figures)
    unsure = any(figure.unsure for figure in figures)
    return Statement(
        kind,
        Judged.ASK if unsure and judged is Judged.WRONG else judged,
        sentence.paragraph,
        sentence.start + first,
        sentence.start + last,
        said,
        computed,
        message,
        sentence.original.strip(),
    )


def percent(value: Fraction, claim: Figure) -> str:
    """A share with as many digits as the claimed figure has, two at least."""
    decimals = len(str(claim.said).rstrip("%").partition(".")[2])
    return f"{format_number(value * 100, max(2, decimals))}%"


def covers(claim: Figure, low: Fraction, high: Fraction) -> bool:
    """Whether a claimed figure is one of the numbers between ``low`` and ``high`` as it is printed:
    rounded to its digits, or with the rest cut off."""
    step = claim.step or Fraction(1)
    if claim.approximate:
        step *= 2
    return claim.value - step / 2 <= high and low < claim.value + step


def bare(label: str) -> str:
    """A label without its year and the words that only say when."""
    words = grammar()
    label = re.sub(r"(?:19|20)\d\d年度?", "", label)
    times = (*words.change.earlier, "今年", "本年", "同比", *words.same.filler)
    return re.sub(any_of(times), "", label)


# -- what is said of them, on the screen and as JSON ----------------------------------------------

_SIGNS = {Judged.WRONG: "✗", Judged.ASK: "？", Judged.RIGHT: "✓"}


def counts(statements: Sequence[Statement]) -> dict[Judged, int]:
    """How many statements of each sort."""
    found = Counter(one.judged for one in statements)
    return {judged: found[judged] for judged in Judged}


def lines(name: str, statements: Sequence[Statement], *, verbose: bool) -> Iterator[str]:
    """The lines for the screen: first what is wrong, then what is to be verified."""
    found = counts(statements)
    words = "，".join(f"{JUDGED_WORDS[judged]} {found[judged]} 处" for judged in Judged)
    yield f"{one_line(name)}  重新计算了 {len(statements)} 处：{words}"
    for judged in Judged:
        if judged is Judged.RIGHT and not verbose:
            continue
        for one in statements:
            if one.judged is judged:
                yield (
                    f"  {_SIGNS[judged]} 第{one.paragraph + 1}段 {JUDGED_WORDS[judged]}"
                    f"（{KIND_WORDS[one.kind]}）：{one_line(one.message)}"
                )
                yield f"      原文：{one_line(_around(one))}"


def _around(one: Statement, most: int = 60) -> str:
    at = max(one.sentence.find(one.said), 0)
    first = max(0, at - most // 2)
    text = one.sentence[first : first + most]
    return f"{'…' if first else ''}{text}{'…' if first + most < len(one.sentence) else ''}"


def document(name: str, statements: Sequence[Statement], marked: str | None) -> dict[str, Any]:
    """The JSON document."""
    return {
        "checker": __version__,
        "file": name,
        "counts": {judged.value: number for judged, number in counts(statements).items()},
        "marked_copy": marked,
        "statements": [to_builtins(one) | {"paragraph": one.paragraph + 1} for one in statements],
    }
