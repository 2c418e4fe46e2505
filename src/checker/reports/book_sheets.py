"""Sheets of the county's summary workbook: their look, and cells whose text stays text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Value = str | int | Fraction | Decimal | None


@dataclass(frozen=True, slots=True)
class Styles:
    """The formats of the workbook; ``fills`` by outcome, "near" for missed by little."""

    title: Format
    head: Format
    text: Format
    wrap: Format
    link: Format
    fills: dict[str, Format]


def styles_of(book: Workbook) -> Styles:
    """The formats, made in this workbook."""
    font = {"font_name": "微软雅黑", "font_size": 10, "valign": "top"}
    line = {**font, "border": 1, "border_color": "#D9E2EC"}
    head = {**line, "bold": True, "font_color": "#FFFFFF", "bg_color": "#0B4F8A", "text_wrap": True}
    colours = {
        "fail": "#FFC7CE",
        "doubt": "#FFEB9C",
        "explained": "#BDD7EE",
        "pass": "#C6EFCE",
        "near": "#FFEB9C",
    }
    return Styles(
        title=book.add_format({**font, "bold": True, "font_size": 16}),
        head=book.add_format(head),
        text=book.add_format(line),
        wrap=book.add_format({**line, "text_wrap": True}),
        link=book.add_format({**line, "font_color": "#0B4F8A", "underline": 1}),
        fills={
            key: book.add_format({**line, "bg_color": colour, "text_wrap": True})
            for key, colour in colours.items()
        },
    )


def titled_sheet(
    book: Workbook, styles: Styles, title: str, heads: Sequence[str], widths: Sequence[float]
) -> Worksheet:
    """A sheet with a header row that stays in view and is printed on every page; ``widths`` in
    characters."""
    sheet = book.add_worksheet(title)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    write_line(sheet, 0, heads, [styles.head] * len(heads))
    return sheet


def write_line(
    sheet: Worksheet, row: int, values: Sequence[Value], formats: Sequence[Format]
) -> None:
    """One row of cells. Text stays text, whatever it begins with; None is an empty cell."""
    for column, (value, form) in enumerate(zip(values, formats, strict=True)):
        if value is None:
            sheet.write_blank(row, column, None, form)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, form)
        else:
            sheet.write_number(row, column, float(value), form)
