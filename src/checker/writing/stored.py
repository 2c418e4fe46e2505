"""What a cell holds now, in a form that can be remembered and put back later."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from typing import NamedTuple

from checker.writing.notes_part import rich_text
from checker.writing.sheet_cells import Content, unprefixed
from checker.writing.sheet_part import Place, SheetPart
from checker.writing.xml_bytes import attributes, unescape

_FORMULA = re.compile(rb"<f(?=[\s/>])[^>]*>")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>(.*?)</v\s*>", re.DOTALL)


class Stored(NamedTuple):
    """The contents of a cell, shared strings written out (their numbers change on saving)."""

    content: Content

    @classmethod
    def read(cls, sheet: SheetPart, place: Place, shared_entry: Callable[[int], bytes]) -> Stored:
        """Read a cell; ``shared_entry`` gives the content of an entry of the string table."""
        if not place.exists:
            return cls(Content("", b""))
        text = sheet.part.text
        kind = attributes(text[place.start : place.tag_end]).get("t", "")
        inner = b""
        end = sheet.end_of(place)
        if place.tag_end < end:
            inner = text[place.tag_end : text.rindex(b"</", 0, end)]
            inner = unprefixed(inner, sheet.prefix)
        if kind == "s":
            value = _VALUE.search(inner)
            number = value[1].strip() if value else b""
            if not number.isdigit():
                return cls(Content("", b""))
            entry = shared_entry(int(number))
            return cls(Content("inlineStr", b"<is>" + unprefixed(entry, sheet.prefix) + b"</is>"))
        return cls(Content("" if kind == "n" else kind, inner))

    @property
    def is_formula(self) -> bool:
        """Whether the cell computes its value."""
        return _FORMULA.search(self.content.inner) is not None

    @property
    def is_tied_formula(self) -> bool:
        """Whether other cells share or belong to this formula (shared, array, data table)."""
        found = _FORMULA.search(self.content.inner)
        return found is not None and attributes(found.group()).get("t", "normal") != "normal"

    def shows_the_same_as(self, content: Content) -> bool:
        """Whether a reader sees the same in both, however it is stored."""
        return not self.is_formula and _shown(self.content) == _shown(content)


def _shown(content: Content) -> tuple[str, str]:
    if content.type in ("inlineStr", "str"):
        if content.type == "str":
            found = _VALUE.search(content.inner)
            text = unescape(found[1]) if found else ""
        else:
            text = rich_text(content.inner)
        return ("text", text) if text else ("", "")
    found = _VALUE.search(content.inner)
    if not found:
        return "", ""
    value = unescape(found[1]).strip()
    if content.type == "":
        with contextlib.suppress(ValueError):
            value = repr(float(value))
    return content.type, value


def encode(content: Content) -> str:
    """Contents as one string for the memory sheet."""
    return json.dumps([content.type, content.inner.decode("utf-8", "replace")], ensure_ascii=False)


def decode(text: str) -> Content:
    """The reverse of `encode`. Raises ValueError for anything else."""
    stored = json.loads(text)
    if not (isinstance(stored, list) and len(stored) == 2):
        raise ValueError("not stored contents")
    return Content(str(stored[0]), str(stored[1]).encode())
