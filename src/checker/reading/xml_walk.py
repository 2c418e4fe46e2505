"""Walking through XML parts with expat, in whatever encoding; entity definitions are refused."""

from __future__ import annotations

import pyexpat as expat  # what xml.parsers.expat names; two packages less to find at start
import re
from collections.abc import Callable, Mapping

from checker.reading import unreadable
from checker.reading.unreadable import UnreadableWorkbook, damaged

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str, str], None]

_DECLARATION = re.compile(rb"\A\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]*\?>")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def as_utf8(xml: bytes, part: str) -> bytes:
    """The part in UTF-8 without a byte order mark, whatever it is written in.

    ``part`` is its name. Raises UnreadableWorkbook for an encoding that nobody knows, or one that
    the part does not keep to.
    """
    encoding = next((name for mark, name in _MARKS if xml.startswith(mark)), "")
    if not encoding and xml[:4] in (b"<\0?\0", b"\0<\0?"):
        encoding = "utf-16-le" if xml[0] else "utf-16-be"
    if encoding == "utf-8":
        return xml[3:]
    if not encoding:
        declared = _DECLARATION.match(xml[:300])
        encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
        if encoding in ("utf-8", "utf8", "us-ascii", "ascii"):
            return xml
    try:
        text = xml.decode(encoding)
    except (LookupError, ValueError) as error:
        raise damaged(part) from error
    return text.encode("utf-8", "replace")


def parse(xml: bytes, start: Start, end: End | None = None, *, part: str = "") -> None:
    """Walks an XML part: ``start(local name, attributes)``, ``end(local name, its text)``.

    Prefixes are dropped from element names and kept on attributes. Raises UnreadableWorkbook, with
    the name of the ``part``, on broken XML and on any entity definition (nothing honest has one).
    """
    text: list[str] = []

    def on_start(name: str, attributes: dict[str, str]) -> None:
        text.clear()
        start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def on_end(name: str) -> None:
        assert end is not None
        end(name.rpartition(":")[2] if ":" in name else name, "".join(text))
        text.clear()

    def refuse(*_: object) -> None:
        raise UnreadableWorkbook(unreadable.ENTITIES)

    parser = expat.ParserCreate("utf-8")  # whatever the declaration says: it is in UTF-8 by now
    parser.buffer_text = True
    parser.StartElementHandler = on_start
    if end is not None:
        parser.EndElementHandler = on_end
        parser.CharacterDataHandler = text.append
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(as_utf8(xml, part), True)
    except (expat.ExpatError, ValueError) as error:
        raise damaged(part) from error


_XML_ENTITIES = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}
_ENTITY = re.compile("&(lt|gt|quot|apos|amp|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")


def plain_text(text: str) -> str:
    """XML's own entities resolved (importing html for it would cost 3 ms at start)."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def escaped(text: str) -> str:
    """A text as it may stand in an element or a double-quoted attribute."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("\r", "&#13;").replace("\n", "&#10;")


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name in _XML_ENTITIES:
        return _XML_ENTITIES[name]
    code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    return chr(code) if code < 0x110000 else match[0]
