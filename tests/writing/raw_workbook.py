"""Workbooks written as bare XML, in the many ways that programs out there write it."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from msgspec import Struct, field

from checker.model.cells import column_letters

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_RELS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class RawSheet(Struct):
    """Cells by (row, column): style id, or (style id, text)."""

    title: str
    cells: dict[tuple[int, int], tuple[int, str | None]] = field(default_factory=dict)
    row_styles: dict[int, int] = field(default_factory=dict)
    column_styles: dict[int, int] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    tail: str = ""


class Manner(Struct):
    """How a program writes its XML."""

    prefix: str = ""
    quote: str = '"'
    addresses: bool = True
    spans: bool = False
    newline: str = ""
    encoding: str = "utf-8"
    strict: bool = False
    comment: bool = False
    dimension: bool = True
    data_descriptors: bool = False


class RawWorkbook:
    """Builds a package out of `RawSheet`s, in a given manner."""

    def __init__(self, sheets: list[RawSheet], manner: Manner, styles: int = 4) -> None:
        self._sheets, self._manner, self._styles = sheets, manner, styles

    def save(self, path: Path) -> None:
        """Write the file."""
        m = self._manner
        main, rels = (STRICT, _STRICT_RELS) if m.strict else (MAIN, _RELS)
        p = f"{m.prefix}:" if m.prefix else ""
        bound = f"xmlns:{m.prefix}" if m.prefix else "xmlns"
        parts: dict[str, str] = {}
        overrides = {
            "xl/workbook.xml": f"{_SHEET}.sheet.main+xml",
            "xl/styles.xml": f"{_SHEET}.styles+xml",
        }
        book_rels = [("rIdS", "styles", "styles.xml")]
        tabs = ""
        for number, sheet in enumerate(self._sheets, 1):
            name = f"xl/worksheets/sheet{number}.xml"
            overrides[name] = f"{_SHEET}.worksheet+xml"
            book_rels.append((f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml"))
            tabs += (
                f'<{p}sheet name="{escape(sheet.title)}" sheetId="{number}" r:id="rId{number}"/>'
            )
            drawing = ""
            if sheet.notes:
                overrides[f"xl/comments{number}.xml"] = f"{_SHEET}.comments+xml"
                parts[f"xl/comments{number}.xml"] = self._comments(sheet, bound, main, p)
                parts[f"xl/drawings/vml{number}.vml"] = self._vml(sheet)
                parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = self._rels(
                    rels,
                    [
                        ("rId1", "comments", f"/xl/comments{number}.xml"),
                        ("rId2", "vmlDrawing", f"../drawings/vml{number}.vml"),
                    ],
                )
                drawing = f'<{p}legacyDrawing r:id="rId2"/>'
            parts[name] = self._sheet(sheet, bound, main, rels, p, drawing)
        parts["xl/workbook.xml"] = (
            f'<{p}workbook {bound}="{main}" xmlns:r="{rels}"><{p}sheets>{tabs}</{p}sheets>'
            f"</{p}workbook>"
        )
        parts["xl/styles.xml"] = self._style_tables(bound, main, p)
        parts["xl/_rels/workbook.xml.rels"] = self._rels(rels, book_rels)
        parts["_rels/.rels"] = self._rels(rels, [("rId1", "officeDocument", "xl/workbook.xml")])
        types = "".join(
            f'<Override PartName="/{name}" ContentType="{kind}"/>'
            for name, kind in overrides.items()
        )
        parts["[Content_Types].xml"] = (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="vml" '
            f'ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
            f"{types}</Types>"
        )
        with path.open("wb") as stream:
            target = _Unseekable(stream) if m.data_descriptors else stream
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
                for name in sorted(parts):
                    encoding = m.encoding if name.endswith("sheet1.xml") else "utf-8"
                    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
                    archive.writestr(name, (declared + parts[name]).encode(encoding))

    def _sheet(
        self, sheet: RawSheet, bound: str, main: str, rels: str, p: str, drawing: str
    ) -> str:
        m, q = self._manner, self._manner.quote
        rows = ""
        numbers = sorted({row for row, _ in sheet.cells} | set(sheet.row_styles))
        for number in numbers:
            columns = sorted(column for row, column in sheet.cells if row == number)
            inside = "".join(self._cell(sheet, number, column, p, columns) for column in columns)
            style = sheet.row_styles.get(number)
            given = f" s={q}{style}{q} customFormat={q}1{q}" if style is not None else ""
            spans = f" spans={q}{columns[0]}:{columns[-1]}{q}" if m.spans and columns else ""
            head = f"<{p}row r={q}{number}{q}{spans}{given}"
            rows += m.newline + (f"{head}>{inside}</{p}row>" if inside else f"{head}/>")
        data = f"<{p}sheetData>{rows}{m.newline}</{p}sheetData>" if rows else f"<{p}sheetData/>"
        columns_ = "".join(
            f'<{p}col min="{column}" max="{column}" width="9" style="{style}"/>'
            for column, style in sorted(sheet.column_styles.items())
        )
        merges = "".join(f'<{p}mergeCell ref="{area}"/>' for area in sheet.merges)
        # A comment that looks like cells must not be taken for cells.
        comment = f'<!-- <{p}row r="1"><{p}c r="A1" s="1"/></{p}row> -->' if m.comment else ""
        return (
            f'<{p}worksheet {bound}="{main}" xmlns:r="{rels}">{comment}'
            + (f'<{p}dimension ref="A1"/>' if m.dimension else "")
            + (f"<{p}cols>{columns_}</{p}cols>" if columns_ else "")
            + data.replace(f"<{p}sheetData>", f"<{p}sheetData>{comment}", 1)
            + (f"<{p}mergeCells>{merges}</{p}mergeCells>" if merges else "")
            + f'<{p}pageMargins left="1" right="1" top="1" bottom="1" header="1" footer="1"/>'
            + f"{drawing}{sheet.tail}</{p}worksheet>"
        )

    def _cell(self, sheet: RawSheet, row: int, column: int, p: str, columns: list[int]) -> str:
        q = self._manner.quote
        style, text = sheet.cells[row, column]
        packed = columns == list(range(1, len(columns) + 1))
        address = ""
        if self._manner.addresses or not packed:
            address = f" r={q}{column_letters(column)}{row}{q}"
        given = f" s={q}{style}{q}" if style else ""
        if text is None:
            return f"<{p}c{address}{given}/>"
        inner = f"<{p}is><{p}t>{escape(text)}</{p}t></{p}is>"
        return f"<{p}c{address}{given} t={q}inlineStr{q}>{inner}</{p}c>"

    def _style_tables(self, bound: str, main: str, p: str) -> str:
        fills = f'<{p}fill><{p}patternFill patternType="none"/></{p}fill>'
        fills += f'<{p}fill><{p}patternFill patternType="gray125"/></{p}fill>'
        formats = f'<{p}xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        for number in range(1, self._styles):
            fills += (
                f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="FF{number:06X}"/>'
                f"</{p}patternFill></{p}fill>"
            )
            formats += (
                f'<{p}xf numFmtId="{number}" fontId="0" fillId="{number + 1}" borderId="0" '
                f'applyProtection="1"><{p}protection locked="0"/></{p}xf>'
            )
        return (
            f'<{p}styleSheet {bound}="{main}"><{p}fonts><{p}font><{p}sz val="10"/>'
            f'<{p}name val="宋体"/></{p}font></{p}fonts><{p}fills>{fills}</{p}fills>'
            f"<{p}borders><{p}border/></{p}borders><{p}cellXfs>{formats}</{p}cellXfs>"
            f"</{p}styleSheet>"
        )

    def _rels(self, rels: str, lines: list[tuple[str, str, str]]) -> str:
        inside = "".join(
            f'<Relationship Id="{id_}" Type="{rels}/{kind}" Target="{target}"/>'
            for id_, kind, target in lines
        )
        return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'

    def _comments(self, sheet: RawSheet, bound: str, main: str, p: str) -> str:
        inside = "".join(
            f'<{p}comment ref="{address}" authorId="0"><{p}text><{p}t>{escape(text)}</{p}t>'
            f"</{p}text></{p}comment>"
            for address, text in sheet.notes.items()
        )
        return (
            f'<{p}comments {bound}="{main}"><{p}authors><{p}author>王老师</{p}author></{p}authors>'
            f"<{p}commentList>{inside}</{p}commentList></{p}comments>"
        )

    def _vml(self, sheet: RawSheet) -> str:
        from writing_corpus import address_of

        shapes = ""
        for number, address in enumerate(sheet.notes, 1025):
            row, column = address_of(address)
            shapes += (
                f'<v:shape id="_x0000_s{number}" type="#_x0000_t202"><x:ClientData '
                f'ObjectType="Note"><x:Anchor>1, 2, 3, 4, 5, 6, 7, 8</x:Anchor>'
                f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData>"
                "</v:shape>"
            )
        return (
            '<xml xmlns:v="urn:schemas-microsoft-com:vml" '
            'xmlns:o="urn:schemas-microsoft-com:office:office" '
            'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
            f'<o:idmap v:ext="edit" data="1"/></o:shapelayout>{shapes}</xml>'
        )


class _Unseekable:
    """A stream that cannot go back, which makes zipfile write sizes behind the data."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        return self._stream.write(data)  # type: ignore[attr-defined, no-any-return]

    def flush(self) -> None:
        self._stream.flush()  # type: ignore[attr-defined]
