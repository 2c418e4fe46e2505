"""Days and years as clerks type them, and as spreadsheets, web pages and other systems write them:
2026-9-1, 20260901, 2026年9月1日, 二〇二六年九月一日, 1-Sep-26, 2026-08-31T16:00:00Z, …"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from checker.forms.asked import asked
from checker.forms.plain_text import half_width, is_nothing, plain, unwrapped
from checker.forms.typed_value import Entry, TypedValue, blank, given, shown, understood, unreadable
from checker.model.cells import Cell

FIRST_YEAR, LAST_YEAR = 1800, 2100
_DAY_ZERO = datetime(1899, 12, 30)  # of Excel's day numbers, for dates after February 1900
_CHINA = timezone(timedelta(hours=8))
_LONGEST = 80  # letters of a text that may name a day
_CENTURY_SPLIT = 30
"""As in Excel: of two digits, 00 to 29 are years after 2000, 30 to 99 years before."""

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−─﹣"), "-")
_DOTS = dict.fromkeys(map(ord, "·•・‧∙•"), ".")
_FORMAL = dict(
    zip(map(ord, "零壹贰貳弍叁參肆伍陆陸柒捌玖拾"), "零一二二二三三四五六六七八九十", strict=True)
)
"""Numerals as on cheques, where they cannot be altered."""
_CHINESE = {sign: str(n) for n, sign in enumerate("〇一二三四五六七八九")}
_CHINESE |= dict.fromkeys("零○Oo0", "0")  # the last three are easier to type
_ONES = "[一二三四五六七八九]"
_CHINESE_DAY = (
    rf"([{''.join(_CHINESE)}]{{4}})年"
    rf"(?:(十[一二]?|{_ONES})月(?:({_ONES}?十{_ONES}?|廿{_ONES}?|卅一?|{_ONES})[日号]?)?)?"
)
_LETTERS_LIKE_DIGITS = str.maketrans("oOlI|曰午", "00111日年")
_WEEKDAY = r"\s*\(?\s*(?:星期|周|礼拜)[一二三四五六日天]\s*\)?\s*$"
_TIME = (
    r"(?:T|\s+)(?:上午|下午)?\s*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?"
    r"\s*(?:[AP]M)?\s*(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_ZONE = r"(?<=[0-9])(?:Z|[+-][0-9]{2}:[0-9]{2})$"
_SCRIPT = r"\\?/Date\(([0-9]+)(?:[+-][0-9]{4})?\)\\?/"  # as older .NET services write a moment
_OTHER_CALENDAR = r"(?:民国|农历|阴历|旧历|令和|平成).*"
_PARTS = r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*(?:[-/.月]\s*(?:([0-9]{1,2})\s*[日号]?)?)?\.?"
_LOOSE = r"(?P<y>[0-9]{4})(?P<sign>\s|[,、。_\\~])\s*(?P<m>[0-9]{1,2})(?P=sign)\s*(?P<d>[0-9]{1,2})"
_MONTH_AND_YEAR = r"(?P<m>[0-9]{1,2})\s*[-/.]\s*(?P<y>[0-9]{4})"
_AROUND = r"\D*[0-9]{4}\s*[-/.年]\s*[0-9]{1,2}\s*[-/.月]\s*[0-9]{1,2}(?![0-9])\s*(?P<after>.*)"
_VAGUE = (
    r"[0-9]{4}\s*[-/.年]?\s*(?:[0-9]{1,2}\s*月?)?\s*"
    r"(?:[初中末底]|[上中下]旬|[春夏秋冬].*|第?.季度?|Q[1-4])"
)
_RUN = r"([0-9]{4})([0-9]{2})([0-9]{2})?"
_SHORT_YEAR = r"(?P<y>[0-9]{2})\s*年\s*(?P<m>[0-9]{1,2})\s*月\s*(?:(?P<d>[0-9]{1,2})\s*[日号])?"
_YEAR_LAST = r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<m>{'|'.join(_MONTHS)})[a-z]*\.?"
_ENGLISH_WEEKDAY = r"(?:(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*\.?,?\s+)?"
_ENGLISH_DAY = r"(?P<d>[0-9]{1,2})"
_ENGLISH = (
    rf"{_ENGLISH_WEEKDAY}{_MONTH}\s+{_ENGLISH_DAY}\s+[0-9:]{{8}}\s+[a-z+0-9:]+\s+(?P<y>[0-9]{{4}})",
    rf"{_ENGLISH_WEEKDAY}{_MONTH}\s*{_ENGLISH_DAY},?\s+(?P<y>[0-9]{{4}})(?:\s.*)?",
    rf"{_ENGLISH_WEEKDAY}{_ENGLISH_DAY}[-/\s]\s*{_MONTH}[-/\s,]\s*(?P<y>[0-9]{{4}}|[0-9]{{2}})",
)
"""As programs, Americans and the English write it: Tue Sep 1 08:00:00 CST 2026, Sep 1, 2026, 1 Sep
2026. To be looked for in small letters."""
_WITHOUT_YEAR = rf"[0-9]{{1,2}}\s*[-/.月]\s*[0-9]{{1,2}}\s*[日号]?|[0-9]{{1,2}}[-\s]{_MONTH}"


class _Day(Struct, frozen=True):
    """What a text says: a day (the first one if only the month is written), or why it is none:
    the name of a remark (of FORM008), and what is said in it."""

    day: date | None
    whole: bool = True
    why: str = "no_date"
    said: Mapping[str, object] = {}
    how: str = ""  # what was assumed to understand it


def _none(why: str, **said: object) -> _Day:
    return _Day(None, why=why, said=said)


def read_date(cell: Cell, entry: Entry) -> TypedValue:
    """A day. A month without a day (198009) is understood as its first day, and said so."""
    value = cell.value
    typed = shown(cell)
    if isinstance(value, date):
        return _stored(value, typed, entry)
    text = _text(value)
    if is_nothing(text):
        return blank(entry, typed)
    found = _day(text) if isinstance(value, str) else _number(value)
    if found.day is None:
        return unreadable(f"FORM008.{found.why}", typed, asked(entry), **found.said)
    iso = found.day.isoformat()
    if not found.whole:
        return understood(found.day, typed, "FORM003.month_only", iso=iso)
    name = "FORM003.text_date" if isinstance(value, str) else "FORM003.number_date"
    return understood(found.day, typed, name, iso=iso, how=found.how)


def read_year(cell: Cell, entry: Entry) -> TypedValue:
    """A year, as a whole number."""
    value = cell.value
    typed = shown(cell)
    if isinstance(value, date):
        number = _number_typed(value)
        if number is not None:
            return unreadable("FORM008.year_in_date_cell", typed, asked(entry), number=number)
        if 1910 <= value.year <= LAST_YEAR:
            return _understood_year(value.year, typed, "date_for_year")
    text = _text(value)
    if is_nothing(text):
        return blank(entry, typed)
    chinese = re.fullmatch(f"([{''.join(_CHINESE)}]{{4}})年?", text)
    match = re.fullmatch(r"([0-9]{4})\s*年?", "".join(map(_digit, chinese[1])) if chinese else text)
    if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        if isinstance(value, Decimal):
            return given(Decimal(int(match[1])), typed)
        return _understood_year(int(match[1]), typed, "text_year")
    day = (_number(value) if isinstance(value, Decimal) else _day(text)).day
    if day is not None:
        return _understood_year(day.year, typed, "day_for_year")
    return unreadable("FORM008.no_year", typed, asked(entry))


def _understood_year(year: int, typed: str, name: str) -> TypedValue:
    return understood(Decimal(year), typed, f"FORM003.{name}", year=year)


def _stored(value: date, typed: str, entry: Entry) -> TypedValue:
    """A date as the spreadsheet program keeps it; perhaps only because a number was typed into a
    cell formatted as a date: 2026.10 shows as 1905-07-18."""
    number = _number_typed(value)
    if number is not None:
        shown_day = typed[:10]
        return unreadable(
            "FORM008.number_in_date_cell", typed, asked(entry), number=number, day=shown_day
        )
    day = value.date() if isinstance(value, datetime) else value
    if FIRST_YEAR <= day.year <= LAST_YEAR and day.year != 1900:
        return given(day, typed)
    return unreadable("FORM008.stored_year", typed, asked(entry))


def _number_typed(value: date) -> str | None:
    """The number behind a date if it is a year, year.month or yearmonth: 2026, 2026.1, 202609."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    passed = moment.replace(tzinfo=None) - _DAY_ZERO
    number = round(passed.days + Decimal(passed.seconds) / 86_400, 4)
    if 1900 <= number < LAST_YEAR + 1:
        return plain(number)
    year, month = divmod(int(number), 100)
    as_month = number == int(number) and 1900 <= year <= LAST_YEAR and 1 <= month <= 12
    return plain(number) if as_month else None


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
        day = _day(text).day
    if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR and day.year != 1900:
        return given(day.replace(day=1), typed)
    pointed = isinstance(value, Decimal) and value.is_finite() and value != int(value)
    name = "FORM008.month_as_number" if pointed else "FORM008.no_month"
    return unreadable(name, typed, asked(entry))


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value) if value.is_finite() else "?"
    return unwrapped(half_width(value)).strip() if isinstance(value, str) else ""


