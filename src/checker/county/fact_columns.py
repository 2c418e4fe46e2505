"""Columns of the county's facts table: every field of the schools' form, in the form's order."""

from __future__ import annotations

from checker.county.report import FactColumn
from checker.model.template import FieldType, Template

_NOT_NUMBERS = frozenset(
    {FieldType.FLAG, FieldType.TEXT, FieldType.CODE, FieldType.DATE, FieldType.MONTH}
)


def fact_columns(template: Template) -> tuple[FactColumn, ...]:
    """One per field and column that is filled in. Titles are those of the form with the field's id,
    since labels such as 合计 stand on more than one sheet."""
    titles = {column.id: column.title for sheet in template.sheets for column in sheet.columns}
    found = []
    for field in template.fields().values():
        for column in field.columns:
            place = f"（{titles[column]}）" if len(field.columns) > 1 and column in titles else ""
            title = f"{field.label}{place}\n{field.id}"
            found.append(FactColumn(field.id, column, title, field.type not in _NOT_NUMBERS))
    return tuple(found)
