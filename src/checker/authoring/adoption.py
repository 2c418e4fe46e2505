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

from checker.authoring.patterns import filled, quoted
from checker.authoring.printed_tables import (
    CODE_WORDS,
    LABEL_WORDS,
    REMARK_WORDS,
    UNIT_OF_ROW,
    WORDS,
    Leaf,
    Pair,
    PrintedTable,
    own_pairs,
    pairs_beside,
    pairs_on,
    tables_on,
    title_of,
)
from checker.authoring.printed_types import (
    UNIT_WORDS,
    column_ids,
    holds_units,
    only_ticks,
    read_number,
    type_of,
    unit_of,
    years_on,
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
from checker.model.snapshot import Snapshot
from checker.toml_files import strings

_KNOWN_IDS = strings(WORDS["ids"])
_UNITS = re.compile(r"[^\W\d_]{1,4}|㎡")


class Draft(Struct):
    """The text of a draft, what was found, one line each, for the screen, and the relations that
    hold, as rules."""

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
        self.unit = ""
        self.ledger = ""

    def text(self) -> str:
        """The whole template.toml."""
        title = ""
        shown = [item for item in self.main.sheets.items() if item[1].visible]
        self.alike = Counter(_kind(PrintedSheet(sheet)) for _, sheet in shown)
        for number, (name, sheet) in enumerate(shown, 1):
            printed = PrintedSheet(sheet)
            same = self._same_as(name, printed)
            if same:
                self.found.append(
                    f"{name}：表样与“{same}”一样，没有另起草；一份工作簿里有几所学校的，请每校一份。"
                )
                continue
            if self._sheet(f"sheet{number}", name, printed):
                title = title or title_of(printed)
        year = next(
            (m[1] for each in self.main.sheets.values() for m in years_on(each)),
            str(date.today().year),
        )
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
        key = _kind(printed)
        if len(key) < 2 or key not in self.known:
            self.known[key] = name
            return None
        return self.known[key]

    def _title(self, text: str) -> str:
        """The title of a form without the name of the school that filled it in."""
        return next((text[len(own) :] for own in self.names if text.startswith(own)), text)

    # -- one sheet -----------------------------------------------------------------------

    def _sheet(self, sheet_id: str, name: str, printed: PrintedSheet) -> bool:
        """Whether anything was found on it."""
        same = [copy.sheets[name] for copy in self.copies if name in copy.sheets]
        tables = list(tables_on(printed, same))
        rows = {row for each in tables for row in range(each.top, each.last + 1)}
        pairs = list(pairs_on(printed, rows))
        pairs += own_pairs(printed, tables) if tables else pairs_beside(printed)
        if not tables and not pairs:
            return False
        tables, headings = self._told_apart(name, printed, self._one_ledger(name, tables))
        if not tables and not pairs:
            return True
        is_ledger = any(not each.labels and self._is_ledger(each) for each in tables)
        units = [pair for pair in pairs if squeeze(pair[0]) in UNIT_WORDS]
        pairs = [pair for pair in pairs if pair not in units]
        self.unit = next((value for _, value, *_ in units if _UNITS.fullmatch(value)), "")
        several = len(self.main.sheets) > 1 and self.alike[_kind(printed)] < 2
        parts = _Sheet(
            sheet_id,
            _plain_title(name, 31),
            name.partition("_")[0] + "*" if several else "",
        )
        self._pairs(pairs, is_ledger, parts)
        if pairs:
            self.found.append(f"{name}：{len(pairs)} 个“名称—内容”")
        for number, each in enumerate(tables, 1):
            self._values(name, each)
            if each.labels:
                self._grid(each, parts, headings.get(each.bottom, ""))
                what = f"第 {each.bottom} 行表头的表格"
            elif self._is_ledger(each):
                self._ledger(each, parts)
                what = "台账，一行一个单位"
            else:
                parts.listings.append(self._listing(f"{sheet_id}_t{number}", each))
                what = f"第 {each.bottom} 行表头的明细表"
            self.found.append(f"{name}：{what}，{len(each.leaves)} 栏")
        parts.heading = self._title(title_of(printed))
        self.sheets.append(parts)
        return True

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
            texts = [_heading(printed, each) for each in same]
            if all(texts):
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
        for number, (label, value, where, printed_row) in enumerate(pairs, 1):
            own = f"{parts.id}.p{number}"
            field_id = own if is_ledger else self._id(label, own)
            if field_id == "school.name" and value:
                self.names.append(value)
            unit = unit_of(label)
            entry = inline(
                id=field_id,
                label=label,
                row=printed_row or f"p{number}",
                type=type_of([read_number(value)], unit) if where == "beside" else "text",
                unit=unit,
                blank="none",
                columns=["whole"],
            )
            parts.fields.append(f"{entry},  # 现在：{_short(value)}")
            parts.cells.append(inline(field=field_id, label=label, value=where))

    def _id(self, label: str, otherwise: str) -> str:
        bare = re.sub(r"\(.*\)$", "", squeeze(label)) or squeeze(label)
        known = next(
            (name for word, name in _KNOWN_IDS.items() if word in (squeeze(label), bare)), None
        )
        if known is None or known in self.ids:
            return otherwise
        self.ids.add(known)
        if known in ("school.name", "school.code"):
            self.identity.setdefault(known.removeprefix("school."), known)
        return known

    def _values(self, name: str, each: PrintedTable) -> None:
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

    def _is_ledger(self, each: PrintedTable) -> bool:
        words = {squeeze(leaf.path) for leaf in each.leaves}
        return bool(words & {squeeze(word) for word in UNIT_OF_ROW})

    def _grid(self, each: PrintedTable, parts: _Sheet, heading: str) -> None:
        unit_at = next((leaf.column for leaf in each.leaves if holds_units(leaf)), None)
        used = [
            leaf
            for leaf in each.leaves
            if leaf.column != unit_at and not leaf.is_called(REMARK_WORDS)
        ]
        ids = column_ids(used)
        if any(own in parts.columns and own != "whole" for own, *_ in ids):  # of another grid
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
        in_grid = self._grid_rows(each, used, names, ids[0][1], parts)
        parts.grids.append(
            {
                "labels": self._path_of(each, each.labels[-1], LABEL_WORDS),
                "groups": self._path_of(each, each.labels[0], ("",)),
                "below": heading,
                "block": each.block,
                "blocks": each.blocks,
                "code": self._path_of(each, each.code, CODE_WORDS) if each.code else "",
                "columns": _table_of(zip(names, (leaf.path for leaf in used), strict=True)),
                "fields": in_grid,
            }
        )

    def _grid_rows(
        self,
        each: PrintedTable,
        used: Sequence[Leaf],
        names: list[str],
        stage: str,
        parts: _Sheet,
    ) -> list[str]:
        """The ids of the rows of a grid, which are added to the fields of the sheet."""
        printed = each.printed
        unit_at = next((leaf.column for leaf in each.leaves if holds_units(leaf)), None)
        in_grid: list[str] = []
        before = sum(f"{parts.id}.r" in line for line in parts.fields)
        for row in range(each.first, each.last + 1):
            path = printed.row_path(row, each.labels)
            if not path or (is_end(path[-1]) and not path[-1].startswith("其中")):
                continue
            unit = str(printed.snapshot.raw(row, unit_at) or "") if unit_at else self.unit
            values = [
                copy.sheets[printed.snapshot.title].raw(row, leaf.column)
                for copy in self.copies
                if printed.snapshot.title in copy.sheets
                for leaf in used
            ]
            code = row_code(printed.snapshot.raw(row, each.code)) if each.code else ""
            field_id = f"{parts.id}.r{before + len(in_grid) + 1}"
            in_grid.append(field_id)
            label = "/".join(part.replace("/", "//") for part in path[-2:])
            empty = sum(value in (None, "") for value in values)
            blank = {"blank": "none"} if 0 < empty < len(values) else {}
            entry = inline(
                id=field_id,
                label=label,
                row=code or str(len(in_grid)),
                type=type_of(values, unit),
                unit=unit,
                **blank,
                columns=names,
            )
            parts.fields.append(f"{entry},")
            self._subset(each, row, used, in_grid, label, stage, "whole" in names)
        return in_grid

    def _subset(
        self,
        each: PrintedTable,
        row: int,
        used: Sequence[Leaf],
        in_grid: Sequence[str],
        label: str,
        stage: str,
        has_whole: bool,
    ) -> None:
        """Proposes 其中 ≤ the row above that is no 其中, if it holds wherever both are numbers."""
        printed = each.printed
        if "其中" not in label or len(in_grid) < 2:
            return
        field_id = in_grid[-1]
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
            whole_id = in_grid[-1 - (row - whole)]
            self.rules.append(subset_rule(field_id, whole_id, (label, over), stage, support))

    def _path_of(self, each: PrintedTable, column: int, words: Sequence[str]) -> str:
        """The header over a column of labels or codes; 甲 or 乙 below it where there is none."""
        for row in range(each.first - 1, each.top - 1, -1):
            text = each.printed.text(row, column)
            if text:
                return text
        return words[-1]

    def _ledger(self, each: PrintedTable, parts: _Sheet) -> None:
        headers: list[str] = []
        named: dict[int, str] = {}
        for number, leaf in enumerate(each.leaves, 1):
            if leaf.is_called((*CODE_WORDS, *REMARK_WORDS)):
                continue
            field_id = self._id(leaf.path, f"{parts.id}.c{number}")
            named[leaf.column] = field_id
            unit = unit_of(leaf.path)
            entry = inline(
                id=field_id,
                label=leaf.path,
                row=str(number),
                type=type_of(leaf.values, unit),
                unit=unit,
                columns=["whole"],
            )
            parts.fields.append(f"{entry},")
            headers.append(f"{quoted(field_id)} = {quoted(leaf.path)}")
        for sentence, rule in relations_of(each.leaves, named):
            self.relations += [sentence] if sentence else []
            self.rules.append(rule)
        parts.ledger = {"code": _code_of(each), "headers": headers}

    def _listing(self, table_id: str, each: PrintedTable) -> _Listing:
        made = _Listing(table_id, _code_of(each))
        types: dict[str, str] = {}
        by_head: dict[str, list[Leaf]] = {}
        for leaf in each.leaves:
            by_head.setdefault(leaf.path.rpartition("/")[0], []).append(leaf)
        done: set[int] = set()
        for number, leaf in enumerate(each.leaves, 1):
            if leaf.is_called(REMARK_WORDS) or leaf.column in done:
                continue
            head = leaf.path.rpartition("/")[0]
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
            unit = unit_of(leaf.path)
            kind = types[column_id] = type_of(leaf.values, unit)
            blank = {"blank": "none"} if any(v in (None, "") for v in leaf.values) else {}
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


def _code_of(each: PrintedTable) -> str:
    """The header of the column of numbers; "" for none."""
    return next((leaf.path for leaf in each.leaves if leaf.is_called(CODE_WORDS)), "")


def _table_of(pairs: Iterable[tuple[str, str]]) -> str:
    """An inline table whose keys may be any text."""
    return f"{{ {', '.join(f'{quoted(key)} = {quoted(value)}' for key, value in pairs)} }}"


def _kind(printed: PrintedSheet) -> tuple[object, ...]:
    """What two sheets of one form have in common: their title and the headers of their tables."""
    tables = [(each.bottom, *(leaf.path for leaf in each.leaves)) for each in tables_on(printed)]
    return (title_of(printed), *tables)


def _heading(printed: PrintedSheet, each: PrintedTable) -> str:
    """The text alone in the row above a table's header, if it stands nowhere else on the sheet; ""
    for none. A pair of label and value is none."""
    columns = range(1, printed.snapshot.last_column + 1)
    for row in range(each.bottom - 1, max(each.top - 2, 0), -1):
        texts = {text for at in columns if (text := printed.text(row, at))}
        if len(texts) == 1:
            (text,) = texts
            return "" if ":" in text or len(printed.containing(text)) > 1 else text
    return ""


def _plain_title(text: str, most: int) -> str:
    """A title without the signs that names of files and sheets must not have."""
    return re.sub(r"[\\/:*?\"<>|\[\]']", " ", text).strip()[:most] or "自己的表"


def _short(value: str) -> str:
    text = " ".join(value.split())
    return text[:20] or "空"
