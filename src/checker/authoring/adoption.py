"""A draft of a template for a workbook that exists already: what is printed on it, as proposals.

From a blank or filled workbook and any number of copies: tables with their header paths, pairs of
label and value, units, types, and relations that hold wherever they can be compared. It is a draft:
the author gives the fields their names and decides what is a rule.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct, field

from checker.forms.adopted_cells import CROSSES, TICKS, is_end
from checker.forms.header_paths import PrintedSheet
from checker.forms.ledger_rows import RowKind, ledger_rows
from checker.forms.plain_text import half_width, row_code, squeeze
from checker.model.snapshot import SheetSnapshot, Snapshot

LABEL_WORDS = ("项目", "指标", "内容", "名称", "甲")
CODE_WORDS = ("序号", "行号", "编号", "乙")
UNIT_WORDS = ("单位", "计量单位")
REMARK_WORDS = ("备注",)
UNIT_OF_ROW = ("学校名称", "单位名称", "学校标识码", "标识码", "幼儿园名称")
KNOWN_IDS = (
    ("学校(机构)名称", "school.name"),
    ("学校(机构)标识码", "school.code"),
    ("学校名称", "school.name"),
    ("单位名称", "school.name"),
    ("填报单位", "school.name"),
    ("学校标识码", "school.code"),
    ("标识码", "school.code"),
    ("办学类型", "school.kind"),
    ("学校", "school.name"),
)
STAGES = (("小学", "primary"), ("初中", "junior"), ("高中", "senior"), ("幼儿园", "kindergarten"))
_PAIR = re.compile(r"(?:^|\s)([^\s\d:][^\s:]{0,19})\s*:(.*?)(?=\s+[^\s\d:][^\s:]*\s*:|$)")
_UNIT = re.compile(r"\(([^()]{1,6})\)$")
_YEAR = re.compile(r"(20[0-9]{2})年?")
MOST_HEADER_ROWS = 4

Pair = tuple[str, str, str, str]
"""Label, value, where the value is ("same" cell, "beside"), the row's number ("" for none)."""


class Leaf(Struct):
    """One column under a header: its path and number, and what stands in it in all copies."""

    path: str
    column: int
    values: list[object] = field(default_factory=list)


class Found(Struct):
    """A table that was found on a sheet: its last header row, the first row below, its columns."""

    printed: PrintedSheet
    bottom: int
    first: int
    last: int
    leaves: list[Leaf]
    labels: list[int] = field(default_factory=list)
    code: int | None = None


class Draft(Struct):
    """The text of a draft and what was found, one line each, for the screen."""

    text: str
    found: list[str]


def draft(snapshots: Sequence[Snapshot], template_id: str) -> Draft:
    """The draft of a template for these workbooks, the first of which says what the layout is."""
    main = snapshots[0]
    writer = _Writer(main, snapshots, template_id)
    return Draft(writer.text(), writer.found)


