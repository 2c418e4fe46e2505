"""The workbooks nobody here made, what is marked in them, and how they are looked at.

Everything here reads workbooks with lxml and zipfile, not with the code under test.
"""

from __future__ import annotations

import posixpath
import re
import sys
import zipfile
from collections import Counter
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from lxml import etree
from msgspec import Struct, field

sys.path.insert(0, str(Path(__file__).parents[1]))
from public_workbooks import CORPUS, WHOLE

from checker.model.cells import column_letters, column_number
from checker.model.marks import Changes, Fill, Mark, ResultCell, ResultSheet

NOT_IN_THE_SAMPLE = {"a6a7bf55_CVLKRA-KYC_Download_File_Structure_V3.1.xlsx"}  # 204 kB
REFUSED = {
    "096d54fb_738.xlsx": "结构受保护",
    "0b32859a_Revision_NameCommentChange.xlsx": "共享",
    "0ca1ab7d_workbookProtection-workbook_password-2013.xlsx": "结构受保护",
    "22e2d0f6_hello-world-signed.xlsx": "数字签名",
    "393ed835_book_lock.xlsx": "结构受保护",
    "4cbd8cbe_ms-office-2010-signed.xlsx": "数字签名",
    "523bcaee_form_pass_print.xlsm": "结构受保护",
    "56f6e310_xlsx-corrupted.xlsx": "损坏",  # _rels/.rels holds no element
    "8de0f4ae_WorkbookProtection.xlsx": "结构受保护",
    "a6a7bf55_CVLKRA-KYC_Download_File_Structure_V3.1.xlsx": "结构受保护",
    "a89d8116_duplicate-filename-case-insensitive.xlsx": "损坏",  # two parts of one name
    "f4169bab_simple-cell-changes.xlsx": "共享",
    "fabdf603_workbookProtection_workbook_structure_protected.xlsx": "结构受保护",
}
"""Every file of the corpus that is not written, with a word of its reason."""

NOTE = "不通过：应不少于 3，现为 1。\n依据：办学标准第四条。"
_XML = (".xml", ".rels", ".vml")
_ADDRESS = re.compile(r"([A-Za-z]+)(\d+)")


def corpus_files() -> list[Path]:
    """The good files of the corpus."""
    return sorted((CORPUS / "ok").iterdir())


def refused_files() -> list[str]:
    """The names of those that are not written."""
    return sorted(set(REFUSED) - (set() if WHOLE else NOT_IN_THE_SAMPLE))


def writable_files() -> list[Path]:
    """Those that are written."""
    return [path for path in corpus_files() if path.name not in REFUSED]


def parts_of(path: Path) -> dict[str, bytes]:
    """Every member's contents."""
    with zipfile.ZipFile(path) as archive:
        return {
            info.filename: archive.read(info)
            for info in archive.infolist()
            if not info.filename.endswith("/")
        }


def packed_of(path: Path) -> dict[str, bytes]:
    """Every member's bytes as they lie in the file, compressed."""
    data = path.read_bytes()
    packed = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            at = info.header_offset
            start = (
                at + 30 + sum(int.from_bytes(data[at + n : at + n + 2], "little") for n in (26, 28))
            )
            packed[info.filename] = data[start : start + info.compress_size]
    return packed


def local(element: etree._Element) -> str:
    """A tag without its namespace; "" for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def parse(raw: bytes) -> etree._Element:
    """Parsed XML; entities are not resolved."""
    return etree.fromstring(raw, etree.XMLParser(huge_tree=True, resolve_entities=False))


class Book:
    """A workbook's sheets and their parts, found as the standard says."""

    def __init__(self, path: Path) -> None:
        self.parts = parts_of(path)
        self._by_key = {self._key(name): name for name in self.parts}
        main = self.related("", "officeDocument")[0]
        self.workbook = parse(self.parts[main])
        self.workbook_name = main
        targets = {id_: name for id_, _, name in self.relations(main)}
        self.sheets: dict[str, str] = {}
        self.states: dict[str, str] = {}
        for element in self.workbook.iter():
            if local(element) == "sheet" and local(element.getparent()) == "sheets":
                id_ = next(v for k, v in element.attrib.items() if k.endswith("}id"))
                title = element.get("name")
                if targets.get(id_) in self.parts:
                    self.sheets[title] = targets[id_]
                    self.states[title] = element.get("state", "visible")

    @staticmethod
    def _key(name: str) -> str:
        return unquote(name).replace("\\", "/").lstrip("/").lower()

    def relations(self, owner: str) -> list[tuple[str, str, str]]:
        """(id, kind, member name) of the internal relationships of a member ("" the package)."""
        folder, base = posixpath.split(owner.replace("\\", "/"))
        name = self._by_key.get(self._key(f"{folder}/_rels/{base}.rels"))
        if name is None:
            return []
        found = []
        for one in parse(self.parts[name]):
            if local(one) == "Relationship" and one.get("TargetMode") != "External":
                target = one.get("Target").replace("\\", "/")
                joined = target if target.startswith("/") else posixpath.join(folder, target)
                key = self._key(posixpath.normpath(joined))
                found.append(
                    (one.get("Id"), one.get("Type").rsplit("/", 1)[1], self._by_key.get(key, ""))
                )
        return found

    def related(self, owner: str, kind: str) -> list[str]:
        """The members related to a member by that kind."""
        return [name for _, own, name in self.relations(owner) if own == kind and name]

    def worksheets(self) -> dict[str, etree._Element]:
        """Title -> parsed worksheet, chart and dialog sheets left out."""
        parsed = {title: parse(self.parts[name]) for title, name in self.sheets.items()}
        return {title: root for title, root in parsed.items() if local(root) == "worksheet"}

    def in_pivot(self, title: str, cell: tuple[int, int]) -> bool:
        """Whether a cell lies in a pivot table, which LibreOffice lays out anew when it opens."""
        for name in self.related(self.sheets[title], "pivotTable"):
            place = next(one for one in parse(self.parts[name]) if local(one) == "location")
            first, _, last = place.get("ref").partition(":")
            (top, left), (bottom, right) = address_of(first), address_of(last or first)
            if top <= cell[0] <= bottom and left <= cell[1] <= right:
                return True
        return False

    def styles(self) -> Styles:
        """The cell formats and fills."""
        names = self.related(self.workbook_name, "styles")
        return Styles(parse(self.parts[names[0]]) if names else None)


