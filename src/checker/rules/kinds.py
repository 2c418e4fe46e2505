"""Which kinds of rule there are and which keys each takes in plugin.toml: the one list (kinds.json)
that checking of manifests, the published JSON Schema and the documentation are made from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct, json


class Takes(StrEnum):
    """What the value of a key must be; ``TAKES_WORDS`` says it to authors."""

    EXPRESSION = "expression"
    EXPRESSIONS = "expressions"
    FIELD = "field"
    THRESHOLD = "threshold"
    LIMIT = "limit"
    COMPARE = "compare"
    TEXT = "text"
    WHOLE = "whole"
    TEXTS = "texts"
    NUMBER = "number"
    GAP = "gap"
    CODE_LIST = "code_list"
    PATTERN = "pattern"
    ALGORITHM = "algorithm"
    TABLE = "table"
    COLUMNS = "columns"
    COLUMNS_OR_NONE = "columns_or_none"
    RULES = "rules"
    ITEMS = "items"
    RULE = "rule"
    PER = "per"
    FUNCTION = "function"


class Key(Struct, frozen=True):
    """One key of a kind. ``help`` says what it is for (Chinese, for authors)."""

    name: str
    takes: Takes
    help: str
    required: bool = False


class Kind(Struct, frozen=True):
    """One kind of rule and the keys it takes beside those every rule has. ``marked``: keys whose
    fields are coloured, foremost first. ``collection``: it needs many submissions together; a
    function may have scope = "collection" too."""

    title: str
    keys: tuple[Key, ...] = ()
    marked: tuple[str, ...] = ()
    collection: bool = False


class _Listed(Struct, frozen=True):
    takes: Mapping[Takes, str]
    kinds: Mapping[str, Kind]


_LISTED = json.decode(Path(__file__).with_name("kinds.json").read_bytes(), type=_Listed)
KINDS = _LISTED.kinds
TAKES_WORDS = _LISTED.takes
COLLECTION_KINDS = frozenset(name for name, kind in KINDS.items() if kind.collection)

COMPARES = (">=", "<=", ">", "<", "==")
ALGORITHMS = ("uscc", "id_card", "org_code")
"""A closed list: each is a national standard, and its faults are told in its own words."""
