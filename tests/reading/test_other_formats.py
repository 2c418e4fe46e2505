"""What calamine hides in .xlsb, put together record by record (nothing here can write one).

.xls and .ods are tested with files that Calc saved: tests/binding/test_edited_in_calc.py.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO

from checker.model.cells import Cell, CellKind
from checker.reading import read_snapshot_bytes
from checker.reading.package import Package
from checker.reading.xlsb import scan_xlsb


def record(kind: int, body: bytes = b"") -> bytes:
    """One record: its kind and size in groups of seven bits."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(body)
    return head + (bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])) + body


def text(value: str) -> bytes:
    return struct.pack("<L", len(value)) + value.encode("utf-16-le")


def cell(kind: int, column: int, style: int, value: bytes) -> bytes:
    return record(kind, struct.pack("<LL", column, style) + value)


def workbook(parts: Mapping[str, str]) -> bytes:
    row = record(0, struct.pack("<LLHBBL", 1, 0, 0, 0, 0, 0) + b"\0" * 1)
    sheet = (
        record(129)
        + record(148, struct.pack("<4L", 1, 1, 1, 3))
        + record(145)
        + row
        + cell(5, 1, 0, struct.pack("<d", 12.5))
        + cell(3, 2, 0, b"\x07")
        + cell(5, 3, 1, struct.pack("<d", 0.955))
        + record(146)
        + record(177, struct.pack("<L", 1))
        + record(176, struct.pack("<4L", 0, 0, 1, 3))
        + record(178)
        + record(130)
    )
    book = (
        record(131)
        + record(143)
        + record(156, struct.pack("<LL", 0, 1) + text("rId1") + text("表"))
        + record(144)
        + record(132)
    )
    xf = struct.pack("<HHHHHBBHBB", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    styles = (
        record(278)
        + record(617, struct.pack("<L", 2))
        + record(47, xf)
        + record(47, xf[:2] + struct.pack("<H", 10) + xf[4:])
        + record(618)
        + record(279)
    )
    rels = parts["xl/_rels/workbook.xml.rels"]
    content = {
        "[Content_Types].xml": parts["[Content_Types].xml"].replace("workbook.xml", "workbook.bin"),
        "_rels/.rels": parts["_rels/.rels"].replace("workbook.xml", "workbook.bin"),
        "xl/_rels/workbook.bin.rels": rels.replace("sheet1.xml", "sheet1.bin").replace(
            "styles.xml", "styles.bin"
        ),
        "xl/workbook.bin": book,
        "xl/styles.bin": styles,
        "xl/worksheets/sheet1.bin": sheet,
    }
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return target.getvalue()


def test_errors_and_percentages_of_an_xlsb(parts: Mapping[str, str]) -> None:
    data = workbook(parts)
    scan = scan_xlsb(Package(data))["表"]
    assert scan.errors == {(2, 3): "#DIV/0!"} and scan.percent == {(2, 4)}
    snapshot = read_snapshot_bytes("某校.xlsb", data)
    sheet = snapshot.sheets["表"]
    assert sheet.cell(2, 2) == Cell(CellKind.NUMBER, Decimal("12.5"))
    assert sheet.cell(2, 3) == Cell(CellKind.ERROR, "#DIV/0!")
    assert sheet.cell(2, 4) == Cell(CellKind.NUMBER, Decimal("0.955"), None, True)
    assert sheet.merged == ((1, 2, 1, 4),)
    assert snapshot.cannot_write is not None and ".xlsb" in snapshot.cannot_write
    assert not snapshot.formulas_known
