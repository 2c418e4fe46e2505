"""Hooks a plugin's code may implement. All of them; each is called for one plugin at a time.

A plugin without Python needs none of this, and functions of rules are found in rules.py by their
names. A hook is only called where plugin.toml names it in ``[plugin] hooks``; so the host knows
without importing anything which plugins have something to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pluggy

if TYPE_CHECKING:
    from checker.model.report import Report
    from checker.model.rules import Rule
    from checker.model.verdicts import Verdict

PROJECT = "checker"
"""Name of the pluggy project; hooks begin with ``checker_``."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Check: TypeAlias = "Callable[..., Iterable[Verdict]]"
"""A rule's function of a Unit and a Context (see ``checker.api``): pure; reads the unit, yields
verdicts made by the context."""

WriteReport: TypeAlias = "Callable[[Sequence[Report], Mapping[str, Rule]], str]"
"""A report format: all reports of a run and the rules by id, to the text to be written."""

RunCommand: TypeAlias = "Callable[[Sequence[str]], int]"
"""A command: its arguments (without its name), to the exit code."""


@hookspec
def checker_register_functions() -> Mapping[str, Check]:  # type: ignore[empty-body]
    """Functions of rules with ``kind = "function"``, by the name plugin.toml uses."""


@hookspec
def checker_templates() -> Iterable[Path]:  # type: ignore[empty-body]
    """Folders with a ``template.toml``, beside those in the plugin's own ``templates/``."""


@hookspec
def checker_profiles() -> Iterable[Path]:  # type: ignore[empty-body]
    """Profile files (TOML), beside those in the plugin's own ``profiles/``."""


@hookspec
def checker_report_formats() -> Mapping[str, WriteReport]:  # type: ignore[empty-body]
    """Report formats by the names that plugin.toml lists in ``[report_formats]``."""


@hookspec
def checker_commands() -> Mapping[str, RunCommand]:  # type: ignore[empty-body]
    """Commands by the names that plugin.toml lists in ``[commands]``."""
