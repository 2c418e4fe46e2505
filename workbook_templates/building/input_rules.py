"""What an input cell tells the clerk while typing: prompt, list, and a warning that can be
overruled. The real judgement is the checker's; this only catches slips early."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypedDict

from checker.forms.names import code_list_name
from checker.model.template import FieldType

TITLE_LIMIT, MESSAGE_LIMIT = 32, 255  # Excel refuses longer ones
FLAG_CHOICES = ("是", "否")
WIDEST = Decimal("1e13")


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
}
"""Number format and alignment of an input cell."""


def input_rule(
    type_: FieldType,
    label: str,
    *,
    unit: str = "",
    note: str = "",
    codes: str | None = None,
    minimum: str | None = None,
    maximum: str | None = None,
) -> InputRule:
    """Prompt and warning of one input cell. ``minimum``/``maximum`` are decimal texts."""
    rule: InputRule = {"ignore_blank": True, "error_type": "warning"}
    rule["input_title"] = shortened(label.lstrip("其中：: ") or label, TITLE_LIMIT)
    expectation = _expectation(type_, unit, minimum, maximum)
    rule["input_message"] = shortened(f"{note}\n{expectation}" if note else expectation)
    rule["error_title"] = "请核对"
    rule["error_message"] = shortened(f"{label}：{expectation}确定要保留现在的内容吗？")
    low = Decimal(minimum) if minimum is not None else None
    high = Decimal(maximum) if maximum is not None else None
    if type_ is FieldType.FLAG:
        return rule | InputRule(validate="list", source=list(FLAG_CHOICES))
    if type_ is FieldType.CODE:
        return rule | InputRule(validate="list", source=f"={code_list_name(codes or '')}")
    if type_ is FieldType.TEXT:
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


def _number(value: Decimal) -> float:
    """An int where it is one: XlsxWriter writes it without a point."""
    return int(value) if value == int(value) else float(value)


def _expectation(type_: FieldType, unit: str, minimum: str | None, maximum: str | None) -> str:
    limits = ""
    if minimum is not None and maximum is not None:
        limits = f"（{minimum} 至 {maximum}）"
    elif minimum is not None and Decimal(minimum) != 0:
        limits = f"（不小于 {minimum}）"
    elif maximum is not None:
        limits = f"（不大于 {maximum}）"
    named = f"，单位：{unit}" if unit and type_ not in (FieldType.YEAR, FieldType.PERCENT) else ""
    return {
        FieldType.COUNT: f"请填整数{limits}{named}，没有的留空。",
        FieldType.AMOUNT: f"请填数{limits}{named}，可带小数，没有的留空。",
        FieldType.SIGNED: f"请填数{limits}{named}，减少填负数。",
        FieldType.PERCENT: f"请填百分数{limits}，95.5 表示 95.5%。",
        FieldType.FLAG: "请选“是”或“否”。",
        FieldType.TEXT: "请填文字。",
        FieldType.CODE: "请从下拉列表中选择。",
        FieldType.DATE: "请填日期，如 2026-09-01。",
        FieldType.YEAR: f"请填四位年份{limits}，如 2026。",
    }[type_]


def shortened(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """The text, cut with an ellipsis where Excel would refuse it."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
