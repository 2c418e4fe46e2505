"""Where everything stands in a freshly built workbook of a template. Pure and deterministic.

The builder draws what is said here. A workbook that was filled in is read by what is printed in it.

A form sheet, from the top: title · 表号 | 统计时点 · 制定说明 | 单位 · (学校名称 | 标识码) · header
texts · 甲 乙 丙 1 2 3 · one row per field · tables, if any · footer.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from checker.forms.side_sheets import EXPLANATION_HEADERS, EXPLANATION_ROWS
from checker.model.cells import CellRef, column_letters
from checker.model.template import (
    WHOLE,
    WHOLE_WORDS,
    Field,
    Sheet,
    SheetKind,
    Table,
    Template,
)

LABEL_COLUMN = 1  # 甲
CODE_COLUMN = 2  # 乙
UNIT_COLUMN = 3  # 丙
FIRST_VALUE_COLUMN = 4
NOTE_COLUMN_UP_TO = 3
"""A form with so few value columns has room to print the 口径 beside each field."""

LABEL_HEADER, CODE_HEADER, UNIT_HEADER, NOTE_HEADER = "指标名称", "行号", "计量单位", "填报口径"
EXPLANATION_TEXT_COLUMN, EXPLANATION_KEY_COLUMN = 4, 5
HEADING_ROWS = 3  # title, 表号 | 统计时点, 制定说明 | 单位
GUIDE_BUTTON_ROW = 3
INDICATOR_HEADERS = ("标准", "数值", "结论")


class Area(Struct, frozen=True):
    """A range of one sheet, corners 1-based and included."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def a1(self) -> str:
        """The range as Excel writes it, e.g. "A8:H67", or "A8" for one cell."""
        if (self.top, self.left) == (self.bottom, self.right):
            return self.first
        return f"{self.first}:{column_letters(self.right)}{self.bottom}"

    @property
    def first(self) -> str:
        """Address of the top-left cell, e.g. "A8"."""
        return f"{column_letters(self.left)}{self.top}"


class FormLayout(Struct, frozen=True):
    """The field grid of one form sheet. ``columns`` and ``headers`` by column id, ``rows`` by
    field id; the header texts stand in ``header_row``, 甲 乙 丙 1 2 3 in the row below."""

    sheet: Sheet
    header_row: int
    columns: Mapping[str, int]
    headers: Mapping[str, str]
    rows: Mapping[str, int]
    note_column: int | None
    last_column: int

    @property
    def number_row(self) -> int:
        """Row of 甲 乙 丙 1 2 3."""
        return self.header_row + 1

    def cell(self, field: str, column: str) -> CellRef:
        """Declared address of one field in one column. Raises KeyError."""
        return CellRef(self.sheet.title, self.rows[field], self.columns[column])


class TableLayout(Struct, frozen=True):
    """One table. ``columns`` and ``headers`` by table column id. ``ordinal_column`` holds 序号."""

    table: Table
    sheet: Sheet
    title_row: int | None  # the table's own title line; None when the sheet's title serves
    note_row: int | None
    header_row: int
    first_row: int
    last_row: int
    columns: Mapping[str, int]
    headers: Mapping[str, str]
    ordinal_column: int

    @property
    def number_row(self) -> int:
        """Row of the column numbers under the header texts."""
        return self.header_row + 1

    @property
    def body(self) -> Area:
        """The rows to be filled: what the defined name T_<table> covers."""
        left, right = min(self.columns.values()), max(self.columns.values())
        return Area(self.sheet.title, self.first_row, left, self.last_row, right)


class IndicatorLayout(Struct, frozen=True):
    """The sheet 指标: one row per rule; per stage (and ``whole``) three columns 标准, 数值, 结论.
    ``groups`` maps a stage id or "whole" to the column of 标准."""

    sheet: Sheet
    header_row: int  # stage titles; INDICATOR_HEADERS stand in the row below
    rows: Mapping[str, int]
    groups: Mapping[str, int]
    titles: Mapping[str, str]
    last_column: int


class ExplanationLayout(Struct, frozen=True):
    """The sheet 说明: 编号 · 位置 · 问题 · 说明文字, and the findings' keys in a hidden column."""

    sheet: Sheet
    header_row: int
    first_row: int
    last_row: int

    @property
    def body(self) -> Area:
        """What E_explanations covers."""
        return Area(self.sheet.title, self.first_row, 1, self.last_row, len(EXPLANATION_HEADERS))


class Layout(Struct, frozen=True):
    """Every declared place of a template. Forms by sheet id, tables by table id; by sheet id also
    the row of 学校名称/标识码 (where there is one), of the footer, and the last column used."""

    template: Template
    forms: Mapping[str, FormLayout]
    tables: Mapping[str, TableLayout]
    indicators: IndicatorLayout | None
    explanations: ExplanationLayout | None
    school_rows: Mapping[str, int]
    footer_rows: Mapping[str, int]
    last_columns: Mapping[str, int]

    def cell(self, field: Field, column: str) -> CellRef:
        """Declared address of a field in one of its columns. Raises KeyError."""
        return self.forms[field.sheet].cell(field.id, column)

    def button_anchor(self, sheet: Sheet) -> CellRef:
        """Cell over which a button may float without covering anything to be read or filled."""
        if sheet.kind is SheetKind.GUIDE:
            return CellRef(sheet.title, GUIDE_BUTTON_ROW, 2)
        return CellRef(sheet.title, 1, LABEL_COLUMN)  # beside the centred title, and never scrolls


