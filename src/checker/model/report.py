"""Report: verdicts about one submission, and the file-level result around it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from checker.model.submission import Submission
from checker.model.verdicts import Outcome, Passed, RuleError, Verdict


class Report(Struct, frozen=True):
    """All verdicts of one run on one submission, in rule order, form problems first."""

    submission: Submission
    verdicts: tuple[Verdict | Passed, ...]
    errors: tuple[RuleError, ...] = ()
    profile: str = ""

    def count(self, outcome: Outcome) -> int:
        """How many verdicts have this outcome."""
        return sum(verdict.outcome is outcome for verdict in self.verdicts)


class FileStatus(StrEnum):
    """What became of one file."""

    CHECKED = "checked"
    UNREADABLE = "unreadable"  # damaged, encrypted, not a workbook
    UNKNOWN_TEMPLATE = "unknown_template"
    FAILED = "failed"  # the program itself failed on it; never blamed on the school


class Judgement(Struct, frozen=True):
    """What became of one file: its report, or the reason (Chinese) why there is none.

    ``cannot_write`` says why marks cannot be written back into this very file, None if they can.
    """

    path: str
    status: FileStatus
    report: Report | None = None
    message: str = ""
    cannot_write: str | None = None
