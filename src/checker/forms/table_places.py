"""Where a table stands in a workbook: its columns by header text, its body by its defined name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from checker.forms.form_grid import ORDINAL_HEADER, squeeze
from checker.forms.names import table_name
from checker.model.cells import CellRef
from checker.model.snapshot import SheetSnapshot
from checker.model.submission import Problem
from checker.model.template import Table, TableColumn

HEADER_ROWS_ABOVE = 4
"""Header texts stand directly above the column numbers; a few inserted rows are forgiven."""

FOOTER_WORDS = ("单位负责人", "填表人", "填报人", "填表日期", "填报日期", "联系电话", "制表人")
TOTAL_WORDS = frozenset({"合计", "总计", "小计", "共计", "总数"})
_FOOTER_STARTS = frozenset(word[0] for word in FOOTER_WORDS)

Area = tuple[CellRef, CellRef]
Names = Mapping[str, Area | None]

KEPT_HEADERS = 32


class TablePlace(NamedTuple):
    """``columns`` by table column id (those found). Body rows are ``first_row`` .. ``last_row``;
    rows filled further down, to ``read_to``, still belong to the table."""

    columns: Mapping[str, int]
    first_row: int
    last_row: int
    read_to: int


class TableHeader(NamedTuple):
    """Where the header of a table is (None if it was not found), its ``columns`` by table column
    id, and the first row of the body below it."""

    row: int | None
    columns: dict[str, int]
    first_row: int


class KnownHeaders:
    """Headers that were found before, by the cells that tell of them; bounded."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], TableHeader] = {}

    def find(self, snapshot: SheetSnapshot, table: Table, named: Area | None) -> TableHeader:
        """The header of a table whose body has this name, if the name is not lost."""
        lines: Sequence[Sequence[object]] = ()
        if named is not None:
            begin = named[0].row - HEADER_ROWS_ABOVE - snapshot.origin[0]
            lines = snapshot.rows[max(begin, 0) : begin + HEADER_ROWS_ABOVE] if begin >= 0 else ()
        if len(lines) < HEADER_ROWS_ABOVE:
            return _find_header(snapshot, table, named)
        # only texts matter here, and what equals a text is that very text
        key = (table.id, named, snapshot.origin, *map(tuple, lines))
        header = self._known.get(key)
        if header is None:
            header = _find_header(snapshot, table, named)
            if named is not None and header.row is not None and header.row + 1 < named[0].row:
                if len(self._known) >= KEPT_HEADERS:
                    self._known.clear()
                self._known[key] = header
        return header


def find_table(
    snapshot: SheetSnapshot, title: str, table: Table, names: Names, known: KnownHeaders
) -> tuple[TablePlace | None, list[Problem]]:
    """The place of a table on the sheet with this title, and what was not as it should be."""
    named = names.get(table_name(table.id))
    if named is not None and named[0].sheet != title:
        named = None
    header_row, columns, first_row = known.find(snapshot, table, named)
    if not columns or header_row is None:
        message = (
            f"找不到“{table.title}”表的表头（{_titles(table)}），无法读取这张表；"
            "请从空白表中复制表头，或重新下载填报表填写。"
        )
        return None, [Problem("FORM018", message, sheet=title, required=_titles(table))]
    problems = [
        _lost_column(table, column, title) for column in table.columns if column.id not in columns
    ]
    if named is not None:
        first_row = min(first_row, max(named[0].row, header_row + 1))
        last_row = max(named[1].row, first_row - 1)
        read_to = _end(snapshot, last_row + 1, columns)
    else:
        last_row = read_to = _end(snapshot, first_row, columns)
        message = f"“{table.title}”表的内部名称丢失，已按表头找到，不影响校验。"
        problems.append(Problem("FORM010", message, sheet=title))
    return TablePlace(columns, first_row, last_row, read_to), problems


def _titles(table: Table) -> str:
    return "、".join(column.title for column in table.columns)


def _lost_column(table: Table, column: TableColumn, title: str) -> Problem:
    message = (
        f"“{table.title}”表里找不到“{column.title}”这一栏的栏目名称，无法读取这一栏；"
        "请把栏目名称改回来。"
    )
    return Problem("FORM018", message, sheet=title, required=column.title)


