"""How a built workbook looks: fonts, colours, widths, and how tall a wrapped text is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.writing.text_size import half_widths, height_needed

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

FONT = "宋体"  # on every Chinese PC, in Excel and in WPS
INPUT_COLOUR = "#FFFBE6"  # lighter than the yellow of 存疑
CLOSED_COLOUR = "#F2F2F2"  # nothing is to be filled here
HEADER_COLOUR = "#DCE6F1"
LINE_COLOUR = "#808080"
HINT_COLOUR = "#595959"

LABEL_WIDTH, WIDEST_LABEL = 26.0, 34.0
CODE_WIDTH, UNIT_WIDTH, VALUE_WIDTH = 5.0, 7.5, 10.0
UPRIGHT, ACROSS = 91.0, 134.0
"""Characters that an A4 sheet is wide at the smallest scale, see `page_frame.finish`."""
ROW_HEIGHT = 20.0  # points
SMALLEST = 11  # points; on paper it becomes 9 where a sheet is wide

StyleValue = str | int | float | bool


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, StyleValue], ...], Format] = {}

    def get(self, **properties: StyleValue) -> Format:
        """A format in the workbook's font with these XlsxWriter properties on top."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base: dict[str, StyleValue] = {
                "font_name": FONT,
                "font_charset": 134,
                "font_size": 11,
                "valign": "vcenter",
            }
            self._made[key] = self._workbook.add_format({**base, **properties})
        return self._made[key]

    def title(self) -> Format:
        """The heading of a sheet."""
        return self.get(font_size=18, bold=True, align="center")

    def heading(self) -> Format:
        """A heading inside a sheet."""
        return self.get(font_size=13, bold=True)

    def line(self, align: str = "left") -> Format:
        """Text above or below a grid."""
        return self.get(align=align, font_size=SMALLEST, text_wrap=True)

    def header(self) -> Format:
        """A header cell of a grid."""
        return self._boxed(bold=True, align="center", text_wrap=True, bg_color=HEADER_COLOUR)

    def number(self) -> Format:
        """甲 乙 丙 1 2 3 under the header."""
        return self._boxed(align="center", font_size=SMALLEST, bg_color=HEADER_COLOUR)

    def label(self, indent: int = 0) -> Format:
        """A name in the column 甲."""
        return self._boxed(align="left", text_wrap=True, indent=indent)

    def centred(self) -> Format:
        """A row code, a unit, an ordinal."""
        return self._boxed(align="center", text_wrap=True)

    def hint(self) -> Format:
        """Small grey text: the 口径 beside a field."""
        return self._boxed(align="left", text_wrap=True, font_size=SMALLEST, font_color=HINT_COLOUR)

    def closed(self) -> Format:
        """A cell where nothing is to be filled."""
        return self._boxed(bg_color=CLOSED_COLOUR)

    def input(self, num_format: str, align: str) -> Format:
        """A cell to be filled."""
        return self._boxed(
            bg_color=INPUT_COLOUR,
            locked=False,
            num_format=num_format,
            align=align,
            text_wrap=num_format == "@",
        )

    def open(self, num_format: str, align: str) -> Format:
        """A cell to be filled that nothing is drawn around until it is needed."""
        return self.get(
            locked=False, num_format=num_format, align=align, text_wrap=num_format == "@"
        )

    def shown(self, num_format: str = "General", align: str = "center") -> Format:
        """A computed cell."""
        return self._boxed(num_format=num_format, align=align, text_wrap=num_format == "@")

    def difference(self, **properties: StyleValue) -> Format:
        """What a conditional format changes: these properties and nothing else."""
        key = (("difference", True), *sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]

    def _boxed(self, **properties: StyleValue) -> Format:
        return self.get(border=1, border_color=LINE_COLOUR, **properties)


def header_text(text: str, width: float) -> str:
    """A header with its unit on a line of its own where both do not fit into one, rather than a
    bracket alone on the second."""
    if half_widths(text) <= width * 0.8 - 1 or not text.endswith("）"):
        return text
    return text.replace("（", "\n（", 1)


def row_height(*texts: tuple[str, float, float]) -> float:
    """Height in points of a row that shows each (text, column width, font size) in full."""
    needed = max(height_needed(text, width, size) for text, width, size in texts)
    return max(ROW_HEIGHT, round(needed, 1))
