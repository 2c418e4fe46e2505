"""Fills a built workbook: values by field id and column become cell edits, and are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from checker_templates.building.fill_data import FillData, FillError, FillValue
from checker_templates.building.hidden_names import code_choice
from checker_templates.building.layout import (
    EXPLANATION_KEY_COLUMN,
    EXPLANATION_TEXT_COLUMN,
    LABEL_COLUMN,
    Area,
    Layout,
    lay_out,
)

from checker.model.marks import CellEdit, Scalar
from checker.model.template import WHOLE, Field, FieldType, TableColumn, Template

NUMBERS = (
    FieldType.COUNT,
    FieldType.AMOUNT,
    FieldType.SIGNED,
    FieldType.PERCENT,
    FieldType.YEAR,
)
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
FLAG_WORDS = {True: "是", False: "否"}


def fill_template(
    template: Template,
    workbook: Path,
    target: Path,
    data: FillData,
    *,
    verbatim: bool = False,
    also: Sequence[CellEdit] = (),
) -> None:
    """Writes ``data`` into a copy of the built ``workbook``, saved as ``target``.

    ``verbatim`` as in `cell_edits`; ``also`` are edits of other cells. Raises FillError, OSError,
    and the writer's own errors.
    """
    from checker.writing import fill_cells

    fill_cells(workbook, target, [*cell_edits(template, data, verbatim=verbatim), *also])


def cell_edits(template: Template, data: FillData, *, verbatim: bool = False) -> list[CellEdit]:
    """The cells of a freshly built workbook that ``data`` fills.

    A text that is no value of its field's type is refused; with ``verbatim`` it is put into the
    cell as a clerk would have typed it ("45人", "无"). Raises FillError naming every problem.
    """
    layout = lay_out(template)
    problems: list[str] = []
    edits: list[CellEdit] = []
    for found in (
        *_fact_edits(layout, data, verbatim),
        *_table_edits(layout, data, verbatim),
        *_explanation_edits(layout, data),
    ):
        if isinstance(found, str):
            problems.append(found)
        else:
            edits.append(found)
    if problems:
        raise FillError(problems)
    return edits


Found = Iterator[CellEdit | str]
"""An edit, or a Chinese sentence that says why there is none."""


def _fact_edits(layout: Layout, data: FillData, verbatim: bool) -> Found:
    fields = layout.template.fields()
    for field_id, given in data.facts.items():
        field = fields.get(field_id)
        if field is None:
            yield f"模板里没有字段 {field_id}。"
            continue
        by_column = given if isinstance(given, Mapping) else {only_column(field): given}
        for column, value in by_column.items():
            if column not in field.columns:
                columns = "、".join(field.columns)
                yield f"字段 {field_id} 没有列“{column}”，可填的列是 {columns}。"
                continue
            codes = layout.template.code_lists.get(field.codes or "", {})
            cell = layout.cell(field, column)
            try:
                content = content_of(field.type, codes, value, verbatim)
            except ValueError as error:
                yield f"字段 {field_id}（{column}）：{error}"
                continue
            yield CellEdit(cell.sheet, cell.a1, content)


def only_column(field: Field) -> str:
    """The column that is meant when none is named: the only one, else the whole school's."""
    if len(field.columns) == 1:
        return field.columns[0]
    return WHOLE if WHOLE in field.columns else ""


def _table_edits(layout: Layout, data: FillData, verbatim: bool) -> Found:
    for table_id, rows in data.tables.items():
        placed = layout.tables.get(table_id)
        if placed is None:
            yield f"模板里没有明细表 {table_id}。"
            continue
        if len(rows) > placed.table.capacity:
            yield f"明细表 {table_id} 只有 {placed.table.capacity} 行，数据有 {len(rows)} 行。"
            continue
        columns: dict[str, TableColumn] = {column.id: column for column in placed.table.columns}
        for ordinal, values in enumerate(rows, start=1):
            if placed.ordinal_column == LABEL_COLUMN:  # elsewhere it is printed
                at = placed.first_row + ordinal - 1
                corner = Area("", at, LABEL_COLUMN, at, LABEL_COLUMN).first
                yield CellEdit(placed.sheet.title, corner, ordinal)
            for name, value in values.items():
                if name not in columns:
                    yield f"明细表 {table_id} 没有列 {name}，应为 {'、'.join(columns)}。"
                    continue
                codes = layout.template.code_lists.get(columns[name].codes or "", {})
                at = placed.columns[name]
                row = placed.first_row + ordinal - 1
                try:
                    content = content_of(columns[name].type, codes, value, verbatim)
                except ValueError as error:
                    yield f"明细表 {table_id} 第 {ordinal} 行 {name}：{error}"
                    continue
                yield CellEdit(placed.sheet.title, Area("", row, at, row, at).first, content)


def _explanation_edits(layout: Layout, data: FillData) -> Found:
    grid = layout.explanations
    if grid is None:
        if data.explanations:
            yield "模板没有“说明”表，不能填说明文字。"
        return
    room = grid.last_row - grid.first_row + 1
    if len(data.explanations) > room:
        yield f"“说明”表只有 {room} 行，数据有 {len(data.explanations)} 条。"
        return
    for row, (key, text) in enumerate(data.explanations.items(), start=grid.first_row):
        for column, content in ((EXPLANATION_KEY_COLUMN, key), (EXPLANATION_TEXT_COLUMN, text)):
            yield CellEdit(grid.sheet.title, Area("", row, column, row, column).first, content)


def content_of(
    type_: FieldType, codes: Mapping[str, str], value: FillValue, verbatim: bool
) -> Scalar:
    """What goes into the cell. Raises ValueError with a Chinese sentence."""
    if value is None or value == "":
        return None
    try:
        if type_ in NUMBERS:
            return _number(value)
        if type_ is FieldType.FLAG:
            return _flag(value)
        if type_ is FieldType.DATE:
            return value if isinstance(value, date) else date.fromisoformat(str(value).strip())
        if type_ is FieldType.CODE:
            return _code(codes, str(value))
    except ValueError as error:
        if verbatim and isinstance(value, str):
            return value
        raise ValueError(_expected(type_, value, codes)) from error
    return str(value)


def _number(value: FillValue) -> Decimal:
    if isinstance(value, bool | date):
        raise ValueError
    if isinstance(value, str) and not re.fullmatch(_NUMBER, value.strip()):
        raise ValueError  # Decimal takes 4_6 for 46, and numerals of other scripts
    number = Decimal(value.strip() if isinstance(value, str) else value or 0)
    if not number.is_finite():
        raise ValueError
    return number


def _flag(value: FillValue) -> str:
    if isinstance(value, bool):
        return FLAG_WORDS[value]
    word = str(value).strip()
    if word in FLAG_WORDS.values():
        return word
    if word.lower() in ("true", "false"):
        return FLAG_WORDS[word.lower() == "true"]
    raise ValueError


def _code(codes: Mapping[str, str], value: str) -> str:
    text = value.strip()
    for code, meaning in codes.items():
        if text in (code, meaning, code_choice(code, meaning)):
            return code_choice(code, meaning)
    raise ValueError


def _expected(type_: FieldType, value: FillValue, codes: Mapping[str, str]) -> str:
    if type_ is FieldType.FLAG:
        wanted = "“是”或“否”"
    elif type_ is FieldType.DATE:
        wanted = "日期，如 2026-09-01"
    elif type_ is FieldType.CODE:
        wanted = f"代码 {'、'.join(codes)} 之一"
    else:
        wanted = "数"
    return f"“{value}”不能填在这里，应为{wanted}。"