def _number(value: object) -> _Day:
    """A number that is no date to the spreadsheet program. Only whole ones are taken for a day."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return _Day(None)
    if value == value.to_integral_value():
        return _day(plain(value))
    return _none("pointed") if 1900 <= value <= LAST_YEAR + 1 else _lost_format(value)


def _lost_format(number: Decimal) -> _Day:
    if 20_000 <= number <= 80_000:
        guess = (_DAY_ZERO + timedelta(days=int(number))).date()
        return _none("lost_format", guess=guess.isoformat())
    for unit in (1, 1000):
        seconds = number / unit
        if 10**9 <= seconds <= 4 * 10**9:
            guess = datetime.fromtimestamp(int(seconds), _CHINA).date()
            return _none("timestamp", guess=guess.isoformat())
    return _Day(None)


def _day(text: str) -> _Day:
    """The day that a text names."""
    if len(text) > _LONGEST:
        return _Day(None)
    if re.fullmatch(_OTHER_CALENDAR, text):
        return _none("other_calendar")
    text = re.sub(r"^(?:公元|公历|西元)\s*", "", text.translate(_DASHES | _DOTS))
    text = re.sub(_WEEKDAY, "", _arabic(text)).strip()
    script = re.fullmatch(_SCRIPT, text)
    if script is not None:
        return _lost_format(Decimal(script[1]))
    whole = re.fullmatch(_RUN, text)
    if whole is not None and not FIRST_YEAR <= int(whole[1]) <= LAST_YEAR:
        return _Day(None)
    if whole is None and text.isascii() and text.isdigit():
        if len(text) == 4:
            return _none("year_only")
        return _lost_format(Decimal(text))
    timed = re.search(_TIME + "$", text)
    if timed is not None and text[: timed.start()].strip().isascii():
        return _timed(text[: timed.start()].strip(), timed)
    match = whole or re.fullmatch(_PARTS, re.sub(_ZONE, "", text))
    if match is not None:
        if whole is not None and int(match[2]) > 12:
            return _none("which_day")
        return _of(int(match[1]), int(match[2]), match[3])
    for pattern in (_LOOSE, _SHORT_YEAR, _MONTH_AND_YEAR):
        match = re.fullmatch(pattern, text)
        if match is not None:
            return _matched(match)
    match = re.fullmatch(_YEAR_LAST, text)
    if match is not None:
        return _year_last(int(match[1]), int(match[3]), int(match[4]))
    return _english(text.lower())


def _timed(text: str, timed: re.Match[str]) -> _Day:
    """A day with a time of day; one of another time zone is the day that it was in China."""
    found = _day(text)
    zone = timed[4]
    if zone is None or found.day is None or not found.whole:
        return found
    offset = timedelta(0)
    if zone != "Z":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        offset = -offset if zone[0] == "-" else offset
    hour, minute = min(int(timed[1]), 23), min(int(timed[2]), 59)
    moment = datetime.combine(found.day, time(hour, minute)) - offset + timedelta(hours=8)
    return _Day(moment.date(), how="" if moment.date() == found.day else "（换算成北京时间）")


def _english(text: str) -> _Day:
    text = re.sub(r"(?<=[0-9])(?:st|nd|rd|th)\b", "", text)
    for pattern in _ENGLISH:
        match = re.fullmatch(pattern, text)
        if match is not None:
            return _matched(match)
    if re.fullmatch(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}", text):
        return _none("short_year")
    if re.fullmatch(_WITHOUT_YEAR, text):
        return _none("without_year")
    return _none(_why_not(text))


def _why_not(text: str) -> str:
    """What is wrong with a text that is meant for a day and names none."""
    changed = text.translate(_LETTERS_LIKE_DIGITS)
    if changed != text and re.fullmatch(_PARTS, changed):
        return "letters"
    found = re.fullmatch(_AROUND, text, re.DOTALL)
    if found is not None:
        after = re.sub(r"[0-9]{1,2}\s*[:时点].*", "", found["after"], flags=re.DOTALL)
        return "several_days" if re.search("[0-9]", after) else "more_than_day"
    if re.fullmatch(_VAGUE, text, re.IGNORECASE):
        return "vague"
    return "which_day" if re.match(r"(?:18|19|20)[0-9]{2}", text) else "no_date"


def _year_last(one: int, other: int, year: int) -> _Day:
    """9/30/2026 and 30/9/2026 can only be one day; 9/1/2026 can be two."""
    if one == other or one > 12 >= other:
        return _of(year, other, str(one))
    if other > 12 >= one:
        return _of(year, one, str(other))
    return _none("which_is_month", one=one, other=other) if one <= 12 else _Day(None)


def _matched(match: re.Match[str]) -> _Day:
    """The day of a pattern's groups y, m and d; a year of two digits is taken for the nearest."""
    month = _MONTHS.index(match["m"]) + 1 if match["m"].isalpha() else int(match["m"])
    year, day = int(match["y"]), match.groupdict().get("d")
    if len(match["y"]) == 4:
        return _of(year, month, day)
    year += 2000 if year < _CENTURY_SPLIT else 1900
    return replace(_of(year, month, day), how=f"（两位年份按 {year} 年算）")


def _of(year: int, month: int, day: str | None) -> _Day:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _none("far_year", year=year)
    if not 1 <= month <= 12:
        return _none("month", month=month)
    try:
        return _Day(date(year, month, int(day or 1)), day is not None)
    except ValueError:
        return _none("day_of_month", year=year, month=month, day=int(day or 0))


def _arabic(text: str) -> str:
    """二〇二六年九月一日 as 2026年9月1日; any other text as it is."""
    match = re.fullmatch(_CHINESE_DAY, "".join(text.split()).translate(_FORMAL))
    if match is None:
        return text
    parts = "".join(map(_digit, match[1])) + "年"
    for number, word in ((match[2], "月"), (match[3], "日")):
        parts += f"{_spoken(number)}{word}" if number else ""
    return parts


def _digit(sign: str) -> str:
    return _CHINESE[sign]


def _spoken(text: str) -> int:
    """三十一 as 31, 廿 as 20."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.rpartition("十")
    return (int(_CHINESE.get(tens, "1")) * 10 if ten else 0) + int(_CHINESE.get(ones, "0"))
