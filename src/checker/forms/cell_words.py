"""是/否, codes and free text as clerks type them, and as spreadsheets distort them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cached_property

from checker.forms.plain_text import half_width, is_nothing, plain, trim, unwrapped
from checker.forms.typed_value import Entry, TypedValue, blank, given, shown, understood, unreadable
from checker.model.cells import Cell, CellKind
from checker.model.template import Blank

YES_WORDS = frozenset({"有", "√", "✓", "✔", "☑", "y", "yes", "true", "t", "1", "对", "已", "是的"})
NO_WORDS = frozenset(
    {"无", "×", "✗", "✘", "x", "n", "no", "false", "f", "没有", "未", "不是", "错"}
)
"""0 is neither: it is what one types where a number is asked for and there is nothing."""
FLAG_EXPECTED = "是 或 否"
MAX_EXACT_DIGITS = 15
"""Spreadsheets keep 15 digits of a number: a longer code typed as a number has lost its end."""

_CODE_LIKE = r"[0-9A-Za-z]+"
_SEPARATORS = " \t-—–:：,、.，．()（）[]【】"
_BRACKETS = re.compile(r"[()（）\[\]【】/、]")


_GRADE = re.compile("(小学|初中|高中|初|高|)([1-9])(年级|)")


class CodeList:
    """One code list of a template: code -> meaning."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        self.meanings = meanings

    def exact(self, text: str) -> str | None:
        """The code, if the text is one, or is what the drop-down writes: "211 小学"."""
        if text in self.meanings:
            return text
        code, blank, meaning = text.partition(" ")
        if blank and self.meanings.get(code) == meaning:
            return code
        return None

    def numbered(self, number: int) -> str | None:
        """The code with this number, whatever zeros stand before it; None if not exactly one."""
        text = str(number)
        if text in self.meanings:
            return text
        found = [code for code in self.meanings if code.isascii() and code.isdigit()]
        found = [code for code in found if int(code) == number]
        return found[0] if len(found) == 1 else None

    def named(self, text: str) -> str | None:
        """The code with this meaning, or with this text as one of its names: 七年级 for
        "初中一年级（七年级）", written with figures too: 7年级, 初1. None if no code or several
        have it."""
        squeezed = _squeezed(text)
        found = self._by_meaning.get(squeezed)
        if found is None and (grade := _GRADE.fullmatch(squeezed)):
            told = f"{grade[1]}{'一二三四五六七八九'[int(grade[2]) - 1]}{grade[3]}"
            found = told if told in self.meanings else self._by_meaning.get(told)
        return found

    def mentioned(self, text: str) -> tuple[str | None, str]:
        """The code that the text begins or ends with, set off by a sign or followed by its own
        meaning, and the words around it: "211-小学" -> ("211", "小学")."""
        squeezed = half_width(text).strip()
        for code in sorted(self.meanings, key=len, reverse=True):
            plain = half_width(code)
            if squeezed.startswith(plain):
                rest = squeezed[len(plain) :]
                words = rest.strip(_SEPARATORS)
                if not words or rest[0] in _SEPARATORS or self.named(words) == code:
                    return code, words
            if squeezed.rstrip(_SEPARATORS).endswith(plain) and squeezed != plain:
                rest = squeezed.rstrip(_SEPARATORS)[: -len(plain)]
                words = rest.strip(_SEPARATORS)
                if self.named(words) == code:
                    return code, words
        return None, ""

    def examples(self, most: int = 8) -> str:
        """The choices in words, shortened: "211 小学、218 小学教学点……"."""
        shown = "、".join(self.choice(code) for code in list(self.meanings)[:most])
        return shown + ("……" if len(self.meanings) > most else "")

    def choice(self, code: str) -> str:
        """A code with its meaning, if it has one beside itself: "211 小学"."""
        meaning = self.meanings[code]
        return code if meaning in ("", code) else f"{code} {meaning}"

    @cached_property
    def _by_meaning(self) -> dict[str, str | None]:
        index: dict[str, str | None] = {}
        for code, meaning in self.meanings.items():
            names = {_squeezed(meaning), *map(_squeezed, _BRACKETS.split(meaning))}
            for name in names - {""}:
                index[name] = None if name in index else code
        for code, meaning in self.meanings.items():
            index[_squeezed(meaning)] = code  # a full meaning beats a part of another
        return index


