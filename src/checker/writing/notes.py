"""The notes of a worksheet: their texts, the yellow boxes they are shown in, and their ties."""

from __future__ import annotations

import re

from msgspec import Struct

from checker.writing.addresses import Area
from checker.writing.cell_contents import rich_text
from checker.writing.grid import Grid, grid_of
from checker.writing.outcome import DAMAGED, UnwritableWorkbook
from checker.writing.package import declare, relate, related, relationships, remove_part, unrelate
from checker.writing.sheet_part import SheetPart
from checker.writing.text_size import text_pixels
from checker.writing.workbook_part import Sheet, Workbook
from checker.writing.xml_part import (
    TAG,
    Element,
    Part,
    attributes,
    cell_text,
    children,
    escape,
    local,
    prefixed,
    root_tag,
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


TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_IDMAP = re.compile(rb"""<o:idmap\b[^>]*?\bdata\s*=\s*["']([\d,\s]*)["']""")
_SHAPE = re.compile(rb"<v:shape(?=[\s>]).*?</v:shape\s*>", re.DOTALL)
_ANY_SHAPE = re.compile(
    rb"<v:(?:shape|rect|oval|line|polyline|curve|arc|group|roundrect|image)(?=[\s>])"
)
_SHAPE_ID = re.compile(rb"_x0000_s(\d+)")
_ROW = re.compile(rb"<x:Row>\s*(\d+)\s*</x:Row>")
_COLUMN = re.compile(rb"<x:Column>\s*(\d+)\s*</x:Column>")
_ANCHOR = re.compile(rb"(<x:Anchor>)([^<]*)(</x:Anchor>)")
_NOTE = re.compile(rb"""ObjectType\s*=\s*["']Note["']""")
_BLOCK = 1024  # shape ids are handed out in blocks of this size, one or more per drawing
_NAMESPACES = (
    ("v", "urn:schemas-microsoft-com:vml"),
    ("o", "urn:schemas-microsoft-com:office:office"),
    ("x", "urn:schemas-microsoft-com:office:excel"),
)
_NEW = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{}"/></o:shapelayout></xml>'
)
_SHAPE_TYPE = (
    b'<v:shapetype{} id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    b'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    b'<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_BUTTON_TYPE = (
    b'<v:shapetype{} id="_x0000_t201" coordsize="21600,21600" o:spt="201" '
    b'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path shadowok="f" '
    b'o:extrusionok="f" strokeok="f" fillok="f" o:connecttype="rect"/>'
    b'<o:lock v:ext="edit" shapetype="t"/></v:shapetype>'
)
_SHAPE_MIDDLE = (
    'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
)


