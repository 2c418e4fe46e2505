"""The form of an example: filled in with the facts that it names, all else left empty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from checker.forms.typed_value import blank_fact
from checker.model.rules import Example, Plain
from checker.model.submission import (
    Fact,
    FactRef,
    FactState,
    FactValue,
    Submission,
    TableRow,
)
from checker.model.template import (
    PREVIOUS_SUFFIX,
    SHARED,
    WHOLE,
    Field,
    Template,
)
from checker.model.verdicts import Outcome, RuleError, Severity

EXPECTED: Mapping[tuple[Outcome, Severity], Outcome] = {
    (Outcome.FAIL, Severity.SOFT): Outcome.DOUBT,
    (Outcome.FAIL, Severity.INFO): Outcome.DOUBT,
    (Outcome.FAIL, Severity.STANDARD): Outcome.UNMET,
}
"""``expect = "fail"`` of a rule that is not hard means 存疑, of a standard 未达标."""


class ExampleError(Exception):
    """An example that cannot be filled in: it names a field or a stage the form does not have."""


def errors_told(errors: Iterable[RuleError]) -> str:
    """What went wrong, with the line of the plugin's code where that is known; "" for nothing."""
    return "；".join(
        f"{error.message}（{error.where}）" if ".py:" in error.where else error.message
        for error in errors
    )


def submission_for(example: Example, template: Template) -> Submission:
    """The form with the example's facts typed in and all else left empty. Raises ExampleError."""
    return form_with(template, example.facts, example.tables, example.stage)


def form_with(
    template: Template,
    typed: Mapping[str, Plain],
    rows: Mapping[str, list[dict[str, Plain]]],
    stage: str | None,
) -> Submission:
    """The form with these facts and table rows typed in. Raises ExampleError."""
    fields = template.fields()
    known_stages = [item.id for item in template.stages]
    if stage is not None and stage not in known_stages:
        raise ExampleError(f"模板没有学段 {stage}，有 {'、'.join(known_stages) or '（没有学段）'}")
    stages = _stages(template, typed, stage, known_stages)
    facts: dict[FactRef, Fact] = {}
    for field in fields.values():
        for column in field.columns:
            ref = FactRef(field.id, column)
            facts[ref] = blank_fact(ref, field)
    for name, value in typed.items():
        field_id, _, column = name.partition("@")
        found = fields.get(field_id)
        if found is None:
            raise ExampleError(f"没有字段 {field_id}")
        place = column or _column(found, stage, stages)
        ref = FactRef(field_id, place)
        if ref not in facts:
            listed = "、".join(found.columns)
            raise ExampleError(f"字段 {field_id} 没有栏目 {place}，有 {listed}")
        facts[ref] = _fact(ref, value)
    return Submission(
        name="例",
        template=template,
        facts=facts,
        tables=dict.fromkeys(template.tables(), ())
        | {
            table_id: tuple(_rows(template, table_id, entries))
            for table_id, entries in rows.items()
        },
        stages=stages,
    )


def _stages(
    template: Template, typed: Mapping[str, Plain], stage: str | None, known: list[str]
) -> tuple[str, ...]:
    """Stages of the example's school: by its type if the example says one, else those it names."""
    split = template.split
    if split.field is None:
        return tuple(known)
    named = {name.partition("@")[2].removesuffix(PREVIOUS_SUFFIX) for name in typed}
    code = typed.get(split.field)
    wanted = named | ({stage} if stage else set())
    if code is not None:
        wanted |= set(split.by_code.get(str(code), ()))
    for flag, attached in split.attached.items():
        if typed.get(flag) is True:
            wanted.add(attached)
    return tuple(item for item in known if item in wanted) or (known[0],)


def _column(field: Field, stage: str | None, stages: tuple[str, ...]) -> str:
    """The column that a fact without one belongs to."""
    if stage is not None and stage in field.columns:
        return stage
    if WHOLE in field.columns:
        return WHOLE
    for name in stages:
        if name in field.columns:
            return name
    return SHARED if SHARED in field.columns else field.columns[0]


def _rows(template: Template, table_id: str, entries: list[dict[str, Plain]]) -> Iterator[TableRow]:
    table = template.tables().get(table_id)
    if table is None:
        raise ExampleError(f"没有表 {table_id}")
    columns = {column.id: column for column in table.columns}
    for ordinal, entry in enumerate(entries, 1):
        unknown = [name for name in entry if name not in columns]
        if unknown:
            raise ExampleError(f"表 {table_id} 没有列 {'、'.join(unknown)}")
        facts: dict[str, Fact] = {}
        for column in table.columns:
            ref = FactRef(f"{table_id}.{column.id}", "", ordinal)
            given = entry.get(column.id)
            facts[column.id] = blank_fact(ref, column) if given is None else _fact(ref, given)
        yield TableRow(ordinal, facts)


def _fact(ref: FactRef, value: Plain) -> Fact:
    typed: FactValue
    if isinstance(value, bool | str | date | Decimal):
        typed = value
    elif isinstance(value, int):
        typed = Decimal(value)
    else:
        raise ExampleError(f"{ref} 的值不能是 {type(value).__name__}")
    return Fact(ref, FactState.GIVEN, typed, None, str(value))
