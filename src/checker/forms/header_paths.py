"""Header paths over merged, multi-level headers, and row paths over merged labels: how a form that
a county drew itself is read. A path that stands twice, or nowhere, leads to no cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from checker.forms.plain_text import row_code, squeeze
from checker.model.cells import CellRef, column_number
from checker.model.snapshot import Area, Position, SheetSnapshot

HEADER_LEVELS = 5
"""So many rows a header has at most, from its first level to the row above the first figures."""
SEARCHED_ROWS = 200
"""A header stands within so many rows from the top of a sheet."""
SEARCHED_COLUMNS = 300
YEARS = range(1990, 2050)

_SIGNS = ("甲", "乙", "丙", "丁")


Span: TypeAlias = tuple[int, int]
"""First and last column of a part of a sheet."""
ALL_COLUMNS: Span = (1, SEARCHED_COLUMNS)


def printed_text(value: object) -> str:
    """The squeezed text of a cell; a year typed as a number (2025, over a column) is one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if value in YEARS else ""
    return squeeze(value)


class PrintedCell(Struct, frozen=True):
    """A text on a sheet with the area it fills: its own cell, or all that is merged with it."""

    text: str
    area: Area

    @property
    def corner(self) -> Position:
        """(row, column) of its first cell."""
        return self.area[0], self.area[1]


class Header(Struct, frozen=True):
    """A header whose paths were looked for: the last row of it, the column of each path that leads
    to exactly one, and the cells of those that lead to several."""

    last_row: int
    columns: Mapping[str, int]
    doubled: Mapping[str, tuple[Position, ...]]
    first_row: int
    span: Span = ALL_COLUMNS
    pages: tuple[Header, ...] = ()  # the same header again, on the further pages of a list


