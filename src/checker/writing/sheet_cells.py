"""Changing a worksheet: style and contents of cells, cells that are not there yet, hyperlinks."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from checker.writing.addresses import column_letters, parse_area
from checker.writing.cell_contents import Content
from checker.writing.sheet_part import ORDER, Place, Row, SheetPart
from checker.writing.xml_part import (
    Element,
    attributes,
    drop_attribute,
    escape_attribute,
    opened,
    prefixed,
    set_attribute,
)

_SPANS = re.compile(rb"""\sspans\s*=\s*["'](\d+):(\d+)["']""")


class CellChange(Struct, frozen=True):
    """A new style id for a cell, new contents, or its removal. None leaves things as they are."""

    style: int | None = None
    content: Content | None = None
    remove: bool = False


def change_cells(
    sheet: SheetPart,
    changes: Mapping[tuple[int, int], CellChange],
    places: Mapping[tuple[int, int], Place],
) -> None:
    """Splice all changes into the sheet. ``places`` comes from `SheetPart.locate`."""
    new_rows: dict[int, list[tuple[Place, CellChange]]] = {}
    grown: dict[int, tuple[Row, list[tuple[Place, bytes]]]] = {}
    for address in sorted(changes):
        change, place = changes[address], places[address]
        if place.row is None:
            _change_existing(sheet, place, change)
        elif change.remove or (change.style is None and change.content is None):
            continue
        elif place.row.exists:
            row, cells = grown.setdefault(place.number, (place.row, []))
            cells.append((place, _new_cell(sheet, place, change)))
        else:
            new_rows.setdefault(place.number, []).append((place, change))
    for row, cells in grown.values():
        _grow_row(sheet, row, cells)
    _add_rows(sheet, new_rows)
    added = [(place.number, place.column) for row, cells in grown.values() for place, _ in cells]
    added += [(number, place.column) for number, cells in new_rows.items() for place, _ in cells]
    if added:
        _widen_dimension(sheet, added)


def _change_existing(sheet: SheetPart, place: Place, change: CellChange) -> None:
    part = sheet.part
    if change.remove:
        part.splice(place.start, sheet.end_of(place), b"")
        return
    if change.content is None:
        if change.style is None or change.style == place.style:
            return
        if place.style_at:
            part.splice(place.style_at, place.style_end, b"%d" % change.style)
        else:
            tag = part.text[place.start : place.tag_end]
            new = set_attribute(tag, "s", str(change.style))
            part.splice(place.start, place.tag_end, new)
        return
    tag = part.text[place.start : place.tag_end]
    style = place.style if change.style is None else change.style
    kept = attributes(tag)
    if style or "s" in kept:
        tag = set_attribute(tag, "s", str(style))
    for name in ("t", "cm", "vm"):
        tag = drop_attribute(tag, name)
    part.splice(place.start, sheet.end_of(place), _filled(sheet, tag, change.content))


def _filled(sheet: SheetPart, tag: bytes, content: Content) -> bytes:
    if content.type:
        tag = set_attribute(tag, "t", content.type)
    bare = tag.rstrip(b">").rstrip(b"/").rstrip()
    if not content.inner:
        return bare + b"/>"
    inner = prefixed(content.inner, sheet.prefix)
    return bare + b">" + inner + b"</" + sheet.prefix + b"c>"


def _new_cell(sheet: SheetPart, place: Place, change: CellChange) -> bytes:
    style = place.style if change.style is None else change.style
    tag = f'c r="{place.address}"' + (f' s="{style}"' if style else "") + "/>"
    return _filled(sheet, b"<" + sheet.prefix + tag.encode(), change.content or Content("", b""))


def _grow_row(sheet: SheetPart, row: Row, cells: list[tuple[Place, bytes]]) -> None:
    part = sheet.part
    tag = part.text[row.start : row.inner_start]
    new = tag
    spans = _SPANS.search(tag)
    if spans:
        low = min(int(spans[1]), *(place.column for place, _ in cells))
        high = max(int(spans[2]), *(place.column for place, _ in cells))
        new = set_attribute(tag, "spans", f"{low}:{high}")
    if row.inner_start == row.end:  # <row/>: open it
        inside = b"".join(xml for _, xml in cells)
        part.splice(row.start, row.end, opened(new) + inside + b"</" + sheet.prefix + b"row>")
        return
    if new != tag:
        part.splice(row.start, row.inner_start, new)
    for place, xml in cells:
        part.insert(place.start, xml)


def _add_rows(sheet: SheetPart, rows: dict[int, list[tuple[Place, CellChange]]]) -> None:
    if not rows:
        return
    format_ = sheet.part.element("sheetFormatPr")
    hidden = b""
    if format_ and sheet.part.attributes(format_).get("zeroHeight") in ("1", "true"):
        hidden = b' hidden="1"'  # rows that are not written down are hidden in this sheet
    prefix = sheet.prefix
    inside = []
    for number in sorted(rows):
        cells = b"".join(_new_cell(sheet, place, change) for place, change in rows[number])
        xml = b'<%srow r="%d"%s>%s</%srow>' % (prefix, number, hidden, cells, prefix)
        inside.append(xml)
        if not sheet.data.is_empty_tag:
            sheet.part.insert(rows[number][0][0].start, xml)
    if sheet.data.is_empty_tag:
        sheet.part.splice(
            sheet.data.start,
            sheet.data.end,
            b"<%ssheetData>%s</%ssheetData>" % (prefix, b"".join(inside), prefix),
        )


def _widen_dimension(sheet: SheetPart, added: list[tuple[int, int]]) -> None:
    element = sheet.part.element("dimension")
    if element is None:
        return
    tag = sheet.part.tag(element)
    area = parse_area(attributes(tag).get("ref", ""))
    if area is None:
        return
    top, left = min(area.top, *(r for r, _ in added)), min(area.left, *(c for _, c in added))
    bottom = max(area.bottom, *(r for r, _ in added))
    right = max(area.right, *(c for _, c in added))
    if (top, left, bottom, right) != tuple(area):
        reference = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
        sheet.part.splice(element.start, element.inner_start, set_attribute(tag, "ref", reference))


def linked_cells(sheet: SheetPart) -> set[str]:
    """The addresses (or ranges) that carry a hyperlink already."""
    part = sheet.part
    element = part.element("hyperlinks")
    inside = part.inside(element) if element else ()
    return {part.attributes(one).get("ref", "") for one in inside}


def add_links(sheet: SheetPart, links: Mapping[str, str]) -> None:
    """Let cells (by address) lead to locations such as "校验结果!A5"."""
    if not links:
        return
    prefix = sheet.prefix
    xml = b"".join(
        b"<%s%s"
        % (
            prefix,
            f'hyperlink ref="{address}" location="{escape_attribute(to)}"/>'.encode(),
        )
        for address, to in links.items()
    )
    element = sheet.part.element("hyperlinks")
    name = prefix + b"hyperlinks"
    if element is None:
        whole = b"<%s>%s</%s>" % (name, xml, name)
        sheet.part.insert(sheet.part.place_for("hyperlinks", ORDER), whole)
    else:
        sheet.part.append(element, name, xml)


def remove_links(sheet: SheetPart, links: Mapping[str, str]) -> None:
    """Remove the links that lead from those addresses to those locations."""
    element = sheet.part.element("hyperlinks")
    if element is None:
        return
    left: list[Element] = []
    gone: list[Element] = []
    for one in sheet.part.inside(element):
        values = sheet.part.attributes(one)
        address = values.get("ref", "")
        same = _bare(links.get(address, "")) == _bare(values.get("location", ""))
        (gone if address in links and same else left).append(one)
    if not left:
        sheet.part.splice(element.start, element.end, b"")
        return
    for one in gone:
        sheet.part.splice(one.start, one.end, b"")


def _bare(link: str) -> str:
    """A location without the quotes and dollar signs that programs add or leave out."""
    return link.removeprefix("#").replace("'", "").replace("$", "")
