"""Where an adopted layout says that fields stand, in words: 小学部/2026年 × 在校学生数."""

from __future__ import annotations

from collections.abc import Iterator

from checker.model.adopted import AdoptedSheet, Grid
from checker.model.template import Sheet, Template


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