class PrintedSheet:
    """The texts of one sheet by place, merged areas as one."""

    def __init__(self, snapshot: SheetSnapshot) -> None:
        self.snapshot = snapshot
        self._areas: dict[Position, Area] = {}
        last_row, last_column = snapshot.last_row, snapshot.last_column
        for top, left, bottom, right in snapshot.merged:
            seen = (top, left, min(bottom, last_row), min(right, last_column))
            for row in range(top, min(bottom, last_row, top + SEARCHED_ROWS) + 1):
                for column in range(left, min(right, last_column, left + SEARCHED_COLUMNS) + 1):
                    self._areas[row, column] = seen

    def area(self, row: int, column: int) -> Area:
        """The merged area a cell belongs to, or the cell alone."""
        return self._areas.get((row, column), (row, column, row, column))

    def text(self, row: int, column: int) -> str:
        """The squeezed text that is shown at a cell."""
        top, left, *_ = self.area(row, column)
        return printed_text(self.snapshot.raw(top, left))

    def bearing(self, text: str) -> Sequence[PrintedCell]:
        """The cells near the top that hold exactly this text (squeezed)."""
        return self.texts.get(text, ())

    @cached_property
    def texts(self) -> Mapping[str, list[PrintedCell]]:
        """All texts near the top, squeezed, with the cells that hold them."""
        found: dict[str, list[PrintedCell]] = {}
        first = self.snapshot.origin[0]
        for row in range(first, first + min(len(self.snapshot.rows), SEARCHED_ROWS)):
            for column, value in islice(self.snapshot.line(row), SEARCHED_COLUMNS):
                text = printed_text(value)
                if text:
                    found.setdefault(text, []).append(PrintedCell(text, self.area(row, column)))
        return found

    def containing(self, text: str) -> list[PrintedCell]:
        """The cells near the top whose text holds this one (squeezed)."""
        return [cell for held, cells in self.texts.items() if text in held for cell in cells]

    # -- headers -----------------------------------------------------------------------------

    def leaves(self, path: str) -> list[PrintedCell]:
        """The cells at the end of a header path: the last part, with the others above it."""
        parts = parts_of(path)
        if not parts:
            return []
        return [cell for cell in self.bearing(parts[-1]) if self._is_under(cell.area, parts[:-1])]

    def _is_under(self, area: Area, parts: Sequence[str]) -> bool:
        for part in reversed(parts):
            top, left, _, right = area
            if top <= 1:
                return False
            area = self.area(top - 1, left)
            if area[3] < right or self.text(area[0], area[1]) != part:
                return False
        return True

    def blocks(self, paths: Sequence[str]) -> list[Span]:
        """The columns of tables side by side, which begin with these header paths from the left;
        none where they do not all stand in exactly one row."""
        rows: dict[int, list[tuple[int, str]]] = {}
        for path in dict.fromkeys(paths):
            for cell in self.leaves(path):
                rows.setdefault(cell.area[2], []).append((cell.area[1], path))
        found = [
            sorted(cells)
            for cells in rows.values()
            if [path for _, path in sorted(cells)] == list(paths)
        ]
        if len(found) != 1:
            return []
        firsts = [at for at, _ in found[0]]
        return list(zip(firsts, [*[at - 1 for at in firsts[1:]], SEARCHED_COLUMNS], strict=True))

    def header(
        self,
        paths: Iterable[str],
        below: str = "",
        span: Span = ALL_COLUMNS,
        headings: Iterable[str] = (),
    ) -> Header | list[Header]:
        """The header that holds these paths within some columns, half of them at least; without
        exactly one such header those that could be it (none, or several). It stands below the text
        ``below``, and above those of the ``headings`` of other tables that come after that."""
        paths = list(dict.fromkeys(path for path in paths if path))
        after, before = self._span(below, headings)
        if after is None:
            return []
        leaves = {
            path: [
                cell
                for cell in self.leaves(path)
                if cell.area[0] > after
                and (before is None or cell.area[0] < before)
                and span[0] <= cell.area[1] <= cell.area[3] <= span[1]
            ]
            for path in paths
        }
        bottoms = sorted({cell.area[2] for cells in leaves.values() for cell in cells})
        found: list[Header] = []
        for bottom in bottoms:
            header = self._header_at(bottom, leaves)
            if 2 * (len(header.columns) + len(header.doubled)) >= len(paths):
                found.append(header)
        found = [replace(header, span=span) for header in _widest(found)]
        return found[0] if len(found) == 1 else found

    def _span(self, below: str, headings: Iterable[str]) -> tuple[int | None, int | None]:
        """The rows between which a header below a text stands; (None, None) without that text."""
        if not below:
            return 0, None
        after = self._row_of(below)
        if after is None:
            return None, None
        rows = [row for heading in headings if (row := self._row_of(heading)) is not None]
        return after, min((row for row in rows if row > after), default=None)

    def _row_of(self, text: str) -> int | None:
        """The last row of the one cell that bears (or holds) a text."""
        cells = self.bearing(squeeze(text)) or self.containing(squeeze(text))
        return cells[0].area[2] if len(cells) == 1 else None

    def _header_at(self, bottom: int, leaves: Mapping[str, list[PrintedCell]]) -> Header:
        """What a header whose last row is ``bottom`` would hold."""
        columns: dict[str, int] = {}
        doubled: dict[str, tuple[Position, ...]] = {}
        tops = [bottom]
        for path, cells in leaves.items():
            near = [
                cell
                for cell in cells
                if bottom - HEADER_LEVELS < cell.area[0]
                and cell.area[2] <= bottom
                and self._is_empty_below(cell.area, bottom)
            ]
            if len(near) == 1 and near[0].area[1] == near[0].area[3]:
                columns[path] = near[0].area[1]
                tops.append(near[0].area[0])
            elif near:
                doubled[path] = tuple(cell.corner for cell in near)
        return Header(bottom, columns, doubled, min(tops))

    def _is_empty_below(self, area: Area, bottom: int) -> bool:
        return all(
            self.snapshot.raw(row, area[1]) in (None, "") for row in range(area[2] + 1, bottom + 1)
        )

    def first_body_row(self, header: Header) -> int:
        """The row below the header and below a line 甲 乙 1 2 3, if there is one."""
        row = self.sign_row(header)
        return header.last_row + 1 if row is None else row + 1

    def sign_row(self, header: Header) -> int | None:
        """The line 甲 乙 1 2 3 below the header, if there is one."""
        row = header.last_row + 1
        return row if self._is_sign_row(row) else None

    def _is_sign_row(self, row: int) -> bool:
        texts = [code for _, value in self.snapshot.line(row) if (code := row_code(value))]
        numbers = [text for text in texts if text.isascii() and text.isdigit()]
        signs = [text for text in texts if text in _SIGNS]
        counted = [str(number) for number in range(1, len(numbers) + 1)]
        return len(numbers) >= 2 and numbers == counted and len(signs) + len(numbers) == len(texts)

    def counts_from_left(self, row: int, column: int) -> bool:
        """Whether a row reads 甲 乙 1 2 … from the first column to this one without a gap: then no
        column was inserted, taken away or moved there."""
        texts = [row_code(self.snapshot.raw(row, at)) for at in range(1, column + 1)]
        letters = [text for text in texts if text in _SIGNS]
        numbers = [str(number) for number in range(1, len(texts) - len(letters) + 1)]
        return bool(letters and numbers) and texts == [*_SIGNS[: len(letters)], *numbers]

    # -- rows --------------------------------------------------------------------------------

    def row_path(self, row: int, columns: Sequence[int]) -> tuple[str, ...]:
        """The labels of a row from left to right: ("学生", "其中:寄宿生"). The last of them must
        belong to this row alone, or it labels no row."""
        parts: list[str] = []
        seen: set[Position] = set()
        for column in columns:
            top, left, *_ = area = self.area(row, column)
            text = self.text(row, column)
            if not text or (top, left) in seen:
                continue
            seen.add((top, left))
            parts.append(text)
            last = area
        if not parts or last[0] != last[2]:
            return ()
        return tuple(parts)


