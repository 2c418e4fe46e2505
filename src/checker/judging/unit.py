"""Unit: what a rule is asked about — the school, one of its stages, or one row of a table.

This is what a plugin's function receives. It speaks of fields, never of cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from msgspec.structs import replace

from checker.judging.form_values import Values
from checker.model.submission import FactRef, FactState, TableRow
from checker.model.template import Template
from checker.model.verdicts import Scope, UnitRef
from checker.rules.values import LeftEmpty, MissingInput, NotApplicable, RuleDefect, Value

UnitKey: TypeAlias = tuple[str | None, str | None, int]
"""Stage, table and row: what tells the units of one submission apart."""


def key_of(ref: UnitRef) -> UnitKey:
    """What tells a unit apart from the others, quick to look up."""
    return ref.stage, ref.table, ref.row


class Unit:
    """One unit of a submission, read-only.

    All reading methods raise MissingInput (the clerk left it empty, or what is there cannot be
    used), NotApplicable (an optional field left empty, a stage that does not fill it in) or
    RuleDefect (no such field). A rule need not catch them: the engine turns them into the verdicts
    缺数据, 不适用 and into an error of the rule.
    """

    __slots__ = ("_row", "_rows", "_staged", "_values", "key", "known", "ref")

    def __init__(self, values: Values, ref: UnitRef, row: TableRow | None = None) -> None:
        self._values = values
        self._row = row
        self.ref = ref
        self.key = key_of(ref)
        self.known: dict[str, Value] = {}
        """What was asked before: hundreds of rules ask the same few fields of the same rows."""
        self._rows: dict[str, tuple[Unit, ...]] = {}
        self._staged: dict[str, Unit] = {}

    def __repr__(self) -> str:
        return f"Unit({self._values.submission.name!r}, {self.ref.label!r})"

    @property
    def label(self) -> str:
        """What users read: 全校, 小学段, 班级第3行."""
        return self.ref.label

    @property
    def stage(self) -> str | None:
        """Id of the stage this unit is, or belongs to; None for the whole school."""
        return self.ref.stage

    @property
    def stages(self) -> tuple[str, ...]:
        """Ids of all stages of the school, in the template's order."""
        return self._values.submission.stages

    @property
    def template(self) -> Template:
        """The form that was filled in."""
        return self._values.template

    @property
    def column_titles(self) -> dict[str, str]:
        """What users call the columns of the forms: 小学段, 全校, 上年数."""
        return self._values.column_titles

    @property
    def edition(self) -> int:
        """Edition year of the form."""
        return self._values.template.edition

    def value(self, field: str) -> Value:
        """The value of a field (or, in a row, of ``table.column``), of whatever type it is."""
        found = self.known.get(field)
        if found is None:
            row = self._row
            if row is not None and field.rpartition(".")[0] == self.ref.table:
                found = self._values.cell(row, field)
            else:
                found = self._values.value(field, self.ref.stage)
            self.known[field] = found
        return found

    def number(self, field: str, default: Fraction | int | None = None) -> Fraction:
        """A number, exact. With ``default``, an input that is not there counts as that."""
        try:
            value = self.value(field)
        except (MissingInput, NotApplicable):
            if default is None:
                raise
            return Fraction(default)
        if type(value) is Fraction:
            return value
        raise RuleDefect(f"{field} 不是数字")

    def typed_in(self, ref: FactRef) -> Fraction | None:
        """The number in one cell of the form; None where it was left empty. Raises MissingInput for
        what cannot be read, and where something has to be typed and is not."""
        try:
            value = self.in_column(ref.field, ref.column)
        except LeftEmpty:
            return None
        return value if isinstance(value, Fraction) and not self.is_blank(ref) else None

    def text(self, field: str) -> str:
        """A text or a code."""
        value = self.value(field)
        if isinstance(value, str):
            return value
        raise RuleDefect(f"{field} 不是文字")

    def flag(self, field: str) -> bool:
        """是 is True, 否 is False."""
        value = self.value(field)
        if isinstance(value, bool):
            return value
        raise RuleDefect(f"{field} 不是“是/否”")

    def date(self, field: str) -> date:
        """A day."""
        value = self.value(field)
        if isinstance(value, date):
            return value
        raise RuleDefect(f"{field} 不是日期")

    def given(self, field: str) -> bool:
        """Whether something usable was typed; False for a field that this form does not have, so
        that a rule for several forms can ask before it reads what only some of them hold.

        Raises MissingInput for a cell that could not be found or read: what stands there is not
        known, which is not the same as nothing.
        """
        try:
            self.value(field)
        except MissingInput as missing:
            unknown = tuple(ref for ref in missing.refs if not self.is_blank(ref))
            if unknown:
                raise MissingInput(unknown) from None
            return False
        except NotApplicable:
            return False
        except RuleDefect:
            if field in self._values.fields or field.rpartition(".")[0] in self._values.tables:
                raise
            return False
        fact = self._values.submission.fact
        return any(fact(ref).state is FactState.GIVEN for ref in self.refs(field))

    def previous(self, field: str) -> Value:
        """Last year's value: the form's 上年数, else last year's workbook if there is one."""
        return self._values.value(field, self.ref.stage, last_year=True)

    def whole(self, field: str) -> Value:
        """The value for the whole school."""
        return self._values.value(field, None)

    def in_stage(self, field: str, stage: str) -> Value:
        """The value of a given stage."""
        return self._values.value(field, stage)

    def in_column(self, field: str, column: str) -> Value:
        """The value in one column of the form, whatever kind of column it is."""
        return self._values.in_column(field, column)

    def is_blank(self, ref: FactRef) -> bool:
        """Whether a cell was left empty, whatever an empty cell counts as."""
        return self._values.submission.fact(ref).state is FactState.BLANK

    def has_stage(self, stage: str) -> bool:
        """Whether the school has this stage."""
        return stage in self._values.submission.stages

    def rows(self, table: str) -> tuple[Unit, ...]:
        """The filled rows of a table, each as a unit of its own."""
        found = self._rows.get(table)
        if found is None:
            found = self._rows[table] = tuple(self._row_units(table))
        return found

    def _row_units(self, table: str) -> Iterator[Unit]:
        title = self._values.tables[table].title if table in self._values.tables else table
        for row in self._values.rows(table):
            ref = UnitRef(
                Scope.ROW, f"{title}第{row.ordinal}行", self.ref.stage, table, row.ordinal
            )
            yield Unit(self._values, ref, row)

    def reading(self, values: Values) -> Unit:
        """The same unit, with nothing read yet, of other values."""
        return Unit(values, self.ref, self._row)

    def of_values(self, make: Callable[[Values], Values]) -> Unit:
        """The same unit of values that are made of its own."""
        return self.reading(make(self._values))

    def as_stage(self, stage: str) -> Unit:
        """The same row, known to belong to a stage."""
        found = self._staged.get(stage)
        if found is None:
            ref = replace(self.ref, stage=stage)
            found = self._staged[stage] = Unit(self._values, ref, self._row)
        return found

    def refs(self, field: str) -> tuple[FactRef, ...]:
        """Names of the facts behind a value: what a verdict puts in ``at``."""
        table_id, _, column_id = field.rpartition(".")
        if self._row is not None and table_id == self.ref.table:
            return (FactRef(field, "", self._row.ordinal),) if column_id in self._row.facts else ()
        if field not in self._values.fields and table_id in self._values.tables:
            rows = self._values.submission.tables.get(table_id, ())
            return tuple(FactRef(field, "", row.ordinal) for row in rows)
        return self._values.refs(field, self.ref.stage)

    def label_of(self, field: str) -> str:
        """What users call a field, a table, or a column of a table."""
        if field in self._values.fields:
            return self._values.fields[field].label
        if field in self._values.tables:
            return f"{self._values.tables[field].title}表"
        return self._values.table_column(field).title

    def unit_of(self, field: str) -> str:
        """Unit of measure of a field, or of a column of a table; "" if it has none."""
        return self._values.declared(field).unit

    def codes_of(self, field: str) -> str | None:
        """Id of the code list a field or column is declared with."""
        return self._values.declared(field).codes

    def shown(self, ref: FactRef) -> str:
        """What was typed for a fact, for messages."""
        return self._values.submission.fact(ref).typed
