"""A draft of a template for a workbook that exists already: what is printed on it, as proposals.

From a blank or filled workbook and any number of copies: tables with their header paths, pairs of
label and value, units, types, and relations that hold wherever they can be compared. It is a draft:
the author gives the fields their names and decides what is a rule.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from checker.authoring.grid_sums import (
    Line,
    column_sums,
    grid_sums,
    header_parts,
    is_total,
    number_in,
)
from checker.authoring.patterns import filled, quoted
from checker.authoring.printed_pairs import Pair, own_pairs, pairs_below, pairs_beside, pairs_on
from checker.authoring.printed_rows import heading_of, title_of
from checker.authoring.printed_tables import (
    Leaf,
    PrintedTable,
    header_over,
    heading_above,
    schools_in,
    tables_on,
)
from checker.authoring.printed_types import (
    Alike,
    alike_columns,
    blank_column_type,
    blank_type,
    column_ids,
    column_unit,
    edition_of,
    head_of_options,
    holds_units,
    is_empty,
    only_ticks,
    read_number,
    type_of,
)
from checker.authoring.printed_units import (
    SHARE,
    UNIT_WORDS,
    counted_in,
    is_figure,
    unit_above,
    unit_behind,
    unit_of,
    units_in,
)
from checker.authoring.printed_words import (
    BUDGET_UNITS,
    CODE_OF_UNIT,
    CODE_WORDS,
    LABEL_WORDS,
    ORDINAL_WORDS,
    PERSON_WORDS,
    REMARK_WORDS,
    STANDARD,
    is_school,
    names_unit,
    school_at_start,
)
from checker.authoring.rule_draft import (
    ProposedRule,
    id_card_rules,
    inline,
    relations_of,
    subset_rule,
)
from checker.forms.adopted_cells import NO_OPTIONS, is_end
from checker.forms.header_paths import PrintedSheet
from checker.forms.ledger_rows import RowKind, ledger_rows
from checker.forms.plain_text import row_code, squeeze
from checker.model.snapshot import SheetSnapshot, Snapshot


class Draft(Struct):
    """The text of a draft ("" where nothing can be drafted), what was found, one line each, for the
    screen, and the relations that hold, as rules."""

    text: str
    found: list[str]
    rules: list[ProposedRule]


def draft(snapshots: Sequence[Snapshot], template_id: str) -> Draft:
    """The draft of a template for these workbooks, the first of which says what the layout is."""
    main = snapshots[0]
    writer = _Writer(main, snapshots, template_id)
    return Draft(writer.text(), writer.found, writer.rules)


class _Listing(Struct):
    """A table of entries: its columns, and the headers and options that they stand under."""

    id: str
    code: str
    columns: list[str] = []
    headers: list[str] = []
    ticks: list[str] = []


class _Sheet(Struct):
    """One sheet: what it asks (``columns`` by id), and where that stands. Entries are TOML."""

    id: str
    title: str
    names: str
    heading: str = ""
    columns: dict[str, str] = field(
        default_factory=lambda: {"whole": inline(id="whole", title="全校")}
    )
    whole: str = ""  # the header of the column of that id in a grid
    fields: list[str] = []
    cells: list[str] = []
    grids: list[dict[str, object]] = []
    listings: list[_Listing] = []
    ledger: dict[str, object] = {}


class _Writer:
    """Writes the draft. ``sheets`` fills sheet by sheet."""

    def __init__(self, main: Snapshot, copies: Sequence[Snapshot], template_id: str) -> None:
        self.main = main
        self.copies = copies
        self.template_id = template_id
        self.found: list[str] = []
        self.sheets: list[_Sheet] = []
        self.stages: dict[str, str] = {}
        self.relations: list[str] = []
        self.rules: list[ProposedRule] = []
        self.identity: dict[str, str] = {}
        self.ids: set[str] = set()
        self.code_lists: dict[str, str] = {}
        self.known: dict[tuple[object, ...], str] = {}
        self.alike: Counter[tuple[object, ...]] = Counter()
        self.names: list[str] = []
        self.begins: dict[str, int] = {}
        self.ledger = ""

    def text(self) -> str:
        """The whole template.toml; "" where nothing can be drafted."""
        title = ""
        shown = [item for item in self.main.sheets.items() if item[1].visible]
        self.alike = Counter(self._kind(PrintedSheet(sheet)) for _, sheet in shown)
        for number, (name, sheet) in enumerate(shown, 1):
            printed = PrintedSheet(sheet)
            same = self._same_as(name, printed)
            if same:
                self.found.append(
                    f"{name}：表样与“{same}”一样，没有另起草；一份工作簿里有几所学校的，请每校一份。"
                )
                continue
            if self._sheet(f"sheet{number}", name, printed):
                begins = self.begins.get(name, 9) > 1
                title = title or (title_of(printed) if begins else "")
        if not self.sheets:
            return ""
        year = edition_of(self.main, self.begins) or str(date.today().year)
        return filled(
            "adopted_template.toml",
            {
                "copies": len(self.copies),
                "id": self.template_id,
                "title": _plain_title(self._title(title) or Path(self.main.name).stem, 60),
                "edition": year,
                "stages": [inline(id=each, title=name) for each, name in self.stages.items()],
                "identity": inline(**self.identity) if self.identity else "",
                "code_lists": self.code_lists,
                "sheets": self.sheets,
                "relations": self.relations,
            },
        )

    def _same_as(self, name: str, printed: PrintedSheet) -> str | None:
        """The name of an earlier sheet that has the same tables; None, and this one noted."""
        key = self._kind(printed)
        if len(key) < 2 or key not in self.known:
            self.known[key] = name
            return None
        return self.known[key]

    def _copies_of(self, name: str) -> list[SheetSnapshot]:
        """A sheet in all copies: by its name, or by its place where a copy has as many sheets."""
        held: list[SheetSnapshot] = []
        for copy in self.copies:
            if name in copy.sheets:
                held.append(copy.sheets[name])
            elif len(copy.sheets) == len(self.main.sheets) and not (
                set(copy.sheets) & set(self.main.sheets)
            ):
                held.append([*copy.sheets.values()][[*self.main.sheets].index(name)])
        return held

    def _kind(self, printed: PrintedSheet) -> tuple[object, ...]:
        """What two sheets of one form have in common: their title and the headers of their
        tables."""
        same = self._copies_of(printed.snapshot.title)
        tables = tables_on(printed, same)
        heads = [(each.bottom, *(leaf.path for leaf in each.leaves)) for each in tables]
        return (title_of(printed), *heads)

    def _title(self, text: str) -> str:
        """The title of a form without the name of the school that filled it in."""
        return next((text[len(own) :] for own in self.names if text.startswith(own)), text)

    # -- one sheet -----------------------------------------------------------------------

    def _sheet(self, sheet_id: str, name: str, printed: PrintedSheet) -> bool:
        """Whether anything was found on it."""
        same = self._copies_of(name)
        tables = list(tables_on(printed, same))
        for each in tables:
            self._values(name, each)
        self.begins[name] = min((each.begin for each in tables), default=9)
        rows = {row for each in tables for row in range(each.top, each.last + 1)}
        below = list(pairs_below(printed, same))
        card = {row + down for row, _ in below for down in (0, 1)}
        pairs = [*pairs_on(printed, rows, same), *(pair for _, pair in below)]
        if tables or below:
            body = {row for each in tables for row in range(each.begin, each.last + 1)}
            free = set(range(2, printed.snapshot.last_row + 1)) - body - card
            pairs += own_pairs(printed, tables, same)
            pairs += pairs_beside(printed, same, free) if free else ()
        else:
            pairs += pairs_beside(printed, same)
        pairs = self._known_once(name, printed, pairs)
        if not tables and not pairs:
            return False
        tables, headings = self._told_apart(name, printed, self._one_ledger(name, tables))
        if not tables and not pairs:
            return True
        is_ledger = any(not each.labels and self._is_ledger(each) for each in tables)
        pairs = [
            pair
            for pair in pairs
            if squeeze(pair.label) not in UNIT_WORDS
            or (squeeze(pair.label) == "单位" and not units_in(f"单位:{pair.value}"))
        ]
        several = len(self.main.sheets) > 1 and self.alike[self._kind(printed)] < 2
        parts = _Sheet(
            sheet_id,
            _plain_title(name, 31),
            name.partition("_")[0] + "*" if several else "",
        )
        self._pairs(pairs, is_ledger, parts)
        if pairs:
            self.found.append(f"{name}：{len(pairs)} 个“名称—内容”")
        if not self.identity and not is_ledger:
            self._school_in_title(name, printed)
        ends = [0, *(each.last for each in tables)]
        for number, each in enumerate(tables, 1):
            above = max(end for end in ends if end < each.begin)
            unit = unit_above(printed, each.begin, above, number == 1)
            for path in each.doubled:
                self.found.append(
                    f"{name}：第 {each.bottom} 行的表头“{path}”有几处，不能确定是哪一栏，没有起草；"
                    "请在表上改成不同的名称。"
                )
            if each.labels:
                self._grid(each, parts, headings.get(each.bottom, ""), unit)
                what = f"第 {each.bottom} 行表头的表格"
            elif self._is_ledger(each):
                self._ledger(each, parts, unit)
                what = "台账，一行一个单位"
            else:
                parts.listings.append(self._listing(f"{sheet_id}_t{number}", each, unit))
                what = f"第 {each.bottom} 行表头的明细表"
            self.found.append(f"{name}：{what}，{len(each.leaves)} 栏")
            self._told_if_unsure(name, each)
        parts.heading = self._title(title_of(printed)) if self.begins[name] > 1 else ""
        self.sheets.append(parts)
        return True

    def _told_if_unsure(self, name: str, each: PrintedTable) -> None:
        """Says of a numbered table of figures, of which one filled copy alone is known, whether the
        names of its rows were taken as printed on the form or as typed by the school."""
        figures = [leaf for leaf in each.leaves if any(map(is_figure, leaf.values))]
        counted = each.code and header_over(each, each.code) in ORDINAL_WORDS
        if len(self.copies) > 1 or not counted or not figures or self._is_ledger(each):
            return
        if each.labels:
            head = header_over(each, each.labels[-1])
            printed = any(STANDARD.search(leaf.path) for leaf in each.leaves)
            if printed or re.search("项目|指标|类别|科目|内容", head):
                return
            drafted = "按表上印好的起草，别校的名称不同就读不到"
        else:
            named = next((leaf for leaf in each.leaves if leaf.path.endswith("名称")), None)
            others = [leaf for leaf in each.leaves if leaf not in figures and leaf is not named]
            if named is None or len(others) > 1:
                return
            head, drafted = named.path, "按各校自己填的明细起草"
        self.found.append(
            f"{name}：只有一份填好的表，看不出“{head}”一栏的名称是不是各校都一样，{drafted}；"
            "请加上空白表或另一所学校的表一起起草。"
        )

    def _known_once(self, name: str, printed: PrintedSheet, pairs: Sequence[Pair]) -> list[Pair]:
        """The pairs without those whose label stands in several places, where none is certain."""
        kept: dict[str, Pair] = {}
        for pair in pairs:
            text = squeeze(pair.label).rstrip(":")
            labels = [*printed.bearing(text), *printed.bearing(f"{text}:")]
            if pair.where == "same" or len(labels) == 1:
                kept.setdefault(text, pair)
            elif text not in kept:
                self.found.append(
                    f"{name}：“{text}”有 {len(labels)} 处，不能确定是哪一格，没有起草；"
                    "请在表上改成不同的名称。"
                )
                kept[text] = pair
        several = [text for text, pair in kept.items() if pair.where != "same"]
        return [
            pair
            for text, pair in kept.items()
            if text not in several
            or len([*printed.bearing(text), *printed.bearing(f"{text}:")]) == 1
        ]

    def _school_in_title(self, name: str, printed: PrintedSheet) -> None:
        """Says that the name of the school stands in the title only, where it is not read."""
        school = school_at_start(heading_of(printed))
        if school and not self.names:
            self.names.append(school)
            self.found.append(
                f"{name}：学校名称只印在表题里（“{school}”），不能从那里读；请在表上另加一格"
                "“学校名称：”，或者在 layout 里写 file_name 从文件名读。"
            )

    def _one_ledger(self, name: str, tables: Sequence[PrintedTable]) -> list[PrintedTable]:
        """The tables without the ledgers after the first of the workbook."""
        kept: list[PrintedTable] = []
        for each in tables:
            if each.labels or not self._is_ledger(each):
                kept.append(each)
            elif not self.ledger:
                self.ledger = name
                kept.append(each)
            else:
                self.found.append(
                    f"{name}：第 {each.bottom} 行表头的也是台账，没有起草；一个模板只能有一张台账，"
                    f"请并到“{self.ledger}”里，或者另存为一份工作簿，另起草一个模板。"
                )
        return kept

    def _told_apart(
        self, name: str, printed: PrintedSheet, tables: Sequence[PrintedTable]
    ) -> tuple[list[PrintedTable], dict[int, str]]:
        """The tables of a sheet without those that nothing tells from an earlier one; and the
        heading above each of those with the same header, by the last row of the header."""
        alike: dict[tuple[str, ...], list[PrintedTable]] = {}
        for each in tables:
            key = (str(each.block), *(leaf.path for leaf in each.leaves))
            alike.setdefault(key, []).append(each)
        headings: dict[int, str] = {}
        left_out: list[PrintedTable] = []
        for same in alike.values():
            if len(same) < 2:
                continue
            ends = [0, *(other.last for other in tables)]
            texts = [
                heading_above(printed, each, max(end for end in ends if end < each.begin))
                for each in same
            ]
            if all(texts) and len(set(texts)) == len(texts):
                headings.update((each.bottom, text) for each, text in zip(same, texts, strict=True))
                continue
            left_out += same
            rows = "、".join(str(each.bottom) for each in same)
            self.found.append(
                f"{name}：第 {rows} 行的表头一样，上方没有各不相同的一句话可以区分，没有起草；"
                "一张工作表里有几所学校的，请每校一份。"
            )
        return [each for each in tables if each not in left_out], headings

    def _pairs(self, pairs: Sequence[Pair], is_ledger: bool, parts: _Sheet) -> None:
        for number, pair in enumerate(pairs, 1):
            own = f"{parts.id}.p{number}"
            is_name = pair.where == "same" and (not pair.value or is_school(pair.value))
            is_name = is_name and squeeze(pair.label).rstrip(":") in BUDGET_UNITS
            field_id = own if is_ledger else self._id(pair.label, own, is_name)
            if field_id == "school.name" and pair.value:
                self.names.append(pair.value)
            unit = unit_of(pair.label.replace("/", "//")) or pair.unit or unit_behind(pair.value)
            kind = "text"
            typed = pair.where != "same" or unit_behind(pair.value) == unit != ""
            if typed and not field_id.startswith("school."):
                kind = type_of([read_number(pair.value)], unit, pair.label)
            entry = inline(
                id=field_id,
                label=pair.label,
                row=pair.number or f"p{number}",
                type=kind,
                unit=unit if kind != "text" else "",
                blank="none",
                columns=["whole"],
            )
            parts.fields.append(f"{entry},  # 现在：{_short(pair.value)}")
            parts.cells.append(inline(field=field_id, label=pair.label, value=pair.where))

    def _id(self, label: str, otherwise: str, is_name: bool = False) -> str:
        bare = re.sub(r"\(.*\)$", "", squeeze(label)) or squeeze(label)
        texts = (squeeze(label).rstrip(":"), bare)
        known = "school.name" if is_name or names_unit(label) else None
        if any(text in CODE_OF_UNIT for text in texts):
            known = "school.code"
        elif bare == "办学类型":
            known = "school.kind"
        if known is None or known in self.ids:
            return otherwise
        self.ids.add(known)
        if known in ("school.name", "school.code"):
            self.identity.setdefault(known.removeprefix("school."), known)
        return known

    def _values(self, name: str, each: PrintedTable) -> None:
        """What stands in the columns of a table, in all copies that have it in the same place."""
        for sheet in self._copies_of(name):
            last = min(each.last, sheet.last_row) if each.labels else sheet.last_row
            at = [leaf.column for leaf in each.leaves]
            rows = ledger_rows(PrintedSheet(sheet), at, each.code, each.first, last)
            for row in rows:
                held = {leaf.column: sheet.raw(row.number, leaf.column) for leaf in each.leaves}
                heads = {squeeze(leaf.path).rpartition("/")[2] for leaf in each.leaves}
                again = {squeeze(value) for value in held.values()} <= heads | {""}
                if (row.kind is RowKind.UNIT and not (again and any(held.values()))) or each.labels:
                    for leaf in each.leaves:
                        leaf.values.append(held[leaf.column])

    def _is_ledger(self, each: PrintedTable) -> bool:
        """Whether each row of a table is a school: one column names it, in one row each."""
        at = next((leaf for leaf in each.leaves if self._names_unit(leaf)), None)
        if at is None or any(leaf.is_called(PERSON_WORDS) for leaf in each.leaves):
            return False
        printed = each.printed
        areas = [printed.area(row, at.column) for row in range(each.first, each.last + 1)]
        return not any(area[0] != area[2] for area in areas)

    def _names_unit(self, leaf: Leaf) -> bool:
        """Whether a column names the school that its row is about."""
        return (
            (names_unit(leaf.path) and not holds_units(leaf))
            or squeeze(leaf.path) in CODE_OF_UNIT
            or schools_in(leaf, leaf.values)
        )

    def _grid(self, each: PrintedTable, parts: _Sheet, heading: str, sheet_unit: str) -> None:
        unit_at = next((leaf.column for leaf in each.leaves if holds_units(leaf)), None)
        used = [
            leaf
            for leaf in each.leaves
            if leaf.column != unit_at and not leaf.is_called(REMARK_WORDS)
        ]
        ids = column_ids(used)
        title = next(
            (leaf.path for leaf, each_id in zip(used, ids, strict=True) if each_id[0] == "whole"),
            "",
        )
        taken = bool(title and parts.whole) and parts.whole != title
        if not taken:
            parts.whole = title or parts.whole
        elif len(ids) == 1:
            ids = [(f"c{len(parts.columns)}", *ids[0][1:])]
        if any(
            own in parts.columns and (own != "whole" or taken) for own, *_ in ids
        ):  # of another grid
            mark = f"t{len(parts.columns)}"
            ids = [(f"{mark}_{own}", stage, head, year) for own, stage, head, year in ids]
        for leaf, (column_id, stage, stage_title, year) in zip(used, ids, strict=True):
            more: dict[str, object] = {}
            if stage:
                self.stages.setdefault(stage, stage_title)
                more["stage"] = stage
            if column_id.endswith(".previous"):
                more["previous"] = True
            if year:
                more["year"] = int(year)
            parts.columns[column_id] = inline(id=column_id, title=leaf.path, **more)
        names = [column_id for column_id, *_ in ids]
        groups_of = alike_columns(used, names)
        in_grid = self._grid_rows(each, groups_of, ids[0][1], parts, sheet_unit)
        header = header_over(each, each.labels[-1]) or LABEL_WORDS[-1]
        parts.grids.append(
            {
                "left": each.headless,
                "labels": header,
                "groups": header_over(each, each.labels[0]),
                "below": heading,
                "block": each.block,
                "blocks": each.blocks,
                "beside": each.beside,
                "code": (header_over(each, each.code) or CODE_WORDS[-1]) if each.code else "",
                "columns": _table_of(zip(names, (leaf.path for leaf in used), strict=True)),
                "fields": in_grid,
            }
        )

    def _grid_rows(
        self,
        each: PrintedTable,
        groups: Sequence[Alike],
        stage: str,
        parts: _Sheet,
        sheet_unit: str,
    ) -> list[str]:
        """The ids of the rows of a grid, which are added to the fields of the sheet: one for all
        columns of a row that count in the same unit."""
        printed = each.printed
        unit_at = next((leaf.column for leaf in each.leaves if holds_units(leaf)), None)
        paths = {
            row: path
            for row in range(each.first, each.last + 1)
            if (path := printed.row_path(row, each.labels)) and not self._is_remark(each, row, path)
        }
        labels = Counter(path[-2:] for path in paths.values())
        in_grid: list[str] = []
        heads = [header_parts(squeeze(leaf.path))[-1] for leaf in each.leaves]
        totals = any(map(is_total, (*heads, *(path[-1] for path in paths.values()))))
        blank_form = all(
            is_empty(value) for group in groups for leaf in group.leaves for value in leaf.values
        )
        before = sum(f"{parts.id}.r" in line for line in parts.fields)
        by_row: dict[int, str] = {}
        added: dict[int, list[tuple[int, Line]]] = {}
        unsure: list[int] = []
        for row, path in paths.items():
            code = row_code(printed.snapshot.raw(row, each.code)) if each.code else ""
            if labels[path[-2:]] > 1 and not code:
                unsure.append(row)
                continue
            label = "/".join(part.replace("/", "//") for part in path[-2:])
            own_unit = squeeze(printed.snapshot.raw(row, unit_at)).strip("()") if unit_at else ""
            own_unit = own_unit or unit_of(path[-1].replace("/", "//"))
            number = str(len(by_row) + 1)
            for group in groups:
                values = self._cells_of(printed.snapshot.title, row, group.leaves)
                unit = _unit_of_cells(group, own_unit, unit_at is not None, sheet_unit, path[-1])
                field_id = f"{parts.id}.r{before + len(in_grid) + 1}"
                in_grid.append(field_id)
                if group is groups[0]:
                    by_row[row] = field_id
                empty = any(map(is_empty, values))
                whole = self._cells_of(printed.snapshot.title, row, each.leaves)
                filled = not all(map(is_empty, whole))
                kind = group.kind or type_of(values, unit, group.words if group.share else path[-1])
                if blank_form and not group.kind:
                    kind = blank_type(group.words, path[-1], kind, totals)
                filled = filled or (blank_form and _may_be_empty(group, kind, path[-1]))
                blank = {"blank": "none"} if empty and filled else {}
                unit = "" if group.kind in ("flag", "text") else unit
                if kind in SUMMED_TYPES and not group.share:
                    line = Line(field_id, tuple(path), unit, ())
                    added.setdefault(groups.index(group), []).append((row, line))
                entry = inline(
                    id=field_id,
                    label=label,
                    row=code or number,
                    type=kind,
                    unit=unit if kind != "text" else "",
                    **blank,
                    columns=list(group.names),
                )
                parts.fields.append(f"{entry},")
            has_whole = "whole" in groups[0].names
            self._subset(each, row, groups[0].leaves, by_row, label, stage, has_whole)
        for at, lines in added.items():
            self._sums(each, groups[at], lines)
        if unsure:
            rows = "、".join(map(str, unsure))
            self.found.append(
                f"{printed.snapshot.title}：第 {rows} 行的名称与别的行一样，又没有行号，不能确定，"
                "没有起草；请在表上改成不同的名称。"
            )
        return in_grid

    def _sums(self, each: PrintedTable, group: Alike, lines: Sequence[tuple[int, Line]]) -> None:
        """Proposes the sums that hold over rows and columns that count in one unit."""
        title = each.printed.snapshot.title
        figures = {
            (row, leaf.column): tuple(map(number_in, self._cells_of(title, row, [leaf])))
            for row, _ in lines
            for leaf in group.leaves
        }
        rows = [
            replace(line, figures=tuple(figures[row, leaf.column] for leaf in group.leaves))
            for row, line in lines
        ]
        columns = [
            Line(
                name,
                header_parts(leaf.path),
                group.unit,
                tuple(figures[row, leaf.column] for row, _ in lines),
            )
            for leaf, name in zip(group.leaves, group.names, strict=True)
        ]
        self.rules += grid_sums(rows, columns)

    def _cells_of(self, title: str, row: int, leaves: Sequence[Leaf]) -> list[object]:
        """What stands in a row under some columns, in all copies."""
        return [sheet.raw(row, leaf.column) for sheet in self._copies_of(title) for leaf in leaves]

    def _is_remark(self, each: PrintedTable, row: int, path: Sequence[str]) -> bool:
        """Whether a row of a grid is a remark or a heading: without a figure in any copy, a text
        over the columns of figures, or one that ends a table."""
        printed = each.printed
        held = self._cells_of(printed.snapshot.title, row, each.leaves)
        if any(map(is_figure, held)):
            return False
        area = printed.area(row, each.labels[-1])
        over = any(area[1] <= leaf.column <= area[3] for leaf in each.leaves)
        return over or (is_end(path[-1]) and not path[-1].startswith("其中"))

    def _subset(
        self,
        each: PrintedTable,
        row: int,
        used: Sequence[Leaf],
        by_row: Mapping[int, str],
        label: str,
        stage: str,
        has_whole: bool,
    ) -> None:
        """Proposes 其中 ≤ the row above that is no 其中, if it holds wherever both are numbers."""
        printed = each.printed
        if "其中" not in label or row not in by_row:
            return
        field_id = by_row[row]
        whole = row - 1
        while whole >= each.first and "其中" in printed.text(whole, each.labels[-1]):
            whole -= 1
        if whole not in by_row:
            return
        held = compared = 0
        for sheet in self._copies_of(printed.snapshot.title):
            for leaf in used:
                part, total = sheet.raw(row, leaf.column), sheet.raw(whole, leaf.column)
                if isinstance(part, int | float) and isinstance(total, int | float):
                    compared += 1
                    held += part <= total
        if not compared or held / compared < 0.8:
            return
        over = "/".join(printed.row_path(whole, each.labels))
        support = (
            f"{held} 处都成立"
            if held == compared
            else f"{compared} 处里 {held} 处成立（其余可能是填错的）"
        )
        self.relations.append(f"{field_id}（{label}）<= {over}：{support}")
        if stage or has_whole:
            self.rules.append(subset_rule(field_id, by_row[whole], (label, over), stage, support))

    def _ledger(self, each: PrintedTable, parts: _Sheet, sheet_unit: str) -> None:
        headers: list[str] = []
        named: dict[int, str] = {}
        counted: list[Line] = []
        for number, leaf in enumerate(each.leaves, 1):
            if leaf.is_called((*CODE_WORDS, *REMARK_WORDS)):
                continue
            field_id = self._id(leaf.path, f"{parts.id}.c{number}", schools_in(leaf, leaf.values))
            named[leaf.column] = field_id
            unit = column_unit(leaf)
            kind = "text"
            if not field_id.startswith("school."):
                kind = type_of(leaf.values, unit, leaf.path)
                if all(map(is_empty, leaf.values)):
                    kind = blank_column_type(leaf.path, kind)
            if not unit and kind in SUMMED_TYPES and not _NOT_COUNTED.search(leaf.path):
                unit = counted_in(sheet_unit, leaf.path)
            if kind in SUMMED_TYPES:
                figures = tuple((number_in(value),) for value in leaf.values)
                counted.append(Line(field_id, header_parts(leaf.path), unit, figures))
            entry = inline(
                id=field_id,
                label=leaf.path,
                row=str(number),
                type=kind,
                unit=unit if kind != "text" else "",
                columns=["whole"],
            )
            parts.fields.append(f"{entry},")
            headers.append(f"{quoted(field_id)} = {quoted(leaf.path)}")
        for sentence, rule in relations_of(each.leaves, named):
            self.relations += [sentence] if sentence else []
            self.rules.append(rule)
        self.rules += column_sums(counted)
        parts.ledger = {"code": _code_of(each), "headers": headers}

    def _listing(self, table_id: str, each: PrintedTable, sheet_unit: str) -> _Listing:
        made = _Listing(table_id, _code_of(each))
        types: dict[str, str] = {}
        by_head: dict[str, list[Leaf]] = {}
        for leaf in each.leaves:
            by_head.setdefault(head_of_options(leaf), []).append(leaf)
        done: set[int] = set()
        for number, leaf in enumerate(each.leaves, 1):
            if leaf.is_called(REMARK_WORDS) or leaf.column in done:
                continue
            head = head_of_options(leaf)
            same = by_head[head]
            column_id = f"c{number}"
            if head and len(same) > 1 and all(only_ticks(each_leaf.values) for each_leaf in same):
                options = [(one.path.rpartition("/")[2], one.path) for one in same]
                made.ticks.append(f"{column_id} = {_table_of(options)}")
                done.update(one.column for one in same)
                printed = [squeeze(option) for option, _ in options]
                types[column_id] = "flag"
                codes = {}
                if len(printed) != 2 or not NO_OPTIONS & set(printed):
                    own = f"{table_id}_{column_id}"
                    self.code_lists[own] = _table_of(zip(printed, printed, strict=True))
                    types[column_id], codes = "code", {"codes": own}
                made.columns.append(
                    inline(id=column_id, title=head, type=types[column_id], **codes)
                )
                continue
            unit = column_unit(leaf)
            kind = type_of(leaf.values, unit, leaf.path)
            if all(map(is_empty, leaf.values)):
                kind = blank_column_type(leaf.path, kind)
            types[column_id] = kind
            if not unit and kind in SUMMED_TYPES and not _NOT_COUNTED.search(leaf.path):
                unit = counted_in(sheet_unit, leaf.path)
            unit = unit if kind != "text" else ""
            blank = {"blank": "none"} if any(map(is_empty, leaf.values)) else {}
            made.columns.append(
                inline(id=column_id, title=leaf.path, type=kind, unit=unit, **blank)
            )
            made.headers.append(f"{column_id} = {quoted(leaf.path)}")
        self._people(table_id, each, types)
        return made

    def _people(self, table_id: str, each: PrintedTable, types: Mapping[str, str]) -> None:
        """Proposes what holds of the ID numbers of a list of people; ``types`` by column id."""
        ids = {squeeze(leaf.path): f"c{number}" for number, leaf in enumerate(each.leaves, 1)}
        card = next((own for path, own in ids.items() if "身份证" in path and own in types), None)
        if card is None:
            return
        born = next((own for path, own in ids.items() if path.startswith("出生")), "")
        if types.get(born) not in ("month", "date"):
            born = ""
        self.rules += id_card_rules(table_id, card, born, types)


def _unit_of_cells(
    group: Alike, own_unit: str, in_column: bool, sheet_unit: str, label: str
) -> str:
    """The unit of the cells of a row in columns that are alike: of the columns, of the row
    (``in_column``: printed in a column of units), else that above the table."""
    if group.unit and own_unit and not in_column and group.unit != own_unit:
        return own_unit if group.unit != "%" else "%"
    unit = group.unit or own_unit
    if not unit and not group.share:
        unit = counted_in(counted_in(sheet_unit, label), group.words)
    return unit


def _may_be_empty(group: Alike, kind: str, label: str) -> bool:
    """Whether a cell of which no copy is known may stay empty: words, and a total of prices."""
    priced = any(re.search("标准|单价", leaf.path) for leaf in group.leaves)
    return kind == "text" or (priced and is_total(label))


def _code_of(each: PrintedTable) -> str:
    """The header of the column of numbers; "" for none."""
    return next((leaf.path for leaf in each.leaves if leaf.is_called(CODE_WORDS)), "")


def _table_of(pairs: Iterable[tuple[str, str]]) -> str:
    """An inline table whose keys may be any text."""
    return f"{{ {', '.join(f'{quoted(key)} = {quoted(value)}' for key, value in pairs)} }}"


SUMMED_TYPES = ("count", "amount", "signed")
_NOT_COUNTED = re.compile(rf"年份|年度|年限|序号|{SHARE.pattern}")
"""In the header of a column of a ledger that is not counted in the unit printed above it."""


def _plain_title(text: str, most: int) -> str:
    """A title without the signs that names of files and sheets must not have."""
    return re.sub(r"[\\/:*?\"<>|\[\]']", " ", text).strip()[:most] or "自己的表"


def _short(value: str) -> str:
    text = " ".join(value.split())
    return text[:20] or "空"
