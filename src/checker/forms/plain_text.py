"""Texts as people and programs write them, made comparable: for cells, headers, school names and
codes, in forms and in rosters alike."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

NOTHING_WORDS = frozenset(
    {
        *("无", "没有", "暂无", "空", "不适用", "不涉及", "none", "null", "nil", "n/a", "na"),
        *("/", "//", "\\", "-", "--", "---", "_", "—", "——", "–", "―", "ー", "、", "."),
    }
)
"""What clerks type where there is nothing to report; the official forms want an empty cell."""

FOOTER_WORDS = ("单位负责人", "填表人", "填报人", "填表日期", "填报日期", "联系电话", "制表人")
TOTAL_WORDS = frozenset({"合计", "总计", "小计", "共计", "总数"})
TOTAL_ENDS = ("小计", "合计", "总计")
"""How the name of a total ends: 小学合计."""

_INVISIBLE = dict.fromkeys(
    [0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)]
)
"""Zero-width signs, marks of writing direction, soft hyphens."""
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 32, 0x2212: 45}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−─﹣"), "-")
_QUOTES = dict.fromkeys(map(ord, "\"'“”‘’`·•・"))
_STARS = "*★☆※"
_APOSTROPHES = "'‘’`"
_FORMULA_TEXT = r'=\s*(?:"([^"]*)"|([0-9]+))'
"""What exports write so that a spreadsheet program keeps the zeros of a code: ="0123"."""
_SCIENTIFIC = r"([0-9])(?:\.([0-9]+))?[eE]\+?([0-9]{1,2})"
_PREFIX_ENDS = ("省", "市", "县", "区", "旗", "州", "镇", "乡", "街道")
_EXACT_DIGITS = 15


def trim(text: str) -> str:
    """Text without blanks around it (also no-break and full-width ones) and invisible signs."""
    return text.strip() if text.isascii() else text.translate(_INVISIBLE).strip()


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as their plain forms: "１，２００" -> "1,200".

    Only forms that mean exactly the same: ² or ① stay, so that they are never taken for digits.
    """
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def is_nothing(text: str) -> bool:
    """Whether the text only says that there is nothing: 无, /, －."""
    return half_width(text).strip().lower() in NOTHING_WORDS


def squeeze(value: object) -> str:
    """Text without blanks, in half-width signs, without the star of a field that must be filled:
    for comparing headers and labels. "" for anything but a text."""
    return _squeezed(value) if value and isinstance(value, str) else ""


@lru_cache(8192)  # the texts that are printed on a form stand in each of its workbooks
def _squeezed(text: str) -> str:
    plain_text = text if text.isascii() else text.translate(_INVISIBLE).translate(_HALF_WIDTH)
    return "".join(plain_text.split()).strip(_STARS)


def unwrapped(text: str) -> str:
    """Text without what programs put around it: ="0123" and '0123 are 0123."""
    text = trim(text)
    if text.startswith("="):
        match = re.fullmatch(_FORMULA_TEXT, text)
        if match is not None:
            text = trim(match[1] if match[1] is not None else match[2])
    return text.lstrip(_APOSTROPHES)


def plain(number: Decimal) -> str:
    """A number as a clerk would type it, without exponent and trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def row_code(value: object) -> str:
    """A printed row or column number for comparing: "02", "２" and the number 2 are the same. ""
    for an empty cell."""
    if isinstance(value, str):
        return _row_code(value)
    if isinstance(value, float | int) and not isinstance(value, bool):
        return str(int(value)) if value == int(value) else str(value)
    return ""


@lru_cache(4096)
def _row_code(value: str) -> str:
    text = squeeze(value)
    return str(int(text)) if text.isascii() and text.isdigit() else text


def school_code(value: object) -> str:
    """A 标识码 as it is compared: half-width, without blanks, apostrophes, ="…", the ".0" of a
    number. "" for none. A code whose end is lost (2.14E+09) stays as it is: see `is_cut_off`."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        return plain(number) if number.is_finite() else str(value)
    text = squeeze(unwrapped(half_width(str(value)))).translate(_DASHES).upper()
    match = re.fullmatch(r"([0-9]+)\.0*", text)
    if match is not None:
        return match[1]
    match = re.fullmatch(_SCIENTIFIC, text)
    if match is not None:
        digits, exponent = match[1] + (match[2] or ""), int(match[3])
        if len(digits) > exponent and not digits[exponent + 1 :].strip("0"):
            return digits[: exponent + 1]
    return text


def is_cut_off(code: str) -> bool:
    """Whether a code came as a rounded number, so that its last digits are not known."""
    return re.fullmatch(_SCIENTIFIC, code) is not None or (
        code.isdigit() and len(code) > _EXACT_DIGITS and code.endswith("000")
    )


def school_name(text: str) -> str:
    """The name of a school as it is compared: without blanks, quotes, and differences of width."""
    return squeeze(text).translate(_DASHES).translate(_QUOTES).lower()


def short_names(name: str) -> set[str]:
    """A school's name as it is compared, and what remains of it where 省 市 县 区 镇 乡 before it
    are left out: {"甲县乙镇中心小学", "乙镇中心小学", "中心小学"}."""
    full = school_name(name)
    starts = [at for at in range(2, len(full) - 1) if full[:at].endswith(_PREFIX_ENDS)]
    return {full, *(full[at:] for at in starts)}


def same_school(one: str, other: str) -> bool:
    """Whether two names can be one school's: equal, or one has 省 市 县 区 镇 乡 before it that the
    other leaves out. 甲镇中心小学 and 乙镇中心小学 are two schools."""
    return school_name(one) in short_names(other) or school_name(other) in short_names(one)


def is_footer(text: str) -> bool:
    """Whether a squeezed text belongs to the footer of a form or list: 单位负责人：…"""
    return text.startswith(FOOTER_WORDS)
