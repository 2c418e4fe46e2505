"""Taking away the marks of an earlier run, whether or not another program saved the file since."""

from __future__ import annotations

from checker.writing import exact_undo
from checker.writing.addresses import Area
from checker.writing.app_properties import list_titles
from checker.writing.memory_sheet import (
    Memory,
    find_memory_sheet,
    read_memories,
    remembered_sheet,
    shared_strings,
)
from checker.writing.notes_part import SEPARATOR, Note, text_xml
from checker.writing.sheet_cells import CellChange, change_cells
from checker.writing.sheet_links import remove_links
from checker.writing.sheet_notes import SheetNotes
from checker.writing.sheet_part import SheetPart
from checker.writing.stored import Stored, decode
from checker.writing.styles_part import Styles
from checker.writing.summaries import CleanSummary, Skipped
from checker.writing.workbook_part import Sheet, Workbook

Cell = tuple[int, int]


def remove_earlier_marks(workbook: Workbook) -> tuple[Workbook, CleanSummary]:
    """The workbook as it was before our marks, and what was done.

    Exactly as it was if no other program has saved the file; otherwise cell by cell: what the user
    changed in between stays, what is ours goes.
    """
    package = workbook.package
    if exact_undo.undo(package):
        return Workbook(package), CleanSummary(found=True, exact=True)
    sheet = find_memory_sheet(workbook)
    exact_undo.forget(package)
    if sheet is None:
        return workbook, CleanSummary()
    memories = read_memories(workbook, sheet)
    titles = [one.title for one in workbook.sheets]
    restored, kept = _Restorer(workbook).restore(memories)
    for memory in memories:
        if memory.kind == "sheet":
            ours = workbook.sheet(memory.sheet)
            if ours is not None:
                workbook.remove_sheet(ours)
    memory_sheet = find_memory_sheet(workbook)
    if memory_sheet is not None:
        workbook.remove_sheet(memory_sheet)
    workbook.drop_calculation_chain()
    list_titles(package, titles, [one.title for one in workbook.sheets])
    return Workbook(package), CleanSummary(True, False, restored, tuple(kept))


class _Restorer:
    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._styles: Styles | None = None
        self._kept: list[Skipped] = []
        self._restored = 0

    @property
    def styles(self) -> Styles:
        if self._styles is None:
            self._styles = Styles(self._workbook)
        return self._styles

    def restore(self, memories: list[Memory]) -> tuple[int, list[Skipped]]:
        by_sheet: dict[Sheet, list[Memory]] = {}
        for memory in memories:
            if memory.kind == "recalculation":
                self._workbook.stop_recalculating_on_load()
            elif memory.kind != "sheet":
                sheet = remembered_sheet(self._workbook, memory)
                if sheet is not None:
                    by_sheet.setdefault(sheet, []).append(memory)
        for sheet, of_sheet in by_sheet.items():
            if sheet.key and sheet.kind == "worksheet":
                self._restore_sheet(sheet, of_sheet)
        if self._styles is not None:
            self._styles.finish()
        return self._restored, self._kept

    def _restore_sheet(self, sheet: Sheet, memories: list[Memory]) -> None:
        part = SheetPart(self._workbook.package.part(sheet.key))
        self._restore_cells(sheet, part, memories)
        links = {one.area.reference: one.wrote for one in memories if one.kind == "link"}
        if links:
            remove_links(part, links)
        notes = [one for one in memories if one.kind == "note"]
        if notes:
            self._restore_notes(sheet, part, notes)
        part.part.commit()

    def _restore_cells(self, sheet: Sheet, part: SheetPart, memories: list[Memory]) -> None:
        fills: dict[Cell, Memory] = {}
        edits: dict[Cell, Memory] = {}
        for memory in memories:
            if memory.kind == "fill":
                fills.update((cell, memory) for cell in _cells(memory.area))
            elif memory.kind == "edit":
                edits.update((cell, memory) for cell in _cells(memory.area))
        places = part.locate({*fills, *edits})
        changes: dict[Cell, CellChange] = {}
        for cell, memory in edits.items():
            place = places[cell]
            now = Stored.read(part, place, self._shared_entry)
            if not now.shows_the_same_as(decode(memory.wrote)):
                reason = "单元格内容已被改过，予以保留"
                self._kept.append(Skipped(f"{sheet.title}!{place.address}", reason))
            elif memory.before is not None:
                changes[cell] = CellChange(content=decode(memory.before))
                self._restored += 1
        for cell, memory in fills.items():
            place = places[cell]
            if not place.exists or self.styles.colour_of(place.style) != memory.wrote:
                continue  # the user has coloured it since
            style = self.styles.with_fill(place.style, (memory.before or "").encode())
            before = changes.get(cell, CellChange())
            if before.content is None:
                empty = place.tag_end == part.end_of(place)
            else:
                empty = not before.content.inner
            inherited = part.row_style(place) or 0
            remove = memory.created and empty and style == inherited
            changes[cell] = CellChange(style, before.content, remove)
            self._restored += 1
        change_cells(part, changes, places)

    def _shared_entry(self, index: int) -> bytes:
        return shared_strings(self._workbook, {index}).get(index, b"")

    def _restore_notes(self, sheet: Sheet, part: SheetPart, memories: list[Memory]) -> None:
        notes = SheetNotes(self._workbook, sheet, part)
        for memory in memories:
            cell = memory.area.top, memory.area.left
            note = notes.existing(memory.area._replace(bottom=cell[0], right=cell[1]).reference)
            if note is None:
                continue
            left = _without(note, memory)
            if left is None:
                reason = "批注已被改过，予以保留"
                self._kept.append(Skipped(f"{sheet.title}!{memory.area.reference}", reason))
                continue
            self._restored += 1
            if left == "":
                notes.remove(*cell)
            elif memory.before is not None:
                before = decode(memory.before)
                same = _plain(Note("", "", note.element, before.inner).text) == _plain(left)
                xml = before.inner if same else text_xml(left)
                notes.rewrite(*cell, xml, before.type or None)
            else:
                notes.rewrite(*cell, text_xml(left), None)
        notes.drop_if_empty()


def _without(note: Note, memory: Memory) -> str | None:
    """The note's text without what we wrote; None if ours is not found whole."""
    text, ours = _plain(note.text), _plain(memory.wrote)
    if memory.before is not None:
        for joined in (_plain(SEPARATOR + memory.wrote), _plain(SEPARATOR.strip() + "\n" + ours)):
            if joined in text:
                return text.replace(joined, "", 1).rstrip("\n")
    if ours in text:
        return text.replace(ours, "", 1).strip("\n ")
    return None


def _plain(text: str) -> str:
    """Text as every program keeps it: one kind of line end, no spaces at line ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def _cells(area: Area) -> list[Cell]:
    return [
        (row, column)
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
    ]
