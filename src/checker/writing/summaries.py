"""What writing a workbook did, for the caller to tell the user."""

from __future__ import annotations

from checker.record import dataclass


@dataclass(frozen=True, slots=True)
class Skipped:
    """One change that could not be made: where, and why in plain Chinese."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class WriteSummary:
    """Counts of what was written; ``sheets`` are the titles the result sheets really got."""

    filled: int = 0
    notes: int = 0
    links: int = 0
    edits: int = 0
    sheets: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    replaced_earlier: bool = False


@dataclass(frozen=True, slots=True)
class CleanSummary:
    """What was taken away. ``exact``: every part is byte for byte as before the marks."""

    found: bool = False
    exact: bool = False
    restored: int = 0
    kept: tuple[Skipped, ...] = ()