class NoteShapes:
    """The boxes of one sheet. VML is often not well-formed XML, so it is only ever spliced."""

    def __init__(self, part: Part, blocks_in_use: set[int]) -> None:
        part.commit()
        self.part = part
        self._blocks_in_use = blocks_in_use
        self._new: list[str] = []
        idmap = _IDMAP.search(part.text)
        self._idmap = idmap
        own = [int(one) for one in idmap[1].split(b",") if one.strip().isdigit()] if idmap else []
        self._blocks = own or [_free_block(blocks_in_use)]
        used = [int(one) for one in _SHAPE_ID.findall(part.text)]
        block = self._blocks[-1]
        inside = [one for one in used if block * _BLOCK <= one < (block + 1) * _BLOCK]
        self._next = max(inside, default=block * _BLOCK) + 1
        self._extra: list[int] = []
        found = TAG.search(part.text)
        root = found.group() if found else b""
        self._undeclared = "".join(
            f' xmlns:{prefix}="{namespace}"'
            for prefix, namespace in _NAMESPACES
            if f"xmlns:{prefix}=".encode() not in root
        )

    def add(self, row: int, column: int, text: str, grid: Grid) -> None:
        """A box for a new note on a cell (1-based)."""
        width, height = text_pixels(text)
        self._new.append(
            f'<v:shape{self._undeclared} id="_x0000_s{self._next_id()}" type="#_x0000_t202" '
            'style="position:absolute;margin-left:60pt;margin-top:1.5pt;'
            f"width:{width * 0.75:g}pt;height:{height * 0.75:g}pt;z-index:{len(self._new) + 1};"
            f"{_SHAPE_MIDDLE}<x:Anchor>{grid.anchor(row, column, width, height)}</x:Anchor>"
            f"<x:AutoFill>False</x:AutoFill><x:Row>{row - 1}</x:Row>"
            f"<x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
        )

    def add_button(self, caption: str, macro: str, anchor: str, size: tuple[int, int]) -> None:
        """A button that runs a macro, at a place in VML's notation; it is not printed."""
        width, height = size
        text = escape(caption)
        self._new.append(
            f'<v:shape{self._undeclared} id="_x0000_s{self._next_id()}" type="#_x0000_t201" '
            f'alt="{text}" style="position:absolute;width:{width * 0.75:g}pt;'
            f'height:{height * 0.75:g}pt;z-index:{len(self._new) + 1};mso-wrap-style:tight" '
            'o:button="t" fillcolor="buttonFace [67]" strokecolor="windowText [64]" '
            'o:insetmode="auto"><v:fill color2="buttonFace [67]" o:detectmouseclick="t"/>'
            '<o:lock v:ext="edit" rotation="t"/><v:textbox style="mso-direction-alt:auto" '
            'o:singleclick="f"><div style="text-align:center"><font face="Calibri" size="220" '
            f'color="#000000">{text}</font></div></v:textbox><x:ClientData ObjectType="Button">'
            f"<x:Anchor>{anchor}</x:Anchor><x:PrintObject>False</x:PrintObject>"
            f"<x:AutoFill>False</x:AutoFill><x:FmlaMacro>[0]!{macro}</x:FmlaMacro>"
            "<x:TextHAlign>Center</x:TextHAlign><x:TextVAlign>Center</x:TextVAlign>"
            "</x:ClientData></v:shape>"
        )

    def _next_id(self) -> int:
        """A shape number that is free; a new block of them when one is used up."""
        if self._next % _BLOCK == 0:
            block = _free_block(self._blocks_in_use)
            self._extra.append(block)
            self._next = block * _BLOCK + 1
        self._next += 1
        return self._next - 1

    def _find(self, row: int, column: int) -> re.Match[bytes] | None:
        for found in _SHAPE.finditer(self.part.text):
            xml = found.group()
            own_row, own_column = _ROW.search(xml), _COLUMN.search(xml)
            if (
                own_row
                and own_column
                and _NOTE.search(xml)
                and ((int(own_row[1]), int(own_column[1])) == (row - 1, column - 1))
            ):
                return found
        return None

    def anchor_of(self, row: int, column: int) -> str | None:
        """The place of the box of an existing note."""
        shape = self._find(row, column)
        anchor = _ANCHOR.search(shape.group()) if shape else None
        return anchor[2].decode("utf-8", "replace") if anchor else None

    def move(self, row: int, column: int, anchor: str) -> None:
        """Give the box of an existing note another place and size."""
        shape = self._find(row, column)
        found = _ANCHOR.search(shape.group()) if shape else None
        if shape and found:
            start = shape.start() + found.start(2)
            self.part.splice(start, shape.start() + found.end(2), anchor.encode())

    def has(self, row: int, column: int) -> bool:
        """Whether the note on that cell (1-based) has a box."""
        return self._find(row, column) is not None

    def remove(self, row: int, column: int) -> None:
        """Take the box of a note away."""
        shape = self._find(row, column)
        if shape:
            self.part.splice(shape.start(), shape.end(), b"")

    @property
    def is_empty(self) -> bool:
        """Whether no box or other shape is left (call after committing the part)."""
        return _ANY_SHAPE.search(self.part.text) is None

    def finish(self) -> None:
        """Splice the new boxes in."""
        if not self._new:
            return
        text = self.part.text
        if self._extra and self._idmap:
            more = "".join(f",{block}" for block in self._extra).encode()
            self.part.insert(self._idmap.end(1), more)
        shapes = "".join(self._new).encode()
        head = b""
        for name, shape_type in ((b"_x0000_t202", _SHAPE_TYPE), (b"_x0000_t201", _BUTTON_TYPE)):
            if b'type="#' + name in shapes and b'id="' + name + b'"' not in text:
                head += shape_type.replace(b"{}", self._undeclared.encode())
        self.part.insert(text.rindex(b"</xml"), head + shapes)


def blocks_of(text: bytes) -> set[int]:
    """The blocks of shape ids that a VML part lays claim to."""
    found = _IDMAP.search(text)
    return {int(one) for one in found[1].split(b",") if one.strip().isdigit()} if found else set()


def new_drawing(blocks_in_use: set[int]) -> bytes:
    """A VML part without shapes, with a block of ids of its own."""
    return _NEW.format(_free_block(blocks_in_use)).encode()


def _free_block(blocks_in_use: set[int]) -> int:
    block = 1
    while block in blocks_in_use:
        block += 1
    blocks_in_use.add(block)
    return block


_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"