def _widest(found: Sequence[Header]) -> list[Header]:
    """Of headers that hold the same cells the first; of others those that hold most paths."""
    alone: dict[tuple[tuple[str, int], ...], Header] = {}
    for header in found:
        alone.setdefault((*sorted(header.columns.items()), ("", header.first_row)), header)
    most = max((len(header.columns) for header in alone.values()), default=0)
    best = [header for header in alone.values() if len(header.columns) == most]
    # a copy of the table from which a column was taken is a rival all the same
    rivals = [
        header
        for header in alone.values()
        if len(header.columns) < most and all(_apart(header, other) for other in best)
    ]
    return best + rivals


def _apart(one: Header, other: Header) -> bool:
    return one.first_row > other.last_row or one.last_row < other.first_row


def parts_of(path: str) -> list[str]:
    """The parts of a path, squeezed: 在校生数 and 合计 of "在校生数/合计". ``//`` is a stroke."""
    marked = path.replace("//", "\0")
    return [squeeze(part.replace("\0", "/")) for part in marked.split("/") if squeeze(part)]


def ends_with(path: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether a row path ends with these parts."""
    return bool(parts) and list(path[-len(parts) :]) == list(parts)


def label_columns(sheet: PrintedSheet, path: str, header: Header) -> list[int]:
    """The columns that the header of the row labels stands over (several, where it is merged); none
    where it is not certain."""
    near = [
        cell
        for cell in sheet.leaves(path)
        if header.first_row - HEADER_LEVELS <= cell.area[0] <= header.last_row + 1
        and header.span[0] <= cell.area[1] <= cell.area[3] <= header.span[1]
    ]
    if len(near) > 1:  # another table stands close above
        near = [cell for cell in near if header.first_row <= cell.area[0] <= header.last_row + 1]
    if len(near) != 1:
        return []
    _, left, _, right = near[0].area
    return list(range(left, right + 1))


def cell_at(title: str, a1: str) -> CellRef | None:
    """The cell of a position such as "C3"; None if it is none."""
    letters = a1.rstrip("0123456789")
    digits = a1[len(letters) :]
    if not digits:
        return None
    try:
        return CellRef(title, int(digits), column_number(letters))
    except ValueError:
        return None
