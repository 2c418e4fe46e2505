"""Ranges of LibreOffice sheets as xlwings sees them, and the rules for values in and out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from checker_xlsx.libreoffice.connection import Uno, uno_module
from checker_xlsx.libreoffice.formats import shown_as
from checker_xlsx.libreoffice.notation import to_excel, to_office
from xlwings import base_classes

from checker.model.cells import column_letters, column_number

if TYPE_CHECKING:
    from checker_xlsx.libreoffice.documents import Sheet

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+)(?::\$?([A-Za-z]{1,3})\$?(\d+))?")
NO_FILL = -1  # LibreOffice's CellBackColor of a transparent cell

Corners = tuple[int, int, int, int]
"""First row, first column, last row, last column; 1-based."""


def corners(address: str) -> Corners:
    """Of "C7" or "C7:D9". Raises ValueError on anything else."""
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise ValueError(f"not an address: {address!r}")
    first_letters, first_row, last_letters, last_row = found.groups()
    row, column = int(first_row), column_number(first_letters)
    if last_row is None:
        return row, column, row, column
    return row, column, int(last_row), column_number(last_letters)


def typed_in(value: object) -> object:
    """What LibreOffice's formula arrays take for a value as it would be typed into Excel.

    "'=A1" is the text "=A1", "=A1" a formula, any other text a text, a number a number. (Excel
    also turns the text "45" into a number; writers that mean a text put the apostrophe.)
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    if value.startswith("="):
        return to_office(value)
    return value if value.startswith("'") else f"'{value}"


class Range(base_classes.Range):
    """A rectangle of one sheet; lengths and positions are 1-based, as in Excel."""

    def __init__(self, sheet: Sheet, place: Corners) -> None:
        self._sheet = sheet
        self.place = place
        self.options: dict[str, Any] = {}

    @property
    def sheet(self) -> Sheet:
        return self._sheet

    @property
    def api(self) -> Uno:
        first_row, first_column, last_row, last_column = self.place
        return self.sheet.api.getCellRangeByPosition(
            first_column - 1, first_row - 1, last_column - 1, last_row - 1
        )

    @property
    def coords(self) -> tuple[object, int, int, int, int]:
        return (self.sheet, self.row, self.column, *self.shape)

    @property
    def row(self) -> int:
        return self.place[0]

    @property
    def column(self) -> int:
        return self.place[1]

    @property
    def shape(self) -> tuple[int, int]:
        return self.place[2] - self.place[0] + 1, self.place[3] - self.place[1] + 1

    def __len__(self) -> int:
        return self.shape[0] * self.shape[1]

    def __call__(self, *position: int) -> Range:
        row, column = position if len(position) == 2 else (position[0], 1)
        at = (self.row + row - 1, self.column + column - 1)
        return Range(self.sheet, (*at, *at))

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        row, column = "$" if row_absolute else "", "$" if col_absolute else ""
        first_row, first_column, last_row, last_column = self.place
        address = f"{column}{column_letters(first_column)}{row}{first_row}"
        if (first_row, first_column) != (last_row, last_column):
            address += f":{column}{column_letters(last_column)}{row}{last_row}"
        return f"'{self.sheet.name}'!{address}" if external else address

    @property
    def address(self) -> str:
        return self.get_address(True, True, False)

    @property
    def raw_value(self) -> list[list[object]]:
        """Numbers, texts, truth values, dates and None; errors by name ("#DIV/0!"); in rows."""
        rows: list[list[object]] = [
            [None if value == "" else value for value in line] for line in self.api.getDataArray()
        ]
        for row, column, kind in self.sheet.formats().within(self.place):
            value = rows[row - self.row][column - self.column]
            if isinstance(value, float):
                rows[row - self.row][column - self.column] = shown_as(kind, value)
        for row, column, name in self.sheet.errors_in(self.place):
            rows[row - self.row][column - self.column] = name
        return rows

    @raw_value.setter
    def raw_value(self, data: object) -> None:
        if isinstance(data, list | tuple):
            lines = [list(line) if isinstance(line, list | tuple) else [line] for line in data]
        else:
            rows, columns = self.shape
            lines = [[data] * columns for _ in range(rows)]
        self.api.setFormulaArray(tuple(tuple(map(typed_in, line)) for line in lines))

    @property  # type: ignore[misc]  # the base class can also be written
    def formula(self) -> Sequence[Sequence[str]]:
        """Formulas in Excel's notation, with "="; for other cells their content as text."""
        return tuple(
            tuple(to_excel(text) if text.startswith("=") else text for text in line)
            for line in self.api.getFormulaArray()
        )

    @property
    def color(self) -> tuple[int, int, int] | None:
        colour = self.api.CellBackColor
        if colour == NO_FILL:
            return None
        return colour >> 16 & 255, colour >> 8 & 255, colour & 255

    @color.setter
    def color(self, colour: tuple[int, int, int] | str | None) -> None:
        self.api.CellBackColor = _number(colour)

    @property
    def font(self) -> Font:
        return Font(self.api)

    @property
    def wrap_text(self) -> bool:
        return bool(self.api.IsTextWrapped)

    @wrap_text.setter
    def wrap_text(self, wrap: bool) -> None:
        self.api.IsTextWrapped = wrap

    @property
    def borders(self) -> Borders:
        return Borders(self.api)

    @property
    def column_width(self) -> float:
        """In characters of the default font, which Excel takes to be 7 pixels wide."""
        return float(self.api.Columns.getByIndex(0).Width) / _WIDTH_OF_CHARACTER

    @column_width.setter
    def column_width(self, characters: float) -> None:
        columns = self.api.Columns
        for index in range(columns.Count):
            columns.getByIndex(index).Width = round(characters * _WIDTH_OF_CHARACTER)

    def merge(self, across: bool) -> None:
        self.api.merge(True)

    def select(self) -> None:
        self.sheet.book.controller.select(self.api)


