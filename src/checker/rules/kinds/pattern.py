"""Pattern 格式: a text must have a certain form from its first to its last character."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.model.rules import Rule
from checker.model.verdicts import Requirement, Verdict
from checker.rules.context import Context
from checker.rules.places import places_of
from checker.rules.unit import Unit
from checker.rules.wording import Words, shown


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict]:
    """One verdict."""
    field, form = str(rule.spec["field"]), str(rule.spec["form"])
    value = shown(unit.value(field))
    at, label, required = places_of(context, field), unit.label_of(field), Requirement(form)
    if re.fullmatch(str(rule.spec["pattern"]), value):
        message = f"“{label}”的格式正确。"
        yield context.passed(message, at=at, actual=value, required=required)
        return
    message = f"“{label}”填的是“{value}”，应为{form}。"
    if rule.message:
        known = {"actual": value, "required": form, "gap": "", "unit": unit.label}
        message = Words(context).fill(rule.message, known)
    yield context.failed(message, at=at, actual=value, required=required)
