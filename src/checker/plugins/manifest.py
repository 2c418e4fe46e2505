"""Manifest: plugin.toml becomes rules, thresholds and code lists, without importing any plugin."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import UNSET, Struct, UnsetType, convert, defstruct, field
from msgspec.structs import replace

from checker import toml_files
from checker.model.rules import Citation, Rule, Threshold
from checker.plugins.discovery import MANIFEST_FILE, NAMED
from checker.plugins.rule_versions import changed, family_of
from checker.rules.kinds import KINDS, Takes
from checker.toml_files import Document, Kept, Table, marked, table, tables, usable

API_VERSION = 1
"""The contract between host and plugins. A plugin written for another one is refused."""

NOWHERE = Path()


class PluginManifest(Struct, frozen=True, omit_defaults=True):
    """What a plugin says of itself. ``folder`` holds plugin.toml, rules.py, templates/, profiles/.

    ``origin`` says where it was found, for ``checker plugin list``; ``package`` is the import name
    of its code for an installed package, None for a folder (then rules.py is loaded from it).
    """

    id: str
    title: str
    version: str
    api_version: int
    families: Mapping[str, str]
    rules: tuple[Rule, ...]
    thresholds: tuple[Threshold, ...] = ()
    code_lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    documents: Mapping[str, Citation] = field(default_factory=dict)
    requires: tuple[str, ...] = ()  # import names that its code needs
    hooks: tuple[str, ...] = ()  # hooks that its code implements
    commands: Mapping[str, str] = field(default_factory=dict)  # name -> one line of help
    report_formats: Mapping[str, str] = field(default_factory=dict)  # name -> title
    folder: Path = NOWHERE
    origin: str = ""
    package: str | None = None

    @property
    def path(self) -> Path:
        """Its plugin.toml."""
        return self.folder / MANIFEST_FILE

    @property
    def is_named(self) -> bool:
        """Whether its folder was named by the user (--plugin-dir, ``plugin check``)."""
        return self.origin.startswith(NAMED)

    def template_folders(self) -> list[Path]:
        """Folders below ``templates/`` with a template.toml, or with a sheets.toml that adds sheets
        to a template of somebody else."""
        holding = self.folder / "templates"
        names = ("template.toml", "sheets.toml")
        found = {path.parent for name in names for path in toml_files.one_below(holding, name)}
        return sorted(found)

    def profile_files(self) -> list[Path]:
        """Profile files that it brings: ``profiles/<id>.toml``."""
        return sorted(self.folder.glob("profiles/*.toml"))


def load_manifest(path: Path, origin: str = "", package: str | None = None) -> PluginManifest:
    """The manifest in a plugin.toml; parsed and checked when its content is new.

    Raises TomlFileError, whose problems name the rule, the key and what was expected.
    """
    manifest = toml_files.load_as(path, KEPT, _manifest, _problems)
    return replace(manifest, folder=path.parent, origin=origin, package=package)


def _problems(document: Document) -> list[str]:
    from checker.plugins.manifest_check import problems  # late: cerberus, for new content only

    return problems(document)


def _manifest(document: Document) -> PluginManifest:
    head = table(document["plugin"])
    rules = changed(tables(document.get("rules")), tables(document.get("changes")))
    documents = table(document.get("documents"))
    return convert(
        {
            **document,
            "families": document.get("families", {}),
            **head,
            "rules": [_rule(entry, str(head["id"]), documents) for entry in rules],
            "thresholds": [threshold(entry) for entry in tables(document.get("thresholds"))],
        },
        PluginManifest,
    )


def _marked(manifest: PluginManifest) -> PluginManifest:
    """With what a rule's kind and its examples hold as msgpack keeps it."""
    return replace(
        manifest,
        rules=tuple(
            replace(
                rule,
                spec=marked(rule.spec),
                examples=tuple(
                    replace(example, **{name: marked(getattr(example, name)) for name in _FREE})
                    for example in rule.examples
                ),
            )
            for rule in manifest.rules
        ),
    )


_FREE = ("facts", "tables", "previous", "schools", "last_year", "county")
"""Where an example holds values of any type."""


def _fits(manifest: PluginManifest) -> bool:
    """Raises ValidationError, KeyError for a rule without what its kind asks for."""
    for rule in manifest.rules:
        convert(rule.spec, _spec_type(rule.kind), builtin_types=(Decimal,))
        if rule.kind == "unique" and rule.table is None:
            return False
    return all(usable(value) for entry in manifest.thresholds for value in entry.values.values())


class _Gap(Struct):
    unit: str = ""
    noun: str = ""
    whole: bool = False
    lack: bool = False
    of: str = ""


class _StageOf(Struct):
    column: str
    stages: dict[str, list[str]]


_OF_KEY: Mapping[Takes, Any] = {
    **dict.fromkeys((Takes.EXPRESSIONS, Takes.TEXTS), list[str]),
    **dict.fromkeys((Takes.COLUMNS, Takes.COLUMNS_OR_NONE), list[str]),
    **dict.fromkeys((Takes.RULES, Takes.ITEMS), list[str]),
    Takes.WHOLE: int,
    Takes.NUMBER: Decimal | int,
    Takes.GAP: _Gap,
}
"""What the keys of kinds hold; those that are not named hold a text."""


@cache
def _spec_type(kind: str) -> type[Struct]:
    """What ``Rule.spec`` of a kind holds: all that can be wrong with what passed the check of its
    content once, if somebody changed what was kept."""
    keys: list[Any] = [("stage_of", _StageOf | UnsetType, UNSET)]
    for key in KINDS[kind].keys:
        held = _OF_KEY.get(key.takes, str)
        if key.name not in _OF_EVERY_RULE:
            keys.append((key.name, held) if key.required else (key.name, held | UnsetType, UNSET))
    return defstruct(kind, keys, kw_only=True)


KEPT = Kept("plugin-7", PluginManifest, _marked, _fits)
"""Raise the number when the schema, the keys of a kind or the expression language change, so that
files that passed the old checks are checked again."""

_OF_EVERY_RULE = {*Rule.__struct_fields__, "sources"} - {"family", "plugin", "citations", "spec"}
"""Keys of ``[[rules]]`` that are no matter of a rule's kind."""

_LEFT_OUT: Table = {
    "scope": "submission",
    "templates": [],
    "what": "",
    "why": "",
    "fix": "",
    "examples": [],
}
"""What a rule is that does not say otherwise."""


def _rule(entry: Table, plugin: str, documents: Table) -> dict[str, object]:
    """The fields of a ``Rule``. One of its sources is a document of the manifest, and what the rule
    says otherwise."""
    return {
        **_LEFT_OUT,
        **{key: value for key, value in entry.items() if key in _OF_EVERY_RULE},
        "family": family_of(str(entry["id"])),
        "plugin": plugin,
        "citations": [
            {"title": "", **table(documents.get(str(source.get("document", "")))), **source}
            for source in tables(entry.get("sources"))
        ],
        "spec": {key: value for key, value in entry.items() if key not in _OF_EVERY_RULE},
    }


def threshold(entry: Table, profile: str = "") -> dict[str, object]:
    """The fields of a ``Threshold``, of a ``[[thresholds]]`` table of a manifest or a profile."""
    values = entry["values"] if "values" in entry else {"": entry["value"]}
    return {**entry, "values": values, "profile": profile}
