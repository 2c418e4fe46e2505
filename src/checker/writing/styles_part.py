"""xl/styles.xml: cloning a cell's style with another fill, and the styles of result sheets."""

from __future__ import annotations

import re

from checker.writing.outcome import UnwritableWorkbook
from checker.writing.package import Package, declare, key_of, relate, related
from checker.writing.text_size import USUAL_POINTS
from checker.writing.workbook_part import Workbook
from checker.writing.xml_part import (
    Part,
    attributes,
    children,
    opened,
    prefixed,
    set_attribute,
    unprefixed,
)

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_ORDER = (
    *("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"),
    *("tableStyles", "colors", "extLst"),
)
_NO_FILL = b'<fill><patternFill patternType="none"/></fill>'
_DOTTED = b'<fill><patternFill patternType="gray125"/></fill>'
_FIRST = {
    "fonts": [b'<font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'],
    "fills": [_NO_FILL, _DOTTED],
    "borders": [b"<border><left/><right/><top/><bottom/><diagonal/></border>"],
    "cellXfs": [b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'],
}
_MOST_STYLES = 64_000
_ALIGNMENT = re.compile(rb"<(?:[\w.-]+:)?alignment(?=[\s/>])[^>]*>")
_SIZE = re.compile(rb"""<(?:[\w.-]+:)?sz\s+val\s*=\s*["'](\d{1,3}(?:\.\d+)?)["']""")
_WRAPPING = {"justify", "distributed"}
"""Alignments that break lines without being told to wrap."""


class Styles:
    """The style tables of a workbook. New entries are only appended; nothing is renumbered."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._part: Part | None = None
        self._tables: dict[str, list[bytes]] = {}
        self._old: dict[str, int] = {}
        self._index: dict[tuple[str, bytes], int] = {}
        self._fills_of: dict[int, bytes] = {}
        self._results: dict[tuple[object, ...], int] = {}
        self._clones: dict[tuple[int, bytes], int] = {}

    @property
    def part(self) -> Part:
        """The XML of the tables, which are made where there are none; read when first needed."""
        if self._part is None:
            package = self._workbook.package
            key = related(package, self._workbook.key, "styles") or _create(self._workbook)
            self._part = package.part(key)
            self._part.commit()
            self._part.expect("styleSheet")
        return self._part

    @property
    def _prefix(self) -> bytes:
        return self.part.prefix

    def _table(self, name: str) -> list[bytes]:
        """The entries of fonts, fills, borders or cellXfs, written without namespace prefix."""
        table = self._tables.get(name)
        if table is None:
            element = self.part.element(name)
            table = []
            if element is not None:
                entries = self.part.inside(element)
                table = [self.part.text[one.start : one.end] for one in entries]
            self._old[name] = len(table)
            # Excel treats the first two fills as "none" and "dotted" whatever they say.
            for missing in _FIRST[name][len(table) :]:
                table.append(prefixed(missing, self._prefix))
            self._tables[name] = table
        return table

    def _add(self, name: str, xml: bytes) -> int:
        """The index of that entry (written without prefix), appended if it is not there yet."""
        known = self._index.get((name, xml))
        if known is None:
            table = self._table(name)
            table.append(prefixed(xml, self._prefix))
            known = self._index[name, xml] = len(table) - 1
            if name == "cellXfs" and known > _MOST_STYLES:
                raise UnwritableWorkbook("工作簿里的单元格格式太多，不能再添加颜色。")
        return known

    def _format(self, style: int) -> bytes:
        formats = self._table("cellXfs")
        xml = formats[style] if 0 <= style < len(formats) else formats[0]
        opening = b"<" + self._prefix + b"xf"
        if not xml.startswith(opening):  # mc:AlternateContent: the fallback stands last
            at = xml.rfind(opening)
            closing = xml.rfind(b"</" + self._prefix + b"xf>")
            end = xml.index(b">", max(at, closing)) + 1
            xml = xml[at:end] if at >= 0 else _FIRST["cellXfs"][0]
        return xml

    def _format_tag(self, style: int) -> bytes:
        xml = self._format(style)
        return xml[: xml.index(b">") + 1]

    def fill_of(self, style: int) -> bytes:
        """The fill of a cell style as XML without prefix."""
        known = self._fills_of.get(style)
        if known is None:
            known = self._fills_of[style] = self._fill_of(style)
        return known

    def _fill_of(self, style: int) -> bytes:
        return unprefixed(self._entry(style, "fills", "fillId"), self._prefix)

    def _entry(self, style: int, name: str, attribute: str) -> bytes:
        """The entry of a table that a cell style names; the first where there is no such one."""
        table = self._table(name)
        number = attributes(self._format_tag(style)).get(attribute, "0")
        index = int(number) if number.isdecimal() else 0
        return table[index] if index < len(table) else table[0]

    def colour_of(self, style: int) -> str | None:
        """The colour of a solid fill as RRGGBB; None for any other fill."""
        fill = self.fill_of(style)
        if not re.search(rb'patternType\s*=\s*["\']solid["\']', fill):
            return None
        colour = re.search(rb'<fgColor\s[^>]*?rgb\s*=\s*["\']([0-9A-Fa-f]{6,8})["\']', fill)
        return colour[1][-6:].decode().upper() if colour else None

    def wrapping_of(self, style: int) -> tuple[float, int] | None:
        """Size of the letters in points and indent of a cell style in which long texts take more
        lines; None where they stay in one, or are turned."""
        xml = self._format(style)
        found = _ALIGNMENT.search(xml)
        values = attributes(found.group()) if found else {}
        placed = values.get("horizontal", ""), values.get("vertical", "")
        wraps = values.get("wrapText") in ("1", "true") or not _WRAPPING.isdisjoint(placed)
        if not wraps or values.get("textRotation", "0") != "0":
            return None
        size = _SIZE.search(self._entry(style, "fonts", "fontId"))
        points = float(size[1]) if size else USUAL_POINTS
        indent = values.get("indent", "0")
        return points or USUAL_POINTS, int(indent) if indent.isdecimal() else 0

    def with_fill(self, style: int, fill: bytes) -> int:
        """A style that differs from ``style`` in its fill only. ``fill`` is XML without prefix."""
        key = (style, fill)
        clone = self._clones.get(key)
        if clone is None:
            xml = self._format(style)
            tag = self._format_tag(style)
            if self.fill_of(style) == fill:
                clone = style
            else:
                new = set_attribute(tag, "fillId", str(self._fill_index(fill)))
                new = set_attribute(new, "applyFill", "1")
                clone = self._add("cellXfs", unprefixed(new + xml[len(tag) :], self._prefix))
            self._clones[key] = clone
        return clone

    def _fill_index(self, fill: bytes) -> int:
        known = self._index.get(("fills", fill))
        if known is None:
            for index, there in enumerate(self._table("fills")):
                if unprefixed(there, self._prefix) == fill:
                    self._index["fills", fill] = index
                    return index
            return self._add("fills", fill)
        return known

    def for_result(
        self,
        fill: bytes | None,
        font: tuple[bool, float | None, str | None],
        border: bool,
        number_format: int,
        alignment: str,
        quoted: bool,
    ) -> int:
        """A style for a cell of a result sheet.

        ``font`` is (bold, size in points, colour as RRGGBB); None means as in the workbook's own
        default font. ``alignment`` is the attributes of an alignment element.
        """
        key = (fill, font, border, number_format, alignment, quoted)
        known = self._results.get(key)
        if known is not None:
            return known
        fill_id = self._fill_index(fill) if fill else 0
        border_id = self._add("borders", _thin_border()) if border else 0
        font_id = self._add("fonts", self._font(*font)) if any(font) else 0
        attributes_ = (
            f'numFmtId="{number_format}" fontId="{font_id}" fillId="{fill_id}" '
            f'borderId="{border_id}" xfId="0"'
            + (' quotePrefix="1"' if quoted else "")
            + (' applyNumberFormat="1"' if number_format else "")
            + (' applyFont="1"' if font_id else "")
            + (' applyFill="1"' if fill else "")
            + (' applyBorder="1"' if border else "")
        )
        if self.part.element("cellStyleXfs") is None:
            attributes_ = attributes_.replace(' xfId="0"', "")
        self._results[key] = self._add(
            "cellXfs",
            f'<xf {attributes_} applyAlignment="1"><alignment {alignment}/></xf>'.encode(),
        )
        return self._results[key]

    def _font(self, bold: bool, size: float | None, colour: str | None) -> bytes:
        """The workbook's default font, made bold, resized, coloured."""
        default = unprefixed(self._table("fonts")[0], self._prefix)
        return _variant(default, bold, size, colour)

    def finish(self) -> None:
        """Splice all appended entries into the part, if anything was asked of it."""
        if self._part is None:
            return
        part = self._part
        fresh: list[tuple[int, bytes]] = []
        for name in _ORDER:
            table = self._tables.get(name)
            if table is None or len(table) == self._old[name]:
                continue
            new = b"".join(table[self._old[name] :])
            element = part.element(name)
            qualified = self._prefix + name.encode()
            if element is None:
                whole = b'<%s count="%d">%s</%s>' % (qualified, len(table), new, qualified)
                fresh.append((part.place_for(name, _ORDER), whole))
                continue
            counted = set_attribute(part.tag(element), "count", str(len(table)))
            if element.is_empty_tag:
                whole = opened(counted) + new + b"</" + qualified + b">"
                part.splice(element.start, element.end, whole)
            else:
                part.splice(element.start, element.inner_start, counted)
                part.insert(element.inner_end, new)
        root = part.root
        if fresh and root[3].endswith(b"/"):  # <styleSheet/>: open it
            inside = b"".join(xml for _, xml in fresh)
            whole = opened(root[0]) + inside + b"</" + root[2] + b">"
            part.splice(root.start(), root.end(), whole)
        else:
            for at, xml in fresh:
                part.insert(at, xml)
        self._tables.clear()


def _variant(default: bytes, bold: bool, size: float | None, colour: str | None) -> bytes:
    """A font, made bold, resized, coloured."""
    inner = default[default.index(b">") + 1 :] if not default.endswith(b"/>") else b"</font>"
    parts = {}
    for one in children(inner, 0, len(inner)):
        parts[one.name] = inner[one.start : one.end]
    parts.pop("b", None)
    if bold:
        parts["b"] = b"<b/>"
    if size:
        parts["sz"] = f'<sz val="{size:g}"/>'.encode()
    if colour:
        parts["color"] = f'<color rgb="FF{colour}"/>'.encode()
    order = (
        *("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign"),
        *("sz", "color", "name", "family", "charset", "scheme"),
    )
    return b"<font>" + b"".join(parts[name] for name in order if name in parts) + b"</font>"


def solid(colour: str) -> bytes:
    """A solid fill of a colour given as RRGGBB, as XML without prefix."""
    return (
        '<fill><patternFill patternType="solid">'
        f'<fgColor rgb="FF{colour}"/><bgColor indexed="64"/></patternFill></fill>'
    ).encode()


def _thin_border() -> bytes:
    sides = "".join(
        f'<{side} style="thin"><color rgb="FFBFBFBF"/></{side}>'
        for side in ("left", "right", "top", "bottom")
    )
    return f"<border>{sides}<diagonal/></border>".encode()


def _create(workbook: Workbook) -> str:
    package: Package = workbook.package
    tables = "".join(
        f'<{name} count="{len(entries)}">{b"".join(entries).decode()}</{name}>'
        for name, entries in _FIRST.items()
        if name != "cellXfs"
    )
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<styleSheet xmlns="{workbook.main_namespace}">{tables}'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        '</cellStyleXfs><cellXfs count="1">'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )
    name = workbook.folder + "styles.xml"
    if package.has(key_of(name)):
        name = package.free_name(name.replace(".xml", "{}.xml"))
    key = package.put(name, xml.encode())
    declare(package, name, _TYPE)
    relate(package, workbook.key, "styles", name, workbook.strict)
    return key
