"""Workbooks written in the usual way, read in one pass over each sheet's XML, without calamine.

calamine gives the values but not formulas, errors and formats, so a second look at the same XML
was needed, and most of what both of them read stands on every school's form. Here a sheet is read
once, and parts and rows that were met before are known. The result is the same as the thorough
way's by construction: whatever is not certain to be raises `Unusual`, and is read the thorough way.
"""

from __future__ import annotations

import re
from functools import lru_cache

from checker.model.snapshot import SheetSnapshot
from checker.reading.inflate import unpacked
from checker.reading.package import Package, PackedPart
from checker.reading.parts import SheetPart, WorkbookPart
from checker.reading.unreadable import UnreadableWorkbook
from checker.reading.usual_cells import Unusual
from checker.reading.usual_formats import CellFormats, cell_formats
from checker.reading.usual_rows import RowReader, SharedStrings
from checker.reading.usual_sheets import SheetCells
from checker.reading.usual_strings import read_strings
from checker.reading.xml_walk import UTF8_BEGINNING, parse

MOST_BYTES = 20_000_000
"""Unpacked size of a package above which nothing is tried here."""
KEPT_BYTES = 200_000
"""Unpacked size above which a part is not remembered."""
MOST_HEAD_BYTES = 50_000

_STRINGS, _STYLES, _SHEETS = "xl/sharedStrings.xml", "xl/styles.xml", "xl/worksheets/"
_UTF8 = re.compile(UTF8_BEGINNING + rb"<[A-Za-z]")
_HEAD = re.compile(UTF8_BEGINNING + rb"<worksheet[ >]")
_DIMENSION = re.compile(
    rb'<dimension ref="[A-Z]{1,2}[1-9][0-9]{0,5}(?::[A-Z]{1,2}[1-9][0-9]{0,5})?"/>'
)


def read_usual(package: Package, workbook: WorkbookPart) -> dict[str, SheetSnapshot]:
    """The sheets by title, in tab order. Raises Unusual if anything is not written in the usual
    way, or is damaged: the thorough way then says what it is."""
    _refuse_unusual(package, workbook)
    try:
        reader = _reader(_kept(package, workbook.styles))
        strings = _strings(package, workbook.shared_strings)
        return {
            sheet.title: _cells(package.packed_part(sheet.part), reader).snapshot(
                sheet.title, sheet.state == "visible", strings
            )
            for sheet in workbook.sheets
        }
    except (UnreadableWorkbook, KeyError, IndexError) as error:
        raise Unusual from error


def _refuse_unusual(package: Package, workbook: WorkbookPart) -> None:
    """calamine looks for the parts where they usually are, and nowhere else."""
    if (
        package.total_size > MOST_BYTES
        or workbook.main != "xl/workbook.xml"
        or workbook.styles != _STYLES
        or workbook.shared_strings not in ("", _STRINGS)
        or package.has(_STRINGS) != bool(workbook.shared_strings)
        or workbook.date_1904
        or not _are_usual(workbook.sheets)
    ):
        raise Unusual
    for name in (workbook.main, "xl/_rels/workbook.xml.rels", _STYLES):
        if not package.has(name) or not _in_utf8(_kept(package, name)):
            raise Unusual


@lru_cache(16)
def _are_usual(sheets: tuple[SheetPart, ...]) -> bool:
    titles = [sheet.title for sheet in sheets]
    return (
        bool(titles)
        and len(set(titles)) == len(titles)
        and not any("\r" in title or "\n" in title or not title for title in titles)
        and all(
            sheet.part.startswith(_SHEETS) and sheet.state in ("visible", "hidden", "veryHidden")
            for sheet in sheets
        )
    )


def _kept(package: Package, name: str) -> PackedPart:
    part = package.packed_part(name)
    if part.size > KEPT_BYTES:
        raise Unusual
    return part


@lru_cache(32)
def _in_utf8(part: PackedPart) -> bool:
    return _UTF8.match(unpacked(part)) is not None


@lru_cache(8)
def _reader(styles: PackedPart) -> RowReader:
    return _reader_for(cell_formats(unpacked(styles)))


@lru_cache(4)
def _reader_for(formats: CellFormats) -> RowReader:
    """One for all workbooks whose styles say the same, however they are written."""
    return RowReader(formats)


_NO_STRINGS = SharedStrings((), kept=True)


def _strings(package: Package, name: str) -> SharedStrings:
    if not name:
        return _NO_STRINGS
    part = package.packed_part(name)
    if part.size > KEPT_BYTES:
        return SharedStrings(read_strings(unpacked(part)), kept=False)
    return _strings_of(part)


@lru_cache(8)
def _strings_of(part: PackedPart) -> SharedStrings:
    return SharedStrings(read_strings(unpacked(part)), kept=True)


def _cells(part: PackedPart, reader: RowReader) -> SheetCells:
    read = _cells_of if part.size <= KEPT_BYTES else _cells_of.__wrapped__
    return read(part, reader)


@lru_cache(32)
def _cells_of(part: PackedPart, reader: RowReader) -> SheetCells:
    """What stands in a sheet part. The sheets that nobody fills in are the same in every copy."""
    xml = unpacked(part)
    begin = xml.find(b"<sheetData")
    _check_head(xml[: max(begin, 0)])
    begin += len(b"<sheetData>")
    if xml[begin - 1 : begin + 1] == b"/>":
        rows = []
        begin += 1
        end = begin
    else:
        end = xml.find(b"</sheetData>", begin)
        if xml[begin - 1 : begin] != b">" or end < 0:
            raise Unusual
        rows = reader.rows(xml[begin:end])
    mark = xml.find(b"!", end)  # found far sooner than "<!", and rarely there
    while mark >= 0:
        if xml[mark - 1 : mark] == b"<":
            raise Unusual
        mark = xml.find(b"!", mark + 1)
    return SheetCells(rows)


@lru_cache(64)
def _check_head(head: bytes) -> None:
    """What stands before the cells: well formed, in UTF-8, with nothing that calamine refuses."""
    if len(head) > MOST_HEAD_BYTES or _HEAD.match(head) is None or b"<!" in head:
        raise Unusual
    if len(_DIMENSION.findall(head)) != head.count(b"dimension"):
        raise Unusual
    parse(head + b"</worksheet>", lambda *_: None)
