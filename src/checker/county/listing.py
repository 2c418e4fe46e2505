"""How every workbook of a county run looks: formats, long lists, and text that stays text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO
from weakref import WeakKeyDictionary

from msgspec import Struct

from checker.writing.text_size import lines_needed

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

FIXED_TIME = datetime(2026, 1, 1)
"""The time stamp inside a workbook: equal runs give equal bytes."""


def new_book(target: BinaryIO, title: str, on_disk: bool) -> Workbook:
    """A workbook that is written to ``target`` when it is closed. ``on_disk``: rows go to temporary
    files as they come, so that memory does not grow with them; rows must come in order then."""
    import xlsxwriter

    options = {"constant_memory": True} if on_disk else {"in_memory": True}
    book = xlsxwriter.Workbook(target, {**options, "strings_to_formulas": False})
    book.set_properties({"title": title, "created": FIXED_TIME})
    return book


LINE_HEIGHT = 14.5
"""Points, of one line of text at 10 points."""

Value = str | int | Fraction | Decimal | None


class Styles(Struct, frozen=True):
    """The formats of the workbook; ``fills`` by outcome, "near" for missed by little; ``numbers``
    by outcome ("" for none) and decimals."""

    title: Format
    head: Format
    text: Format
    wrap: Format
    link: Format
    left: Format
    absent: Format
    input: Format
    fills: dict[str, Format]
    numbers: dict[tuple[str, int], Format]


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_QUOTED: WeakKeyDictionary[Format, Format] = WeakKeyDictionary()
"""To each format its like with quotePrefix: a text stays a text also after F2 and Enter."""


def _format(book: Workbook, look: Mapping[str, object]) -> Format:
    form = book.add_format(look)
    _QUOTED[form] = book.add_format({**look, "quote_prefix": True})
    return form


def quoted_like(text: str, form: Format) -> Format:
    return _QUOTED.get(form, form) if text.startswith(_FORMULA_STARTS) else form


def styles_of(book: Workbook) -> Styles:
    """The formats, made in this workbook."""
    font = {"font_name": "微软雅黑", "font_size": 10, "valign": "top"}
    line = {**font, "border": 1, "border_color": "#D9E2EC"}
    head = {**line, "bold": True, "font_color": "#FFFFFF", "bg_color": "#0B4F8A", "text_wrap": True}
    colours = {
        "fail": "#FFC7CE",
        "doubt": "#FFEB9C",
        "unmet": "#F8CBAD",
        "explained": "#BDD7EE",
        "pass": "#C6EFCE",
        "near": "#FFEB9C",
        "incomplete": "#E4DCF5",
    }
    return Styles(
        title=_format(book, {**font, "bold": True, "font_size": 16}),
        head=_format(book, head),
        text=_format(book, line),
        wrap=_format(book, {**line, "text_wrap": True}),
        link=_format(book, {**line, "font_color": "#0B4F8A", "underline": 1}),
        left=_format(book, {**line, "align": "left"}),
        fills={
            key: _format(book, {**line, "bg_color": colour, "text_wrap": True})
            for key, colour in colours.items()
        },
        absent=_format(book, {**line, "font_color": "#7B8794", "align": "center"}),
        input=_format(book, {**line, "bg_color": "#FFFBE6", "text_wrap": True}),
        numbers={
            (key, digits): _format(book, {**line, **fill, "num_format": f"{0:.{digits}f}"})
            for key, fill in {"": {}, **{k: {"bg_color": c} for k, c in colours.items()}}.items()
            for digits in range(5)
        },
    )


class ListSheet:
    """A sheet that is one long list: a header row that stays in view and is printed on every page,
    landscape A4, as wide as the paper. ``row`` is the last row written, 0-based."""

    def __init__(
        self,
        book: Workbook,
        styles: Styles,
        title: str,
        heads: Sequence[str],
        widths: Sequence[float],
    ) -> None:
        """``widths`` of the columns, in characters."""
        self.sheet: Worksheet = book.add_worksheet(title)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.sheet.set_footer("&L&A&R第 &P 页，共 &N 页")
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.freeze_panes(1, 0)
        self.widths = widths
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self.row = -1
        self.write(heads, [styles.head] * len(heads))

    def write(self, values: Sequence[Value], formats: Sequence[Format], wraps: bool = True) -> None:
        """The next row. It is made as tall as its longest text needs, unless nothing ``wraps``."""
        self.row += 1
        if wraps:
            lines = max(map(lines_of, values, self.widths))
            self.sheet.set_row(self.row, max(1, lines) * LINE_HEIGHT + 2)
        write_line(self.sheet, self.row, values, formats)

    def add_filter(self) -> None:
        """Filter buttons over everything that was written."""
        self.sheet.autofilter(0, 0, max(1, self.row), len(self.widths) - 1)


def lines_of(value: Value, width: float) -> int:
    """Lines that a value takes in a column of that width."""
    return lines_needed(value, width) if isinstance(value, str) else 1


def write_line(
    sheet: Worksheet, row: int, values: Sequence[Value], formats: Sequence[Format]
) -> None:
    """One row of cells. Text stays text, whatever it begins with; None is an empty cell."""
    for column, (value, form) in enumerate(zip(values, formats, strict=True)):
        if value is None:
            sheet.write_blank(row, column, None, form)
        elif isinstance(value, str):
            if value.startswith("<r>"):
                value += " "  # XlsxWriter would take "<r>…</r>" for finished XML
            sheet.write_string(row, column, value, quoted_like(value, form))
        else:
            sheet.write_number(row, column, float(value), form)
