"""A book by a copy of it that was saved: read, looked at, and answered with orders in a file.

LibreOffice is always read this way. In Excel and WPS it is the second carrier, for books that
cannot be attached to: the launcher saves the copy, edits that were not saved included, writes its
description beside it, and carries out the orders itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from checker_xlsx.description import Description, described
from checker_xlsx.fills import fill_text
from checker_xlsx.looks import Look, Seen
from checker_xlsx.marking import Remembered
from checker_xlsx.marking_plan import Key
from checker_xlsx.orders import Answer, Orders, lines_of

from checker.model.snapshot import Snapshot
from checker.reading import read_snapshot_bytes
from checker.writing.addresses import Area
from checker.writing.memory_sheet import find_memory_sheets, read_memories
from checker.writing.notes import SheetNotes
from checker.writing.outcome import UnwritableWorkbook
from checker.writing.package import Package
from checker.writing.sheet_part import SheetPart
from checker.writing.styles_part import Styles
from checker.writing.workbook_part import Workbook


def snapshot_of(name: str, data: bytes) -> Snapshot:
    """The snapshot of a copy, under the name of the open book. Raises what reading a file raises.

    The copy is in the new format whatever the book's name ends in.
    """
    read = read_snapshot_bytes(f"{Path(name).stem}.xlsx", data)
    return Snapshot(
        name=name,
        sheets=read.sheets,
        names=read.names,
        properties=read.properties,
        formulas_known=read.formulas_known,
    )


def looks_in(data: bytes, cells: Iterable[Key]) -> list[Look]:
    """Fill and note of cells, as the copy has them, sheet by sheet."""
    workbook = Workbook(Package(data))
    styles = Styles(workbook)
    looks: list[Look] = []
    for title, group in groupby(sorted(cells), key=lambda key: key[0]):
        sheet = workbook.sheet(title)
        if sheet is None or not sheet.key:
            continue
        part = SheetPart(workbook.package.part(sheet.key))
        places = part.locate({(row, column) for _, row, column in group})
        notes = SheetNotes(workbook, sheet, part)
        for (row, column), place in sorted(places.items()):
            address = Area(row, column, row, column).reference
            note = notes.existing(address)
            fill = fill_text(styles.fill_of(place.style).decode())
            threaded = note is not None and note.is_thread
            text = note.text if note and not threaded else ""
            looks.append(Look(title, address, fill, text, threaded=threaded))
    return looks


class SavedCopy:
    """The carrier by a copy: nothing of the open book is touched from here."""

    def __init__(self, copy: Path, description: Path, orders: Path) -> None:
        """Reads both files. Raises OSError, ValueError when the description is none, and
        `UnwritableWorkbook` for a copy in an old format, which does not tell how cells look."""
        if copy.suffix in (".xls", ".xlsb"):
            raise UnwritableWorkbook(
                f"这个工作簿存成了 {copy.suffix} 格式，在这里不能校验，工作簿没有任何改动。"
                "请另存为“Excel 启用宏的工作簿（.xlsm）”，再点一次。"
            )
        self._data = copy.read_bytes()
        self._about = described(description.read_text(encoding="ascii"))
        self._orders = orders

    @property
    def about(self) -> Description:
        return self._about

    @property
    def place(self) -> Path | None:
        """Where the open book is saved; None if it never was, or on a server."""
        where = self._about.place
        return Path(where) if where and "://" not in where else None

    @property
    def titles(self) -> Sequence[str]:
        return [sheet.title for sheet in self._workbook().sheets]

    def read(self) -> Snapshot:
        return snapshot_of(self._about.book, self._data)

    def remembered(self) -> Remembered:
        workbook = self._workbook()
        sheets = find_memory_sheets(workbook)
        return Remembered(
            tuple(memory for sheet in sheets for memory in read_memories(workbook, sheet)),
            tuple(sheet.title for sheet in sheets),
        )

    def looks(self, cells: Iterable[Key]) -> Seen:
        refused = self._about.refused
        wanted = {key for key in cells if key[0] not in refused}
        return Seen(tuple(looks_in(self._data, wanted)), refused)

    def carry_out(self, orders: Orders) -> Answer:
        """Leave the orders for the launcher; it says by itself what it could not do."""
        self._orders.write_text(lines_of(orders), encoding="ascii", newline="\r\n")
        return Answer()

    def _workbook(self) -> Workbook:
        return Workbook(Package(self._data))
