"""Days, months and years as clerks type them: 2026-9-1, 20260901, 198009, Excel dates."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from checker.forms.plain_text import half_width, is_nothing, plain, unwrapped
from checker.forms.typed_value import Entry, TypedValue, blank, given, shown, understood, unreadable
from checker.model.cells import Cell

FIRST_YEAR, LAST_YEAR = 1800, 2100
EXPECTED_DAY = "日期，如 2026-09-01"
EXPECTED_MONTH = "年月，如 2026.09"
EXPECTED_YEAR = "四位年份，如 2026"
_DAY_ZERO = date(1899, 12, 30)  # of Excel's day numbers, for dates after February 1900
_PARTS = r"([0-9]{4})[-/.年]\s*([0-9]{1,2})(?:[-/.月]\s*([0-9]{1,2})?日?)?号?"
_RUN = r"([0-9]{4})([0-9]{2})([0-9]{2})?"


def read_date(cell: Cell, entry: Entry) -> TypedValue:
    """A day. A month without a day (198009) is understood as its first day, and said so."""
    value = cell.value
    typed = shown(cell)
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        if FIRST_YEAR <= value.year <= LAST_YEAR and value.year != 1900:
            return given(value, typed)
        message = f"日期 {typed} 的年份不对，请核对后按 2026-09-01 的样子填写。"
        return unreadable("FORM008", typed, message, EXPECTED_DAY)
    text = _text(value)
    if is_nothing(text):
        return blank(entry, typed)
    day, has_day = _day(text)
    if day is None:
        return unreadable("FORM008", typed, _why_no_day(value, typed), EXPECTED_DAY)
    if has_day:
        message = f"填的是“{typed}”，已按 {day.isoformat()} 理解；请按 2026-09-01 的样子填写。"
    else:
        message = f"填的是“{typed}”，没有写日，已按 {day.isoformat()} 理解；请补上日期。"
    return understood(day, typed, message)


def read_year(cell: Cell, entry: Entry) -> TypedValue:
    """A year, as a whole number."""
    value = cell.value
    typed = shown(cell)
    text = _text(value)
    if is_nothing(text):
        return blank(entry, typed)
    if isinstance(value, date) and FIRST_YEAR <= value.year <= LAST_YEAR and value.year >= 1910:
        message = f"这里只填年份，填的是日期 {typed}，已按 {value.year} 年理解。"
        return understood(Decimal(value.year), typed, message)
    day, _ = _day(text)
    match = re.fullmatch(r"([0-9]{4})\s*年?", text)
    if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        if isinstance(value, Decimal):
            return given(Decimal(int(match[1])), typed)
        message = f"填的是“{typed}”，已按 {match[1]} 年理解；请只填数字 {match[1]}。"
        return understood(Decimal(int(match[1])), typed, message)
    if day is not None:
        message = f"这里只填年份，填的是“{typed}”，已按 {day.year} 年理解。"
        return understood(Decimal(day.year), typed, message)
    message = f"“{typed}”不是年份，请填四位数字，如 2026。"
    return unreadable("FORM008", typed, message, EXPECTED_YEAR)


def read_month(cell: Cell, entry: Entry) -> TypedValue:
    """A year and a month, as the first day of it, however it was typed (1994.02, 199402, a date).

    A number with a point is refused: 2019.10 has become 2019.1.
    """
    value = cell.value
    typed = shown(cell)
    text = _text(value)
    if is_nothing(text):
        return blank(entry, typed)
    day = value.date() if isinstance(value, datetime) else value
    if not isinstance(day, date):
        day, _ = _day(text)
    if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR and day.year != 1900:
        return given(day.replace(day=1), typed)
    if isinstance(value, Decimal) and value.is_finite() and value != value.to_integral_value():
        message = (
            f"{typed} 是作为数填的，分不清是 1 月还是 10 月；请把单元格格式改为“文本”再填年月。"
        )
    else:
        message = f"“{typed}”不是年月，请按 2026.09 的样子填写。"
    return unreadable("FORM008", typed, message, EXPECTED_MONTH)


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        # 2026.10 as a number has become 2026.1: a number with a point is no month
        whole = value.is_finite() and value == value.to_integral_value()
        return plain(value) if whole else "?"
    return unwrapped(half_width(value)).strip() if isinstance(value, str) else ""


def _day(text: str) -> tuple[date | None, bool]:
    """The day, and whether its day of the month was typed."""
    match = re.fullmatch(_PARTS, text) or re.fullmatch(_RUN, text)
    if match is None:
        return None, False
    year, month, day = int(match[1]), int(match[2]), int(match[3] or 1)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None, False
    try:
        return date(year, month, day), match[3] is not None
    except ValueError:
        return None, False


def _why_no_day(value: object, typed: str) -> str:
    if isinstance(value, Decimal) and value.is_finite() and 20_000 <= value <= 80_000:
        guess = _DAY_ZERO + timedelta(days=int(value))
        return (
            f"单元格里是数字 {typed}，不是日期（若是日期格式丢失，它相当于 {guess.isoformat()}）；"
            "请按 2026-09-01 的样子重新填写。"
        )
    return f"“{typed}”不是日期，请按 2026-09-01 的样子填写。"