class _Writer:
    """Writes the draft. ``sheets`` and ``layouts`` fill sheet by sheet."""

    def __init__(self, main: Snapshot, copies: Sequence[Snapshot], template_id: str) -> None:
        self.main = main
        self.copies = copies
        self.template_id = template_id
        self.found: list[str] = []
        self.sheets: list[str] = []
        self.layouts: list[str] = []
        self.stages: dict[str, str] = {}
        self.relations: list[str] = []
        self.identity: dict[str, str] = {}
        self.ids: set[str] = set()

    def text(self) -> str:
        """The whole template.toml."""
        title = ""
        shown = [item for item in self.main.sheets.items() if item[1].visible]
        for number, (name, sheet) in enumerate(shown, 1):
            printed = PrintedSheet(sheet)
            title = title or _title(printed)
            self._sheet(f"sheet{number}", name, printed)
        year = next(
            (m[1] for each in self.main.sheets.values() for m in _years(each)),
            str(date.today().year),
        )
        head = [
            f"# 由 checker template adopt 从 {len(self.copies)} 份表起草，请逐项核对：",
            "# · 字段编号（id）改成说得清的英文，规则按它引用；type、unit 是按现有的内容推测的；",
            "# · 表头路径和名称照表上印的写，改了就找不到；用不到的字段连同位置一起删去。",
            f"id = {_q(self.template_id)}",
            f"title = {_q(_plain_title(title or Path(self.main.name).stem, 60))}",
            f"edition = {year}",
            'level = "school"',
        ]
        if self.stages:
            stages = ", ".join(
                f"{{ id = {_q(stage)}, title = {_q(title)} }}"
                for stage, title in self.stages.items()
            )
            head.append(f"stages = [{stages}]")
        if self.identity:
            parts = ", ".join(f"{part} = {_q(name)}" for part, name in self.identity.items())
            head.append(f"identity = {{ {parts} }}")
        lines = [*head, *self.sheets, "", "[layout]", 'kind = "adopted"', *self.layouts]
        if self.relations:
            lines += ["", "# 在现有各份表里都成立的关系，可以写成 plugin.toml 里的规则："]
            lines += [f"# · {each}" for each in self.relations]
        return "\n".join(lines) + "\n"

    # -- one sheet -----------------------------------------------------------------------

    def _sheet(self, sheet_id: str, name: str, printed: PrintedSheet) -> None:
        tables = list(_tables(printed))
        rows = {row for each in tables for row in range(_top(each), each.last + 1)}
        pairs = list(_pairs(printed, rows))
        if not tables:
            pairs += list(_beside(printed))
        if not tables and not pairs:
            return
        fields: list[str] = []
        cells: list[str] = []
        grids: list[str] = []
        listings: list[str] = []
        ledger: list[str] = []
        columns: dict[str, str] = {"whole": '{ id = "whole", title = "全校" }'}
        declared: list[str] = []
        for label, value, where, printed_row in pairs:
            at = printed_row or f"p{len(cells) + 1}"
            field_id = self._id(label, f"{sheet_id}.p{len(cells) + 1}")
            fields.append(
                f"  {{ id = {_q(field_id)}, label = {_q(label)}, row = {_q(at)}, "
                f'type = "text", blank = "none", columns = ["whole"] }},  # 现在：{_short(value)}'
            )
            cells.append(
                f"  {{ field = {_q(field_id)}, label = {_q(label)}, value = {_q(where)} }},"
            )
        if pairs:
            self.found.append(f"{name}：{len(pairs)} 个“名称—内容”")
        for number, each in enumerate(tables, 1):
            self._values(name, each)
            if each.labels:
                grids += self._grid(sheet_id, each, fields, columns)
                self.found.append(f"{name}：第 {each.bottom} 行表头的表格，{len(each.leaves)} 栏")
            elif self._is_ledger(each):
                ledger += self._ledger(sheet_id, each, fields)
                self.found.append(f"{name}：台账，一行一个单位，{len(each.leaves)} 栏")
            else:
                listing, table = self._listing(f"{sheet_id}_t{number}", each)
                listings += listing
                declared += table
                self.found.append(f"{name}：第 {each.bottom} 行表头的明细表，{len(each.leaves)} 栏")
        self.sheets += [
            "",
            "[[sheets]]",
            f"id = {_q(sheet_id)}",
            f"title = {_q(_plain_title(name, 31))}",
            'kind = "form"',
            f"columns = [{', '.join(columns.values())}]",
            "fields = [",
            *fields,
            "]",
            *declared,
        ]
        title = _title(printed)
        self.layouts += ["", "[[layout.sheets]]", f"id = {_q(sheet_id)}"]
        if title:
            self.layouts.append(f"titles = [{_q(title)}]")
        if len(self.main.sheets) > 1:
            self.layouts.append(f"names = [{_q(name.partition('_')[0] + '*')}]")
        if cells:
            self.layouts += ["cells = [", *cells, "]"]
        self.layouts += [*grids, *listings, *ledger]

    def _id(self, label: str, otherwise: str) -> str:
        known = next((name for word, name in KNOWN_IDS if squeeze(label).startswith(word)), None)
        if known is None or known in self.ids:
            return otherwise
        self.ids.add(known)
        if known in ("school.name", "school.code"):
            self.identity.setdefault(known.removeprefix("school."), known)
        return known

    def _values(self, name: str, each: Found) -> None:
        """What stands in the columns of a table, in all copies that have it in the same place."""
        for copy in self.copies:
            sheet = copy.sheets.get(name)
            if sheet is None:
                continue
            last = min(each.last, sheet.last_row) if each.labels else sheet.last_row
            at = [leaf.column for leaf in each.leaves]
            rows = ledger_rows(PrintedSheet(sheet), at, each.code, each.first, last)
            for row in rows:
                if row.kind is RowKind.UNIT or each.labels:
                    for leaf in each.leaves:
                        leaf.values.append(sheet.raw(row.number, leaf.column))

    def _is_ledger(self, each: Found) -> bool:
        words = {squeeze(leaf.path) for leaf in each.leaves}
        return bool(words & {squeeze(word) for word in UNIT_OF_ROW})

    def _grid(
        self, sheet_id: str, each: Found, fields: list[str], columns: dict[str, str]
    ) -> list[str]:
        printed = each.printed
        unit_at = next((leaf.column for leaf in each.leaves if _is(leaf, UNIT_WORDS)), None)
        used = [leaf for leaf in each.leaves if not _is(leaf, (*UNIT_WORDS, *REMARK_WORDS))]
        ids = _column_ids(used)
        if any(own in columns and own != "whole" for own, *_ in ids):  # of another grid
            mark = f"t{len(columns)}"
            ids = [(f"{mark}_{own}", stage, head, year) for own, stage, head, year in ids]
        for leaf, (column_id, stage, stage_title, year) in zip(used, ids, strict=True):
            text = f"{{ id = {_q(column_id)}, title = {_q(leaf.path)}"
            if stage:
                self.stages.setdefault(stage, stage_title)
                text += f", stage = {_q(stage)}"
            if column_id.endswith(".previous"):
                text += ", previous = true"
            text += f", year = {year} }}" if year else " }"
            columns[column_id] = text
        names = [column_id for column_id, *_ in ids]
        in_grid: list[str] = []
        before = sum(f"{sheet_id}.r" in line for line in fields)
        for row in range(each.first, each.last + 1):
            path = printed.row_path(row, each.labels)
            if not path or (is_end(path[-1]) and not path[-1].startswith("其中")):
                continue
            unit = str(printed.snapshot.raw(row, unit_at) or "") if unit_at else ""
            values = [
                copy.sheets[printed.snapshot.title].raw(row, leaf.column)
                for copy in self.copies
                if printed.snapshot.title in copy.sheets
                for leaf in used
            ]
            code = row_code(printed.snapshot.raw(row, each.code)) if each.code else ""
            field_id = f"{sheet_id}.r{before + len(in_grid) + 1}"
            in_grid.append(field_id)
            label = "/".join(part.replace("/", "//") for part in path[-2:])
            fields.append(
                f"  {{ id = {_q(field_id)}, label = {_q(label)}, row = "
                f"{_q(code or str(len(in_grid)))}, type = {_q(_type(values, unit))}, "
                f"unit = {_q(unit)}, columns = {json.dumps(names)} }},"
            )
            self._subset(printed, row, each, used, field_id, fields, label)
        header = self._path_of(each, each.labels[-1], LABEL_WORDS)
        lines = ["", "[[layout.sheets.grids]]", f"labels = {_q(header)}"]
        if each.code:
            lines.append(f"code = {_q(self._path_of(each, each.code, CODE_WORDS))}")
        pairs = ", ".join(
            f"{_q(column)} = {_q(leaf.path)}" for column, leaf in zip(names, used, strict=True)
        )
        return [*lines, f"columns = {{ {pairs} }}", f"fields = {json.dumps(in_grid)}"]

    def _subset(
        self,
        printed: PrintedSheet,
        row: int,
        each: Found,
        used: Sequence[Leaf],
        field_id: str,
        fields: Sequence[str],
        label: str,
    ) -> None:
        """Proposes 其中 ≤ the row above that is no 其中, if it holds wherever both are numbers."""
        if "其中" not in label or len(fields) < 2:
            return
        whole = row - 1
        while whole >= each.first and "其中" in printed.text(whole, each.labels[-1]):
            whole -= 1
        if whole < each.first:
            return
        held = compared = 0
        for copy in self.copies:
            sheet = copy.sheets.get(printed.snapshot.title)
            for leaf in used if sheet else ():
                assert sheet is not None
                part, total = sheet.raw(row, leaf.column), sheet.raw(whole, leaf.column)
                if isinstance(part, int | float) and isinstance(total, int | float):
                    compared += 1
                    held += part <= total
        if compared and held == compared:
            over = "/".join(printed.row_path(whole, each.labels))
            self.relations.append(f"{field_id}（{label}）<= {over}：{held} 处都成立")
        elif compared and held / compared >= 0.8:
            over = "/".join(printed.row_path(whole, each.labels))
            self.relations.append(
                f"{field_id}（{label}）<= {over}：{compared} 处里 {held} 处成立（其余可能是填错的）"
            )

    def _path_of(self, each: Found, column: int, words: Sequence[str]) -> str:
        """The header over a column of labels or codes; 甲 or 乙 below it where there is none."""
        for row in range(each.first - 1, _top(each) - 1, -1):
            text = each.printed.text(row, column)
            if text:
                return text
        return words[-1]

    def _ledger(self, sheet_id: str, each: Found, fields: list[str]) -> list[str]:
        headers: list[str] = []
        for number, leaf in enumerate(each.leaves, 1):
            if _is(leaf, (*CODE_WORDS, *REMARK_WORDS)):
                continue
            field_id = self._id(leaf.path, f"{sheet_id}.c{number}")
            unit = _unit_of(leaf.path)
            fields.append(
                f'  {{ id = {_q(field_id)}, label = {_q(leaf.path)}, row = "{number}", type = '
                f'{_q(_type(leaf.values, unit))}, unit = {_q(unit)}, columns = ["whole"] }},'
            )
            headers.append(f"{_q(field_id)} = {_q(leaf.path)}")
        self._sums(each)
        code = self._code_line(each)
        return ["", "[layout.sheets.ledger]", *code, "[layout.sheets.ledger.headers]", *headers]

    def _sums(self, each: Found) -> None:
        """Proposes 合计 = the other columns under the same header, without 其中."""
        groups: dict[str, list[Leaf]] = {}
        for leaf in each.leaves:
            head, _, tail = leaf.path.rpartition("/")
            if head and "其中" not in tail:
                groups.setdefault(head, []).append(leaf)
        for leaves in groups.values():
            total = next((leaf for leaf in leaves if leaf.path.endswith("/合计")), None)
            for many in range(len(leaves) - 1, 1, -1) if total else ():
                assert total is not None
                parts = [leaf for leaf in leaves if leaf is not total][:many]
                rows = [
                    row
                    for row in zip(total.values, *(leaf.values for leaf in parts), strict=True)
                    if all(isinstance(value, int | float) for value in row)
                ]
                held = sum(abs(row[0] - sum(row[1:])) < 1e-6 for row in rows)
                if rows and held / len(rows) >= 0.9:
                    names = " + ".join(leaf.path.rpartition("/")[2] for leaf in parts)
                    self.relations.append(f"{total.path} = {names}：{len(rows)} 行里 {held} 行成立")
                    break

    def _listing(self, table_id: str, each: Found) -> tuple[list[str], list[str]]:
        headers: list[str] = []
        ticks: list[str] = []
        columns: list[str] = []
        by_head: dict[str, list[Leaf]] = {}
        for leaf in each.leaves:
            by_head.setdefault(leaf.path.rpartition("/")[0], []).append(leaf)
        done: set[int] = set()
        for number, leaf in enumerate(each.leaves, 1):
            if _is(leaf, REMARK_WORDS) or leaf.column in done:
                continue
            head = leaf.path.rpartition("/")[0]
            same = by_head[head]
            column_id = f"c{number}"
            if head and len(same) > 1 and all(_ticks(each_leaf.values) for each_leaf in same):
                options = ", ".join(
                    f"{_q(one.path.rpartition('/')[2])} = {_q(one.path)}" for one in same
                )
                ticks.append(f"{column_id} = {{ {options} }}")
                done.update(one.column for one in same)
                columns.append(f'  {{ id = {_q(column_id)}, title = {_q(head)}, type = "flag" }},')
                continue
            unit = _unit_of(leaf.path)
            kind = _type(leaf.values, unit)
            blank = ', blank = "none"' if any(v in (None, "") for v in leaf.values) else ""
            columns.append(
                f"  {{ id = {_q(column_id)}, title = {_q(leaf.path)}, type = {_q(kind)}, "
                f"unit = {_q(unit)}{blank} }},"
            )
            headers.append(f"{column_id} = {_q(leaf.path)}")
        layout = ["", "[[layout.sheets.tables]]", f"table = {_q(table_id)}", *self._code_line(each)]
        layout.append(f"headers = {{ {', '.join(headers)} }}")
        if ticks:
            layout.append(f"ticks = {{ {', '.join(ticks)} }}")
        declared = [
            "",
            "[[sheets.tables]]",
            f"id = {_q(table_id)}",
            'title = "明细"  # 请改成这张表的名称',
            "capacity = 500",
            "columns = [",
            *columns,
            "]",
        ]
        return layout, declared

    def _code_line(self, each: Found) -> list[str]:
        code = next((leaf.path for leaf in each.leaves if _is(leaf, CODE_WORDS)), None)
        return [f"code = {_q(code)}"] if code else []


