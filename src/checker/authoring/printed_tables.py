"""What is printed on a sheet that nobody described: tables with their headers, pairs of label and
value, the title. PrintedTable by how it looks; what it means is not asked here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from checker.authoring.printed_units import (
    UNIT_WORDS,
    UNITS,
    is_figure,
    is_quantity,
    is_unit,
    unit_behind,
)
from checker.forms.adopted_cells import CROSSES, PAIR_END, PAIR_LABEL, TICKS, is_end
from checker.forms.header_paths import (
    SEARCHED_COLUMNS,
    SEARCHED_ROWS,
    YEARS,
    PrintedSheet,
    printed_text,
)
from checker.forms.plain_text import half_width, row_code, squeeze
from checker.model.snapshot import SheetSnapshot

LABEL_WORDS = ("项目", "指标", "内容", "名称", "甲")
_HEADS_LABELS = re.compile("项目|指标|类别|科目|名称|内容")
"""In the header over the labels of a table."""
_NAME_OF_UNIT = re.compile(
    r"(?:(?:填报|填表|编制|申报|报送|上报|受检|被查)?(?:学校|单位|幼儿园|园所|机构|院校)"
    r"(?:\((?:机构|园|园所|点)\)|/?幼儿园|\(幼儿园\))?|校|园)(?:名称|全称|名)?|学校、幼儿园(?:名称)?"
)
"""The label of the name of the school that fills a form in, without brackets behind it."""
_BARE_NAMES = ("校", "园", "园所", "机构", "院校")
_SCHOOL = re.compile(
    r".{1,24}(?:学校|小学|中学|幼儿园|中心校|教学点|完小|初中|高中|职高|职教中心|[一二三四五六七八九十]"
    r"[小中幼]|[校分]部|校区)"
)
"""What a school is called."""
PERSON_WORDS = ("姓名", "教师姓名", "学生姓名", "教职工姓名", "幼儿姓名")
ENTRY_WORDS = ("姓名", "教师姓名", "学生姓名", "班级", "班级名称", "名称")
"""Over a column of entries of a list, whose rows are not the same in every copy."""
_ENTRY = re.compile(r"(?<!指标)(?<!项目)名称$|日期|时间|姓名")
"""In the header over labels that are likely entries of a list, no printed words."""
CODE_OF_UNIT = (
    "学校(机构)标识码",
    "学校标识码",
    "标识码",
    "学校代码",
    "机构标识码",
    "学校(机构)代码",
)
_OWN_WORDS = (*CODE_OF_UNIT, "办学类型")
"""Labels of what says whose form it is; their value may stand beside them without a colon."""
CODE_WORDS = ("序号", "行号", "编号", "行次", "乙", "代码", "指标代码", "科目编码", "编码")
ORDINAL_WORDS = ("序号", "编号")
"""Over the numbers of entries; those of 行次 are printed."""
SIGN_WORDS = ("甲", "栏次")
"""What begins the row of signs below a header: 甲 乙 1 2 3."""
REMARK_WORDS = ("备注", "说明", "备注说明")
YEAR = re.compile(r"(?<![0-9.])(20[0-9]{2})(?![0-9])年?")
_NO_LABEL = re.compile(r"(?:填[表报])?(?:说明|须知)|注|附[:注件]|其中|备注说明|https?")
_PAIR = re.compile(rf"(?:^|\s)({PAIR_LABEL})\s*:(.*?)(?={PAIR_END})")
MOST_HEADER_ROWS = 4
SAMPLED_ROWS = 40
"""So many rows below a header tell what stands in its columns."""


class Pair(Struct, frozen=True):
    """A label and its value: what stands there now, where ("same" cell, "beside", "below"), the
    number of its row ("" for none), the unit printed behind it."""

    label: str
    value: str
    where: str
    number: str = ""
    unit: str = ""


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
        bottom = _header_bottom(printed, row, copies)
        if bottom is None:
            row += 1
            continue
        if _values_below(printed, row, copies):
            row += 2
            continue
        spans = _spans(printed, row, bottom, copies)
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


def _spans(
    printed: PrintedSheet, row: int, bottom: int, copies: Sequence[SheetSnapshot]
) -> list[tuple[int, int]]:
    """The columns of the tables side by side whose header begins in a row: another begins where the
    first header text stands again, behind an empty column, and at labels after figures."""
    texts = _texts(printed, row)
    first = texts[min(texts)]
    last = printed.snapshot.last_column
    kinds = kinds_below(printed, bottom + 1, range(1, last + 1), copies)
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
                and _HEADS_LABELS.search(heads[at])
                and _HEADS_LABELS.search(heads[begins[-1]])
            ):
                begins.append(at)
    if len(begins) < 2:
        return [(1, last)]
    return list(zip(begins, [*[at - 1 for at in begins[1:]], last], strict=True))


def kinds_below(
    printed: PrintedSheet, first: int, columns: Iterable[int], copies: Sequence[SheetSnapshot]
) -> dict[int, str]:
    """What mostly stands in columns below a header, in a sheet and its copies: "figure", "mark" (a
    tick, 是), "unit" or "text"; columns with nothing in them are left out."""
    columns = list(columns)
    counted: dict[int, Counter[str]] = {}
    for sheet in (printed.snapshot, *copies):
        for row in range(first, min(first + SAMPLED_ROWS, sheet.last_row + 1)):
            held = {at: value for at in columns if (value := sheet.raw(row, at)) not in (None, "")}
            texts = [text for value in held.values() if (text := squeeze(value))]
            if not held and row > first and not any(printed.text(row, at) for at in columns):
                break
            if row > first and _begins_another(sheet, row, first - 1, columns):
                break
            if any(text.endswith(":") for text in texts) or (
                len(held) < 2 and any(map(is_end, texts))
            ):
                continue
            for at, value in held.items():
                counted.setdefault(at, Counter())[_kind(value)] += 1
    return {at: count.most_common(1)[0][0] for at, count in counted.items()}


def _begins_another(cells: SheetSnapshot, row: int, header: int, columns: Sequence[int]) -> bool:
    """Whether another table begins in a row: the header again, or a text alone above several."""
    texts, below, heads = (
        [text for at in columns if (text := squeeze(cells.raw(each, at)))]
        for each in (row, row + 1, header)
    )
    if len(heads) > 2 and texts == heads:
        return True
    figures = any(is_figure(cells.raw(each, at)) for each in (row, row + 1) for at in columns)
    heading = len(texts) == 1 and (":" in texts[0] or _HEADING.match(texts[0]) is not None)
    return heading and len(below) > 2 and not figures


def _kind(value: object) -> str:
    text = squeeze(value)
    if is_figure(value):
        return "figure"
    if text in TICKS | CROSSES:
        return "mark"
    return "unit" if text in UNITS else "text"


def _values_below(printed: PrintedSheet, row: int, copies: Sequence[SheetSnapshot]) -> bool:
    """Whether a row of labels has one row of values below it and then another row of labels with
    its own values: a card, no table. In it texts stand where figures stood, and again."""
    labels, more = _texts(printed, row), _texts(printed, row + 2)
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


def pairs_below(
    printed: PrintedSheet, copies: Sequence[SheetSnapshot] = ()
) -> Iterator[tuple[int, Pair]]:
    """The pairs of a card whose values stand below their labels, with the row of the label."""
    row = 1
    while row <= min(printed.snapshot.last_row, SEARCHED_ROWS):
        if _header_bottom(printed, row, copies) != row or not _values_below(printed, row, copies):
            row += 1
            continue
        rows = [row, row + 2]
        while _values_below(printed, rows[-1], copies):
            rows.append(rows[-1] + 2)
        for each in rows:
            for at in _texts(printed, each):
                label = str(printed.snapshot.raw(each, at)).strip()
                yield each, Pair(label, _shown(printed.snapshot.raw(each + 1, at)), "below")
        row = rows[-1] + 2


def _header_bottom(printed: PrintedSheet, row: int, copies: Sequence[SheetSnapshot]) -> int | None:
    """The last row of a header that begins in this row; None if none does: at least three texts
    stand side by side, none of them a pair, and no figures; they are words of headers, or a row of
    figures follows."""
    texts = _texts(printed, row)
    cells = printed.snapshot
    if len(texts) < 2 or any(map(_is_no_header, texts.values())):
        return None
    if any(
        is_figure(cells.raw(row, at)) and at not in texts for at in range(1, cells.last_column + 1)
    ):
        return None
    if len(texts) == 2:
        return row if _is_narrow(printed, row, texts, copies) else None
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
    named = any(text in ENTRY_WORDS or names_unit(text) for text in texts.values())
    if named and not any(
        _pairs_follow(each, row) for each in (printed, *map(PrintedSheet, copies))
    ):
        return bottom
    if any(map(is_school, texts.values())):
        return None
    if _labels_follow(printed, row, bottom, copies):
        return bottom
    return bottom if _blocks_follow(printed, row, bottom, copies) else None


def _labels_follow(
    printed: PrintedSheet, row: int, bottom: int, copies: Sequence[SheetSnapshot]
) -> bool:
    """Whether below a header rows of labels stand in which nothing was filled in yet, in no copy:
    a text, and the cells under the other headers empty, but for a unit or a number of the row."""
    heads = {at for each in range(row, bottom + 1) for at in _texts(printed, each)}
    last = printed.snapshot.last_column
    spans = _spans(printed, row, bottom, copies)
    many = 0
    for below in range(bottom + 1, min(bottom + 1 + SAMPLED_ROWS, printed.snapshot.last_row + 1)):
        texts = _texts(printed, below)
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
    printed: PrintedSheet, row: int, bottom: int, copies: Sequence[SheetSnapshot]
) -> bool:
    """Whether below a header tables of labels and figures stand side by side."""
    spans = _spans(printed, row, bottom, copies)
    if len(spans) < 2:
        return False
    last = printed.snapshot.last_column
    kinds = kinds_below(printed, bottom + 1, range(1, last + 1), copies)
    for first, end in spans:
        at_work = range(first, end + 1)
        own = [kinds[at] for at in at_work if at in kinds]
        heads = {printed.area(bottom, at) for at in at_work if printed.text(bottom, at)}
        if own[:2] != ["text", "figure"] or len(heads) < 2:
            return False
    return True


def _figures_follow(cells: SheetSnapshot, row: int) -> bool:
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
    labels, more = _texts(printed, row), _texts(printed, row + 1)
    lone = [at for at in more if cells.raw(row + 1, printed.area(row + 1, at)[3] + 1) in (None, "")]
    gaps = any(
        cells.raw(row, printed.area(row, at)[3] + 1) in (None, "") for at in more if at in labels
    )
    if len(more) >= 2 and len(lone) == len(more) and set(more) <= set(labels) and gaps:
        return True
    texts = list(_texts(printed, row).values())
    if len(texts) >= 2 and is_school(texts[1]) and names_unit(texts[0]):
        return True
    widths = [
        {at for at in _texts(printed, each) if printed.area(each, at)[3] > at}
        for each in (row, row + 1)
    ]
    return bool(widths[0] & widths[1])


def names_unit(text: str) -> bool:
    """Whether a label or header asks for the name of the school."""
    bare = re.sub(
        r"\((?:盖章|公章|章|签章|全称|园)\)", "", squeeze(text).rpartition("/")[2]
    ).rstrip(":")
    return bare not in _BARE_NAMES and _NAME_OF_UNIT.fullmatch(bare) is not None


def is_school(text: object) -> bool:
    """Whether a text looks like the name of a school."""
    return _SCHOOL.fullmatch(squeeze(text)) is not None


def _is_no_header(text: str) -> bool:
    if "□" in text:
        return True
    if text.isdigit():
        return int(text) not in YEARS
    return ":" in text and not text.startswith("其中")


def _is_narrow(
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
    return any(each.get(left) == "text" and each.get(right) == "figure" for each in kinds)


_COUNTED = re.compile(r"(?:.{0,6}(?:数|数量|人数|金额|面积|经费|数值|合计)|数额)(?:\(.{1,6}\))?")
"""What is counted in a table, as its header says it."""


def _is_level(printed: PrintedSheet, first: int, row: int) -> bool:
    """Whether a row is one more level of a header: texts only, below merged headers."""
    texts = _texts(printed, row)
    printed_units = all(text.strip("()") in UNITS for text in texts.values())
    if printed_units and len(texts) >= 2 and all(printed.text(first, at) for at in texts):
        return True
    wide = any(
        area[1] != area[3] for at in _texts(printed, first) for area in [printed.area(first, at)]
    )
    return (
        wide
        and len(texts) >= 2
        and not any(text in (*SIGN_WORDS, "乙") for text in texts.values())
        and not any(
            is_figure(printed.snapshot.raw(row, at))
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
    entries = any(_ENTRY.search(squeeze(leaf.path)) for leaf in heads)
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
        if not blank or numbered:
            return [], set()
    elif len(free) + len(marks) > len(figures) or ((numbered or entries) and free):
        return [], set()
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
    header = [text for at, text in _texts(printed, bottom).items() if at in within]
    while row <= printed.snapshot.last_row:
        texts = {at: text for at, text in _texts(printed, row).items() if at in within}
        held = [at for at in columns if printed.snapshot.raw(row, at) not in (None, "")]
        alone = list(texts.values())
        if not texts and not held:
            break
        again = len(header) > 1 and alone == header
        if again or _is_other_header(printed, row, columns, within, copies):
            while row > first and _is_heading(printed, row - 1, copies):
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


def _is_heading(printed: PrintedSheet, row: int, copies: Sequence[SheetSnapshot]) -> bool:
    """Whether a row holds the heading of a table and nothing else, in no copy: one text over
    several columns or numbered 一、"""
    texts = _texts(printed, row)
    if len(texts) != 1:
        return False
    ((column, text),) = texts.items()
    for sheet in (printed.snapshot, *copies):
        across = range(1, sheet.last_column + 1)
        if any(sheet.raw(row, at) not in (None, "") for at in across if at != column):
            return False
    area = printed.area(row, column)
    paired = ":" in text and not text.startswith("其中")
    return area[3] > area[1] or paired or _HEADING.match(text) is not None


_HEADING = re.compile(
    r"[(第]?[一二三四五六七八九十]+(?:[)、.]|部分|页)|第\d+(?:页|部分)|续表|表[一二三四五六七八九十\d]|.*表$"
)
"""How a heading of a table begins, or ends."""


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
    texts = _texts(printed, row)
    held = [cells.raw(row, at) for at in within]
    if len(texts) < 3 or any(is_figure(value) or is_unit(value) for value in held):
        return False
    if any(text in TICKS | CROSSES for text in texts.values()):
        return False
    if _filled_nowhere(row, columns, (cells, *copies)):
        covered = [at for at in columns if printed.text(row, at)]
        return 2 * len(covered) > len(columns) and _labels_follow(printed, row, row, copies)
    for sheet in (cells, *copies):
        figures = [
            at for at in columns if any(is_figure(sheet.raw(row - up, at)) for up in (1, 2, 3))
        ]
        over = figures and all(printed.text(row, at) for at in figures[:2])
        if over and any(_figures_follow(sheet, row + down) for down in (1, 2, 3)):
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


def _texts(printed: PrintedSheet, row: int) -> dict[int, str]:
    """The texts that begin in a row, by column."""
    cells = printed.snapshot
    index = row - cells.origin[0]
    line = cells.rows[index] if 0 <= index < len(cells.rows) else ()
    return {
        column: text
        for column, value in enumerate(line[:SEARCHED_COLUMNS], start=cells.origin[1])
        if (text := printed_text(value))
    }


def pairs_on(
    printed: PrintedSheet, taken: Iterable[int], copies: Sequence[SheetSnapshot] = ()
) -> Iterator[Pair]:
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
                if label in seen or _NO_LABEL.match(label) or label.count("(") != label.count(")"):
                    continue
                seen.add(label)
                value, where = match[2].strip(" _\t"), "same"
                after = cell.area[3] + 1
                alone = not value and match.end() == len(half_width(raw))
                if alone and "_" not in match[2]:
                    beside = _beside(printed, row, after, copies)
                    if beside:
                        value, where = beside, "beside"
                yield Pair(label, value, where)


def _beside(printed: PrintedSheet, row: int, column: int, copies: Sequence[SheetSnapshot]) -> str:
    """What stands in a cell on a sheet, or else in a filled copy of it; "" for another pair."""
    for sheet in (printed.snapshot, *copies):
        held = _shown(sheet.raw(row, column))
        if held:
            return "" if ":" in half_width(held) else held
    return ""


def own_pairs(
    printed: PrintedSheet, tables: Iterable[PrintedTable], copies: Sequence[SheetSnapshot] = ()
) -> Iterator[Pair]:
    """What says whose form it is, above the tables and below, with its value in the next cell."""
    taken = {row for each in tables for row in range(each.begin, each.last + 1)}
    for text, cells in printed.texts.items():
        row, column = cells[0].corner
        bare = re.sub(r"\(.*\)$", "", text)
        known = bare in _OWN_WORDS or names_unit(text)
        if not known or len(cells) > 1 or row in taken:
            continue
        value = _beside(printed, row, printed.area(row, column)[3] + 1, copies)
        free = printed.snapshot.raw(row, printed.area(row, column)[3] + 1) in (None, "")
        if (value or (free and names_unit(text))) and not is_unit(value):
            yield Pair(text, value, "beside")


def pairs_beside(
    printed: PrintedSheet, copies: Sequence[SheetSnapshot] = (), rows: Iterable[int] = ()
) -> Iterator[Pair]:
    """Pairs of label and value side by side, after a row's number; of ``rows`` beside tables those
    whose value stands there in the sheet or a copy. A unit may stand behind the value, and the name
    of a group of rows before the labels."""
    cells = printed.snapshot
    seen: set[str] = set()
    widest = max(sheet.last_column for sheet in (cells, *copies))
    last_column = min(max(widest, 2), SEARCHED_COLUMNS)
    only = set(rows)
    for row in range(2, min(cells.last_row, SEARCHED_ROWS) + 1):
        if only and row not in only:
            continue
        at = 1
        while at <= last_column:
            text = printed.text(row, at)
            area = printed.area(row, at)
            after = area[3] + 1
            if _is_group(printed, row, at):
                at = after
                continue
            if (
                not text
                or "□" in text
                or is_quantity(text)
                or (":" in text and not text.startswith("其中"))
                or _is_heading(printed, row, copies)
                or area[:2] != (row, at)
            ):
                at = after
                continue
            if after > last_column:
                break
            value = cells.raw(row, after)
            label = str(cells.raw(row, at)).strip()
            number = row_code(cells.raw(row, at - 1)) if at > 1 else ""
            behind = printed.area(row, after)[3] + 1
            unit = squeeze(cells.raw(row, behind)).strip("()")
            unit = unit if unit in UNITS else ""
            held = _beside(printed, row, after, copies)
            if unit_behind(held) and not unit:
                unit = unit_behind(held)
                behind -= 1
            if squeeze(label) not in seen and (held or not only) and not is_unit(value):
                seen.add(squeeze(label))
                printed_number = number if number.isdigit() and len(number) < 5 else ""
                yield Pair(label, _shown(value) or held, "beside", printed_number, unit)
            at = behind + 1 if unit else behind


def _is_group(printed: PrintedSheet, row: int, column: int) -> bool:
    """Whether the name of a group of rows stands at a cell: a text over several rows, with another
    text beside it in a cell that is lower."""
    area = printed.area(row, column)
    beside = printed.area(row, area[3] + 1)
    return area[2] > area[0] and beside[2] - beside[0] < area[2] - area[0]


def _shown(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def title_of(printed: PrintedSheet) -> str:
    """The first text of a sheet, without the year in it: the longest part before or behind it that
    is no school's name."""
    return without_year(heading_of(printed))


def without_year(text: str) -> str:
    """The longest part of a heading before or behind a year, that is no school's name."""
    parts = [_EDGES.sub("", part) for part in _ANY_YEAR.split(text)]
    return max((part for part in parts if not is_school(part)), key=len, default="")


_EDGES = re.compile(r"^[)\]\-—~至:、 ]+|[(\[\-—~至:、 ]+$")
"""What is left over at the edges of a text from which a year was taken."""


def heading_of(printed: PrintedSheet) -> str:
    """The first text of a sheet."""
    for row in range(1, min(printed.snapshot.last_row, 3) + 1):
        texts = list(_texts(printed, row).values())
        if texts:
            return texts[0]
    return ""


_ANY_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?:[-—~至/]+20[0-9]{2})?(?:学年度|学年|年度|年)?")
