"""What is printed on a sheet that nobody described: tables with their headers, pairs of label and
value, the title. PrintedTable by how it looks; what it means is not asked here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct, field

from checker.forms.adopted_cells import is_end
from checker.forms.header_paths import PrintedSheet
from checker.forms.plain_text import half_width, row_code, squeeze
from checker.model.snapshot import SheetSnapshot

LABEL_WORDS = ("项目", "指标", "内容", "名称", "甲")
CODE_WORDS = ("序号", "行号", "编号", "乙")
REMARK_WORDS = ("备注",)
YEAR = re.compile(r"(20[0-9]{2})年?")
_PAIR = re.compile(r"(?:^|\s)([^\s\d:][^\s:]{0,19})\s*:(.*?)(?=\s+[^\s\d:][^\s:]*\s*:|$)")
MOST_HEADER_ROWS = 4

Pair = tuple[str, str, str, str]
"""Label, value, where the value is ("same" cell, "beside"), the row's number ("" for none)."""


class Leaf(Struct):
    """One column under a header: its path and number, and what stands in it in all copies."""

    path: str
    column: int
    values: list[object] = field(default_factory=list)

    def is_called(self, words: Sequence[str]) -> bool:
        """Whether its header is one of these words and nothing else."""
        return squeeze(self.path) in words


class PrintedTable(Struct):
    """A table that was found on a sheet: its last header row, the first row below, its columns."""

    printed: PrintedSheet
    bottom: int
    first: int
    last: int
    leaves: list[Leaf]
    labels: list[int] = field(default_factory=list)
    code: int | None = None

    @property
    def top(self) -> int:
        """The first row that may belong to its header."""
        return max(self.bottom - MOST_HEADER_ROWS + 1, 1)


def tables_on(
    printed: PrintedSheet, copies: Sequence[SheetSnapshot] = ()
) -> Iterator[PrintedTable]:
    """The tables of a sheet, from the top: a row of several texts, and rows of figures below. In
    a blank sheet the figures are those of its filled ``copies``."""
    cells = printed.snapshot
    row = 1
    while row <= cells.last_row:
        bottom = _header_bottom(printed, row)
        if bottom is None:
            row += 1
            continue
        found = _table(printed, row, bottom, copies)
        yield found
        row = found.last + 1


def _header_bottom(printed: PrintedSheet, row: int) -> int | None:
    """The last row of a header that begins in this row; None if none does: at least three texts
    stand side by side, none of them a pair, and no figures."""
    texts = _texts(printed, row)
    cells = printed.snapshot
    if len(texts) < 3 or any(map(_is_no_header, texts.values())):
        return None
    if any(_is_figure(cells.raw(row, at)) for at in range(1, cells.last_column + 1)):
        return None
    if not any(
        text in CODE_WORDS
        or text in LABEL_WORDS
        or "名" in text
        or "合计" in text
        or "项目" in text
        or "内容" in text
        for text in texts.values()
    ):
        return None
    bottom = max(min(printed.area(row, at)[2], row + MOST_HEADER_ROWS - 1) for at in texts)
    # a second level below headers that are not merged down
    while bottom < row + MOST_HEADER_ROWS - 1 and _is_level(printed, row, bottom + 1):
        bottom += 1
    return bottom


def _is_no_header(text: str) -> bool:
    return text.isdigit() or (":" in text and not text.startswith("其中"))


def _is_level(printed: PrintedSheet, first: int, row: int) -> bool:
    """Whether a row is one more level of a header: texts only, below merged headers."""
    texts = _texts(printed, row)
    wide = any(
        area[1] != area[3] for at in _texts(printed, first) for area in [printed.area(first, at)]
    )
    return (
        wide
        and len(texts) >= 2
        and not any(text in ("甲", "乙") for text in texts.values())
        and not any(
            _is_figure(printed.snapshot.raw(row, at))
            for at in range(1, printed.snapshot.last_column + 1)
        )
        and printed.area(first, min(_texts(printed, first)))[2] < row
        and not printed.text(row, 1)
    )


