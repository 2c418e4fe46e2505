"""What authors of plugins import. Everything here stays as it is within one ``api_version``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.judging.context import Context
from checker.judging.unit import Unit
from checker.model.submission import FactRef
from checker.model.verdicts import (
    Gap,
    Outcome,
    Passed,
    Quantity,
    Requirement,
    Said,
    Scope,
    Severity,
    UnitRef,
    Verdict,
    format_number,
)
from checker.plugins.manifest_schema import API_VERSION
from checker.rules.values import MissingInput, NotApplicable, RuleDefect, Value

if TYPE_CHECKING:
    from checker.plugins.hookspecs import hookimpl

__all__ = [
    "API_VERSION",
    "Context",
    "FactRef",
    "Gap",
    "MissingInput",
    "NotApplicable",
    "Outcome",
    "Passed",
    "Quantity",
    "Requirement",
    "RuleDefect",
    "Said",
    "Scope",
    "Severity",
    "Unit",
    "UnitRef",
    "Value",
    "Verdict",
    "format_number",
    "hookimpl",
]


def __getattr__(name: str) -> object:
    # pluggy is imported only by plugins that implement hooks
    if name == "hookimpl":
        from checker.plugins import hookspecs

        return hookspecs.hookimpl
    raise AttributeError(name)
