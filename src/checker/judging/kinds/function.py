"""Function 函数: what data cannot say, in the plugin's rules.py — run apart, never trusted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from checker.judging.context import Context
from checker.judging.unit import Unit
from checker.model.rules import Rule
from checker.model.verdicts import Passed, Verdict


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """The verdicts the function gave. Raises PluginFailure if it went wrong in whatever way."""
    functions = context.functions
    given = functions.call(rule.plugin, str(rule.spec["function"]), rule.id, (unit, context))
    return cast("list[Verdict]", given)
