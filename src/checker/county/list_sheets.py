"""How every workbook of a county run looks: formats, long lists, and text that stays text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from msgspec import Struct

from checker.toml_files import record_of
from checker.writing.text_size import lines_needed

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FIXED_TIME = datetime(2026, 1, 1)
"""The time stamp inside a workbook: equal runs give equal bytes."""

LINE_HEIGHT = 14.5
"""Points, of one line of text at 10 points."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_LAST_LINK = 60_000
"""The last row with a link: Excel keeps at most 65,530 of them on a sheet."""

Value: TypeAlias = str | int | Fraction | Decimal | None

Row: TypeAlias = tuple[Sequence[Value], Mapping[int, str]]
"""The values of a line, and the looks of those columns that do not look as their list does. A text
that looks like a ``link`` is the path of a file; ``fail.2`` is a number of two decimals."""


class _List(Struct, frozen=True):
    """What ``list_sheets.toml`` says of a list."""

    columns: tuple[tuple[str, int], ...]
    frozen: tuple[int, int] = (1, 0)
    look: str = "wrap"
    optional: bool = False
    filter: bool = True
    bars: tuple[tuple[int, str], ...] = ()
    printed: int = 0
    scale: int = 0


class _Looks(Struct, frozen=True):
    cell: dict[str, Any]
    bordered: dict[str, Any]
    looks: dict[str, dict[str, Any]]
    lists: dict[str, _List]


@cache
def _declared() -> _Looks:
    return record_of(Path(__file__).with_name("list_sheets.toml"), _Looks)


def heads_of(title: str) -> tuple[str, ...]:
    """The titles of a list's columns."""
    return tuple(head for head, _ in _declared().lists[title].columns)


class ListBook:
    """A workbook that is written to its target when it is closed."""

    def __init__(self, target: BinaryIO, title: str, on_disk: bool) -> None:
        """``on_disk``: rows go to temporary files as they come, so that memory does not grow with
        them; rows must come in order then."""
        import xlsxwriter

        options = {"constant_memory": True} if on_disk else {"in_memory": True}
        self.book = xlsxwriter.Workbook(target, {**options, "strings_to_formulas": False})
        self.book.set_properties({"title": title, "created": FIXED_TIME})
        self._formats: dict[tuple[str, bool], Format] = {}

    def close(self) -> None:
        """Write it."""
        self.book.close()

    def format(self, look: str, text: str = "") -> Format:
        """The format of a look. One for a ``text`` that could be read as a formula keeps it a text
        also after F2 and Enter (quotePrefix)."""
        quoted = text.startswith(_FORMULA_STARTS)
        found = self._formats.get((look, quoted))
        if found is None:
            declared = _declared()
            kind, _, digits = look.partition(".")
            words = declared.cell | declared.bordered | declared.looks[kind]
            if digits:
                words |= {"num_format": f"{0:.{int(digits)}f}", "text_wrap": False}
            if quoted:
                words["quote_prefix"] = True
            found = self._formats[look, quoted] = self.book.add_format(words)
        return found

    def title(self, sheet: Worksheet, text: str) -> None:
        """A title in the first cell of a sheet."""
        look = self.book.add_format({**_declared().cell, "bold": True, "font_size": 16})
        sheet.write_string(0, 0, text, look)

    def write_list(
        self, title: str, rows: Iterable[Row], more: Sequence[str] = (), width: int = 0
    ) -> int:
        """Write one of the declared lists; its last row, from 0. Its header stays in view and is
        printed on every page, landscape A4, as wide as the paper. ``more`` columns of one ``width``
        stand after those that are declared."""
        declared = _declared().lists[title]
        columns = (*declared.columns, *((head, width) for head in more))
        lines = iter(rows)
        first = next(lines, None)
        if first is None and declared.optional:
            return 0
        sheet = self._sheet(title, declared, [width for _, width in columns])
        heads = [head for head, _ in columns]
        self._write(sheet, 0, (heads, dict.fromkeys(range(len(heads)), "head")), "wrap", columns)
        row = 0
        while first is not None:
            row += 1
            self._write(sheet, row, first, declared.look, columns)
            first = next(lines, None)
        for column, colour in declared.bars:
            bar = {"type": "data_bar", "bar_color": colour}
            sheet.conditional_format(1, column, row, column, bar)
        last = max(1, row)
        if declared.printed:
            sheet.print_area(0, 0, last, declared.printed - 1)
        if declared.filter:
            sheet.autofilter(0, 0, last, len(columns) - 1)
        return last

    def _sheet(self, title: str, declared: _List, widths: Sequence[int]) -> Worksheet:
        sheet = self.book.add_worksheet(title)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&R第 &P 页，共 &N 页")
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(*declared.frozen)
        if declared.scale:
            sheet.set_print_scale(declared.scale)
            sheet.repeat_columns(0, declared.frozen[1] - 1)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def _write(
        self, sheet: Worksheet, row: int, line: Row, look: str, columns: Sequence[tuple[str, int]]
    ) -> None:
        """One line, made as tall as its longest text needs where texts wrap."""
        values, looks = line
        if look == "wrap":
            set_height(sheet, row, values, [width for _, width in columns])
        self.write_line(sheet, row, values, [looks.get(n, look) for n in range(len(values))])

    def write_line(
        self, sheet: Worksheet, row: int, values: Sequence[Value], looks: Sequence[str]
    ) -> None:
        """One row of cells. Text stays text, whatever it begins with; None is an empty cell."""
        for column, (value, look) in enumerate(zip(values, looks, strict=True)):
            if value is None:
                sheet.write_blank(row, column, None, self.format(look))
            elif not isinstance(value, str):
                sheet.write_number(row, column, float(value), self.format(look))
            elif look == "link" and row <= _LAST_LINK:
                sheet.write_url(row, column, f"external:{value}", self.format(look, value), value)
            else:
                shown = self.format("text" if look == "link" else look, value)
                if value.startswith("<r>"):
                    value += " "  # XlsxWriter would take "<r>…</r>" for finished XML
                sheet.write_string(row, column, value, shown)


def set_height(
    sheet: Worksheet, row: int, values: Sequence[Value], widths: Sequence[float]
) -> None:
    """Make a row as tall as the longest of its texts needs."""
    lines = [
        lines_needed(value, width)
        for value, width in zip(values, widths, strict=True)
        if isinstance(value, str)
    ]
    sheet.set_row(row, max((1, *lines)) * LINE_HEIGHT + 2)
