"""Values of cells as the XML that stores them."""

from __future__ import annotations

import datetime
from decimal import Decimal

from checker.model.marks import Scalar
from checker.writing.sheet_cells import Content
from checker.writing.xml_bytes import cell_text

LONGEST_TEXT = 32_767


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