def lay_out(template: Template) -> Layout:
    """The layout of a template; the same template always gives the same layout."""
    forms: dict[str, FormLayout] = {}
    tables: dict[str, TableLayout] = {}
    indicators: IndicatorLayout | None = None
    explanations: ExplanationLayout | None = None
    school_rows: dict[str, int] = {}
    footers: dict[str, int] = {}
    last_columns: dict[str, int] = {}
    for sheet in template.sheets:
        row = HEADING_ROWS + 1
        if _repeats_school(template, sheet):
            school_rows[sheet.id] = row
            row += 1
        if sheet.kind in (SheetKind.FORM, SheetKind.TABLE):
            last = FIRST_VALUE_COLUMN
            if sheet.fields:
                form = _form(sheet, row)
                forms[sheet.id] = form
                row = form.number_row + len(sheet.fields) + 1
                last = form.last_column
            for table in sheet.tables:
                placed = _table(sheet, table, row, after_form=bool(sheet.fields))
                tables[table.id] = placed
                row = placed.last_row + 1
                last = max(last, placed.body.right)
            footers[sheet.id] = row + 1
            last_columns[sheet.id] = last
        elif sheet.kind is SheetKind.INDICATORS:
            indicators = _indicators(template, sheet, row)
            last_columns[sheet.id] = indicators.last_column
        elif sheet.kind is SheetKind.EXPLANATIONS:
            explanations = ExplanationLayout(sheet, row, row + 1, row + EXPLANATION_ROWS)
            last_columns[sheet.id] = EXPLANATION_TEXT_COLUMN
    return Layout(
        template, forms, tables, indicators, explanations, school_rows, footers, last_columns
    )


def _repeats_school(template: Template, sheet: Sheet) -> bool:
    """Whether the sheet repeats 学校名称/标识码: not where these are typed, nor on the guide."""
    shown = [part for part in (template.identity.name, template.identity.code) if part]
    typed_here = any(field.id in shown for field in sheet.fields)
    return bool(shown) and not typed_here and sheet.kind is not SheetKind.GUIDE


def _form(sheet: Sheet, header_row: int) -> FormLayout:
    columns = {column.id: FIRST_VALUE_COLUMN + i for i, column in enumerate(sheet.columns)}
    last = FIRST_VALUE_COLUMN + len(columns) - 1
    note_column = None
    if len(columns) <= NOTE_COLUMN_UP_TO and any(field.note for field in sheet.fields):
        note_column = last = last + 1
    return FormLayout(
        sheet=sheet,
        header_row=header_row,
        columns=columns,
        headers={column.id: column.title for column in sheet.columns},
        rows={field.id: header_row + 2 + i for i, field in enumerate(sheet.fields)},
        note_column=note_column,
        last_column=last,
    )


def _table(sheet: Sheet, table: Table, row: int, *, after_form: bool) -> TableLayout:
    """``row`` is the first free row. Under a form the table has a title line of its own and takes
    the form's columns: 序号 under 行号, its first column under 计量单位. On a sheet of its own
    column A is the 序号."""
    title_row = None
    if after_form or len(sheet.tables) > 1:
        title_row = row + 1
        row += 2
    note_row = row if table.note else None
    header_row = row + 1 if table.note else row
    first = UNIT_COLUMN if after_form else 2
    return TableLayout(
        table=table,
        sheet=sheet,
        title_row=title_row,
        note_row=note_row,
        header_row=header_row,
        first_row=header_row + 2,
        last_row=header_row + 1 + table.capacity,
        columns={column.id: first + i for i, column in enumerate(table.columns)},
        headers={column.id: header_text(column.title, column.unit) for column in table.columns},
        ordinal_column=first - 1,
    )


def _indicators(template: Template, sheet: Sheet, header_row: int) -> IndicatorLayout:
    titles = {stage.id: stage.title for stage in template.stages}
    titles[WHOLE] = WHOLE_WORDS[template.level]
    groups = {
        group: FIRST_VALUE_COLUMN + len(INDICATOR_HEADERS) * i for i, group in enumerate(titles)
    }
    return IndicatorLayout(
        sheet=sheet,
        header_row=header_row,
        rows={rule: header_row + 2 + i for i, rule in enumerate(sheet.indicators)},
        groups=groups,
        titles=titles,
        last_column=FIRST_VALUE_COLUMN + len(INDICATOR_HEADERS) * len(groups) - 1,
    )


def header_text(title: str, unit: str) -> str:
    """Header of a table column: "面积（平方米）"; the unit is left out when there is none."""
    return f"{title}（{unit}）" if unit else title
