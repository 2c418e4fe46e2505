"""The cell formats of a workbook: which show a percentage, and what calamine needs of them.

A clerk who types 95.5% gets a cell that holds 0.955 with a percent format; one who types 95.5 gets
a cell that holds 95.5. Only the format tells the two apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from checker.reading import unreadable
from checker.reading.limits import LIMITS
from checker.reading.unreadable import UnreadableWorkbook
from checker.reading.xml_walk import escaped, parse

BUILT_IN_PERCENT = frozenset({9, 10})  # 0% and 0.00%, ECMA-376 part 1, 18.8.30
_LITERAL = r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]'
_DATE_SIGNS = re.compile(
    rf"(?P<kept>{_LITERAL}|[Gg]eneral|G/[^;]*)|[aA]{{3,4}}"
    r"|(?P<year>(?<![0#?.])[eE]{1,2}(?![+-])|[bB]{4})"
)


class Styles(Struct, frozen=True):
    """``percent``: indexes into cellXfs (what a cell's ``s`` says) whose number format is a
    percentage. ``xml``: a style part that says nothing but the number formats of the cells."""

    percent: frozenset[int]
    xml: bytes


def is_percent_format(code: str) -> bool:
    """Whether a format code multiplies by 100 and shows %; a quoted or escaped % only looks so."""
    return "%" in re.sub(_LITERAL, "", code)


def read_styles(styles_xml: bytes, part: str = "") -> Styles:
    """What the style part (``part`` is its name) says of cells. Raises UnreadableWorkbook for a
    damaged one and for more formats than any program makes."""
    custom: dict[int, str] = {}
    cells: list[int] = []
    inside = False
    seen = 0

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside, seen
        if element in ("xf", "numFmt"):
            seen += 1
            if seen > 2 * LIMITS.styles or len(cells) > LIMITS.styles:
                raise UnreadableWorkbook(unreadable.TOO_MANY_STYLES)
        if element == "numFmt":
            code = attributes.get("formatCode", "")[: LIMITS.format_code]
            custom[_format_id(attributes, -1)] = code
        elif element == "cellXfs":
            inside = True
        elif element == "xf" and inside:
            cells.append(_format_id(attributes, 0))

    def end(element: str, _: str) -> None:
        nonlocal inside
        if element == "cellXfs":
            inside = False

    parse(styles_xml, start, end, part=part)
    percents = {number for number, code in custom.items() if is_percent_format(code)}
    percents |= BUILT_IN_PERCENT
    percent = frozenset(index for index, number in enumerate(cells) if number in percents)
    return Styles(percent, _styles_xml(custom, cells))


NO_STYLES = Styles(frozenset(), b"<styleSheet/>")


def _styles_xml(custom: Mapping[int, str], cells: list[int]) -> bytes:
    formats = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{escaped(_with_known_signs(custom[number]))}"/>'
        for number in sorted(set(cells) & custom.keys())
    )
    styles = "".join([f'<xf numFmtId="{number}"/>' for number in cells])
    text = f"<numFmts>{formats}</numFmts><cellXfs>{styles}</cellXfs>"
    return f"<styleSheet>{text}</styleSheet>".encode()


def _with_known_signs(code: str) -> str:
    """aaa and aaaa show the day of the week in Chinese, e and bbbb a year; calamine only knows ddd,
    dddd and yyyy."""
    return _DATE_SIGNS.sub(lambda m: m["kept"] or ("yyyy" if m["year"] else "ddd"), code)


def _format_id(attributes: Mapping[str, str], otherwise: int) -> int:
    """Number of the format that an element of styles.xml declares or uses."""
    text = attributes.get("numFmtId", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
