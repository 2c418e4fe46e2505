"""The comments part of a worksheet: the texts of its notes."""

from __future__ import annotations

from msgspec import Struct

from checker.writing.cell_contents import rich_text
from checker.writing.outcome import DAMAGED, UnwritableWorkbook
from checker.writing.xml_part import (
    Element,
    Part,
    cell_text,
    children,
    escape,
    prefixed,
    unescape,
    unprefixed,
)

AUTHOR = "校验"

SEPARATOR = "\n────────\n"
"""Stands between a note that was there before and ours."""

LONGEST = 32_000

NOTE_FONT, NOTE_POINTS = "宋体", 9

_RUN = (
    f'<r><rPr><sz val="{NOTE_POINTS}"/><color indexed="81"/><rFont val="{NOTE_FONT}"/>'
    '<family val="3"/>'
    '<charset val="134"/></rPr><t xml:space="preserve">'.encode(),
    b"</t></r>",
)


class Note(Struct, frozen=True):
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


def text_xml(text: str) -> bytes:
    """Content of a <text> element that shows ``text``."""
    opening, closing = _RUN
    return opening + cell_text(text[:LONGEST]).encode() + closing


def plain_text(text: str) -> str:
    """Text as every program keeps it: one kind of line end, no spaces at line ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


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
        part.expect("comments")
        self.part = part
        self._prefix = part.prefix
        authors, notes = part.element("authors"), part.element("commentList")
        if authors is None or notes is None:
            raise UnwritableWorkbook(DAMAGED)
        self._authors, self._list = authors, notes
        names = part.inside(authors)
        self.authors = [unescape(part.text[one.inner_start : one.inner_end]) for one in names]
        self.notes: dict[str, Note] = {}
        for one in part.inside(notes):
            note = self._read(one)
            self.notes.setdefault(note.address, note)
        self._added: list[bytes] = []
        self._author_id: int | None = None

    def _read(self, element: Element) -> Note:
        text = self.part.text
        values = self.part.attributes(element)
        number = values.get("authorId", "")
        known = number.isdecimal() and int(number) < len(self.authors)
        inside = self._text_of(element)
        xml = b"" if inside is None else text[inside.inner_start : inside.inner_end]
        return Note(
            values.get("ref", "").replace("$", "").upper(),
            self.authors[int(number)] if known else "",
            element,
            unprefixed(xml, self._prefix),
        )

    def _text_of(self, element: Element) -> Element | None:
        return next((one for one in self.part.inside(element) if one.name == "text"), None)

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
        self.part.append(self._authors, self._prefix + b"authors", xml)
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
            self.part.append(self._list, self._prefix + b"commentList", b"".join(self._added))


def new_comments(main_namespace: str) -> bytes:
    """An empty comments part."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<comments xmlns="{main_namespace}"><authors></authors><commentList></commentList>'
        "</comments>"
    ).encode()
