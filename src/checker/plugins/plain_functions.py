"""A rules.py that knows nothing of hooks, as a pluggy plugin."""

from __future__ import annotations

from types import ModuleType

from checker.plugins.hookspecs import hookimpl


class PlainFunctions:
    """A rules.py without hooks, as a pluggy plugin: its public functions by their names."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> object:
        # the other hooks, if the module implements them
        if name.startswith("checker_") and hasattr(self._module, name):
            return getattr(self._module, name)
        raise AttributeError(name)

    def __dir__(self) -> list[str]:
        hooks = [name for name in vars(self._module) if name.startswith("checker_")]
        return ["checker_register_functions", *hooks]

    @hookimpl
    def checker_register_functions(self) -> dict[str, object]:
        """Every public function of the module."""
        return {
            name: value
            for name, value in vars(self._module).items()
            if callable(value) and not name.startswith("_")
        }