class Styles:
    """Cell formats compared apart from their fill."""

    def __init__(self, root: etree._Element | None) -> None:
        self._formats = self._children(root, "cellXfs")
        self._fills = self._children(root, "fills")

    @staticmethod
    def _children(root: etree._Element | None, name: str) -> list[etree._Element]:
        for table in root if root is not None else ():
            if local(table) == name:
                return [
                    # Where a format is given in two versions, the fallback is what others read.
                    next(e for e in reversed(list(one.iter())) if local(e) in ("xf", "fill"))
                    if local(one) == "AlternateContent"
                    else one
                    for one in table
                    if local(one)
                ]
        return []

    def apart_from_fill(self, style: int) -> tuple[dict[str, str], tuple[bytes, ...]]:
        """Everything of a format that a mark must not change."""
        if not self._formats:
            return {"numFmtId": "0", "fontId": "0", "borderId": "0"}, ()
        one = self._formats[style] if style < len(self._formats) else self._formats[0]
        kept = {k: v for k, v in one.attrib.items() if k not in ("fillId", "applyFill", "xfId")}
        return kept, tuple(etree.tostring(child, method="c14n", exclusive=True) for child in one)

    def pattern(self, style: int) -> str:
        """The kind of a fill: none, solid ..."""
        if not self._formats or not self._fills:
            return "none"
        one = self._formats[style] if style < len(self._formats) else self._formats[0]
        fill = self._fills[int(one.get("fillId", "0"))]
        return fill[0].get("patternType", "none") if len(fill) else "none"

    def colour(self, style: int) -> str | None:
        """The colour of a solid fill as RRGGBB."""
        if self.pattern(style) != "solid":
            return None
        one = self._formats[style] if style < len(self._formats) else self._formats[0]
        fill = self._fills[int(one.get("fillId", "0"))]
        for element in fill.iter():
            if local(element) == "fgColor":
                return (element.get("rgb") or "")[-6:]
        return None


@lru_cache(100_000)
def address_of(text: str) -> tuple[int, int]:
    """Row and column of "C7"."""
    found = _ADDRESS.fullmatch(text.replace("$", ""))
    assert found, text
    return int(found[2]), column_number(found[1])


