"""Rules in the notation of the official statistics forms: 表号.行号,列号 with the operators."""

from __future__ import annotations

import re
from collections.abc import Mapping

from checker.model.rules import Plain, Rule
from checker.model.template import SHARED, WHOLE, Field, Sheet, Template
from checker.model.verdicts import Scope

_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+|'[^']*'")
SIGNS = {">=": "≥", "<=": "≤", "==": "＝", "!=": "≠", "<": "＜", ">": "＞"}


def formula_of(rule: Rule) -> str:
    """The main expression of a rule as one line of its own language; "" for a function."""
    spec = rule.spec
    match rule.kind:
        case "indicator":
            text = _text(spec, "numerator")
            if _text(spec, "denominator"):
                text = f"{_wrapped(text)} / {_wrapped(_text(spec, 'denominator'))}"
            scale = _text(spec, "scale")
            if scale and scale != "1":
                text = f"{text} * {scale}"
            return f"{text} {_text(spec, 'compare')} threshold('{_text(spec, 'threshold')}')"
        case "relation":
            return _text(spec, "check")
        case "sum":
            return f"{_text(spec, 'total')} == {' + '.join(_texts(spec, 'parts'))}"
        case "subset":
            whole = _text(spec, "whole")
            return "；".join(f"{part} <= {whole}" for part in _texts(spec, "parts"))
        case "range":
            limits = [(">=", _text(spec, "minimum")), ("<=", _text(spec, "maximum"))]
            return " and ".join(
                f"{_wrapped(_text(spec, 'value'))} {sign} threshold('{limit}')"
                for sign, limit in limits
                if limit
            )
        case "year_on_year":
            field = _text(spec, "field")
            return f"{field} {_text(spec, 'compare')} previous({field})"
        case "growth":
            now, before = _text(spec, "current"), _text(spec, "previous")
            return f"({now} - {before}) / {before}"
        case "unique":
            return f"unique({', '.join(_texts(spec, 'columns'))})"
    return _text(spec, "field")


def _text(spec: Mapping[str, Plain], key: str) -> str:
    value = spec.get(key, "")
    return "" if isinstance(value, list | dict) else str(value)


def _texts(spec: Mapping[str, Plain], key: str) -> list[str]:
    value = spec.get(key, [])
    return [str(item) for item in value] if isinstance(value, list) else []


def _wrapped(text: str) -> str:
    return f"({text})" if " " in text and not text.endswith(")") else text


def official(rule: Rule, template: Template, stage: str | None = None) -> str:
    """The formula of a rule with every field as 表号.行号,列号 of ``template``.

    ``stage`` names the column that a rule judged by stage reads. A field that belongs to the whole
    school, or has no column of that stage, shows its own; several columns are joined by "+".
    """
    fields = template.fields()
    sheets = {sheet.id: sheet for sheet in template.sheets}

    def replaced(match: re.Match[str]) -> str:
        field = fields.get(match[0])
        return place(field, sheets[field.sheet], rule, stage) if field else match[0]

    text = _NAME.sub(replaced, formula_of(rule))
    for sign in sorted(SIGNS, key=len, reverse=True):
        text = text.replace(f" {sign} ", f" {SIGNS[sign]} ")
    return text.replace(" * ", " × ").replace(" / ", " ÷ ")


def place(field: Field, sheet: Sheet, rule: Rule, stage: str | None) -> str:
    """表号.行号,列号 of one field as one rule reads it."""
    order = [column.id for column in sheet.columns]
    if stage is not None and rule.scope is Scope.STAGE and stage in field.columns:
        columns = [stage, *(column for column in field.columns if column == SHARED)]
    elif WHOLE in field.columns:
        columns = [WHOLE]
    else:
        columns = [column for column in field.columns if not column.endswith(".previous")]
    number = f"{sheet.form_number or sheet.title}.{field.row_code}"
    places = [f"{number},{order.index(column) + 1}" for column in columns]
    return places[0] if len(places) == 1 else f"({'+'.join(places)})"
