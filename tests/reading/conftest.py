"""Workbooks to read: the public corpus, and small ones put together part by part."""

from __future__ import annotations

import io
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
