"""Fill and note of many cells of a LibreOffice document in few calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from checker_xlsx.libreoffice.cells import NO_FILL, corners
from checker_xlsx.libreoffice.connection import Uno, uno_module
from checker_xlsx.looks import Look, Repainted


def repaint(document: Uno, looks: Sequence[Look]) -> Repainted:
    """Give the cells their looks, sheet by sheet; what they looked like before.

    Sheets under a protection without password are unprotected meanwhile. LibreOffice knows solid
    fills only: of a patterned one the ground colour is given.
    """
    before: list[Look] = []
    refused: set[str] = set()
    for title, group in groupby(looks, key=lambda look: look.sheet):
        sheet = document.Sheets.getByName(title)
        locked = sheet.isProtected()
        if locked and not _unlocked(sheet):
            refused.add(title)
            continue
        try:
            before += _repaint_sheet(document, sheet, list(group))
        finally:
            if locked:
                sheet.protect("")
    return Repainted(tuple(before), frozenset(refused))


def _unlocked(sheet: Uno) -> bool:
    from com.sun.star.lang import IllegalArgumentException

    try:
        sheet.unprotect("")
    except IllegalArgumentException:
        return False
    return not sheet.isProtected()


def _repaint_sheet(document: Uno, sheet: Uno, looks: Sequence[Look]) -> Iterable[Look]:
    annotations = sheet.Annotations
    notes = {}
    for index in range(annotations.Count):
        note = annotations.getByIndex(index)
        place = note.Position
        notes[place.Row + 1, place.Column + 1] = note.String
    before: list[Look] = []
    colours: dict[int, list[tuple[int, int, int, int]]] = {}
    new_notes: dict[tuple[int, int], str] = {}
    for look in looks:
        place = corners(look.address)
        colour = sheet.getCellByPosition(place[1] - 1, place[0] - 1).CellBackColor
        fill = "" if colour == NO_FILL else f"{colour:06X}"
        before.append(Look(look.sheet, look.address, fill, notes.get(place[:2], "")))
        if look.fill is not None:
            wanted = int(look.fill[:6], 16) if look.fill else NO_FILL
            colours.setdefault(wanted, []).append(place)
        if look.note is not None:
            new_notes[place[:2]] = look.note
        if look.value is not None:
            cell = sheet.getCellByPosition(place[1] - 1, place[0] - 1)
            if isinstance(look.value, str):
                cell.setString(look.value)
            else:
                cell.setValue(float(look.value))
    for colour, places in colours.items():
        ranges = document.createInstance("com.sun.star.sheet.SheetCellRanges")
        ranges.addRangeAddresses(tuple(_address(sheet, place) for place in places), False)
        ranges.CellBackColor = colour
    _renote(sheet, annotations, notes, new_notes)
    return before


def _address(sheet: Uno, place: tuple[int, int, int, int]) -> Uno:
    address = uno_module().createUnoStruct("com.sun.star.table.CellRangeAddress")
    address.Sheet = sheet.RangeAddress.Sheet
    address.StartRow, address.StartColumn = place[0] - 1, place[1] - 1
    address.EndRow, address.EndColumn = place[2] - 1, place[3] - 1
    return address


def _renote(
    sheet: Uno,
    annotations: Uno,
    notes: dict[tuple[int, int], str],
    wanted: dict[tuple[int, int], str],
) -> None:
    changed = {place for place, text in wanted.items() if notes.get(place, "") != text}
    for index in range(annotations.Count - 1, -1, -1):
        place = annotations.getByIndex(index).Position
        if (place.Row + 1, place.Column + 1) in changed:
            annotations.removeByIndex(index)
    for row, column in sorted(changed):
        if wanted[row, column]:
            cell = sheet.getCellByPosition(column - 1, row - 1)
            annotations.insertNew(cell.CellAddress, wanted[row, column])
