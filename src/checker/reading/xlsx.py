""".xlsx and .xlsm: the sheets of a package, read through calamine from a package of our own.

Calamine is given only what its values come from: the cells, the shared strings, the number formats.
So nothing else in a file can make it refuse, or ask for memory that no honest file needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from checker.model.snapshot import SheetSnapshot
from checker.reading import unreadable
from checker.reading.calamine_values import read_values
from checker.reading.limits import LIMITS
from checker.reading.package import Package, packed
from checker.reading.sheet_part import SheetCells, read_sheet
from checker.reading.styles import NO_STYLES, Styles, read_styles
from checker.reading.unreadable import UnreadableWorkbook, damaged
from checker.reading.workbook_part import WorkbookPart, read_workbook_part
from checker.reading.xml_walk import as_utf8, escaped, parse


def read_xlsx(package: Package, workbook: WorkbookPart | None = None) -> list[SheetSnapshot]:
    """All worksheets in tab order. ``workbook`` is what the main part says, if it was read.

    Raises UnreadableWorkbook.
    """
    workbook = workbook or read_workbook_part(package)
    styles = NO_STYLES
    if package.has(workbook.styles):
        styles = read_styles(package.read(workbook.styles), workbook.styles)
    try:
        return _read(package, workbook, styles, rewrite=False)
    except _Refused:
        pass  # calamine refuses some ways of writing cells that every program reads
    try:
        return _read(package, workbook, styles, rewrite=True)
    except _Refused as refusal:
        raise damaged(refusal.part) from refusal


def size_of(package: Package, workbook: WorkbookPart) -> int:
    """Bytes of all parts that would be unpacked."""
    parts = {workbook.styles, workbook.shared_strings, *(sheet.part for sheet in workbook.sheets)}
    return sum(package.size(part) for part in parts)


class _Refused(Exception):
    """Calamine did not read the ``part``, or the workbook as a whole for ""."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def _read(
    package: Package, workbook: WorkbookPart, styles: Styles, *, rewrite: bool
) -> list[SheetSnapshot]:
    sheets: list[SheetCells] = []
    count = 0
    for sheet in workbook.sheets:
        if not package.has(sheet.part):
            raise damaged(sheet.part)
        xml = package.read(sheet.part, LIMITS.part_bytes)
        sheets.append(read_sheet(xml, styles.percent, sheet.part, rewrite=rewrite))
        count += sheets[-1].written
        if count > LIMITS.cells:
            raise UnreadableWorkbook(unreadable.TOO_MANY_CELLS)
    strings = _strings(package, workbook.shared_strings, rewrite=rewrite)
    data = _package(sheets, styles, strings, date_1904=workbook.date_1904)
    found: list[SheetSnapshot] = []
    try:
        for part, cells, read in zip(workbook.sheets, sheets, read_values(data), strict=True):
            _, _, (origin, rows) = read
            own = {"title": part.title, "visible": part.visible}
            found.append(replace(cells.beside, rows=rows, origin=origin, **own))
    except UnreadableWorkbook as refusal:
        if refusal.reason != unreadable.DAMAGED:
            raise
        refused = workbook.sheets[len(found)].part if len(found) < len(sheets) else ""
        raise _Refused(refused) from refusal
    return found


_OPENING = re.compile(rb"<((?:\w+:)?sst)\b[^<>]*>")


def _strings(package: Package, part: str, *, rewrite: bool) -> bytes | None:
    """The shared strings without the counts that they claim; None if there are none."""
    if not package.has(part):
        return None
    xml = as_utf8(package.read(part, LIMITS.part_bytes), part)
    if xml.count(b"si>") + xml.count(b"si/>") > 2 * LIMITS.strings:
        raise UnreadableWorkbook(unreadable.TOO_MANY_CELLS)
    if rewrite or b"<!" in xml:
        return _rewritten_strings(xml, part)
    opening = _OPENING.search(xml)
    if opening is None or b"</" not in xml:
        return None
    return b"<" + opening[1] + b">" + xml[opening.end() :]


def _rewritten_strings(xml: bytes, part: str) -> bytes:
    pieces: list[str] = []
    text_of_item: list[str] = []
    phonetic = preserved = False

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal phonetic, preserved
        if element == "si":
            text_of_item.clear()
        elif element == "t":
            preserved = attributes.get("xml:space") == "preserve"
        elif element == "rPh":
            phonetic = True

    def end(element: str, text: str) -> None:
        nonlocal phonetic
        if element == "t" and not phonetic:
            text_of_item.append(text if preserved else text.strip(" \t\r\n"))
        elif element == "rPh":
            phonetic = False
        elif element == "si":
            text = escaped("".join(text_of_item))
            pieces.append(f'<si><t xml:space="preserve">{text}</t></si>')

    if xml.strip():
        parse(xml, start, end, part=part)
    return f"<sst>{''.join(pieces)}</sst>".encode("utf-8", "replace")


_R = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _package(
    sheets: list[SheetCells], styles: Styles, strings: bytes | None, *, date_1904: bool
) -> bytes:
    """A workbook of these sheets, in this order, under names of our own."""
    numbers = [b"%d" % number for number in range(1, len(sheets) + 1)]
    relation = b'<Relationship Id="r%s" Type="%s/worksheet" Target="worksheets/%s.xml"/>'
    entry = b'<sheet name="%s" sheetId="%s" r:id="r%s"/>'
    parts = {
        "_rels/.rels": b'<Relationships><Relationship Id="r1" Type="%s/officeDocument" '
        b'Target="xl/workbook.xml"/></Relationships>' % _R,
        "xl/_rels/workbook.xml.rels": b"<Relationships>"
        + b"".join([relation % (number, _R, number) for number in numbers])
        + b"</Relationships>",
        "xl/workbook.xml": b'<workbook xmlns:r="%s"><workbookPr date1904="%d"/><sheets>'
        % (_R, date_1904)
        + b"".join([entry % (number, number, number) for number in numbers])
        + b"</sheets></workbook>",
        "xl/styles.xml": styles.xml,
    }
    if strings is not None:
        parts["xl/sharedStrings.xml"] = strings
    for number, sheet in enumerate(sheets, start=1):
        parts[f"xl/worksheets/{number}.xml"] = sheet.xml
    return packed(parts)
