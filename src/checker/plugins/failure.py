"""What a plugin's code going wrong is reported as. Apart, so that knowing it costs no import."""

from __future__ import annotations

from checker.model.verdicts import RuleError

SECONDS = 10.0
"""How long one function may take for one unit."""


class PluginFailure(Exception):
    """A plugin's code went wrong. ``message`` is one Chinese line, ``where`` is "rules.py:12"."""

    def __init__(self, message: str, where: str = "", trace: str = "") -> None:
        super().__init__(message, where, trace)
        self.message = message
        self.where = where
        self.trace = trace

    def error(self, plugin: str, rule: str | None, unit: str = "") -> RuleError:
        """As it is reported."""
        return RuleError(plugin, rule, self.message, self.where, self.trace, unit)
