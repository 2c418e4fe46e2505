"""What plugin.toml and profile files must look like, for cerberus: made from the list of kinds."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias, cast

from checker.model.rules import Rule
from checker.model.verdicts import Outcome, Severity
from checker.rules.kinds import ALGORITHMS, COLLECTION_KINDS, COMPARES, KINDS, Key, Takes

Schema: TypeAlias = dict[str, Any]
"""Keys with what cerberus asks of their values."""


API_VERSION = 1
"""The contract between host and plugins. A plugin written for another one is refused."""

PLUGIN_ID = r"[a-z][a-z0-9_]*"
FAMILY = r"[A-Z]{3,6}"
RULE_ID = r"[A-Z]{3,6}[0-9]{1,4}[a-z]?"
THRESHOLD_ID = r"[A-Z][A-Za-z0-9_]*"

_TEXT: Schema = {"type": "string"}
_FILLED: Schema = {"type": "string", "minlength": 1}
_TEXTS: Schema = {"type": "list", "schema": _FILLED}
_YEAR: Schema = {"type": "integer", "min": 1990, "max": 2100}
_TRUTH: Schema = {"type": "boolean"}
_STRINGS: Schema = {"type": "dict", "keysrules": _FILLED, "valuesrules": _TEXT}
_ANY_TABLE: Schema = {"type": "dict", "keysrules": _FILLED}


def must(schema: Schema) -> Schema:
    """The same, required."""
    return {**schema, "required": True}


DOCUMENT: Schema = {
    "title": must(_FILLED),
    "number": _TEXT,
    "date": _TEXT,
    "confirmed": _TRUTH,
    "note": _TEXT,
    "local": _TRUTH,
    "url": _TEXT,
}

THRESHOLD: Schema = {
    "id": must({"type": "string", "regex": THRESHOLD_ID}),
    "unit": _TEXT,
    "value": {"type": "exact", "excludes": "values"},
    "values": {"type": "dict", "keysrules": _FILLED, "valuesrules": {"type": "exact"}},
    "since": _YEAR,
    "until": _YEAR,
    "confirmed": _TRUTH,
    "source": _TEXT,
}

SOURCE: Schema = {
    "document": _TEXT,
    "title": _TEXT,
    "number": _TEXT,
    "clause": _TEXT,
    "date": _TEXT,
    "confirmed": _TRUTH,
    "note": _TEXT,
    "local": _TRUTH,
}

EXAMPLE: Schema = {
    "expect": must(
        {
            "type": "string",
            "allowed": [str(outcome) for outcome in Outcome],
        }
    ),
    "facts": _ANY_TABLE,
    "tables": {
        "type": "dict",
        "keysrules": _FILLED,
        "valuesrules": {"type": "list", "schema": _ANY_TABLE},
    },
    "previous": _ANY_TABLE,
    "schools": {"type": "list", "schema": _ANY_TABLE},
    "last_year": {"type": "list", "schema": _ANY_TABLE},
    "county": _ANY_TABLE,
    "definitions": _STRINGS,
    "stage": _TEXT,
    "actual": _TEXT,
    "gap": _TEXT,
    "note": _TEXT,
}

GAP: Schema = {
    "unit": _TEXT,
    "noun": _TEXT,
    "whole": _TRUTH,
    "lack": _TRUTH,
    "of": {"type": "string", "allowed": ["numerator", "denominator"]},
}

COMMON: Schema = {
    "id": must({"type": "string", "regex": RULE_ID}),
    "kind": must({"type": "string", "allowed": sorted(KINDS)}),
    "title": must(_FILLED),
    "severity": must({"type": "string", "allowed": [str(severity) for severity in Severity]}),
    "templates": _TEXTS,
    "scope": {"type": "string", "allowed": ["submission", "stage", "row", "collection"]},
    "stages": _TEXTS,
    "table": _FILLED,
    "when": _FILLED,
    "at": _TEXTS,
    "stricter": _TEXTS,
    "message": _FILLED,
    "what": _TEXT,
    "why": _TEXT,
    "fix": _TEXT,
    "sources": {"type": "list", "schema": {"type": "dict", "schema": SOURCE}},
    "since": _YEAR,
    "until": _YEAR,
    "examples": {"type": "list", "schema": {"type": "dict", "schema": EXAMPLE}},
}

ROW_KEYS: Schema = {
    "stage_of": {
        "type": "dict",
        "schema": {
            "column": must(_FILLED),
            "stages": must({"type": "dict", "keysrules": _FILLED, "valuesrules": _TEXTS}),
        },
    }
}
"""Keys of rules with scope = "row" beside those of their kind: which stage a row belongs to, by the
values of one column."""

_TAKES: dict[Takes, Schema] = {
    Takes.EXPRESSIONS: {"type": "list", "schema": _FILLED, "minlength": 1},
    Takes.TEXTS: {"type": "list", "schema": _FILLED, "minlength": 1},
    Takes.THRESHOLD: {"type": "string", "regex": THRESHOLD_ID},
    Takes.COMPARE: {"type": "string", "allowed": list(COMPARES)},
    Takes.WHOLE: {"type": "integer", "min": 0, "max": 12},
    Takes.NUMBER: {"type": "exact"},
    Takes.GAP: {"type": "dict", "schema": GAP},
    Takes.ALGORITHM: {"type": "string", "allowed": list(ALGORITHMS)},
    Takes.COLUMNS: {"type": "list", "schema": _FILLED, "minlength": 1},
    Takes.RULES: {"type": "list", "schema": {"type": "string", "regex": RULE_ID}, "minlength": 1},
    Takes.ITEMS: {
        "type": "list",
        "schema": {"type": "string", "regex": rf"{RULE_ID}( \+ {RULE_ID})*"},
        "minlength": 1,
    },
    Takes.RULE: {"type": "string", "regex": RULE_ID},
    Takes.PER: {"type": "string", "allowed": ["stage", "submission"]},
    Takes.FUNCTION: {"type": "string", "regex": r"[a-z_][a-z0-9_]*"},
}


def of_key(key: Key) -> Schema:
    """The schema of one key of a kind."""
    schema = _TAKES.get(key.takes, _FILLED)
    return must(schema) if key.required else schema


@cache
def of_rule(kind: str, scope: str) -> Schema:
    """The schema of a whole ``[[rules]]`` table of a kind (one of ``KINDS``)."""
    schema = dict(COMMON)
    schema.update({key.name: of_key(key) for key in KINDS[kind].keys})
    if scope == "row":
        schema.update(ROW_KEYS)
    return schema


@cache
def _own(kind: str, scope: str) -> tuple[Schema, tuple[str, ...]]:
    """Of a whole ``[[rules]]`` table the keys that stand in ``Rule.spec``, and those of every rule
    that this kind cannot do without."""
    schema = of_rule(kind, scope)
    own = {name: keys for name, keys in schema.items() if name not in COMMON}
    return own, tuple(key.name for key in KINDS[kind].keys if key.required and key.name in COMMON)


def open_ended(kind: str, scope: str) -> bool:
    """Whether a rule may have further keys: a function gets its own parameters in ``rule.spec``."""
    return kind == "function" or (scope == "collection" and kind not in COLLECTION_KINDS)


MANIFEST: Schema = {
    "plugin": must(
        {
            "type": "dict",
            "schema": {
                "id": must({"type": "string", "regex": PLUGIN_ID}),
                "title": must(_FILLED),
                "version": must(_FILLED),
                "api_version": must({"type": "integer"}),
                "requires": _TEXTS,
                "hooks": _TEXTS,
                "description": _TEXT,
                "author": _TEXT,
            },
        }
    ),
    "families": {
        "type": "dict",
        "keysrules": {"type": "string", "regex": FAMILY},
        "valuesrules": _FILLED,
    },
    "documents": {
        "type": "dict",
        "keysrules": _FILLED,
        "valuesrules": {"type": "dict", "schema": DOCUMENT},
    },
    "thresholds": {"type": "list", "schema": {"type": "dict", "schema": THRESHOLD}},
    "code_lists": {"type": "dict", "keysrules": _FILLED, "valuesrules": _STRINGS},
    "commands": _STRINGS,
    "report_formats": _STRINGS,
    "rules": {"type": "list", "schema": {"type": "dict"}},
    "changes": {
        "type": "list",
        "schema": {
            "type": "dict",
            "schema": {
                "edition": must(_YEAR),
                "remove": _TEXTS,
                "change": {"type": "dict", "keysrules": _FILLED, "valuesrules": {"type": "dict"}},
                "note": _TEXT,
            },
        },
    },
}

PROFILE: Schema = {
    "id": must({"type": "string", "regex": PLUGIN_ID}),
    "title": must(_FILLED),
    "base": _FILLED,
    "note": _TEXT,
    "thresholds": {"type": "list", "schema": {"type": "dict", "schema": THRESHOLD}},
    "rules": {
        "type": "dict",
        "keysrules": {"type": "string", "regex": RULE_ID},
        "valuesrules": {
            "type": "dict",
            "schema": {
                "severity": {"type": "string", "allowed": [str(severity) for severity in Severity]},
                "disabled": _TRUTH,
                "note": _TEXT,
                "source": _TEXT,
            },
        },
    },
    "definitions": _STRINGS,
}


def same_unit(one: str, other: str) -> bool:
    """Whether numbers in these units may be compared: 名 and 人 may, 万元 and 元 may not."""
    from checker.rules.units import SYNONYMS  # late: most runs compare none

    return SYNONYMS.get(one, one) == SYNONYMS.get(other, other)


# -- the form alone, quickly -----------------------------------------------------------------

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "exact": (int, Decimal),
    "dict": dict,
    "list": list,
}


def fits(value: object, schema: Schema) -> bool:
    """Whether a value is of the declared types and has what is required: all that can be wrong
    with what passed the check of its content once, if somebody changed what was kept."""
    kind = schema.get("type")
    if kind is None:
        return True
    if not isinstance(value, _TYPES[kind]) or (value.__class__ is bool and kind != "boolean"):
        return False
    if kind == "list":
        inner = schema.get("schema")
        return inner is None or all(fits(item, inner) for item in cast("list[object]", value))
    if kind == "dict":
        found = cast("dict[str, object]", value)
        if "schema" in schema:
            return fits_keys(found, schema["schema"])
        values = schema.get("valuesrules")
        return values is None or all(fits(item, values) for item in found.values())
    return True


def fits_keys(found: Mapping[str, object], keys: Schema) -> bool:
    """The same for a table with these keys."""
    needed = 0
    for key, value in found.items():
        schema = keys.get(key)
        if schema is not None:
            if not fits(value, schema):
                return False
            needed += "required" in schema
    return needed == _required(keys)


def _required(keys: Schema) -> int:
    return len([schema for schema in keys.values() if "required" in schema])


def spec_fits(rule: Rule) -> bool:
    """The same for the keys that a rule's kind asks for."""
    if rule.kind not in KINDS:
        return False
    own, needed = _own(rule.kind, rule.scope.value)
    return fits_keys(rule.spec, own) and None not in [getattr(rule, name) for name in needed]
