"""What came of writing a workbook: what was done, what was left out, or why it was refused."""

from __future__ import annotations

from msgspec import Struct

DAMAGED = "文件已损坏，不是完整的 xlsx 文件。请用 Excel 或 WPS 打开后另存一份再试。"

THREADED = "这里有批注对话，没有添加批注"
"""Why a note is missing: a conversation (Excel 365) takes its place."""


class UnwritableWorkbook(Exception):
    """Raised before anything is written. ``reason`` says why, in plain Chinese."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Skipped(Struct, frozen=True):
    """One change that could not be made: where, and why in plain Chinese."""

    place: str
    reason: str


class WriteSummary(Struct, frozen=True):
    """Counts of what was written; ``sheets`` are the titles the result sheets really got."""

    filled: int = 0
    notes: int = 0
    links: int = 0
    edits: int = 0
    sheets: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    replaced_earlier: bool = False


class CleanSummary(Struct, frozen=True):
    """What was taken away. ``exact``: every part is byte for byte as before the marks."""

    found: bool = False
    exact: bool = False
    restored: int = 0
    kept: tuple[Skipped, ...] = ()
