"""What an input cell tells the clerk while typing: prompt, list, and a warning that can be
overruled. The real judgement is the checker's; this only catches slips early."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TypedDict

from checker_templates.building.hidden_names import code_list_name

from checker.forms.asked import asked, if_none
from checker.forms.typed_value import Entry
from checker.model.template import Field, FieldType, TableColumn

TITLE_LIMIT, MESSAGE_LIMIT = 32, 255  # Excel refuses longer ones
FLAG_CHOICES = ("是", "否")
WIDEST = Decimal("1e13")
ABSENT_STAGE = "学校没有这个学段的，整列留空。"
_WITHIN = re.compile(r"\s*其中\s*[：:]\s*")


class InputRule(TypedDict, total=False):
    """The options of XlsxWriter's ``data_validation`` that are used here."""

    validate: str
    criteria: str
    value: float | str | date
    minimum: float | date
    maximum: float | date
    source: str | list[str]
    input_title: str
    input_message: str
    error_title: str
    error_message: str
    error_type: str
    ignore_blank: bool
    other_cells: list[list[int]]


NUMBER_FORMATS: dict[FieldType, tuple[str, str]] = {
    FieldType.COUNT: ("General", "right"),
    FieldType.AMOUNT: ("General", "right"),
    FieldType.SIGNED: ("General", "right"),
    FieldType.PERCENT: ("General", "right"),
    FieldType.FLAG: ("General", "center"),
    FieldType.TEXT: ("@", "left"),
    FieldType.CODE: ("@", "left"),
    FieldType.DATE: ("yyyy-mm-dd", "center"),
    FieldType.YEAR: ("0", "center"),
    FieldType.MONTH: ("@", "center"),
}
"""Number format and alignment of an input cell."""


def input_rule(entry: Field | TableColumn, *, required: bool, stage: bool = False) -> InputRule:
    """Prompt and warning of one input cell; ``stage`` is for the columns of the school's stages,
    which a school without that stage leaves empty whatever is required."""
    rule: InputRule = {"ignore_blank": True, "error_type": "warning"}
    type_ = entry.type
    if isinstance(entry, Field):
        label, minimum, maximum = entry.label, entry.minimum, entry.maximum
    else:
        label, minimum, maximum = entry.title, None, None
    rule["input_title"] = shortened(_WITHIN.sub("", label) or label, TITLE_LIMIT)
    expectation = prompt(entry, required, minimum, maximum)
    if required and stage:
        expectation += ABSENT_STAGE
    room = MESSAGE_LIMIT - len(expectation) - 1
    note = shortened(entry.note, room) if entry.note else ""
    rule["input_message"] = f"{note}\n{expectation}" if note else expectation
    rule["error_title"] = "请核对"
    rule["error_message"] = shortened(f"{label}：{expectation}确定要保留现在的内容吗？")
    low = Decimal(minimum) if minimum is not None else None
    high = Decimal(maximum) if maximum is not None else None
    if type_ is FieldType.FLAG:
        return rule | InputRule(validate="list", source=list(FLAG_CHOICES))
    if type_ is FieldType.CODE:
        return rule | InputRule(validate="list", source=f"={code_list_name(entry.codes or '')}")
    if type_ in (FieldType.TEXT, FieldType.MONTH):
        return rule | InputRule(validate="any")
    if type_ is FieldType.DATE:
        return rule | InputRule(
            validate="date", criteria="between", minimum=date(1900, 1, 1), maximum=date(2100, 1, 1)
        )
    if type_ is FieldType.YEAR:
        low, high = low or Decimal(1800), high or Decimal(2100)
    elif type_ is FieldType.SIGNED:
        low = -WIDEST if low is None else low
    elif type_ is FieldType.PERCENT:
        low = Decimal(-1000) if low is None else low
        high = Decimal(1000) if high is None else high
    whole = type_ in (FieldType.COUNT, FieldType.YEAR)
    return rule | InputRule(
        validate="integer" if whole else "decimal",
        criteria="between",
        minimum=_number(Decimal(0) if low is None else low),
        maximum=_number(WIDEST if high is None else high),
    )


def prompt(
    entry: Entry, required: bool, minimum: str | None = None, maximum: str | None = None
) -> str:
    """The whole sentence beside a cell: 必填，请填整数（单位：人）；没有的填 0。"""
    verb = "请选" if entry.type in (FieldType.FLAG, FieldType.CODE) else "请填"
    none = if_none(entry, required)
    return (
        f"{'必填，' if required else ''}{verb}{asked(entry, minimum, maximum)}"
        f"{f'；{none}' if none else ''}。"
    )


def _number(value: Decimal) -> float:
    """An int where it is one: XlsxWriter writes it without a point."""
    return int(value) if value == int(value) else float(value)


def shortened(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """The text, cut with an ellipsis where Excel would refuse it."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
