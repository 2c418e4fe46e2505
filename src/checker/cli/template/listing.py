"""``checker template list`` and ``fields``: which templates there are, and what they ask."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from checker.cli.commands import Command, echo_json, plugin_dirs_option
from checker.cli.template.chosen import (
    edition_option,
    folders_option,
    installed_here,
    said_plainly,
)

if TYPE_CHECKING:
    from checker_templates.building.field_listing import FieldLine

    from checker.forms.registry import InstalledTemplate


def _workbook_in_words(item: InstalledTemplate) -> str:
    if item.workbook.is_file():
        return str(item.workbook)
    return "（用自己的表）" if item.template.layout is not None else "（尚未生成）"


@click.command("list", cls=Command)
@folders_option
@plugin_dirs_option
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", help="输出格式。"
)
def list_templates(form: str) -> None:
    """列出现有的模板。"""
    with said_plainly():
        installed = installed_here()
    rows = [
        (
            item.template.id,
            item.template.title,
            str(item.template.edition),
            str(len(item.template.fields())),
            _workbook_in_words(item),
        )
        for item in installed
    ]
    if form == "json":
        keys = ("id", "title", "edition", "fields", "workbook")
        echo_json([dict(zip(keys, row, strict=True)) for row in rows], indent=2)
    else:
        _print_columns([("编号", "名称", "年度", "字段数", "工作簿"), *rows])


@click.command(cls=Command)
@click.argument("name", metavar="模板")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    help="输出格式。",
)
@edition_option
@folders_option
@plugin_dirs_option
def fields(name: str, form: str, edition: int | None) -> None:
    """列出模板的字段：编号、名称、单位、列和格子。"""
    from checker_templates.building.field_listing import field_lines

    from checker.forms.registry import choose

    with said_plainly():
        item = choose(installed_here(), name, edition)
    lines = field_lines(item.template)
    if form == "json":
        from msgspec import to_builtins

        echo_json(to_builtins(lines), indent=2)
    elif form == "csv":
        _print_csv(lines)
    else:
        rows = [
            (
                line.id,
                line.label,
                line.unit,
                line.type,
                line.sheet,
                " ".join(f"{column}={cell}" for column, cell in line.cells.items()),
            )
            for line in lines
        ]
        _print_columns([("字段", "名称", "单位", "类型", "工作表", "列=格子"), *rows])


def _print_csv(lines: Sequence[FieldLine]) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    told = ("label", "unit", "type", "blank", "sheet")
    writer.writerow(("field", "column", *told, "cell", "note"))
    for line in lines:
        for column, cell in line.cells.items():
            words = (getattr(line, name) for name in told)
            writer.writerow((line.id, column, *words, cell, line.note))


def _print_columns(rows: Sequence[tuple[str, ...]]) -> None:
    """Left-aligned columns; a Chinese character takes the width of two letters."""
    from checker.writing.text_size import half_widths

    widths = [max(half_widths(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell + " " * (width - half_widths(cell))
            for cell, width in zip(row, widths, strict=True)
        )
        click.echo("  ".join(cells).rstrip())
