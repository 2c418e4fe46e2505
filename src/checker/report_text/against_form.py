"""The figures of a report beside those of the county form that was filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

from msgspec import Struct

from checker.model.submission import Fact, FactRef, FactState, Submission
from checker.model.verdicts import format_number
from checker.report_text.figures import Figure, Sentence, sentences_of
from checker.report_text.grammar import grammar
from checker.report_text.statements import Judged, Statement, statement_of
from checker.toml_files import record_of

_TAIL = r"(?:总?数|人数|总额)?(?:为|是|有|共|共有|达|达到|:)*$"
_SHORTEST_LABEL = 5
_BEFORE = 80
"""Signs before a figure in which it can be named."""


class Term(Struct, frozen=True):
    """Words before a figure, and the field and column that hold the same figure."""

    words: str
    field: str
    column: str


@cache
def terms() -> tuple[Term, ...]:
    """What ``terms.toml`` says."""
    return record_of(Path(__file__).with_name("terms.toml"), dict[str, tuple[Term, ...]])["terms"]


def compared(paragraphs: Sequence[str], submission: Submission) -> tuple[Statement, ...]:
    """Each figure of the report that the form holds too. One that differs is 请核对, never wrong:
    the report may speak of another day or of other schools."""
    patterns = tuple(_patterns(submission))
    year = submission.identity("year")
    return tuple(
        [
            one
            for sentence in sentences_of(paragraphs)
            for figure in sentence.figures
            for one in _beside(sentence, figure, submission, patterns, int(year or 0))
        ]
    )


def _patterns(submission: Submission) -> Iterator[tuple[re.Pattern[str], Term, str]]:
    fields = [field for sheet in submission.template.sheets for field in sheet.fields]
    units = {field.id: field.unit for field in fields}
    for term in terms():
        if term.field in units:
            yield re.compile(rf"(?:{term.words}){_TAIL}"), term, units[term.field]
    labels = [field.label for field in fields]
    for field in fields:
        if len(field.label) < _SHORTEST_LABEL or labels.count(field.label) > 1:
            continue
        for column in field.columns:
            if column == "whole":
                words = re.escape(field.label)
                term = Term(words, field.id, column)
                yield (
                    re.compile(rf"(?:^|[^\w]|全[县市区]|我[县市区])(?:{words}){_TAIL}"),
                    term,
                    field.unit,
                )


def _scale(unit: str) -> tuple[Fraction, str]:
    """万元 -> 10000, 元."""
    for multiple in sorted(grammar().multiples, key=len, reverse=True):
        if unit.startswith(multiple) and len(unit) > len(multiple):
            return Fraction(grammar().multiples[multiple]), unit[len(multiple) :]
    return Fraction(1), unit


def _same_unit(one: str, other: str) -> bool:
    return one == other or any({one, other} <= set(group) for group in grammar().units)


def _beside(
    sentence: Sentence,
    figure: Figure,
    submission: Submission,
    patterns: Sequence[tuple[re.Pattern[str], Term, str]],
    year: int,
) -> Iterator[Statement]:
    before = re.sub(r"(?:19|20)\d\d年度?", "", sentence.text[: figure.start])[-_BEFORE:]
    for pattern, term, unit in patterns:
        scale, plain_unit = _scale(unit)
        if not _same_unit(plain_unit, figure.unit) or not pattern.search(before):
            continue
        column = term.column
        if figure.year and year and figure.year != year:
            if figure.year != year - 1:
                return
            column = f"{term.column}.previous"
        fact = submission.fact(FactRef(term.field, column))
        if fact.state is FactState.GIVEN and isinstance(fact.value, Decimal):
            yield _told(sentence, figure, fact, Fraction(fact.value) * scale, unit)
        return


def _told(sentence: Sentence, figure: Figure, fact: Fact, value: Fraction, unit: str) -> Statement:
    same = figure.approximate or figure.low <= value <= figure.high
    held = f"{fact.typed or fact.value}{unit}"
    message = f"县级自查表（{fact.cell}）填的是 {held}，报告写的是 {figure.said}，" + (
        "相符。" if same else "两处不同，请核对哪一处对，或口径、日期是不是不一样。"
    )
    judged = Judged.RIGHT if same else Judged.ASK
    computed = f"{format_number(value, 4)}{_scale(unit)[1]}"
    return statement_of(sentence, "form", judged, [figure], figure.said, computed, message)
