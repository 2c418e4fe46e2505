"""How wide the columns and how high the rows of a sheet are; rows that grow with the texts filled
into them, so that nothing is cut off on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from checker.writing.addresses import Area
from checker.writing.sheet_part import SheetPart
from checker.writing.styles_part import Styles
from checker.writing.text_size import AIR, height_needed, lines_needed
from checker.writing.xml_part import attributes, set_attribute

_PIXELS = 7  # of a digit in the usual font, in which files count the widths of columns
_MARGINS = 5  # pixels of a column that its letters do not get
_USUAL_WIDTH = 64 / _PIXELS
TALLEST = 409.0  # points; Excel knows no taller row
_MANY = 100  # rows that are merged have room for any text
_INDENT = 2.0  # characters that one step of an indent takes


class Grid:
    """Column widths and row heights of a sheet in pixels, for placing boxes over cells.

    ``columns`` are first, last and width as in the file, ``rows`` points of height by row; the rest
    has the usual ``width`` and ``height``. What is hidden has 0.
    """

    def __init__(
        self,
        columns: Iterable[tuple[int, int, float]] = (),
        width: float = _USUAL_WIDTH,
        height: float = 15.0,
        rows: Mapping[int, float] | None = None,
    ) -> None:
        self._rows = rows or {}
        self._height = height
        self._columns = list(columns)
        self._width = width
        self._pixels: dict[int, int] = {}

    def column_pixels(self, column: int) -> int:
        """The width of a 1-based column; 0 if it is hidden."""
        known = self._pixels.get(column)
        if known is None:
            known = self._pixels[column] = self._find_pixels(column)
        return known

    def characters(self, left: int, right: int) -> float:
        """Excel's width of columns side by side, as if they were one."""
        pixels = sum(self.column_pixels(column) for column in range(left, right + 1))
        return max(0.0, (pixels - _MARGINS) / _PIXELS)

    def _find_pixels(self, column: int) -> int:
        for first, last, width in self._columns:
            if first <= column <= last:
                return round(width * _PIXELS)
        return round(self._width * _PIXELS)

    def anchor(self, row: int, column: int, width: int, height: int) -> str:
        """A box of that many pixels, just right of a cell (1-based), in VML's notation."""
        right, rest = _cell_at(column, 12 + width, self.column_pixels, 16_383)
        top = max(0, row - 2)
        bottom, below = _cell_at(top, 4 + height, self.row_pixels, 1_048_575)
        return f"{column}, 12, {top}, 4, {right}, {rest}, {bottom}, {below}"

    def box(self, row: int, column: int, x: int, y: int, width: int, height: int) -> str:
        """A box of that many pixels, ``x`` and ``y`` pixels from the corner of a cell (1-based), in
        VML's notation; its own corner may lie in a later cell."""
        left, x = _cell_at(column - 1, x, self.column_pixels, 16_383)
        right, rest = _cell_at(left, x + width, self.column_pixels, 16_383)
        top, y = _cell_at(row - 1, y, self.row_pixels, 1_048_575)
        bottom, below = _cell_at(top, y + height, self.row_pixels, 1_048_575)
        return f"{left}, {x}, {top}, {y}, {right}, {rest}, {bottom}, {below}"

    def row_points(self, row: int) -> float:
        """The height of a 1-based row in points; 0 if it is hidden."""
        points = self._rows.get(row, self._height)
        return points if 0 <= points <= 1_000_000 else 15.0  # NaN and endless ones

    def row_pixels(self, row: int) -> int:
        """The same in pixels."""
        return round(self.row_points(row) * 4 / 3)


def _cell_at(place: int, offset: int, size: Callable[[int], int], last: int) -> tuple[int, int]:
    """The 0-based column or row in which a point lies that many pixels after the start of
    ``place``, and how far in it."""
    while place < last and offset >= (pixels := size(place + 1)):
        offset -= pixels
        place += 1
    return place, offset


def grid_of(sheet: SheetPart) -> Grid:
    """Column widths and row heights of a worksheet."""
    columns = []
    for one in sheet.columns():
        try:
            width = float(one.get("width", _USUAL_WIDTH))
            hidden = one.get("hidden") in ("1", "true")
            columns.append((int(one["min"]), int(one["max"]), 0 if hidden else width))
        except (KeyError, ValueError):
            continue
    element = sheet.part.element("sheetFormatPr")
    format_ = sheet.part.attributes(element) if element else {}
    return Grid(
        columns,
        number_in(format_.get("defaultColWidth"), _USUAL_WIDTH),
        number_in(format_.get("defaultRowHeight"), 15.0),
        sheet.row_heights(),
    )


def number_in(text: str | None, otherwise: float) -> float:
    """The number that an attribute gives; ``otherwise`` if it is absent or gives none."""
    try:
        return float(text) if text else otherwise
    except ValueError:
        return otherwise


def grow_rows(sheet: SheetPart, styles: Styles, texts: Mapping[tuple[int, int], str]) -> None:
    """Make rows as tall as these texts (by row and column of cells that hold them already) need.

    Excel grows no row that was given a height or whose cells are merged, and LibreOffice none of a
    file that names Excel as its author. A row never becomes lower, one that is tall enough stays as
    it is, and so do hidden ones.
    """
    grid = grid_of(sheet)
    merged = {(one.top, one.left): one for one in sheet.merged()}
    places = sheet.locate(texts)
    wanted: dict[int, tuple[float, bool]] = {}
    for (row, column), text in texts.items():
        wrapping = styles.wrapping_of(places[row, column].style)
        if wrapping is None:
            continue
        points, indent = wrapping
        area = merged.get((row, column), Area(row, column, row, column))
        if area.bottom - area.top > _MANY:
            continue
        width = grid.characters(column, area.right) - indent * _INDENT
        needed = height_needed(text, width, points)
        below = sum(grid.row_points(one) for one in range(row + 1, area.bottom + 1))
        several = lines_needed(text, width, points) > 1
        if several and needed - AIR > grid.row_points(row) + below:
            before, fixed = wanted.get(row, (0.0, False))
            wanted[row] = max(before, needed - below), fixed or area.size > 1
    for one in sheet.rows(sorted(wanted)):
        height, fixed = wanted[one.number]
        tag = sheet.part.text[one.start : one.inner_start]
        values = attributes(tag)
        if values.get("hidden") in ("1", "true") or number_in(values.get("ht"), 0.0) >= height:
            continue
        new = set_attribute(tag, "ht", f"{min(TALLEST, height):.4g}")
        if fixed:
            new = set_attribute(new, "customHeight", "1")
        sheet.part.splice(one.start, one.inner_start, new)
