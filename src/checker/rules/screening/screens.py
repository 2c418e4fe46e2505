"""Screens: what tells at a glance that a rule holds, or does not apply, for almost every school.

Most rules hold for most units. A screen is a rule's condition as one Python function over exact
figures; where it says yes, the rule's kind would say 通过, and is only asked to when somebody reads
the words. For everything else — it does not hold, a figure is missing, anything unusual — the
rule's kind judges as if there were no screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from checker.model.rules import Rule
from checker.model.template import SHARED, WHOLE, Blank, FieldType, Table, Template
from checker.model.verdicts import Scope
from checker.rules.screening.conditions import CodeLists, Condition, condition_of
from checker.rules.screening.figures import Figure, Figures, Layout, Limits, Place
from checker.rules.screening.translation import (
    DATE,
    FLAG,
    NUMBER,
    TEXT,
    NotTranslated,
    Translator,
    compiled,
)

if TYPE_CHECKING:
    from checker.rules.unit import Unit

_KIND_OF: dict[FieldType, str] = {
    FieldType.FLAG: FLAG,
    FieldType.TEXT: TEXT,
    FieldType.CODE: TEXT,
    FieldType.DATE: DATE,
}


_EMPTY: dict[str, Figure] = {FLAG: False, TEXT: "", NUMBER: 0}


class Screen(NamedTuple):
    """A rule's screen. ``applies``: name of the shared figure that is its ``when``; "" if it always
    applies. ``marked`` as in ``Condition``."""

    applies: str
    holds: Callable[[Figures], Figure]
    marked: tuple[tuple[str, ...], ...]


class Screens:
    """The screens of all rules of one template under one profile."""

    def __init__(
        self,
        rules: Iterable[Rule],
        template: Template,
        threshold: Callable[[str, str | None], Fraction | None],
        definitions: Mapping[str, str],
        code_lists: CodeLists,
    ) -> None:
        """``threshold`` gives a limit's value for a stage, None if there is none. What cannot be
        translated has no screen."""
        fields = {name: _kind(field.type) for name, field in template.fields().items()}
        self._columns = {table.id: _column_places(table) for table in template.tables().values()}
        columns = {
            name: place.kind for places in self._columns.values() for name, place in places.items()
        }
        self._template = template
        self._threshold = threshold
        self._layouts: dict[tuple[str | None, str | None, str], Layout] = {}
        self._kinds = columns | fields
        self._expressions: dict[str, Callable[[Figures], Figure] | None] = {}
        self._translator = translator = Translator(fields, columns, threshold, definitions)
        found: dict[str, tuple[str, Condition]] = {}
        for rule in rules:
            translator.of_rows(rule.table or "" if rule.scope is Scope.ROW else "")
            try:
                made = condition_of(rule, translator, code_lists)
                if made is not None:
                    applies = "" if rule.when is None else translator.condition(rule.when)
                    found[rule.id] = applies, made
            except NotTranslated:
                continue
        holds = compiled(translator, {name: made.holds for name, (_, made) in found.items()})
        self._shared = compiled(translator, translator.shared)
        self.of: dict[str, Screen] = {
            name: Screen(applies, holds[name], made.marked)
            for name, (applies, made) in found.items()
            if name in holds
        }

    def expression(self, text: str) -> Callable[[Figures], Figure] | None:
        """What works an expression out for a school or stage; None if it is not translated."""
        if text not in self._expressions:
            self._expressions[text] = self._translated(text)
        return self._expressions[text]

    def _translated(self, text: str) -> Callable[[Figures], Figure] | None:
        translator = self._translator
        translator.of_rows("")
        try:
            source = translator.value(text)
        except NotTranslated:
            return None
        fresh = {name: translator.shared[name] for name in translator.shared.keys() - self._shared}
        self._shared |= compiled(translator, fresh)
        return compiled(translator, {text: source})[text]

    def figures(self, unit: Unit) -> Figures:
        """The figures of a unit."""
        stage = unit.stage
        limited = stage
        if stage is None and len(unit.stages) == 1:
            limited = unit.stages[0]  # as in Context: the limits of the only stage
        return Figures(unit, self._layout(stage, limited, unit.ref.table or ""))

    def _layout(self, stage: str | None, limited: str | None, table: str) -> Layout:
        """The layout of units of a stage (or a table's rows in it) with the limits of one."""
        found = self._layouts.get((stage, limited, table))
        if found is None:
            places = _field_places(self._template, stage) | self._columns.get(table, {})
            found = self._layouts[stage, limited, table] = Layout(
                places,
                self._kinds,
                self._shared,
                Limits(lambda name: self._threshold(name, limited)),
                lambda table: self._layout(stage, limited, table),
            )
        return found


def _field_places(template: Template, stage: str | None) -> dict[str, Place]:
    """The fields whose value, for a stage (None: the whole), stands in one cell; the rest are added
    up or apportioned."""
    found: dict[str, Place] = {}
    for field in template.fields().values():
        columns, shared = field.columns, None
        if stage is not None and stage in columns:
            column = stage
            shared = (field.id, SHARED, 0) if SHARED in columns else None
        elif WHOLE in columns:
            column = WHOLE
        else:
            continue
        kind = _kind(field.type)
        found[field.id] = Place((field.id, column, 0), shared, kind, _blank(kind, field.blank))
    return found


def _column_places(table: Table) -> dict[str, Place]:
    """The columns of a table, for its own rows."""
    found: dict[str, Place] = {}
    for column in table.columns:
        kind = _kind(column.type)
        name = f"{table.id}.{column.id}"
        found[name] = Place(column.id, None, kind, _blank(kind, column.blank))
    return found


def _blank(kind: str, blank: Blank) -> Figure | None:
    if blank is not Blank.ZERO or kind == DATE:
        return None
    return _EMPTY[kind]


def _kind(kind: FieldType) -> str:
    return _KIND_OF.get(kind, NUMBER)
