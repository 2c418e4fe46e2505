"""Walking through small XML parts with expat; entity definitions are refused."""

from __future__ import annotations

import pyexpat as expat  # what xml.parsers.expat names; two packages less to find at start
import re
from collections.abc import Callable, Mapping

from checker.reading import unreadable
from checker.reading.unreadable import UnreadableWorkbook

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str, str], None]

UTF8_BEGINNING = (
    rb"(?:\xef\xbb\xbf)?(?:<\?xml version=[\"']1\.0[\"'](?: encoding=[\"'](?:UTF|utf)-8[\"'])?"
    rb"(?: standalone=[\"'](?:yes|no)[\"'])?\s*\?>\s*)?"
)
"""A pattern for what stands before the first element of a part that is written in UTF-8."""


def parse(xml: bytes, start: Start, end: End | None = None) -> None:
    """Walks an XML part: ``start(local name, attributes)``, ``end(local name, its text)``.

    Prefixes are dropped from element names and kept on attributes. Raises UnreadableWorkbook on
    broken XML and on any entity definition (nothing honest has one here).
    """
    parser = expat.ParserCreate()
    text: list[str] = []

    def on_start(name: str, attributes: dict[str, str]) -> None:
        text.clear()
        start(name.rpartition(":")[2], attributes)

    def on_end(name: str) -> None:
        if end is not None:
            end(name.rpartition(":")[2], "".join(text))
        text.clear()

    def refuse(*_: object) -> None:
        raise UnreadableWorkbook(unreadable.ENTITIES)

    parser.buffer_text = True
    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.CharacterDataHandler = text.append
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise UnreadableWorkbook(unreadable.DAMAGED) from error


_XML_ENTITIES = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}
_ENTITY = re.compile("&(lt|gt|quot|apos|amp|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")


def plain_text(text: str) -> str:
    """XML's own entities resolved (importing html for it would cost 3 ms at start)."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name in _XML_ENTITIES:
        return _XML_ENTITIES[name]
    code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    return chr(code) if code < 0x110000 else match[0]
