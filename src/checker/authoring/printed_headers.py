"""Headers of tables on a sheet that nobody described: where they begin and end, tables side
by side, and what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from checker.authoring.printed_rows import SAMPLED_ROWS, figures_follow, kinds_below, texts_in
from checker.authoring.printed_units import UNITS, is_figure, is_quantity, is_unit
from checker.authoring.printed_words import (
    CODE_WORDS,
    ENTRY,
    ENTRY_WORDS,
    HEADS_LABELS,
    LABEL_WORDS,
    REMARK_WORDS,
    SIGN_WORDS,
    is_school,
    names_unit,
)
from checker.forms.adopted_cells import is_end
from checker.forms.header_paths import YEARS, PrintedSheet, Span
from checker.forms.plain_text import squeeze
from checker.model.snapshot import SheetSnapshot

MOST_HEADER_ROWS = 4


def header_bottom(printed: PrintedSheet, row: int, copies: Sequence[SheetSnapshot]) -> int | None:
    """The last row of a header that begins in this row; None if none does: at least three texts
    stand side by side, none of them a pair, and no figures; they are words of headers, or a row of
    figures follows."""
    texts = texts_in(printed, row)
    cells = printed.snapshot
    if len(texts) < 2 or any(map(_is_no_header, texts.values())):
        return None
    if any(
        is_figure(cells.raw(row, at)) and at not in texts for at in range(1, cells.last_column + 1)
    ):
        return None
    if len(texts) == 2:
        return row if is_narrow(printed, row, texts, copies) else None
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
    if known or any(figures_follow(sheet, bottom + 1) for sheet in (printed.snapshot, *copies)):
        return bottom
    named = any(text in ENTRY_WORDS or names_unit(text) for text in texts.values())
    if named and not any(
        _pairs_follow(each, row) for each in (printed, *map(PrintedSheet, copies))
    ):
        return bottom
    if any(map(is_school, texts.values())):
        return None
    kinds = kinds_under(printed, bottom, copies)
    spans = spans_of(printed, row, bottom, kinds)
    if labels_follow(printed, row, bottom, copies, spans):
        return bottom
    if row == bottom and any(_entries_follow(each, row, texts) for each in (cells, *copies)):
        return bottom
    return bottom if _blocks_follow(printed, bottom, spans, kinds) else None


def kinds_under(
    printed: PrintedSheet, bottom: int, copies: Sequence[SheetSnapshot]
) -> dict[int, str]:
    """What mostly stands in all columns of a sheet below a header."""
    columns = range(1, printed.snapshot.last_column + 1)
    return kinds_below(printed, bottom + 1, columns, copies)


def labels_follow(
    printed: PrintedSheet,
    row: int,
    bottom: int,
    copies: Sequence[SheetSnapshot],
    spans: Sequence[Span],
) -> bool:
    """Whether below a header rows of labels stand in which nothing was filled in yet, in no copy:
    a text, and the cells under the other headers empty, but for a unit or a number of the row."""
    heads = {at for each in range(row, bottom + 1) for at in texts_in(printed, each)}
    last = printed.snapshot.last_column
    many = 0
    for below in range(bottom + 1, min(bottom + 1 + SAMPLED_ROWS, printed.snapshot.last_row + 1)):
        texts = texts_in(printed, below)
        labels = [at for at, text in texts.items() if text not in UNITS and not text.isdigit()]
        empty = heads - set(texts)
        ends = [text for text in texts.values() if is_end(text) and not text.startswith("其中")]
        if not labels or ends or len(empty) < 2:
            break
        firsts = [start for start, _ in spans] if len(spans) > 1 else [0]
        behind = [at for at in empty if at not in firsts and at != min(heads)]
        if len(spans) > 1 and not set(labels) <= set(firsts):
            return False
        if len(spans) < 2 and (len(labels) > 3 or max(labels) > min(behind, default=999)):
            return False
        if any(is_figure(printed.snapshot.raw(below, at)) for at in empty):
            return False
        if any(copy.raw(below, at) not in (None, "") for copy in copies for at in empty):
            return False
        many += 1
    return many > 1 and last > 2


def _blocks_follow(
    printed: PrintedSheet, bottom: int, spans: Sequence[Span], kinds: Mapping[int, str]
) -> bool:
    """Whether below a header tables of labels and figures stand side by side."""
    if len(spans) < 2:
        return False
    for first, end in spans:
        at_work = range(first, end + 1)
        own = [kinds[at] for at in at_work if at in kinds]
        heads = {printed.area(bottom, at) for at in at_work if printed.text(bottom, at)}
        if own[:2] != ["text", "figure"] or len(heads) < 2:
            return False
    return True


def _entries_follow(cells: SheetSnapshot, row: int, texts: Mapping[int, str]) -> bool:
    """Whether a row of four texts or more, one of which heads entries (日期), has two rows below it
    that are filled in all its columns, with a figure or a date in one of them."""
    if len(texts) < 4 or not any(ENTRY.search(text) for text in texts.values()):
        return False
    if any(is_quantity(text) for text in texts.values()):
        return False
    rows = [[cells.raw(row + down, at) for at in texts] for down in (1, 2)]
    kinds = [[_entry_kind(value) for value in line] for line in rows]
    if kinds[0] == ["text", "figure"] * (len(texts) // 2):
        return False  # pairs of label and value
    return kinds[0] == kinds[1] and "" not in kinds[0] and {*kinds[0]} > {"text"}


def _entry_kind(value: object) -> str:
    """ "figure" (a date too), "text", or "" for nothing."""
    if value in (None, ""):
        return ""
    dated = re.fullmatch(r"(?:20\d\d\D)?\d{1,2}\D\d{1,2}日?", squeeze(value))
    return "figure" if is_quantity(value) or dated else "text"


def _pairs_follow(printed: PrintedSheet, row: int) -> bool:
    """Whether a row and the next are pairs of label and value side by side: text and figure in
    turns, or values in cells that are merged one below the other."""
    cells = printed.snapshot
    kinds = [
        is_quantity(value)
        for at in range(1, cells.last_column + 1)
        if (value := cells.raw(row + 1, at)) not in (None, "") and not is_unit(value)
    ]
    if len(kinds) >= 4 and kinds == [False, True] * (len(kinds) // 2):
        return True
    if _are_pairs(printed, row):
        return True
    labels, more = texts_in(printed, row), texts_in(printed, row + 1)
    last = cells.last_column
    behind = {at: printed.area(row, at)[3] + 1 for at, text in labels.items() if names_unit(text)}
    if any(after <= last and not printed.text(row, after) for after in behind.values()):
        return True  # a place to write the name, and no column of names
    lone = [at for at in more if cells.raw(row + 1, printed.area(row + 1, at)[3] + 1) in (None, "")]
    gaps = any(
        cells.raw(row, printed.area(row, at)[3] + 1) in (None, "") for at in more if at in labels
    )
    if len(more) >= 2 and len(lone) == len(more) and set(more) <= set(labels) and gaps:
        return True
    texts = list(texts_in(printed, row).values())
    if len(texts) >= 2 and is_school(texts[1]) and names_unit(texts[0]):
        return True
    widths = [
        {at for at in texts_in(printed, each) if printed.area(each, at)[3] > at}
        for each in (row, row + 1)
    ]
    return bool(widths[0] & widths[1])


def _are_pairs(printed: PrintedSheet, row: int) -> bool:
    """Whether in rows of four cells or more every other one is called as labels are, and what
    stands behind them is not: 学生姓名 | 甲 | 性别 | 女 above 出生日期 | 2015年 | 民族 | 汉."""
    labels = values = of = 0
    for each in range(row, row + 3):
        texts = [text for _, text in sorted(texts_in(printed, each).items())]
        if len(texts) < 4 or len(texts) % 2:
            return False
        of += len(texts) // 2
        labels += sum(_LABEL.search(text) is not None for text in texts[::2])
        values += sum(_LABEL.search(text) is not None for text in texts[1::2])
    return labels > 0.6 * of and values < 0.2 * of


_LABEL = re.compile(
    r"(?:名称?|性别|日期|年月|时间|民族|电话|地址|住址|人口|收入|职务|职称|学历|号码?|邮编|单位|籍贯|面貌"
    r"|关系|情况|类型|性质|数量?|面积|金额)(?:\(.{1,4}\))?$"
)
"""How labels of a card end."""


def _is_no_header(text: str) -> bool:
    if "□" in text:
        return True
    if text.isdigit():
        return int(text) not in YEARS
    return ":" in text and not text.startswith("其中")


def is_narrow(
    printed: PrintedSheet, row: int, texts: Mapping[int, str], copies: Sequence[SheetSnapshot]
) -> bool:
    """Whether two texts are the header of a table of two columns: what is counted, and below it
    labels and figures."""
    (left, label), (right, counted) = sorted(texts.items())
    if right != printed.area(row, left)[3] + 1 or names_unit(label) or len(label) > 8:
        return False
    if _COUNTED.fullmatch(counted) is None:
        return False
    kinds = [kinds_below(printed, row + 1, (left, right), ())]
    kinds += [kinds_below(PrintedSheet(copy), row + 1, (left, right), ()) for copy in copies]
    if HEADS_LABELS.search(label) or _OVER_LABELS.search(label):
        below = [
            (
                printed.text(each, left),
                [sheet.raw(each, right) for sheet in (printed.snapshot, *copies)],
            )
            for each in (row + 1, row + 2)
        ]
        if all(text and not any(held) for text, held in below):
            return True  # nothing was filled in yet
    return any(each.get(left) == "text" and each.get(right) == "figure" for each in kinds)


_OVER_LABELS = re.compile("(?:别|类|型|称|历|科|级|种|段|族|项)$")
"""At the end of the header over labels: 类别, 职称, 学历, 年级."""
_COUNTED = re.compile(r"(?:.{0,6}(?:数|数量|人数|金额|面积|经费|数值|合计)|数额)(?:\(.{1,6}\))?")
"""What is counted in a table, as its header says it."""


def _is_level(printed: PrintedSheet, first: int, row: int) -> bool:
    """Whether a row is one more level of a header: texts only, below merged headers."""
    texts = texts_in(printed, row)
    printed_units = all(text.strip("()") in UNITS for text in texts.values())
    if printed_units and len(texts) >= 2 and all(printed.text(first, at) for at in texts):
        return True
    wide = any(
        area[1] != area[3] for at in texts_in(printed, first) for area in [printed.area(first, at)]
    )
    return (
        wide
        and len(texts) >= 2
        and not any(text in (*SIGN_WORDS, "乙") for text in texts.values())
        and not any(
            is_figure(printed.snapshot.raw(row, at))
            for at in range(1, printed.snapshot.last_column + 1)
        )
        and printed.area(first, min(texts_in(printed, first)))[2] < row
        and not printed.text(row, 1)
    )


def spans_of(printed: PrintedSheet, row: int, bottom: int, kinds: Mapping[int, str]) -> list[Span]:
    """The columns of the tables side by side whose header begins in a row: another begins where the
    first header text stands again, behind an empty column, and at labels after figures. ``kinds``:
    what stands in the columns below the header."""
    texts = texts_in(printed, row)
    first = texts[min(texts)]
    last = printed.snapshot.last_column
    begins = [at for at, text in texts.items() if text == first]
    if first in REMARK_WORDS:
        begins = begins[:1]
    heads = {at: printed.text(bottom, at) for at in range(1, last + 1)}
    if len(begins) < 2:
        begins = [min(texts)]
        for at in range(begins[0] + 1, last + 1):
            gap = not heads[at - 1] and not kinds.get(at - 1)
            here = [held for held in range(begins[-1], at) if heads[held] or kinds.get(held)]
            after = [held for held in range(at, last + 1) if heads[held] or kinds.get(held)]
            own = [kinds.get(each) for each in here]
            if (gap and heads[at] and len(here) > 1 and len(after) > 1) or (
                kinds.get(at) == "text"
                and {kinds.get(at - 1), kinds.get(at + 1)} <= {"figure", None}
                and own[:1] == ["text"]
                and set(own[1:]) <= {"figure", None}
                and HEADS_LABELS.search(heads[at])
                and HEADS_LABELS.search(heads[begins[-1]])
            ):
                begins.append(at)
    if len(begins) < 2:
        return [(1, last)]
    return list(zip(begins, [*[at - 1 for at in begins[1:]], last], strict=True))


def values_below(printed: PrintedSheet, row: int, copies: Sequence[SheetSnapshot]) -> bool:
    """Whether a row of labels has one row of values below it and then another row of labels with
    its own values: a card, no table. In it texts stand where figures stood, and again."""
    labels, more = texts_in(printed, row), texts_in(printed, row + 2)
    if len(labels) < 2 or len(more) < 2 or set(labels.values()) & set(more.values()):
        return False
    for sheet in (printed.snapshot, *copies):
        rows = [
            {
                at: is_quantity(value)
                for at in range(1, sheet.last_column + 1)
                if (value := sheet.raw(each, at)) not in (None, "")
            }
            for each in (row + 1, row + 2, row + 3)
        ]
        above, between, below = rows
        aligned = list(labels) == list(more) and not (above or below)
        if aligned and not any(text in CODE_WORDS for text in labels.values()):
            return row + 3 <= max(sheet.last_row, row + 3)
        if any(between.values()) or len(more) < len(above) - 1:
            continue
        if any(above.get(at) and at in between for at in above) and any(
            below.get(at) and at in between for at in below
        ):
            return True
    return False
