"""Puts one cell of a workbook into another state, by a direct edit of its sheet's XML.

Standard library only: what is judged must not depend on the program that is judged.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from html import unescape
from xml.sax.saxutils import escape

DAY = (1980, 1, 1, 0, 0, 0)

STATES: dict[str, str] = {
    "blank": "/>",
    "zero": "><v>0</v></c>",
    "text": ' t="inlineStr"><is><t>见附件</t></is></c>',
    "error": ' t="e"><v>#DIV/0!</v></c>',
    "unreadable": ' t="inlineStr"><is><t>约6</t></is></c>',
    "uncomputed": "><f>1+1</f></c>",
    "negative": "><v>-3.5</v></c>",
    "merged": "/>",
}
"""What stands after the cell's address and style in each state. A cell that is ``merged`` away is
the right half of a merged cell: it is empty, and its left neighbour is what is shown."""


class Package:
    """The members of one workbook; copies of it are written with one cell changed."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            self.members = {name: package.read(name) for name in package.namelist()}
        self._parts = self._sheets()

    def _sheets(self) -> dict[str, str]:
        """Part names by sheet title."""
        relations = self.members["xl/_rels/workbook.xml.rels"].decode()
        targets: dict[str, str] = {}
        for tag in re.findall(r"<Relationship [^>]*>", relations):
            given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            targets[given["Id"]] = posixpath.join("xl", given["Target"]).replace("xl//xl/", "xl/")
        found: dict[str, str] = {}
        for tag in re.findall(r"<sheet [^>]*>", self.members["xl/workbook.xml"].decode()):
            given = dict(re.findall(r'([\w:]+)="([^"]*)"', tag))
            found[unescape(given["name"])] = targets[given["r:id"]]
        return found

    def with_state(self, sheet: str, cell: str, state: str) -> bytes:
        """The workbook with one cell in another state. Raises KeyError, ValueError."""
        part = self._parts[sheet]
        text = self.members[part].decode()
        found = re.search(rf'<c r="{cell}"((?: [\w:]+="[^"]*")*?)(?:/>|>.*?</c>)', text, re.DOTALL)
        if found is None:
            raise ValueError(f"{sheet}!{cell} is not in {part}")
        kept = re.sub(r' (?:t|cm|vm)="[^"]*"', "", found[1])
        written = f'<c r="{cell}"{kept}{STATES[state]}'
        text = text[: found.start()] + written + text[found.end() :]
        if state == "merged":
            text = with_merge(text, cell)
        return self._packed({part: text.encode()})

    def _packed(self, changed: dict[str, bytes]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
            for name, content in self.members.items():
                package.writestr(zipfile.ZipInfo(name, DAY), changed.get(name, content),
                                 zipfile.ZIP_DEFLATED)  # fmt: skip
        return buffer.getvalue()


def with_merge(text: str, cell: str) -> str:
    """The sheet's XML with ``cell`` merged into its left neighbour."""
    letters = cell.rstrip("0123456789")
    left = letters[:-1] + chr(ord(letters[-1]) - 1)
    merge = f'<mergeCell ref="{escape(left)}{cell[len(letters) :]}:{cell}"/>'
    text = re.sub(r'(<mergeCells) count="\d+"', r"\1", text)
    if "</mergeCells>" in text:
        return text.replace("</mergeCells>", f"{merge}</mergeCells>")
    after = re.search(r"</sheetData>(?:<sheetProtection[^>]*/>)?", text)
    if after is None:
        raise ValueError("no sheetData")
    return f"{text[: after.end()]}<mergeCells>{merge}</mergeCells>{text[after.end() :]}"
