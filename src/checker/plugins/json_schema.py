"""The published JSON Schemas of plugin.toml and profile files, from what these are checked with.

Running this module writes them to ``schema/`` beside this file; a test fails when they are not what
it makes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

from checker.plugins.manifest import API_VERSION
from checker.plugins.manifest_schema import COMMON, MANIFEST, PROFILE, Schema, of_key
from checker.rules.kinds import KINDS

Json: TypeAlias = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path(__file__).parent / "schema"


def published() -> dict[str, Json]:
    """File name to schema."""
    manifest = _table(MANIFEST)
    manifest["properties"]["rules"]["items"] = _rule()
    return {
        "plugin.schema.json": {
            "$schema": DIALECT,
            "title": "plugin.toml",
            "description": f"插件清单，第 {API_VERSION} 版接口",
            **manifest,
        },
        "profile.schema.json": {
            "$schema": DIALECT,
            "title": "profile",
            "description": "口径文件：在国家标准上改动哪些限值、级别和定义",
            **_table(PROFILE),
        },
    }


def as_text(schema: Json) -> str:
    """As it stands in the file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _rule() -> Json:
    """Common keys, and per kind its own."""
    common = _table(COMMON)
    common.pop("additionalProperties")
    by_kind = []
    for kind, declared in KINDS.items():
        own = _table({key.name: of_key(key) for key in declared.keys})
        own.pop("additionalProperties")
        for key in declared.keys:
            own["properties"][key.name]["description"] = key.help
        by_kind.append(
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"title": declared.title, **own},
            }
        )
    return {**common, "allOf": by_kind}


def _table(keys: Schema) -> Json:
    required = [name for name, schema in keys.items() if schema.get("required")]
    return {
        "type": "object",
        "properties": {name: _value(schema) for name, schema in keys.items()},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


_TYPES = {
    "dict": "object",
    "list": "array",
    "string": "string",
    "integer": "integer",
    "boolean": "boolean",
    "exact": "number",
}
_NAMES = {
    "keysrules": "propertyNames",
    "valuesrules": "additionalProperties",
    "schema": "items",
    "regex": "pattern",
    "allowed": "enum",
    "min": "minimum",
    "max": "maximum",
    "minlength": "minLength",
}


def _value(schema: Schema) -> Json:
    kind = schema.get("type", "")
    if kind == "dict" and "schema" in schema:
        return _table(schema["schema"])
    found: Json = {"type": _TYPES[kind]}
    for ours, theirs in _NAMES.items():
        if ours in ("keysrules", "valuesrules", "schema") and ours in schema:
            found[theirs] = _value(schema[ours])
        elif ours in schema:
            value = schema[ours]
            name = "minItems" if ours == "minlength" and kind == "list" else theirs
            found[name] = f"^(?:{value})$" if ours == "regex" else value
    return found


if __name__ == "__main__":
    for name, schema in published().items():
        (FOLDER / name).write_text(as_text(schema), "utf-8")