def _find_header(snapshot: SheetSnapshot, table: Table, named: Area | None) -> TableHeader:
    """The row above the body that has most of the header texts, and the columns found in it."""
    rows: Iterable[int]
    if named is not None:
        rows = range(named[0].row - 1, max(named[0].row - 1 - HEADER_ROWS_ABOVE, 0), -1)
    else:
        rows = range(snapshot.origin[0], snapshot.last_row + 1)
    wanted = [
        (column, {squeeze(column.title), squeeze(f"{column.title}（{column.unit}）")})
        for column in table.columns
    ]
    best: dict[str, int] = {}
    best_row = None
    for row in rows:
        found = _match(_texts(snapshot, row), wanted)
        if len(found) > len(best):
            best, best_row = found, row
            if len(best) == len(table.columns):
                break
    if best_row is None or 2 * len(best) < len(table.columns):
        return TableHeader(None, {}, 0)
    return TableHeader(best_row, best, _first_body_row(snapshot, best_row, best))


def _texts(snapshot: SheetSnapshot, row: int) -> dict[int, str]:
    index = row - snapshot.origin[0]
    line = snapshot.rows[index] if 0 <= index < len(snapshot.rows) else ()
    return {
        column: text
        for column, value in enumerate(line, start=snapshot.origin[1])
        if (text := squeeze(value))
    }


def _match(texts: Mapping[int, str], wanted: list[tuple[TableColumn, set[str]]]) -> dict[str, int]:
    """Columns whose header is exactly theirs; then, among what is left, those that contain it
    ("男生" for 男) if only one does. A text that stands twice is nobody's."""
    found: dict[str, int] = {}
    for column, titles in wanted:
        places = [place for place, text in texts.items() if text in titles]
        if len(places) == 1:
            found[column.id] = places[0]
    if not found:
        return found
    left = {place: text for place, text in texts.items() if place not in found.values()}
    for column, _ in wanted:
        if column.id in found:
            continue
        title = squeeze(column.title)
        places = [place for place, text in left.items() if title in text and len(text) < 20]
        if len(places) == 1:
            found[column.id] = places[0]
            left.pop(places[0])
    return found


def _first_body_row(snapshot: SheetSnapshot, header_row: int, columns: Mapping[str, int]) -> int:
    """The row below the header and below the line of column numbers, if there is one."""
    numbers = [snapshot.raw(header_row + 1, column) for column in columns.values()]
    texts = [value.strip() for value in numbers if isinstance(value, str)]
    if texts and len(texts) == len(numbers) and all(text.isdigit() for text in texts):
        return header_row + 2
    return header_row + 1


def _end(snapshot: SheetSnapshot, row: int, columns: Mapping[str, int]) -> int:
    """Last row with anything in the table's columns, from ``row`` on, before what follows the
    table: the footer, or the header of the next one."""
    last = row - 1
    while row <= snapshot.last_row:
        texts = list(_texts(snapshot, row).values())
        if any(text == ORDINAL_HEADER or is_footer(text) for text in texts):
            break
        if any(snapshot.raw(row, column) not in (None, "") for column in columns.values()):
            last = row
        row += 1
    return last


def is_footer(text: str) -> bool:
    """Whether a squeezed text belongs to the footer of a form: 单位负责人：…"""
    return text[0] in _FOOTER_STARTS and text.startswith(FOOTER_WORDS)


def is_total(values: Iterable[object]) -> bool:
    """Whether the cells of a row, as far as the table's second column, call it a total (合计)."""
    return any(squeeze(value) in TOTAL_WORDS for value in values if value)


def beyond(table: Table, title: str, rows: list[int], columns: Mapping[str, int]) -> Problem:
    """FORM020: filled rows below the prepared range."""
    first = min(columns.values())
    some = "、".join(str(row) for row in rows[:5]) + ("等" if len(rows) > 5 else "")
    message = (
        f"“{table.title}”表的第 {some} 行接在表格最后一行的下面，已一并计入；"
        "行数不够时请在表格中间插入行。"
    )
    return Problem("FORM020", message, cell=CellRef(title, rows[0], first), sheet=title)
