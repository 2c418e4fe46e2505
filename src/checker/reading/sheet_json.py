"""A sheet as JSON, on its way from the guarded process to the one that asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from checker.model.snapshot import SheetSnapshot


def encoded(sheet: SheetSnapshot) -> list[object]:
    """A sheet as JSON takes it, dates excepted: see ``encode_value``."""
    return [
        sheet.title,
        sheet.rows,
        sheet.origin,
        sheet.visible,
        list(sheet.errors.items()),
        list(sheet.formulas.items()),
        list(sheet.uncomputed),
        list(sheet.percent),
        sheet.merged,
    ]


def decoded(said: list[Any]) -> SheetSnapshot:
    """What ``encoded`` made, as it was."""
    title, rows, origin, visible, errors, formulas, uncomputed, percent, merged = said
    return SheetSnapshot(
        title=title,
        rows=[[decode_value(cell) for cell in line] for line in rows],
        origin=(origin[0], origin[1]),
        visible=visible,
        errors={(row, column): text for (row, column), text in errors},
        formulas={(row, column): text for (row, column), text in formulas},
        uncomputed=_positions(uncomputed),
        percent=_positions(percent),
        merged=tuple((top, left, bottom, right) for top, left, bottom, right in merged),
    )


def _positions(said: Iterable[Any]) -> frozenset[tuple[int, int]]:
    return frozenset((row, column) for row, column in said)


def encode_value(value: object) -> dict[str, str]:
    """A date, time or duration as JSON; for ``json.dumps(default=...)``."""
    if isinstance(value, timedelta):
        return {"seconds": repr(value.total_seconds())}
    if isinstance(value, datetime | date | time):
        return {type(value).__name__: value.isoformat()}
    raise TypeError(type(value).__name__)


def decode_value(value: object) -> object:
    """What ``encode_value`` made, and every plain value, as it was."""
    if not isinstance(value, dict):
        return value
    (kind, text), *_ = value.items()
    if kind == "seconds":
        return timedelta(seconds=float(text))
    if kind == "datetime":
        return datetime.fromisoformat(text)
    return date.fromisoformat(text) if kind == "date" else time.fromisoformat(text)
