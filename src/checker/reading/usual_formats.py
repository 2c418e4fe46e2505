"""What the cell styles of a workbook make of a number: nothing, a day, or something less usual."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from checker.reading.number_formats import format_id, percent_styles
from checker.reading.xml_walk import parse

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
            custom[format_id(attributes)] = attributes.get("formatCode", "")
        elif element == "cellXfs":
            inside = True
        elif element == "xf" and inside:
            kinds.append(_kind(format_id(attributes), custom))

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
