"""Files that are written from a pattern (``new_plugin/*.j2``): plugins, drafts, pages of rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def filled(
    pattern: str,
    values: Mapping[str, object],
    filters: Mapping[str, Callable[..., str]] = MappingProxyType({}),
) -> str:
    """A pattern of ``new_plugin/`` (without ``.j2``) filled in; ``| toml`` writes a value as TOML
    has it, ``filters`` are further ones."""
    environment = _environment()
    environment.filters.update(filters)
    return environment.get_template(f"{pattern}.j2").render(values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("checker.authoring", "new_plugin"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        autoescape=False,
    )
    environment.filters["toml"] = quoted
    return environment


def quoted(value: object) -> str:
    """A text, a number, a truth or a list of texts as TOML has it."""
    return json.dumps(value, ensure_ascii=False)
