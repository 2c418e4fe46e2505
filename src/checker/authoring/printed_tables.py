"""What is printed on a sheet that nobody described: tables with their headers, pairs of label and
value, the title. PrintedTable by how it looks; what it means is not asked here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct, field

from checker import toml_files
from checker.forms.adopted_cells import PAIR_END, PAIR_LABEL, is_end
from checker.forms.header_paths import SEARCHED_COLUMNS, SEARCHED_ROWS, PrintedSheet
from checker.forms.plain_text import half_width, row_code, squeeze
from checker.model.snapshot import Area, SheetSnapshot
from checker.toml_files import texts

WORDS = toml_files.parse(Path(__file__).with_name("printed_words.toml"))
"""Words by which the parts of a form are known."""

LABEL_WORDS, CODE_WORDS, REMARK_WORDS = (
    texts(WORDS[key]) for key in ("labels", "codes", "remarks")
)
UNIT_OF_ROW, ENTRY_WORDS, OWN_WORDS = (texts(WORDS[key]) for key in ("schools", "entries", "own"))
SIGN_WORDS = texts(WORDS["signs"])
YEAR = re.compile(r"(20[0-9]{2})年?")
_PAIR = re.compile(rf"(?:^|\s)({PAIR_LABEL})\s*:(.*?)(?={PAIR_END})")
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
    block: int = 0
    blocks: int = 0
    begin: int = 0
    """The first row of its header."""

    @property
    def top(self) -> int:
        """The first row that may belong to its header."""
        return max(self.bottom - MOST_HEADER_ROWS + 1, 1)


def tables_on(
    printed: PrintedSheet, copies: Sequence[SheetSnapshot] = ()
) -> Iterator[PrintedTable]:
    """The tables of a sheet, from the top: a row of several texts, and rows of figures below. In
    a blank sheet the figures are those of its filled ``copies``."""
    row = 1
    while row <= min(printed.snapshot.last_row, SEARCHED_ROWS):
        bottom = _header_bottom(printed, row, copies)
        if bottom is None:
            row += 1
            continue
        spans = _spans(printed, row)
        found = [_table(printed, row, bottom, copies, span) for span in spans]
        for number, each in enumerate(found, 1):
            each.begin = row
            if len(found) > 1:
                each.block, each.blocks = number, len(found)
            yield each
        row = max(each.last for each in found) + 1


def _spans(printed: PrintedSheet, row: int) -> list[tuple[int, int]]:
    """The columns of the tables side by side whose header begins in a row: where the first header
    text stands again, another table begins."""
    texts = _texts(printed, row)
    first = texts[min(texts)]
    begins = [at for at, text in texts.items() if text == first]
    last = printed.snapshot.last_column
    if len(begins) < 2 or first in REMARK_WORDS:
        return [(1, last)]
    return list(zip(begins, [*[at - 1 for at in begins[1:]], last], strict=True))


def _header_bottom(printed: PrintedSheet, row: int, copies: Sequence[SheetSnapshot]) -> int | None:
    """The last row of a header that begins in this row; None if none does: at least three texts
    stand side by side, none of them a pair, and no figures; they are words of headers, or a row of
    figures follows."""
    texts = _texts(printed, row)
    cells = printed.snapshot
    if len(texts) < 3 or any(map(_is_no_header, texts.values())):
        return None
    if any(_is_figure(cells.raw(row, at)) for at in range(1, cells.last_column + 1)):
        return None
    known = any(
        text in CODE_WORDS
        or text in LABEL_WORDS
        or "合计" in text
        or any(word in text for word in ("项目", "指标", "内容"))
        for text in texts.values()
    )
    bottom = max(min(printed.area(row, at)[2], row + MOST_HEADER_ROWS - 1) for at in texts)
    # a second level below headers that are not merged down
    while bottom < row + MOST_HEADER_ROWS - 1 and _is_level(printed, row, bottom + 1):
        bottom += 1
    if known or any(_figures_follow(sheet, bottom + 1) for sheet in (printed.snapshot, *copies)):
        return bottom
    named = any(text in (*UNIT_OF_ROW, *ENTRY_WORDS) for text in texts.values())
    return bottom if named and not _pairs_follow(printed, row) else None


def _figures_follow(cells: SheetSnapshot, row: int) -> bool:
    """Whether a row holds labels and then figures only, with a remark behind them at most: text and
    figure in turns are pairs, and no row of a table."""
    kinds = [
        "figure" if _is_figure(value) else "text"
        for at in range(1, cells.last_column + 1)
        if (value := cells.raw(row, at)) not in (None, "")
    ]
    while kinds and kinds[0] == "figure":
        kinds.pop(0)  # its number
    if not kinds:
        return False
    figures = kinds.count("figure")
    first = kinds.index("figure") if figures else len(kinds)
    return figures >= 2 and 0 < first <= 3 and "text" not in kinds[first : first + figures]


def _pairs_follow(printed: PrintedSheet, row: int) -> bool:
    """Whether a row and the next are pairs of label and value side by side: text and figure in
    turns, or values in cells that are merged one below the other."""
    cells = printed.snapshot
    kinds = [
        _is_figure(value)
        for at in range(1, cells.last_column + 1)
        if (value := cells.raw(row + 1, at)) not in (None, "")
    ]
    if len(kinds) >= 4 and kinds == [False, True] * (len(kinds) // 2):
        return True
    widths = [
        {at for at in _texts(printed, each) if printed.area(each, at)[3] > at}
        for each in (row, row + 1)
    ]
    return bool(widths[0] & widths[1])


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
        and not any(text in (*SIGN_WORDS, "乙") for text in texts.values())
        and not any(
            _is_figure(printed.snapshot.raw(row, at))
            for at in range(1, printed.snapshot.last_column + 1)
        )
        and printed.area(first, min(_texts(printed, first)))[2] < row
        and not printed.text(row, 1)
    )


def _table(
    printed: PrintedSheet,
    top: int,
    bottom: int,
    copies: Sequence[SheetSnapshot],
    span: tuple[int, int],
) -> PrintedTable:
    within = range(span[0], span[1] + 1)
    leaves = _leaves(printed, top, bottom, within)
    first = bottom + 1
    signs = {printed.text(first, leaf.column): leaf.column for leaf in leaves}
    for column in within:
        signs.setdefault(printed.text(first, column), column)
    code = next((leaf.column for leaf in leaves if leaf.is_called(CODE_WORDS)), None)
    sign = next((signs[word] for word in SIGN_WORDS if word in signs), None)
    if sign is not None:
        label_at = _below_one_header(printed, bottom, first, sign)
        code = signs.get("乙", code)
        code = code or next((leaf.column for leaf in leaves if leaf.is_called(("代码",))), None)
        first += 1
    else:
        label = next(
            (leaf for leaf in leaves if any(w in squeeze(leaf.path) for w in ("项目", "指标"))),
            None,
        )
        if label is None:
            label_at = _leading_labels(printed, first, leaves, code, copies)
        else:
            area = printed.area(top, label.column)
            label_at = _named_labels(printed, first, leaves, code, copies, (label, area, span[1]))
    if label_at:
        leaves = [leaf for leaf in leaves if leaf.column not in label_at and leaf.column != code]
    last = _last(printed, bottom, first, [leaf.column for leaf in leaves], within)
    return PrintedTable(printed, bottom, first, last, leaves, label_at, code)


def _below_one_header(printed: PrintedSheet, bottom: int, first: int, sign: int) -> list[int]:
    """The columns of labels above which 甲 and the header above it stand."""
    areas = printed.area(first, sign), printed.area(bottom, sign)
    return list(range(min(area[1] for area in areas), max(area[3] for area in areas) + 1))


def _leaves(printed: PrintedSheet, top: int, bottom: int, within: Iterable[int]) -> list[Leaf]:
    """The columns under a header, each path once."""
    leaves: dict[str, Leaf] = {}
    for column in within:
        parts: list[str] = []
        for row in range(top, bottom + 1):
            text = printed.text(row, column)
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        if parts:
            path = "/".join(part.replace("/", "//") for part in parts)
            leaves.setdefault(path, Leaf(path, column))
    return list(leaves.values())


def _named_labels(
    printed: PrintedSheet,
    first: int,
    leaves: Sequence[Leaf],
    code: int | None,
    copies: Sequence[SheetSnapshot],
    named: tuple[Leaf, Area, int],
) -> list[int]:
    """The columns of labels of a table with a column 项目 or 指标 (its leaf, its area, and the last
    column of the table), where figures stand behind it; with the columns of groups before it."""
    label, area, end = named
    shown = printed.text(first, label.column)
    same = [copy for copy in copies if squeeze(copy.raw(first, label.column)) == shown != ""]
    figures = (
        _is_figure(sheet.raw(first, at))
        for sheet in (printed.snapshot, *same)
        for at in range(area[3] + 1, end + 1)
        if at != code
    )
    if not any(figures):
        return []
    before = [leaf.column for leaf in leaves if leaf.column < area[1] and leaf.column != code]
    groups = [column for column in before if _is_group(printed, first, column)]
    return [*groups, *range(area[1], area[3] + 1)]


def _leading_labels(
    printed: PrintedSheet,
    first: int,
    leaves: Sequence[Leaf],
    code: int | None,
    copies: Sequence[SheetSnapshot],
) -> list[int]:
    """The columns of labels at the left of a table all of whose other columns hold figures; none
    where each row is a school or an entry, or stands in other words in the copies."""
    columns = [leaf for leaf in leaves if leaf.column != code and not leaf.is_called(REMARK_WORDS)]
    if any(leaf.is_called(UNIT_OF_ROW) for leaf in columns):
        return []
    texts: list[Leaf] = []
    for leaf in columns:
        values = [printed.snapshot.raw(row, leaf.column) for row in (first, first + 1)]
        if not any(isinstance(value, str) and squeeze(value) for value in values):
            break
        texts.append(leaf)
    if not texts or len(texts) > 2 or len(texts) == len(columns):
        return []
    if any(leaf.is_called(ENTRY_WORDS) for leaf in texts):
        return []
    label = texts[-1].column
    same = all(squeeze(copy.raw(first, label)) == printed.text(first, label) for copy in copies)
    figures = any(
        _is_figure(sheet.raw(first, leaf.column))
        for sheet in (printed.snapshot, *copies)
        for leaf in columns[len(texts) :]
    )
    return [leaf.column for leaf in texts] if same and figures else []


def _is_group(printed: PrintedSheet, first: int, column: int) -> bool:
    """Whether texts over several rows stand in a column from its first row on."""
    area = printed.area(first, column)
    return bool(printed.text(first, column)) and area[1] == area[3]


def _last(
    printed: PrintedSheet, bottom: int, first: int, columns: Sequence[int], within: range
) -> int:
    """The last row of a table; where its header stands again, with a heading above it or not,
    another begins."""
    row = first
    header = [text for at, text in _texts(printed, bottom).items() if at in within]
    while row <= printed.snapshot.last_row:
        texts = {at: text for at, text in _texts(printed, row).items() if at in within}
        held = [at for at in columns if printed.snapshot.raw(row, at) not in (None, "")]
        alone = list(texts.values())
        if not texts and not held:
            break
        if len(header) > 1 and alone == header:
            while (
                row > first
                and len(_texts(printed, row - 1)) == 1
                and not any(_is_figure(printed.snapshot.raw(row - 1, at)) for at in within)
            ):
                row -= 1
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
    cells = printed.snapshot
    index = row - cells.origin[0]
    line = cells.rows[index] if 0 <= index < len(cells.rows) else ()
    return {
        column: text
        for column, value in enumerate(line[:SEARCHED_COLUMNS], start=cells.origin[1])
        if (text := squeeze(value))
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
                label = squeeze(match[1])
                if label in seen or label.startswith(("说明", "注", "附", "其中")):
                    continue
                seen.add(label)
                value, where = match[2].strip(), "same"
                after = cell.area[3] + 1
                alone = not value and match.end() == len(half_width(raw))
                if alone and after <= printed.snapshot.last_column:
                    beside = _shown(printed.snapshot.raw(row, after))
                    if beside and ":" not in half_width(beside):
                        value, where = beside, "beside"
                yield label, value, where, ""


def own_pairs(printed: PrintedSheet, tables: Iterable[PrintedTable]) -> Iterator[Pair]:
    """What says whose form it is, above the tables and below, with its value in the next cell."""
    taken = {row for each in tables for row in range(each.begin, each.last + 1)}
    for text, cells in printed.texts.items():
        row, column = cells[0].corner
        if re.sub(r"\(.*\)$", "", text) not in OWN_WORDS or len(cells) > 1 or row in taken:
            continue
        value = _shown(printed.snapshot.raw(row, printed.area(row, column)[3] + 1))
        if value and ":" not in half_width(value):
            yield text, value, "beside", ""


def pairs_beside(printed: PrintedSheet) -> Iterator[Pair]:
    """Pairs of label and value side by side on a sheet without tables, after a row's number."""
    cells = printed.snapshot
    seen: set[str] = set()
    last_column = min(cells.last_column, SEARCHED_COLUMNS)
    for row in range(2, min(cells.last_row, SEARCHED_ROWS) + 1):
        at = 1
        while at <= last_column:
            text = printed.text(row, at)
            after = printed.area(row, at)[3] + 1
            if not text or text.isdigit() or ":" in text or printed.area(row, at)[:2] != (row, at):
                at = after
                continue
            if after > last_column:
                break
            value = cells.raw(row, after)
            label = str(cells.raw(row, at)).strip()
            number = row_code(cells.raw(row, at - 1)) if at > 1 else ""
            if squeeze(label) not in seen:
                seen.add(squeeze(label))
                yield (
                    label,
                    _shown(value),
                    "beside",
                    number if number.isdigit() and len(number) < 5 else "",
                )
            at = printed.area(row, after)[3] + 1


def _shown(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def title_of(printed: PrintedSheet) -> str:
    """The first text of a sheet, without the year in it."""
    for row in range(1, min(printed.snapshot.last_row, 3) + 1):
        texts = list(_texts(printed, row).values())
        if texts:
            return YEAR.split(texts[0])[-1] if YEAR.search(texts[0]) else texts[0]
    return ""
