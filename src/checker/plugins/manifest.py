"""Manifest: plugin.toml becomes rules, thresholds and code lists, without importing any plugin."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from checker import toml_files
from checker.model.rules import Citation, Example, Plain, Rule, Threshold
from checker.model.verdicts import Outcome, Scope, Severity
from checker.plugins.discovery import MANIFEST_FILE, NAMED
from checker.plugins.manifest_schema import COMMON, spec_fits
from checker.plugins.rule_versions import changed, family_of
from checker.toml_files import (
    Document,
    Kept,
    Table,
    marked,
    optional_text,
    strings,
    table,
    tables,
    texts,
    usable,
    whole,
)

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
    plugin = str(head["id"])
    documents = {
        key: _document(table(entry)) for key, entry in table(document.get("documents")).items()
    }
    rules = changed(tables(document.get("rules")), tables(document.get("changes")))
    return PluginManifest(
        id=plugin,
        title=str(head["title"]),
        version=str(head["version"]),
        api_version=whole(head["api_version"]),
        families=strings(document.get("families")),
        rules=tuple([_rule(entry, plugin, documents) for entry in rules]),
        thresholds=tuple([threshold(entry) for entry in tables(document.get("thresholds"))]),
        code_lists={
            key: strings(entry) for key, entry in table(document.get("code_lists")).items()
        },
        documents=documents,
        requires=texts(head.get("requires")),
        hooks=texts(head.get("hooks")),
        commands=strings(document.get("commands")),
        report_formats=strings(document.get("report_formats")),
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
    return all(spec_fits(rule) for rule in manifest.rules) and all(
        usable(value) for entry in manifest.thresholds for value in entry.values.values()
    )


KEPT = Kept("plugin-7", PluginManifest, _marked, _fits)
"""Raise the number when the schema, the keys of a kind or the expression language change, so that
files that passed the old checks are checked again."""

_SEVERITIES = {str(severity): severity for severity in Severity}
_SCOPES = {str(scope): scope for scope in Scope}


def _rule(entry: Table, plugin: str, documents: Mapping[str, Citation]) -> Rule:
    rule_id = str(entry["id"])
    until = entry.get("until")
    return Rule(
        id=rule_id,
        kind=str(entry["kind"]),
        title=str(entry["title"]),
        severity=_SEVERITIES[str(entry["severity"])],
        scope=_SCOPES[str(entry.get("scope", "submission"))],
        family=family_of(rule_id),
        plugin=plugin,
        templates=texts(entry.get("templates")),
        what=str(entry.get("what", "")),
        why=str(entry.get("why", "")),
        citations=tuple([_citation(each, documents) for each in tables(entry.get("sources"))]),
        fix=str(entry.get("fix", "")),
        examples=tuple([_example(each) for each in tables(entry.get("examples"))]),
        spec={key: value for key, value in entry.items() if key not in COMMON},
        when=optional_text(entry.get("when")),
        stages=texts(entry.get("stages")),
        table=optional_text(entry.get("table")),
        at=texts(entry.get("at")),
        stricter=texts(entry.get("stricter")),
        message=optional_text(entry.get("message")),
        since=whole(entry.get("since")),
        until=None if until is None else whole(until),
    )


def threshold(entry: Table, profile: str = "") -> Threshold:
    """One ``[[thresholds]]`` table, of a manifest or a profile."""
    until = entry.get("until")
    values = entry.get("values")
    return Threshold(
        id=str(entry["id"]),
        values={stage: _number(value) for stage, value in values.items()}
        if isinstance(values, dict)
        else {"": _number(entry["value"])},
        unit=str(entry.get("unit", "")),
        since=whole(entry.get("since")),
        until=None if until is None else whole(until),
        confirmed=entry.get("confirmed", True) is True,
        source=str(entry.get("source", "")),
        profile=profile,
    )


def _number(value: Plain) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _document(entry: Table) -> Citation:
    return Citation(
        str(entry.get("title", "")),
        str(entry.get("number", "")),
        "",
        str(entry.get("date", "")),
        entry.get("confirmed", True) is True,
        str(entry.get("note", "")),
        entry.get("local", False) is True,
    )


_NO_DOCUMENT = Citation("")


def _citation(entry: Table, documents: Mapping[str, Citation]) -> Citation:
    """One of a rule's ``sources``: a document of the manifest, and what the rule says otherwise."""
    cited = documents.get(str(entry.get("document", "")), _NO_DOCUMENT)
    return Citation(
        str(entry.get("title", cited.title)),
        str(entry.get("number", cited.number)),
        str(entry.get("clause", "")),
        str(entry.get("date", cited.date)),
        entry.get("confirmed", cited.confirmed) is True,
        str(entry.get("note", cited.note)),
        entry.get("local", cited.local) is True,
    )


def _example(entry: Table) -> Example:
    rows = table(entry.get("tables"))
    return Example(
        expect=Outcome(str(entry["expect"])),
        facts=table(entry.get("facts")),
        tables={key: [dict(row) for row in tables(value)] for key, value in rows.items()},
        stage=optional_text(entry.get("stage")),
        actual=optional_text(entry.get("actual")),
        gap=optional_text(entry.get("gap")),
        note=str(entry.get("note", "")),
        previous=table(entry.get("previous")),
        definitions=strings(entry.get("definitions")),
        schools=tables(entry.get("schools")),
        last_year=tables(entry.get("last_year")),
        county=table(entry.get("county")),
    )


# -- rules by year ---------------------------------------------------------------------------
