"""Code 代码: a value must be in a code list."""

from __future__ import annotations

from collections.abc import Iterable

from checker.judging.context import Context
from checker.judging.kinds.rule_keys import code_and_label
from checker.judging.marked_facts import facts_of
from checker.judging.unit import Unit
from checker.judging.wording import missed
from checker.model.rules import Rule
from checker.model.submission import FactRef
from checker.model.verdicts import Passed, Requirement, Said, Verdict

_LISTED = 12
"""A longer list is not spelt out in the message."""


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict."""
    field = str(rule.spec["field"])
    codes = context.code_list(str(rule.spec["list"]))
    value, label = code_and_label(rule, context)
    required = Requirement("代码表中的一个")
    if value in codes:
        return (context.fulfilled(_said, _point, context, value, required),)
    at = facts_of(context, field)
    message = f"“{label}”填的是“{value}”，代码表中没有这一项"
    if len(codes) <= _LISTED:
        message += "，应为：" + "、".join(f"{code} {meaning}" for code, meaning in codes.items())
    message += "。"
    return (missed(context, message, at=at, actual=value, required=required),)


def _said(context: Context, value: str, required: Requirement) -> Said:
    meaning = context.code_list(str(context.rule.spec["list"]))[value]
    label = code_and_label(context.rule, context)[1]
    return Said(f"“{label}”为 {value} {meaning}。", value, required)


def _point(context: Context, *_: object) -> tuple[FactRef, ...]:
    return facts_of(context, str(context.rule.spec["field"]))
