"""Rule kinds: one module each, with ``evaluate(rule, unit, context) -> Iterable[Verdict]``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from checker.model.rules import Rule
    from checker.model.verdicts import Verdict
    from checker.rules.context import Context
    from checker.rules.unit import Unit

    Evaluate: TypeAlias = Callable[[Rule, Unit, Context], Iterable[Verdict]]

_LOADED: dict[str, Evaluate] = {}


def evaluator(kind: str) -> Evaluate:
    """How rules of this kind are judged; its module is imported when first needed.

    Raises KeyError for a kind that is judged elsewhere (form, collection kinds) or unknown.
    """
    found = _LOADED.get(kind)
    if found is None:
        from checker.rules.kinds.keys import KINDS

        module = KINDS[kind].module
        if not module:
            raise KeyError(kind)
        found = cast("Evaluate", import_module(f"{__name__}.{module}").evaluate)
        _LOADED[kind] = found
    return found
