"""Units as they are printed on a form: behind a label, in a header, in a cell of their own, in a
line above a table; and figures that were typed as text, with their units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from checker.authoring.printed_words import WORDS
from checker.forms.header_paths import PrintedSheet, parts_of
from checker.forms.ledger_rows import SHARE
from checker.forms.plain_text import squeeze
from checker.toml_files import texts

UNIT_WORDS = texts(WORDS["units"])
UNITS = frozenset(texts(WORDS["unit_values"]))
"""What counts as a unit where it stands alone: in a cell, a row of a header, behind 单位：."""
_RARE = re.compile(
    "[\u4e00-\u9fff](?<![上下男女一二三四五六七八九十甲乙丙大中小公签章是否有无含新旧内外县城乡])"
)
"""A unit of one sign that is not among these: 具, 袋, and no (男), (上), (一)."""
COUNTED_ALONE = re.compile(
    r"(?:人|班|(?<![本上每当])月|天|次|个|户|件|台|册|套|学生|教师|校|园|课时)数$|数量$|人次$"
)
"""At the end of the name of what is never money: 人数, but not 本月数."""
_MONEY = frozenset({"元", "千元", "万元", "亿元"})
_BRACKETED = re.compile(r"\(([^()]{1,6})\)$")
_LINE = re.compile(r"(?:计量|金额|货币|面积|数量)?单位:([^:()]*)")
_NAMES = frozenset({"年", "月", "班", "年级", "层", "节", "门", "分"})
"""Behind a number these make a name: 1班, 三年级."""
_NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|0|[1-9]\d{0,11}|0(?=\.))(?:\.\d+)?"
_FIGURE = re.compile(rf"{_NUMBER}%?")
_YEAR_AND_MONTH = re.compile(r"(?:19|20)\d\d(?:\.(?:0?[1-9]|1[0-2]))?")
_QUANTITY = re.compile(rf"({_NUMBER})(\D{{1,6}})")


def is_figure(value: object) -> bool:
    """Whether a cell holds a number or a date, or a text that is plainly a number: 1,200, 95.3 %.
    A year and month (1980.05), a code with a zero before it or a telephone number are none."""
    if isinstance(value, int | float | date):
        return not isinstance(value, bool)
    text = squeeze(value)
    return (
        _FIGURE.fullmatch(text) is not None
        and _YEAR_AND_MONTH.fullmatch(text) is None
        and (len(text) < 8 or not text.isdigit())
    )


def is_quantity(value: object) -> bool:
    """Whether a cell holds a figure, or a figure with its unit: 5600平方米."""
    return is_figure(value) or bool(unit_behind(value))


def unit_behind(value: object) -> str:
    """The unit typed behind a number in its cell; "" for none."""
    match = _QUANTITY.fullmatch(squeeze(value))
    return match[2] if match and match[2] in UNITS - _NAMES else ""


def is_unit(value: object) -> bool:
    """Whether a cell holds a unit and nothing else, in brackets or not."""
    return squeeze(value).strip("()") in UNITS


def unit_of(path: str) -> str:
    """The unit that a label or a header path bears, in brackets behind one of its parts or as a
    part of its own; the last one counts."""
    for part in reversed(parts_of(path)):
        if part.strip("()") in UNITS - _NAMES and "/" in path:
            return part.strip("()")
        match = _BRACKETED.search(part)
        if match and (match[1].partition("/")[0] in UNITS or _RARE.fullmatch(match[1])):
            return match[1]
    return ""


def units_in(text: str) -> list[str] | None:
    """The units that a line 单位：人、元 names; None if it is no such line, [] if what stands there
    is no unit (the name of a school) or nothing."""
    match = _LINE.search(squeeze(text))
    if match is None:
        return None
    parts = [part for part in re.split(r"[、,;/和及]", match[1]) if part]
    whole = match[1]
    if whole in UNITS:
        return [whole]
    return parts if parts and all(part in UNITS for part in parts) else []


def one_unit(values: Iterable[object]) -> str:
    """The unit that is typed behind all figures which are texts; "" where they differ or one has
    none."""
    held = [value for value in values if isinstance(value, str) and squeeze(value)]
    units = {unit_behind(value) for value in held}
    return units.pop() if len(units) == 1 else ""


def unit_above(printed: PrintedSheet, begin: int, after: int, is_first: bool) -> str:
    """The one unit that is printed in a line 单位：… nearest above a table; of a table below others
    also that of the whole sheet, if no other line names one. "" where several units are named."""
    lines: dict[int, list[str]] = {}
    for row in range(1, begin):
        for column in range(1, printed.snapshot.last_column + 1):
            raw = printed.snapshot.raw(row, column)
            named = units_in(raw) if isinstance(raw, str) else None
            if named == [] and squeeze(raw).rstrip(":").endswith("单位"):
                beside = printed.snapshot.raw(row, printed.area(row, column)[3] + 1)
                named = units_in(f"单位:{squeeze(beside)}")
            if named:
                lines[row] = named
    own = [row for row in lines if row > after]
    if own:
        units = lines[own[-1]]
        return units[0] if len(units) == 1 else ""
    if is_first or len(lines) != 1:
        return ""
    (units,) = lines.values()
    return units[0] if len(units) == 1 else ""


def counted_in(unit: str, label: str) -> str:
    """The unit printed above a table, for what this label names; "" for rates, and for numbers of
    people or things below a unit of money, or money below a unit of people."""
    text = squeeze(label)
    money = unit in _MONEY
    foreign = COUNTED_ALONE.search(text) if money else _NO_COUNT.search(text)
    return "" if SHARE.search(text) or (foreign and (money or unit in _PEOPLE)) else unit


_NO_COUNT = re.compile("面积|金额|经费|收入|支出")
_PEOPLE = frozenset({"人", "名", "个", "所", "班", "人次"})
