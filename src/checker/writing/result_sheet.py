"""A result sheet, such as 校验结果, as worksheet XML."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from math import ceil

from msgspec.structs import replace

from checker.model.marks import FILL_COLOURS, ResultCell, ResultSheet
from checker.writing.addresses import (
    Area,
    column_letters,
    location,
    parse_area,
    quoted_title,
    split_location,
)
from checker.writing.cell_contents import text_element, value_xml
from checker.writing.grid import TALLEST
from checker.writing.outcome import Skipped
from checker.writing.styles_part import Styles, solid
from checker.writing.text_size import USUAL_POINTS, lines_needed
from checker.writing.workbook_part import Workbook
from checker.writing.xml_part import escape_attribute

HEADER_COLOUR = "1F4E78"
_FOOTER = "&amp;C&amp;11第 &amp;P 页，共 &amp;N 页"
_MOST_TOLD = 100
_DATE_FORMAT = 14
_LINE_POINTS = 15.0
_LARGE = 13  # points; letters larger than this need a taller row
_USUAL_WIDTH = 8.43
_FORMULA_STARTS = ("=", "+", "-", "@")


def result_sheet_xml(
    sheet: ResultSheet, workbook: Workbook, styles: Styles, titles: Mapping[str, str]
) -> bytes:
    """The worksheet part. ``titles`` leads from wished to given titles of result sheets."""
    merges = [area for text in sheet.merges if (area := parse_area(text))]
    writer = _Rows(sheet, merges, workbook, styles)
    rows = [writer.row(number, cells) for number, cells in enumerate(sheet.rows, 1)]
    links = [
        f'<hyperlink ref="{address}" '
        f'location="{escape_attribute(_renamed(location(cell.link or ""), titles))}" '
        f'display="{escape_attribute(str(cell.value or "")[:250])}"/>'
        for address, cell in writer.linked
    ]
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
        '<pageMargins left="0.35" right="0.35" top="0.5" bottom="0.5" header="0.2" footer="0.2"/>'
        f'<pageSetup paperSize="9" orientation="{landscape}" fitToHeight="0"/>'
        f"<headerFooter><oddFooter>{_FOOTER}</oddFooter></headerFooter></worksheet>"
    )
    return xml.encode()


def with_left_out(sheet: ResultSheet, left_out: Sequence[Skipped]) -> ResultSheet:
    """The result sheet, below its rows what could not be marked where it belongs."""
    if not left_out:
        return sheet
    rows: list[Sequence[ResultCell]] = [[], [ResultCell("没有标在格子上的", bold=True)]]
    for one in left_out[:_MOST_TOLD]:
        place = ResultCell(one.place, link=one.place)
        rows.append([ResultCell(), ResultCell(), place, ResultCell(f"{one.reason}，问题见上。")])
    return replace(sheet, rows=[*sheet.rows, *rows])


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


class _Rows:
    """Writes the rows of one sheet. Many cells stand in it again and again (a rule's source, how to
    mend it), so what a cell looks like in the file and how many lines it fills is worked out once.
    """

    def __init__(
        self, sheet: ResultSheet, merges: list[Area], workbook: Workbook, styles: Styles
    ) -> None:
        most = max((len(cells) for cells in sheet.rows), default=0)
        self._letters = [column_letters(number) for number in range(1, most + 1)]
        last = max((one.right for one in merges), default=0)
        widths = [width or _USUAL_WIDTH for width in sheet.widths]
        self._widths = widths + [_USUAL_WIDTH] * (max(most, last) - len(widths))
        self._merged: dict[int, dict[int, int]] = {}
        for one in merges:
            if one.top == one.bottom:
                self._merged.setdefault(one.top, {})[one.left] = one.right
        self.linked: list[tuple[str, ResultCell]] = []
        """Cells with a link, by address, as far as rows were written."""
        self._dates_from_1904 = workbook.dates_from_1904
        self._styles = styles
        self._looks: dict[tuple[object, ...], str] = {}
        self._texts: dict[str, tuple[str, bool]] = {}
        # By identity, the cell itself being kept so that it stays the only one of that identity.
        self._seen: dict[tuple[int, float], tuple[str, int, ResultCell]] = {}

    def row(self, number: int, cells: Sequence[ResultCell]) -> str:
        """One row. It says the height that its wrapped text needs: Excel computes none for merged
        cells, LibreOffice none at all for a file that names Excel as its author. Not a custom
        height, so that Excel still lets the row grow."""
        merged = self._merged.get(number)
        seen = self._seen
        tallest = 1
        inside = []
        for column, (letters, width, cell) in enumerate(
            zip(self._letters, self._widths, cells, strict=False), 1
        ):
            if merged and column in merged:
                width = sum(self._widths[column - 1 : merged[column]])
            known = seen.get((id(cell), width))
            if known is None:
                known = seen[id(cell), width] = *self._cell(cell, width), cell
            content, height, _ = known
            if content:
                inside.append(f'<c r="{letters}{number}"{content}')
            if height > tallest:
                tallest = height
            if cell.link:
                self.linked.append((f"{letters}{number}", cell))
        custom = ' customHeight="1"' if merged else ""
        points = f' ht="{min(tallest * _LINE_POINTS, TALLEST):g}"{custom}' if tallest > 1 else ""
        return f'<row r="{number}"{points}>{"".join(inside)}</row>'

    def _cell(self, cell: ResultCell, width: float) -> tuple[str, int]:
        """What follows a cell's address in the file ("" for no cell at all), and how many lines of
        usual text it is high in a column of that ``width``."""
        value = cell.value
        quoted = dated = False
        height = 1
        if isinstance(value, str) and value:
            known = self._texts.get(value)
            if known is None:
                known = self._texts[value] = _text(value)
            content, quoted = known
            if cell.wrap:
                points = cell.size or USUAL_POINTS
                height = ceil(lines_needed(value, width, points) * points / USUAL_POINTS)
        else:
            dated = isinstance(value, datetime.date)
            kind, inner = value_xml(value, self._dates_from_1904)
            tag = f' t="{kind}">' if kind else ">"
            content = f"{tag}{inner}</c>" if inner else "/>"
        if cell.size and cell.size > _LARGE:
            height = max(height, 2)
        look = (  # a fill by its identity: hashing an enumeration's member is slow
            *(id(cell.fill), cell.bold, cell.size, cell.wrap, cell.header, cell.border),
            *(cell.link is None, quoted, dated),
        )
        style = self._looks.get(look)
        if style is None:
            number = _style(cell, self._styles, quoted, dated)
            style = self._looks[look] = f' s="{number}"' if number else ""
        return (style + content if style or content != "/>" else "", height)


def _text(text: str) -> tuple[str, bool]:
    """A text as the content of its cell, and whether it must be kept from becoming a formula."""
    return (
        f' t="inlineStr"><is>{text_element(text)}</is></c>',
        text.startswith(_FORMULA_STARTS),
    )


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


def _renamed(link: str, titles: Mapping[str, str]) -> str:
    title, cell = split_location(link)
    given = titles.get(title, title)
    return link if given == title else f"{quoted_title(given)}!{cell}"
