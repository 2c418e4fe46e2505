"""Manifest: plugin.toml becomes rules, thresholds and code lists, without importing any plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

from msgspec import Struct, field

from checker import toml_files
from checker.model.rules import Citation, Example, Plain, Rule, Threshold
from checker.model.verdicts import Outcome, Scope, Severity

if TYPE_CHECKING:
    from checker.plugins.toml_tables import Table

API_VERSION = 1
"""The contract between host and plugins. A plugin written for another one is refused."""

MANIFEST_FILE = "plugin.toml"
_MAKERS = (
    "plugins/manifest_check.py",
    "plugins/manifest_schema.py",
    "plugins/manifest_storing.py",
    "plugins/year_packs.py",
    "rules/expression.py",
    "rules/functions.py",
    "rules/kinds.py",
    "rules/syntax.py",
)
"""The modules that what is stored of a manifest comes from."""


class PluginManifest(Struct, frozen=True):
    """What a plugin says of itself. ``folder`` holds plugin.toml, rules.py, templates/, profiles/.

    ``origin`` says where it was found, for ``checker plugin list``; ``package`` is the import name
    of its code for an installed package, None for a folder (then rules.py is loaded from it).
    """

    id: str
    title: str
    version: str
    api_version: int
    folder: Path
    families: Mapping[str, str]
    rules: tuple[Rule, ...]
    thresholds: tuple[Threshold, ...] = ()
    code_lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    documents: Mapping[str, Citation] = field(default_factory=dict)
    requires: tuple[str, ...] = ()  # import names that its code needs
    hooks: tuple[str, ...] = ()  # hooks that its code implements
    commands: Mapping[str, str] = field(default_factory=dict)  # name -> one line of help
    report_formats: Mapping[str, str] = field(default_factory=dict)  # name -> title
    origin: str = ""
    package: str | None = None

    @property
    def path(self) -> Path:
        """Its plugin.toml."""
        return self.folder / MANIFEST_FILE

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
    """The manifest in a plugin.toml; checked when its content is new, then from the cache.

    Raises TomlFileError, whose problems name the rule, the key and what was expected.
    """
    stored = toml_files.load_prepared(path, _problems, _stored, checked_form())
    return _manifest(cast("StoredManifest", stored), path, origin, package)


@cache
def checked_form() -> str:
    """Names how manifests are checked and stored: other after any change to the modules that do
    it, so that an entry of the cache made by an earlier state of the program is not used."""
    here = Path(__file__).parent.parent
    stamps: list[int] = []
    for name in _MAKERS:
        try:
            stamps.append((here / name).stat().st_mtime_ns)
        except OSError:  # a bundled program has no such files, and cannot change
            stamps.append(0)
    return f"plugin-{API_VERSION}-{hash(tuple(stamps)):x}"


def _problems(document: toml_files.Document) -> list[str]:
    from checker.plugins.manifest_check import problems

    return problems(document)


def _stored(document: toml_files.Document) -> dict[str, object]:
    from checker.plugins.manifest_storing import stored

    return stored(document)


class StoredManifest(TypedDict):
    """What ``manifest_storing`` keeps."""

    id: str
    title: str
    version: str
    api_version: int
    requires: tuple[str, ...]
    hooks: tuple[str, ...]
    families: dict[str, str]
    documents: dict[str, StoredCitation]
    thresholds: list[tuple[str, dict[str, Decimal], str, int, int | None, bool, str]]
    code_lists: dict[str, dict[str, str]]
    commands: dict[str, str]
    report_formats: dict[str, str]
    rules: list[StoredRule]
    citations: list[StoredCitation]


StoredCitation = tuple[str, str, str, str, bool, str]
StoredRule = tuple[
    str,  # id
    str,  # kind
    str,  # title
    str,  # severity
    str,  # scope
    str,  # family
    tuple[str, ...],  # templates
    str,  # what
    str,  # why
    tuple[int, ...],  # places of its citations
    str,  # fix
    bytes,  # examples
    dict[str, Plain],  # spec
    str | None,  # when
    tuple[str, ...],  # stages
    str | None,  # table
    tuple[str, ...],  # at
    str | None,  # message
    int,  # since
    int | None,  # until
]


def _manifest(
    stored: StoredManifest, path: Path, origin: str, package: str | None
) -> PluginManifest:
    citations = [Citation(*each) for each in stored["citations"]]
    place = str(path)
    return PluginManifest(
        id=stored["id"],
        title=stored["title"],
        version=stored["version"],
        api_version=stored["api_version"],
        folder=path.parent,
        families=stored["families"],
        rules=tuple([_rule(each, stored["id"], place, citations) for each in stored["rules"]]),
        thresholds=tuple([Threshold(*each) for each in stored["thresholds"]]),
        code_lists=stored["code_lists"],
        documents={key: Citation(*each) for key, each in stored["documents"].items()},
        requires=stored["requires"],
        hooks=stored["hooks"],
        commands=stored["commands"],
        report_formats=stored["report_formats"],
        origin=origin,
        package=package,
    )


def _rule(stored: StoredRule, plugin: str, path: str, citations: Sequence[Citation]) -> Rule:
    (rule_id, kind, title, severity, scope, family, templates, what, why, cited, fix) = stored[:11]
    return Rule(
        rule_id,
        kind,
        title,
        _SEVERITIES[severity],
        _SCOPES[scope],
        family,
        plugin,
        templates,
        what,
        why,
        tuple([citations[place] for place in cited]),
        fix,
        Examples(stored[11]),
        *stored[12:],
        path,
    )


_SEVERITIES = {str(severity): severity for severity in Severity}
_SCOPES = {str(scope): scope for scope in Scope}


class Examples(Sequence[Example]):
    """The examples of a rule, decoded when somebody looks at them."""

    __slots__ = ("_entries", "_found")

    def __init__(self, entries: bytes) -> None:
        self._entries = entries
        self._found: tuple[Example, ...] | None = None

    def _examples(self) -> tuple[Example, ...]:
        if self._found is None:
            from checker.plugins.toml_tables import tables  # late: a check looks at none

            entries = cast("Plain", toml_files.unpacked(self._entries))
            self._found = tuple(_example(each) for each in tables(entries))
        return self._found

    def __len__(self) -> int:
        return len(self._examples())

    def __getitem__(self, place: int) -> Example:  # type: ignore[override]  # never sliced
        return self._examples()[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._examples() == tuple(other)

    __hash__ = None  # type: ignore[assignment]


def _example(entry: Table) -> Example:
    """One example of a rule."""
    from checker.plugins.toml_tables import optional_text, strings, table, tables

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
        schools=tuple(tables(entry.get("schools"))),
        last_year=tuple(tables(entry.get("last_year"))),
        county=table(entry.get("county")),
    )
