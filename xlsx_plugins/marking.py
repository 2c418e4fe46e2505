"""Putting a run's marks onto the open book and taking them away: all of it, or nothing.

The book is looked at once (fills and notes of every cell concerned, in one call), everything is
worked out here, the new sheets are made under provisional titles, and one repainting call changes
the cells. Only then do the new sheets take the places of an earlier run's. Whatever fails before
that is undone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import xlwings as xw
from checker_xlsx.looks import Look
from checker_xlsx.marking_plan import CellPlan, Key, cells_of, persons_of, plan_cells
from checker_xlsx.memory import memory_sheet, read_memories, write_memories
from checker_xlsx.painting import look, repaint
from checker_xlsx.result_sheets import write_result_sheet
from msgspec import Struct

from checker.model.marks import Changes, Mark
from checker.model.snapshot import Snapshot
from checker.writing.addresses import Area
from checker.writing.memory_sheet import TITLE, Memory

_PROVISIONAL = "校验中~"


class Applied(Struct, frozen=True):
    """What was done: cells changed, and sheets left alone because of somebody's password."""

    changed: int
    refused: frozenset[str] = frozenset()
    had_marks: bool = False


def apply_changes(book: xw.Book, changes: Changes, snapshot: Snapshot) -> Applied:
    """Replace the marks of an earlier run by those of ``changes``.

    ``snapshot`` is the book as it was read for judging; it tells what the edited cells held.
    Marks on sheets under somebody's password are left out. Raises whatever the spreadsheet program
    raises; the book is then as it was.
    """
    return _Marking(book, snapshot).apply(changes)


def remove_marks(book: xw.Book, snapshot: Snapshot) -> Applied:
    """Take all marks, notes, result sheets and edits of ours away; what the user did stays."""
    return _Marking(book, snapshot).apply(Changes())


class _Marking:
    def __init__(self, book: xw.Book, snapshot: Snapshot) -> None:
        self._book = book
        self._snapshot = snapshot
        self._made: list[str] = []

    def apply(self, changes: Changes) -> Applied:
        earlier_sheet = memory_sheet(self._book)
        earlier = read_memories(earlier_sheet) if earlier_sheet else []
        titles = {sheet.name for sheet in self._book.sheets}
        marks = [mark for mark in changes.marks if mark.sheet in titles]
        now, refused = self._look(marks, earlier, titles)
        plans = plan_cells(marks, changes.edits, earlier, now, self._snapshot)
        plans = [plan for plan in plans if plan.key[0] in titles and plan.key[0] not in refused]
        old_sheets = [one.sheet for one in earlier if one.kind == "sheet"]
        gone = [title for title in old_sheets if title in titles]
        if earlier_sheet is not None:
            gone.append(earlier_sheet.name)
        looks = [change for plan in plans if (change := plan.change()) is not None]
        memories = [memory for plan in plans for memory in plan.memories()]
        memories += [one for one in persons_of(changes.edits) if one.sheet not in refused]
        memories += [one for one in earlier if one.sheet in refused and one.kind != "sheet"]
        try:
            renames, painted = self._new_sheets(changes, memories, set(titles) - set(gone))
            repaint(self._book, [*looks, *painted])
        except BaseException:
            self._undo(plans)
            raise
        self._delete(gone)
        for provisional, title in renames.items():
            self._book.sheets[provisional].name = title
        return Applied(len(looks), refused, bool(earlier))

    def _look(
        self, marks: Sequence[Mark], earlier: Sequence[Memory], titles: set[str]
    ) -> tuple[dict[Key, Look], frozenset[str]]:
        """Fill and note, as they are now, of every cell that a mark is or was on."""
        wanted = {key for mark in marks for key in cells_of(mark.sheet, mark.cell)}
        for memory in earlier:
            if memory.kind in ("fill", "note") and memory.sheet in titles:
                wanted.update(cells_of(memory.sheet, memory.area.reference))
        seen = look(self._book, wanted)
        found = {}
        for one in seen.looks:
            for key in cells_of(one.sheet, one.address):
                found[key] = one
        return found, seen.refused

    def _new_sheets(
        self, changes: Changes, memories: Sequence[Memory], taken: set[str]
    ) -> tuple[dict[str, str], list[Look]]:
        """Result sheets and memory under provisional titles; those titles with the final ones,
        and the coloured cells of the result sheets."""
        renames: dict[str, str] = {}
        painted: list[Look] = []
        memories = list(memories)
        for result in changes.sheets:
            sheet = self._add(f"{_PROVISIONAL}{len(self._made)}")
            renames[sheet.name] = _free(result.title, taken)
            painted += write_result_sheet(sheet, result)
            memories.append(Memory("sheet", sheet.name, Area(1, 1, 1, 1), result.title, None))
        if memories:
            sheet = self._add(f"{_PROVISIONAL}{len(self._made)}")
            renames[sheet.name] = _free(TITLE, taken)
            write_memories(sheet, memories)
        return renames, painted

    def _add(self, title: str) -> xw.Sheet:
        sheet = self._book.sheets.add(title, after=self._book.sheets[-1])
        self._made.append(title)
        return sheet

    def _delete(self, titles: Sequence[str]) -> None:
        there = {sheet.name for sheet in self._book.sheets}
        for title in titles:
            if title in there:
                sheet = self._book.sheets[title]
                sheet.visible = True  # Excel does not delete a very hidden sheet
                sheet.delete()

    def _undo(self, plans: Sequence[CellPlan]) -> None:
        """Put every cell back as it was looked at, and take the new sheets away."""
        with contextlib.suppress(Exception):
            self._delete(self._made)
        with contextlib.suppress(Exception):
            repaint(self._book, [back for plan in plans if (back := plan.undoing()) is not None])


def _free(wished: str, taken: set[str]) -> str:
    used = {title.casefold() for title in taken}
    title, number = wished[:31], 2
    while title.casefold() in used:
        suffix = f"({number})"
        title, number = wished[: 31 - len(suffix)] + suffix, number + 1
    taken.add(title)
    return title
