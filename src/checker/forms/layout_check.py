"""What an adopted layout says must agree with the fields, columns and tables of its template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from checker.model.adopted import AdoptedSheet, Place
from checker.model.template import Field, Sheet, Template

NUMBER = re.compile(r"[^.,\s]+\.[0-9]+,[0-9]+", re.ASCII)
"""The official notation of a cell: 教基3112.01,5."""


def unknown_names(
    where: str, told: str, names: Iterable[str], known: Iterable[str]
) -> Iterator[str]:
    """What is told, after ``where``, of each name that is not known; {name} and {known} in it."""
    known = list(known)
    for name in names:
        if name not in known:
            yield where + told.format(name=name, known="、".join(known) or "（尚未声明）")


def layout_problems(template: Template) -> Iterator[str]:
    """Contradictions between layout and template, as Chinese sentences; none without a layout."""
    layout = template.layout
    if layout is None:
        return
    sheets = {sheet.id: sheet for sheet in template.sheets}
    ledgers = [sheet for sheet in layout.sheets if sheet.ledger is not None]
    if len(ledgers) > 1:
        yield "layout：只能有一张台账"
    for place in layout.sheets:
        where = f"layout 的工作表 {place.id}"
        if place.id not in sheets:
            known = "、".join(sheets)
            yield f"{where}：sheets 里没有这个 id，应为 {known}"
            continue
        yield from _sheet_problems(where, place, sheets[place.id])
    drawn = re.findall(r"\{([^}]*)\}", layout.file_name)
    yield from unknown_names("layout.file_name", "：没有字段 “{name}”", drawn, template.fields())


def _sheet_problems(where: str, place: AdoptedSheet, sheet: Sheet) -> Iterator[str]:
    fields = {item.id: item for item in sheet.fields}
    tables = {table.id: table for table in sheet.tables}
    columns = [column.id for column in sheet.columns]
    for cell in place.cells:
        yield from _place_problems(where, cell, fields)
        if not cell.at and not cell.label:
            yield f"{where}的字段 {cell.field}：应写 label（印的文字），不得已才写 at（位置）"
        if cell.number:
            yield f"{where}的字段 {cell.field}：number 只用于 grids 的 cells"
        if cell.optional or (not cell.at and (cell.header or cell.row)):
            yield f"{where}的字段 {cell.field}：optional、header、row 只用于 grids 的 cells 或 at"
    for grid in place.grids:
        named = (*grid.columns, *grid.ticks)
        part = f"{where}的 grids"
        yield from unknown_names(part, "：没有列 “{name}”，应为 {known}", named, columns)
        yield from unknown_names(part, "：这张表没有字段 “{name}”", grid.fields, fields)
        for cell in grid.cells:
            yield from _place_problems(where, cell, fields)
            if not cell.header or not cell.row:
                yield f"{where}的字段 {cell.field}：grids 的 cells 应写 header 和 row"
            if cell.number and not NUMBER.fullmatch(cell.number):
                yield f"{where}的字段 {cell.field}：number 应写 表号.行号,列号，如 教基3112.01,5"
        many = len(grid.beside) or grid.blocks
        if bool(grid.block) != bool(many) or grid.block > many:
            yield f"{where}的 grids：block（第几个）和 blocks（共几个并排）或 beside 要一起写"
        if not grid.labels and not grid.code and not grid.left:
            yield f"{where}的 grids：应写 labels（行的名称的表头）、left 或 code（序号的表头）"
    for listing in place.tables:
        if listing.table not in tables:
            yield f"{where}：这张表没有明细表 “{listing.table}”"
            continue
        known = [column.id for column in tables[listing.table].columns]
        named, part = (*listing.headers, *listing.ticks), f"{where}的明细表 {listing.table}"
        yield from unknown_names(part, "：没有列 “{name}”，应为 {known}", named, known)
    if place.ledger is not None:
        yield from _ledger_problems(where, place.ledger.headers, fields)


def _ledger_problems(
    where: str, headers: Mapping[str, str], fields: Mapping[str, Field]
) -> Iterator[str]:
    for name in headers:
        field_id, _, column = name.partition("@")
        if field_id not in fields:
            yield f"{where}的台账：这张表没有字段 “{field_id}”"
        elif column and column not in fields[field_id].columns:
            yield f"{where}的台账：字段 {field_id} 没有列 “{column}”"
        elif not column and len(fields[field_id].columns) > 1:
            several = "、".join(fields[field_id].columns)
            yield f"{where}的台账：字段 {field_id} 有几列，应写 {field_id}@列（{several}）"


def _place_problems(where: str, cell: Place, fields: Mapping[str, Field]) -> Iterator[str]:
    item = fields.get(cell.field)
    if item is None:
        yield f"{where}：这张表没有字段 “{cell.field}”"
    elif cell.column and cell.column not in item.columns:
        yield f"{where}的字段 {cell.field}：没有列 “{cell.column}”"
    elif not cell.column and len(item.columns) > 1:
        yield f"{where}的字段 {cell.field}：有几列，应写 column（{'、'.join(item.columns)}）"
