"""Shared strings that are written in the usual way: plain texts, and texts in several fonts."""

from __future__ import annotations

import re

from checker.reading.usual_rows import Unusual, plain_string
from checker.reading.xml_walk import UTF8_BEGINNING

_BEGIN = re.compile(UTF8_BEGINNING + rb"<sst [^<>]*[^<>/]>")
_TEXT = rb'<t( xml:space="preserve")?>([^<]*)</t>'
_PLAIN_TEXT = rb'<t(?: xml:space="preserve")?>[^<]*</t>'
_RUN = re.compile(rb"<r>(?:<rPr>(?:<(?!/rPr>)[^<>]*>)*+</rPr>)?" + _TEXT + rb"</r>")
_RUNS = rb"(?:<r>(?:<rPr>(?:<(?!/rPr>)[^<>]*>)*+</rPr>)?" + _PLAIN_TEXT + rb"</r>)++"
_ITEM = re.compile(rb"(<si>(?:" + _TEXT + rb"|(" + _RUNS + rb"))(?:<phoneticPr [^<>]*/>)?</si>)")


def read_strings(xml: bytes) -> tuple[str, ...]:
    """All shared strings by index. Raises Unusual."""
    begin = _BEGIN.match(xml)
    end = xml.rfind(b"</sst>")
    if begin is None or end < 0 or xml[end + 6 :].strip():
        raise Unusual
    items = _ITEM.findall(xml, begin.end(), end)
    if sum([len(item[0]) for item in items]) != end - begin.end():
        raise Unusual
    return tuple(
        [
            _joined(runs) if runs else plain_string(text, bool(preserved))
            for _, preserved, text, runs in items
        ]
    )


def _joined(runs: bytes) -> str:
    return "".join([plain_string(text, bool(preserved)) for preserved, text in _RUN.findall(runs)])
