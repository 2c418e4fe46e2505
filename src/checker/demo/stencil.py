"""A stencil: one workbook of a template, cut open at its input cells, filled in again and again.

Filling one workbook takes the careful writer a tenth of a second, which is much for a county of
thousands. The stencil lets that writer fill every input cell once, with a placeholder, and then
only puts other contents where the placeholders are.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

from checker_templates.building.layout import LABEL_COLUMN, lay_out

from checker.model.cells import CellRef
from checker.model.marks import CellEdit, Scalar
from checker.model.template import Template
from checker.writing import fill_cells

Members = dict[str, bytes]
"""Members of a workbook's zip by name, unpacked."""

PLACEHOLDER = "@@%05d@@"
_CELL = re.compile(rb'<c r="[A-Z]+\d+"([^>]*?) t="inlineStr"><is><t>@@(\d{5})@@</t></is></c>')
_REFERENCE = re.compile(rb'<c r="([A-Z]+\d+)"')
DAY_ZERO = date(1899, 12, 30)
ERROR_VALUES = ("#DIV/0!", "#REF!", "#VALUE!", "#N/A", "#NAME?")
"""Texts that are written as what they are in Excel: error values."""


def input_cells(template: Template) -> list[CellRef]:
    """Every cell of a freshly built workbook that a form field or a table row is typed into."""
    layout = lay_out(template)
    cells = [
        layout.cell(field, column)
        for field in template.fields().values()
        for column in field.columns
    ]
    for table in layout.tables.values():
        columns = list(table.columns.values())
        if table.ordinal_column == LABEL_COLUMN:  # elsewhere the 序号 is printed
            columns.insert(0, LABEL_COLUMN)
        for row in range(table.first_row, table.last_row + 1):
            cells += [CellRef(table.sheet.title, row, column) for column in columns]
    return cells


class Stencil:
    """Fills copies of one built workbook. ``workbook`` must be freshly built from ``template``."""

    def __init__(self, template: Template, workbook: Path) -> None:
        self.cells = input_cells(template)
        self._numbers = {(cell.sheet, cell.a1): at for at, cell in enumerate(self.cells)}
        edits = [
            CellEdit(cell.sheet, cell.a1, PLACEHOLDER % at) for at, cell in enumerate(self.cells)
        ]
        with tempfile.TemporaryDirectory() as folder:
            filled = Path(folder) / "stencil.xlsx"
            fill_cells(workbook, filled, edits)
            with zipfile.ZipFile(filled) as package:
                members = {name: package.read(name) for name in package.namelist()}
        self._constant = {name: content for name, content in members.items() if not _cut(content)}
        self._pieces = {name: _cut(content) for name, content in members.items() if _cut(content)}
        self._order = list(members)
        found = sum(len(pieces) // 4 for pieces in self._pieces.values())
        if found != len(self.cells):
            raise ValueError(
                f"{len(self.cells)} input cells, {found} of them found in the workbook"
            )

    def fill(self, edits: Iterable[CellEdit]) -> Members:
        """The members of a copy with these values; every other input cell is empty.

        Raises KeyError for a cell that is no input cell.
        """
        values: dict[int, Scalar] = {}
        for edit in edits:
            values[self._numbers[edit.sheet, edit.cell]] = edit.value
        members: Members = {}
        for name in self._order:
            pieces = self._pieces.get(name)
            if pieces is None:
                members[name] = self._constant[name]
                continue
            parts: list[bytes] = []
            for at in range(0, len(pieces) - 1, 4):
                before, reference, attributes, number = pieces[at : at + 4]
                parts += (before, _cell(reference, attributes, values.get(int(number))))
            parts.append(pieces[-1])
            members[name] = b"".join(parts)
        return members

    def save(self, members: Mapping[str, bytes], target: Path) -> None:
        """Write members as a workbook."""
        with zipfile.ZipFile(target, "w") as package:
            for name, content in members.items():
                entry = zipfile.ZipInfo(name)
                package.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=3)


def _cut(content: bytes) -> list[bytes]:
    """Before, address, attributes, number; before, …; rest. Empty without any placeholder."""
    pieces: list[bytes] = []
    at = 0
    for match in _CELL.finditer(content):
        reference = _REFERENCE.match(match[0])
        assert reference is not None
        pieces += (content[at : match.start()], reference[1], match[1], match[2])
        at = match.end()
    return [*pieces, content[at:]] if pieces else []


def _cell(reference: bytes, attributes: bytes, value: Scalar) -> bytes:
    head = b'<c r="' + reference + b'"' + attributes
    if value is None:
        return head + b"/>"
    if isinstance(value, str) and value in ERROR_VALUES:
        return head + b' t="e"><v>' + value.encode() + b"</v></c>"
    if isinstance(value, str):
        kept = b' xml:space="preserve"' if value != value.strip() else b""
        text = escape(value).encode()
        return head + b' t="inlineStr"><is><t' + kept + b">" + text + b"</t></is></c>"
    if isinstance(value, bool):
        return head + b' t="b"><v>' + (b"1" if value else b"0") + b"</v></c>"
    if isinstance(value, date):
        return head + b"><v>" + str((value - DAY_ZERO).days).encode() + b"</v></c>"
    number = value if isinstance(value, int) else Decimal(value)
    return head + b"><v>" + f"{number:f}".encode() + b"</v></c>"
