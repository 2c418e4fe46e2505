"""What authors of plugins import. Everything here stays as it is within one ``api_version``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from checker.judging.context import Context
from checker.judging.unit import Unit
from checker.model.report import Report
from checker.model.rules import Citation, Rule, Threshold
from checker.model.submission import Fact, FactRef, FactState, Submission
from checker.model.template import Field, Table, TableColumn, Template
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
from checker.plugins.manifest import API_VERSION
from checker.rules.values import MissingInput, NotApplicable, RuleDefect, Value

if TYPE_CHECKING:
    from checker.county.conclusions import CountyFinding
    from checker.county.python_rules import CountyContext, CountyData
    from checker.plugins.hookspecs import hookimpl

__all__ = [
    "API_VERSION",
    "Citation",
    "Context",
    "CountyContext",
    "CountyData",
    "CountyFinding",
    "Fact",
    "FactRef",
    "FactState",
    "Field",
    "Gap",
    "MissingInput",
    "NotApplicable",
    "Outcome",
    "Passed",
    "Quantity",
    "Report",
    "Requirement",
    "Rule",
    "RuleDefect",
    "Said",
    "Scope",
    "Severity",
    "Submission",
    "Table",
    "TableColumn",
    "Template",
    "Threshold",
    "Unit",
    "UnitRef",
    "Value",
    "Verdict",
    "format_number",
    "hookimpl",
]


_LATE = {
    "CountyContext": "checker.county.python_rules",
    "CountyData": "checker.county.python_rules",
    "CountyFinding": "checker.county.report",
    "hookimpl": "checker.plugins.hookspecs",
}
"""Names that only some plugins need, and the modules that they are imported from then."""


def __getattr__(name: str) -> object:
    if name not in _LATE:
        raise AttributeError(name)
    return getattr(import_module(_LATE[name]), name)
