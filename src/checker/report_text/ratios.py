"""Shares, means, comparisons, limits and products within a sentence of a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations

from checker.model.verdicts import format_number
from checker.report_text.figures import Figure, Sentence
from checker.report_text.grammar import any_of, grammar
from checker.report_text.statements import Judged, Statement, covers, percent, statement_of

_NEAR = 8
"""How many figures before a share it can be of."""


def shares(sentence: Sentence) -> Iterator[Statement]:
    words = grammar().share
    for claim in sentence.figures:
        if claim.unit != "%" or claim.value == 0:
            continue
        of_other = re.search(r"占(.*)$", claim.label)
        ends = re.search(rf"{any_of(words.words)}(?:分别)?(?:约|近|为|达到?)*$", claim.label)
        if ends is None and not of_other and not claim.label.endswith(words.rates):
            continue
        before = [
            one
            for one in sentence.figures
            if one.end <= claim.start and one.kind >= 0 and one.unit != "%"
        ][-_NEAR:]
        pairs = [
            (small, large)
            for one, other in combinations(before, 2)
            if one.alike(other)
            for small, large in (sorted((one, other), key=lambda each: each.value),)
            if large.value
        ]
        fitting = [
            pair
            for pair in pairs
            if covers(claim, pair[0].low / pair[1].high * 100, pair[0].high / pair[1].low * 100)
        ]
        if fitting:
            small, large = fitting[-1]
            yield _shared(sentence, Judged.RIGHT, claim, small, large)
        elif len(before) == 2 and pairs and ends and not claim.approximate:
            small, large = pairs[0]
            named = re.search("|".join(words.whole), large.label)
            near = claim.start - before[1].end <= 12
            plain = claim.label == ends[0] and near
            if plain:
                certain = named and large.start < small.start and small.depth == large.depth
                judged = Judged.WRONG if certain else Judged.ASK
                yield _shared(sentence, judged, claim, small, large)


def _shared(
    sentence: Sentence, judged: Judged, claim: Figure, small: Figure, large: Figure
) -> Statement:
    computed = percent(small.value / large.value, claim)
    message = f"{small.said}÷{large.said} ＝ {computed}"
    message += "，相符。" if judged is Judged.RIGHT else f"，写的是 {claim.said}。"
    return statement_of(
        sentence, "share", judged, [small, large, claim], claim.said, computed, message
    )


def means(sentence: Sentence) -> Iterator[Statement]:
    """Pupils per class, and teachers to pupils."""
    words = grammar().mean
    people = [
        one
        for one in sentence.figures
        if one.unit in ("人", "名") and not re.search(words.class_size, one.label)
    ]
    classes = [
        one
        for one in sentence.figures
        if one.unit.endswith("班") or (one.unit == "个" and "班" in one.label)
    ]
    inner = [
        one
        for one in sentence.figures
        if one.depth > 0 and sentence.text[one.end :][:5].find("班") > 0
    ]
    for claim in sentence.figures:
        if not re.search(words.class_size, claim.label) or not people or not classes:
            continue
        pupils = next((one for one in people if one.end <= claim.start), None)
        count = classes[0]
        if pupils is None or not count.value:
            continue
        mean = pupils.value / count.value
        right = claim.approximate or format_number(mean, 0) == format_number(claim.value, 0)
        message = f"{pupils.said}÷{count.said} ＝ {format_number(mean, 2)}"
        for part in inner[:1]:
            if part.start > count.end and 0 < part.value < count.value:
                rest = count.value - part.value
                message += f"；减去 {part.said} 后是 {format_number(pupils.value / rest, 2)}"
        message += "，相符。" if right else f"，写的是 {claim.said}。请核对按哪些人、哪些班算的。"
        yield statement_of(
            sentence,
            "mean",
            Judged.RIGHT if right else Judged.ASK,
            [pupils, count, claim],
            claim.said,
            format_number(mean, 2),
            message,
        )
    yield from _ratio(sentence, people)


def _ratio(sentence: Sentence, people: list[Figure]) -> Iterator[Statement]:
    match = re.search(grammar().mean.ratio, sentence.text)
    staff = [one for one in people if re.search("教师|教职工", one.label)]
    pupils = [one for one in people if re.search("生", one.label)]
    if match is None or not staff or not pupils or not staff[0].value:
        return
    ratio = pupils[0].value / staff[0].value
    claimed = Fraction(match[1])
    right = abs(ratio - claimed) < 1
    said = f"1:{match[1]}"
    message = f"{pupils[0].said}÷{staff[0].said} ＝ {format_number(ratio, 1)}"
    message += f"，{said} 相符。" if right else f"，写的是 {said}，请核对。"
    judged = Judged.RIGHT if right else Judged.ASK
    computed = f"1:{format_number(ratio, 1)}"
    yield statement_of(sentence, "mean", judged, [pupils[0], staff[0]], said, computed, message)


def comparisons(sentence: Sentence) -> Iterator[Statement]:
    words = grammar().compare
    tests: list[tuple[str, Callable[[Fraction, Fraction], bool]]] = [
        (any_of(words.at_least), lambda one, other: one >= other),
        (any_of(words.at_most), lambda one, other: one <= other),
        (rf"(?<!不){any_of(words.more)}", lambda one, other: one > other),
        (rf"(?<!不){any_of(words.less)}", lambda one, other: one < other),
    ]
    for first, second in zip(sentence.figures, sentence.figures[1:], strict=False):
        if not first.alike(second) or first.depth != second.depth:
            continue
        between = sentence.text[first.end : second.start]
        for pattern, holds in tests:
            if not re.match(rf",?{pattern}[^,;、]{{0,20}}$", between):
                continue
            right = holds(first.value, second.value)
            vague = first.approximate or "以" in sentence.text[second.end : second.end + 1]
            judged = Judged.RIGHT if right else Judged.ASK if vague else Judged.WRONG
            verb = re.search(pattern, between)
            assert verb is not None
            message = f"{first.said} {verb[0]} {second.said}：" + (
                "相符。" if right else "两个数比下来不是这样。"
            )
            yield statement_of(
                sentence, "compare", judged, [first, second], verb[0], first.said, message
            )


def limits(sentence: Sentence) -> Iterator[Statement]:
    words = grammar().limits
    for figure in sentence.figures:
        if figure.unit != "%" or figure.value <= 100:
            continue
        named = sentence.text[max(0, figure.start - 14) : figure.start]
        if re.search(any_of(words.at_most_hundred), named) and not any(
            word in named for word in words.unless
        ):
            message = (
                f"写的是 {figure.said}，超过 100%。"
                "请核对分子和分母是不是同一批人；口径无误的，请在报告里写明。"
            )
            yield statement_of(
                sentence, "limit", Judged.ASK, [figure], figure.said, "100%", message
            )


def products(sentence: Sentence) -> Iterator[Statement]:
    """每年投入673.2万元，187个村每村一名，每月3000元: people, months and pay against the sum."""
    money = [one for one in sentence.figures if one.unit == "元"]
    yearly = [one for one in money if re.search(r"每年[^,]*$", one.label)]
    monthly = [one for one in money if re.search(r"每月[^,]*$", one.label)]
    heads = [one for one in sentence.figures if one.kind in (0, 1) and not one.approximate]
    for total in yearly[:1]:
        for wage in monthly[:1]:
            for head in heads:
                if abs(head.value * wage.value * 12 - total.value) <= total.step / 2:
                    value = format_number(head.value * wage.value * 12, 2)
                    message = f"{head.said}×每月{wage.said}×12 ＝ {value}元，{total.said} 相符。"
                    figures = [total, wage, head]
                    yield statement_of(
                        sentence, "product", Judged.RIGHT, figures, total.said, value, message
                    )
