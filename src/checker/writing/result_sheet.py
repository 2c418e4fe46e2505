"""A result sheet, such as 校验结果, as worksheet XML."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from checker.model.marks import FILL_COLOURS, ResultCell, ResultSheet
from checker.writing.addresses import (
    Area,
    column_letters,
    location,
    parse_area,
    quoted_title,
    split_location,
)
from checker.writing.note_shapes import half_widths
from checker.writing.styles_part import Styles, solid
from checker.writing.values import value_xml
from checker.writing.workbook_part import Workbook
from checker.writing.xml_bytes import escape_attribute

HEADER_COLOUR = "1F4E78"
_DATE_FORMAT = 14
_LINE_POINTS = 15.0
_TALLEST = 409.0  # points; Excel knows no taller row
_FORMULA_STARTS = ("=", "+", "-", "@")


def result_sheet_xml(
    sheet: ResultSheet, workbook: Workbook, styles: Styles, titles: Mapping[str, str]
) -> bytes:
    """The worksheet part. ``titles`` leads from wished to given titles of result sheets."""
    merges = [area for text in sheet.merges if (area := parse_area(text))]
    rows = []
    links = []
    known: dict[tuple[object, ...], int] = {}
    for number, cells in enumerate(sheet.rows, 1):
        inside = []
        for column, cell in enumerate(cells, 1):
            address = f"{column_letters(column)}{number}"
            inside.append(_cell(cell, address, workbook.dates_from_1904, styles, known))
            if cell.link:
                target = _renamed(location(cell.link), titles)
                links.append(
                    f'<hyperlink ref="{address}" location="{escape_attribute(target)}" '
                    f'display="{escape_attribute(str(cell.value or "")[:250])}"/>'
                )
        height = _height(cells, number, merges, sheet.widths)
        rows.append(f'<row r="{number}"{height}>{"".join(inside)}</row>')
    width = max((len(cells) for cells in sheet.rows), default=1) or 1
    dimension = Area(1, 1, max(1, len(sheet.rows)), width).reference
    landscape = "landscape" if sheet.landscape else "portrait"
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{workbook.main_namespace}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<dimension ref="{dimension}"/>{_views(sheet)}<sheetFormatPr defaultRowHeight="15"/>'
        f"{_columns(sheet)}<sheetData>{''.join(rows)}</sheetData>{_merges(merges)}"
        f"{'<hyperlinks>' + ''.join(links) + '</hyperlinks>' if links else ''}"
        '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        f'<pageSetup paperSize="9" orientation="{landscape}" fitToHeight="0"/></worksheet>'
    )
    return xml.encode()


def _views(sheet: ResultSheet) -> str:
    if not sheet.freeze_rows:
        return '<sheetViews><sheetView workbookViewId="0"/></sheetViews>'
    top = f"A{sheet.freeze_rows + 1}"
    return (
        '<sheetViews><sheetView workbookViewId="0">'
        f'<pane ySplit="{sheet.freeze_rows}" topLeftCell="{top}" activePane="bottomLeft" '
        f'state="frozen"/><selection pane="bottomLeft" activeCell="{top}" sqref="{top}"/>'
        "</sheetView></sheetViews>"
    )


def _columns(sheet: ResultSheet) -> str:
    inside = "".join(
        f'<col min="{number}" max="{number}" width="{float(width):g}" customWidth="1"/>'
        for number, width in enumerate(sheet.widths, 1)
        if width
    )
    return f"<cols>{inside}</cols>" if inside else ""


def _merges(merges: list[Area]) -> str:
    inside = "".join(f'<mergeCell ref="{area.reference}"/>' for area in merges if area.size > 1)
    if not inside:
        return ""
    return f'<mergeCells count="{inside.count("<")}">{inside}</mergeCells>'


def _cell(
    cell: ResultCell,
    address: str,
    dates_from_1904: bool,
    styles: Styles,
    known: dict[tuple[object, ...], int],
) -> str:
    value = cell.value
    text = value if isinstance(value, str) else ""
    quoted = text.startswith(_FORMULA_STARTS)
    dated = not text and isinstance(value, datetime.date)
    look = (  # a fill by its identity: hashing an enumeration's member is slow
        *(id(cell.fill), cell.bold, cell.size, cell.wrap, cell.header, cell.border),
        *(cell.link is None, quoted, dated),
    )
    style = known.get(look)
    if style is None:
        style = known[look] = _style(cell, styles, quoted, dated)
    head = f'<c r="{address}" s="{style}"' if style else f'<c r="{address}"'
    kind, inner = value_xml(value, dates_from_1904)
    if not inner:
        return head + "/>" if style else ""
    return f'{head} t="{kind}">{inner}</c>' if kind else f"{head}>{inner}</c>"


def _style(cell: ResultCell, styles: Styles, quoted: bool, dated: bool) -> int:
    plain = (
        cell.fill is None
        and cell.size is None
        and not (cell.bold or cell.wrap or cell.header or cell.border or cell.link)
    )
    if plain and not quoted and not dated:
        return 0
    colour = "FFFFFF" if cell.header else ("0563C1" if cell.link else None)
    fill = None
    if cell.header:
        fill = solid(HEADER_COLOUR)
    elif cell.fill is not None:
        fill = solid(FILL_COLOURS[cell.fill])
    alignment = 'vertical="center"' + (' wrapText="1"' if cell.wrap else "")
    if cell.header:
        alignment = 'horizontal="center" vertical="center" wrapText="1"'
    return styles.for_result(
        fill,
        (cell.bold or cell.header, cell.size, colour),
        cell.border,
        _DATE_FORMAT if dated else 0,
        alignment,
        quoted,
    )


def _height(
    cells: Sequence[ResultCell], number: int, merges: list[Area], widths: Sequence[float]
) -> str:
    """The height that the row's wrapped text needs, said in the file: Excel computes none for
    merged cells, LibreOffice none at all for a file that names Excel as its author. Not a custom
    height, so that Excel still lets the row grow."""
    merged = {one.left: one.right for one in merges if one.top == number == one.bottom}
    needed = 1
    for left, cell in enumerate(cells, 1):
        if cell.size and cell.size > 13:
            needed = max(needed, 2)
        text = cell.value
        if not (cell.wrap and isinstance(text, str)):
            continue
        across = range(left - 1, merged.get(left, left))
        room = sum([(widths[at] if at < len(widths) else 0) or 8.43 for at in across])
        scale = (cell.size or 11) / 11
        width = max(1, room * 0.93 - 0.5)
        if len(text) * 2.5 * scale <= width and "\n" not in text:
            lines = 1  # it fits even if every character is of the widest
        else:
            wide = [half_widths(line) * scale for line in text.split("\n")]
            lines = sum([max(1, -int(-one // width)) for one in wide])
        needed = max(needed, int(lines * scale + 0.999))
    custom = ' customHeight="1"' if merged else ""
    return f' ht="{min(needed * _LINE_POINTS, _TALLEST):g}"{custom}' if needed > 1 else ""


def _renamed(link: str, titles: Mapping[str, str]) -> str:
    title, cell = split_location(link)
    given = titles.get(title, title)
    return link if given == title else f"{quoted_title(given)}!{cell}"
