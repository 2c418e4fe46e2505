"""Which style ids of a workbook show a number as a percentage.

A clerk who types 95.5% gets a cell that holds 0.955 with a percent format; one who types 95.5 gets
a cell that holds 95.5. Only the format tells the two apart, so styles.xml is looked at once per
workbook and, if any style is a percentage, the cells that carry it are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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
            custom.add(format_id(attributes))
        elif element == "cellXfs":
            inside = True
        elif element == "xf" and inside:
            if format_id(attributes) in custom or format_id(attributes) in BUILT_IN_PERCENT:
                found.add(index)
            index += 1

    def end(element: str, _: str) -> None:
        nonlocal inside
        if element == "cellXfs":
            inside = False

    parse(styles_xml, start, end)
    return frozenset(found)


def format_id(attributes: Mapping[str, str]) -> int:
    """Number of the format that an element of styles.xml declares or uses; -1 if it has none."""
    text = attributes.get("numFmtId", "")
    return int(text) if text.isascii() and text.isdigit() else -1
