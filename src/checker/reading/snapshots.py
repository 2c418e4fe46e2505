"""File -> Snapshot: every cell value, and what of formats, formulas and names the binding needs."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.reading import unreadable
from checker.reading.number_formats import percent_styles
from checker.reading.package import Package
from checker.reading.parts import WorkbookPart, read_properties, read_workbook_part
from checker.reading.sheet_scan import SheetScan, scan_sheet
from checker.reading.signature import FileKind, kind_of
from checker.reading.unreadable import UnreadableWorkbook

if TYPE_CHECKING:
    from checker.reading.cell_values import SheetValues

IN_PROCESS_BYTES = 150_000_000
"""Unpacked size up to which an ordinary .xlsx is read without a guard process."""
VERIFY_STRINGS_FROM = 250_000
"""Packed size above which the shared strings could unpack to something dangerous: deflate packs
at most 1 : 1032, so a smaller file cannot lie its way past 250 MB."""
CANNOT_WRITE = {
    FileKind.XLS: "旧的 .xls 格式只能校验，不能写回标记，需要标记时请另存为 .xlsx 再校验。",
    FileKind.XLSB: ".xlsb 格式只能校验，不能写回标记，需要标记时请另存为 .xlsx 再校验。",
    FileKind.ODS: ".ods 格式只能校验，不能写回标记，需要标记时请另存为 .xlsx 再校验。",
}


def read_snapshot(path: Path, *, guarded: bool = False) -> Snapshot:
    """Reads a workbook file once. ``guarded`` reads it in a worker process even if it looks
    ordinary. Raises UnreadableWorkbook, whose reason is for the user, and nothing else."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableWorkbook(unreadable.MISSING) from error
    except OSError as error:
        raise UnreadableWorkbook(unreadable.NO_PERMISSION) from error
    return read_snapshot_bytes(path.name, data, guarded=guarded)


def read_snapshot_bytes(name: str, data: bytes, *, guarded: bool = False) -> Snapshot:
    """Reads a workbook from its bytes; ``name`` is the file's name, without folders.

    Raises UnreadableWorkbook, whose reason is for the user, and nothing else.
    """
    kind, package = kind_of(data, name)
    if kind is FileKind.XLSX and package is not None:
        return _read_xlsx(name, data, package, guarded)
    from checker.reading.guard import read_values_guarded

    values = read_values_guarded(data)
    _refuse_no_sheets(values)
    return Snapshot(
        name=name,
        sheets={sheet.title: _plain_sheet(sheet) for sheet in values},
        cannot_write=CANNOT_WRITE[kind],
        formulas_known=False,
        content=data,
    )


def _read_xlsx(name: str, data: bytes, package: Package, guarded: bool) -> Snapshot:
    workbook = read_workbook_part(package)
    sheets = None if guarded or _first_of_its_process() else _read_quickly(package, workbook)
    if sheets is None:
        sheets = read_thoroughly(data, package, workbook, guarded=guarded)
    return Snapshot(
        name=name,
        sheets=sheets,
        names=workbook.names,
        properties=read_properties(package),
        cannot_write=workbook.cannot_write,
        content=data,
    )


_workbooks = count()


def _first_of_its_process() -> bool:
    """A single workbook is read soonest the thorough way; learning what the quick way knows of a
    form pays from the second one on. What is read is the same."""
    return next(_workbooks) == 0


def _read_quickly(package: Package, workbook: WorkbookPart) -> dict[str, SheetSnapshot] | None:
    from checker.reading.usual_cells import Unusual
    from checker.reading.usual_workbook import read_usual

    try:
        return read_usual(package, workbook)
    except Unusual:
        return None


def read_thoroughly(
    data: bytes, package: Package, workbook: WorkbookPart, *, guarded: bool = False
) -> dict[str, SheetSnapshot]:
    """The sheets of any .xlsx by title: values from calamine, the rest from a second look.

    Raises UnreadableWorkbook.
    """
    scans = _scan_sheets(package, workbook)
    odd = any(scan.area for scan in scans.values()) or package.total_size > IN_PROCESS_BYTES
    readable = _readable_by_calamine(data, package, workbook)
    if guarded or odd:
        from checker.reading.guard import read_values_guarded

        values = read_values_guarded(readable)
    else:
        from checker.reading.cell_values import read_values

        values = read_values(readable)
    _refuse_no_sheets(values)
    return {
        sheet.title: _scanned_sheet(sheet, scans.get(sheet.title, SheetScan())) for sheet in values
    }


def _scan_sheets(package: Package, workbook: WorkbookPart) -> dict[str, SheetScan]:
    styles = frozenset[int]()
    if workbook.styles and package.has(workbook.styles):
        styles = percent_styles(package.read(workbook.styles))
    return {
        sheet.title: scan_sheet(package.read(sheet.part), styles)
        for sheet in workbook.sheets
        if sheet.part and package.has(sheet.part)
    }


def _readable_by_calamine(data: bytes, package: Package, workbook: WorkbookPart) -> bytes:
    """The file, with one fault of calamine worked round: it refuses an empty part or a self-closed
    ``<sst/>``, which some programs write into workbooks that have no shared strings."""
    name = workbook.shared_strings or "xl/sharedStrings.xml"  # calamine looks there regardless
    if not package.has(name):
        return data
    small = package.size(name) < 2_000
    if len(data) < VERIFY_STRINGS_FROM and not small:
        return data
    strings = package.read(name)
    if small and b"</" not in strings:
        namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        empty = b'<sst xmlns="' + namespace + b'"><si><t></t></si></sst>'
        return package.with_part(name, empty)
    return data


def _scanned_sheet(values: SheetValues, scan: SheetScan) -> SheetSnapshot:
    return SheetSnapshot(
        title=values.title,
        rows=values.rows,
        origin=values.origin,
        visible=values.visible,
        errors=scan.errors,
        formulas=scan.formulas,
        uncomputed=frozenset(scan.uncomputed),
        percent=frozenset(scan.percent),
    )


def _plain_sheet(values: SheetValues) -> SheetSnapshot:
    return SheetSnapshot(
        title=values.title,
        rows=values.rows,
        origin=values.origin,
        visible=values.visible,
        errors=values.errors,
        percent=values.percent,
    )


def _refuse_no_sheets(values: list[SheetValues]) -> None:
    if not values:
        raise UnreadableWorkbook(unreadable.NO_SHEETS)
