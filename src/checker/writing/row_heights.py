"""Rows that grow with the texts filled into them, so that nothing is cut off on paper."""

from __future__ import annotations

from collections.abc import Mapping

from checker.writing.addresses import Area
from checker.writing.grid import grid_of, number_in
from checker.writing.sheet_part import SheetPart
from checker.writing.styles_part import Styles
from checker.writing.text_size import AIR, height_needed, lines_needed
from checker.writing.xml_part import attributes, set_attribute

TALLEST = 409.0  # points; Excel knows no taller row
_MANY = 100  # rows that are merged have room for any text
_INDENT = 2.0  # characters that one step of an indent takes


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