def _table(
    printed: PrintedSheet, top: int, bottom: int, copies: Sequence[SheetSnapshot]
) -> PrintedTable:
    cells = printed.snapshot
    leaves: list[Leaf] = []
    for column in range(1, cells.last_column + 1):
        parts: list[str] = []
        for row in range(top, bottom + 1):
            text = printed.text(row, column)
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        if parts:
            path = "/".join(part.replace("/", "//") for part in parts)
            if not any(leaf.path == path for leaf in leaves):
                leaves.append(Leaf(path, column))
    first = bottom + 1
    signs = {printed.text(first, leaf.column): leaf.column for leaf in leaves}
    for column in range(1, cells.last_column + 1):
        signs.setdefault(printed.text(first, column), column)
    label_at: list[int] = []
    code = next((leaf.column for leaf in leaves if leaf.is_called(CODE_WORDS)), None)
    if "甲" in signs:
        label_at = [signs["甲"]]
        code = signs.get("乙", code)
        first += 1
    else:
        label = next(
            (leaf for leaf in leaves if any(w in squeeze(leaf.path) for w in ("项目", "指标"))),
            None,
        )
        if label is not None:
            area = printed.area(top, label.column)
            after = range(area[3] + 1, cells.last_column + 1)
            same = [
                copy
                for copy in copies
                if squeeze(copy.raw(first, label.column)) == printed.text(first, label.column) != ""
            ]
            if any(
                _is_figure(sheet.raw(first, at))
                for sheet in (cells, *same)
                for at in after
                if at != code
            ):
                label_at = list(range(area[1], area[3] + 1))
    if label_at:
        leaves = [leaf for leaf in leaves if leaf.column not in label_at and leaf.column != code]
    last = _last(printed, first, [leaf.column for leaf in leaves])
    return PrintedTable(printed, bottom, first, last, leaves, label_at, code)


def _last(printed: PrintedSheet, first: int, columns: Sequence[int]) -> int:
    row = first
    while row <= printed.snapshot.last_row:
        texts = _texts(printed, row)
        held = [at for at in columns if printed.snapshot.raw(row, at) not in (None, "")]
        alone = list(texts.values())
        if not texts and not held:
            break
        if (
            len(texts) == 1
            and len(held) <= 1
            and is_end(alone[0])
            and not alone[0].startswith("其中")
        ):
            break
        row += 1
    return row - 1


def _texts(printed: PrintedSheet, row: int) -> dict[int, str]:
    """The texts that begin in a row, by column."""
    return {
        column: text
        for column in range(1, printed.snapshot.last_column + 1)
        if (text := squeeze(printed.snapshot.raw(row, column)))
    }


def _is_figure(value: object) -> bool:
    return isinstance(value, int | float | date) and not isinstance(value, bool)


def pairs_on(printed: PrintedSheet, taken: Iterable[int]) -> Iterator[Pair]:
    """Pairs of label and value within one cell, above the tables and below: 学校（盖章）：…"""
    taken = set(taken)
    seen: set[str] = set()
    for cells in printed.texts.values():
        for cell in cells:
            row, column = cell.corner
            raw = printed.snapshot.raw(row, column)
            if (row in taken and ":" not in cell.text) or not isinstance(raw, str):
                continue
            for match in _PAIR.finditer(half_width(raw)):
                label = match[1]
                if label in seen or label.startswith(("说明", "注", "附", "其中")):
                    continue
                seen.add(label)
                yield label, match[2].strip(), "same", ""


def pairs_beside(printed: PrintedSheet) -> Iterator[Pair]:
    """Pairs of label and value side by side on a sheet without tables, after a row's number."""
    for row in range(1, printed.snapshot.last_row + 1):
        texts = [
            (column, text)
            for column, text in _texts(printed, row).items()
            if not text.isdigit() and ":" not in text
        ]
        if texts and texts[0][0] + 1 <= printed.snapshot.last_column and row > 1:
            at = texts[0][0]
            if printed.area(row, at)[3] < printed.snapshot.last_column:
                value = printed.snapshot.raw(row, printed.area(row, at)[3] + 1)
                label = str(printed.snapshot.raw(row, at)).strip()
                number = row_code(printed.snapshot.raw(row, at - 1)) if at > 1 else ""
                yield label, str(value or ""), "beside", number


def title_of(printed: PrintedSheet) -> str:
    """The first text of a sheet, without the year in it."""
    for row in range(1, min(printed.snapshot.last_row, 3) + 1):
        texts = list(_texts(printed, row).values())
        if texts:
            return YEAR.split(texts[0])[-1] if YEAR.search(texts[0]) else texts[0]
    return ""
