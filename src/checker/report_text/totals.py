"""Totals of a report and the parts that are listed beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from checker.model.verdicts import format_number
from checker.report_text.figures import Figure, Sentence
from checker.report_text.grammar import any_of, grammar
from checker.report_text.statements import Judged, Statement, statement_of


def sums(sentence: Sentence) -> Iterator[Statement]:
    words = grammar().parts
    text, figures = sentence.text, sentence.figures
    done: set[int] = set()
    for total in figures:
        bracket = text[total.end :].lstrip().startswith("(")
        if bracket:
            inside = [one for one in figures if one.start > total.end]
            close = _closing(text, text.index("(", total.end))
            parts = _run([one for one in inside if one.start < close], total, total.depth + 1)
            if len(parts) > 1:
                closed = re.search(any_of(words.closed), text[total.end : parts[0].start])
                yield from _total(sentence, total, parts, bool(closed))
                done.add(total.start)
    for trigger in re.finditer(any_of((*words.introduce, *words.closed)), text):
        depth = text.count("(", 0, trigger.start()) - text.count(")", 0, trigger.start())
        before = [one for one in figures if one.end <= trigger.start() and one.depth == depth]
        if not before or text[before[-1].end : trigger.start()].count(",") > 1:
            continue
        total = before[-1]
        if total.start in done or trigger.start() - total.end > 25:
            continue
        after = [one for one in figures if one.start >= trigger.end()]
        parts = _run(after, total, depth)
        if len(parts) > 1:
            yield from _total(sentence, total, parts, trigger[0] in words.closed)
    yield from _total_after(sentence)
    yield from _rest(sentence)


def _closing(text: str, opening: int) -> int:
    depth = 0
    for at in range(opening, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    return len(text)


def _run(figures: Sequence[Figure], total: Figure, depth: int) -> list[Figure]:
    """The parts that follow: figures like the total, up to the first that is not."""
    parts: list[Figure] = []
    for one in figures:
        if one.depth > depth:
            continue
        new = parts and re.search(any_of(grammar().parts.new_total), one.label)
        if one.depth < depth or not one.alike(total) or new:
            break
        parts.append(one)
    return parts


def _worth(part: Figure) -> Fraction:
    """A part, counted as often as it is meant: 本科院校、中职、特校各1所 are three."""
    if part.run.endswith(grammar().parts.each):
        return part.value * (part.run.count("、") + 1)
    return part.value


def _adds_up(total: Figure, parts: Sequence[Figure]) -> bool:
    slack = (total.step + sum((one.step for one in parts), Fraction(0))) / 2
    return abs(total.value - sum(map(_worth, parts))) <= slack


def _total(
    sentence: Sentence, total: Figure, parts: Sequence[Figure], closed: bool
) -> Iterator[Statement]:
    if total.approximate:
        return
    for count in range(len(parts), 1, -1):
        if _adds_up(total, parts[:count]):
            yield _sum(sentence, Judged.RIGHT, total, parts[:count])
            return
    if any(one.approximate for one in parts):
        return
    added = sum(map(_worth, parts))
    judged = None
    for way in grammar().disjoint:
        labels = [one.label for one in parts]
        if way.kinds(labels) is None:
            continue
        if added > total.value or way.complete(labels, grammar().parts.nouns):
            judged = Judged.WRONG
        elif len(parts) >= 3:
            judged = Judged.ASK
    if judged is None and closed:
        judged = Judged.ASK
    if judged is not None:
        yield _sum(sentence, judged, total, parts)


def _sum(sentence: Sentence, judged: Judged, total: Figure, parts: Sequence[Figure]) -> Statement:
    added = sum(map(_worth, parts), Fraction(0))
    scale = Fraction(1)
    for multiple in sorted(grammar().multiples.values(), reverse=True):
        if f"{format_number(total.value / multiple, 6)}" == re.match(r"[\d.,]+", total.said)[0]:  # type: ignore[index]
            scale = Fraction(multiple)
            break
    line = "＋".join(format_number(_worth(one) / scale, 6) for one in parts)
    computed = format_number(added / scale, 6)
    difference = format_number(abs(added - total.value) / scale, 6)
    if judged is Judged.RIGHT:
        message = f"{total.said} ＝ {line}，相符。"
    else:
        message = f"写的是 {total.said}，列出的几项 {line} ＝ {computed}，相差 {difference}。"
        if judged is Judged.ASK:
            message += "请核对：是没有列全、有重复，还是数写错了。"
    return statement_of(sentence, "sum", judged, [total, *parts], total.said, computed, message)


def _total_after(sentence: Sentence) -> Iterator[Statement]:
    """小学60人、初中15人，合计75人."""
    for at, total in enumerate(sentence.figures):
        match = re.search(any_of(grammar().parts.total), total.label)
        if match is None or total.approximate:
            continue
        before: list[Figure] = []
        for one in reversed(sentence.figures[:at]):
            if one.depth > total.depth:
                continue
            if not one.alike(total) or one.depth < total.depth:
                break
            before.insert(0, one)
        for first in range(len(before) - 1):
            if _adds_up(total, before[first:]):
                yield _sum(sentence, Judged.RIGHT, total, before[first:])
                break
        else:
            near = [one for one in before if len(one.run) <= 12]
            if match[0] == "合计" and len(before) == len(near) == 2:
                yield _sum(sentence, Judged.ASK, total, before)


def _rest(sentence: Sentence) -> Iterator[Statement]:
    """项目55个，已完工16个，在建18个，余下21个."""
    words = any_of(grammar().parts.rest)
    for at, rest in enumerate(sentence.figures):
        if not re.match(words, rest.label) or rest.approximate:
            continue
        alike = [one for one in sentence.figures[:at] if one.alike(rest)]
        for first in range(len(alike) - 2, -1, -1):
            parts = [*alike[first + 1 :], rest]
            if _adds_up(alike[first], parts):
                yield _sum(sentence, Judged.RIGHT, alike[first], parts)
                break
        else:
            if len(alike) == 2 and rest.label.startswith(("其余", "余下")):
                yield _sum(sentence, Judged.ASK, alike[0], [alike[1], rest])
