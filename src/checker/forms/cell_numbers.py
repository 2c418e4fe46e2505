"""Numbers as clerks type them: "４５", "45人", "1,200", "95.5%" — and what must not be guessed."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import cache
from pathlib import Path

from msgspec import Struct, convert

from checker import toml_files
from checker.forms.asked import if_none
from checker.forms.plain_text import half_width, is_nothing, plain, trim
from checker.forms.remarks import known_slip, remark
from checker.forms.typed_value import (
    Entry,
    TypedValue,
    blank,
    given,
    shown,
    understood,
    unreadable,
    unusable,
)
from checker.model.cells import Cell, CellKind
from checker.model.template import Blank, FieldType

EXCEL_PRECISION = Context(prec=15)
"""A spreadsheet keeps and shows at most 15 significant digits; what stands beyond in the file
(0.30000000000000004) is noise of binary arithmetic that no one typed or sees."""

MAX_DIGITS = 15
EXACT = 10**MAX_DIGITS
"""Whole numbers below it are kept and shown in full."""
MAX_EXPONENT = 400  # of any number that a spreadsheet can hold

_NUMBER = (
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<rest>\.[0-9]+)?"
    r"(?P<tail>(?s:\D.*))?"
)


class _Units(Struct, frozen=True):
    """As in units.toml."""

    same: tuple[frozenset[str], ...]
    convertible: tuple[frozenset[str], ...]
    others: frozenset[str]

    def known(self, word: str) -> bool:
        """Whether a word is a unit."""
        return word in self.others or any(word in words for words in self.same)


@cache
def _units() -> _Units:
    file = Path(__file__).with_name("units.toml")
    kept = toml_files.Kept[_Units]("units-1", _Units)
    return toml_files.load_as(file, kept, lambda document: convert(document, _Units))


_MULTIPLES = ("十", "百", "千", "万", "亿")
_OTHER_MULTIPLES = r"[wk成折打双对‰][^\w‰]*"
"""What makes another number of the one before it: 4.6w is 4.6万, 5成 is 50 %."""
_MINUS_SIGNS = "–‐‑﹣−"
"""Signs that programs put for a minus where a number follows at once."""
_QUOTES = ('"', "“", "”", "「")
_AROUND = r"([^0-9]+?)\s*[0-9][0-9,]*(?:\.[0-9]+)?\s*([^0-9]*)"
_MORE_NUMBERS = r"[0-9¼-¾⅐-⅞]"


def is_percentage(entry: Entry) -> bool:
    """Whether the field counts in hundredths: 95.5 means 95.5 %."""
    return entry.type is FieldType.PERCENT or entry.unit in ("%", "％")


def expected(entry: Entry) -> str:
    """What is to be typed, for messages: 整数（人）."""
    word = {FieldType.COUNT: "不小于0的整数", FieldType.AMOUNT: "不小于0的数"}.get(entry.type, "数")
    return f"{word}（单位：{entry.unit}）" if entry.unit else word


def read_number(cell: Cell, entry: Entry) -> TypedValue:
    """A COUNT, AMOUNT, SIGNED or PERCENT value."""
    value = cell.value
    if isinstance(value, Decimal):
        return _stored(cell, value, entry)
    typed = shown(cell)
    if cell.kind is CellKind.DATE:
        return unreadable("FORM002.date_cell", typed, expected(entry))
    if cell.kind is CellKind.BOOLEAN or not isinstance(value, str):
        return unreadable("FORM002.no_number", typed, expected(entry))
    return _typed(value, entry)


def _stored(cell: Cell, value: Decimal, entry: Entry) -> TypedValue:
    if value.is_finite() and not cell.percent and entry.type is not FieldType.PERCENT:
        whole = int(value)
        if whole == value and not value.is_signed() and whole < EXACT:
            return given(Decimal(whole), str(whole))  # most of what is filled in
    typed = shown(cell)
    if not value.is_finite():
        return unreadable("FORM002.out_of_range", typed, expected(entry))
    number = EXCEL_PRECISION.plus(value)
    if not cell.percent:
        return _within(number, typed, entry)
    if not is_percentage(entry):
        return unreadable("FORM002.percent_cell", typed, expected(entry), number=plain(number))
    return _within(number * 100, typed, entry)


def _typed(raw: str, entry: Entry) -> TypedValue:
    """A number typed as text. Whatever is not certain is unreadable."""
    typed = trim(raw)
    text = half_width(typed).strip()
    text = re.sub(rf"^[{_MINUS_SIGNS}](?=[0-9])", "-", text)
    if is_nothing(text):
        if entry.blank is Blank.MISSING:
            none = if_none(entry, required=True)
            return unreadable("FORM002.nothing", typed, expected(entry), none=none)
        return blank(entry, typed, "FORM003.no_number")
    match = re.fullmatch(_NUMBER, text.lstrip("'‘’"))
    if match is None:
        return unusable("FORM002", typed, _why_not(text, typed, entry), expected(entry))
    digits = match["whole"].replace(",", "") + (match["rest"] or "")
    if len(digits.strip("0.").replace(".", "")) > MAX_DIGITS:
        return unreadable("FORM002.too_long", typed, expected(entry))
    number = Decimal(f"{match['sign']}{digits}")
    tail = match["tail"] or ""
    if not _is_unit(tail.strip(), entry):
        return unusable("FORM002", typed, _wrong_tail(text, typed, tail, entry), expected(entry))
    result = _within(number, typed, entry)
    if result.rule:
        return result
    name = "unit" if tail.strip() else "text_cell" if text == raw else "other_signs"
    return understood(result.value, typed, f"FORM003.{name}", raw=raw, number=plain(number))


def _within(number: Decimal, typed: str, entry: Entry) -> TypedValue:
    """Checks the kind of number that the field asks for."""
    whole = number.to_integral_value()
    if whole == number:
        number = Decimal(int(whole)) if whole.adjusted() < MAX_EXPONENT else whole  # no 1E+3
    elif entry.type is FieldType.COUNT:
        return unreadable("FORM006.not_whole", typed, expected(entry))
    else:
        number = number.normalize()
    if number < 0 and entry.type in (FieldType.COUNT, FieldType.AMOUNT):
        return unreadable("FORM006.negative", typed, expected(entry))
    if entry.type is FieldType.PERCENT and 0 < abs(number) <= 1 and "%" not in half_width(typed):
        hundredfold = plain(number * 100)
        return understood(
            number, typed, "FORM021.percent", number=plain(number), hundredfold=hundredfold
        )
    return given(number, typed)


def _is_unit(tail: str, entry: Entry) -> bool:
    if not tail:
        return True
    unit = "%" if is_percentage(entry) else half_width(entry.unit)
    if tail == unit:
        return True
    return any(unit in words and tail in words for words in _units().same)


def _wrong_tail(text: str, typed: str, tail: str, entry: Entry) -> str:
    """What is said of a number with something behind it that is not its unit."""
    said = {
        "typed": typed,
        "kept": typed[len(typed) - len(tail) :].strip(),  # signs as they were: ； rather than ;
        "unit": entry.unit,
        "expected": expected(entry),
    }
    tail = tail.strip()
    slip = known_slip("after_number", said, tail=tail, text=text)
    if slip is not None:
        return slip
    if tail.startswith(_MULTIPLES) or re.fullmatch(_OTHER_MULTIPLES, tail, re.IGNORECASE):
        name = "multiple" if entry.unit else "multiple_without_unit"
        if half_width(entry.unit).startswith(tail[0]):
            name = "multiple_of_unit"
    elif entry.unit and _units().known(tail):
        unit = half_width(entry.unit)
        alike = any({tail, unit} <= units for units in _units().convertible)
        name = "convertible_unit" if alike else "other_unit"
    elif re.search(_MORE_NUMBERS, re.sub(r"[(\[【].*", "", tail, flags=re.DOTALL)):
        name = "several_numbers"
    else:
        name = "more_behind"
    return remark(f"FORM002.{name}", tail=tail, **said)


def _why_not(text: str, typed: str, entry: Entry) -> str:
    """What is said of a text that does not begin with a number."""
    slip = known_slip("no_number", {"typed": typed}, text=text)
    if slip is not None:
        return slip
    around = re.fullmatch(_AROUND, text)
    if around is not None:
        before, after = around.groups()
        if before in _QUOTES:
            return remark("FORM002.quotes", typed=typed)
        if len(text) == len(typed):
            before, after = typed[: len(before)], typed[len(typed) - len(after) :]
        name = "FORM002.more_around" if after else "FORM002.more_before"
        return remark(name, typed=typed, before=before, after=after)
    if re.search("[0-9]", text):
        return remark("FORM002.other_signs", typed=typed)
    none = if_none(entry, entry.blank is Blank.MISSING)
    return remark("FORM002.word", typed=typed, none=f"，{none}" if none else "")
