"""xl/workbook.xml and docProps/app.xml: which sheets there are, adding and removing them."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice

from msgspec import Struct

from checker.writing.addresses import quoted_title
from checker.writing.outcome import DAMAGED, UnwritableWorkbook
from checker.writing.package import (
    Package,
    content_type,
    declare,
    relate,
    related,
    relationships,
    remove_part,
    unrelate,
)
from checker.writing.xml_part import (
    Element,
    Part,
    attributes,
    children,
    drop_attribute,
    escape,
    escape_attribute,
    local,
    prefixed,
    set_attribute,
    unescape,
)

STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
TRANSITIONAL_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
TRANSITIONAL_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_ORDER = (
    *("fileVersion", "fileSharing", "workbookPr", "AlternateContent", "revisionPtr", "absPath"),
    *("workbookProtection", "bookViews", "sheets", "functionGroups", "externalReferences"),
    *("definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr"),
    *("smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst"),
)
_TRUE = ("1", "true", "on")


class Sheet(Struct, frozen=True):
    """One tab of the workbook, in tab order. ``key`` is "" when its part is missing."""

    title: str
    key: str
    kind: str  # worksheet, chartsheet, dialogsheet, macrosheet ...
    sheet_id: int
    state: str  # visible, hidden, veryHidden


class Workbook:
    """The workbook part of a package."""

    def __init__(self, package: Package) -> None:
        self.package = package
        key = related(package, "", "officeDocument")
        if key is None:
            raise UnwritableWorkbook(DAMAGED)
        type_ = content_type(package, key)
        if "sheet.binary" in type_:
            raise UnwritableWorkbook("这是 .xlsb 二进制工作簿，无法写入。请另存为 .xlsx 再试。")
        if "wordprocessing" in type_ or "presentation" in type_:
            raise UnwritableWorkbook("这不是 Excel 工作簿。")
        self.key = key
        self.part.expect("workbook")
        self.prefix = self.part.prefix
        self.strict = STRICT_MAIN.encode() in self.part.root[0]
        self.main_namespace = STRICT_MAIN if self.strict else TRANSITIONAL_MAIN
        self.relations_namespace = STRICT_RELATIONS if self.strict else TRANSITIONAL_RELATIONS
        self.sheets = self._read_sheets()
        self._strings: dict[int, bytes] = {}
        #: Blocks of shape ids taken by VML drawings; empty until the first is looked at.
        self.shape_blocks: set[int] = set()
        #: Whether day numbers count from 1904, as in old Macintosh workbooks.
        self.dates_from_1904 = self._said("workbookPr", "date1904") in _TRUE

    @property
    def part(self) -> Part:
        """The XML of the workbook part."""
        return self.package.part(self.key)

    @property
    def folder(self) -> str:
        """The folder of the workbook part, such as "xl/"; "" or with a slash at the end."""
        name = self.package.name_of(self.key).replace("\\", "/").lstrip("/")
        return name[: name.rfind("/") + 1]

    def reference(self, root: bytes, id_: str) -> str:
        """The attribute `r:id` as it is written below a root tag that may declare `r`, or not."""
        namespace = self.relations_namespace
        bound = re.search(rb"xmlns:([\w.-]+)\s*=\s*[\"']" + namespace.encode() + rb"[\"']", root)
        return f'{bound[1].decode()}:id="{id_}"' if bound else f'xmlns:r="{namespace}" r:id="{id_}"'

    def shared_strings(self, wanted: Collection[int]) -> dict[int, bytes]:
        """The content (XML, namespace prefix kept) of those entries of the shared string table."""
        missing = {index for index in wanted if index not in self._strings}
        key = related(self.package, self.key, "sharedStrings") if missing else None
        if key is not None:
            part, last = self.package.part(key), max(missing)
            entries = children(part.scan, part.root.end(), len(part.scan))
            for index, one in enumerate(islice(entries, last + 1)):
                if index in missing:
                    self._strings[index] = part.text[one.inner_start : one.inner_end]
        return {index: self._strings.get(index, b"") for index in wanted}

    def shared_string(self, index: int) -> bytes:
        """One of these entries; empty if there is none."""
        return self.shared_strings((index,))[index]

    def _element(self, name: str) -> Element | None:
        """One of the elements directly inside the workbook's."""
        self.part.commit()
        return self.part.element(name)

    def _said(self, element: str, name: str) -> str:
        """An attribute of such an element; "" if it is not there."""
        found = self._element(element)
        return self.part.attributes(found).get(name, "") if found else ""

    def _read_sheets(self) -> list[Sheet]:
        tabs = self._element("sheets")
        if tabs is None:
            raise UnwritableWorkbook(DAMAGED)
        related_to = {one.id: one for one in relationships(self.package, self.key)}
        sheets = []
        for child in self.part.inside(tabs):
            values = self.part.attributes(child)
            id_ = next((value for name, value in values.items() if name.endswith(":id")), "")
            to = related_to.get(id_)
            key = to.target if to and self.package.has(to.target) else ""
            sheet_id = values.get("sheetId", "0")
            sheets.append(
                Sheet(
                    values.get("name", ""),
                    key,
                    to.kind if to else "",
                    int(sheet_id) if sheet_id.isdecimal() else 0,
                    values.get("state", "visible"),
                )
            )
        return sheets

    def sheet(self, title: str) -> Sheet | None:
        """The sheet of that title, capital letters or not, as Excel compares titles."""
        wanted = title.casefold()
        return next((one for one in self.sheets if one.title.casefold() == wanted), None)

    def refusal(self) -> str | None:
        """Why this workbook must not be written, or None."""
        for one in relationships(self.package, ""):
            if one.type.endswith("/digital-signature/origin"):
                return "文件带有数字签名，任何写入都会使签名失效，所以没有写入。"
        if any(one.kind == "revisionHeaders" for one in relationships(self.package, self.key)):
            return "这是多人共享的工作簿，不能写入。请先在“审阅”里取消共享再试。"
        if self._said("workbookProtection", "lockStructure") in _TRUE:
            return "工作簿的结构受保护，不能写入结果。请先在“审阅 → 保护工作簿”里取消保护再试。"
        return None

    def add_sheet(
        self, title: str, xml: bytes, state: str = "visible", repeated_row: int = 0
    ) -> Sheet:
        """Append a worksheet with that XML as the last tab. ``repeated_row`` is printed at the top
        of every sheet of paper."""
        package = self.package
        name = package.free_name(self.folder + "worksheets/sheet{}.xml")
        key = package.put(name, xml)
        declare(package, name, SHEET_TYPE)
        id_ = relate(package, self.key, "worksheet", name, self.strict)
        sheet_id = 1 + max((one.sheet_id for one in self.sheets), default=0)
        hidden = "" if state == "visible" else f' state="{state}"'
        reference = self.reference(self.part.root[0], id_)
        line = f'sheet name="{escape_attribute(title)}" sheetId="{sheet_id}"{hidden} {reference}/>'
        tabs = self._element("sheets")
        assert tabs is not None
        self.part.insert(tabs.inner_end, b"<" + self.prefix + line.encode())
        if repeated_row:
            self._add_name(
                f'definedName name="_xlnm.Print_Titles" localSheetId="{len(self.sheets)}"',
                f"{quoted_title(title)}!${repeated_row}:${repeated_row}",
            )
        self.part.commit()
        sheet = Sheet(title, key, "worksheet", sheet_id, state)
        self.sheets.append(sheet)
        return sheet

    def _add_name(self, tag: str, target: str) -> None:
        """A defined name, in the list of them or in a new one. Not yet committed."""
        names, part, prefix = self._element("definedNames"), self.part, self.prefix
        name = b"<" + prefix + tag.encode() + b">" + escape(target).encode()
        name += b"</" + prefix + b"definedName>"
        if names is not None:
            part.append(names, prefix + b"definedNames", name)
        else:
            start, end = b"<" + prefix + b"definedNames>", b"</" + prefix + b"definedNames>"
            part.insert(part.place_for("definedNames", _ORDER), start + name + end)

    def _set(self, element: str, name: str, value: str) -> None:
        """An attribute of an element, which is added if it is not there."""
        there, part = self._element(element), self.part
        if there is not None:
            tag = set_attribute(part.tag(there), name, value)
            part.splice(there.start, there.inner_start, tag)
        else:
            line = f'{element} {name}="{escape_attribute(value)}"/>'
            place = part.place_for(element, _ORDER)
            part.insert(place, b"<" + self.prefix + line.encode())
        part.commit()

    def remove_sheet(self, sheet: Sheet) -> None:
        """Take a sheet away: its tab, part, relationships, names local to it, view positions."""
        index = self.sheets.index(sheet)
        tabs, part = self._element("sheets"), self.part
        assert tabs is not None
        tab = list(part.inside(tabs))[index]
        part.splice(tab.start, tab.end, b"")
        self._shift_names(index)
        self._shift_views(index)
        part.commit()
        for one in relationships(self.package, sheet.key):
            if not one.external and self.package.has(one.target):
                remove_part(self.package, one.target)
        unrelate(self.package, self.key, sheet.key)
        remove_part(self.package, sheet.key)
        del self.sheets[index]

    def _shift_names(self, index: int) -> None:
        part = self.part
        names = part.element("definedNames")
        inside = list(part.inside(names)) if names else []
        scopes = [part.attributes(each).get("localSheetId", "") for each in inside]
        if names and all(scope == str(index) for scope in scopes):
            part.splice(names.start, names.end, b"")
            return
        for child, scope in zip(inside, scopes, strict=True):
            if scope == str(index):
                part.splice(child.start, child.end, b"")
            elif scope.isdecimal() and int(scope) > index:
                tag = set_attribute(part.tag(child), "localSheetId", str(int(scope) - 1))
                part.splice(child.start, child.inner_start, tag)

    def _shift_views(self, index: int) -> None:
        part = self.part
        views = part.element("bookViews")
        for child in part.inside(views) if views else ():
            tag = part.tag(child)
            for name in ("activeTab", "firstSheet"):
                at = attributes(tag).get(name, "")
                if at.isdecimal() and int(at) >= index and int(at) > 0:
                    shown = max(0, min(int(at) - 1, len(self.sheets) - 2))
                    tag = set_attribute(tag, name, str(shown))
            part.splice(child.start, child.inner_start, tag)

    def code_name(self) -> str:
        """The name by which macros know the workbook; "" if none is written."""
        return self._said("workbookPr", "codeName")

    def set_code_name(self, name: str) -> None:
        """Write that name."""
        self._set("workbookPr", "codeName", name)

    def recalculate_on_load(self) -> None:
        """Ask the spreadsheet program to compute every formula anew when it opens the file."""
        self._set("calcPr", "fullCalcOnLoad", "1")

    def stop_recalculating_on_load(self) -> None:
        """Take back `recalculate_on_load`."""
        calc = self._element("calcPr")
        if calc:
            tag = drop_attribute(self.part.tag(calc), "fullCalcOnLoad")
            self.part.splice(calc.start, calc.inner_start, tag)
            self.part.commit()

    def drop_calculation_chain(self) -> None:
        """Remove the list of formula cells, which the program rebuilds by itself."""
        key = related(self.package, self.key, "calcChain")
        if key:
            unrelate(self.package, self.key, key)
            remove_part(self.package, key)


