"""What plugin.toml and profile files must look like, for cerberus: read from manifest_schema.toml,
with the keys of each kind of rule from the list of kinds."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from checker.model.verdicts import Outcome, Severity
from checker.rules.kinds import ALGORITHMS, COLLECTION_KINDS, COMPARES, KINDS, Key
from checker.toml_files import parse

Schema: TypeAlias = dict[str, Any]
"""Keys with what cerberus asks of their values."""

PLUGIN_ID = r"[a-z][a-z0-9_]*"
FAMILY = r"[A-Z]{3,6}"
RULE_ID = r"[A-Z]{3,6}[0-9]{1,4}[a-z]?"
THRESHOLD_ID = r"[A-Z][A-Za-z0-9_]*"

_WORDS = {
    "PLUGIN_ID": PLUGIN_ID,
    "FAMILY": FAMILY,
    "RULE_ID": RULE_ID,
    "THRESHOLD_ID": THRESHOLD_ID,
    "ITEM": rf"{RULE_ID}( \+ {RULE_ID})*",
    "KINDS": sorted(KINDS),
    "SEVERITIES": [str(severity) for severity in Severity],
    "OUTCOMES": [str(outcome) for outcome in Outcome],
    "COMPARES": list(COMPARES),
    "ALGORITHMS": list(ALGORITHMS),
}
_FILE: Schema = parse(Path(__file__).with_suffix(".toml"))


def _schema(written: str | Schema) -> Schema:
    """What cerberus asks of one value."""
    if isinstance(written, str):
        named = _schema(_FILE["named"][written.removesuffix("!")])
        return must(named) if written.endswith("!") else named
    found = {
        name: _WORDS.get(value, value) if isinstance(value, str) else value
        for name, value in written.items()
    }
    for name in ("keysrules", "valuesrules"):
        if name in written:
            found[name] = _schema(written[name])
    if "schema" in written:
        inner = _schema if written["type"] == "list" else _keys
        found["schema"] = inner(written["schema"])
    return found


def _keys(written: Schema) -> Schema:
    """Of a whole table."""
    return {name: _schema(each) for name, each in written.items()}


def must(schema: Schema) -> Schema:
    """The same, required."""
    return {**schema, "required": True}


COMMON = _keys(_FILE["common"])
ROW_KEYS = _keys(_FILE["row"])
MANIFEST = _keys(_FILE["manifest"])
PROFILE = _keys(_FILE["profile"])
_TAKES = _keys(_FILE["takes"])


def of_key(key: Key) -> Schema:
    """The schema of one key of a kind."""
    schema = _TAKES.get(key.takes) or _schema("filled")
    return must(schema) if key.required else schema


@cache
def of_rule(kind: str, scope: str) -> Schema:
    """The schema of a whole ``[[rules]]`` table of a kind (one of ``KINDS``)."""
    own = {key.name: of_key(key) for key in KINDS[kind].keys}
    return {**COMMON, **own, **(ROW_KEYS if scope == "row" else {})}


def open_ended(kind: str, scope: str) -> bool:
    """Whether a rule may have further keys: a function gets its own parameters in ``rule.spec``."""
    return kind == "function" or (scope == "collection" and kind not in COLLECTION_KINDS)
