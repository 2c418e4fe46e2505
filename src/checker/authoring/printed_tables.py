"""The tables on a sheet that nobody described, by how they look: their columns, the columns of
their labels, their last row. What they mean is not asked here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from checker.authoring.printed_headers import (
    MOST_HEADER_ROWS,
    header_bottom,
    is_narrow,
    kinds_under,
    labels_follow,
    spans_of,
    values_below,
)
from checker.authoring.printed_rows import (
    SAMPLED_ROWS,
    figures_follow,
    is_heading,
    kinds_below,
    texts_in,
)
from checker.authoring.printed_units import UNIT_WORDS, is_figure, is_unit
from checker.authoring.printed_words import (
    CODE_WORDS,
    ENTRY,
    ENTRY_WORDS,
    ORDINAL_WORDS,
    REMARK_WORDS,
    SIGN_WORDS,
    STANDARD,
    is_school,
    names_unit,
    without_year,
)
from checker.forms.adopted_cells import CROSSES, TICKS, is_end
from checker.forms.header_paths import SEARCHED_ROWS, PrintedSheet
from checker.forms.plain_text import row_code, squeeze
from checker.model.snapshot import SheetSnapshot


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
    beside: tuple[str, ...] = ()
    """The headers over the labels of the tables side by side, where they are not all the same."""
    headless: bool = False
    """Whether its labels stand in columns without a header."""
    doubled: tuple[str, ...] = ()
    """Header paths that stand over several columns, of which none is offered."""

    @property
    def top(self) -> int:
        """The first row that may belong to its header."""
        return max(self.bottom - MOST_HEADER_ROWS + 1, 1)


def tables_on(
    printed: PrintedSheet, copies: Sequence[SheetSnapshot] = ()
) -> Iterator[PrintedTable]:
    """The tables of a sheet, from the top: a row of several texts, and rows of figures below. In
    a blank sheet the figures are those of its filled ``copies``."""
    before: PrintedTable | None = None
    row = 1
    while row <= min(printed.snapshot.last_row, SEARCHED_ROWS):
        bottom = header_bottom(printed, row, copies)
        if bottom is None:
            row += 1
            continue
        if values_below(printed, row, copies):
            row += 2
            continue
        spans = spans_of(printed, row, bottom, kinds_under(printed, bottom, copies))
        found = [_table(printed, row, bottom, copies, span) for span in spans]
        found = [each for each in found if each.leaves]
        for number, each in enumerate(found, 1):
            each.begin = row
            if len(found) > 1 and all(other.labels for other in found):
                each.block, each.blocks = number, len(found)
                heads = tuple(header_over(other, other.labels[-1]) for other in found)
                each.beside = heads if len(set(heads)) > 1 else ()
            if before is not None and _is_next_page(before, each):
                before.last = each.last
                continue
            before = each
            yield each
        row = max([bottom, *(each.last for each in found)]) + 1


def _is_next_page(before: PrintedTable, each: PrintedTable) -> bool:
    """Whether a list is the next page of the one before: the same columns, and the numbers of its
    rows go on."""
    same = [(leaf.path, leaf.column) for leaf in before.leaves] == [
        (leaf.path, leaf.column) for leaf in each.leaves
    ]
    if not same or before.labels or each.labels or before.code is None:
        return False
    cells = each.printed.snapshot
    counted = [
        [
            int(text)
            for row in range(table.first, table.last + 1)
            if (text := row_code(cells.raw(row, before.code))).isdecimal()
        ]
        for table in (before, each)
    ]
    return all(counted) and counted[1][0] == counted[0][-1] + 1


def header_over(table: PrintedTable, column: int) -> str:
    """The text of the header over a column of labels or codes; "" where there is none."""
    for row in range(table.first - 1, table.top - 1, -1):
        text = table.printed.text(row, column)
        if text:
            return text
    return ""


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
    counting = [leaf.column for leaf in leaves if leaf.is_called(CODE_WORDS)]
    code = next(iter(counting), None)
    sign = next((signs[word] for word in SIGN_WORDS if word in signs), None)
    named: set[int] = set()
    headless = False
    if sign is not None:
        label_at = _below_one_header(printed, bottom, first, sign)
        code = signs.get("乙", code)
        first += 1
    else:
        label_at, named = _labels(printed, first, leaves, counting, copies, within)
        headless = bool(label_at) and not any(printed.text(bottom, at) for at in label_at)
    if label_at:
        if code is None or not label_at[0] <= code <= label_at[-1]:
            named |= {code or 0}
        left_out = {*label_at, *named, *counting}
        leaves = [leaf for leaf in leaves if leaf.column not in left_out]
    leaves, doubled = _each_once(leaves)
    last = _last(printed, bottom, first, [leaf.column for leaf in leaves], within, copies)
    return PrintedTable(
        printed,
        bottom,
        first,
        last,
        leaves,
        label_at,
        code,
        headless=headless,
        doubled=doubled,
    )


def _each_once(leaves: Sequence[Leaf]) -> tuple[list[Leaf], tuple[str, ...]]:
    """The columns whose path is their own, and the paths of the others."""
    many = Counter(leaf.path for leaf in leaves)
    kept = [leaf for leaf in leaves if many[leaf.path] == 1]
    return kept, tuple(path for path, count in many.items() if count > 1)


def _below_one_header(printed: PrintedSheet, bottom: int, first: int, sign: int) -> list[int]:
    """The columns of labels above which 甲 and the header above it stand."""
    areas = printed.area(first, sign), printed.area(bottom, sign)
    return list(range(min(area[1] for area in areas), max(area[3] for area in areas) + 1))


def _leaves(printed: PrintedSheet, top: int, bottom: int, within: Iterable[int]) -> list[Leaf]:
    """The columns under a header; of one that is merged over several columns the first."""
    leaves: list[Leaf] = []
    for column in within:
        parts: list[str] = []
        for row in range(top, bottom + 1):
            text = printed.text(row, column)
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        area = printed.area(bottom, column)
        if parts and column == max(area[1], min(within)):
            leaves.append(Leaf("/".join(part.replace("/", "//") for part in parts), column))
    return leaves


def _labels(
    printed: PrintedSheet,
    first: int,
    leaves: Sequence[Leaf],
    counting: Sequence[int],
    copies: Sequence[SheetSnapshot],
    within: range,
) -> tuple[list[int], set[int]]:
    """The columns of labels at the left of a table whose other columns hold figures, and all
    columns that are none of figures; none where each row is a school or an entry of a list, or
    stands in other words in the copies."""
    kinds = kinds_below(printed, first, within, copies)
    by_column = {leaf.column: leaf for leaf in leaves}
    texts: list[int] = []
    for at in within:
        if at in counting or (at not in kinds and at not in by_column and not texts):
            continue
        if kinds.get(at) != "text":
            break
        texts.append(at)
    for leaf in leaves:
        if _is_column_of_schools(printed.snapshot, copies, leaf, first, kinds):
            return [], set()
    remarks = {leaf.column for leaf in leaves if leaf.is_called(REMARK_WORDS)}
    shown = [at for at in texts if at not in remarks]
    if not shown or shown != texts:
        return [], set()
    data = [
        leaf.column
        for leaf in leaves
        if leaf.column not in (*texts, *counting, *remarks) and kinds.get(leaf.column) != "unit"
    ]
    heads = [by_column[at] for at in texts if at in by_column]
    entries = any(ENTRY.search(squeeze(leaf.path)) for leaf in heads)
    if not data or any(leaf.is_called(ENTRY_WORDS) for leaf in heads if not leaf.is_called("名称")):
        return [], set()
    figures = [at for at in data if kinds.get(at) == "figure"]
    free = [at for at in data if kinds.get(at) == "text"]
    marks = [at for at in data if kinds.get(at) == "mark"]
    label = texts[-1]
    words = printed.text(first, label)
    corner = printed.area(first, label)[:2]
    same = [copy for copy in copies if squeeze(copy.raw(*corner)) == words != ""]
    if len(same) < len(copies) or (not words and not printed.text(first, texts[0])):
        return [], set()
    numbered = any(leaf.is_called(ORDINAL_WORDS) for leaf in leaves)
    if not figures:
        blank = not marks and not free and len(_held_below(printed, first, label)) > 1
        if not blank or (numbered and entries):
            return [], set()
    elif len(free) + len(marks) > len(figures) or ((numbered or entries) and free):
        return [], set()
    elif (
        numbered
        and entries
        and len(copies) < 2
        and not any(STANDARD.search(leaf.path) for leaf in leaves)
    ):
        return [], set()  # of one school alone: another school may have other names in it
    own = [printed.text(first - 1, at) for at in texts]
    kept = texts if len(set(own)) < 3 else texts[-2:]
    return kept, set(texts)


def _held_below(printed: PrintedSheet, first: int, column: int) -> list[str]:
    """The texts in a column from a row on, as far as they stand without a gap."""
    held: list[str] = []
    for row in range(first, min(first + SAMPLED_ROWS, printed.snapshot.last_row) + 1):
        text = printed.text(row, column)
        if not text:
            break
        held.append(text)
    return held


def schools_in(leaf: Leaf, values: Iterable[object]) -> bool:
    """Whether a column, under a header that speaks of schools, mostly holds names of schools."""
    held = [text for value in values if (text := squeeze(value))]
    named = sum(map(is_school, held))
    return bool(re.search("[校园]|单位", leaf.path)) and bool(held) and 2 * named > len(held)


def _is_column_of_schools(
    cells: SheetSnapshot,
    copies: Sequence[SheetSnapshot],
    leaf: Leaf,
    first: int,
    kinds: Mapping[int, str],
) -> bool:
    """Whether a column names the school that its row is about, by its header or, under 单位 or an
    unknown header, by what stands in it."""
    if names_unit(leaf.path):
        bare = squeeze(leaf.path) in UNIT_WORDS
        return not bare or kinds.get(leaf.column) == "text"
    values = [
        sheet.raw(row, leaf.column)
        for sheet in (cells, *copies)
        for row in range(first, min(first + SAMPLED_ROWS, sheet.last_row + 1))
    ]
    return schools_in(leaf, values)


def _last(
    printed: PrintedSheet,
    bottom: int,
    first: int,
    columns: Sequence[int],
    within: range,
    copies: Sequence[SheetSnapshot],
) -> int:
    """The last row of a table; where its header stands again or that of another table, with a
    heading above it or not, another begins. A remark between its rows does not end it."""
    row = first
    header = [text for at, text in texts_in(printed, bottom).items() if at in within]
    while row <= printed.snapshot.last_row:
        texts = {at: text for at, text in texts_in(printed, row).items() if at in within}
        held = [at for at in columns if printed.snapshot.raw(row, at) not in (None, "")]
        alone = list(texts.values())
        if not texts and not held:
            break
        again = len(header) > 1 and alone == header
        if again or _is_other_header(printed, row, columns, within, copies):
            while row > first and is_heading(printed, row - 1, copies):
                row -= 1
            break
        if (
            len(texts) == 1
            and not set(held) - set(texts)
            and is_end(alone[0])
            and not alone[0].startswith("其中")
            and not any(_goes_on(each, row + 1, columns) for each in (printed.snapshot, *copies))
        ):
            break
        row += 1
    return row - 1


def _is_other_header(
    printed: PrintedSheet,
    row: int,
    columns: Sequence[int],
    within: range,
    copies: Sequence[SheetSnapshot],
) -> bool:
    """Whether a row within a table of figures is the header of another: texts stand in it where
    figures stood above it, and figures below."""
    cells = printed.snapshot
    texts = texts_in(printed, row)
    held = [cells.raw(row, at) for at in within]
    if len(texts) == 2 and is_narrow(printed, row, texts, copies):
        return True
    if len(texts) < 3 or any(is_figure(value) or is_unit(value) for value in held):
        return False
    if any(text in TICKS | CROSSES for text in texts.values()):
        return False
    if _filled_nowhere(row, columns, (cells, *copies)):
        covered = [at for at in columns if printed.text(row, at)]
        if 2 * len(covered) <= len(columns):
            return False
        spans = spans_of(printed, row, row, kinds_under(printed, row, copies))
        return labels_follow(printed, row, row, copies, spans)
    for sheet in (cells, *copies):
        figures = [
            at for at in columns if any(is_figure(sheet.raw(row - up, at)) for up in (1, 2, 3))
        ]
        over = figures and all(printed.text(row, at) for at in figures[:2])
        if over and any(figures_follow(sheet, row + down) for down in (1, 2, 3)):
            return True
    return False


def _filled_nowhere(row: int, columns: Sequence[int], sheets: Sequence[SheetSnapshot]) -> bool:
    """Whether nothing stands near a row in the columns of figures, in no copy: a blank form."""
    return not any(
        is_figure(sheet.raw(each, at))
        for sheet in sheets
        for each in range(row - 2, row + 4)
        for at in columns
    )


def _goes_on(cells: SheetSnapshot, row: int, columns: Sequence[int]) -> bool:
    """Whether below a remark another row of the same table stands: a label, and figures in at least
    half of its columns."""
    line = [cells.raw(row, at) for at in range(1, cells.last_column + 1)]
    if not any(isinstance(value, str) and squeeze(value) for value in line):
        return False
    held = [at for at in columns if is_figure(cells.raw(row, at))]
    if held:
        return 2 * len(held) >= len(columns)
    texts = [value for value in line if isinstance(value, str) and squeeze(value)]
    blank = not any(value not in (None, "") and value not in texts for value in line)
    return blank and len(texts) == 1 and line[0] == texts[0] and not is_end(squeeze(texts[0]))


def heading_above(printed: PrintedSheet, each: PrintedTable, after: int) -> str:
    """The text alone in a row above a table's header and below the row ``after``, without a year,
    if it stands nowhere else on the sheet; "" for none. A pair of label and value is none."""
    columns = range(1, printed.snapshot.last_column + 1)
    for row in range(each.begin - 1, max(each.begin - 4, after), -1):
        texts = {text for at in columns if (text := printed.text(row, at))}
        if any(is_figure(printed.snapshot.raw(row, at)) for at in columns):
            return ""
        if len(texts) == 1:
            whole = texts.pop()
            if ":" not in whole:
                text = without_year(whole)
                return (
                    ""
                    if not text or len(printed.bearing(text) or printed.containing(text)) > 1
                    else text
                )
    return ""
