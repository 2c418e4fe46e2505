"""Macros, buttons and a ribbon tab put into a workbook that somebody else made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from checker.writing.memory_sheet import find_memory_sheets
from checker.writing.notes import SheetNotes
from checker.writing.outcome import UnwritableWorkbook
from checker.writing.package import content_type, declare, redeclare, relate, related
from checker.writing.sheet_part import ORDER, SheetPart
from checker.writing.workbook_file import opened
from checker.writing.workbook_part import Sheet, Workbook
from checker.writing.xml_part import set_attribute

PLAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
VBA_TYPE = "application/vnd.ms-office.vbaProject"
VBA_RELATION = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
RIBBON_RELATION = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
RIBBON_PART = "customUI/customUI.xml"
BUTTON_PIXELS = (72, 26)
BUTTON_GAP = 8
_CODE_NAME = re.compile(r"[A-Za-z]\w{0,30}", re.ASCII)

Project = Callable[[str, Sequence[str]], bytes]
"""Code name of the workbook, code names of its sheets -> the bytes of ``vbaProject.bin``."""


def with_macros(
    data: bytes,
    project: Project,
    ribbon: bytes,
    buttons: Sequence[tuple[str, str]],
    places: Mapping[str, tuple[int, int]],
) -> bytes:
    """The workbook as .xlsm: macros, a ribbon tab, and buttons (caption, macro) side by side.

    ``places`` says by sheet title at which cell (1-based row and column) the first button stands;
    a sheet that is not named gets none. Changed are the workbook part (code name), the sheets
    (code name, tie to the drawing of the buttons), content types and relationships; every other
    part is copied packed. A ribbon tab that is there already is left, and ours not added. Raises
    `UnwritableWorkbook`.
    """
    workbook = opened(data)
    _refuse(workbook)
    package = workbook.package
    workbook_name = workbook.code_name() or "ThisWorkbook"
    if not _CODE_NAME.fullmatch(workbook_name):
        workbook_name = "ThisWorkbook"
    workbook.set_code_name(workbook_name)
    names = _code_names(workbook, workbook_name)
    vba = workbook.folder + "vbaProject.bin"
    package.put(vba, project(workbook_name, list(names.values())))
    declare(package, vba, VBA_TYPE)
    relate(package, workbook.key, VBA_RELATION, vba)
    redeclare(package, package.name_of(workbook.key), MACRO_TYPE)
    if related(package, "", "extensibility") is None:
        package.put(RIBBON_PART, ribbon)
        declare(package, RIBBON_PART, "application/xml")
        relate(package, "", RIBBON_RELATION, RIBBON_PART)
    for sheet in workbook.sheets:
        part = SheetPart(package.part(sheet.key))
        _set_code_name(part, names[sheet.key])
        if sheet.title in places:
            part = SheetPart(package.part(sheet.key))
            notes = SheetNotes(workbook, sheet, part)
            row, column = places[sheet.title]
            for number, (caption, macro) in enumerate(buttons):
                width, height = BUTTON_PIXELS
                left = 2 + number * (width + BUTTON_GAP)
                box = notes.grid.box(row, column, left, 2, width, height)
                notes.shapes.add_button(caption, macro, box, BUTTON_PIXELS)
            notes.finish()
    return package.content()


def _refuse(workbook: Workbook) -> None:
    if related(workbook.package, workbook.key, "vbaProject"):
        raise UnwritableWorkbook(
            "这份工作簿里已经有宏，没有再加按钮；校验时请把文件拖到校验程序的图标上。"
        )
    if content_type(workbook.package, workbook.key) != PLAIN_TYPE:
        raise UnwritableWorkbook("只有普通的 .xlsx 工作簿能加按钮，请另存为 .xlsx 再试。")
    if find_memory_sheets(workbook):
        raise UnwritableWorkbook("这份工作簿里有校验标记，请先清除（checker clean）再加按钮。")
    if any(sheet.kind != "worksheet" or not sheet.key for sheet in workbook.sheets):
        raise UnwritableWorkbook("这份工作簿里有单独成页的图表或对话框，按钮放不进去。")


def _code_names(workbook: Workbook, taken: str) -> dict[str, str]:
    """By sheet key the name that macros know the sheet by: its own, or a new one."""
    names: dict[str, str] = {}
    used = {taken.casefold()}
    waiting: list[Sheet] = []
    for sheet in workbook.sheets:
        part = SheetPart(workbook.package.part(sheet.key))
        properties = part.part.element("sheetPr")
        own = part.part.attributes(properties).get("codeName", "") if properties else ""
        if _CODE_NAME.fullmatch(own) and own.casefold() not in used:
            names[sheet.key] = own
            used.add(own.casefold())
        else:
            waiting.append(sheet)
    number = 0
    for sheet in waiting:
        number += 1
        while f"sheet{number}" in used:
            number += 1
        names[sheet.key] = f"Sheet{number}"
    return {sheet.key: names[sheet.key] for sheet in workbook.sheets}


def _set_code_name(sheet: SheetPart, name: str) -> None:
    part = sheet.part
    properties = part.element("sheetPr")
    if properties is None:
        tag = b"<" + sheet.prefix + f'sheetPr codeName="{name}"/>'.encode()
        part.insert(part.place_for("sheetPr", ORDER), tag)
    elif part.attributes(properties).get("codeName") != name:
        tag = set_attribute(part.tag(properties), "codeName", name)
        part.splice(properties.start, properties.inner_start, tag)
    part.commit()
