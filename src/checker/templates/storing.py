"""A template as it is kept in the cache: plain tuples in the order of the records' fields.

A workbook is of one template; the sheets of the others are never put together.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from checker import toml_files
from checker.light_typing import TypeAlias, TypedDict, cast
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

StoredColumn: TypeAlias = tuple[str, str, str | None, bool]
StoredField: TypeAlias = tuple[
    str,  # id
    str,  # label
    str,  # row_code
    str,  # type
    str,  # unit
    tuple[str, ...],  # columns
    str,  # note
    str | None,  # codes
    str,  # blank
    str | None,  # minimum
    str | None,  # maximum
    int,  # indent
    str,  # sheet
]
StoredTableColumn: TypeAlias = tuple[str, str, str, str, str | None, str, str, float]
"""id, title, type, unit, codes, blank, note, width."""
StoredTable: TypeAlias = tuple[str, str, int, tuple[StoredTableColumn, ...], str, str, bool]
"""id, title, capacity, columns, note, sheet, required."""
StoredSheet: TypeAlias = tuple[
    str,  # id
    str,  # title
    str,  # kind
    str,  # form_number
    str,  # period
    tuple[StoredColumn, ...],
    tuple[StoredField, ...],
    tuple[StoredTable, ...],
    tuple[str, ...],  # indicators
    tuple[str, ...],  # paragraphs
]


class StoredForm(TypedDict):
    """What is kept of a template; ``body`` holds its sheets and code lists."""

    id: str
    title: str
    edition: int
    level: str
    stages: tuple[tuple[str, str, str], ...]
    split: tuple[str | None, dict[str, tuple[str, ...]], dict[str, str], str | None]
    identity: tuple[str | None, str | None, str | None]
    body: bytes


_RECORDS = (Template, Stage, StageSplit, Identity, Sheet, Column, Field, Table, TableColumn)
_TYPES = {str(kind): kind for kind in FieldType}
_BLANKS = {str(blank): blank for blank in Blank}

VOCABULARY = " ".join(name for kind in _RECORDS for name in kind.__match_args__)
"""The fields of all records: what was stored under another vocabulary is not to be used."""


def stored(template: Template) -> dict[str, object]:
    """What is kept of a template."""
    return {
        "id": template.id,
        "title": template.title,
        "edition": template.edition,
        "level": template.level,
        "stages": _plain(template.stages),
        "split": _plain(template.split),
        "identity": _plain(template.identity),
        "body": toml_files.packed((_plain(template.sheets), template.code_lists)),
    }


class StoredTemplate(Template):
    """A template whose sheets and code lists are put together when somebody asks for them."""

    __slots__ = ("_body", "_code_lists", "_sheets")

    _body: bytes
    _sheets: tuple[Sheet, ...]
    _code_lists: Mapping[str, Mapping[str, str]]

    def __init__(self, kept: StoredForm) -> None:
        put = object.__setattr__
        put(self, "id", kept["id"])
        put(self, "title", kept["title"])
        put(self, "edition", kept["edition"])
        put(self, "level", kept["level"])
        put(self, "stages", tuple([Stage(*each) for each in kept["stages"]]))
        put(self, "split", StageSplit(*kept["split"]))
        put(self, "identity", Identity(*kept["identity"]))
        put(self, "_body", kept["body"])

    @property  # type: ignore[misc]  # so that copies are plain templates, however they are made
    def __class__(self) -> type[Template]:  # type: ignore[override]
        return Template

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """As in `Template`."""
        try:
            return self._sheets
        except AttributeError:  # not asked before
            self._put_together()
            return self._sheets

    @property
    def code_lists(self) -> Mapping[str, Mapping[str, str]]:
        """As in `Template`."""
        try:
            return self._code_lists
        except AttributeError:  # not asked before
            self._put_together()
            return self._code_lists

    def _put_together(self) -> None:
        sheets, code_lists = cast(
            "tuple[tuple[StoredSheet, ...], Mapping[str, Mapping[str, str]]]",
            toml_files.unpacked(self._body),
        )
        object.__setattr__(self, "_code_lists", code_lists)
        object.__setattr__(self, "_sheets", tuple([_sheet(each) for each in sheets]))

    def __reduce__(self) -> tuple[object, ...]:
        return Template, tuple(getattr(self, name) for name in Template.__match_args__)


def _plain(part: object) -> object:
    """A value of a record as plain data."""
    if isinstance(part, _RECORDS):
        return tuple(_plain(getattr(part, name)) for name in type(part).__match_args__)
    if isinstance(part, Enum):
        return part.value
    return tuple(map(_plain, part)) if isinstance(part, tuple) else part


def _sheet(kept: StoredSheet) -> Sheet:
    sheet_id, title, kind, number, period, columns, fields, tables, indicators, paragraphs = kept
    return Sheet(
        sheet_id,
        title,
        SheetKind(kind),
        number,
        period,
        tuple([Column(*each) for each in columns]),
        tuple([_field(each) for each in fields]),
        tuple([_table(each) for each in tables]),
        indicators,
        paragraphs,
    )


def _field(kept: StoredField) -> Field:
    (field_id, label, row, kind, unit, columns, note, codes, blank) = kept[:9]
    (minimum, maximum, indent, sheet) = kept[9:]
    return Field(
        field_id,
        label,
        row,
        _TYPES[kind],
        unit,
        columns,
        note,
        codes,
        _BLANKS[blank],
        minimum,
        maximum,
        indent,
        sheet,
    )


def _table(kept: StoredTable) -> Table:
    table_id, title, capacity, columns, note, sheet, required = kept
    made = tuple([_table_column(each) for each in columns])
    return Table(table_id, title, capacity, made, note, sheet, required)


def _table_column(kept: StoredTableColumn) -> TableColumn:
    column_id, title, kind, unit, codes, blank, note, width = kept
    return TableColumn(column_id, title, _TYPES[kind], unit, codes, _BLANKS[blank], note, width)
