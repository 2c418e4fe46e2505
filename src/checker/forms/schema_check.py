"""Checks the form of a template document against the published JSON Schema, by way of cerberus.

The JSON Schema is the only source; cerberus is given a translation of it, because its errors can
be worded for a reader: which key, what was expected, what is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

from cerberus import TypeDefinition, Validator
from cerberus.errors import BasicErrorHandler

TYPE_WORDS = {
    "string": "文本",
    "integer": "整数",
    "number": "数",
    "boolean": "true 或 false",
    "list": "列表 [ ]",
    "dict": "表",
}


class _ChineseErrors(BasicErrorHandler):  # type: ignore[misc]  # cerberus has no type hints
    """Cerberus's errors as sentences; {constraint} and {value} are cerberus's own placeholders."""

    messages: ClassVar[dict[int, str]] = {
        **BasicErrorHandler.messages,
        0x00: "{0}",
        0x02: "缺少这一项",
        0x03: "不认识这一项，请检查拼写",
        0x22: "不能为空",
        0x24: "类型应为“{constraint}”",
        0x25: "应为表",
        0x27: "至少要有 {constraint} 项（个字）",
        0x28: "最多 {constraint} 项（个字）",
        0x41: "“{value}”不合要求的写法",
        0x42: "不能小于 {constraint}",
        0x43: "不能大于 {constraint}",
        0x44: "“{value}”不在允许的取值之内",
    }


class _TemplateValidator(Validator):  # type: ignore[misc]
    """Numbers written with a point are Decimals here; ``description`` is the expectation."""

    types_mapping: ClassVar[dict[str, TypeDefinition]] = {
        **Validator.types_mapping,
        "number": TypeDefinition("number", (int, float, Decimal), (bool,)),
        "integer": TypeDefinition("integer", (int,), (bool,)),
    }


@cache
def template_json_schema() -> dict[str, Any]:
    """The JSON Schema of template.toml, as published."""
    source = files("checker.forms") / "schema" / "template.schema.json"
    schema: dict[str, Any] = json.loads(source.read_text("utf-8"))
    return schema


def cerberus_rules(node: Mapping[str, Any]) -> dict[str, Any]:
    """One JSON Schema node (of the subset that the template schema uses) as cerberus rules."""
    kind = node["type"]
    rules: dict[str, Any] = {"type": {"object": "dict", "array": "list"}.get(kind, kind)}
    rules["meta"] = {"expected": node.get("description", "")}
    plain = {"minimum": "min", "maximum": "max", "enum": "allowed", "pattern": "regex"}
    lengths = {
        "minLength": "minlength",
        "maxLength": "maxlength",
        "minItems": "minlength",
        "maxItems": "maxlength",
    }
    for key, name in {**plain, **lengths}.items():
        if key in node:
            rules[name] = node[key]
    if kind == "array":
        rules["schema"] = cerberus_rules(node["items"])
    elif "properties" in node:
        rules["schema"] = _properties(node)
    elif isinstance(node.get("additionalProperties"), Mapping):
        rules["keysrules"] = {"type": "string"}
        rules["valuesrules"] = cerberus_rules(node["additionalProperties"])
    return rules


def _properties(node: Mapping[str, Any]) -> dict[str, Any]:
    required = node.get("required", ())
    return {
        key: {**cerberus_rules(child), "required": key in required}
        for key, child in node["properties"].items()
    }


def problems_of(document: Mapping[str, object]) -> list[str]:
    """What is wrong with the form of a template document, as Chinese sentences."""
    schema = template_json_schema()
    validator = _TemplateValidator(
        _properties(schema), allow_unknown=False, error_handler=_ChineseErrors()
    )
    if validator.validate(dict(document), normalize=False):  # there is nothing to normalise
        return []
    return list(_sentences(validator.errors, document, schema, ""))


def _sentences(
    errors: Mapping[Any, Any], value: object, node: Mapping[str, Any] | None, place: str
) -> Iterator[str]:
    """Flattens cerberus's nested errors, walking document and schema alongside."""
    for key, entries in errors.items():
        child = _value_at(value, key)
        child_node = _node_at(node, key)
        child_place = _place(place, key, child)
        for entry in entries:
            if isinstance(entry, Mapping):
                yield from _sentences(entry, child, child_node, child_place)
            else:
                text = str(entry)
                for english, chinese in TYPE_WORDS.items():
                    text = text.replace(f"应为“{english}”", f"应为“{chinese}”")
                expected = child_node.get("description") if child_node else None
                yield f"{child_place}：{text}" + (f"（应填：{expected}）" if expected else "")


def _value_at(value: object, key: object) -> object:
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


def _node_at(node: Mapping[str, Any] | None, key: object) -> Mapping[str, Any] | None:
    if node is None:
        return None
    if node["type"] == "array":
        found = node["items"]
    else:
        found = node.get("properties", {}).get(key, node.get("additionalProperties"))
    return found if isinstance(found, Mapping) else None


def _place(place: str, key: object, value: object) -> str:
    if not isinstance(key, int):
        return f"{place}.{key}" if place else str(key)
    name = ""
    if isinstance(value, Mapping):
        name = str(value.get("id") or value.get("title") or "")
    return f"{place} 第 {key + 1} 项" + (f"（{name}）" if name else "")
