"""The whole document in one call: LibreOffice writes a copy, checker's own readers read it.

Asking LibreOffice cell by cell or name by name costs a millisecond per object, seconds for a form.
The copy holds what is on the screen, edits that were not saved included; it lies in a folder that
only this user can open and is deleted at once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from checker_xlsx.fills import fill_text
from checker_xlsx.libreoffice.connection import Uno, uno_module
from checker_xlsx.looks import Look

from checker.model.snapshot import Snapshot
from checker.reading import read_snapshot_bytes
from checker.writing.addresses import Area
from checker.writing.notes import SheetNotes
from checker.writing.package import Package
from checker.writing.sheet_part import SheetPart
from checker.writing.styles_part import Styles
from checker.writing.workbook_part import Workbook

_FILTER = "Calc MS Excel 2007 XML"
Key = tuple[str, int, int]
"""Sheet title, row, column."""


def exported(document: Uno) -> bytes:
    """The document as an .xlsx file; its own file, name and saved state stay as they are."""
    with tempfile.TemporaryDirectory(prefix="checker-") as folder:
        copy = Path(folder, "copy.xlsx")
        kind = uno_module().createUnoStruct("com.sun.star.beans.PropertyValue")
        kind.Name, kind.Value = "FilterName", _FILTER
        document.storeToURL(copy.as_uri(), (kind,))
        return copy.read_bytes()


def snapshot_of(name: str, data: bytes) -> Snapshot:
    """The snapshot of an exported document. Raises what reading a file raises."""
    read = read_snapshot_bytes(f"{Path(name).stem}.xlsx", data)
    return Snapshot(
        name=name,
        sheets=read.sheets,
        names=read.names,
        properties=read.properties,
        formulas_known=read.formulas_known,
    )


def looks_in(data: bytes, cells: Iterable[Key]) -> list[Look]:
    """Fill and note of cells, as the exported document has them, sheet by sheet."""
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
            looks.append(Look(title, address, fill, note.text if note else ""))
    return looks
