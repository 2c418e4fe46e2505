"""Taking the marks of an earlier run away, whether or not another program saved the file since.

As long as nobody has, every part comes back byte for byte: the package carries one extra part,
related to it by a type of our own, that spreadsheet programs ignore and leave out when they save.
It holds, for each part we changed, the pieces that were replaced, and a checksum of the part as we
wrote it. If any part is not as we wrote it, the marks are taken back cell by cell from what the
hidden sheet remembers (see `memory_sheet`).
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable

from checker.writing.addresses import Area
from checker.writing.cell_contents import decode, stored_in
from checker.writing.memory_sheet import (
    Memory,
    find_memory_sheets,
    is_provisional,
    read_memories,
    remembered_sheet,
)
from checker.writing.note_texts import SEPARATOR, Note, plain_text, text_xml
from checker.writing.notes import SheetNotes
from checker.writing.outcome import CleanSummary, Skipped
from checker.writing.package import Package, declare, key_of, relate, related, remove_part, unrelate
from checker.writing.sheet_cells import CellChange, change_cells, remove_links
from checker.writing.sheet_part import SheetPart
from checker.writing.styles_part import Styles
from checker.writing.workbook_part import Sheet, Workbook, list_titles
from checker.writing.zip_container import blocks

NAME = "checker/undo.dat"
_TYPE = "application/vnd.checker.undo"
_RELATION = "https://checker.invalid/2026/relationships/checkerUndo"
_KIND = "checkerUndo"
_HEAD = struct.Struct("<8sI")
_MAGIC = b"CHKUNDO1"


def remember(package: Package) -> None:
    """Add the record of everything changed since `Package.settle`. The last thing before saving."""
    name = package.free_name("checker/undo{}.dat") if package.has(key_of(NAME)) else NAME
    declare(package, name, _TYPE)
    relate(package, "", _RELATION, name)
    lines: list[dict[str, object]] = []
    blobs: list[bytes] = []
    for key, base in sorted(package.base().items()):
        part = package.loaded(key)
        line: dict[str, object] = {"name": package.name_of(key)}
        if part is None:
            if base is not None:
                lines.append(line | {"was": _digest([base]), "whole": len(base)})
                blobs.append(base)
            continue
        if not part.changed and not part.dirty and base is not None and part.raw == base:
            continue
        pieces, splices = part.pieces()
        if base is None:
            lines.append(line | {"new": True})
            continue
        line["now"] = _digest(pieces)
        if part.dirty or part.raw != part.text:
            now = b"".join(pieces)
            splices = [] if now == base else [_difference(base, now)]
        lines.append(
            line
            | {"splices": [one for at, length, old in splices for one in (at, length, len(old))]}
        )
        blobs.extend(old for _, _, old in splices)
    header = json.dumps(lines, ensure_ascii=False, separators=(",", ":")).encode()
    package.put(name, _HEAD.pack(_MAGIC, len(header)) + header + b"".join(blobs))


def undo(package: Package) -> bool:
    """Give back every part as it was. False, and nothing done, if the record no longer fits."""
    key = related(package, "", _KIND)
    if key is None:
        return False
    restored = _restored(package, package.raw(key))
    if restored is None:
        return False
    package.drop(key)
    for name, content in restored:
        if content is None:
            package.drop(key_of(name))
        else:
            package.put(name, content)
    return True


def forget(package: Package) -> None:
    """Remove a record that no longer fits, with what ties it to the package."""
    key = related(package, "", _KIND)
    if key is not None:
        unrelate(package, "", key)
        remove_part(package, key)


def _restored(package: Package, record: bytes) -> list[tuple[str, bytes | None]] | None:
    """The former contents of every part in the record; None for "was not there"."""
    try:
        magic, length = _HEAD.unpack_from(record)
        if magic != _MAGIC:
            return None
        lines = json.loads(record[_HEAD.size : _HEAD.size + length])
        at = _HEAD.size + length
        restored: list[tuple[str, bytes | None]] = []
        for line in lines:
            key = key_of(line["name"])
            if "whole" in line:
                old, at = record[at : at + line["whole"]], at + line["whole"]
                if package.has(key) or _digest([old]) != line["was"]:
                    return None
                restored.append((line["name"], old))
                continue
            if not package.has(key):
                return None
            if "new" in line:
                restored.append((line["name"], None))
                continue
            now = package.raw(key)
            if _digest([now]) != line["now"]:
                return None
            pieces = []
            done = 0
            numbers = iter(line["splices"])
            for start, replaced, size in zip(numbers, numbers, numbers, strict=True):
                pieces += [now[done:start], record[at : at + size]]
                at, done = at + size, start + replaced
            pieces.append(now[done:])
            restored.append((line["name"], b"".join(pieces)))
    except (struct.error, ValueError, KeyError, TypeError):
        return None
    return restored


def _digest(pieces: Iterable[bytes | memoryview]) -> str:
    """Two checksums and the length: against accident, not against malice, so no more is needed."""
    size, crc, adler = 0, 0, 1
    for block in blocks(pieces):
        size, crc, adler = size + len(block), zlib.crc32(block, crc), zlib.adler32(block, adler)
    return f"{size}-{crc:08x}-{adler:08x}"


def _difference(old: bytes, new: bytes) -> tuple[int, int, bytes]:
    """The one splice that turns ``new`` back into ``old``: what lies between equal ends."""
    shorter = min(len(old), len(new))
    head = _equal_length(old, new, shorter)
    tail = _equal_length(old[::-1], new[::-1], shorter - head)
    return head, len(new) - tail - head, old[head : len(old) - tail]


def _equal_length(one: bytes, other: bytes, most: int) -> int:
    """How many of the first ``most`` bytes agree."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


