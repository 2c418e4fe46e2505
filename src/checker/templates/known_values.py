"""What cells mean, remembered by what stands in them: 0, 是 and 三年级 stand in every workbook."""

from __future__ import annotations

from collections.abc import Set

from checker.model.snapshot import Position, SheetSnapshot
from checker.model.template import Field, TableColumn, Template
from checker.templates.code_lists import CodeList
from checker.templates.normalise import normalise
from checker.templates.typed_value import Entry, TypedValue

KEPT_VALUES = 2_000
"""Values remembered for one kind of entry."""
KEPT_LENGTH = 40
"""A longer text is not remembered."""
_KEPT_TYPES = (str, float, int, bool)


class EntryReader:
    """Reads cells for all fields and table columns of one type, unit, code list and meaning of
    emptiness: nothing else of them matters to the value."""

    def __init__(self, entry: Entry, codes: CodeList | None) -> None:
        self._entry = entry
        self._codes = codes
        self._known: dict[tuple[type, object], TypedValue] = {}

    def read(self, sheet: SheetSnapshot, row: int, column: int) -> TypedValue:
        """The typed value of any cell."""
        return normalise(sheet.cell(row, column), self._entry, self._codes)

    def read_plain(self, value: object, sheet: SheetSnapshot, row: int, column: int) -> TypedValue:
        """The typed value of a cell that holds nothing but ``value``: see ``odd_positions``."""
        # 0.0 and -0.0 are equal, and shown differently
        key = (value.__class__, value or repr(value))
        known = self._known.get(key)
        if known is None:
            known = self.read(sheet, row, column)
            if isinstance(value, _KEPT_TYPES) and (
                not isinstance(value, str) or len(value) <= KEPT_LENGTH
            ):
                if len(self._known) >= KEPT_VALUES:
                    self._known.clear()
                self._known[key] = known
        return known


class ValueReader:
    """The entry readers of one template."""

    def __init__(self, template: Template) -> None:
        self._lists = template.code_lists
        self._codes: dict[str, CodeList] = {}
        self._readers: dict[tuple[object, ...], EntryReader] = {}

    def of(self, entry: Field | TableColumn) -> EntryReader:
        """The reader for a field or table column."""
        kind = (entry.type, entry.unit, entry.blank, entry.codes)
        reader = self._readers.get(kind)
        if reader is None:
            reader = EntryReader(entry, self._code_list(entry.codes))
            self._readers[kind] = reader
        return reader

    def _code_list(self, list_id: str | None) -> CodeList | None:
        if not list_id:
            return None
        if list_id not in self._codes:
            self._codes[list_id] = CodeList(self._lists.get(list_id, {}))
        return self._codes[list_id]


def odd_positions(sheet: SheetSnapshot) -> Set[Position]:
    """The cells that are more than the value that stands in them: errors, formulas, percentages."""
    if not (sheet.errors or sheet.formulas or sheet.uncomputed or sheet.percent):
        return frozenset()
    return {*sheet.errors, *sheet.formulas, *sheet.uncomputed, *sheet.percent}
