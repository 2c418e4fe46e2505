"""One worksheet's XML: where its cells, rows, columns and other elements lie in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import islice

from msgspec import Struct

from checker.writing.addresses import Area, column_letters, column_number, parse_area
from checker.writing.outcome import DAMAGED, UnwritableWorkbook
from checker.writing.xml_part import Part, attributes

_NUMBER_ROW = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")
_REFERENCE = re.compile(rb"""\sref\s*=\s*["']([^"']*)["']""")
_STYLE = re.compile(rb"""\ss\s*=\s*["'](\d+)["']""")
_ADDRESS = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]{1,3})\$?\d+["']""")
_CUSTOM_FORMAT = re.compile(rb"""\scustomFormat\s*=\s*["'](?:1|true)["']""")
_AFTER_NAME = b" \t\r\n/>"
_NEAR = 32 * 1024  # bytes
_MOST_MISSES = 30
_MOST_HEIGHTS = 20_000

ORDER = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr"),
    *("sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState"),
    *("dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting"),
    *("dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup"),
    *("headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches"),
    *("ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF"),
    *("picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst"),
)
"""The order in which a worksheet's elements must stand."""


class Row(Struct, frozen=True):
    """A row of the sheet data, existing (offsets of its parts) or not (``start`` is its place)."""

    number: int
    start: int
    inner_start: int
    inner_end: int
    end: int
    exists: bool
    style: int | None  # what a new cell in this row inherits


class Place(Struct, frozen=True):
    """Where one cell is in the text, or where it would have to be put in."""

    number: int  # of the row
    column: int
    start: int
    tag_end: int  # behind the start tag
    style: int  # its own, or the one it inherits
    style_at: int = 0  # where the number of its own style is written; 0 if nowhere
    style_end: int = 0
    row: Row | None = None  # the row that a missing cell belongs into; None if the cell exists

    @property
    def exists(self) -> bool:
        """Whether the sheet has the cell."""
        return self.row is None

    @property
    def address(self) -> str:
        """Such as "C7"."""
        return f"{column_letters(self.column)}{self.number}"


def _row_style(tag: bytes) -> int | None:
    style = None
    if b"customFormat" in tag and _CUSTOM_FORMAT.search(tag):
        style = _STYLE.search(tag)
    return int(style[1]) if style else None


