"""是/否, codes and free text as clerks type them, and as spreadsheets distort them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal

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
        self._by_meaning: dict[str, str | None] | None = None

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
        found = self._meaning_index().get(squeezed)
        if found is None and (grade := _GRADE.fullmatch(squeezed)):
            told = f"{grade[1]}{'一二三四五六七八九'[int(grade[2]) - 1]}{grade[3]}"
            found = told if told in self.meanings else self._meaning_index().get(told)
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
        shown = [
            code if meaning in ("", code) else f"{code} {meaning}"
            for code, meaning in list(self.meanings.items())[:most]
        ]
        return "、".join(shown) + ("……" if len(self.meanings) > most else "")

    def _meaning_index(self) -> dict[str, str | None]:
        if self._by_meaning is None:
            index: dict[str, str | None] = {}
            for code, meaning in self.meanings.items():
                names = {_squeezed(meaning), *map(_squeezed, _BRACKETS.split(meaning))}
                for name in names - {""}:
                    index[name] = None if name in index else code
            for code, meaning in self.meanings.items():
                index[_squeezed(meaning)] = code  # a full meaning beats a part of another
            self._by_meaning = index
        return self._by_meaning


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
        answer = "是" if flag else "否"
        return understood(flag, typed, f"填的是“{typed}”，已按“{answer}”理解；请填“是”或“否”。")
    if is_nothing(text) and entry.blank is not Blank.MISSING:
        message = f"填的是“{typed}”，已按没有填写处理；请填“是”或“否”，没有的请留空。"
        return blank(entry, typed, "FORM003", message)
    return _no_flag(typed)


def _no_flag(typed: str) -> TypedValue:
    return unreadable("FORM007", typed, f"这里只能填“是”或“否”，填的是“{typed}”。", FLAG_EXPECTED)


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
        message = f"填的是“{typed}”，已按没有填写处理；没有的请留空。"
        return blank(entry, typed, "FORM003", message)
    return _described_code(text, typed, codes)


def _described_code(text: str, typed: str, codes: CodeList) -> TypedValue:
    text = unwrapped(half_width(text)).strip()
    code, words = codes.mentioned(text)
    if code is None:
        code = codes.named(text)
    else:
        other = codes.named(words) if words else None
        if other is not None and other != code:
            message = (
                f"代码 {code} 是“{codes.meanings[code]}”，与后面写的“{words}”不一致，"
                "不能确定是哪一个；请从下拉列表中重新选择。"
            )
            return unreadable("FORM007", typed, message, codes.examples())
    if code is None:
        return _not_listed(typed, codes)
    meaning = codes.meanings[code]
    choice = code if meaning in ("", code) else f"{code} {meaning}"
    return understood(code, typed, f"填的是“{typed}”，已按“{choice}”理解；请从下拉列表中选择。")


def _not_listed(typed: str, codes: CodeList) -> TypedValue:
    message = f"“{typed}”不在可选的范围内；请从下拉列表中选择（{codes.examples()}）。"
    return unreadable("FORM007", typed, message, codes.examples())


def read_text(cell: Cell, entry: Entry) -> TypedValue:
    """Free text. Numbers, dates and times that a spreadsheet made of it are turned back."""
    value = cell.value
    typed = shown(cell)
    if isinstance(value, Decimal):
        return _number_as_text(cell, value, typed)
    if isinstance(value, time | timedelta):
        message = (
            f"填的内容被识别成了时间，已按“{typed}”理解；请把单元格格式改为“文本”，再重新填写。"
        )
        return understood(typed, typed, message)
    if isinstance(value, date):
        message = (
            f"填的内容被识别成了日期，已按“{typed}”理解；"
            "如果填的不是日期，请把单元格格式改为“文本”，再重新填写。"
        )
        return understood(typed, typed, message)
    text = unwrapped(typed)
    if is_nothing(text):
        return blank(entry, typed)
    if trim(typed).startswith("=") and not text.startswith("="):
        message = f"填的是“{typed}”，已按 {text} 理解；请只填 {text}，不要等号和引号。"
        return understood(half_width(text), typed, message)
    narrow = half_width(text)
    if narrow != text and re.fullmatch(_CODE_LIKE, narrow):
        message = f"填的是全角字符“{text}”，已按半角的 {narrow} 理解；请用半角字符填写。"
        return understood(narrow, typed, message)
    return given(text, typed)


def _number_as_text(cell: Cell, value: Decimal, typed: str) -> TypedValue:
    if not value.is_finite():
        return unreadable("FORM022", typed, "单元格里的数超出了范围，请重新填写。", "文本")
    digits = plain(value)
    if not cell.percent and len(digits.strip("-").replace(".", "")) > MAX_EXACT_DIGITS:
        message = (
            f"这个号码超过 15 位，却是作为数填的，末尾几位已被表格软件改掉（现在是 {digits}）；"
            "请把单元格格式改为“文本”，再重新填写完整的号码。"
        )
        return unreadable("FORM022", typed, message, "文本")
    return given(typed, typed)
