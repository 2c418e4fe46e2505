"""What a cell holds: values as the XML that stores them, and contents read to be put back later."""

from __future__ import annotations

import contextlib
import datetime
import json
import re
from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct

from checker.model.marks import Scalar
from checker.writing.sheet_part import Place, SheetPart
from checker.writing.xml_part import attributes, cell_text, decode_cell_text, unescape, unprefixed

_TEXT = re.compile(rb"<(?:[\w.-]+:)?t(?:\s[^>]*)?>(.*?)</(?:[\w.-]+:)?t\s*>", re.DOTALL)
_PHONETIC = re.compile(rb"<((?:[\w.-]+:)?rPh)\b.*?</\1\s*>", re.DOTALL)
LONGEST_TEXT = 32_767


class Content(Struct, frozen=True):
    """What a cell holds, as XML: the `t` attribute ("" is a number) and what is between its tags.

    ``inner`` uses no namespace prefix; the sheet's own is put in.
    """

    type: str
    inner: bytes

    @property
    def has_text(self) -> bool:
        """Whether a reader sees anything in the cell."""
        return bool(_shown(self)[1].strip())

    @property
    def is_formula(self) -> bool:
        """Whether the cell computes its value."""
        return _FORMULA.search(self.inner) is not None

    @property
    def is_tied_formula(self) -> bool:
        """Whether other cells share or belong to this formula (shared, array, data table)."""
        found = _FORMULA.search(self.inner)
        return found is not None and attributes(found.group()).get("t", "normal") != "normal"

    def shows_the_same_as(self, content: Content) -> bool:
        """Whether a reader sees the same in both, however it is stored."""
        return not self.is_formula and _shown(self) == _shown(content)


def content_of(value: Scalar, dates_from_1904: bool = False) -> Content:
    """The contents of a cell that holds ``value``. Raises ValueError for NaN and infinities."""
    kind, inner = value_xml(value, dates_from_1904)
    return Content(kind, inner.encode())


def value_xml(value: Scalar, dates_from_1904: bool = False) -> tuple[str, str]:
    """The `t` attribute ("" is a number or nothing) and the XML between the tags of such a cell.

    Raises ValueError for NaN and infinities.
    """
    if value is None or value == "":
        return "", ""
    if isinstance(value, str):
        return "inlineStr", f"<is>{text_element(value)}</is>"
    if isinstance(value, bool):
        return "b", "<v>1</v>" if value else "<v>0</v>"
    if isinstance(value, int | Decimal):
        return "", f"<v>{_number(value)}</v>"
    return "", f"<v>{_serial(value, dates_from_1904)}</v>"


def text_element(text: str) -> str:
    """A <t> element, told to keep its spaces where it has some at the ends."""
    text = text[:LONGEST_TEXT]
    if text.isalnum():  # the common case needs neither escapes nor care for spaces
        return f"<t>{text}</t>"
    space = ' xml:space="preserve"' if "\n" in text or text != text.strip() else ""
    return f"<t{space}>{cell_text(text)}</t>"


def _number(value: int | Decimal) -> str:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"not a number that a cell can hold: {value}")
        exponent = value.adjusted()
        return format(value, "f") if -20 < exponent < 21 else str(value)
    return str(value)


def _serial(day: datetime.date, dates_from_1904: bool) -> str:
    """Excel's day number; it counts the 29 February 1900 that never was."""
    first = datetime.datetime(1904, 1, 1) if dates_from_1904 else datetime.datetime(1899, 12, 30)
    if isinstance(day, datetime.datetime):
        moment = day.replace(tzinfo=None)
    else:
        moment = datetime.datetime(day.year, day.month, day.day)
    passed = moment - first
    days = passed.days - (1 if not dates_from_1904 and passed.days < 61 else 0)
    if not passed.seconds:
        return str(days)
    return format(days + Decimal(passed.seconds) / 86_400, "f")[:18]


_FORMULA = re.compile(rb"<f(?=[\s/>])[^>]*>")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>(.*?)</v\s*>", re.DOTALL)


def rich_text(xml: bytes) -> str:
    """The plain text of a rich text element's content."""
    xml = _PHONETIC.sub(b"", xml)
    raw = "".join(unescape(found[1]) for found in _TEXT.finditer(xml))
    return decode_cell_text(raw).replace("\r\n", "\n").replace("\r", "\n")


def stored_in(sheet: SheetPart, place: Place, shared_entry: Callable[[int], bytes]) -> Content:
    """The contents of a cell, shared strings written out (their numbers change on saving);
    ``shared_entry`` gives the content of an entry of the string table."""
    if not place.exists:
        return Content("", b"")
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
            return Content("", b"")
        entry = shared_entry(int(number))
        return Content("inlineStr", b"<is>" + unprefixed(entry, sheet.prefix) + b"</is>")
    return Content("" if kind == "n" else kind, inner)


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
