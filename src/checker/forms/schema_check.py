"""Checks the form of a template document against the published JSON Schema, by way of cerberus.

The JSON Schema is the only source; cerberus is given a translation of it, because its errors can
be worded for a reader: which key, what was expected, what is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from cerberus.errors import BasicErrorHandler

from checker.plugins.manifest_check import DocumentChecker, content_below, schema_below

_TYPES = {"object": "dict", "array": "list", "number": "exact"}
"""Types of JSON Schema by the names that cerberus has for them."""
_TYPE_WORDS = {
    "string": "文本",
    "integer": "整数",
    "exact": "数",
    "boolean": "true 或 false",
    "list": "列表 [ ]",
    "dict": "表",
}
_RULES = {
    "minimum": "min",
    "maximum": "max",
    "enum": "allowed",
    "pattern": "regex",
    "minLength": "minlength",
    "maxLength": "maxlength",
    "minItems": "minlength",
    "maxItems": "maxlength",
}
"""Keys of JSON Schema that cerberus has under other names."""


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


@cache
def template_json_schema() -> dict[str, Any]:
    """The JSON Schema of template.toml, as published."""
    source = Path(__file__).with_name("schema") / "template.schema.json"
    schema: dict[str, Any] = json.loads(source.read_text("utf-8"))
    return schema


def _cerberus_rules(node: Mapping[str, Any]) -> dict[str, Any]:
    """One JSON Schema node (of the subset that the template schema uses) as cerberus rules."""
    kind = node["type"]
    rules: dict[str, Any] = {"type": _TYPES.get(kind, kind)}
    rules["meta"] = {"expected": node.get("description", "")}
    rules |= {name: node[key] for key, name in _RULES.items() if key in node}
    if kind == "array":
        rules["schema"] = _cerberus_rules(node["items"])
    elif "properties" in node:
        required = node.get("required", ())
        rules["schema"] = {
            key: {**_cerberus_rules(child), "required": key in required}
            for key, child in node["properties"].items()
        }
    elif isinstance(node.get("additionalProperties"), Mapping):
        rules["keysrules"] = {"type": "string"}
        rules["valuesrules"] = _cerberus_rules(node["additionalProperties"])
    return rules


def problems_of(document: Mapping[str, object]) -> list[str]:
    """What is wrong with the form of a template document, as Chinese sentences."""
    rules = _cerberus_rules(template_json_schema())
    validator = DocumentChecker(
        rules["schema"], allow_unknown=False, error_handler=_ChineseErrors()
    )
    if validator.validate(dict(document), normalize=False):  # there is nothing to normalise
        return []
    return list(_sentences(validator.errors, document, rules, ""))


def _sentences(
    errors: Mapping[Any, Any], value: object, rules: dict[str, Any], place: str
) -> Iterator[str]:
    """Flattens cerberus's nested errors, walking document and rules alongside."""
    for key, entries in errors.items():
        child, below = content_below(value, key), schema_below(rules, key)
        child_place = _place(place, key, child)
        for entry in entries:
            if isinstance(entry, Mapping):
                yield from _sentences(entry, child, below, child_place)
                continue
            text = str(entry)
            for name, word in _TYPE_WORDS.items():
                text = text.replace(f"应为“{name}”", f"应为“{word}”")
            expected = below.get("meta", {}).get("expected")
            yield f"{child_place}：{text}" + (f"（应填：{expected}）" if expected else "")


def _place(place: str, key: object, value: object) -> str:
    if not isinstance(key, int):
        return f"{place}.{key}" if place else str(key)
    name = ""
    if isinstance(value, Mapping):
        name = str(value.get("id") or value.get("title") or "")
    return f"{place} 第 {key + 1} 项" + (f"（{name}）" if name else "")
