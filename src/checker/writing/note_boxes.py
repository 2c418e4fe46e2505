"""The VML part of a worksheet: the boxes that notes are shown in, and buttons."""

from __future__ import annotations

import re

from checker.writing.grid import Grid
from checker.writing.text_size import text_pixels
from checker.writing.xml_part import (
    TAG,
    Part,
    escape,
)

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
        self._blocks = blocks_of(part.text) or [_free_block(blocks_in_use)]
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


def blocks_of(text: bytes) -> list[int]:
    """The blocks of shape ids that a VML part lays claim to."""
    found = _IDMAP.search(text)
    return [int(one) for one in found[1].split(b",") if one.strip().isdigit()] if found else []


def new_drawing(blocks_in_use: set[int]) -> bytes:
    """A VML part without shapes, with a block of ids of its own."""
    return _NEW.format(_free_block(blocks_in_use)).encode()


def _free_block(blocks_in_use: set[int]) -> int:
    block = 1
    while block in blocks_in_use:
        block += 1
    blocks_in_use.add(block)
    return block
