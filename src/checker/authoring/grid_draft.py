"""A grid of a sheet as a draft: its columns, a field for each row, and what holds between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from checker.authoring.draft_parts import DraftedSheet, Proposals, table_of
from checker.authoring.grid_sums import Line, grid_sums, is_total, number_in
from checker.authoring.printed_tables import Leaf, PrintedTable, header_over
from checker.authoring.printed_types import (
    Alike,
    alike_columns,
    blank_type,
    column_ids,
    holds_units,
    is_empty,
    type_of,
)
from checker.authoring.printed_units import counted_in, is_figure, unit_of
from checker.authoring.printed_words import CODE_WORDS, LABEL_WORDS, REMARK_WORDS
from checker.authoring.rule_draft import inline, subset_rule, support_of
from checker.forms.adopted_cells import is_end
from checker.forms.header_paths import parts_of
from checker.forms.ledger_rows import SUMMED
from checker.forms.plain_text import row_code, squeeze
from checker.model.snapshot import SheetSnapshot

HELD_BY_MOST = 0.8
"""A relation that holds at so many of the places where it can be compared is proposed."""


class GridDraft:
    """Drafts a grid into ``parts``, the sheet that it stands on. ``same``: this sheet in all
    copies; ``sheet_unit``: the unit that is printed above the table."""

    def __init__(
        self,
        each: PrintedTable,
        same: Sequence[SheetSnapshot],
        sheet_unit: str,
        parts: DraftedSheet,
        proposed: Proposals,
    ) -> None:
        self.each = each
        self.printed = each.printed
        self.same = same
        self.sheet_unit = sheet_unit
        self.parts = parts
        self.proposed = proposed
        self.unit_at = next((leaf.column for leaf in each.leaves if holds_units(leaf)), None)
        self.paths = self._paths()
        heads = [parts_of(leaf.path)[-1] for leaf in each.leaves]
        self.has_totals = any(map(is_total, (*heads, *(path[-1] for path in self.paths.values()))))

    def write(self, heading: str) -> None:
        """Adds the grid, its columns and the fields of its rows; ``heading`` stands above it."""
        each = self.each
        used = [
            leaf
            for leaf in each.leaves
            if leaf.column != self.unit_at and not leaf.is_called(REMARK_WORDS)
        ]
        names, stage = self._columns(used)
        fields = self._rows(alike_columns(used, names), stage)
        self.parts.grids.append(
            {
                "left": each.headless,
                "labels": header_over(each, each.labels[-1]) or LABEL_WORDS[-1],
                "groups": header_over(each, each.labels[0]),
                "below": heading,
                "block": each.block,
                "blocks": each.blocks,
                "beside": each.beside,
                "code": (header_over(each, each.code) or CODE_WORDS[-1]) if each.code else "",
                "columns": table_of(zip(names, (leaf.path for leaf in used), strict=True)),
                "fields": fields,
            }
        )

    def _columns(self, used: Sequence[Leaf]) -> tuple[list[str], str]:
        """The ids of the columns, which are added to those of the sheet, and the first one's stage.
        An id that a column of another grid has is told apart by a mark before it."""
        parts = self.parts
        ids = column_ids(used)
        title = next(
            (leaf.path for leaf, (own, *_) in zip(used, ids, strict=True) if own == "whole"), ""
        )
        taken = bool(title and parts.whole) and parts.whole != title
        if not taken:
            parts.whole = title or parts.whole
        elif len(ids) == 1:
            ids = [(f"c{len(parts.columns)}", *ids[0][1:])]
        if any(own in parts.columns and (own != "whole" or taken) for own, *_ in ids):
            mark = f"t{len(parts.columns)}"
            ids = [(f"{mark}_{own}", stage, head, year) for own, stage, head, year in ids]
        for leaf, (column_id, stage, stage_title, year) in zip(used, ids, strict=True):
            more: dict[str, object] = {}
            if stage:
                self.proposed.stages.setdefault(stage, stage_title)
                more["stage"] = stage
            if column_id.endswith(".previous"):
                more["previous"] = True
            if year:
                more["year"] = int(year)
            parts.columns[column_id] = inline(id=column_id, title=leaf.path, **more)
        return [column_id for column_id, *_ in ids], ids[0][1]

    def _paths(self) -> dict[int, tuple[str, ...]]:
        """The labels of the rows that are no remarks, outermost first."""
        paths: dict[int, tuple[str, ...]] = {}
        for row in range(self.each.first, self.each.last + 1):
            path = self.printed.row_path(row, self.each.labels)
            if path and not self._is_remark(row, path):
                paths[row] = tuple(path)
        return paths

    def _rows(self, groups: Sequence[Alike], stage: str) -> list[str]:
        """The ids of the rows, which are added to the fields of the sheet: one for all columns of a
        row that count in the same unit."""
        labels = Counter(path[-2:] for path in self.paths.values())
        is_blank = all(
            is_empty(value) for group in groups for leaf in group.leaves for value in leaf.values
        )
        before = sum(f"{self.parts.id}.r" in line for line in self.parts.fields)
        in_grid: list[str] = []
        by_row: dict[int, str] = {}
        added: list[list[tuple[int, Line]]] = [[] for _ in groups]
        unsure: list[int] = []
        for row, path in self.paths.items():
            code = (
                row_code(self.printed.snapshot.raw(row, self.each.code)) if self.each.code else ""
            )
            if labels[path[-2:]] > 1 and not code:
                unsure.append(row)
                continue
            label = "/".join(part.replace("/", "//") for part in path[-2:])
            number = code or str(len(by_row) + 1)
            for group, lines in zip(groups, added, strict=True):
                field_id = f"{self.parts.id}.r{before + len(in_grid) + 1}"
                in_grid.append(field_id)
                by_row.setdefault(row, field_id)
                kind, unit, blank = self._asked(row, path[-1], group, is_blank)
                if kind in SUMMED and not group.share:
                    lines.append((row, Line(field_id, path, unit, ())))
                entry = inline(
                    id=field_id,
                    label=label,
                    row=number,
                    type=kind,
                    unit=unit if kind != "text" else "",
                    **({"blank": "none"} if blank else {}),
                    columns=list(group.names),
                )
                self.parts.fields.append(f"{entry},")
            self._subset(row, groups[0], by_row, label, stage)
        for group, lines in zip(groups, added, strict=True):
            if lines:
                self._sums(group, lines)
        if unsure:
            rows = "、".join(map(str, unsure))
            self.proposed.found.append(
                f"{self.printed.snapshot.title}：第 {rows} 行的名称与别的行一样，又没有行号，"
                "不能确定，没有起草；请在表上改成不同的名称。"
            )
        return in_grid

    def _asked(self, row: int, label: str, group: Alike, is_blank: bool) -> tuple[str, str, bool]:
        """Type and unit of the cells of a row in columns that are alike, and whether they may stay
        empty. ``is_blank``: no copy of the grid is filled."""
        values = self._values(row, group.leaves)
        unit = self._unit(row, label, group)
        kind = group.kind or type_of(values, unit, group.words if group.share else label)
        if is_blank and not group.kind:
            kind = blank_type(group.words, label, kind, self.has_totals)
        is_used = not all(map(is_empty, self._values(row, self.each.leaves)))
        is_used = is_used or (is_blank and _may_be_empty(group, kind, label))
        if group.kind in ("flag", "text"):
            unit = ""
        return kind, unit, is_used and any(map(is_empty, values))

    def _unit(self, row: int, label: str, group: Alike) -> str:
        """The unit of the cells of a row in columns that are alike: of the columns, of the row
        (printed in a column of units, or in its label), else that above the table."""
        printed = ""
        if self.unit_at is not None:
            printed = squeeze(self.printed.snapshot.raw(row, self.unit_at)).strip("()")
        own = printed or unit_of(label.replace("/", "//"))
        if group.unit and own and self.unit_at is None and group.unit != own:
            return own if group.unit != "%" else "%"
        unit = group.unit or own
        if not unit and not group.share:
            unit = counted_in(counted_in(self.sheet_unit, label), group.words)
        return unit

    def _sums(self, group: Alike, lines: Sequence[tuple[int, Line]]) -> None:
        """Proposes the sums that hold over rows and columns that count in one unit."""
        figures = {
            (row, leaf.column): tuple(map(number_in, self._values(row, [leaf])))
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
                tuple(parts_of(leaf.path)),
                group.unit,
                tuple(figures[row, leaf.column] for row, _ in lines),
            )
            for leaf, name in zip(group.leaves, group.names, strict=True)
        ]
        self.proposed.rules += grid_sums(rows, columns)

    def _subset(
        self, row: int, group: Alike, by_row: dict[int, str], label: str, stage: str
    ) -> None:
        """Proposes 其中 ≤ the row above that is no 其中, if it holds wherever both are numbers."""
        if "其中" not in label:
            return
        whole = row - 1
        while whole >= self.each.first and "其中" in self.printed.text(whole, self.each.labels[-1]):
            whole -= 1
        if whole not in by_row:
            return
        held = compared = 0
        for sheet in self.same:
            for leaf in group.leaves:
                part, total = sheet.raw(row, leaf.column), sheet.raw(whole, leaf.column)
                if isinstance(part, int | float) and isinstance(total, int | float):
                    compared += 1
                    held += part <= total
        if not compared or held / compared < HELD_BY_MOST:
            return
        over = "/".join(self.printed.row_path(whole, self.each.labels))
        support = support_of(held, compared)
        if held < compared:
            support += "（其余可能是填错的）"
        field_id = by_row[row]
        self.proposed.relations.append(f"{field_id}（{label}）<= {over}：{support}")
        if stage or "whole" in group.names:
            self.proposed.rules.append(
                subset_rule(field_id, by_row[whole], (label, over), stage, support)
            )

    def _values(self, row: int, leaves: Sequence[Leaf]) -> list[object]:
        """What stands in a row under some columns, in all copies."""
        return [sheet.raw(row, leaf.column) for sheet in self.same for leaf in leaves]

    def _is_remark(self, row: int, path: Sequence[str]) -> bool:
        """Whether a row is a remark or a heading: without a figure in any copy, a text over the
        columns of figures, or one that ends a table."""
        if any(map(is_figure, self._values(row, self.each.leaves))):
            return False
        area = self.printed.area(row, self.each.labels[-1])
        over = any(area[1] <= leaf.column <= area[3] for leaf in self.each.leaves)
        return over or (is_end(path[-1]) and not path[-1].startswith("其中"))


def _may_be_empty(group: Alike, kind: str, label: str) -> bool:
    """Whether a cell of which no copy is known may stay empty: words, and a total of prices."""
    priced = any(re.search("标准|单价", leaf.path) for leaf in group.leaves)
    return kind == "text" or (priced and is_total(label))
