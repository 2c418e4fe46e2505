"""The main expression of a rule, whatever its kind, as one line of the expression language."""

from __future__ import annotations

from collections.abc import Mapping

from checker.model.rules import Plain, Rule


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
