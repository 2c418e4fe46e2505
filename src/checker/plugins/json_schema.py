"""The published JSON Schemas of plugin.toml and of profile files, made from what is checked.

``python -m checker.plugins.json_schema`` writes them to ``schema/`` beside this file; a test fails
when they are not what this module makes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias, cast

from checker.plugins import manifest_schema
from checker.plugins.manifest import API_VERSION
from checker.rules.kinds import KINDS

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path(__file__).parent / "schema"


def manifest_json_schema() -> dict[str, Json]:
    """JSON Schema of plugin.toml, in its JSON reading."""
    schema = _table(manifest_schema.MANIFEST)
    rules = cast("dict[str, Json]", cast("dict[str, Json]", schema["properties"])["rules"])
    rules["items"] = _rule()
    return {
        "$schema": DIALECT,
        "title": "plugin.toml",
        "description": f"插件清单，第 {API_VERSION} 版接口",
        **schema,
    }


def profile_json_schema() -> dict[str, Json]:
    """JSON Schema of a profile file."""
    return {
        "$schema": DIALECT,
        "title": "profile",
        "description": "口径文件：在国家标准上改动哪些限值、级别和定义",
        **_table(manifest_schema.PROFILE),
    }


def published() -> dict[str, dict[str, Json]]:
    """File name to schema."""
    return {
        "plugin.schema.json": manifest_json_schema(),
        "profile.schema.json": profile_json_schema(),
    }


def as_text(schema: dict[str, Json]) -> str:
    """As it stands in the file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _rule() -> dict[str, Json]:
    """Common keys, and per kind its own."""
    common = _table(manifest_schema.COMMON)
    common.pop("additionalProperties")
    by_kind: list[Json] = []
    for kind, declared in KINDS.items():
        keys = {key.name: manifest_schema.of_key(key) for key in declared.keys}
        own = _table(keys)
        own.pop("additionalProperties")
        properties = cast("dict[str, Json]", own["properties"])
        for key in declared.keys:
            cast("dict[str, Json]", properties[key.name])["description"] = key.help
        by_kind.append(
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"title": declared.title, **own},
            }
        )
    return {**common, "allOf": by_kind}


def _table(fields: Mapping[str, object]) -> dict[str, Json]:
    properties: dict[str, Json] = {}
    required: list[Json] = []
    for name, field in fields.items():
        schema = cast("Mapping[str, object]", field)
        properties[name] = _value(schema)
        if schema.get("required"):
            required.append(name)
    found: dict[str, Json] = {"type": "object", "properties": properties}
    if required:
        found["required"] = required
    found["additionalProperties"] = False
    return found


def _value(schema: Mapping[str, object]) -> Json:
    kind = schema.get("type")
    if kind == "dict":
        return _dict(schema)
    if kind == "list":
        found: dict[str, Json] = {"type": "array"}
        if "schema" in schema:
            found["items"] = _value(cast("Mapping[str, object]", schema["schema"]))
        if "minlength" in schema:
            found["minItems"] = cast("int", schema["minlength"])
        return found
    names = {"string": "string", "integer": "integer", "boolean": "boolean", "exact": "number"}
    if kind not in names:
        return {}
    plain: dict[str, Json] = {"type": names[kind]}
    if "regex" in schema:
        plain["pattern"] = f"^(?:{schema['regex']})$"
    for ours, theirs in (("allowed", "enum"), ("min", "minimum"), ("max", "maximum")):
        if ours in schema:
            plain[theirs] = cast("Json", schema[ours])
    if "minlength" in schema:
        plain["minLength"] = cast("int", schema["minlength"])
    return plain


def _dict(schema: Mapping[str, object]) -> Json:
    if "schema" in schema:
        return _table(cast("Mapping[str, object]", schema["schema"]))
    found: dict[str, Json] = {"type": "object"}
    if "keysrules" in schema:
        found["propertyNames"] = _value(cast("Mapping[str, object]", schema["keysrules"]))
    if "valuesrules" in schema:
        found["additionalProperties"] = _value(cast("Mapping[str, object]", schema["valuesrules"]))
    return found


if __name__ == "__main__":
    for name, schema in published().items():
        (FOLDER / name).write_text(as_text(schema), "utf-8")
