"""Values, error cells and percentages of workbooks that are not .xlsx: .xls, .xlsb, .ods.

Formulas are not read from these formats. This runs in the guard process.
"""

from __future__ import annotations

from checker.reading.cell_values import SheetValues, read_values
from checker.reading.package import Package
from checker.reading.sheet_scan import SheetScan
from checker.reading.signature import FileKind, kind_of


def read_any(data: bytes) -> list[SheetValues]:
    """All worksheets of a workbook of any kind; for .xlsx the values only, since its second look
    happens elsewhere. Raises UnreadableWorkbook."""
    kind, package = kind_of(data, "")
    values = read_values(data)
    if kind is FileKind.XLSX:
        return values
    scans = _scans(kind, data, package)
    return [
        sheet._replace(errors=scan.errors, percent=frozenset(scan.percent))
        for sheet in values
        for scan in (scans.get(sheet.title, SheetScan()),)
    ]


def _scans(kind: FileKind, data: bytes, package: Package | None) -> dict[str, SheetScan]:
    if package is None:
        from checker.reading.xls_scan import scan_xls

        return scan_xls(data)
    if kind is FileKind.ODS:
        from checker.reading.ods_scan import scan_ods

        return scan_ods(package)
    from checker.reading.xlsb_scan import scan_xlsb

    return scan_xlsb(package)
