"""Code 代码: a value must be in a code list."""

from __future__ import annotations

from collections.abc import Iterable

from checker.model.rules import Rule
from checker.model.verdicts import Requirement, Said, Verdict
from checker.rules.context import Context
from checker.rules.places import places_of
from checker.rules.unit import Unit
from checker.rules.wording import Words, shown

_LISTED = 12
"""A longer list is not spelt out in the message."""


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict]:
    """One verdict."""
    field = str(rule.spec["field"])
    codes = context.code_list(str(rule.spec["list"]))
    value = shown(unit.value(field))
    required = Requirement("代码表中的一个")
    if value in codes:

        def said() -> Said:
            message = f"“{unit.label_of(field)}”为 {value} {codes[value]}。"
            return Said(message, value, required)

        return (context.fulfilled(said, lambda: places_of(context, field)),)
    at, label = places_of(context, field), unit.label_of(field)
    message = f"“{label}”填的是“{value}”，代码表中没有这一项"
    if len(codes) <= _LISTED:
        message += "，应为：" + "、".join(f"{code} {meaning}" for code, meaning in codes.items())
    message += "。"
    if rule.message:
        known = {"actual": value, "required": required.text, "gap": "", "unit": unit.label}
        message = Words(context).fill(rule.message, known)
    return (context.failed(message, at=at, actual=value, required=required),)
