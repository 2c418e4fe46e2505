"""Sentences of a report, and the figures in them: value, unit, what precedes, which year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache

from msgspec import Struct

from checker.forms.cell_numbers import read_number
from checker.forms.plain_text import half_width
from checker.model.cells import Cell, CellKind
from checker.model.template import Blank, FieldType
from checker.report_text.grammar import any_of, grammar

_NUMBER = re.compile(r"(?<![\d.A-Za-z_〔\[/:+\-—~])(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?")
_NOT_A_FIGURE = re.compile(r"[_+:/〕\]—~]|-\d|[A-Za-z]|号")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_SENTENCE = re.compile(r"(?:[^。!?;\n]|。(?=\s*其中))+[。!?;]?")
_WIDE = re.compile(r"(?:[^。!?\n]|。(?=\s*其中))+[。!?]?")
_BOUNDARY = ",;:、()。"

LONGEST = 3_000
"""Signs of a sentence; a longer one is a table or no text at all, and is passed over."""
MOST_FIGURES = 80
"""Figures of a sentence; more of them are a list that nobody means to add up."""


class _Anything(Struct, frozen=True):
    """What a number in running text is read as: any number."""

    type: FieldType = FieldType.SIGNED
    unit: str = ""
    blank: Blank = Blank.NONE


_ENTRY = _Anything()


class Figure(Struct, frozen=True):
    """One quantity. ``value`` is in the plain unit (元 for 万元), ``step`` what one in the last
    printed digit is worth; 0 for a whole number without 万 or 亿, which is taken as exact.
    ``label`` is the text before it since the last comma or figure, ``run`` since the last comma
    or figure with 、 left in; ``kind`` is the group of the unit (-1: none). ``year`` is the year
    last named before it in the sentence; 0 if none. Offsets are in the sentence."""

    value: Fraction
    step: Fraction
    unit: str
    kind: int
    start: int
    end: int
    said: str
    label: str
    run: str
    depth: int
    year: int = 0
    approximate: bool = False
    unsure: bool = False

    def alike(self, other: Figure) -> bool:
        """Whether the two can be added and compared."""
        return self.kind == other.kind and self.kind >= 0

    @property
    def low(self) -> Fraction:
        """The least that it can have been before it was rounded."""
        return self.value - self.step / 2

    @property
    def high(self) -> Fraction:
        """The most that it can have been."""
        return self.value + self.step / 2


class Sentence(Struct, frozen=True):
    """One sentence, in half-width signs and as it is written (``original``, as long).
    ``paragraph`` counts from 0, ``start`` in it."""

    paragraph: int
    start: int
    text: str
    original: str
    figures: tuple[Figure, ...]


def sentences_of(paragraphs: Sequence[str], *, wide: bool = False) -> tuple[Sentence, ...]:
    """All sentences that hold a digit, in order. A semicolon ends one, unless they are ``wide``."""
    pattern = _WIDE if wide else _SENTENCE
    return tuple(
        [
            Sentence(
                number,
                match.start(),
                match[0],
                paragraph[match.start() : match.end()],
                tuple(_figures(match[0])),
            )
            for number, paragraph in enumerate(paragraphs)
            for match in pattern.finditer(half_width(paragraph))
            if len(match[0]) <= LONGEST and 0 < len(_NUMBER.findall(match[0])) <= MOST_FIGURES
        ]
    )


@cache
def _unit() -> re.Pattern[str]:
    words = grammar()
    units = tuple({unit for group in words.units for unit in group})
    multiples = any_of(tuple(words.multiples))
    after = any_of(words.approximate.after)
    return re.compile(
        rf"\s*(?P<vague>{after})?(?P<multiple>{multiples})?(?P<more>{after})?"
        rf"(?P<unit>{any_of(units)})?(?P<last>{after})?"
    )


@cache
def _kinds() -> dict[str, int]:
    return {unit: at for at, group in enumerate(grammar().units) for unit in group}


def _figures(text: str) -> Iterator[Figure]:
    words = grammar()
    before = re.compile(any_of(words.approximate.before) + r"\s*$")
    years = [(match.end(), int(match[1])) for match in _YEAR.finditer(text)]
    last = 0
    for match in _NUMBER.finditer(text):
        start = match.start()
        tail = _unit().match(text, match.end())
        assert tail is not None  # every part of it may be missing
        typed = read_number(Cell(CellKind.TEXT, match[0]), _ENTRY)
        unit = tail["unit"] or ""
        end = tail.end() if unit or tail["multiple"] else match.end()
        if (
            not isinstance(typed.value, Decimal)
            or _NOT_A_FIGURE.match(text, match.end())
            or text[:start].endswith("第")
            or (not unit and re.match(r"年|月|日|学年|级|世纪", text[match.end() :]))
        ):
            last = match.end()
            continue
        multiple = words.multiples.get(tail["multiple"] or "", 1)
        decimals = len(match[0].partition(".")[2])
        exact = decimals == 0 and multiple == 1
        since = max([last, *(text.rfind(sign, 0, start) + 1 for sign in _BOUNDARY)])
        run = max([last, *(text.rfind(sign, 0, start) + 1 for sign in ",;:()")])
        yield Figure(
            value=Fraction(typed.value) * multiple,
            step=Fraction(0) if exact else Fraction(multiple, 10**decimals),
            unit=unit,
            kind=_kinds().get(unit, -1),
            start=start,
            end=end,
            said=text[start:end].strip(),
            label=text[since:start].strip(),
            run=text[run:start].strip(),
            depth=text.count("(", 0, start) - text.count(")", 0, start),
            year=next((year for at, year in reversed(years) if at <= start), 0),
            approximate=bool(
                before.search(text[:start]) or tail["vague"] or tail["more"] or tail["last"]
            ),
            unsure="," in match[0],
        )
        last = end