# -- what stands on a sheet ----------------------------------------------------------------


def _tables(printed: PrintedSheet) -> Iterator[Found]:
    """The tables of a sheet, from the top: a row of several texts, and rows of figures below."""
    cells = printed.snapshot
    row = 1
    while row <= cells.last_row:
        bottom = _header_bottom(printed, row)
        if bottom is None:
            row += 1
            continue
        found = _table(printed, row, bottom)
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


def _table(printed: PrintedSheet, top: int, bottom: int) -> Found:
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
    code = next((leaf.column for leaf in leaves if _is(leaf, CODE_WORDS)), None)
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
            if any(_is_figure(cells.raw(first, at)) for at in after if at != code):
                label_at = list(range(area[1], area[3] + 1))
    if label_at:
        leaves = [leaf for leaf in leaves if leaf.column not in label_at and leaf.column != code]
    last = _last(printed, first, [leaf.column for leaf in leaves])
    return Found(printed, bottom, first, last, leaves, label_at, code)


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


def _top(each: Found) -> int:
    return max(each.bottom - MOST_HEADER_ROWS + 1, 1)


def _texts(printed: PrintedSheet, row: int) -> dict[int, str]:
    """The texts that begin in a row, by column."""
    return {
        column: text
        for column in range(1, printed.snapshot.last_column + 1)
        if (text := squeeze(printed.snapshot.raw(row, column)))
    }


