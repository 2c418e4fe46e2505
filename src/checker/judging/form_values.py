"""The values of one submission as rules read them: by field and stage, exact, never by cell."""

from __future__ import annotations

from fractions import Fraction

from checker.model.submission import Fact, FactRef, FactState, Submission, TableRow
from checker.model.template import (
    PREVIOUS_SUFFIX,
    SHARED,
    WHOLE,
    Blank,
    Field,
    FieldType,
    Table,
    TableColumn,
)
from checker.rules.values import (
    ONE,
    ZERO,
    LeftEmpty,
    MissingInput,
    NotApplicable,
    RuleDefect,
    Value,
    exact_sum,
    plain,
)


class Values:
    """Reads a submission, and last year's where one is given.

    A field's value in a stage is the stage column plus that stage's share of 共用 (apportioned by
    weighted enrolment, exactly); a field without stage columns has one value for every stage. For
    the whole school it is the 全校 column, else the sum of the stages and 共用.
    """

    def __init__(self, submission: Submission, previous: Values | None = None) -> None:
        self.submission = submission
        self.template = submission.template
        self.previous = previous
        self.fields: dict[str, Field] = self.template.fields()
        self.tables: dict[str, Table] = self.template.tables()
        self.column_titles = {
            column.id: column.title for sheet in self.template.sheets for column in sheet.columns
        }
        self.facts = submission.facts
        self._unused = frozenset(submission.not_handed_in)
        self._columns: dict[str, TableColumn] = {}
        self._known: dict[tuple[str, str | None, bool], Value] = {}
        self._shares: dict[tuple[str, str], Fraction] = {}

    def field(self, field_id: str) -> Field:
        """The declared field. Raises RuleDefect if the template has none of this id."""
        found = self.fields.get(field_id)
        if found is None:
            raise RuleDefect(f"模板“{self.template.title}”没有字段 {field_id}")
        return found

    def declared(self, name: str) -> Field | TableColumn:
        """The declared field, or column of ``table.column``. Raises RuleDefect."""
        return self.fields.get(name) or self.table_column(name)

    def table_column(self, name: str) -> TableColumn:
        """The declared column of ``table.column``. Raises RuleDefect."""
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = self._declared_column(name)
        return column

    def _declared_column(self, name: str) -> TableColumn:
        table_id, _, column_id = name.rpartition(".")
        table = self.tables.get(table_id)
        if table is None:
            raise RuleDefect(f"模板“{self.template.title}”没有表 {table_id}")
        for column in table.columns:
            if column.id == column_id:
                return column
        raise RuleDefect(f"表 {table_id} 没有列 {column_id}")

    def rows(self, table_id: str) -> tuple[TableRow, ...]:
        """Filled rows of a table. Raises RuleDefect if the template has no such table, MissingInput
        if it is not in the workbook or was left empty though it must not be, NotApplicable if its
        sheet was not handed in."""
        if table_id not in self.tables:
            raise RuleDefect(f"模板“{self.template.title}”没有表 {table_id}")
        self._be_handed_in(self.tables[table_id].sheet)
        rows = self.submission.tables.get(table_id)
        if rows is None:
            raise MissingInput((FactRef(table_id, ""),))
        if not rows and not self._none_said(self.tables[table_id]):
            title = self.tables[table_id].title
            raise LeftEmpty(f"“{title}”表一行也没有填", (FactRef(table_id, ""),))
        return rows

    def _none_said(self, table: Table) -> bool:
        """Whether a table without rows is known to have none, or no field could say so."""
        if table.none_by not in self.fields:
            return True
        refs = self.refs(table.none_by, None)
        stands_for_none = [self.submission.fact(ref) for ref in refs]
        return any(
            fact.state is FactState.GIVEN and not plain(fact.value) for fact in stands_for_none
        )

    def value(self, field_id: str, stage: str | None, last_year: bool = False) -> Value:
        """The value of a field in a stage (None: whole school), this year or last year.

        Raises MissingInput, NotApplicable, RuleDefect.
        """
        key = (field_id, stage, last_year)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._value(field_id, stage, last_year)
        return found

    def in_column(self, field_id: str, column: str) -> Value:
        """The value of a field in one column of its sheet. Raises as ``value`` does."""
        field = self.field(field_id)
        self._be_handed_in(field.sheet)
        if column not in field.columns:
            raise NotApplicable(f"“{field.label}”没有这一栏")
        return self._read(field, column)

    def cell(self, row: TableRow, name: str) -> Value:
        """Value of ``table.column`` in a row. Raises MissingInput, NotApplicable, RuleDefect."""
        column = self.table_column(name)
        fact = row.facts.get(column.id) or Fact(FactRef(name, "", row.ordinal), FactState.UNBOUND)
        return self.usable(fact, column, column.title)

    def refs(self, field_id: str, stage: str | None) -> tuple[FactRef, ...]:
        """Which facts make up ``value(field_id, stage)``: the places to be marked, foremost first.
        Empty for an id the template does not have."""
        field = self.fields.get(field_id)
        if field is None:
            return ()
        columns = field.columns
        if stage is not None and stage in columns:
            own = FactRef(field_id, stage)
            if SHARED in columns and self.submission.fact(own).state is FactState.BLANK:
                shared = FactRef(field_id, SHARED)
                if self.submission.fact(shared).state is FactState.GIVEN:
                    return (shared,)
            return (own,)
        if WHOLE in columns:
            return (FactRef(field_id, WHOLE),)
        if stage is not None:
            return (FactRef(field_id, SHARED),) if SHARED in columns else ()
        present = [name for name in self.submission.stages if name in columns]
        if SHARED in columns and self._filled(field_id, SHARED):
            present = [*self._not_empty(field_id, present), SHARED]
        return tuple(FactRef(field_id, name) for name in present)

    def _be_handed_in(self, sheet: str) -> None:
        if sheet in self._unused:
            raise NotApplicable(f"没有交“{self.template.sheet(sheet).title}”这张表")

    def _value(self, field_id: str, stage: str | None, last_year: bool) -> Value:
        field = self.field(field_id)
        self._be_handed_in(field.sheet)
        columns = field.columns
        suffix = ""
        if last_year:
            suffix = PREVIOUS_SUFFIX
            own_column = self._has_last_year(field, stage)
            if not own_column and self.previous is None:
                raise NotApplicable(f"没有“{field.label}”的上年数")
            if self.previous is not None and not (own_column and self._told(field, stage)):
                return self.previous.value(field_id, stage)
        whole, shared = WHOLE + suffix, SHARED + suffix
        if stage is not None:
            own = stage + suffix
            if own in columns:
                if shared in columns:
                    return self._with_share(field, stage, suffix)
                return self._read(field, own)
            if whole in columns:
                return self._read(field, whole)
            if shared in columns:
                total = self._read(field, shared)
                return total * self._share(stage, suffix) if isinstance(total, Fraction) else total
            raise NotApplicable(f"{self.template.stage_title(stage)}不填“{field.label}”")
        if whole in columns:
            return self._read(field, whole)
        present = [name + suffix for name in self.submission.stages if name + suffix in columns]
        if shared in columns and (self._filled(field_id, shared) or not present):
            # what is typed under 共用 need not be typed again by stage
            present = [*self._not_empty(field_id, present), shared]
        if not present:
            raise NotApplicable(f"本校没有填“{field.label}”的学段")
        return self._together(field, present)

    def _has_last_year(self, field: Field, stage: str | None) -> bool:
        columns = field.columns
        if stage is not None and stage in columns:
            return stage + PREVIOUS_SUFFIX in columns
        if WHOLE + PREVIOUS_SUFFIX in columns:
            return True
        return stage is None and any(
            name + PREVIOUS_SUFFIX in columns for name in self.submission.stages
        )

    def _told(self, field: Field, stage: str | None) -> bool:
        """Whether this year's form itself says what last year's figure was."""
        names = (WHOLE, SHARED, *((stage,) if stage is not None else self.submission.stages))
        return any(self._filled(field.id, name + PREVIOUS_SUFFIX) for name in names)

    def _with_share(self, field: Field, stage: str, suffix: str) -> Value:
        """Stage column plus the stage's share of 共用; one of the two may be left empty."""
        own, shared = stage + suffix, SHARED + suffix
        in_common = self.facts.get(FactRef(field.id, shared))
        if in_common is None or in_common.state in (FactState.BLANK, FactState.UNBOUND):
            return self._read(field, own)
        total = self._read(field, shared)
        if not isinstance(total, Fraction):
            return total
        part = total * self._share(stage, suffix)
        if self.submission.fact(FactRef(field.id, own)).state is FactState.BLANK:
            return part
        own_value = self._read(field, own)
        return own_value + part if isinstance(own_value, Fraction) else own_value

    def _share(self, stage: str, suffix: str) -> Fraction:
        """Weight x enrolment of the stage over that of all stages of the school."""
        known = self._shares.get((stage, suffix))
        if known is not None:
            return known
        stages = self.submission.stages
        weights = {item.id: Fraction(item.weight) for item in self.template.stages}
        share = ONE
        if len(stages) > 1:
            enrolment = self.template.split.enrolment
            if enrolment is None:
                raise RuleDefect(f"模板“{self.template.title}”没有说明共用数按什么分摊")
            columns = self.field(enrolment).columns
            tail = suffix if stage + suffix in columns else ""
            pupils = {name: self._enrolled(enrolment, name + tail) for name in stages}
            whole = sum((weights[name] * pupils[name] for name in stages), ZERO)
            if whole:
                share = weights[stage] * pupils[stage] / whole
            else:
                share = weights[stage] / sum((weights[name] for name in stages), ZERO)
        self._shares[stage, suffix] = share
        return share

    def _enrolled(self, enrolment: str, column: str) -> Fraction:
        value = self._read(self.field(enrolment), column)
        return value if isinstance(value, Fraction) else ZERO

    def _together(self, field: Field, columns: list[str]) -> Value:
        values = [self._read(field, column) for column in columns]
        if len(values) == 1:
            return values[0]
        if field.type is FieldType.FLAG:
            return all(values)
        if all(isinstance(value, Fraction) for value in values):
            return exact_sum(value for value in values if isinstance(value, Fraction))
        raise RuleDefect(f"字段 {field.id} 按学段填写，不能合成全校的值")

    def _not_empty(self, field_id: str, columns: list[str]) -> list[str]:
        fact = self.submission.fact
        return [
            name for name in columns if fact(FactRef(field_id, name)).state is not FactState.BLANK
        ]

    def _filled(self, field_id: str, column: str) -> bool:
        fact = self.facts.get(FactRef(field_id, column))
        return fact is not None and fact.state is FactState.GIVEN

    def _read(self, field: Field, column: str) -> Value:
        fact = self.facts.get(FactRef(field.id, column)) or Fact(
            FactRef(field.id, column), FactState.UNBOUND
        )
        return self.usable(fact, field, field.label)

    def usable(self, fact: Fact, declared: Field | TableColumn, label: str) -> Value:
        """The value a fact stands for; an empty cell counts as is declared.

        Raises MissingInput (needed but not there, or unusable), LeftEmpty (optional, left empty).
        """
        if fact.state is FactState.GIVEN:
            value = plain(fact.value)
            if value is not None:
                return value
        elif fact.state is FactState.BLANK:
            if declared.blank is Blank.ZERO:
                if declared.type is FieldType.FLAG:
                    return False
                return "" if declared.type in (FieldType.TEXT, FieldType.CODE) else ZERO
            if declared.blank is Blank.NONE:
                raise LeftEmpty(f"没有填“{label}”", (fact.ref,))
        raise MissingInput((fact.ref,))

    def forget(self) -> None:
        """Work every value out anew when it is next asked for."""
        self._known.clear()
        self._shares.clear()
