"""One part of a package while it is being changed: its text, and the splices made to it."""

from __future__ import annotations

import codecs
import re

from checker.writing.errors import UnwritableWorkbook
from checker.writing.xml_bytes import blanked, has_markup_declaration

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_PLAIN = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}
_SMALL = 1 << 20
"""Texts up to this size are put together at once, for they are used more than once."""


class Part:
    """A part's text in UTF-8, changed by splices that are applied all at once by `commit`.

    Offsets of all splices refer to the text as it was at the last commit, so a part can be scanned
    once and changed in many places. ``raw`` is what the part was before any change, in the
    encoding of the file; ``dirty`` says whether a change was committed since.
    """

    __slots__ = ("_pieces", "_scan", "_splices", "dirty", "name", "raw", "text")

    def __init__(self, name: str, raw: bytes, text: bytes) -> None:
        self.name = name
        self.raw = raw
        self.text = text
        self.dirty = False
        self._splices: list[tuple[int, int, bytes]] = []
        self._scan: bytes | None = None
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

    def splice(self, start: int, end: int, new: bytes) -> None:
        """Replace ``text[start:end]``; insertions at one place keep the order they were made in."""
        self._pieces = None
        self._splices.append((start, end, new))

    def insert(self, at: int, new: bytes) -> None:
        """Put bytes in at one place."""
        self._pieces = None
        self._splices.append((at, at, new))

    def drop_splices(self, start: int, end: int) -> None:
        """Forget the changes made inside ``text[start:end]``."""
        self._pieces = None
        self._splices = [one for one in self._splices if one[1] <= start or one[0] >= end]

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
            self._pieces = None
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
