"""Growth, falls and differences that a report tells, and percentage points."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.model.verdicts import format_number
from checker.report_text.figures import Figure, Sentence
from checker.report_text.grammar import any_of, grammar
from checker.report_text.statements import Judged, Statement, bare, covers, percent, statement_of


def _change_word(label: str) -> tuple[bool, str] | None:
    """Whether a label ends by saying that something grew (True) or fell, and the words before."""
    words = grammar().change
    for grew, verbs in ((True, words.up), (False, words.down)):
        match = re.search(rf"{any_of(verbs)}{any_of(words.tail)}*$", label)
        if match is not None:
            return grew, label[: match.start()]
    return None


def _pair(sentence: Sentence, claim: Figure) -> tuple[Figure, Figure, bool] | None:
    """The earlier and the later figure that a change is said of, and whether that is certain."""
    words = grammar().change
    before = [
        one
        for one in sentence.figures
        if one.end <= claim.start and one.kind >= 0 and one.unit not in ("%", "个百分点")
    ]
    if len(before) < 2 or not before[-1].alike(before[-2]):
        return None
    first, second = before[-2:]
    between = sentence.text[first.end : second.start]
    if first.year and second.year and first.year != second.year:
        early, late = sorted((first, second), key=lambda one: one.year)
        one, other = bare(first.label), bare(second.label)
        return early, late, one == other and len(before) == 2
    verbs = any_of((*words.up, *words.down, "升", "降"))
    into = rf"^[^,;]{{0,12}}{verbs}?{any_of(words.into)}[^,;]{{0,4}}$"
    if re.search(into, between):
        return first, second, True
    earlier = any_of(words.earlier)
    if re.search(rf"比[^,]{{0,10}}{earlier}", second.label):
        return second, first, second.run == second.label
    if re.search(earlier, first.label) and not re.search(earlier, second.label):
        return first, second, False
    return None


def growth(sentence: Sentence) -> Iterator[Statement]:
    for claim in sentence.figures:
        said = _change_word(claim.label)
        if said is None:
            continue
        pair = _pair(sentence, claim)
        if pair is None:
            continue
        early, late, certain = pair
        grew = said[0]
        of_these = set(said[1]) <= set(grammar().change.about)
        if claim.unit == "%" and early.value:
            rate = _rate(sentence, claim, early, late, grew, certain)
            if of_these or rate.judged is Judged.RIGHT:
                yield rate
        elif claim.alike(early) and claim.kind >= 0 and certain and of_these:
            sign = 1 if grew else -1
            low, high = sorted((sign * (late.low - early.high), sign * (late.high - early.low)))
            slack = claim.step / 2
            right = low - slack <= claim.value <= high + slack or claim.approximate
            value = sign * (late.value - early.value)
            computed = format_number(value, 4)
            word = "相符" if right else f"写的是 {claim.said}"
            yield statement_of(
                sentence,
                "difference",
                Judged.RIGHT if right else Judged.WRONG,
                [early, late, claim],
                claim.said,
                computed,
                f"{late.said} 与 {early.said} 相差 {computed}，{word}。",
            )


def _rate(
    sentence: Sentence, claim: Figure, early: Figure, late: Figure, grew: bool, certain: bool
) -> Statement:
    sign = 1 if grew else -1
    rates = [
        sign * (new - old) / old * 100
        for new in (late.low, late.high)
        for old in (early.low, early.high)
        if old
    ]
    value = sign * (late.value - early.value) / early.value
    right = covers(claim, min(rates), max(rates))
    computed = percent(value, claim)
    formula = (
        f"（{late.said}－{early.said}）÷{early.said}"
        if grew
        else (f"（{early.said}－{late.said}）÷{early.said}")
    )
    message = f"{formula} ＝ {computed}"
    if right:
        message += "，相符。"
    else:
        message += f"，写的是 {claim.said}。"
        wrong_base = sign * (late.value - early.value) / late.value * 100
        if late.value and covers(claim, wrong_base, wrong_base):
            message += f"{claim.said} 是误以本期的 {late.said} 作了分母，应除以上期的数。"
    judged = Judged.RIGHT if right else Judged.WRONG if certain else Judged.ASK
    return statement_of(
        sentence, "growth", judged, [early, late, claim], claim.said, computed, message
    )


def points(sentence: Sentence) -> Iterator[Statement]:
    """A share that 增长了13.49%: per cent of itself, or percentage points?"""
    rates = grammar().share.rates
    for at, claim in enumerate(sentence.figures):
        said = _change_word(claim.label)
        if claim.unit != "%" or said is None or _pair(sentence, claim):
            continue
        level = sentence.figures[at - 1] if at else None
        own = any(said[1].endswith(word) for word in rates)
        of_level = level is not None and (
            not own
            and level.unit == "%"
            and claim.start - level.end <= 16
            and re.search(rf"{any_of(rates)}[^,;]{{0,4}}$", level.label) is not None
            and _change_word(level.label) is None
        )
        if not (own or of_level):
            continue
        message = f"率的增减写作“{claim.said}”，"
        if level is not None and of_level:
            sign = -1 if said[0] else 1
            base = level.value + sign * claim.value
            points = claim.said.rstrip("%")
            message += f"如果指百分点，原来是 {format_number(base, 2)}%，应写“{points}个百分点”；"
        message += "百分之几和几个百分点不同，请核对并写明。"
        figures = [level, claim] if level is not None and of_level else [claim]
        yield statement_of(sentence, "points", Judged.ASK, figures, claim.said, "", message)
