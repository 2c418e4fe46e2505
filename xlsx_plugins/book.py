"""The open book, for the rest of checker: read it, mark it, unmark it."""

from __future__ import annotations

from checker_xlsx.marking import Applied, apply_changes, remove_marks
from checker_xlsx.reading import read_open_book

__all__ = ["Applied", "apply_changes", "read_open_book", "remove_marks"]