def _squeezed(text: str) -> str:
    return "".join(half_width(text).split()).strip("()")


def read_flag(cell: Cell, entry: Entry) -> TypedValue:
    """是 or 否; other ways to say it are understood, with a remark."""
    value = cell.value
    typed = shown(cell)
    text = unwrapped(half_width(typed)).strip()
    if text in ("是", "否"):
        return given(text == "是", typed)
    if isinstance(value, date | time | timedelta):
        return _no_flag(typed)
    word = text.lower()
    if word in YES_WORDS or word in NO_WORDS:
        flag = word in YES_WORDS
        return understood(flag, typed, "FORM003.flag", answer="是" if flag else "否")
    if is_nothing(text) and entry.blank is not Blank.MISSING:
        return blank(entry, typed, "FORM003.no_flag")
    return _no_flag(typed)


def _no_flag(typed: str) -> TypedValue:
    return unreadable("FORM007.flag", typed, FLAG_EXPECTED)


def read_code(cell: Cell, entry: Entry, codes: CodeList) -> TypedValue:
    """One code of the list, given as the code, the meaning, or both if they agree."""
    value = cell.value
    typed = shown(cell)
    if isinstance(value, Decimal):
        whole = value.is_finite() and value == value.to_integral_value()
        code = codes.numbered(int(value)) if whole and not cell.percent else None
        return given(code, typed) if code is not None else _not_listed(typed, codes)
    if cell.kind is not CellKind.TEXT:
        return _not_listed(typed, codes)
    text = trim(typed)
    code = codes.exact(text)
    if code is not None:
        return given(code, typed)
    if is_nothing(text) and entry.blank is not Blank.MISSING:
        return blank(entry, typed, "FORM003.no_code")
    return _described_code(text, typed, codes)


def _described_code(text: str, typed: str, codes: CodeList) -> TypedValue:
    text = unwrapped(half_width(text)).strip()
    code, words = codes.mentioned(text)
    if code is None:
        code = codes.named(text)
    else:
        other = codes.named(words) if words else None
        if other is not None and other != code:
            said = {"code": code, "meaning": codes.meanings[code], "words": words}
            return unreadable("FORM007.two_codes", typed, codes.examples(), **said)
    if code is None:
        return _not_listed(typed, codes)
    return understood(code, typed, "FORM003.code", choice=codes.choice(code))


def _not_listed(typed: str, codes: CodeList) -> TypedValue:
    choices = codes.examples()
    return unreadable("FORM007.not_listed", typed, choices, choices=choices)


def read_text(cell: Cell, entry: Entry) -> TypedValue:
    """Free text. Numbers, dates and times that a spreadsheet made of it are turned back."""
    value = cell.value
    typed = shown(cell)
    if isinstance(value, Decimal):
        return _number_as_text(cell, value, typed)
    if isinstance(value, time | timedelta):
        return understood(typed, typed, "FORM003.time_for_text")
    if isinstance(value, date):
        return understood(typed, typed, "FORM003.date_for_text")
    text = unwrapped(typed)
    if is_nothing(text):
        return blank(entry, typed)
    if trim(typed).startswith("=") and not text.startswith("="):
        return understood(half_width(text), typed, "FORM003.formula_text", text=text)
    narrow = half_width(text)
    if narrow != text and re.fullmatch(_CODE_LIKE, narrow):
        return understood(narrow, typed, "FORM003.full_width", text=text, narrow=narrow)
    return given(text, typed)


def _number_as_text(cell: Cell, value: Decimal, typed: str) -> TypedValue:
    if not value.is_finite():
        return unreadable("FORM022.out_of_range", typed, "文本")
    digits = plain(value)
    if not cell.percent and len(digits.strip("-").replace(".", "")) > MAX_EXACT_DIGITS:
        return unreadable("FORM022.long_code", typed, "文本", digits=digits)
    return given(typed, typed)