_WIDTH_OF_CHARACTER = 205  # hundredths of a millimetre


class Font:
    """Bold, size and colour of a range."""

    def __init__(self, api: Uno) -> None:
        self.api = api

    @property
    def bold(self) -> bool:
        return bool(self.api.CharWeight > 100)

    @bold.setter
    def bold(self, bold: bool) -> None:
        weight = 150.0 if bold else 100.0
        self.api.CharWeight = self.api.CharWeightAsian = weight

    @property
    def size(self) -> float:
        return float(self.api.CharHeight)

    @size.setter
    def size(self, points: float) -> None:
        self.api.CharHeight = self.api.CharHeightAsian = points

    @property
    def color(self) -> int:
        return int(self.api.CharColor)

    @color.setter
    def color(self, colour: tuple[int, int, int] | str | None) -> None:
        self.api.CharColor = _number(colour)


class Borders:
    """Thin lines around and inside a range."""

    def __init__(self, api: Uno) -> None:
        self.api = api

    def set(self, sides: Sequence[str], **look: object) -> None:
        """Draw thin lines of one colour around the range and inside, whatever ``sides`` says."""
        line = uno_module().createUnoStruct("com.sun.star.table.BorderLine")
        line.OuterLineWidth = 9
        line.Color = _number(look.get("color"))
        border = self.api.TableBorder
        for side in ("Top", "Bottom", "Left", "Right", "Horizontal", "Vertical"):
            setattr(border, f"{side}Line", line)
            setattr(border, f"Is{side}LineValid", True)
        self.api.TableBorder = border


def _number(colour: object) -> int:
    """LibreOffice's number of a colour given as (r, g, b) or "#RRGGBB"; None is transparent."""
    if colour is None:
        return NO_FILL
    if isinstance(colour, str):
        return int(colour.lstrip("#"), 16)
    if isinstance(colour, tuple | list):
        red, green, blue = colour
        return int(red) << 16 | int(green) << 8 | int(blue)
    raise TypeError(f"not a colour: {colour!r}")