class SheetNotes:
    """Adds notes to a worksheet and takes them away again. Call `finish` at the end."""

    def __init__(self, workbook: Workbook, sheet: Sheet, sheet_part: SheetPart) -> None:
        self._workbook = workbook
        self._package = workbook.package
        self._sheet = sheet
        self._sheet_part = sheet_part
        self._comments_key = related(self._package, sheet.key, "comments")
        self._shapes_key = self._drawing_key()
        self._notes: Notes | None = None
        self._shapes: NoteShapes | None = None
        self._grid: Grid | None = None

    def _drawing_key(self) -> str | None:
        element = self._sheet_part.element("legacyDrawing")
        if element is None:
            return None
        values = attributes(self._sheet_part.tag(element))
        id_ = next((value for name, value in values.items() if name.endswith(":id")), None)
        for one in relationships(self._package, self._sheet.key):
            if one.id == id_ and self._package.has(one.target):
                return one.target
        raise UnwritableWorkbook(DAMAGED)

    def existing(self, address: str) -> Note | None:
        """The note on a cell, if there is one."""
        if self._comments_key is None:
            return None
        return self.notes.notes.get(address)

    @property
    def notes(self) -> Notes:
        """The comments part, created when there is none."""
        if self._notes is None:
            if self._comments_key is None:
                name = self._package.free_name(self._workbook.folder + "comments{}.xml")
                xml = new_comments(self._workbook.main_namespace)
                self._comments_key = self._package.put(name, xml)
                declare(self._package, name, _COMMENTS_TYPE)
                relate(self._package, self._sheet.key, "comments", name, self._workbook.strict)
            self._notes = Notes(self._package.part(self._comments_key))
        return self._notes

    @property
    def shapes(self) -> NoteShapes:
        """The VML part, created when there is none."""
        if self._shapes is None:
            in_use = self._workbook.shape_blocks
            if not in_use:
                for key in list(self._package.keys()):
                    if key.endswith(".vml"):
                        in_use |= blocks_of(self._package.raw(key))
            if self._shapes_key is None:
                name = self._package.free_name(self._workbook.folder + "drawings/vmlDrawing{}.vml")
                self._shapes_key = self._package.put(name, new_drawing(in_use))
                declare(self._package, name, TYPE)
                strict = self._workbook.strict
                id_ = relate(self._package, self._sheet.key, "vmlDrawing", name, strict)
                self._insert_reference(id_)
            self._shapes = NoteShapes(self._package.part(self._shapes_key), in_use)
        return self._shapes

    def _insert_reference(self, id_: str) -> None:
        sheet = self._sheet_part
        reference = self._workbook.reference(sheet.root[0], id_).encode()
        xml = b"<%slegacyDrawing %s/>" % (sheet.prefix, reference)
        sheet.part.insert(sheet.place_for("legacyDrawing"), xml)

    @property
    def grid(self) -> Grid:
        """Column widths and row heights of this sheet."""
        if self._grid is None:
            self._grid = grid_of(self._sheet_part)
        return self._grid

    def add(self, address: str, row: int, column: int, text: str) -> None:
        """Put a note on a cell that has none. ``address`` is that of row and column."""
        self.notes.add(address, text)
        self.shapes.add(row, column, text, self.grid)

    def append(self, note: Note, row: int, column: int, text: str) -> str | None:
        """Append to the note that a cell has; returns the place of its box, for the record.

        The caller has made sure that it is no threaded comment.
        """
        self.notes.rewrite(note, joined_xml(note.text_xml, text))
        whole = note.text + SEPARATOR + text
        anchor = self.shapes.anchor_of(row, column)
        if anchor is None and not self.shapes.has(row, column):
            self.shapes.add(row, column, whole, self.grid)
        elif anchor is not None:
            self.shapes.move(row, column, self.grid.anchor(row, column, *text_pixels(whole)))
        return anchor

    def remove(self, row: int, column: int) -> None:
        """Take a note away."""
        note = self.existing(Area(row, column, row, column).reference)
        if note is not None:
            self.notes.remove(note)
            if self._shapes_key is not None:
                self.shapes.remove(row, column)

    def rewrite(self, row: int, column: int, xml: bytes, anchor: str | None) -> None:
        """Give an existing note back its earlier text and place."""
        note = self.existing(Area(row, column, row, column).reference)
        if note is not None:
            self.notes.rewrite(note, xml)
            if anchor and self._shapes_key is not None:
                self.shapes.move(row, column, anchor)

    def finish(self) -> None:
        """Splice in everything that was added."""
        if self._notes is not None:
            self._notes.finish()
        if self._shapes is not None:
            self._shapes.finish()

    def drop_if_empty(self) -> None:
        """Remove parts that hold nothing any more (after removing notes)."""
        self.finish()
        if self._notes is None or self._comments_key is None:
            return
        self._notes.part.commit()
        if Notes(self._notes.part).notes:
            return
        unrelate(self._package, self._sheet.key, self._comments_key)
        remove_part(self._package, self._comments_key)
        if self._shapes is None or self._shapes_key is None:
            return
        self._shapes.part.commit()
        element = self._sheet_part.element("legacyDrawing")
        if self._shapes.is_empty and element is not None:
            self._sheet_part.part.splice(element.start, element.end, b"")
            unrelate(self._package, self._sheet.key, self._shapes_key)
            remove_part(self._package, self._shapes_key)
