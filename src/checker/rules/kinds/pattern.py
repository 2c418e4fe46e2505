"""Pattern 格式: a text must have a certain form from its first to its last character."""

from __future__ import annotations

import re
from collections.abc import Iterable

from checker.model.rules import Rule
from checker.model.verdicts import Requirement, Said, Verdict
from checker.rules.context import Context
from checker.rules.places import places_of
from checker.rules.unit import Unit
from checker.rules.wording import Words, shown


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict]:
    """One verdict."""
    field, form = str(rule.spec["field"]), str(rule.spec["form"])
    value = shown(unit.value(field))
    required = Requirement(form)
    if re.fullmatch(str(rule.spec["pattern"]), value):

        def said() -> Said:
            message = f"“{unit.label_of(field)}”的格式正确。"
            return Said(message, value, required)

        return (context.fulfilled(said, lambda: places_of(context, field)),)
    at, label = places_of(context, field), unit.label_of(field)
    message = f"“{label}”填的是“{value}”，应为{form}。"
    if rule.message:
        known = {"actual": value, "required": form, "gap": "", "unit": unit.label}
        message = Words(context).fill(rule.message, known)
    return (context.failed(message, at=at, actual=value, required=required),)
