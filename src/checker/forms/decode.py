"""A template document (parsed TOML) as a Template, with every reference inside it checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, cast

from checker.model.template import (
    Blank,
    Column,
    Field,
    FieldType,
    Identity,
    Sheet,
    SheetKind,
    Stage,
    StageSplit,
    Table,
    TableColumn,
    Template,
)

Entry: TypeAlias = "Mapping[str, object]"


def decode(document: Entry) -> Template:
    """The template of a document whose form was checked (schema_check). Raises KeyError, TypeError
    or ValueError on a document whose form is not right."""
    return Template(
        id=_text(document, "id"),
        title=_text(document, "title"),
        edition=cast("int", document["edition"]),
        level=_text(document, "level"),
        stages=tuple(
            Stage(_text(entry, "id"), _text(entry, "title"), str(entry.get("weight", 1)))
            for entry in _entries(document, "stages")
        ),
        split=_split(cast("Entry", document.get("split", {}))),
        identity=_identity(cast("Entry", document.get("identity", {}))),
        sheets=tuple(_sheet(entry) for entry in _entries(document, "sheets")),
        code_lists={
            name: {code: str(meaning) for code, meaning in codes.items()}
            for name, codes in cast("Mapping[str, Entry]", document.get("code_lists", {})).items()
        },
    )


def _entries(entry: Entry, key: str) -> list[Entry]:
    return cast("list[Entry]", entry.get(key, []))


def _text(entry: Entry, key: str) -> str:
    value = entry[key]
    if not isinstance(value, str):
        raise TypeError(f"{key}: {value!r}")
    return value


def _optional(entry: Entry, key: str) -> str | None:
    return _text(entry, key) if key in entry else None


def _texts(entry: Entry, key: str) -> tuple[str, ...]:
    return tuple(cast("list[str]", entry.get(key, [])))


def _number_text(entry: Entry, key: str) -> str | None:
    return str(entry[key]) if key in entry else None


def _split(entry: Entry) -> StageSplit:
    by_code = cast("Mapping[str, list[str]]", entry.get("by_code", {}))
    return StageSplit(
        field=_optional(entry, "field"),
        by_code={code: tuple(stages) for code, stages in by_code.items()},
        attached=dict(cast("Mapping[str, str]", entry.get("attached", {}))),
        enrolment=_optional(entry, "enrolment"),
    )


def _identity(entry: Entry) -> Identity:
    return Identity(_optional(entry, "code"), _optional(entry, "name"), _optional(entry, "date"))


def _sheet(entry: Entry) -> Sheet:
    sheet_id = _text(entry, "id")
    columns = tuple(
        Column(
            id=_text(column, "id"),
            title=_text(column, "title"),
            stage=_optional(column, "stage"),
            previous=bool(column.get("previous", False)),
        )
        for column in _entries(entry, "columns")
    )
    every_column = tuple(column.id for column in columns)
    return Sheet(
        id=sheet_id,
        title=_text(entry, "title"),
        kind=SheetKind(_text(entry, "kind")),
        form_number=_optional(entry, "form_number") or "",
        period=_optional(entry, "period") or "",
        columns=columns,
        fields=tuple(_field(item, sheet_id, every_column) for item in _entries(entry, "fields")),
        tables=tuple(_table(item, sheet_id) for item in _entries(entry, "tables")),
        indicators=_texts(entry, "indicators"),
        paragraphs=_texts(entry, "paragraphs"),
    )


def _field(entry: Entry, sheet: str, every_column: tuple[str, ...]) -> Field:
    return Field(
        id=_text(entry, "id"),
        label=_text(entry, "label"),
        row_code=_text(entry, "row"),
        type=FieldType(_text(entry, "type")),
        unit=_optional(entry, "unit") or "",
        columns=_texts(entry, "columns") or every_column,
        note=_optional(entry, "note") or "",
        codes=_optional(entry, "codes"),
        blank=Blank(_optional(entry, "blank") or "missing"),
        minimum=_number_text(entry, "minimum"),
        maximum=_number_text(entry, "maximum"),
        indent=cast("int", entry.get("indent", 0)),
        sheet=sheet,
    )


def _table(entry: Entry, sheet: str) -> Table:
    return Table(
        id=_text(entry, "id"),
        title=_text(entry, "title"),
        capacity=cast("int", entry["capacity"]),
        columns=tuple(_table_column(column) for column in _entries(entry, "columns")),
        note=_optional(entry, "note") or "",
        sheet=sheet,
        required=bool(entry.get("required", False)),
    )


def _table_column(entry: Entry) -> TableColumn:
    return TableColumn(
        id=_text(entry, "id"),
        title=_text(entry, "title"),
        type=FieldType(_text(entry, "type")),
        unit=_optional(entry, "unit") or "",
        codes=_optional(entry, "codes"),
        blank=Blank(_optional(entry, "blank") or "missing"),
        note=_optional(entry, "note") or "",
        width=float(str(entry.get("width", 10))),
    )
