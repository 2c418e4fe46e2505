"""What plugin.toml and profile files must look like, for cerberus: made from the list of kinds."""

from __future__ import annotations

from checker.rules.kinds import ALGORITHMS, COLLECTION_KINDS, COMPARES, KINDS, Key, Takes

Schema = dict[str, object]

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
}

EXAMPLE: Schema = {
    "expect": must(
        {
            "type": "string",
            "allowed": ["pass", "fail", "doubt", "explained", "not_applicable", "incomplete"],
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
    "of": {"type": "string", "allowed": ["numerator", "denominator"]},
}

COMMON: Schema = {
    "id": must({"type": "string", "regex": RULE_ID}),
    "kind": must({"type": "string", "allowed": sorted(KINDS)}),
    "title": must(_FILLED),
    "severity": must({"type": "string", "allowed": ["hard", "soft", "info"]}),
    "templates": _TEXTS,
    "scope": {"type": "string", "allowed": ["submission", "stage", "row", "collection"]},
    "stages": _TEXTS,
    "table": _FILLED,
    "when": _FILLED,
    "at": _TEXTS,
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
    Takes.THRESHOLD: {"type": "string", "regex": THRESHOLD_ID},
    Takes.COMPARE: {"type": "string", "allowed": list(COMPARES)},
    Takes.WHOLE: {"type": "integer", "min": 0, "max": 12},
    Takes.NUMBER: {"type": "exact"},
    Takes.GAP: {"type": "dict", "schema": GAP},
    Takes.ALGORITHM: {"type": "string", "allowed": list(ALGORITHMS)},
    Takes.COLUMNS: {"type": "list", "schema": _FILLED, "minlength": 1},
    Takes.RULES: {"type": "list", "schema": {"type": "string", "regex": RULE_ID}, "minlength": 1},
    Takes.RULE: {"type": "string", "regex": RULE_ID},
    Takes.PER: {"type": "string", "allowed": ["stage", "submission"]},
    Takes.FUNCTION: {"type": "string", "regex": r"[a-z_][a-z0-9_]*"},
    Takes.TRUTH: _TRUTH,
}


def of_key(key: Key) -> Schema:
    """The schema of one key of a kind."""
    schema = _TAKES.get(key.takes, _FILLED)
    return must(schema) if key.required else schema


def of_rule(kind: str, scope: str) -> Schema:
    """The schema of a whole ``[[rules]]`` table of a kind (one of ``KINDS``)."""
    schema = dict(COMMON)
    schema.update({key.name: of_key(key) for key in KINDS[kind].keys})
    if scope == "row":
        schema.update(ROW_KEYS)
    return schema


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
                "severity": {"type": "string", "allowed": ["hard", "soft", "info"]},
                "disabled": _TRUTH,
                "note": _TEXT,
                "source": _TEXT,
            },
        },
    },
    "definitions": _STRINGS,
}
