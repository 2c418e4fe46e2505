"""The notes of a worksheet: adds them and takes them away, text and box together."""

from __future__ import annotations

from checker.writing.grid import Grid, grid_of
from checker.writing.note_boxes import TYPE, NoteShapes, blocks_of, new_drawing
from checker.writing.note_texts import SEPARATOR, Note, Notes, joined_xml, new_comments
from checker.writing.outcome import DAMAGED, UnwritableWorkbook
from checker.writing.package import declare, relate, related, relationships, remove_part, unrelate
from checker.writing.sheet_part import ORDER, SheetPart
from checker.writing.text_size import text_pixels
from checker.writing.workbook_part import Sheet, Workbook

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"


class SheetNotes:
    """Adds notes to a worksheet and takes them away again. Call `finish` at the end."""

    def __init__(self, workbook: Workbook, sheet: Sheet, sheet_part: SheetPart) -> None:
        self._workbook = workbook
        self._package = workbook.package
        self._sheet = sheet
        self._sheet_part = sheet_part
        self._comments_key = related(self._package, sheet.key, "comments")
        self._shapes_key = self._drawing_key()
        self._notes: Notes | None = None
        self._shapes: NoteShapes | None = None
        self._grid: Grid | None = None

    def _drawing_key(self) -> str | None:
        element = self._sheet_part.part.element("legacyDrawing")
        if element is None:
            return None
        values = self._sheet_part.part.attributes(element)
        id_ = next((value for name, value in values.items() if name.endswith(":id")), None)
        for one in relationships(self._package, self._sheet.key):
            if one.id == id_ and self._package.has(one.target):
                return one.target
        raise UnwritableWorkbook(DAMAGED)

    def existing(self, address: str) -> Note | None:
        """The note on a cell, if there is one."""
        if self._comments_key is None:
            return None
        return self.notes.notes.get(address)

    @property
    def notes(self) -> Notes:
        """The comments part, created when there is none."""
        if self._notes is None:
            if self._comments_key is None:
                name = self._package.free_name(self._workbook.folder + "comments{}.xml")
                xml = new_comments(self._workbook.main_namespace)
                self._comments_key = self._package.put(name, xml)
                declare(self._package, name, _COMMENTS_TYPE)
                relate(self._package, self._sheet.key, "comments", name, self._workbook.strict)
            self._notes = Notes(self._package.part(self._comments_key))
        return self._notes

    @property
    def shapes(self) -> NoteShapes:
        """The VML part, created when there is none."""
        if self._shapes is None:
            in_use = self._workbook.shape_blocks
            if not in_use:
                for key in list(self._package.keys()):
                    if key.endswith(".vml"):
                        in_use.update(blocks_of(self._package.raw(key)))
            if self._shapes_key is None:
                name = self._package.free_name(self._workbook.folder + "drawings/vmlDrawing{}.vml")
                self._shapes_key = self._package.put(name, new_drawing(in_use))
                declare(self._package, name, TYPE)
                strict = self._workbook.strict
                id_ = relate(self._package, self._sheet.key, "vmlDrawing", name, strict)
                self._insert_reference(id_)
            self._shapes = NoteShapes(self._package.part(self._shapes_key), in_use)
        return self._shapes

    def _insert_reference(self, id_: str) -> None:
        part = self._sheet_part.part
        reference = self._workbook.reference(part.root[0], id_).encode()
        xml = b"<%slegacyDrawing %s/>" % (part.prefix, reference)
        part.insert(part.place_for("legacyDrawing", ORDER), xml)

    @property
    def grid(self) -> Grid:
        """Column widths and row heights of this sheet."""
        if self._grid is None:
            self._grid = grid_of(self._sheet_part)
        return self._grid

    def add(self, address: str, row: int, column: int, text: str) -> None:
        """Put a note on a cell that has none. ``address`` is that of row and column."""
        self.notes.add(address, text)
        self.shapes.add(row, column, text, self.grid)

    def append(self, note: Note, row: int, column: int, text: str) -> str | None:
        """Append to the note that a cell has; returns the place of its box, for the record.

        The caller has made sure that it is no threaded comment.
        """
        self.notes.rewrite(note, joined_xml(note.text_xml, text))
        whole = note.text + SEPARATOR + text
        anchor = self.shapes.anchor_of(row, column)
        if anchor is None and not self.shapes.has(row, column):
            self.shapes.add(row, column, whole, self.grid)
        elif anchor is not None:
            self.shapes.move(row, column, self.grid.anchor(row, column, *text_pixels(whole)))
        return anchor

    def remove(self, note: Note, row: int, column: int) -> None:
        """Take the note of that cell away."""
        self.notes.remove(note)
        if self._shapes_key is not None:
            self.shapes.remove(row, column)

    def rewrite(self, note: Note, row: int, column: int, xml: bytes, anchor: str = "") -> None:
        """Give the note of that cell back its earlier text and place."""
        self.notes.rewrite(note, xml)
        if anchor and self._shapes_key is not None:
            self.shapes.move(row, column, anchor)

    def finish(self) -> None:
        """Splice in everything that was added."""
        if self._notes is not None:
            self._notes.finish()
        if self._shapes is not None:
            self._shapes.finish()

    def drop_if_empty(self) -> None:
        """Remove parts that hold nothing any more (after removing notes)."""
        self.finish()
        if self._notes is None or self._comments_key is None:
            return
        self._notes.part.commit()
        if Notes(self._notes.part).notes:
            return
        unrelate(self._package, self._sheet.key, self._comments_key)
        remove_part(self._package, self._comments_key)
        if self._shapes is None or self._shapes_key is None:
            return
        self._shapes.part.commit()
        element = self._sheet_part.part.element("legacyDrawing")
        if self._shapes.is_empty and element is not None:
            self._sheet_part.part.splice(element.start, element.end, b"")
            unrelate(self._package, self._sheet.key, self._shapes_key)
            remove_part(self._package, self._shapes_key)
