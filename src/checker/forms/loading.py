"""A template.toml as a Template: its form, and that its references agree; errors name the file, the
key and what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias, cast

import msgspec

from checker import toml_files
from checker.forms.errors import TemplateError
from checker.forms.layout_check import layout_problems, unknown_names
from checker.forms.names import CODES_SHEET, field_name
from checker.model.template import (
    PREVIOUS_SUFFIX,
    SHARED,
    WHOLE,
    Column,
    FieldType,
    Sheet,
    SheetKind,
    Template,
)

Entry: TypeAlias = "Mapping[str, object]"


def load_template(path: Path) -> Template:
    """The template declared in a template.toml.

    The file is parsed and checked against the schema when its content is new; after that it comes
    from the cache. Raises TemplateError, whose text is meant for the reader, also when the file is
    missing.
    """
    try:
        return toml_files.load_as(path, KEPT, decode, _problems)
    except toml_files.TomlFileError as error:
        raise TemplateError(path, error.problems) from None


def _problems(document: toml_files.Document) -> list[str]:
    from checker.forms.schema_check import problems_of  # cerberus is slow to import

    problems = problems_of(document)
    return problems or reference_problems(decode(document))


# -- a checked document as a template ------------------------------------------------------


def decode(document: Entry) -> Template:
    """The template of a document whose form was checked (schema_check)."""
    return msgspec.convert(
        {
            "split": {},
            "identity": {},
            "code_lists": {},
            **document,
            "stages": [
                {**stage, "weight": str(stage.get("weight", 1))}
                for stage in _entries(document, "stages")
            ],
            "sheets": [_sheet(entry) for entry in _entries(document, "sheets")],
        },
        Template,
    )


def _entries(entry: Entry, key: str) -> list[Entry]:
    return cast("list[Entry]", entry.get(key, []))


def _sheet(entry: Entry) -> Entry:
    own = {"sheet": entry["id"]}
    every_column = [column["id"] for column in _entries(entry, "columns")]
    return {
        **entry,
        "fields": [own | _field(field, every_column) for field in _entries(entry, "fields")],
        "tables": [
            {**own, **table, "columns": [_sized(column) for column in _entries(table, "columns")]}
            for table in _entries(entry, "tables")
        ],
    }


def _field(entry: Entry, every_column: list[object]) -> dict[str, object]:
    """A field by the names of `Field`; without columns of its own it has all of its sheet."""
    limits = {key: str(entry[key]) for key in ("minimum", "maximum") if key in entry}
    columns = entry.get("columns") or every_column
    return {"unit": "", **entry, **limits, "row_code": entry["row"], "columns": columns}


def _sized(column: Entry) -> Entry:
    return {**column, "width": float(str(column["width"]))} if "width" in column else column


# -- what a template says of itself must agree ---------------------------------------------


def holds_together(template: Template) -> bool:
    """Whether a template that was kept is one: its numbers are numbers, its references agree."""
    for number in [stage.weight for stage in template.stages]:
        Decimal(number)
    for field in template.fields().values():
        Decimal(field.minimum or 0), Decimal(field.maximum or 0)
    return not reference_problems(template)


def reference_problems(template: Template) -> list[str]:
    """Contradictions inside one template, as Chinese sentences; empty if there are none."""
    return [
        *_repeated("sheets 的 id", [sheet.id for sheet in template.sheets]),
        *_repeated("sheets 的 title", [sheet.title for sheet in template.sheets]),
        *_repeated("stages 的 id", [stage.id for stage in template.stages]),
        *_repeated("字段 id", [field.id for sheet in template.sheets for field in sheet.fields]),
        *_repeated("明细表 id", [table.id for sheet in template.sheets for table in sheet.tables]),
        *_name_clashes(template),
        *(problem for sheet in template.sheets for problem in _sheet_problems(template, sheet)),
        *_split_problems(template),
        *layout_problems(template),
    ]


def _repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{what} “{name}” 重复，应当各不相同"
        seen.add(name)


def _name_clashes(template: Template) -> Iterator[str]:
    """a.b_c and a_b.c would share one defined name, which nobody could tell apart later."""
    names: dict[str, str] = {}
    for field in template.fields().values():
        for column in field.columns:
            name = field_name(field.id, column).lower()
            if names.setdefault(name, field.id) != field.id:
                yield f"字段 {field.id} 与 {names[name]} 会得到同一个名称 {name}，请改其中一个的 id"


def _sheet_problems(template: Template, sheet: Sheet) -> Iterator[str]:
    place = f"工作表“{sheet.title}”"
    column_ids = [column.id for column in sheet.columns]
    yield from _repeated(f"{place}的列 id", column_ids)
    if template.layout is None:  # in an adopted one several fields stand in one row
        yield from _repeated(f"{place}的行号 row", [field.row_code for field in sheet.fields])
    if sheet.title == CODES_SHEET:
        yield f"{place}：这个名称留给隐藏的代码页，请换一个"
    if sheet.fields and sheet.kind is not SheetKind.FORM:
        yield f'{place}：fields 只能写在 kind = "form" 的工作表里'
    if sheet.kind is SheetKind.TABLE and not sheet.tables:
        yield f'{place}：kind = "table" 的工作表应当有 tables'
    for column in sheet.columns:
        yield from _column_problems(template, place, column)
    for field in sheet.fields:
        where = f"{place}的字段 {field.id}"
        told = "：columns 中的 “{name}” 不是这张表的列，应为 {known}"
        yield from unknown_names(where, told, field.columns, column_ids)
        yield from _code_problems(template, where, field.type, field.codes)
        if field.minimum and field.maximum and Decimal(field.minimum) > Decimal(field.maximum):
            yield f"{where}：minimum 大于 maximum"
    for table in sheet.tables:
        where = f"{place}的明细表 {table.id} "
        yield from _repeated(f"{where}的列 id", [column.id for column in table.columns])
        yield from _repeated(f"{where}的列名 title", [column.title for column in table.columns])
        for table_column in table.columns:
            yield from _code_problems(
                template, f"{where}的列 {table_column.id}", table_column.type, table_column.codes
            )


def _column_problems(template: Template, place: str, column: Column) -> Iterator[str]:
    stages = [stage.id for stage in template.stages]
    base = column.id.removesuffix(PREVIOUS_SUFFIX)
    where = f"{place}的列 {column.id}"
    if column.stage is not None and column.stage not in stages:
        yield f"{where}：stage “{column.stage}” 没有声明，应为 {_listed(stages)}"
    usual = base in (*stages, WHOLE, SHARED)
    if template.layout is not None and not usual:
        return  # a measure of its own, of the stage and year that it says
    if column.own and usual:
        yield f"{where}：学段、whole 和 shared 不写 own"
    if not usual and not column.own:
        yield f"{where}：列 id 应为学段编号、whole 或 shared，上年数加 .previous；别的写 own = true"
    if base in stages and column.stage != base:
        yield f'{where}：应写 stage = "{base}"'
    if column.previous != column.id.endswith(PREVIOUS_SUFFIX):
        yield f"{where}：id 以 .previous 结尾的列应写 previous = true，其他列不写"


def _code_problems(
    template: Template, where: str, type_: FieldType, codes: str | None
) -> Iterator[str]:
    if type_ is FieldType.CODE and codes not in template.code_lists:
        known = _listed(template.code_lists)
        yield f"{where}：codes 应为一个代码表的编号（{known}），现在是 {codes or '空'}"
    if type_ is not FieldType.CODE and codes is not None:
        yield f'{where}：只有 type = "code" 时才写 codes'


def _split_problems(template: Template) -> Iterator[str]:
    fields = template.fields()
    stages = [stage.id for stage in template.stages]
    split, identity = template.split, template.identity
    for key, field_id in (
        ("split.field", split.field),
        ("split.enrolment", split.enrolment),
        ("identity.code", identity.code),
        ("identity.name", identity.name),
        ("identity.date", identity.date),
        ("identity.year", identity.year),
        *(("split.attached", field_id) for field_id in split.attached),
    ):
        yield from unknown_names(key, "：没有字段 “{name}”", filter(None, [field_id]), fields)
    lasting = template.lasting
    yield from unknown_names("lasting.fields", "：没有字段 “{name}”", lasting.fields, fields)
    tables, no_table = template.tables(), "：没有明细表 “{name}”"
    yield from unknown_names("lasting.tables", no_table, lasting.tables, tables)
    no_stage = "：没有学段 “{name}”，应为 {known}"
    for field_id, stage in split.attached.items():
        yield from unknown_names(f"split.attached.{field_id}", no_stage, [stage], stages)
        if field_id in fields and fields[field_id].type is not FieldType.FLAG:
            yield f'split.attached：字段 {field_id} 的 type 应为 "flag"'
    item = fields.get(split.field or "")
    codes = template.code_lists.get(item.codes or "", {}) if item is not None else {}
    for code, names in split.by_code.items():
        if codes and code not in codes:
            yield f"split.by_code：代码 “{code}” 不在字段 {split.field} 的代码表里"
        yield from unknown_names(f"split.by_code.{code}", no_stage, names, stages)


def _listed(names: Iterable[str]) -> str:
    return "、".join(names) or "（尚未声明）"


KEPT = toml_files.Kept("template-9", Template, fits=holds_together)
"""Raise the number when the schema or the reference checks change, so that files that passed the
old checks are checked again."""
