"""Which style ids of a workbook show a number as a percentage.

A clerk who types 95.5% gets a cell that holds 0.955 with a percent format; one who types 95.5 gets
a cell that holds 95.5. Only the format tells the two apart, so styles.xml is looked at once per
workbook and, if any style is a percentage, the cells that carry it are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from checker.reading.xml_walk import parse

BUILT_IN_PERCENT = frozenset({9, 10})  # 0% and 0.00%, ECMA-376 part 1, 18.8.30
_LITERAL = r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]'


def is_percent_format(code: str) -> bool:
    """Whether a format code multiplies by 100 and shows %; a quoted or escaped % only looks so."""
    return "%" in re.sub(_LITERAL, "", code)


def percent_styles(styles_xml: bytes) -> frozenset[int]:
    """Indexes into cellXfs (what a cell's ``s`` says) whose number format is a percentage."""
    if b"%" not in styles_xml and not re.search(rb'numFmtId=["\'](?:9|10)["\']', styles_xml):
        return frozenset()
    custom: set[int] = set()
    found: set[int] = set()
    inside = False
    index = 0

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside, index
        if element == "numFmt" and is_percent_format(attributes.get("formatCode", "")):
            custom.add(_id(attributes))
        elif element == "cellXfs":
            inside = True
        elif element == "xf" and inside:
            if _id(attributes) in custom or _id(attributes) in BUILT_IN_PERCENT:
                found.add(index)
            index += 1

    def end(element: str, _: str) -> None:
        nonlocal inside
        if element == "cellXfs":
            inside = False

    parse(styles_xml, start, end)
    return frozenset(found)


PLAIN, DATE, OTHER = "plain", "date", "other"
"""What a format makes of a number: leaves it one; a day; anything else, or not certain."""

_PLAIN_BUILT_IN = frozenset({*range(12), *range(37, 41), 49})
_DATE_BUILT_IN = frozenset({14, 15, 16, 17})
_WORDLESS = re.compile(r'"[^"\\]*"|\\[^A-Za-z]')
_DAY_FORMAT = re.compile(
    r'(?:\[\$-[0-9A-Fa-f]+\])?y{2,4}(?:\\?[-/.]|"年")m{1,2}(?:\\?[-/.]|"月")d{1,2}(?:"日")?(?:;@)?'
)


class CellFormats(NamedTuple):
    """``kinds`` by style id (what a cell's ``s`` says): PLAIN, DATE or OTHER; ``percent`` as in
    ``percent_styles``."""

    kinds: tuple[str, ...]
    percent: frozenset[int]


def cell_formats(styles_xml: bytes) -> CellFormats:
    """What the cell styles of a workbook make of numbers."""
    custom: dict[int, str] = {}
    kinds: list[str] = []
    inside = False

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside
        if element == "numFmt":
            custom[_id(attributes)] = attributes.get("formatCode", "")
        elif element == "cellXfs":
            inside = True
        elif element == "xf" and inside:
            kinds.append(_kind(_id(attributes), custom))

    def end(element: str, _: str) -> None:
        nonlocal inside
        if element == "cellXfs":
            inside = False

    parse(styles_xml, start, end)
    return CellFormats(tuple(kinds), percent_styles(styles_xml))


def _kind(number: int, custom: Mapping[int, str]) -> str:
    built_in = DATE if number in _DATE_BUILT_IN else PLAIN if number in _PLAIN_BUILT_IN else OTHER
    if number not in custom:
        return built_in
    code = custom[number]
    if _DAY_FORMAT.fullmatch(code):
        kind = DATE
    else:
        bare = _WORDLESS.sub("", code)
        plain = bare == "General" or not re.search(r'[A-Za-z"\\\[]', bare)
        kind = PLAIN if plain else OTHER
    # one of the program's own numbers is declared anew: only if both mean the same
    return kind if number >= _FIRST_CUSTOM or kind == built_in else OTHER


_FIRST_CUSTOM = 164


def _id(attributes: Mapping[str, str]) -> int:
    text = attributes.get("numFmtId", "")
    return int(text) if text.isascii() and text.isdigit() else -1
