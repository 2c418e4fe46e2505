"""Submission 填报: snapshot + template + binding, as typed facts and tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct, field

from checker.model.cells import Cell, CellRef
from checker.model.template import Template

FactValue = Decimal | str | bool | date | None


class FactRef(Struct, frozen=True):
    """The name of one fact: a field in one column, or a table column in one table row.

    ``FactRef("teachers.full_time", "primary")`` · ``FactRef("classes.total", "", 3)`` where the
    row is the 1-based ordinal among the table's filled rows. A field of a unit that is a row of a
    ledger has both: ``FactRef("pupils.total", "primary", 12)``.
    """

    field: str
    column: str = ""
    row: int = 0

    def __str__(self) -> str:
        place = "@".join(filter(None, (self.column, str(self.row) if self.row else "")))
        return f"{self.field}@{place}" if place else self.field


class FactState(StrEnum):
    """How far a fact can be used. Only GIVEN and BLANK facts ever enter a computation."""

    GIVEN = "given"  # a value of the field's type
    BLANK = "blank"  # nothing was typed (the field's Blank rule says what that means)
    UNREADABLE = "unreadable"  # something was typed that is not a value of the field's type
    ERROR = "error"  # the cell shows #DIV/0! or the like
    UNCOMPUTED = "uncomputed"  # a formula whose result is not stored in the file
    UNBOUND = "unbound"  # no cell could be found for it


class Fact(Struct, frozen=True):
    """One value of a submission. ``value`` is None unless GIVEN, except that a BLANK fact whose
    field says blank = zero has the value 0 or False."""

    ref: FactRef
    state: FactState
    value: FactValue = None
    cell: CellRef | None = None
    typed: str = ""  # what the cell shows, for messages


class TableRow(Struct, frozen=True):
    """One filled row of a table; facts by column id."""

    ordinal: int  # 1-based among filled rows
    facts: Mapping[str, Fact]


class Problem(Struct, frozen=True):
    """What reading and binding noticed about the form itself. Becomes a verdict of rule ``rule``
    (FORM...), whose severity and texts stand in the host's own rule catalogue."""

    rule: str
    message: str
    ref: FactRef | None = None
    cell: CellRef | None = None
    sheet: str | None = None
    actual: str = ""
    required: str = ""


class ShownIndicator(Struct, frozen=True):
    """What the sheet 指标 shows for one indicator and stage: the value and where it stands."""

    rule: str
    stage: str
    cell: CellRef
    content: Cell
    expected_formula: str | None = None


class Explanation(Struct, frozen=True):
    """One row of the sheet 说明: the key of a soft finding and the text the clerk typed. ``issue``
    and ``place`` are the 问题 and 位置 that stand in the row: the finding as it was when it was
    entered there. A text without a key ("") belongs to no finding any more. ``returned``: the
    county did not accept the text and says why (perhaps nothing, "")."""

    key: str
    text: str
    row: int  # 1-based row on the sheet
    issue: str = ""
    place: str = ""
    returned: str | None = None


RETURNED = "〔县里退回"
"""Begins what is added to the 问题 of an explanation that the county sent back."""

ExplanationArea = tuple[CellRef, CellRef]
"""The corners of the body of the sheet 说明."""

EXPLANATION_WIDTH = 5
"""Columns of that sheet: 编号 · 位置 · 问题 · 说明文字, and the hidden keys of the findings."""


def key_offset(area: ExplanationArea) -> int:
    """How many columns right of 编号 the keys stand; in sheets without a column of their own, 0."""
    first, last = area
    wide = last.column - first.column + 1 == EXPLANATION_WIDTH
    return EXPLANATION_WIDTH - 1 if wide else 0


class Submission(Struct, frozen=True):
    """All facts of one workbook. ``stages`` are the ids of its stage units, in template order.
    ``tables`` lacks a table that could not be found, or that must have rows and has none: what it
    would say is missing then, which is not the same as a table without rows."""

    name: str
    template: Template
    facts: Mapping[FactRef, Fact]
    tables: Mapping[str, tuple[TableRow, ...]]
    stages: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    explanations: Mapping[str, Explanation] = field(default_factory=dict)
    indicators: tuple[ShownIndicator, ...] = ()
    sheet_titles: Mapping[str, str] = field(default_factory=dict)  # sheet id -> title in this book
    content_hash: str = ""  # of all figures, for finding copies and changes
    sparse: bool = False  # hardly any figure was given: two schools may well have the same
    year: int | None = None  # the edition that the workbook says it is of
    explanation_area: ExplanationArea | None = None
    units: tuple[Submission, ...] = ()  # of a ledger: each row as a submission of its own
    not_handed_in: tuple[str, ...] = ()  # ids of optional sheets that are not there or not used

    def fact(self, ref: FactRef) -> Fact:
        """The fact of this name; an UNBOUND one if the submission has none."""
        if ref.row and not ref.column:
            table, _, column = ref.field.partition(".")
            # rows are in order and none of them is counted out: the last of so many is the one
            for row in reversed(self.tables.get(table, ())[: ref.row]):
                if row.ordinal == ref.row and column in row.facts:
                    return row.facts[column]
            return Fact(ref, FactState.UNBOUND)
        return self.facts.get(ref) or Fact(ref, FactState.UNBOUND)

    def locate(self, ref: FactRef) -> CellRef | None:
        """Where a fact stands in the workbook, if it was bound."""
        return self.fact(ref).cell

    @property
    def blank(self) -> bool:
        """Whether nothing was filled in beyond whose form it is. A form of which no cell was found,
        or an adopted one of which some were not, may hold anything."""
        identity = self.template.identity
        own = {identity.code, identity.name, identity.date}
        states = {fact.state for ref, fact in self.facts.items() if ref.field not in own}
        if any(self.tables.values()) or states - {FactState.BLANK, FactState.UNBOUND}:
            return False
        adopted = self.template.layout is not None
        return FactState.BLANK in states and not (adopted and FactState.UNBOUND in states)

    @property
    def said_year(self) -> int:
        """The year of the figures by what the form says: its year, else that of its 填报日期, else
        the edition of the workbook; 0 if it does not say."""
        for said in (self.identity("year"), self.identity("date")[:4]):
            if len(said) == 4 and said.isdecimal():
                return int(said)
        return self.year or 0

    def identity(self, part: str) -> str:
        """The school's "code", "name" or "date" as text; "" if not given."""
        field_id = getattr(self.template.identity, part)
        if not field_id:
            return ""
        for ref, fact in self.facts.items():
            if ref.field == field_id and not ref.row and fact.value is not None:
                return str(fact.value)
        return ""
