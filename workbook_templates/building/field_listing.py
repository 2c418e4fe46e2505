"""What can be filled into a template and where: one line per field and per table column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker_templates.building.layout import Area, lay_out
from msgspec import Struct

from checker.model.adopted import AdoptedSheet, Grid
from checker.model.template import Sheet, Template


class FieldLine(Struct, frozen=True):
    """One field, or one table column (then ``cells`` has the single entry "row" -> its range)."""

    id: str
    label: str
    type: str
    unit: str
    blank: str
    codes: str
    sheet: str
    cells: Mapping[str, str]  # column id -> address in the built workbook, or words in an adopted
    note: str


def field_lines(template: Template) -> list[FieldLine]:
    """Every field and table column of a template, in the order of the workbook."""
    layout = lay_out(template)
    words = places_in_words(template)
    adopted = template.layout is not None
    lines: list[FieldLine] = []
    for sheet in template.sheets:
        for field in sheet.fields:
            cells = {
                column: words.get((field.id, column), "")
                if adopted
                else layout.cell(field, column).a1
                for column in field.columns
            }
            lines.append(
                FieldLine(
                    field.id,
                    field.label,
                    field.type,
                    field.unit,
                    field.blank,
                    field.codes or "",
                    sheet.title,
                    cells,
                    field.note,
                )
            )
        for table in sheet.tables:
            placed = layout.tables[table.id]
            for column in table.columns:
                at = placed.columns[column.id]
                area = Area(sheet.title, placed.first_row, at, placed.last_row, at).a1
                name = f"{table.id}.{column.id}"
                lines.append(
                    FieldLine(
                        name,
                        column.title,
                        column.type,
                        column.unit,
                        column.blank,
                        column.codes or "",
                        sheet.title,
                        {"row": words.get((name, "row"), "") if adopted else area},
                        column.note,
                    )
                )
    return lines


def places_in_words(template: Template) -> dict[tuple[str, str], str]:
    """(field id, column id), or (table.column, "row"), -> the printed words it is found by."""
    found: dict[tuple[str, str], str] = {}
    for place in template.layout.sheets if template.layout else ():
        found.update(_of_sheet(template.sheet(place.id), place))
    return found


def _of_sheet(sheet: Sheet, place: AdoptedSheet) -> Iterator[tuple[tuple[str, str], str]]:
    fields = {item.id: item for item in sheet.fields}
    for grid in place.grids:
        for item in sheet.fields:
            for column in item.columns:
                header = _header(grid, column)
                if header and (not grid.fields or item.id in grid.fields):
                    yield (item.id, column), f"{header} × {item.label}"
        for cell in grid.cells:
            column = cell.column or fields[cell.field].columns[0]
            official = f"（{cell.number}）" if cell.number else ""
            yield (cell.field, column), f"{cell.header} × {cell.row}{official}"
    for cell in place.cells:
        column = cell.column or fields[cell.field].columns[0]
        beside = {"same": "冒号后", "below": "下面"}.get(cell.value, "右边")
        words = f"“{cell.label}”{beside}" if cell.label else f"位置 {cell.at}"
        yield (cell.field, column), words
    for listing in place.tables:
        for name, path in listing.headers.items():
            yield (f"{listing.table}.{name}", "row"), path
        for name, options in listing.ticks.items():
            yield (f"{listing.table}.{name}", "row"), "、".join(options.values())
    for name, path in place.ledger.headers.items() if place.ledger else ():
        field_id, _, column = name.partition("@")
        yield (field_id, column or fields[field_id].columns[0]), path


def _header(grid: Grid, column: str) -> str:
    return grid.columns.get(column) or "、".join(grid.ticks.get(column, {}).values())