class SheetPart:
    """Finds things in a worksheet part; changes go through ``part.splice``."""

    def __init__(self, part: Part) -> None:
        part.commit()
        part.expect("worksheet")
        data = part.element("sheetData")
        if data is None:
            raise UnwritableWorkbook(DAMAGED)
        self.part = part
        self.data = data
        self.prefix = part.prefix
        self._inherited: list[tuple[int, int, int]] | None = None
        self._row = re.compile(rb'<%srow(?: r="(\d+)")?(?=[\s/>])[^>]*>' % self.prefix)
        self._usual_cell = b"<" + self.prefix + b'c r="'
        self._usual_tag = re.compile(self._usual_cell + rb'[A-Z]+\d+"(?: s="(\d+)")?[^>]*>')

    def merged(self) -> list[Area]:
        """The merged ranges."""
        scan = self.part.scan
        name = self.prefix + b"mergeCells"
        start = scan.find(b"<" + name, self.data.end)
        end = scan.find(b"</" + name, start)
        if start < 0 or end < 0:
            return []
        areas = []
        for reference in _REFERENCE.findall(scan, start, end):
            area = parse_area(reference.decode("utf-8", "replace"))
            if area is not None and area.size > 1:
                areas.append(area)
        return areas

    def columns(self) -> list[Mapping[str, str]]:
        """The attributes of the declared column groups (min, max, style, width, hidden)."""
        found = self.part.element("cols")
        return [self.part.attributes(each) for each in self.part.inside(found)] if found else []

    def row_heights(self) -> dict[int, float]:
        """Points of height by row, of the first rows that say one; hidden rows have 0."""
        heights: dict[int, float] = {}
        scan = self.part.scan
        for found in islice(
            self._row.finditer(scan, self.data.inner_start, self.data.inner_end), _MOST_HEIGHTS
        ):
            tag = found.group()
            if found[1] and (b" ht=" in tag or b" hidden=" in tag):
                values = attributes(tag)
                with suppress(ValueError):
                    hidden = values.get("hidden") in ("1", "true")
                    heights[int(found[1])] = 0.0 if hidden else float(values.get("ht", ""))
        return heights

    def locate(self, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Place]:
        """Where the cells (row, column) are, or belong."""
        places: dict[tuple[int, int], Place] = {}
        by_row: dict[int, list[int]] = {}
        scan, at, end, misses = self.part.scan, self.data.inner_start, self.data.inner_end, 0
        for cell in sorted(wanted):
            row, column = cell
            if misses < _MOST_MISSES:
                # Every program known writes the address first and the style next, and most cells
                # to be marked are there, one not far from the other: no need to read the rows.
                usual = b'%s%s%d"' % (self._usual_cell, column_letters(column).encode(), row)
                start = scan.find(usual, at, min(at + _NEAR, end))
                found = self._usual_tag.match(scan, start) if start >= 0 else None
                if found is not None:
                    at, style = found.end(), found[1]
                    places[cell] = (
                        Place(row, column, start, at, int(style), *found.span(1))
                        if style
                        else self._existing(row, column, start, at)
                    )
                    continue
                misses += 1
            by_row.setdefault(row, []).append(column)
        for place in self._by_rows(by_row):
            places[place.number, place.column] = place
        return places

    def _by_rows(self, wanted: dict[int, list[int]]) -> Iterable[Place]:
        """The same row by row, for cells that are missing or written in a way of their own."""
        for row in self.rows(sorted(wanted)):
            cells = self._all_cells(row) if row.exists else []
            known = {column: (start, tag_end) for column, start, tag_end in cells}
            for column in wanted[row.number]:
                if column in known:
                    yield self._existing(row.number, column, *known[column])
                    continue
                at = next((start for other, start, _ in cells if other > column), row.inner_end)
                inherited = row.style
                if inherited is None:
                    inherited = self._column_style(column)
                yield Place(row.number, column, at, at, inherited, row=row)

    def _column_style(self, column: int) -> int:
        """The style that an empty column hands on to new cells; 0 if none is declared."""
        if self._inherited is None:
            self._inherited = [
                (int(one["min"]), int(one["max"]), int(one["style"]))
                for one in self.columns()
                if one.get("style", "").isdecimal()
                and one.get("min", "").isdecimal()
                and one.get("max", "").isdecimal()
            ]
        return next((s for first, last, s in self._inherited if first <= column <= last), 0)

    def rows(self, wanted: list[int]) -> Iterable[Row]:
        """The rows with these numbers, in rising order, and where missing ones belong."""
        scan = self.part.scan
        closing = b"</" + self.prefix + b"row"
        end, number = self.data.inner_end, 0
        queue = iter(wanted)
        target = next(queue, None)
        if target is None:
            return
        for found in self._row.finditer(scan, self.data.inner_start, end):
            previous = number
            usual = found[1]
            if usual is not None:
                number = int(usual)
            else:
                unusual = _NUMBER_ROW.search(found[0])
                number = int(unusual[1]) if unusual else number + 1
            if number <= previous:
                raise UnwritableWorkbook("工作表里的行没有按顺序存放，文件可能已损坏，没有写入。")
            if number < target:
                continue
            start, tag_end = found.span()
            while target is not None and target < number:
                yield Row(target, start, start, start, start, False, None)
                target = next(queue, None)
            if target == number:
                tag = found[0]
                inherit = _row_style(tag)
                if tag.endswith(b"/>"):
                    yield Row(number, start, tag_end, tag_end, tag_end, True, inherit)
                else:
                    inner_end = scan.find(closing, tag_end, end)
                    if inner_end < 0:
                        raise UnwritableWorkbook(DAMAGED)
                    behind = scan.index(b">", inner_end) + 1
                    yield Row(number, start, tag_end, inner_end, behind, True, inherit)
                target = next(queue, None)
            if target is None:
                return
        while target is not None:
            yield Row(target, end, end, end, end, False, None)
            target = next(queue, None)

    def _existing(self, row: int, column: int, start: int, tag_end: int) -> Place:
        style = _STYLE.search(self.part.scan, start, tag_end)
        if style is None:
            return Place(row, column, start, tag_end, 0)
        return Place(row, column, start, tag_end, int(style[1]), *style.span(1))

    def row_style(self, place: Place) -> int | None:
        """The style that the row of a cell hands on to new cells."""
        if place.row is not None:
            return place.row.style
        scan = self.part.scan
        start = scan.rfind(b"<" + self.prefix + b"row", self.data.inner_start, place.start)
        return _row_style(scan[start : scan.index(b">", start) + 1]) if start >= 0 else None

    def end_of(self, place: Place) -> int:
        """The offset behind the whole cell."""
        scan = self.part.scan
        if not place.exists or scan.endswith(b"/>", place.start, place.tag_end):
            return place.tag_end
        closing = b"</" + self.prefix + b"c"
        end = scan.find(closing, place.tag_end, self.data.inner_end)
        while end >= 0 and scan[end + len(closing)] not in _AFTER_NAME:
            end = scan.find(closing, end + 1, self.data.inner_end)
        if end < 0:
            raise UnwritableWorkbook(DAMAGED)
        return scan.index(b">", end) + 1

    def _all_cells(self, row: Row) -> list[tuple[int, int, int]]:
        """(column, start, end of tag) of every cell of a row, implied addresses worked out."""
        pattern = re.compile(rb"<" + self.prefix + rb"c(?=[\s/>])[^>]*>")
        cells = []
        column = 0
        for found in pattern.finditer(self.part.scan, row.inner_start, row.inner_end):
            address = _ADDRESS.search(found.group())
            column = column_number(address[1].decode()) if address else column + 1
            cells.append((column, found.start(), found.end()))
        return cells
