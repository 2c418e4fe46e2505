"""Hyperlinks inside the workbook: putting them on cells and taking them away."""

from __future__ import annotations

from collections.abc import Mapping

from checker.writing.sheet_part import SheetPart
from checker.writing.xml_bytes import Element, attributes, children, escape_attribute


def linked_cells(sheet: SheetPart) -> set[str]:
    """The addresses (or ranges) that carry a hyperlink already."""
    element = sheet.element("hyperlinks")
    if element is None:
        return set()
    inside = children(sheet.part.scan, element.inner_start, element.inner_end)
    return {attributes(sheet.tag(one)).get("ref", "") for one in inside}


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
    element = sheet.element("hyperlinks")
    whole = b"<%shyperlinks>%s</%shyperlinks>" % (prefix, xml, prefix)
    if element is None:
        sheet.part.insert(sheet.place_for("hyperlinks"), whole)
    elif element.is_empty_tag:
        sheet.part.splice(element.start, element.end, whole)
    else:
        sheet.part.insert(element.inner_end, xml)


def remove_links(sheet: SheetPart, links: Mapping[str, str]) -> None:
    """Remove the links that lead from those addresses to those locations."""
    element = sheet.element("hyperlinks")
    if element is None:
        return
    left: list[Element] = []
    gone: list[Element] = []
    for one in children(sheet.part.scan, element.inner_start, element.inner_end):
        values = attributes(sheet.tag(one))
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