class SheetCells(Struct):
    """A worksheet's cells by row and column, its merged ranges and inherited styles."""

    cells: dict[tuple[int, int], etree._Element] = field(default_factory=dict)
    rows: dict[int, etree._Element] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    columns: list[tuple[int, int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, root: etree._Element) -> SheetCells:
        """Read a worksheet; cells and rows without address follow the one before."""
        sheet = cls()
        number = 0
        for element in root.iter("{*}row"):
            if local(element.getparent()) != "sheetData":
                continue
            number = int(element.get("r", number + 1))
            sheet.rows[number] = element
            column = 0
            for cell in element.iterchildren("{*}c"):
                given = cell.get("r")
                column = address_of(given)[1] if given else column + 1
                sheet.cells[number, column] = cell
        for element in root.iter("{*}mergeCell"):
            first, _, last = element.get("ref").partition(":")
            top, left = address_of(first)
            bottom, right = address_of(last or first)
            if (top, left) != (bottom, right):
                sheet.merges.append((top, left, bottom, right))
        for element in root.iter("{*}col"):
            if element.get("style"):
                sheet.columns.append(tuple(int(element.get(n)) for n in ("min", "max", "style")))
        return sheet

    def anchor(self, cell: tuple[int, int]) -> tuple[int, int]:
        """The cell itself, or the corner of the merged range it is in."""
        for top, left, bottom, right in self.merges:
            if top <= cell[0] <= bottom and left <= cell[1] <= right:
                return top, left
        return cell

    def style(self, cell: tuple[int, int]) -> int:
        """The cell's style id, or the one it inherits."""
        if cell in self.cells:
            return int(self.cells[cell].get("s", "0"))
        row = self.rows.get(cell[0])
        if row is not None and row.get("customFormat") in ("1", "true") and row.get("s"):
            return int(row.get("s"))
        return next((s for low, high, s in self.columns if low <= cell[1] <= high), 0)


class Story(Struct):
    """What is written into one workbook, and which cells that must show."""

    changes: Changes
    filled: dict[str, dict[tuple[int, int], Fill]]
    noted: dict[str, set[tuple[int, int]]]


def story_of(book: Book) -> Story:
    """Marks for every sheet: a plain, styled, merged, missing cell, a missing row, a range."""
    marks: list[Mark] = []
    filled: dict[str, dict[tuple[int, int], Fill]] = {}
    noted: dict[str, set[tuple[int, int]]] = {}
    for title, root in book.worksheets().items():
        sheet = SheetCells.of(root)
        # A few sheets use the very last rows; other readers build every cell up to a mark.
        last = max((row for row in sheet.rows if row < 20_000), default=0)
        far = max((column for _, column in sheet.cells), default=1) + 3
        if max(sheet.rows, default=0) < 20_000:
            far = 41
        styled = [cell for cell, one in sheet.cells.items() if one.get("s", "0") != "0"]
        wanted: list[tuple[tuple[int, int], Fill, str | None]] = []
        if sheet.cells:
            wanted.append((next(iter(sheet.cells)), Fill.FAIL, NOTE))
        if styled:
            wanted.append((styled[-1], Fill.DOUBT, None))
        if sheet.merges:
            wanted.append((sheet.merges[0][2:], Fill.EXPLAINED, "已说明：合并的格"))
        if sheet.rows:
            wanted.append(((next(iter(sheet.rows)), far), Fill.PASS, None))
        wanted.append(((last + 4, 3), Fill.INFO, "提示：这一行原来没有"))
        taken: set[tuple[int, int]] = set()
        for cell, fill, note in wanted:
            anchor = sheet.anchor(cell)
            if anchor in taken:
                continue
            taken.add(anchor)
            filled.setdefault(title, {})[anchor] = fill
            if note:
                noted.setdefault(title, set()).add(anchor)
            marks.append(Mark(title, f"{column_letters(cell[1])}{cell[0]}", fill, note))
        row = last + 6
        marks.append(Mark(title, f"B{row}:C{row + 1}", Fill.FAIL, link="校验结果!A2"))
        for cell in ((row, 2), (row, 3), (row + 1, 2), (row + 1, 3)):
            filled.setdefault(title, {})[cell] = Fill.FAIL
    rows = [
        [ResultCell("校验结果", bold=True, size=16)],
        [ResultCell("位置", header=True), ResultCell("结论", header=True)],
        [ResultCell("=1+1", wrap=True), ResultCell("不通过", Fill.FAIL, border=True)],
        [ResultCell("去看", link=f"{next(iter(book.sheets))}!A1"), ResultCell(7)],
    ]
    result = ResultSheet("校验结果", rows, (20, 12), 2, ("A1:B1",))
    return Story(Changes(marks, [result]), filled, noted)


def notes_of(book: Book, title: str) -> dict[str, str]:
    """Address -> text of the notes of a sheet."""
    notes: dict[str, str] = {}
    for name in book.related(book.sheets[title], "comments"):
        for one in parse(book.parts[name]).iter():
            if local(one) == "comment":
                text = "".join(t.text or "" for t in one.iter() if local(t) == "t")
                notes.setdefault(one.get("ref").replace("$", ""), text)
    return notes


FEATURES = re.compile(
    rb"<(?:[\w.-]+:)?(sp|pic|cxnSp|graphicFrame|control|oleObject|dataValidation|cfRule|sparkline|"
    rb"slicer|definedName|tablePart|conditionalFormatting|ext|protectedRange|sheetProtection|"
    rb"mergeCell|f|v|rPh|drawing|picture|legacyDrawingHF|pivotTableDefinition|dxf|font|border|"
    rb"cellStyle|numFmt|colBreaks|rowBreaks|brk|hyperlink|row|si)(?=[\s/>])"
)


def inventory(parts: dict[str, bytes], apart: set[str]) -> Counter[str]:
    """How many of each feature there are, and how many parts of each kind, ours left out."""
    found: Counter[str] = Counter()
    for name, raw in parts.items():
        if name in apart or name.lower().endswith((".rels", "[content_types].xml")):
            continue
        found[f"part {re.sub(r'[0-9]+', '#', name)}"] += 1
        if name.lower().endswith(_XML):
            text = raw.decode("utf-16").encode() if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else raw
            found.update(one.decode() for one in FEATURES.findall(text))
    return found
