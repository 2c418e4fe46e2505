"""What a report says with its figures, found and recomputed sentence by sentence.

Only what is certain is called wrong: the figures stand in one sentence, it is plain which of them
is meant, and they cannot be true together. Whatever could be read in another way is 请核对, and
what cannot be recomputed is passed over. Arithmetic is exact; a rounded figure stands for all
numbers that are printed like it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from msgspec import Struct

from checker.model.verdicts import format_number
from checker.report_text.figures import Figure, Sentence, sentences_of
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
    sentence: str
    said: str
    computed: str
    message: str


def statements_of(paragraphs: Sequence[str]) -> tuple[Statement, ...]:
    """All statements of a report, in reading order."""
    sentences = sentences_of(paragraphs)
    found = [one for sentence in sentences for find in _IN_A_SENTENCE for one in find(sentence)]
    found += [one for find in _IN_THE_WHOLE for one in find(sentences)]
    listed = [
        one
        for sentence in sentences_of(paragraphs, wide=True)
        for one in _sums(sentence)
        if one.judged is Judged.RIGHT
    ]  # a list that goes on after a semicolon
    places = {(one.paragraph, one.start) for one in listed}
    found = [one for one in found if one.kind != "sum" or (one.paragraph, one.start) not in places]
    found += listed
    unique = {(one.kind, one.paragraph, one.start, one.end): one for one in found}
    return tuple(sorted(unique.values(), key=lambda one: (one.paragraph, one.start, one.end)))


def _told(
    sentence: Sentence,
    kind: str,
    judged: Judged,
    figures: Sequence[Figure],
    said: str,
    computed: str,
    message: str,
) -> Statement:
    first = min(figure.start for figure in figures)
    last = max(figure.end for figure in figures)
    unsure = any(figure.unsure for figure in figures)
    return Statement(
        kind,
        Judged.ASK if unsure and judged is Judged.WRONG else judged,
        sentence.paragraph,
        sentence.start + first,
        sentence.start + last,
        sentence.original.strip(),
        said,
        computed,
        message,
    )


_NEAR = 8
"""How many figures before a share it can be of."""
_MOST_MENTIONS = 300
"""Mentions of rates that are held against each other."""


def _percent(value: Fraction, claim: Figure) -> str:
    decimals = len(str(claim.said).rstrip("%").partition(".")[2])
    return f"{format_number(value * 100, max(2, decimals))}%"


def _covers(claim: Figure, low: Fraction, high: Fraction) -> bool:
    """Whether a claimed figure is one of the numbers between ``low`` and ``high`` as it is printed:
    rounded to its digits, or with the rest cut off."""
    step = claim.step or Fraction(1)
    if claim.approximate:
        step *= 2
    return claim.value - step / 2 <= high and low < claim.value + step


# -- totals and their parts --------------------------------------------------------------------


def _sums(sentence: Sentence) -> Iterator[Statement]:
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
    return _told(sentence, "sum", judged, [total, *parts], total.said, computed, message)


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


# -- growth and differences --------------------------------------------------------------------


def _change_word(label: str) -> tuple[bool, str] | None:
    """Whether a label ends by saying that something grew (True) or fell, and the words before."""
    words = grammar().change
    for grew, verbs in ((True, words.up), (False, words.down)):
        match = re.search(rf"{any_of(verbs)}{any_of(words.tail)}*$", label)
        if match is not None:
            return grew, label[: match.start()]
    return None


def _bare(label: str) -> str:
    """A label without its year and the words that only say when."""
    words = grammar()
    label = re.sub(r"(?:19|20)\d\d年度?", "", label)
    times = (*words.change.earlier, "今年", "本年", "同比", *words.same.filler)
    return re.sub(any_of(times), "", label)


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
        one, other = _bare(first.label), _bare(second.label)
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


def _growth(sentence: Sentence) -> Iterator[Statement]:
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
            yield _told(
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
    right = _covers(claim, min(rates), max(rates))
    computed = _percent(value, claim)
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
        if late.value and _covers(claim, wrong_base, wrong_base):
            message += f"{claim.said} 是误以本期的 {late.said} 作了分母，应除以上期的数。"
    judged = Judged.RIGHT if right else Judged.WRONG if certain else Judged.ASK
    return _told(sentence, "growth", judged, [early, late, claim], claim.said, computed, message)


# -- shares, means, comparisons, limits --------------------------------------------------------


def _share(sentence: Sentence) -> Iterator[Statement]:
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
            if _covers(claim, pair[0].low / pair[1].high * 100, pair[0].high / pair[1].low * 100)
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
    computed = _percent(small.value / large.value, claim)
    message = f"{small.said}÷{large.said} ＝ {computed}"
    message += "，相符。" if judged is Judged.RIGHT else f"，写的是 {claim.said}。"
    return _told(sentence, "share", judged, [small, large, claim], claim.said, computed, message)


def _mean(sentence: Sentence) -> Iterator[Statement]:
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
        yield _told(
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
    yield _told(sentence, "mean", judged, [pupils[0], staff[0]], said, computed, message)


def _compare(sentence: Sentence) -> Iterator[Statement]:
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
            yield _told(sentence, "compare", judged, [first, second], verb[0], first.said, message)


def _limits(sentence: Sentence) -> Iterator[Statement]:
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
            yield _told(sentence, "limit", Judged.ASK, [figure], figure.said, "100%", message)


def _points(sentence: Sentence) -> Iterator[Statement]:
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
        yield _told(sentence, "points", Judged.ASK, figures, claim.said, "", message)


# -- statements that stand apart ---------------------------------------------------------------


def _twice(sentences: Sequence[Sentence]) -> Iterator[Statement]:
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
            seen.append((match[1], _bare(subject), sentence, figure))
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
            yield _told(there, "twice", Judged.ASK, [second], second.said, first.said, message)
            message = f"{rate}在这里写的是 {first.said}，在后面写的是 {second.said}，请核对。"
            yield _told(here, "twice", Judged.ASK, [first], first.said, second.said, message)


def _common(one: str, other: str) -> int:
    """The length of the longest text that stands in both."""
    for length in range(min(len(one), len(other)), 0, -1):
        if any(one[at : at + length] in other for at in range(len(one) - length + 1)):
            return length
    return 0


def _targets(sentences: Sequence[Sentence]) -> Iterator[Statement]:
    """A target that lies below what was reached already."""
    words = grammar().target
    pattern = re.compile(rf"([^,;、(]{{0,10}}{any_of(words.rates)})(?:已|稳定|达到|高达|为|达)*$")
    reached: dict[str, Figure] = {}
    for sentence in sentences:
        for figure in sentence.figures:
            match = pattern.search(sentence.text[: figure.start])
            if figure.unit != "%" or match is None:
                continue
            name = _bare(match[1])
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
                yield _told(
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


def _tasks(sentences: Sequence[Sentence]) -> Iterator[Statement]:
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
                yield _told(sentence, "twice", Judged.ASK, [figure], figure.said, aim.said, message)


def _schools(sentences: Sequence[Sentence]) -> Iterator[Statement]:
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
                    yield _told(
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


def _scores(sentences: Sequence[Sentence]) -> Iterator[Statement]:
    """The points of the items against the points of their section, and the sections' total."""
    words = grammar().score
    sections: list[tuple[Sentence, Fraction, Fraction]] = []
    items: list[tuple[Fraction, Fraction]] = []
    total: tuple[Sentence, Fraction] | None = None

    def judged() -> Iterator[Statement]:
        if not sections or not items:
            return
        heading, full, own = sections[-1]
        for what, claimed, added in (
            ("权重", full, sum(item[0] for item in items)),
            ("自评", own, sum(item[1] for item in items)),
        ):
            yield _score(heading, what, claimed, Fraction(added))

    for sentence in sentences:
        match = re.search(words.total, sentence.text)
        if match is not None:
            total = sentence, Fraction(match[1])
        match = re.search(words.section, sentence.text)
        if match is not None:
            yield from judged()
            sections.append((sentence, Fraction(match[1]), Fraction(match[2])))
            items = []
        for match in re.finditer(words.item, sentence.text):
            items.append((Fraction(match[1]), Fraction(match[2].rstrip("."))))
    yield from judged()
    if total is not None and len(sections) > 1:
        added = sum((own for _, _, own in sections), Fraction(0))
        yield _score(total[0], "自评总分", total[1], added)


def _score(sentence: Sentence, what: str, claimed: Fraction, added: Fraction) -> Statement:
    right = claimed == added
    message = f"{what} {format_number(claimed, 2)} 分，各项相加 {format_number(added, 2)} 分" + (
        "，相符。"
        if right
        else f"，相差 {format_number(abs(claimed - added), 2)} 分，请核对有没有漏写的项。"
    )
    start = sentence.start
    end = start + len(sentence.text)
    judged = Judged.RIGHT if right else Judged.ASK
    said = f"{what}{format_number(claimed, 2)}分"
    at = start + (1 if what == "自评" else 0)
    return Statement(
        "score", judged, sentence.paragraph, at, end, sentence.original.strip(), said,
        format_number(added, 2), message,
    )  # fmt: skip


def _products(sentence: Sentence) -> Iterator[Statement]:
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
                    yield _told(
                        sentence, "product", Judged.RIGHT, figures, total.said, value, message
                    )


_IN_A_SENTENCE = (_sums, _growth, _share, _mean, _compare, _limits, _points, _products)
_IN_THE_WHOLE = (_twice, _targets, _tasks, _schools, _scores)
