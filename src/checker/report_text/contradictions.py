"""What a report says in two places, and not alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from checker.model.verdicts import format_number
from checker.report_text.figures import Figure, Sentence
from checker.report_text.grammar import any_of, grammar
from checker.report_text.statements import Judged, Statement, bare, statement_of

_MOST_MENTIONS = 300
"""Mentions of rates that are held against each other."""


def said_twice(sentences: Sequence[Sentence]) -> Iterator[Statement]:
    """One rate, said in two places with two values."""
    rates = any_of(grammar().same.rates)
    seen: list[tuple[str, str, Sentence, Figure]] = []
    for sentence in sentences:
        for at, figure in enumerate(sentence.figures):
            match = re.search(rf"({rates})[^,;]{{0,4}}$", figure.label)
            if figure.unit != "%" or match is None:
                continue
            since = sentence.figures[at - 1].end if at else 0
            subject = sentence.text[max(since, figure.start - 40) : figure.start]
            if match[1] in ("压减率", "关停率"):
                subject = sentence.text[max(0, figure.start - 60) : figure.start]
            seen.append((match[1], bare(subject), sentence, figure))
    for (rate, one, here, first), (other_rate, other, there, second) in combinations(
        seen[:_MOST_MENTIONS], 2
    ):
        if rate != other_rate or first.value == second.value or here is there:
            continue
        same = one == other if rate not in ("压减率", "关停率") else _common(one, other) >= 8
        when = {first.year, second.year} - {0}
        target = any(re.search(r"到20\d\d|以上|力争", part.text) for part in (here, there))
        if same and len(when) < 2 and not target:
            message = (
                f"{rate}在这里写的是 {second.said}，在前面写的是 {first.said}"
                f"（“{here.text.strip()[:40]}…”）。同一个数写了两个值，请核对。"
            )
            yield statement_of(
                there, "twice", Judged.ASK, [second], second.said, first.said, message
            )
            message = f"{rate}在这里写的是 {first.said}，在后面写的是 {second.said}，请核对。"
            yield statement_of(here, "twice", Judged.ASK, [first], first.said, second.said, message)


def _common(one: str, other: str) -> int:
    """The length of the longest text that stands in both."""
    for length in range(min(len(one), len(other)), 0, -1):
        if any(one[at : at + length] in other for at in range(len(one) - length + 1)):
            return length
    return 0


def low_targets(sentences: Sequence[Sentence]) -> Iterator[Statement]:
    """A target that lies below what was reached already."""
    words = grammar().target
    pattern = re.compile(rf"([^,;、(]{{0,10}}{any_of(words.rates)})(?:已|稳定|达到|高达|为|达)*$")
    reached: dict[str, Figure] = {}
    for sentence in sentences:
        for figure in sentence.figures:
            match = pattern.search(sentence.text[: figure.start])
            if figure.unit != "%" or match is None:
                continue
            name = bare(match[1])
            clause = sentence.text[max(0, figure.start - 30) : figure.end + 4]
            future = re.search(r"到20\d\d年|力争|目标|确保|以上", clause)
            if not future:
                reached.setdefault(name, figure)
            elif name in reached and figure.value < reached[name].value:
                now = reached[name]
                message = (
                    f"目标 {figure.said} 低于前面写的现状 {now.said}（{name}），"
                    "请核对两处的口径，或目标是不是写低了。"
                )
                yield statement_of(
                    sentence, "target", Judged.ASK, [figure], figure.said, now.said, message
                )


def _pieces(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """The sentences of one county at a time: a file may hold several reports, 篇1, 篇2 …"""
    piece: list[Sentence] = []
    for sentence in sentences:
        if re.search(r"(?:篇|报告) *\d{1,2} *:? *$", sentence.text):
            yield piece
            piece = []
        piece.append(sentence)
    yield piece


def _figure_at(sentence: Sentence, start: int) -> Figure | None:
    return next((one for one in sentence.figures if one.start == start), None)


def differing_tasks(sentences: Sequence[Sentence]) -> Iterator[Statement]:
    """到2030年，95%的县…… and later 为2030年完成90%的目标任务: one year, one task, two values."""
    words = grammar().target
    for piece in _pieces(sentences):
        aims: dict[str, list[tuple[Sentence, Figure]]] = {}
        for sentence in piece:
            for match in re.finditer(words.aim, sentence.text):
                figure = _figure_at(sentence, match.start(2))
                if figure is not None:
                    aims.setdefault(match[1], []).append((sentence, figure))
        for sentence in piece:
            for match in re.finditer(words.task, sentence.text):
                figure = _figure_at(sentence, match.start(2))
                known = aims.get(match[1], [])
                values = {aim.value for _, aim in known}
                if figure is None or len(values) != 1 or figure.value in values:
                    continue
                there, aim = known[0]
                message = (
                    f"{match[1]}年的目标在这里写的是 {figure.said}，在另一处写的是 {aim.said}"
                    f"（“{there.text.strip()[:40]}…”）。同一年的目标写了两个值，请核对。"
                )
                yield statement_of(
                    sentence, "twice", Judged.ASK, [figure], figure.said, aim.said, message
                )


def numbers_of_schools(sentences: Sequence[Sentence]) -> Iterator[Statement]:
    """小学12所、初中1所、九年一贯制学校2所 …… and later 18所小学、7所初中: more than there can be,
    were every school that has both stages counted in each."""
    words = grammar().schools
    for piece in _pieces(sentences):
        listed: tuple[str, Fraction, Fraction] | None = None
        for sentence in piece:
            if listed is None:
                listed = _list_of_schools(sentence)
                continue
            for match in re.finditer(words.later, sentence.text):
                for at, most, stage in ((1, listed[1], "小学"), (2, listed[2], "初中")):
                    figure = _figure_at(sentence, match.start(at))
                    if figure is None or figure.value <= most:
                        continue
                    computed = format_number(most, 0)
                    message = (
                        f"这里写 {figure.said}{stage}，前面写的是“{listed[0]}”，"
                        f"把一贯制学校都算上，有{stage}段的学校最多 {computed} 所。"
                        "请核对按哪些学校算的。"
                    )
                    yield statement_of(
                        sentence, "twice", Judged.ASK, [figure], figure.said, computed, message
                    )


def _list_of_schools(sentence: Sentence) -> tuple[str, Fraction, Fraction] | None:
    """A list of schools by kind: its words, and how many have primary and how many junior stages at
    the most. None where the kinds of one of the two are not told."""
    words = grammar().schools
    most = [Fraction(0), Fraction(0)]
    named: set[str] = set()
    places: list[Figure] = []
    for figure in sentence.figures:
        for kind, stages in words.kinds.items():
            if figure.unit == "所" and re.search(f"(?:{kind})$", figure.label):
                named.add(kind)
                places.append(figure)
                for stage in stages:
                    most[stage] += figure.value
                break
    if len(named) < len(words.needed) or not named >= {*words.needed}:
        return None
    start, end = places[0].start - len(places[0].label), places[-1].end
    return sentence.text[start:end], most[0], most[1]
