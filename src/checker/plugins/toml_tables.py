"""Values of a TOML document that was checked: tables, lists and texts that may be absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from checker.model.rules import Plain

Table: TypeAlias = Mapping[str, Plain]
"""One table of a document."""


def table(value: Plain | None) -> Table:
    """A table; an empty one if it is not there."""
    return value if isinstance(value, dict) else {}


def tables(value: Plain | None) -> tuple[Table, ...]:
    """An array of tables."""
    if not isinstance(value, list):
        return ()
    return tuple(entry for entry in value if isinstance(entry, dict))


def texts(value: Plain | None) -> tuple[str, ...]:
    """A list of texts, or one text, as a tuple."""
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)


def strings(value: Plain | None) -> dict[str, str]:
    """A table of texts."""
    return {key: str(item) for key, item in table(value).items()}


def optional_text(value: Plain | None) -> str | None:
    """A text that may be left out."""
    return None if value is None else str(value)


def whole(value: Plain | None, absent: int = 0) -> int:
    """A whole number that may be left out."""
    return absent if value is None else int(str(value))
