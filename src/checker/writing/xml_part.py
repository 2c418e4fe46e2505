"""Finding and changing things in a part's XML without rebuilding the document.

A parsed and re-serialised part is never byte-identical to what the user had, so parts are scanned
with regular expressions and changed by splicing. All functions that scan expect UTF-8 in which
comments and CDATA sections have been blanked out (`Part.scan`), so that every "<" they meet starts
a real tag.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from checker.writing.outcome import DAMAGED, UnwritableWorkbook

ATTRIBUTE = re.compile(rb"""([^\s=/<>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
TAG = re.compile(
    rb"""<(/?)([A-Za-z_\x80-\xff][^\s/>]*)([^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*)>"""
)
_BLANK = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_BARE_NAME = re.compile(rb"<(/?)(?=[A-Za-z_][\w.-]*[\s/>])")
_ENTITY = re.compile(r"&(#x[0-9A-Fa-f]+|#\d+|\w+);")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL_IN_ATTRIBUTE = re.compile(_SPECIAL.pattern[:-1] + '"\n\r\t]')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENDS_NAME = (b">", b" ", b"\t", b"\r", b"\n")


class Element(Struct, frozen=True):
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
    for _ in range(100):
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


def opened(tag: bytes) -> bytes:
    """A start tag with room behind it: `<x/>` as `<x>`."""
    return tag[:-1].rstrip(b"/").rstrip() + b">"


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


_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_PLAIN = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}
_SMALL = 1 << 20
"""Texts up to this size are put together at once, for they are used more than once."""


def prefixed(inner: bytes, prefix: bytes) -> bytes:
    """Element names in a fragment written without prefix, given the sheet's prefix."""
    return _BARE_NAME.sub(rb"<\1" + prefix, inner) if prefix else inner


def unprefixed(inner: bytes, prefix: bytes) -> bytes:
    """The reverse of `prefixed`."""
    return re.sub(rb"<(/?)" + re.escape(prefix), rb"<\1", inner) if prefix else inner


class Part:
    """A part's text in UTF-8, changed by splices that are applied all at once by `commit`.

    Offsets of all splices refer to the text as it was at the last commit, so a part can be scanned
    once and changed in many places. ``raw`` is what the part was before any change, in the
    encoding of the file; ``dirty`` says whether a change was committed since.
    """

    __slots__ = (
        *("_elements", "_pieces", "_root", "_scan", "_splices", "dirty", "name", "raw", "text"),
    )

    def __init__(self, name: str, raw: bytes, text: bytes) -> None:
        self.name = name
        self.raw = raw
        self.text = text
        self.dirty = False
        self._splices: list[tuple[int, int, bytes]] = []
        self._scan: bytes | None = None
        self._root: re.Match[bytes] | None = None
        self._elements: list[Element] | None = None
        self._pieces: tuple[list[bytes | memoryview], list[tuple[int, int, bytes]]] | None = None

    @property
    def scan(self) -> bytes:
        """The text with comments and the like blanked, same offsets."""
        if self._scan is None:
            self._scan = blanked(self.text)
        return self._scan

    def is_plain(self) -> None:
        """Say that the text has nothing to be blanked, so that `scan` need not look."""
        self._scan = self.text

    @property
    def root(self) -> re.Match[bytes]:
        """The start tag of the document. Raises `UnwritableWorkbook` if there is none."""
        if self._root is None:
            self._root = TAG.search(self.scan)
        if self._root is None or self._root[1]:
            raise UnwritableWorkbook(DAMAGED)
        return self._root

    @property
    def prefix(self) -> bytes:
        """The namespace prefix of the root with its colon; nothing for none."""
        name = self.root[2]
        return name[: len(name) - len(local(name).encode())]

    def expect(self, name: str) -> None:
        """Raises `UnwritableWorkbook` if the root has another name."""
        if local(self.root[2]) != name:
            raise UnwritableWorkbook(DAMAGED)

    @property
    def elements(self) -> list[Element]:
        """The elements directly inside the root, in order."""
        if self._elements is None:
            self._elements = list(children(self.scan, self.root.end(), len(self.scan)))
        return self._elements

    def element(self, name: str) -> Element | None:
        """The first of these with that local name."""
        return next((one for one in self.elements if one.name == name), None)

    def inside(self, element: Element) -> Iterator[Element]:
        """The elements directly inside another, in order."""
        return children(self.scan, element.inner_start, element.inner_end)

    def tag(self, element: Element) -> bytes:
        """The start tag of an element."""
        return self.text[element.start : element.inner_start]

    def attributes(self, element: Element) -> Mapping[str, str]:
        """All attributes of an element."""
        return attributes(self.tag(element))

    def place_for(self, name: str, order: Sequence[str]) -> int:
        """The offset at which a new element of that name belongs inside the root, whose elements
        stand in that order."""
        rank, at = order.index(name), self.root.end()
        for one in self.elements:
            own = one.name
            if own not in order and own == "AlternateContent":  # stands for the element it wraps
                wrapped = self.scan[one.inner_start : one.inner_end]
                own = next((known for known in order if known.encode() in wrapped), own)
            if own in order and order.index(own) <= rank:
                at = max(at, one.end)
        return at

    def splice(self, start: int, end: int, new: bytes) -> None:
        """Replace ``text[start:end]``; insertions at one place keep the order they were made in."""
        self._pieces = None
        self._splices.append((start, end, new))

    def insert(self, at: int, new: bytes) -> None:
        """Put bytes in at one place."""
        self._pieces = None
        self._splices.append((at, at, new))

    def append(self, element: Element, name: bytes, new: bytes) -> None:
        """Put bytes in as the last thing inside an element, whose name is ``name``."""
        if element.is_empty_tag:
            tag = opened(self.text[element.start : element.end])
            self.splice(element.start, element.end, tag + new + b"</" + name + b">")
        else:
            self.insert(element.inner_end, new)

    @property
    def changed(self) -> bool:
        """True while there are splices that were not committed."""
        return bool(self._splices)

    def pieces(self) -> tuple[list[bytes | memoryview], list[tuple[int, int, bytes]]]:
        """The new text in pieces, and the reverse splices that turn it back into the old text."""
        if self._pieces is not None:
            return self._pieces
        text = memoryview(self.text)
        pieces: list[bytes | memoryview] = []
        reverse = []
        at = grown = 0
        for start, end, new in sorted(self._splices, key=lambda splice: splice[:2]):
            if start < at:
                raise AssertionError(f"overlapping changes in {self.name} at {start}")
            pieces.append(text[at:start])
            pieces.append(new)
            reverse.append((start + grown, len(new), bytes(text[start:end])))
            grown += len(new) - (end - start)
            at = end
        pieces.append(text[at:])
        if len(self.text) + grown <= _SMALL:
            pieces = [b"".join(pieces)]
        self._pieces = pieces, reverse
        return self._pieces

    def commit(self) -> None:
        """Apply all splices to the text."""
        if self._splices:
            # What was put in is small: looking there alone tells whether anything is to be blanked.
            plain = self._scan is self.text and not any(b"<!" in new for _, _, new in self._splices)
            if self._pieces is None and len(self._splices) == 1:
                start, end, new = self._splices[0]
                self.text = b"".join((self.text[:start], new, self.text[end:]))
            else:
                self.text = b"".join(self.pieces()[0])
            self._splices = []
            self._pieces = self._root = self._elements = None
            self._scan = self.text if plain else None
            self.dirty = True

    def settle(self) -> None:
        """Make the present text the one that counts as unchanged."""
        self.commit()
        if self.dirty:
            self.raw = self.text
            self.dirty = False


def xml_part(name: str, raw: bytes) -> Part:
    """A part that holds XML.

    Raises `UnwritableWorkbook` for a document type declaration (the door of entity bombs and
    external entities, never written by a spreadsheet program) and for text that is not XML.
    """
    text = _as_utf8(raw, name)
    part = Part(name, raw, text)
    if not has_markup_declaration(text):
        part.is_plain()
    elif b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise UnwritableWorkbook("文件里有正常表格不会有的实体声明，可能是恶意文件，没有处理。")
    return part


def _as_utf8(raw: bytes, name: str) -> bytes:
    """The text in UTF-8; UTF-16 or a declared national encoding is converted."""
    text = raw
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = _recoded(raw, "utf-16", name)
    elif raw[:4] == b"<\0?\0":
        text = _recoded(raw, "utf-16-le", name)
    elif raw[:4] == b"\0<\0?":
        text = _recoded(raw, "utf-16-be", name)
    else:
        declared = _DECLARED.match(raw)
        if declared and declared[1].lower() not in _PLAIN:
            text = _recoded(raw, declared[1].decode("ascii"), name)
    return text


def _recoded(raw: bytes, encoding: str, name: str) -> bytes:
    try:
        text = codecs.decode(raw, encoding)
        if not isinstance(text, str):
            raise LookupError(encoding)
    except (LookupError, ValueError):
        raise UnwritableWorkbook(f"文件里的“{name}”文字编码无法识别，没有写入。") from None
    utf8 = text.lstrip("\ufeff").encode("utf-8", "surrogatepass")
    declared = _DECLARED.match(utf8)
    if declared:
        utf8 = utf8[: declared.start(1)] + b"UTF-8" + utf8[declared.end(1) :]
    return utf8
