"""Marks and result sheets into workbook files, without harm to anything else in them.

    write_changes(source, target, changes)   mark, note, add result sheets; earlier marks go
    write_marked(data, target, changes)      the same from the bytes of a workbook
    write_in_place(path, changes)            the same into the file itself, keeping a backup
    clean_marks(source, target)              take every mark away again
    clean_in_place(path)                     the same in the file itself, keeping a backup
    fill_cells(source, target, edits)        put values into input cells
    can_write(path)                          why a file cannot be written, or None
    carries_marks(path)                      whether an earlier run of ours marked it
    with_macros(data, ...)                   put macros and buttons into somebody's workbook

`UnwritableWorkbook` is raised before anything is written. See `workbook_file` for details.
"""

from checker.writing.macros import with_macros
from checker.writing.outcome import CleanSummary, Skipped, UnwritableWorkbook, WriteSummary
from checker.writing.workbook_file import (
    can_write,
    carries_marks,
    clean_content,
    clean_in_place,
    clean_marks,
    fill_cells,
    marked_content,
    typed_content,
    write_changes,
    write_in_place,
    write_marked,
)

__all__ = [
    "CleanSummary",
    "Skipped",
    "UnwritableWorkbook",
    "WriteSummary",
    "can_write",
    "carries_marks",
    "clean_content",
    "clean_in_place",
    "clean_marks",
    "fill_cells",
    "marked_content",
    "typed_content",
    "with_macros",
    "write_changes",
    "write_in_place",
    "write_marked",
]
