"""Workbooks to read: the public corpus, and small ones put together part by part."""

from __future__ import annotations

import io
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from public_workbooks import CORPUS

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real workbooks from public projects, in ok/ and bad/."""
    return CORPUS


@pytest.fixture(scope="session")
def parts() -> Mapping[str, str]:
    """The least that makes a workbook: one sheet 表 with 12.5 in B2."""
    types = (
        ("/xl/workbook.xml", "sheet.main"),
        ("/xl/worksheets/sheet1.xml", "worksheet"),
        ("/xl/styles.xml", "styles"),
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(
            f'<Override PartName="{name}" ContentType="application/vnd.openxmlformats-'
            f'officedocument.spreadsheetml.{kind}+xml"/>'
            for name, kind in types
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/></cellXfs>'
        "</styleSheet>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData><row r="2">'
        '<c r="B2"><v>12.5</v></c></row></sheetData></worksheet>',
    }


@pytest.fixture(scope="session")
def packed(parts: Mapping[str, str]) -> Callable[..., bytes]:
    """``packed({"xl/workbook.xml": "..."})``: that workbook with some parts replaced; None leaves
    a part out."""

    def pack(changes: Mapping[str, str | bytes | None] | None = None) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {**parts, **(changes or {})}.items():
                if content is not None:
                    archive.writestr(name, content)
        return target.getvalue()

    return pack


@pytest.fixture(scope="session")
def sheet() -> Callable[[str], str]:
    """Rows in XML -> a sheet part."""
    return lambda rows: f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


@pytest.fixture(scope="session")
def workbooks_of(corpus: Path) -> Callable[[str], Iterator[Path]]:
    """Files of one folder of the corpus, in order."""
    return lambda folder: iter(sorted((corpus / folder).iterdir()))


@pytest.fixture(scope="session")
def ole() -> Callable[[Mapping[str, bytes]], bytes]:
    """Streams of at least 4,096 bytes by name -> a compound file, [MS-CFB] version 3."""

    def build(streams: Mapping[str, bytes]) -> bytes:
        end, free, own = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
        size = 512
        entries = [
            ("Root Entry", 5, end, 0),
            *((name, 2, 0, len(streams[name])) for name in streams),
        ]
        sectors: list[bytes] = []
        table = [own]  # sector 0 is the table itself
        for index, (name, content) in enumerate(streams.items(), start=1):
            assert len(content) >= 4096, "shorter streams lie elsewhere"
            count = -(-len(content) // size)
            first = len(table)
            table += [first + 1 + step for step in range(count - 1)] + [end]
            sectors.append(content.ljust(count * size, b"\0"))
            entries[index] = (name, 2, first, len(content))
        directory = len(table)
        count = -(-len(entries) // 4)
        table += [directory + 1 + step for step in range(count - 1)] + [end]
        assert len(table) <= 128
        lines: list[bytes] = []
        for index, (name, kind, first, length) in enumerate(entries):
            title = (name + "\0").encode("utf-16-le")
            child = 1 if index == 0 else free
            right = index + 1 if 0 < index < len(entries) - 1 else free
            head = title.ljust(64, b"\0") + struct.pack(
                "<HBBLLL", len(title), kind, 1, free, right, child
            )
            lines.append(head + b"\0" * 36 + struct.pack("<LQ", first, length))
        listed = b"".join(lines).ljust(count * size, b"\0")
        header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
        header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        header += struct.pack("<9L", 0, 1, directory, 0, 4096, end, 0, end, 0)
        header += struct.pack("<109L", 0, *[free] * 108)
        fat = struct.pack(f"<{len(table)}L", *table).ljust(size, b"\xff")
        return header + fat + b"".join(sectors) + listed

    return build
