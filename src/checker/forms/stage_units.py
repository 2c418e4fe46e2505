"""Which stage units a school is judged as: by its type (办学类型) and its attached classes."""

from __future__ import annotations

from collections.abc import Mapping

from checker.forms.typed_value import NUMBERS
from checker.model.submission import Fact, FactRef, FactState
from checker.model.template import Field, FieldType, Template


def stages_of(
    template: Template, fields: Mapping[str, Field], facts: Mapping[FactRef, Fact]
) -> tuple[str, ...]:
    """Stage ids in template order. ``fields`` are those of the template, by id.

    Where the school type cannot be read, the stages that have any figures are taken, so that the
    rest is still judged; the type itself is then a finding of its own.
    """
    split = template.split
    everything = tuple(stage.id for stage in template.stages)
    if split.field is None:
        return everything
    chosen: set[str] = set()
    school_type = _fact(facts, fields.get(split.field))
    if school_type is not None and school_type.state is FactState.GIVEN:
        chosen.update(split.by_code.get(str(school_type.value), ()))
    else:
        chosen.update(_with_figures(template, facts))
    for field_id, stage in split.attached.items():
        flag = _fact(facts, fields.get(field_id))
        if flag is not None and flag.value is True:
            chosen.add(stage)
    return tuple(stage for stage in everything if stage in chosen)


def _fact(facts: Mapping[FactRef, Fact], field: Field | None) -> Fact | None:
    if field is None:
        return None
    return facts.get(FactRef(field.id, field.columns[0]))


def _with_figures(template: Template, facts: Mapping[FactRef, Fact]) -> set[str]:
    columns = {
        (sheet.id, column.id): column.stage
        for sheet in template.sheets
        for column in sheet.columns
        if column.stage is not None and not column.previous
    }
    found: set[str] = set()
    for field in template.fields().values():
        if field.type not in NUMBERS | {FieldType.FLAG}:
            continue
        for column_id in field.columns:
            stage = columns.get((field.sheet, column_id))
            fact = facts.get(FactRef(field.id, column_id))
            if stage and fact is not None and fact.state is FactState.GIVEN and fact.value:
                found.add(stage)
    return found
