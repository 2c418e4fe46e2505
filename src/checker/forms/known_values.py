"""What cells mean, remembered by what stands in them: 0, 是 and 三年级 stand in every workbook."""

from __future__ import annotations

from collections.abc import Set
from decimal import Decimal

from checker.forms.code_lists import CodeList
from checker.forms.normalise import normalise
from checker.forms.typed_value import Entry, TypedValue, blank
from checker.model.snapshot import Position, SheetSnapshot
from checker.model.submission import FactState
from checker.model.template import Field, FieldType, TableColumn, Template

KEPT_VALUES = 2_000
"""Values remembered for one kind of entry."""
KEPT_LENGTH = 40
"""A longer text is not remembered."""
_NUMBERS = (FieldType.COUNT, FieldType.AMOUNT, FieldType.SIGNED)
_EXACT = 1e15
"""Whole numbers below it have at most 15 digits, all of which a spreadsheet keeps and shows."""
_KEPT_TYPES = (str, float, int, bool)


class EntryReader:
    """Reads cells for all fields and table columns of one type, unit, code list and meaning of
    emptiness: nothing else of them matters to the value. ``blank`` is what an empty cell means;
    ``is_number``: a whole number above 0 is the number that it is (see `whole_number`)."""

    def __init__(self, entry: Entry, codes: CodeList | None) -> None:
        self._entry = entry
        self._codes = codes
        self.is_number = entry.type in _NUMBERS
        self.blank = blank(entry)
        self.known: dict[tuple[type, object], TypedValue] = {}

    def read(self, sheet: SheetSnapshot, row: int, column: int) -> TypedValue:
        """The typed value of any cell."""
        return normalise(sheet.cell(row, column), self._entry, self._codes)

    def read_plain(self, value: object, sheet: SheetSnapshot, row: int, column: int) -> TypedValue:
        """The typed value of a cell that holds nothing but ``value``: see ``odd_positions``."""
        key = value_key(value)
        known = self.known.get(key)
        if known is None:
            whole = whole_number(value) if self.is_number and isinstance(value, float) else None
            if whole is not None:
                known = TypedValue(FactState.GIVEN, *whole)
            else:
                known = self.read(sheet, row, column)
            if isinstance(value, _KEPT_TYPES) and (
                not isinstance(value, str) or len(value) <= KEPT_LENGTH
            ):
                if len(self.known) >= KEPT_VALUES:
                    self.known.clear()
                self.known[key] = known
        return known


def whole_number(value: float) -> tuple[Decimal, str] | None:
    """What `normalise` makes of a whole number above 0 with at most 15 digits, and what the cell
    shows; None for any other number."""
    known = _small_numbers.get(value)
    if known is not None:
        return known
    if not 0 < value < _EXACT:
        return None
    whole = int(value)
    if whole != value:
        return None
    known = Decimal(whole), str(whole)
    if whole < KEPT_BELOW:
        _small_numbers[value] = known
    return known


KEPT_BELOW = 2_000
_small_numbers: dict[float, tuple[Decimal, str]] = {}


def value_key(value: object) -> tuple[type, object]:
    """Under which a value is known: 1 and True are equal, as are 0.0 and -0.0, and are not shown
    alike."""
    return value.__class__, value or repr(value)


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
    """The cells that are not just the value that stands in them: errors, formulas without a result,
    percentages. What a formula with a result is makes no difference to its value."""
    if not (sheet.errors or sheet.uncomputed or sheet.percent):
        return frozenset()
    return {*sheet.errors, *sheet.uncomputed, *sheet.percent}
