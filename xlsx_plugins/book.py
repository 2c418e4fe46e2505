"""The open book, for the rest of checker: read it, mark it, unmark it."""

from __future__ import annotations

import xlwings as xw
from checker_xlsx.attached import Attached
from checker_xlsx.marking import Plan, plan_marks
from checker_xlsx.reading import read_by_ranges
from checker_xlsx.reading import read_open_book as read_and_describe

from checker.model.marks import Changes
from checker.model.snapshot import Snapshot

__all__ = ["Plan", "apply_changes", "read_by_ranges", "read_open_book", "remove_marks"]


def read_open_book(book: xw.Book) -> Snapshot:
    """Read an open book as it is on the screen, saved or not."""
    snapshot: Snapshot = read_and_describe(book)[0]
    return snapshot


def apply_changes(book: xw.Book, changes: Changes, snapshot: Snapshot) -> Plan:
    """Replace the marks of an earlier run by those of ``changes``; what was done.

    ``snapshot`` is the book as it was read for judging. Raises whatever the spreadsheet program
    raises; the book is then as it was.
    """
    attached = Attached(book)
    plan = plan_marks(attached, changes, snapshot)
    attached.carry_out(plan.orders)
    return plan


def remove_marks(book: xw.Book, snapshot: Snapshot) -> Plan:
    """Take all marks, notes, result sheets and edits of ours away; what the user did stays."""
    return apply_changes(book, Changes(), snapshot)
