"""Report: verdicts about one submission, and the file-level result around it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from checker.model.cells import CellRef
from checker.model.submission import Submission
from checker.model.verdicts import Outcome, Passed, RuleError, Verdict


class CauseKind(StrEnum):
    """What sort of thing is to be mended first."""

    TYPE = "type"  # the school's type
    STRUCTURE = "structure"  # a sheet, row or column of the form
    SHIFT = "shift"  # figures that stand one row too low or too high
    FIGURE = "figure"  # one figure on which many rules hang
    BLANKS = "blanks"  # cells of one sheet that must be filled in
    RULE = "rule"  # one rule, in one place or several


class Cause(Struct, frozen=True):
    """One thing to do first. ``message`` is a Chinese sentence; ``place`` the cell to go to;
    ``keys`` the keys of the findings that are said no more when it is done."""

    kind: CauseKind
    message: str
    place: CellRef | None
    sheet: str
    keys: tuple[str, ...]

    @property
    def gone(self) -> int:
        """How many findings go away with it."""
        return len(self.keys)


class Score(Struct, frozen=True):
    """A composite standard of the policy on one unit: ``met`` of ``parts`` reach it, ``open`` lack
    data. ``outcome`` is the composite's own."""

    rule: str
    title: str
    unit: str
    outcome: Outcome
    met: int
    parts: int
    open: int


class Report(Struct, frozen=True):
    """All verdicts of one run on one submission, in rule order, form problems first.

    ``causes``: what to mend first. ``scorecard``: the composite standards. ``blank``: nothing was
    filled in, and nothing is said of it. ``note``: by which year's rules it was judged, where that
    is not the form's own edition. ``same_year``: what it was compared with is of this very year.
    """

    submission: Submission
    verdicts: tuple[Verdict | Passed, ...]
    errors: tuple[RuleError, ...] = ()
    profile: str = ""
    causes: tuple[Cause, ...] = ()
    scorecard: tuple[Score, ...] = ()
    blank: bool = False
    note: str = ""
    same_year: bool = False

    def count(self, outcome: Outcome) -> int:
        """How many verdicts have this outcome."""
        return sum(verdict.outcome is outcome for verdict in self.verdicts)


class Asked(Struct, frozen=True):
    """What a run was asked: id of the profile, year of the rules, whether it compares with last
    year. Two runs that were asked differently say different things of the same figures."""

    profile: str
    edition: int
    previous: bool


class FileStatus(StrEnum):
    """What became of one file."""

    CHECKED = "checked"
    UNREADABLE = "unreadable"  # damaged, encrypted, not a workbook
    UNKNOWN_TEMPLATE = "unknown_template"
    EARLIER_YEAR = "earlier_year"  # a form of an earlier year in a county's folder
    NOT_LOOKED_AT = "not_looked_at"  # may have been handed in, but is no workbook: .rar, .pdf
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
