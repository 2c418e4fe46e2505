"""Fill and note of many cells of a LibreOffice document in few calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from checker_xlsx.libreoffice.cells import NO_FILL, corners
from checker_xlsx.libreoffice.connection import Uno, uno_module
from checker_xlsx.looks import Look

from checker.writing.note_texts import NOTE_FONT, NOTE_POINTS
from checker.writing.text_size import text_pixels

_NOTE = 8  # com.sun.star.sheet.CellFlags.ANNOTATION
_UNPROTECTED = "checker.unprotected"
_REMOVABLE = 128  # com.sun.star.beans.PropertyAttribute.REMOVEABLE
_Place = tuple[int, int, int, int]
_LETTERS = {
    "CharFontName": NOTE_FONT,
    "CharFontNameAsian": NOTE_FONT,
    "CharHeight": float(NOTE_POINTS),
    "CharHeightAsian": float(NOTE_POINTS),
}


def repaint(document: Uno, looks: Sequence[Look]) -> None:
    """Give the cells their looks, sheet by sheet. LibreOffice knows solid fills only: of a
    patterned one the ground colour is given. Sheets under a protection without password are
    unprotected meanwhile; those under somebody's password are left alone."""
    for title, group in groupby(looks, key=lambda look: look.sheet):
        sheet = document.Sheets.getByName(title)
        locked = sheet.isProtected()
        if locked:
            _note_unprotected(document, title)
        try:
            if not locked or _unlocked(sheet):
                _repaint_sheet(document, sheet, list(group))
        finally:
            if locked:
                protect_again(document)


def refused_sheets(document: Uno, titles: Iterable[str]) -> frozenset[str]:
    """Those sheets that somebody's password protects."""
    refused = set()
    for title in set(titles):
        sheet = document.Sheets.getByName(title)
        if sheet.isProtected():
            _note_unprotected(document, title)
            if not _unlocked(sheet):
                refused.add(title)
            protect_again(document)
    return frozenset(refused)


def _note_unprotected(document: Uno, title: str) -> None:
    """Write into the document which sheet is about to be unprotected: this process may be ended
    before it has protected it again, and then the next one does."""
    properties = document.DocumentProperties.UserDefinedProperties
    if not properties.PropertySetInfo.hasPropertyByName(_UNPROTECTED):
        properties.addProperty(_UNPROTECTED, _REMOVABLE, title)


def protect_again(document: Uno) -> None:
    """Protect the sheet that this program, or one that was ended, had unprotected."""
    properties = document.DocumentProperties.UserDefinedProperties
    if not properties.PropertySetInfo.hasPropertyByName(_UNPROTECTED):
        return
    title = properties.getPropertyValue(_UNPROTECTED)
    if document.Sheets.hasByName(title):
        sheet = document.Sheets.getByName(title)
        if not sheet.isProtected():
            sheet.protect("")
    properties.removeProperty(_UNPROTECTED)


def _unlocked(sheet: Uno) -> bool:
    from com.sun.star.lang import IllegalArgumentException

    try:
        sheet.unprotect("")
    except IllegalArgumentException:
        return False
    return not sheet.isProtected()


def _repaint_sheet(document: Uno, sheet: Uno, looks: Sequence[Look]) -> None:
    number = sheet.RangeAddress.Sheet
    colours: dict[int, list[_Place]] = {}
    noted: list[_Place] = []
    for look in looks:
        place = corners(look.address)
        if look.fill is not None:
            wanted = int(look.fill[:6], 16) if look.fill else NO_FILL
            colours.setdefault(wanted, []).append(place)
        if look.note is not None:
            noted.append((*place[:2], *place[:2]))
        if look.value is not None:
            cell = sheet.getCellByPosition(place[1] - 1, place[0] - 1)
            if isinstance(look.value, str):
                cell.setString(look.value)
            else:
                cell.setValue(float(look.value))
    for colour, places in colours.items():
        _ranges(document, number, places).CellBackColor = colour
    if noted:
        _ranges(document, number, noted).clearContents(_NOTE)
        annotations = sheet.Annotations
        for look, place in zip(
            (look for look in looks if look.note is not None), noted, strict=True
        ):
            if look.note:
                annotations.insertNew(_cell_address(number, place), look.note)
                _fit(sheet.getCellByPosition(place[1] - 1, place[0] - 1), look.note)


def _fit(cell: Uno, note: str) -> None:
    """Letters and box of a note as the file writer has them. Left to itself LibreOffice makes the
    box of a long note three centimetres wide and a metre high."""
    shape = cell.Annotation.AnnotationShape
    shape.setPropertyValues(tuple(_LETTERS), tuple(_LETTERS.values()))
    size = uno_module().createUnoStruct("com.sun.star.awt.Size")
    size.Width, size.Height = (round(pixels * 2540 / 96) for pixels in text_pixels(note))
    shape.setSize(size)


def _ranges(document: Uno, sheet: int, places: Iterable[_Place]) -> Uno:
    """All those places of one sheet as one object."""
    ranges = document.createInstance("com.sun.star.sheet.SheetCellRanges")
    ranges.addRangeAddresses(tuple(_address(sheet, place) for place in places), False)
    return ranges


def _address(sheet: int, place: _Place) -> Uno:
    address = uno_module().createUnoStruct("com.sun.star.table.CellRangeAddress")
    address.Sheet = sheet
    address.StartRow, address.StartColumn = place[0] - 1, place[1] - 1
    address.EndRow, address.EndColumn = place[2] - 1, place[3] - 1
    return address


def _cell_address(sheet: int, place: _Place) -> Uno:
    address = uno_module().createUnoStruct("com.sun.star.table.CellAddress")
    address.Sheet, address.Row, address.Column = sheet, place[0] - 1, place[1] - 1
    return address