_COUNT = re.compile(rb"<((?:[\w.-]+:)?i4)\s*>\s*(\d+)\s*</\1\s*>")
_SIZE = re.compile(rb"""(\ssize\s*=\s*["'])(\d+)(["'])""")


def list_titles(package: Package, before: list[str], after: list[str]) -> None:
    """Replace the sheet titles ``before`` by ``after``; a list that says otherwise is left alone.

    The part is for show only, so anything unusual in it is no reason to stop.
    """
    key = related(package, "", "extended-properties")
    if key is None or before == after:
        return
    part = package.part(key)
    part.commit()
    scan = part.scan
    headings, titles = _vector(part, "HeadingPairs"), _vector(part, "TitlesOfParts")
    if headings is None or titles is None:
        return
    count = _COUNT.search(scan, headings.inner_start, headings.inner_end)
    size = _SIZE.search(scan, titles.start, titles.inner_start)
    # Defined names follow the sheets, hundreds of them: they are counted, not read.
    inside = part.inside(titles)
    entries = list(islice(inside, len(before)))
    shown = [unescape(scan[one.inner_start : one.inner_end]) for one in entries]
    if not before or not count or not size or int(count[2]) != len(before) or shown != before:
        return
    prefix = scan[entries[0].start + 1 : entries[0].inner_start - 1].split()[0]
    total = int(size[2])
    closed = scan.count(b"</" + prefix + b">", titles.inner_start, titles.inner_end)
    if total != closed and total != len(entries) + sum(1 for _ in inside):
        return
    prefix = prefix[: len(prefix) - len(local(prefix).encode())]
    xml = "".join(f"<lpstr>{escape(title)}</lpstr>" for title in after).encode()
    total += len(after) - len(before)
    part.splice(count.start(2), count.end(2), b"%d" % len(after))
    part.splice(size.start(2), size.end(2), b"%d" % total)
    part.splice(entries[0].start, entries[len(before) - 1].end, prefixed(xml, prefix))
    part.commit()


def _vector(part: Part, name: str) -> Element | None:
    element = part.element(name)
    inside = part.inside(element) if element else ()
    return next((one for one in inside if one.name == "vector"), None)
