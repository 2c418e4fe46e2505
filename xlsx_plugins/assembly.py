"""From a built .xlsx to the .xlsm with the button: macro project, ribbon tab, sheet buttons."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from checker_xlsx.vba.project import Module, ModuleKind, vba_project
from checker_xlsx.vba.texts import texts_module

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

_HERE = Path(__file__).parent
LAUNCHER_SOURCES = (
    "CheckerLauncher.bas",
    "CheckerSteps.bas",
    "CheckerMarks.bas",
    "CheckerSheets.bas",
)
BUTTONS = (("校验", "Checker_Check"), ("清除", "Checker_Clean"))
_BUTTON_SIZE = (72, 26)  # pixels
_BUTTON_GAP = 8

_PLAIN_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MACRO_WORKBOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_VBA_TYPE = "application/vnd.ms-office.vbaProject"
_VBA_RELATION = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_RIBBON_RELATION = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def add_buttons(workbook: xlsxwriter.Workbook, worksheets: Sequence[tuple[Worksheet, str]]) -> None:
    """Put the buttons 校验 and 清除 on each worksheet, the first at the cell named beside it.

    For workbooks under construction that :func:`to_macro_workbook` will finish; until then the
    buttons name macros that are not there yet.
    """
    width, height = _BUTTON_SIZE
    for worksheet, cell in worksheets:
        for place, (caption, macro) in enumerate(BUTTONS):
            worksheet.insert_button(
                cell,
                {
                    "macro": macro,
                    "caption": caption,
                    "width": width,
                    "height": height,
                    "x_offset": place * (width + _BUTTON_GAP) + 2,
                    "y_offset": 2,
                    "description": caption,
                },
            )


def launcher_modules() -> list[Module]:
    """The standard modules of the launcher, read from their source files, and its texts."""
    modules = [
        Module(
            Path(source).stem,
            ModuleKind.STANDARD,
            (_HERE / "launcher" / source).read_text(encoding="ascii"),
        )
        for source in LAUNCHER_SOURCES
    ]
    return [*modules, texts_module()]


def to_macro_workbook(xlsx: Path, xlsm: Path) -> None:
    """Write ``xlsm``: the workbook of ``xlsx`` with the launcher's macros and the ribbon tab.

    Equal input gives equal bytes. Parts other than the workbook, its sheets' code names, the
    content types and the relationships are taken over unchanged. Raises ValueError when ``xlsx``
    is not a workbook as XlsxWriter builds it (or already carries macros).
    """
    with zipfile.ZipFile(xlsx) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    if "xl/vbaProject.bin" in parts:
        raise ValueError(f"{xlsx.name} already carries macros")
    sheets = sorted(
        (name for name in parts if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)),
        key=lambda name: int("".join(filter(str.isdigit, name))),
    )
    code_names = [f"Sheet{number}" for number in range(1, len(sheets) + 1)]
    modules = [
        Module("ThisWorkbook", ModuleKind.WORKBOOK),
        *(Module(name, ModuleKind.SHEET) for name in code_names),
        *launcher_modules(),
    ]
    parts["xl/workbook.xml"] = _with_code_name(
        parts["xl/workbook.xml"], "workbook", "workbookPr", "ThisWorkbook"
    )
    for part, code_name in zip(sheets, code_names, strict=True):
        parts[part] = _with_code_name(parts[part], "worksheet", "sheetPr", code_name)
    parts["xl/vbaProject.bin"] = vba_project(modules)
    parts["customUI/customUI.xml"] = (_HERE / "ribbon" / "customUI.xml").read_bytes()
    parts["xl/_rels/workbook.xml.rels"] = _with_relation(
        parts["xl/_rels/workbook.xml.rels"], _VBA_RELATION, "vbaProject.bin", "checkerVba"
    )
    parts["_rels/.rels"] = _with_relation(
        parts["_rels/.rels"], _RIBBON_RELATION, "customUI/customUI.xml", "checkerRibbon"
    )
    parts["[Content_Types].xml"] = _with_macro_types(parts["[Content_Types].xml"])
    with zipfile.ZipFile(xlsm, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # else the bytes would tell Linux from Windows
            entry.external_attr = 0
            package.writestr(entry, content)


def _with_code_name(part: bytes, root: str, element: str, code_name: str) -> bytes:
    """``part`` with ``codeName`` on its properties element, which is made when missing."""
    text = part.decode("utf-8")
    found = re.search(rf"<{element}\b[^>]*?(/?)>", text)
    if found:
        tag = re.sub(r'\s+codeName="[^"]*"', "", found.group())
        named = tag.replace(f"<{element}", f'<{element} codeName="{code_name}"', 1)
        return (text[: found.start()] + named + text[found.end() :]).encode()
    start = re.search(rf"<{root}\b[^>]*>", text)
    if start is None:
        raise ValueError(f"no <{root}> where one was expected")
    # sheetPr comes first of all; workbookPr only after fileVersion, which XlsxWriter writes.
    after = re.search(r"<fileVersion\b[^>]*/>", text) if root == "workbook" else None
    at = after.end() if after else start.end()
    return (text[:at] + f'<{element} codeName="{code_name}"/>' + text[at:]).encode()


def _with_relation(part: bytes, kind: str, target: str, identifier: str) -> bytes:
    relation = f'<Relationship Id="{identifier}" Type="{kind}" Target="{target}"/>'
    return part.replace(b"</Relationships>", relation.encode() + b"</Relationships>")


def _with_macro_types(part: bytes) -> bytes:
    text = part.decode("utf-8")
    if _PLAIN_WORKBOOK not in text:
        raise ValueError("not a plain .xlsx workbook")
    text = text.replace(_PLAIN_WORKBOOK, _MACRO_WORKBOOK)
    override = f'<Override PartName="/xl/vbaProject.bin" ContentType="{_VBA_TYPE}"/>'
    return text.replace("</Types>", override + "</Types>").encode()
