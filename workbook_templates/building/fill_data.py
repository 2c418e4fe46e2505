"""Reads the data that is to be filled into a template: JSON, or CSV with field, column, value."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias, cast

from msgspec import Struct, field

FillValue: TypeAlias = "Decimal | int | str | bool | date | None"

EXPLANATION_FIELD = "explanations"
"""In CSV: the field name of an explanation; the column then holds the key of the finding."""


class FillError(Exception):
    """Data that cannot be put into a template's cells. ``problems`` are Chinese sentences."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("数据不能填入模板：\n" + "\n".join(f"  - {item}" for item in problems))


class FillData(Struct, frozen=True):
    """Values for one workbook.

    ``facts``: field id -> value, or -> column id -> value. ``tables``: table id -> rows, each by
    column id. ``explanations``: key of a finding ("TEA201@teachers.full_time@primary") -> text.
    ``units``: the rows of a ledger, each by field id (or field@column).
    """

    facts: Mapping[str, FillValue | Mapping[str, FillValue]] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Mapping[str, FillValue]]] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)
    units: Sequence[Mapping[str, FillValue]] = ()


def read_fill_data(path: Path) -> FillData:
    """The data of a .json or .csv file. Raises FillError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FillError([f"文件 {path} 打不开（{error.strerror or error}）。"]) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")  # what Chinese Excel saves as CSV
    return from_csv(text) if path.suffix.lower() == ".csv" else from_json(text)


def from_json(text: str) -> FillData:
    """``{"facts": {...}, "tables": {...}, "explanations": {...}, "units": [...]}``; each may be
    left out.

    ``source`` may stand beside them: a remark on where the numbers come from, not filled in.
    Raises FillError.
    """
    try:
        document = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise FillError([f"不是正确的 JSON：第 {error.lineno} 行第 {error.colno} 列。"]) from error
    parts = ("facts", "tables", "explanations", "units")
    if not isinstance(document, dict):
        raise FillError([f"JSON 最外层应为 {{ }}，含 {'、'.join(parts)}。"])
    problems = [
        f"不认识的项 {key}，应为 {'、'.join(parts)}。"
        for key in document
        if key not in (*parts, "source")
    ]
    problems += [
        f"{key} 应为 {{ }}。" for key in parts[:3] if not isinstance(document.get(key, {}), dict)
    ]
    units = document.get("units", [])
    if not (isinstance(units, list) and all(isinstance(unit, dict) for unit in units)):
        problems.append("units 应为列表 [ ]，台账的每一行一个 { }。")
    if not problems:
        problems = _wrong_tables(document.get("tables", {}))
    if problems:
        raise FillError(problems)
    return FillData(
        cast("dict[str, FillValue | dict[str, FillValue]]", document.get("facts", {})),
        cast("dict[str, list[dict[str, FillValue]]]", document.get("tables", {})),
        {key: str(text) for key, text in document.get("explanations", {}).items()},
        cast("list[dict[str, FillValue]]", units),
    )


def _wrong_tables(tables: Mapping[str, object]) -> list[str]:
    return [
        f"tables.{name} 应为列表 [ ]，每行一个 {{ }}。"
        for name, rows in tables.items()
        if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows))
    ]


def from_csv(text: str) -> FillData:
    """Lines ``field,column,value`` (or 字段,列,值) under a heading. A table cell is
    ``classes.grade,3,一年级``: its column is the row's number. Under a heading of field ids
    (school.code,school.name,pupils.total) each line is a row of a ledger. Raises FillError."""
    rows = list(csv.reader(io.StringIO(text)))
    heading = [cell.strip() for cell in rows[0]] if rows else []
    if heading and all("." in name for name in heading):
        return FillData(units=_units(heading, rows[1:]))
    if heading not in (["field", "column", "value"], ["字段", "列", "值"]):
        raise FillError(
            [
                "CSV 的第一行应为 field,column,value（或 字段,列,值）；台账的第一行写字段编号，"
                "如 school.code,school.name。"
            ]
        )
    facts: dict[str, dict[str, FillValue]] = {}
    tables: dict[str, dict[int, dict[str, FillValue]]] = {}
    explanations: dict[str, str] = {}
    problems: list[str] = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != 3:
            problems.append(f"第 {number} 行应有三列，现在有 {len(row)} 列。")
            continue
        name, column, value = row[0].strip(), row[1].strip(), row[2]
        if name == EXPLANATION_FIELD:
            explanations[column] = value
        elif column.isdecimal():
            table, _, table_column = name.partition(".")
            tables.setdefault(table, {}).setdefault(int(column), {})[table_column] = value
        else:
            facts.setdefault(name, {})[column] = value
    if problems:
        raise FillError(problems)
    return FillData(
        facts,
        {
            name: [lines.get(i, {}) for i in range(1, max(lines) + 1)]
            for name, lines in tables.items()
        },
        explanations,
    )


def _units(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[dict[str, FillValue]]:
    """The rows of a ledger from the lines of a CSV; what is left empty is not filled."""
    problems = [
        f"第 {number} 行应有 {len(heading)} 列，现在有 {len(row)} 列。"
        for number, row in enumerate(rows, start=2)
        if any(cell.strip() for cell in row) and len(row) != len(heading)
    ]
    if problems:
        raise FillError(problems)
    found: list[dict[str, FillValue]] = []
    for row in rows:
        unit: dict[str, FillValue] = {
            name: cell for name, cell in zip(heading, row, strict=False) if cell.strip()
        }
        if unit:
            found.append(unit)
    return found
