"""What a cell asks for, in words: the one source of the prompts in the built workbook, of what is
said of an empty or unreadable cell, and so of the advice that a clerk follows."""

from __future__ import annotations

from decimal import Decimal

from checker.forms.typed_value import NUMBERS, Entry
from checker.model.template import SHARED, Blank, Column, Field, FieldType


def asked(entry: Entry, minimum: str | None = None, maximum: str | None = None) -> str:
    """What is to be typed, as 整数（单位：人）. ``minimum`` and ``maximum`` are decimal texts."""
    words = {
        FieldType.COUNT: "整数",
        FieldType.AMOUNT: "数",
        FieldType.SIGNED: "数",
        FieldType.PERCENT: "百分数",
        FieldType.FLAG: "“是”或“否”",
        FieldType.TEXT: "文字",
        FieldType.CODE: "下拉列表中的一项",
        FieldType.DATE: "日期，如 2026-09-01",
        FieldType.YEAR: "四位年份，如 2026",
        FieldType.MONTH: "年月，如 2026.09",
    }
    details = []
    if minimum is not None and maximum is not None:
        details.append(f"{minimum} 至 {maximum}")
    elif minimum is not None and Decimal(minimum) != 0:
        details.append(f"不小于 {minimum}")
    elif maximum is not None:
        details.append(f"不大于 {maximum}")
    if entry.unit and entry.type in NUMBERS and entry.type is not FieldType.PERCENT:
        details.append(f"单位：{entry.unit}")
    if entry.type is FieldType.AMOUNT:
        details.append("可带小数")
    elif entry.type is FieldType.SIGNED:
        details.append("减少填负数")
    elif entry.type is FieldType.PERCENT:
        details.append("95.5 表示 95.5%")
    return words[entry.type] + (f"（{'，'.join(details)}）" if details else "")


def is_required(field: Field, column: Column) -> bool:
    """Whether the cell of a field in this column must be filled, as far as the form alone can
    tell. Last year's figure never must (a new school has none), nor what several stages share."""
    return field.blank is Blank.MISSING and not column.previous and column.id != SHARED


def if_none(entry: Entry, required: bool) -> str:
    """What to do where there is nothing to report: 没有的填 0, 没有的留空, … "" where there has to
    be something, such as a name."""
    if required:
        return {
            FieldType.COUNT: "没有的填 0",
            FieldType.AMOUNT: "没有的填 0",
            FieldType.SIGNED: "没有增减的填 0",
        }.get(entry.type, "")
    if entry.blank is Blank.ZERO and entry.type is FieldType.FLAG:
        return "留空按“否”算"
    if entry.type is FieldType.FLAG:  # who does not have it answers 否
        return "可以留空"
    if entry.blank is Blank.ZERO and entry.type in NUMBERS:
        return "没有的留空，按 0 算"
    return "没有的留空"
