"""Looking codes up: by code, by meaning, or by both as the drop-down lists write them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from checker.forms.typed_value import half_width

_SEPARATORS = " \t-—–:：,、.，．()（）[]【】"
_BRACKETS = re.compile(r"[()（）\[\]【】/、]")


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
        "初中一年级（七年级）". None if no code or several have it."""
        return self._meaning_index().get(_squeezed(text))

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
