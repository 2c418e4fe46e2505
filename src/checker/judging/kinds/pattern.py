"""Pattern 格式: a text must have a certain form from its first to its last character."""

from __future__ import annotations

import re
from collections.abc import Iterable

from checker.judging.context import Context
from checker.judging.marked_facts import facts_of
from checker.judging.unit import Unit
from checker.judging.wording import missed, shown
from checker.model.rules import Rule
from checker.model.submission import FactRef
from checker.model.verdicts import Passed, Requirement, Said, Verdict


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict."""
    field, form = str(rule.spec["field"]), str(rule.spec["form"])
    value = shown(unit.value(field))
    required = Requirement(form)
    if re.fullmatch(str(rule.spec["pattern"]), value):
        return (context.fulfilled(_said, _point, context, value, required),)
    at, label = facts_of(context, field), unit.label_of(field)
    message = f"“{label}”填的是“{value}”，应为{form}。"
    return (missed(context, message, at=at, actual=value, required=required),)


def _said(context: Context, value: str, required: Requirement) -> Said:
    label = context.unit.label_of(str(context.rule.spec["field"]))
    return Said(f"“{label}”的格式正确。", value, required)


def _point(context: Context, *_: object) -> tuple[FactRef, ...]:
    return facts_of(context, str(context.rule.spec["field"]))
