"""What can be filled into a template and where: one line per field and per table column."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from checker.forms.layout import Area, lay_out
from checker.forms.layout_words import places_in_words
from checker.model.template import Template


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
