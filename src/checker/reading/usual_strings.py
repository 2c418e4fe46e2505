"""Shared strings that are written in the usual way: plain texts, and texts in several fonts."""

from __future__ import annotations

import re

from checker.reading.usual_cells import Unusual, plain_string
from checker.reading.xml_walk import UTF8_BEGINNING

_BEGIN = re.compile(UTF8_BEGINNING + rb"<sst [^<>]*[^<>/]>")
_TEXT = rb'<t( xml:space="preserve")?>([^<]*)</t>'
_PLAIN_TEXT = rb'<t(?: xml:space="preserve")?>[^<]*</t>'
_RUN = re.compile(rb"<r>(?:<rPr>(?:<(?!/rPr>)[^<>]*>)*+</rPr>)?" + _TEXT + rb"</r>")
_RUNS = rb"(?:<r>(?:<rPr>(?:<(?!/rPr>)[^<>]*>)*+</rPr>)?" + _PLAIN_TEXT + rb"</r>)++"
_ITEM = re.compile(rb"<si>(?:" + _TEXT + rb"|(" + _RUNS + rb"))(?:<phoneticPr [^<>]*/>)?")
_END = b"</si>"

KEPT_STRINGS = 8_192
KEPT_LENGTH = 2_000
"""Texts remembered, and bytes above which one is not: what is printed on the form stands in every
workbook's shared strings, though rarely in the same order."""
_known: dict[bytes, str] = {}


def read_strings(xml: bytes) -> tuple[str, ...]:
    """All shared strings by index. Raises Unusual."""
    begin = _BEGIN.match(xml)
    end = xml.rfind(b"</sst>")
    if begin is None or end < 0 or xml[end + 6 :].strip():
        raise Unusual
    *items, rest = xml[begin.end() : end].split(_END)
    if rest:
        raise Unusual
    found = [_known.get(item) for item in items]
    if None in found:
        if len(_known) > KEPT_STRINGS:
            _known.clear()
        return tuple(
            [_read(item) if text is None else text for item, text in zip(items, found, strict=True)]
        )
    return tuple([text for text in found if text is not None])


def _read(item: bytes) -> str:
    match = _ITEM.fullmatch(item)
    if match is None:
        raise Unusual
    preserved, text, runs = match.groups()
    shown = _joined(runs) if runs else plain_string(text, bool(preserved))
    if len(item) <= KEPT_LENGTH:
        _known[item] = shown
    return shown


def _joined(runs: bytes) -> str:
    return "".join([plain_string(text, bool(preserved)) for preserved, text in _RUN.findall(runs)])