Cell = tuple[int, int]


def remove_earlier_marks(workbook: Workbook) -> tuple[Workbook, CleanSummary]:
    """The workbook as it was before our marks, and what was done.

    Exactly as it was if no other program has saved the file; otherwise cell by cell: what the user
    changed in between stays, what is ours goes.
    """
    package = workbook.package
    if undo(package):
        return Workbook(package), CleanSummary(found=True, exact=True)
    sheets = find_memory_sheets(workbook)
    left = [one for one in workbook.sheets if is_provisional(one.title)]
    forget(package)
    if not sheets and not left:
        return workbook, CleanSummary()
    memories = [memory for sheet in sheets for memory in read_memories(workbook, sheet)]
    titles = [one.title for one in workbook.sheets]
    restored, kept = _Restorer(workbook).restore(memories)
    for memory in memories:
        if memory.kind == "sheet":
            ours = workbook.sheet(memory.sheet)
            if ours is not None:
                workbook.remove_sheet(ours)
    for left_over in find_memory_sheets(workbook):
        workbook.remove_sheet(left_over)
    for title in [one.title for one in workbook.sheets if is_provisional(one.title)]:
        unfinished = workbook.sheet(title)
        if unfinished is not None:
            workbook.remove_sheet(unfinished)
    workbook.drop_calculation_chain()
    list_titles(package, titles, [one.title for one in workbook.sheets])
    return Workbook(package), CleanSummary(True, False, restored, tuple(kept))


class _Restorer:
    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._styles = Styles(workbook)
        self._kept: list[Skipped] = []
        self._restored = 0

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
        persons: dict[int, Cell] = {}
        for memory in memories:
            if memory.kind == "fill":
                fills.update((cell, memory) for cell in _cells(memory.area))
            elif memory.kind == "edit":
                edits.update((cell, memory) for cell in _cells(memory.area))
            elif memory.kind == "person":
                persons[memory.area.top] = memory.area.top, memory.area.left
        places = part.locate({*fills, *edits, *persons.values()})
        written = {
            row
            for row, cell in persons.items()
            if stored_in(part, places[cell], self._workbook.shared_string).has_text
        }
        changes: dict[Cell, CellChange] = {}
        for cell, memory in edits.items():
            place = places[cell]
            if cell[0] in written:
                continue  # what a person wrote there would mean nothing without it
            now = stored_in(part, place, self._workbook.shared_string)
            if not now.shows_the_same_as(decode(memory.wrote)):
                reason = "单元格内容已被改过，予以保留"
                self._kept.append(Skipped(f"{sheet.title}!{place.address}", reason))
            elif memory.before is not None:
                changes[cell] = CellChange(content=decode(memory.before))
                self._restored += 1
        for cell, memory in fills.items():
            place = places[cell]
            if not place.exists or self._styles.colour_of(place.style) != memory.wrote:
                continue  # the user has coloured it since
            style = self._styles.with_fill(place.style, (memory.before or "").encode())
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
                notes.remove(note, *cell)
            elif memory.before is not None:
                before = decode(memory.before)
                same = plain_text(Note("", "", note.element, before.inner).text) == plain_text(left)
                xml = before.inner if same else text_xml(left)
                notes.rewrite(note, *cell, xml, before.type)
            else:
                notes.rewrite(note, *cell, text_xml(left))
        notes.drop_if_empty()


def _without(note: Note, memory: Memory) -> str | None:
    """The note's text without what we wrote; None if ours is not found whole."""
    text, ours = plain_text(note.text), plain_text(memory.wrote)
    if memory.before is not None:
        for joined in (
            plain_text(SEPARATOR + memory.wrote),
            plain_text(SEPARATOR.strip() + "\n" + ours),
        ):
            if joined in text:
                return text.replace(joined, "", 1).rstrip("\n")
    if ours in text:
        return text.replace(ours, "", 1).strip("\n ")
    return None


def _cells(area: Area) -> list[Cell]:
    return [
        (row, column)
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
    ]
