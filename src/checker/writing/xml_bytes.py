"""Finding and changing things in XML bytes without rebuilding the document.

A parsed and re-serialised part is never byte-identical to what the user had, so parts are scanned
with regular expressions and changed by splicing. All functions expect UTF-8 in which comments and
CDATA sections have been blanked out (`Part.scan`), so that every "<" they meet starts a real tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from checker.writing.errors import DAMAGED, UnwritableWorkbook
from checker.writing.small_texts import kept

ATTRIBUTE = re.compile(rb"""([^\s=/<>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
TAG = re.compile(
    rb"""<(/?)([A-Za-z_\x80-\xff][^\s/>]*)([^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*)>"""
)
_BLANK = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_ENTITY = re.compile(r"&(#x[0-9A-Fa-f]+|#\d+|\w+);")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL_IN_ATTRIBUTE = re.compile(_SPECIAL.pattern[:-1] + '"\n\r\t]')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FEW = 100
_ENDS_NAME = (b">", b" ", b"\t", b"\r", b"\n")


class Element(NamedTuple):
    """One child element: local name, offsets of the whole element and of what is inside it."""

    name: str
    start: int
    end: int
    inner_start: int
    inner_end: int

    @property
    def is_empty_tag(self) -> bool:
        """True for `<x/>`, which has no place between two tags."""
        return self.inner_start == self.end


def has_markup_declaration(data: bytes) -> bool:
    """Whether "<!" occurs: a comment, a CDATA section or a document type declaration."""
    # One byte is found ten times faster than two, and formulas have some of these.
    at = data.find(b"!")
    for _ in range(_FEW):
        if at < 0:
            return False
        if at and data[at - 1] == 0x3C:
            return True
        at = data.find(b"!", at + 1)
    return b"<!" in data


def blanked(data: bytes) -> bytes:
    """The same bytes, same length, comments and CDATA made spaces."""
    if not has_markup_declaration(data):
        return data
    return _BLANK.sub(lambda found: b" " * len(found.group()), data)


def escape(text: str) -> str:
    """Text for element content; characters that XML cannot carry are left out."""
    if not _SPECIAL.search(text):
        return text
    text = _ILLEGAL.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_attribute(text: str) -> str:
    """Text for a double-quoted attribute value."""
    if not _SPECIAL_IN_ATTRIBUTE.search(text):
        return text
    text = escape(text).replace('"', "&quot;")
    return text.replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")


def cell_text(text: str) -> str:
    """Element content for a cell or note: `_x000D_`-like text is escaped as Excel does."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: "_x005F_" + found.group()[1:], text)
    return escape(text)


def decode_cell_text(text: str) -> str:
    """The reverse of Excel's `_x000D_` escapes, for text taken from a cell or note."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def unescape(raw: bytes) -> str:
    """Text of raw element or attribute content."""
    text = raw.decode("utf-8", "replace")
    if "&" not in text:
        return text
    return _ENTITY.sub(_entity, text)


def _entity(found: re.Match[str]) -> str:
    name = found[1]
    if name.startswith("#"):
        number = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
        return chr(number) if number < 0x110000 else ""
    return _NAMED.get(name, found.group())


def local(name: bytes) -> str:
    """The name without its namespace prefix."""
    return name.rpartition(b":")[2].decode("utf-8", "replace")


@kept(most=1024, longest=300)
def attributes(tag: bytes) -> Mapping[str, str]:
    """All attributes of one start tag, names as written (with prefix), values unescaped."""
    return {
        found[1].decode("utf-8", "replace"): unescape(
            found[2] if found[2] is not None else found[3]
        )
        for found in ATTRIBUTE.finditer(tag)
    }


def set_attribute(tag: bytes, name: str, value: str) -> bytes:
    """The start tag with one attribute replaced, or added at the end of the tag."""
    raw_name = name.encode()
    new = raw_name + b'="' + escape_attribute(value).encode() + b'"'
    for found in ATTRIBUTE.finditer(tag):
        if found[1] == raw_name:
            return tag[: found.start()] + new + tag[found.end() :]
    close = len(tag) - (2 if tag.endswith(b"/>") else 1)
    head = tag[:close].rstrip()
    return head + b" " + new + tag[close:]


def drop_attribute(tag: bytes, name: str) -> bytes:
    """The start tag without that attribute."""
    raw_name = name.encode()
    for found in ATTRIBUTE.finditer(tag):
        if found[1] == raw_name:
            return tag[: found.start()].rstrip() + tag[found.end() :]
    return tag


def root_tag(scan: bytes) -> re.Match[bytes]:
    """The first start tag of the document. Raises `UnwritableWorkbook` if there is none."""
    found = TAG.search(scan)
    if found is None or found[1]:
        raise UnwritableWorkbook(DAMAGED)
    return found


def children(scan: bytes, start: int, end: int) -> Iterator[Element]:
    """The elements directly inside ``scan[start:end]``, in order."""
    at = start
    while True:
        found = TAG.search(scan, at, end)
        if found is None or found[1]:
            return
        name, inner = found[2], found.end()
        if found[3].endswith(b"/"):
            at = inner
            yield Element(local(name), found.start(), at, at, at)
            continue
        closing, at = _closing_tag(scan, name, inner, end)
        if closing < 0:
            return
        yield Element(local(name), found.start(), at, inner, closing)


def _closing_tag(scan: bytes, name: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the closing tag of an element begins and ends, whose content begins at ``start``.

    What lies in between is searched for elements of the same name only, not taken apart: a "<" in
    `Part.scan` always starts a tag. (-1, -1) if there is none.
    """
    opening, closing = b"<" + name, b"</" + name
    depth, seen, at = 1, start, start
    while True:
        at = scan.find(closing, at, end)
        if at < 0:
            return -1, -1
        behind = at + len(closing)
        if scan[behind : behind + 1] not in _ENDS_NAME:
            at = behind
            continue
        seen = scan.find(opening, seen, at)
        while seen >= 0:
            inside = TAG.match(scan, seen, at)
            if inside is not None and inside[2] == name and not inside[3].endswith(b"/"):
                depth += 1
            seen = scan.find(opening, seen + len(opening), at)
        seen, depth = behind, depth - 1
        if depth == 0:
            after = scan.find(b">", behind, end) + 1
            return (at, after) if after else (-1, -1)
        at = behind