def _is_figure(value: object) -> bool:
    return isinstance(value, int | float | date) and not isinstance(value, bool)


def _pairs(printed: PrintedSheet, taken: Iterable[int]) -> Iterator[Pair]:
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


def _beside(printed: PrintedSheet) -> Iterator[Pair]:
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


def _title(printed: PrintedSheet) -> str:
    """The first text of a sheet, without the year in it."""
    for row in range(1, min(printed.snapshot.last_row, 3) + 1):
        texts = list(_texts(printed, row).values())
        if texts:
            return _YEAR.split(texts[0])[-1] if _YEAR.search(texts[0]) else texts[0]
    return ""


def _plain_title(text: str, most: int) -> str:
    """A title without the signs that names of files and sheets must not have."""
    return re.sub(r"[\\/:*?\"<>|\[\]']", " ", text).strip()[:most] or "自己的表"


def _years(sheet: SheetSnapshot) -> Iterator[re.Match[str]]:
    for line in sheet.rows[:8]:
        for value in line:
            if isinstance(value, str):
                yield from _YEAR.finditer(value)


def _column_ids(leaves: Sequence[Leaf]) -> list[tuple[str, str, str, str]]:
    """(column id, stage, its title, year) of the columns of a grid, by the words of their paths."""
    if len(leaves) == 1:
        return [("whole", "", "", "")]
    years = sorted({m[1] for leaf in leaves if (m := _YEAR.search(leaf.path))}, reverse=True)
    found: list[tuple[str, str, str, str]] = []
    used: set[str] = set()
    for number, leaf in enumerate(leaves, 1):
        head = leaf.path.partition("/")[0]
        parts = leaf.path.split("/")
        stage = next((name for part in parts if (name := _stage(part))), "")
        match = _YEAR.search(leaf.path)
        year = match[1] if match else ""
        base = stage or "whole"
        if year and years and year != years[0]:
            previous = len(years) > 1 and year == years[1]
            base = f"{base}.previous" if previous else f"{base}_{year}"
        if base in used or (not stage and not year):
            base = f"c{number}"
            stage = ""
        used.add(base)
        found.append((base, stage, head if stage else "", year))
    return found


