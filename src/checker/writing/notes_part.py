"""xl/comments*.xml: the texts of a sheet's notes."""

from __future__ import annotations

import re
from typing import NamedTuple

from checker.writing.errors import DAMAGED, UnwritableWorkbook
from checker.writing.part import Part
from checker.writing.sheet_cells import prefixed, unprefixed
from checker.writing.xml_bytes import (
    Element,
    attributes,
    cell_text,
    children,
    decode_cell_text,
    escape,
    local,
    root_tag,
    unescape,
)

AUTHOR = "校验"
SEPARATOR = "\n────────\n"
"""Stands between a note that was there before and ours."""

LONGEST = 32_000
_RUN = (
    '<r><rPr><sz val="9"/><color indexed="81"/><rFont val="宋体"/><family val="3"/>'
    '<charset val="134"/></rPr><t xml:space="preserve">'.encode(),
    b"</t></r>",
)
_TEXT = re.compile(rb"<(?:[\w.-]+:)?t(?:\s[^>]*)?>(.*?)</(?:[\w.-]+:)?t\s*>", re.DOTALL)
_PHONETIC = re.compile(rb"<((?:[\w.-]+:)?rPh)\b.*?</\1\s*>", re.DOTALL)


class Note(NamedTuple):
    """One note of a sheet."""

    address: str
    author: str
    element: Element
    text_xml: bytes  # the content of its <text>, without namespace prefix

    @property
    def text(self) -> str:
        """What the reader sees."""
        return rich_text(self.text_xml)

    @property
    def is_thread(self) -> bool:
        """Whether this is Excel's stand-in for a threaded comment, which is not ours to touch."""
        return self.author.startswith("tc=")


def rich_text(xml: bytes) -> str:
    """The plain text of a rich text element's content."""
    xml = _PHONETIC.sub(b"", xml)
    raw = "".join(unescape(found[1]) for found in _TEXT.finditer(xml))
    return decode_cell_text(raw).replace("\r\n", "\n").replace("\r", "\n")


def text_xml(text: str) -> bytes:
    """Content of a <text> element that shows ``text``."""
    opening, closing = _RUN
    return opening + cell_text(text[:LONGEST]).encode() + closing


def joined_xml(existing: bytes, text: str) -> bytes:
    """Content of a <text> element: what was there, the separator, and ours."""
    element = next(children(existing, 0, len(existing)), None)
    if element is not None and element.name == "t":  # plain text beside runs is ignored by Excel
        existing = (
            b"<r>" + existing[element.start : element.end] + b"</r>" + existing[element.end :]
        )
    return existing + text_xml(SEPARATOR + text)


class Notes:
    """The notes of one sheet, in the comments part."""

    def __init__(self, part: Part) -> None:
        part.commit()
        self.part = part
        scan = part.scan
        root = root_tag(scan)
        if local(root[2]) != "comments":
            raise UnwritableWorkbook(DAMAGED)
        self._prefix = root[2][: -len(b"comments")]
        top = {one.name: one for one in children(scan, root.end(), len(scan))}
        if "authors" not in top or "commentList" not in top:
            raise UnwritableWorkbook(DAMAGED)
        self._authors, self._list = top["authors"], top["commentList"]
        names = children(scan, self._authors.inner_start, self._authors.inner_end)
        self.authors = [unescape(part.text[one.inner_start : one.inner_end]) for one in names]
        self.notes: dict[str, Note] = {}
        for one in children(scan, self._list.inner_start, self._list.inner_end):
            note = self._read(one)
            self.notes.setdefault(note.address, note)
        self._added: list[bytes] = []
        self._author_id: int | None = None

    def _read(self, element: Element) -> Note:
        text = self.part.text
        values = attributes(text[element.start : element.inner_start])
        number = values.get("authorId", "")
        known = number.isdigit() and int(number) < len(self.authors)
        inside = self._text_of(element)
        xml = b"" if inside is None else text[inside.inner_start : inside.inner_end]
        return Note(
            values.get("ref", "").replace("$", "").upper(),
            self.authors[int(number)] if known else "",
            element,
            unprefixed(xml, self._prefix),
        )

    def _text_of(self, element: Element) -> Element | None:
        inside = children(self.part.scan, element.inner_start, element.inner_end)
        return next((one for one in inside if one.name == "text"), None)

    def add(self, address: str, text: str) -> None:
        """A note of ours on a cell that has none."""
        if self._author_id is None:
            self._author_id = self._our_author()
        xml = b'<comment ref="%s" authorId="%d"><text>%s</text></comment>' % (
            address.encode(),
            self._author_id,
            text_xml(text),
        )
        self._added.append(prefixed(xml, self._prefix))

    def _our_author(self) -> int:
        if AUTHOR in self.authors:
            return self.authors.index(AUTHOR)
        xml = prefixed(f"<author>{escape(AUTHOR)}</author>".encode(), self._prefix)
        _append(self.part, self._authors, self._prefix + b"authors", xml)
        return len(self.authors)

    def rewrite(self, note: Note, xml: bytes) -> None:
        """Give an existing note another text (content of <text>, without namespace prefix)."""
        inside = self._text_of(note.element)
        whole = prefixed(b"<text>" + xml + b"</text>", self._prefix)
        if inside is not None:
            self.part.splice(inside.start, inside.end, whole)
        elif not note.element.is_empty_tag:
            self.part.insert(note.element.inner_start, whole)

    def remove(self, note: Note) -> None:
        """Take a note away."""
        self.part.splice(note.element.start, note.element.end, b"")

    def finish(self) -> None:
        """Splice the added notes into the part."""
        if self._added:
            _append(self.part, self._list, self._prefix + b"commentList", b"".join(self._added))


def _append(part: Part, parent: Element, name: bytes, xml: bytes) -> None:
    if parent.is_empty_tag:
        tag = part.text[parent.start : parent.end]
        part.splice(parent.start, parent.end, tag[:-2].rstrip() + b">" + xml + b"</" + name + b">")
    else:
        part.insert(parent.inner_end, xml)


def new_comments(main_namespace: str) -> bytes:
    """An empty comments part."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<comments xmlns="{main_namespace}"><authors></authors><commentList></commentList>'
        "</comments>"
    ).encode()
