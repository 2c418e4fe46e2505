"""What stands in the rows and columns of a sheet that nobody described: figures, marks, units,
texts, headings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from checker.authoring.printed_units import UNITS, is_figure, is_unit
from checker.authoring.printed_words import HEADING, without_year
from checker.forms.adopted_cells import CROSSES, TICKS, is_end
from checker.forms.header_paths import SEARCHED_COLUMNS, PrintedSheet, printed_text
from checker.forms.plain_text import squeeze
from checker.model.snapshot import SheetSnapshot

SAMPLED_ROWS = 40
"""So many rows below a header tell what stands in its columns."""


def texts_in(printed: PrintedSheet, row: int) -> dict[int, str]:
    """The texts that begin in a row, by column."""
    cells = printed.snapshot
    index = row - cells.origin[0]
    line = cells.rows[index] if 0 <= index < len(cells.rows) else ()
    return {
        column: text
        for column, value in enumerate(line[:SEARCHED_COLUMNS], start=cells.origin[1])
        if (text := printed_text(value))
    }


def _kind(value: object) -> str:
    text = squeeze(value)
    if is_figure(value):
        return "figure"
    if text in TICKS | CROSSES:
        return "mark"
    return "unit" if text in UNITS else "text"


def kinds_below(
    printed: PrintedSheet, first: int, columns: Iterable[int], copies: Sequence[SheetSnapshot]
) -> dict[int, str]:
    """What mostly stands in columns below a header, in a sheet and its copies: "figure", "mark" (a
    tick, 是), "unit" or "text"; columns with nothing in them are left out."""
    columns = list(columns)
    counted: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for sheet in (printed.snapshot, *copies):
        heads = _texts_at(sheet, first - 1, columns)
        for row in range(first, min(first + SAMPLED_ROWS, sheet.last_row + 1)):
            held = {at: value for at in columns if (value := sheet.raw(row, at)) not in (None, "")}
            texts = [text for value in held.values() if (text := squeeze(value))]
            if not held and row > first and not any(printed.text(row, at) for at in columns):
                break
            if row > first and _begins_another(sheet, row, columns, texts, heads):
                break
            if any(text.endswith(":") for text in texts) or (
                len(held) < 2 and any(map(is_end, texts))
            ):
                continue
            for at, value in held.items():
                counted[at][_kind(value)] += 1
    return {at: count.most_common(1)[0][0] for at, count in counted.items()}


def _texts_at(cells: SheetSnapshot, row: int, columns: Iterable[int]) -> list[str]:
    return [text for at in columns if (text := squeeze(cells.raw(row, at)))]


def _begins_another(
    cells: SheetSnapshot,
    row: int,
    columns: Sequence[int],
    texts: Sequence[str],
    heads: Sequence[str],
) -> bool:
    """Whether another table begins in a row that holds these texts: the header again, or a text
    alone above several."""
    if len(heads) > 2 and texts == heads:
        return True
    if len(texts) != 1 or not (":" in texts[0] or HEADING.match(texts[0])):
        return False
    below = _texts_at(cells, row + 1, columns)
    figures = any(is_figure(cells.raw(each, at)) for each in (row, row + 1) for at in columns)
    return (len(below) > 2 or len(below) == len(heads)) and not figures


def is_heading(printed: PrintedSheet, row: int, copies: Sequence[SheetSnapshot]) -> bool:
    """Whether a row holds the heading of a table and nothing else, in no copy: one text over
    several columns or numbered 一、"""
    texts = texts_in(printed, row)
    if len(texts) != 1:
        return False
    ((column, text),) = texts.items()
    for sheet in (printed.snapshot, *copies):
        across = range(1, sheet.last_column + 1)
        if any(sheet.raw(row, at) not in (None, "") for at in across if at != column):
            return False
    area = printed.area(row, column)
    paired = ":" in text and not text.startswith("其中")
    return area[3] > area[1] or paired or HEADING.match(text) is not None


def figures_follow(cells: SheetSnapshot, row: int) -> bool:
    """Whether a row holds labels and then figures only, with a remark behind them at most: text and
    figure in turns are pairs, and no row of a table."""
    kinds = [
        "figure" if is_figure(value) else "text"
        for at in range(1, cells.last_column + 1)
        if (value := cells.raw(row, at)) not in (None, "") and not is_unit(value)
    ]
    while kinds and kinds[0] == "figure":
        kinds.pop(0)  # its number
    if not kinds:
        return False
    figures = kinds.count("figure")
    first = kinds.index("figure") if figures else len(kinds)
    if figures >= 2 and 0 < first <= 3 and "text" not in kinds[first : first + figures]:
        return True
    runs = [kind for at, kind in enumerate(kinds) if at == 0 or kind != kinds[at - 1]]
    several = len(kinds) > len(runs)  # label and one value in turns are pairs
    return several and runs[0] == "text" and runs[-1] == "figure" and len(runs) == 4


def heading_of(printed: PrintedSheet) -> str:
    """The first text of a sheet."""
    for row in range(1, min(printed.snapshot.last_row, 3) + 1):
        texts = list(texts_in(printed, row).values())
        if texts:
            return texts[0]
    return ""


def title_of(printed: PrintedSheet) -> str:
    """The first text of a sheet, without the year in it: the longest part before or behind it that
    is no school's name."""
    return without_year(heading_of(printed))
