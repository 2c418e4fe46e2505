"""A draft of a template for a workbook that exists already: what is printed on it, as proposals.

From a blank or filled workbook and any number of copies: tables with their header paths, pairs of
label and value, units, types, and relations that hold wherever they can be compared. It is a draft:
the author gives the fields their names and decides what is a rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from checker.authoring.draft_parts import (
    DraftedSheet,
    Proposals,
    code_of,
)
from checker.authoring.grid_draft import GridDraft
from checker.authoring.grid_sums import (
    Line,
    column_sums,
    number_in,
)
from checker.authoring.list_draft import column_type, drafted_list
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
    edition_of,
    holds_units,
    read_number,
    type_of,
)
from checker.authoring.printed_units import (
    UNIT_WORDS,
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
    ORDINAL_WORDS,
    PERSON_WORDS,
    REMARK_WORDS,
    STANDARD,
    is_school,
    names_unit,
    school_at_start,
    without_brackets,
)
from checker.authoring.rule_draft import (
    ProposedRule,
    inline,
    relations_of,
)
from checker.forms.header_paths import PrintedSheet, parts_of
from checker.forms.ledger_rows import SUMMED, RowKind, ledger_rows
from checker.forms.plain_text import squeeze
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
    return Draft(writer.text(), writer.proposed.found, writer.proposed.rules)


class _Writer:
    """Writes the draft. ``sheets`` fills sheet by sheet."""

    def __init__(self, main: Snapshot, copies: Sequence[Snapshot], template_id: str) -> None:
        self.main = main
        self.copies = copies
        self.template_id = template_id
        self.proposed = Proposals()
        self.sheets: list[DraftedSheet] = []
        self.identity: dict[str, str] = {}
        self.ids: set[str] = set()
        self.known: dict[tuple[object, ...], str] = {}
        self.tables: dict[str, list[PrintedTable]] = {}  # by sheet
        self.kinds: dict[str, tuple[object, ...]] = {}
        self.names: list[str] = []
        self.begins: dict[str, int] = {}
        self.ledger = ""

    def text(self) -> str:
        """The whole template.toml; "" where nothing can be drafted."""
        title = ""
        shown = [item for item in self.main.sheets.items() if item[1].visible]
        sheets = {name: PrintedSheet(sheet) for name, sheet in shown}
        for name, printed in sheets.items():
            self.tables[name] = list(tables_on(printed, self._copies_of(name)))
            self.kinds[name] = _kind(printed, self.tables[name])
        for number, (name, printed) in enumerate(sheets.items(), 1):
            same = self._same_as(name)
            if same:
                self.proposed.found.append(
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
                "stages": [
                    inline(id=each, title=name) for each, name in self.proposed.stages.items()
                ],
                "identity": inline(**self.identity) if self.identity else "",
                "code_lists": self.proposed.code_lists,
                "sheets": self.sheets,
                "relations": self.proposed.relations,
            },
        )

    def _same_as(self, name: str) -> str | None:
        """The name of an earlier sheet that has the same tables; None, and this one noted."""
        key = self.kinds[name]
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

    def _title(self, text: str) -> str:
        """The title of a form without the name of the school that filled it in."""
        return next((text[len(own) :] for own in self.names if text.startswith(own)), text)

    # -- one sheet -----------------------------------------------------------------------

    def _sheet(self, sheet_id: str, name: str, printed: PrintedSheet) -> bool:
        """Whether anything was found on it."""
        same = self._copies_of(name)
        tables = self.tables[name]
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
        alike = [*self.kinds.values()].count(self.kinds[name])
        several = len(self.main.sheets) > 1 and alike < 2
        parts = DraftedSheet(
            sheet_id,
            _plain_title(name, 31),
            name.partition("_")[0] + "*" if several else "",
        )
        self._pairs(pairs, is_ledger, parts)
        if pairs:
            self.proposed.found.append(f"{name}：{len(pairs)} 个“名称—内容”")
        if not self.identity and not is_ledger:
            self._school_in_title(name, printed)
        ends = [0, *(each.last for each in tables)]
        for number, each in enumerate(tables, 1):
            above = max(end for end in ends if end < each.begin)
            unit = unit_above(printed, each.begin, above, number == 1)
            what = self._table(f"{sheet_id}_t{number}", each, parts, headings, unit)
            self.proposed.found.append(f"{name}：{what}，{len(each.leaves)} 栏")
            self._told_if_unsure(name, each)
        parts.heading = self._title(title_of(printed)) if self.begins[name] > 1 else ""
        self.sheets.append(parts)
        return True

    def _table(
        self,
        table_id: str,
        each: PrintedTable,
        parts: DraftedSheet,
        headings: Mapping[int, str],
        unit: str,
    ) -> str:
        """Drafts a table of a sheet; what it was taken for."""
        name = each.printed.snapshot.title
        for path in each.doubled:
            self.proposed.found.append(
                f"{name}：第 {each.bottom} 行的表头“{path}”有几处，不能确定是哪一栏，没有起草；"
                "请在表上改成不同的名称。"
            )
        if each.labels:
            grid = GridDraft(each, self._copies_of(name), unit, parts, self.proposed)
            grid.write(headings.get(each.bottom, ""))
            return f"第 {each.bottom} 行表头的表格"
        if self._is_ledger(each):
            self._ledger(each, parts, unit)
            return "台账，一行一个单位"
        parts.listings.append(drafted_list(table_id, each, unit, self.proposed))
        return f"第 {each.bottom} 行表头的明细表"

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
        self.proposed.found.append(
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
                self.proposed.found.append(
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
            self.proposed.found.append(
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
                self.proposed.found.append(
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
            self.proposed.found.append(
                f"{name}：第 {rows} 行的表头一样，上方没有各不相同的一句话可以区分，没有起草；"
                "一张工作表里有几所学校的，请每校一份。"
            )
        return [each for each in tables if each not in left_out], headings

    def _pairs(self, pairs: Sequence[Pair], is_ledger: bool, parts: DraftedSheet) -> None:
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
        bare = without_brackets(squeeze(label)) or squeeze(label)
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

    def _ledger(self, each: PrintedTable, parts: DraftedSheet, sheet_unit: str) -> None:
        headers: list[str] = []
        named: dict[int, str] = {}
        counted: list[Line] = []
        for number, leaf in enumerate(each.leaves, 1):
            if leaf.is_called((*CODE_WORDS, *REMARK_WORDS)):
                continue
            field_id = self._id(leaf.path, f"{parts.id}.c{number}", schools_in(leaf, leaf.values))
            named[leaf.column] = field_id
            kind, unit = column_type(leaf, sheet_unit)
            if field_id.startswith("school."):
                kind, unit = "text", ""
            if kind in SUMMED:
                figures = tuple((number_in(value),) for value in leaf.values)
                counted.append(Line(field_id, tuple(parts_of(leaf.path)), unit, figures))
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
            self.proposed.relations += [sentence] if sentence else []
            self.proposed.rules.append(rule)
        self.proposed.rules += column_sums(counted)
        parts.ledger = {"code": code_of(each), "headers": headers}


def _kind(printed: PrintedSheet, tables: Sequence[PrintedTable]) -> tuple[object, ...]:
    """What two sheets of one form have in common: their title and the headers of their tables."""
    heads = [(each.bottom, *(leaf.path for leaf in each.leaves)) for each in tables]
    return (title_of(printed), *heads)


def _plain_title(text: str, most: int) -> str:
    """A title without the signs that names of files and sheets must not have."""
    return re.sub(r"[\\/:*?\"<>|\[\]']", " ", text).strip()[:most] or "自己的表"


def _short(value: str) -> str:
    text = " ".join(value.split())
    return text[:20] or "空"
