"""Which cell holds which field on one form sheet: name first, then row code and header, then the
declared address — and what contradicts itself is reported, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from checker.forms.form_grid import FormGrid, code_key, row_of_label, squeeze
from checker.forms.names import field_name
from checker.model.cells import CellRef, column_letters
from checker.model.snapshot import SheetSnapshot
from checker.model.submission import FactRef, Problem
from checker.model.template import Field, Sheet

if TYPE_CHECKING:
    from checker.forms.layout import Layout

Names = Mapping[str, tuple[CellRef, CellRef] | None]


class FieldPlaces:
    """Finds the cells of one form sheet. ``title`` is the sheet's title in this workbook, ``grid``
    what is printed on it.

    ``problems`` fills while fields are located. ``looked_at_values``: to locate them, cells were
    looked at that are no part of the grid, so the places hold for this workbook only.
    """

    def __init__(
        self,
        snapshot: SheetSnapshot,
        sheet: Sheet,
        title: str,
        names: Names,
        layout: Callable[[], Layout],
        grid: FormGrid | None,
    ) -> None:
        self.snapshot = snapshot
        self.sheet = sheet
        self.title = title
        self.names = names
        self.layout = layout
        self.problems: list[Problem] = []
        self.grid = grid
        self.looked_at_values = False
        self._without_name: list[str] = []
        self._lost_columns: set[str] = set()

    def locate_all(self) -> Iterator[tuple[Field, str, CellRef | None]]:
        """Every field and column of the sheet with its cell, None where no cell is certain."""
        if self.grid is None and not self._any_name():
            message = (
                f"工作表“{self.title}”里找不到表头（甲、乙、行号），无法确定每一格填的是什么；"
                "请从空白表中复制表头，或重新下载填报表填写。"
            )
            self.problems.append(Problem("FORM018", message, sheet=self.title))
            yield from (
                (item, column, None) for item in self.sheet.fields for column in item.columns
            )
            return
        for item in self.sheet.fields:
            yield from self._locate_field(item)
        self._report_lost()

    def _any_name(self) -> bool:
        return any(self._named(item, item.columns[0]) is not None for item in self.sheet.fields)

    def _named(self, item: Field, column: str) -> CellRef | None:
        target = self.names.get(field_name(item.id, column))
        return target[0] if target is not None and target[0].sheet == self.title else None

    def _locate_field(self, item: Field) -> Iterator[tuple[Field, str, CellRef | None]]:
        grid = self.grid
        rows = grid.rows.get(code_key(item.row_code), []) if grid else []
        named = {column: self._named(item, column) for column in item.columns}
        if len(rows) > 1:
            self._report_duplicate(item, rows)
            for column in item.columns:
                yield item, column, self._among_duplicates(column, named[column], rows)
            return
        row = rows[0] if rows else None
        if row is None:
            row = self._row_without_code(item, named)
            if row is None:
                self._report_missing_row(item)
        conflicts: list[tuple[str, CellRef]] = []
        for column in item.columns:
            place = named[column]
            yield item, column, self._agreed(item, column, place, row, conflicts)
        if conflicts:
            self._report_conflict(item, row, conflicts)

    def _agreed(
        self,
        item: Field,
        column: str,
        place: CellRef | None,
        row: int | None,
        conflicts: list[tuple[str, CellRef]],
    ) -> CellRef | None:
        """The cell on which the name and what is printed agree, or the one that only one gives."""
        if row is None:
            return None
        at = self._column(column)
        if place is None:
            if at is None:
                self._lost_columns.add(column)
                return None
            self._without_name.append(item.label)
            return CellRef(self.title, row, at)
        if place.row != row or (at is not None and place.column != at):
            conflicts.append((column, place))
            return None
        if at is None and self._belongs_to_another(column, place.column):
            conflicts.append((column, place))
            return None
        return place

    def _column(self, column: str) -> int | None:
        return self.grid.columns.get(column) if self.grid else None

    def _belongs_to_another(self, column: str, at: int) -> bool:
        columns = self.grid.columns if self.grid else {}
        return any(place == at for other, place in columns.items() if other != column)

    def _row_without_code(self, item: Field, named: Mapping[str, CellRef | None]) -> int | None:
        """The field's row although its row code is gone: where its names or its label say, as
        long as no other field's code stands there; at last its declared address."""
        self.looked_at_values = True
        if self.grid is None:
            rows = {place.row for place in named.values() if place is not None}
            return rows.pop() if len(rows) == 1 else None
        row = row_of_label(self.snapshot, self.grid, item)
        if row is None:
            declared = self.layout().forms[self.sheet.id].rows[item.id]
            label = squeeze(self.snapshot.raw(declared, self.grid.label_column))
            code = code_key(self.snapshot.raw(declared, self.grid.code_column))
            if label == squeeze(item.label) and not code:
                row = declared
        return row

    def _among_duplicates(
        self, column: str, place: CellRef | None, rows: list[int]
    ) -> CellRef | None:
        """The cell to use when a row code stands in several rows: only if all that is typed in
        them says the same, so that no choice can be wrong."""
        at = place.column if place is not None else self._column(column)
        if at is None:
            return None
        self.looked_at_values = True
        filled = {row: self.snapshot.raw(row, at) for row in rows}
        filled = {row: value for row, value in filled.items() if value not in (None, "")}
        if len({repr(value) for value in filled.values()}) > 1:
            return None
        if place is not None and place.row in rows and (not filled or place.row in filled):
            return place
        return CellRef(self.title, next(iter(filled), rows[0]), at)

    def _report_duplicate(self, item: Field, rows: list[int]) -> None:
        where = "、".join(str(row) for row in rows)
        message = (
            f"行号 {item.row_code}（{item.label}）在第 {where} 行重复出现，不能确定以哪一行为准；"
            "请删去多余的行，只留一行。"
        )
        self._add("FORM012", message, item, rows[-1])

    def _report_missing_row(self, item: Field) -> None:
        message = (
            f"找不到行号 {item.row_code}（{item.label}）这一行，它可能被删除或改了行号；"
            "请从空白表中复制回来再填。"
        )
        problem = Problem("FORM011", message, FactRef(item.id, item.columns[0]), sheet=self.title)
        self.problems.append(problem)

    def _report_conflict(
        self, item: Field, row: int | None, conflicts: list[tuple[str, CellRef]]
    ) -> None:
        places = "、".join(dict.fromkeys(place.a1 for _, place in conflicts))
        expected = ""
        if row is not None:
            at = self._column(conflicts[0][0])
            expected = f"{column_letters(at)}{row}" if at else f"第 {row} 行"
        message = (
            f"“{item.label}”（行号 {item.row_code}）按行号和栏目应在 {expected}，"
            f"而表内记号指向 {places}，不能确定以哪一格为准；"
            "可能是剪切、移动过单元格，请在空白表中重新填写这一行。"
        )
        column, place = conflicts[0]
        ref = FactRef(item.id, column)
        cell = CellRef(self.title, row, self._column(column) or place.column) if row else place
        self.problems.append(Problem("FORM012", message, ref, cell, self.title))

    def _report_lost(self) -> None:
        """One line per sheet, not per cell: what was found without its defined name or header."""
        if self._without_name:
            labels = list(dict.fromkeys(self._without_name))
            some = "、".join(labels[:3]) + ("等" if len(labels) > 3 else "")
            message = (
                f"本表有 {len(self._without_name)} 格的内部名称丢失（{some}），"
                "已按行号和栏目名称找到，不影响校验。"
            )
            self.problems.append(Problem("FORM010", message, sheet=self.title))
        for column in self.sheet.columns:
            if column.id in self._lost_columns:
                message = (
                    f"找不到“{column.title}”这一栏的栏目名称，无法确定这一栏的数填在哪里；"
                    "请把栏目名称改回来。"
                )
                self.problems.append(
                    Problem("FORM018", message, sheet=self.title, required=column.title)
                )

    def _add(self, rule: str, message: str, item: Field, row: int) -> None:
        at = self._column(item.columns[0]) or (self.grid.code_column if self.grid else 1)
        ref = FactRef(item.id, item.columns[0])
        self.problems.append(Problem(rule, message, ref, CellRef(self.title, row, at), self.title))