def _stage(part: str) -> str:
    """The stage that a part of a header names and nothing else: 小学, 初中部."""
    bare = re.sub(r"(部|段|学段|阶段)$", "", squeeze(part))
    return dict(STAGES).get(bare, "")


def _is(leaf: Leaf, words: Sequence[str]) -> bool:
    return squeeze(leaf.path) in words


def _unit_of(path: str) -> str:
    match = _UNIT.search(squeeze(path.partition("/")[0])) or _UNIT.search(squeeze(path))
    return match[1] if match else ""


def _type(values: Iterable[object], unit: str) -> str:
    """The type that fits nearly everything that stands there; money and areas may have decimals."""
    held = [value for value in values if value not in (None, "")]
    if unit in ("㎡", "平方米", "m2", "元", "万元", "亩"):
        return "amount"
    numbers = [value for value in held if isinstance(value, int | float)]
    if held and len(numbers) >= 0.8 * len(held):
        whole = all(value == int(value) and value >= 0 for value in numbers)
        return "count" if whole else "signed" if any(v < 0 for v in numbers) else "amount"
    texts = [squeeze(value) for value in held if isinstance(value, str)]
    months = [t for t in texts if re.fullmatch(r"(19|20)[0-9]{2}[.\-/年]?[0-9]{1,2}月?", t)]
    dates = sum(isinstance(value, date) for value in held)
    if held and len(months) + dates >= 0.9 * len(held):
        return "month" if months else "date"
    if texts and set(texts) <= {"是", "否"}:
        return "flag"
    if not held and unit:
        return "count"
    return "text"


def _ticks(values: Iterable[object]) -> bool:
    """Whether only ticks and crosses stand in a column, one at least."""
    texts = {squeeze(value) for value in values if value not in (None, "")}
    return bool(texts) and texts <= TICKS | CROSSES


def _short(value: str) -> str:
    text = " ".join(value.split())
    return text[:20] or "空"


def _q(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
