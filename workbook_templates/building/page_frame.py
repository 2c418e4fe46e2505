"""What every page of a built workbook shares: heading lines, footer, printing, protection."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from checker_templates.building.check_relations import Relations
from checker_templates.building.layout import Area, Layout
from checker_templates.building.page_styles import (
    ROW_HEIGHT,
    SMALLEST,
    Styles,
    row_height,
)
from msgspec import Struct, field

from checker.forms.names import field_name
from checker.model.cells import column_letters
from checker.model.template import Sheet, Template
from checker.writing.text_size import half_widths, lines_needed, room_in

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

A4_SHORT, A4_LONG, SIDE_MARGINS, TOP_AND_BOTTOM_MARGINS = 595.0, 842.0, 50.0, 72.0  # points
SMALLEST_SCALE = 9 / SMALLEST
"""No text of a form is printed smaller than 9 points."""
BREAKS = 1.06
"""What repeated headers and rows that do not fit at the end of a page add to the height."""
WIDER_ELSEWHERE = 1.33
"""Where the workbook's fonts are not installed (LibreOffice on Linux), columns are that much
wider: what fits there fits in Excel and WPS."""
FOOTER_LABELS = (
    ("单位负责人",),
    ("填表人",),
    ("填表日期", "填报日期"),
    ("联系电话",),
)
"""What stands at the foot of an official form, by the labels of the fields that hold it."""


NOTES, RELATIONS = "填报口径", "审核关系（表号.行号,列号）"


class Page(Struct):
    """One worksheet while it is drawn. Rows and columns are 1-based, as in the layout."""

    workbook: Workbook
    worksheet: Worksheet
    layout: Layout
    sheet: Sheet
    styles: Styles
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    text_areas: list[Area] = field(default_factory=list)  # digits in them are codes, not numbers
    relations: Relations = field(default_factory=Relations)

    @property
    def template(self) -> Template:
        """The template being built."""
        return self.layout.template

    def write(self, row: int, column: int, value: str | int | float, style: Format) -> None:
        """Text, always as text, or a number."""
        if value == "":
            self.worksheet.write_blank(row - 1, column - 1, None, style)
        elif isinstance(value, str):
            self.worksheet.write_string(row - 1, column - 1, value, style)
        else:
            self.worksheet.write_number(row - 1, column - 1, value, style)

    def formula(self, row: int, column: int, formula: str, style: Format, shown: str = "") -> None:
        """A formula with the result that is stored until a program computes it."""
        self.worksheet.write_formula(row - 1, column - 1, f"={formula}", style, shown)

    def merge(self, area: Area, value: str, style: Format) -> None:
        """Text across an area; a plain cell when the area is only one cell."""
        if (area.top, area.left) == (area.bottom, area.right):
            self.write(area.top, area.left, value, style)
            return
        self.worksheet.merge_range(
            area.top - 1, area.left - 1, area.bottom - 1, area.right - 1, "", style
        )
        self.write(area.top, area.left, value, style)

    def span(self, row: int, left: int, right: int) -> Area:
        """A part of one row of this page."""
        return Area(self.sheet.title, row, left, row, right)

    def height(self, row: int, points: float) -> None:
        """Sets the height of a row and remembers it for printing."""
        self.heights[row] = points
        self.worksheet.set_row(row - 1, points)

    def set_widths(self, widths: dict[int, float]) -> None:
        """Sets column widths (characters) and remembers them for wrapping and printing."""
        self.widths.update(widths)
        for column, width in widths.items():
            self.worksheet.set_column(column - 1, column - 1, width)

    def width(self, left: int, right: int) -> float:
        """Characters that fit into columns side by side."""
        return sum(self.widths.get(column, 9.0) for column in range(left, right + 1))

    def name(self, name: str, area: Area) -> None:
        """Gives an area of this workbook a defined name."""
        first = f"${column_letters(area.left)}${area.top}"
        last = f":${column_letters(area.right)}${area.bottom}"
        target = first if (area.top, area.left) == (area.bottom, area.right) else first + last
        self.workbook.define_name(name, f"='{area.sheet}'!{target}")


FILL_HINT = "只填浅黄色格子；带 * 的必填，没有的填 0；其余没有的留空。"


def head(
    page: Page, units: Iterable[str], last_column: int, hint: str = FILL_HINT, right: str = ""
) -> int:
    """Title, 表号 | 统计时点, how to fill it | 单位, or room for a text as long as ``right``.
    Returns the first column of the right part of the last line."""
    sheet, styles = page.sheet, page.styles
    page.height(1, 32)
    title = f"{page.template.title}·{sheet.title}"
    page.merge(page.span(1, 1, last_column), title, styles.title())
    made = f"{page.template.edition}年表样"  # elsewhere the foot of each sheet of paper says it
    number = f"表号：{sheet.form_number}" if sheet.form_number else made
    listed = "、".join(dict.fromkeys(unit for unit in units if unit))
    measured = f"计量单位：{listed}" if listed else ""
    split = 2
    for row, left, beside in ((2, number, sheet.period), (3, hint, measured)):
        split, height = _split(page, last_column, left, beside or right)
        page.height(row, height)
        page.merge(page.span(row, 1, split - 1), left, styles.line())
        page.merge(page.span(row, split, last_column), beside, styles.line("right"))
    return split


NARROWER = 0.87
"""A line that fits so much room is a single one in every program."""


def _split(page: Page, last_column: int, left: str, right: str) -> tuple[int, float]:
    """Before which column a line is cut so that its two texts take the fewest lines, as near the
    middle as may be; and how high the line then is."""
    middle = right_part(page, last_column)
    choices = []
    for column in range(2, last_column + 1):
        texts = (
            (left, page.width(1, column - 1) * NARROWER, SMALLEST),
            (right, page.width(column, last_column) * NARROWER, SMALLEST),
        )
        height, lines = row_height(*texts), sum(lines_needed(*text) for text in texts)
        choices.append((height, lines, abs(column - middle), column))
    height, _, _, column = min(choices, default=(ROW_HEIGHT, 0, 0, middle))
    return column, max(16.0, height - 3) if height <= ROW_HEIGHT else height


OFFICIAL = "制定机关：　　　　　　批准文号：　　　　　　有效期至：　　　　　　"
"""What an official form says of itself, printed at the top of each sheet of paper; left to be
filled by the office that issues the form."""


def right_part(page: Page, last_column: int) -> int:
    """First column of the right-hand half of a heading line."""
    total = sum(page.widths.get(column, 9.0) for column in range(1, last_column + 1))
    used = 0.0
    for column in range(1, last_column + 1):
        used += page.widths.get(column, 9.0)
        if used >= total * 0.45:
            return min(column + 1, last_column) if last_column > 1 else 2
    return last_column


def school_line(page: Page, last_column: int) -> None:
    """学校名称 and 标识码, repeated on every page from where they are typed."""
    row = page.layout.school_rows.get(page.sheet.id)
    if row is None:
        return
    identity, fields = page.template.identity, page.template.fields()
    split = right_part(page, last_column)
    for field_id, left, right, align in (
        (identity.name, 1, split - 1, "left"),
        (identity.code, split, last_column, "right"),
    ):
        if field_id is None:
            continue
        # a name longer than its half of the line is printed smaller rather than cut off
        style = page.styles.get(align=align, font_size=11, bold=True, shrink=True)
        area = page.span(row, left, right)
        page.merge(area, "", style)
        label = fields[field_id].label
        name = field_name(field_id, fields[field_id].columns[0])
        page.formula(row, left, f'"{label}："&{name}', style, f"{label}：")


NARROW_PART = 15.0
"""Characters: a part of the foot narrower than this has no room for what is written into it."""


def foot(page: Page, row: int, last_column: int) -> int:
    """单位负责人 · 填表人 · 填表日期 · 联系电话 spread over the width of the form, with what was
    filled in where they are fields of it. On a narrow form two and two; returns the last row."""
    by_label = {item.label: item for item in page.template.fields().values()}
    style = page.styles.line()
    page.height(row - 1, 6)
    parts = [(row, *span) for span in _parts(page, last_column, len(FOOTER_LABELS))]
    if min(page.width(left, right) for _, left, right in parts) < NARROW_PART:
        halves = _parts(page, last_column, 2)
        parts = [(at, *span) for at in (row, row + 1) for span in halves]
    for labels, (at, left, right) in zip(FOOTER_LABELS, parts, strict=True):
        page.height(at, 20)
        area = page.span(at, left, right)
        page.merge(area, "", style)
        found = next((by_label[label] for label in labels if label in by_label), None)
        if found is None:
            page.write(at, left, f"{labels[0]}：", style)
            continue
        name = field_name(found.id, found.columns[0])
        text = f'IF({name}="","",TEXT({name},"yyyy-mm-dd"))' if found.type == "date" else name
        page.formula(at, left, f'"{labels[0]}："&{text}', style, f"{labels[0]}：")
    return parts[-1][0]


def _parts(page: Page, last_column: int, count: int) -> list[tuple[int, int]]:
    """First and last columns of so many parts of the form, about equally wide."""
    widths = [page.widths.get(column, 9.0) for column in range(1, last_column + 1)]
    parts: list[tuple[int, int]] = []
    left, used = 1, 0.0
    for column, width in enumerate(widths, start=1):
        used += width
        parts_left, columns_left = count - len(parts), last_column - column
        wide = used >= sum(widths) * (len(parts) + 1) / count
        if parts_left > 1 and (wide or columns_left == parts_left - 1):
            parts.append((left, column))
            left = column + 1
    return [*parts, (left, last_column)]


def below(page: Page, row: int, last_column: int, blocks: Iterable[tuple[str, list[str]]]) -> None:
    """Headings with a line for each text, under the foot of a form. Texts stand side by side where
    they are short, or in two columns, whichever is less high."""
    for heading, texts in blocks:
        if not texts:
            continue
        page.merge(page.span(row, 1, last_column), heading, page.styles.get(bold=True))
        page.height(row, 18)
        room = room_in(page.width(1, last_column) * NARROWER, SMALLEST)
        packed = list(_packed(texts, room))
        arranged = [_arranged(page, packed, [(1, last_column)])]
        if heading == NOTES:
            arranged.append(_arranged(page, texts, _parts(page, last_column, 2)))
        for height, parts in min(arranged, key=lambda lines: sum(height for height, _ in lines)):
            row += 1
            page.height(row, height)
            for span, text in parts:
                page.merge(page.span(row, *span), text, page.styles.line())
        row += 2


_Line = tuple[float, list[tuple[tuple[int, int], str]]]
"""The height of a row and its texts, each with its first and last column."""


def _arranged(page: Page, texts: Sequence[str], columns: Sequence[tuple[int, int]]) -> list[_Line]:
    """Texts in columns side by side, read down the left one first."""
    deep = -(-len(texts) // len(columns))
    lines: list[_Line] = []
    for at in range(deep):
        parts = list(zip(columns, texts[at::deep], strict=False))
        height = row_height(
            *((text, page.width(*span) * NARROWER, SMALLEST) for span, text in parts)
        )
        lines.append((16.0 if height == ROW_HEIGHT else height, parts))
    return lines


def _packed(texts: Iterable[str], width: float) -> Iterator[str]:
    """Short texts side by side, as many as fit into a line of so many characters."""
    line = ""
    for text in texts:
        longer = f"{line}　　{text}" if line else text
        if line and half_widths(longer) > width:
            yield line
            longer = text
        line = longer
    if line:
        yield line


def finish(
    page: Page,
    last_column: int,
    *,
    freeze: tuple[int, int] = (0, 0),
    repeat: tuple[int, int] | None = None,
    insert_rows: bool = False,
    filled: Area | None = None,
) -> None:
    """Panes, printing on A4, and protection without a password.

    ``freeze`` is the number of rows and columns kept in view; ``repeat`` the first and last row
    printed on every sheet of paper; of ``filled``, an area to be filled from above, the empty rows
    at its end are not printed, and what stands below it neither.
    """
    sheet = page.worksheet
    scale, upright = _scale(page, last_column)
    sheet.set_paper(9)
    if not upright:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0 if filled else _pages(page, scale, upright=upright))
    sheet.set_margins(left=0.35, right=0.35, top=0.45, bottom=0.65 if filled else 0.55)
    sheet.center_horizontally()
    if page.sheet.form_number:
        sheet.set_header(f"&R&11{OFFICIAL}", {"margin": 0.2})
    title = page.template.title.replace("&", "&&")
    left, middle, right = f"{title}（{page.template.edition}年）", "第 &P 页，共 &N 页", "&A"
    if filled:  # the foot of such a form stands on each sheet of paper
        left, middle = (
            f"单位负责人：\n{left}",
            f"填表人：　　　　　　　填表日期：　　　　\n{middle}",
        )
        right = f"联系电话：　　　　　　　　\n{right}"
        _print_filled(page, filled, last_column)
    sheet.set_footer(f"&L&11{left}&C&11{middle}&R&11{right}", {"margin": 0.2})
    sheet.hide_gridlines(2)
    if freeze != (0, 0):
        sheet.freeze_panes(*freeze)
    if repeat is not None:
        sheet.repeat_rows(repeat[0] - 1, repeat[1] - 1)
    if page.text_areas:
        sheet.ignore_errors({"number_stored_as_text": " ".join(a.a1 for a in page.text_areas)})
    sheet.protect("", {"format_columns": True, "format_rows": True, "insert_rows": insert_rows})


def _print_filled(page: Page, filled: Area, last_column: int) -> None:
    """Print from the top to the last row with anything in the area, and one row at least."""
    title = f"'{page.sheet.title}'"
    first, last = column_letters(filled.left), column_letters(filled.right)
    rows = f"{title}!${first}${filled.top}:${last}${filled.bottom}"
    corner = column_letters(last_column)
    page.workbook.define_name(
        f"{title}!_xlnm.Print_Area",
        f"={title}!$A$1:INDEX({title}!${corner}$1:${corner}${filled.bottom},"
        f'MAX({filled.top},SUMPRODUCT(MAX(({rows}<>"")*ROW({rows})))))',
    )


def break_before(page: Page, last_column: int, rows: Sequence[int], header: float) -> int | None:
    """Before which of a form's ``rows`` a sheet of paper has to end, so that its header, which is
    printed on every sheet and ``header`` points high, stands above some rows also where only
    texts would be left for the last sheet. None where no sheet is without rows."""
    scale, upright = _scale(page, last_column)
    if _pages(page, scale, upright=upright) == 1:
        return None
    room = ((A4_LONG if upright else A4_SHORT) - TOP_AND_BOTTOM_MARGINS) / (scale * BREAKS)
    heights = [page.heights.get(row, 15.0) for row in range(1, max(page.heights) + 1)]
    first, used = 1, 0.0
    for row, height in enumerate(heights, start=1):
        if used + height > room:
            first, used = row, header
        used += height
    if first <= max(rows):
        return None
    moved = [row for row in rows[-_MOVED:] if header + sum(heights[row - 1 :]) <= room]
    return min(moved, default=None)


_MOVED = 6
"""So many rows of a form go with its texts to a sheet of paper of their own."""


def papers(page: Page, last_column: int) -> int:
    """How many sheets of paper the rows drawn so far take."""
    scale, upright = _scale(page, last_column)
    return _pages(page, scale, upright=upright) or math.ceil(_sheets(page, scale, upright=upright))


def _scale(page: Page, last_column: int) -> tuple[float, bool]:
    """The part of its size to which the form is printed on A4, and whether upright."""
    points = sum(
        (page.widths.get(column, 9.0) * 7 + 5) * 0.75
        for column in range(1, last_column + 1)
        if page.widths.get(column, 9.0)
    )
    scale = (A4_SHORT - SIDE_MARGINS) / (points * WIDER_ELSEWHERE)
    upright = scale >= SMALLEST_SCALE
    if not upright:
        scale = (A4_LONG - SIDE_MARGINS) / (points * WIDER_ELSEWHERE)
    return min(1.0, scale), upright


def _sheets(page: Page, scale: float, *, upright: bool) -> float:
    down = (A4_LONG if upright else A4_SHORT) - TOP_AND_BOTTOM_MARGINS
    return sum(page.heights.values()) * BREAKS * scale / down


def _pages(page: Page, scale: float, *, upright: bool) -> int:
    """How many sheets of paper the rows are to be squeezed into; 0 leaves it to the program.

    A last sheet with a few rows only is a nuisance, so a little is taken off the scale instead, as
    long as the letters do not become smaller than 9 points.
    """
    sheets = _sheets(page, scale, upright=upright)
    nearest = max(1, int(sheets))
    fits = sheets <= nearest or scale * nearest / sheets >= SMALLEST_SCALE
    return nearest if fits else 0
