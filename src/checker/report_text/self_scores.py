"""The points that a report gives its items against those of sections and total."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from checker.model.verdicts import format_number
from checker.report_text.figures import Sentence
from checker.report_text.grammar import grammar
from checker.report_text.statements import Judged, Statement


def scores(sentences: Sequence[Sentence]) -> Iterator[Statement]:
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
        "score", judged, sentence.paragraph, at, end, said,
        format_number(added, 2), message, sentence.original.strip(),
    )  # fmt: skip
