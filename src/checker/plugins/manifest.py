"""Manifest: plugin.toml becomes rules, thresholds and code lists, without importing any plugin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import cast

from checker import toml_files
from checker.model.rules import Citation, Example, Plain, Rule, Threshold
from checker.model.verdicts import Outcome, Scope, Severity
from checker.record import dataclass, field
from checker.rules.expression import remember
from checker.rules.syntax import Packed, packed

API_VERSION = 1
"""The contract between host and plugins. A plugin written for another one is refused."""

MANIFEST_FILE = "plugin.toml"
CHECKED_FORM = f"plugin-{API_VERSION}.4"
"""Names what checking a manifest looks at; raise it when that changes."""

COMMON_KEYS = frozenset(
    {
        "id",
        "kind",
        "title",
        "severity",
        "templates",
        "scope",
        "stages",
        "table",
        "when",
        "at",
        "message",
        "what",
        "why",
        "fix",
        "sources",
        "since",
        "until",
        "examples",
    }
)
"""Keys every rule may have; all others belong to its kind."""

Table = Mapping[str, Plain]


@dataclass(frozen=True, slots=True)
class PluginManifest:
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
        """Folders with a template.toml that it brings: ``templates/<id>/``."""
        return sorted(path.parent for path in self.folder.glob("templates/*/template.toml"))

    def profile_files(self) -> list[Path]:
        """Profile files that it brings: ``profiles/<id>.toml``."""
        return sorted(self.folder.glob("profiles/*.toml"))


def load_manifest(path: Path, origin: str = "", package: str | None = None) -> PluginManifest:
    """The manifest in a plugin.toml; checked when its content is new, then from the cache.

    Raises TomlFileError, whose problems name the rule, the key and what was expected.
    """
    prepared = toml_files.load_prepared(path, _problems, _prepared, CHECKED_FORM)
    remember(cast("dict[str, Packed]", prepared["trees"]))
    return decode(cast("toml_files.Document", prepared["document"]), path, origin, package)


def _prepared(document: toml_files.Document) -> dict[str, object]:
    """A checked manifest as it is cached: examples apart, since only tests and explanations need
    them, and the trees of all expressions, so that no run parses them again."""
    from checker.plugins.manifest_check import expressions
    from checker.rules.expression import parse

    trees = {text: packed(parse(text)) for text in expressions(document)}
    rules = [
        {**entry, "examples": toml_files.packed(entry["examples"])}
        if "examples" in entry
        else entry
        for entry in tables(document.get("rules"))
    ]
    return {"document": {**document, "rules": rules}, "trees": trees}


def _problems(document: toml_files.Document) -> list[str]:
    from checker.plugins.manifest_check import problems

    return problems(document)


def decode(
    document: toml_files.Document, path: Path, origin: str = "", package: str | None = None
) -> PluginManifest:
    """The manifest of a document that was checked."""
    head = table(document.get("plugin"))
    documents = {
        key: _document(table(entry)) for key, entry in table(document.get("documents")).items()
    }
    plugin_id = str(head["id"])
    families = strings(document.get("families"))
    rules: list[Rule] = []
    for entry in tables(document.get("rules")):
        rules.append(decode_rule(entry, plugin_id, str(path), documents))
    from_changes = tables(document.get("changes"))
    if from_changes:
        from checker.plugins.year_packs import changed

        rules = changed(rules, from_changes, tables(document.get("rules")), documents)
    return PluginManifest(
        id=plugin_id,
        title=str(head["title"]),
        version=str(head["version"]),
        api_version=int(str(head["api_version"])),
        folder=path.parent,
        families=families,
        rules=tuple(rules),
        thresholds=tuple(decode_threshold(entry) for entry in tables(document.get("thresholds"))),
        code_lists={
            key: strings(entry) for key, entry in table(document.get("code_lists")).items()
        },
        documents=documents,
        requires=texts(head.get("requires")),
        hooks=texts(head.get("hooks")),
        commands=strings(document.get("commands")),
        report_formats=strings(document.get("report_formats")),
        origin=origin,
        package=package,
    )


def decode_rule(entry: Table, plugin: str, path: str, documents: Mapping[str, Citation]) -> Rule:
    """One ``[[rules]]`` table."""
    rule_id = str(entry["id"])
    until = entry.get("until")
    return Rule(
        id=rule_id,
        kind=str(entry["kind"]),
        title=str(entry["title"]),
        severity=Severity(str(entry["severity"])),
        scope=Scope(str(entry.get("scope", "submission"))),
        family=rule_id.rstrip("abcdefghijklmnopqrstuvwxyz").rstrip("0123456789"),
        plugin=plugin,
        templates=texts(entry.get("templates")),
        what=str(entry.get("what", "")),
        why=str(entry.get("why", "")),
        citations=tuple(_citations(tables(entry.get("sources")), documents)),
        fix=str(entry.get("fix", "")),
        examples=Examples(entry.get("examples")),
        spec={key: value for key, value in entry.items() if key not in COMMON_KEYS},
        when=optional_text(entry.get("when")),
        stages=texts(entry.get("stages")),
        table=optional_text(entry.get("table")),
        at=texts(entry.get("at")),
        message=optional_text(entry.get("message")),
        since=int(str(entry.get("since", 0))),
        until=None if until is None else int(str(until)),
        path=path,
    )


def decode_threshold(entry: Table, profile: str = "") -> Threshold:
    """One ``[[thresholds]]`` table, of a manifest or a profile."""
    until = entry.get("until")
    values = entry.get("values")
    numbers = (
        {stage: Decimal(str(value)) for stage, value in values.items()}
        if isinstance(values, dict)
        else {"": Decimal(str(entry["value"]))}
    )
    return Threshold(
        id=str(entry["id"]),
        values=numbers,
        unit=str(entry.get("unit", "")),
        since=int(str(entry.get("since", 0))),
        until=None if until is None else int(str(until)),
        confirmed=entry.get("confirmed", True) is True,
        source=str(entry.get("source", "")),
        profile=profile,
    )


class Examples(Sequence[Example]):
    """The examples of a rule, decoded when somebody looks at them."""

    __slots__ = ("_entries", "_found")

    def __init__(self, entries: object) -> None:
        self._entries = entries
        self._found: tuple[Example, ...] | None = None

    def _examples(self) -> tuple[Example, ...]:
        if self._found is None:
            entries = self._entries
            if isinstance(entries, bytes):
                entries = toml_files.unpacked(entries)
            self._found = tuple(decode_example(each) for each in tables(cast("Plain", entries)))
        return self._found

    def __len__(self) -> int:
        return len(self._examples())

    def __getitem__(self, place: int) -> Example:  # type: ignore[override]  # never sliced
        return self._examples()[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._examples() == tuple(other)

    __hash__ = None  # type: ignore[assignment]


def decode_example(entry: Table) -> Example:
    """One example of a rule."""
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


def _document(entry: Table) -> Citation:
    return Citation(
        title=str(entry.get("title", "")),
        number=str(entry.get("number", "")),
        date=str(entry.get("date", "")),
        confirmed=entry.get("confirmed", True) is True,
        note=str(entry.get("note", "")),
    )


def _citations(entries: tuple[Table, ...], documents: Mapping[str, Citation]) -> Iterator[Citation]:
    for entry in entries:
        named = documents.get(str(entry.get("document", "")), Citation(""))
        yield Citation(
            title=str(entry.get("title", named.title)),
            number=str(entry.get("number", named.number)),
            clause=str(entry.get("clause", "")),
            date=str(entry.get("date", named.date)),
            confirmed=entry.get("confirmed", named.confirmed) is True,
            note=str(entry.get("note", named.note)),
        )


def table(value: Plain | None) -> Table:
    """A table of a document; an empty one if it is not there."""
    return value if isinstance(value, dict) else {}


def tables(value: Plain | None) -> tuple[Table, ...]:
    """An array of tables of a document."""
    if not isinstance(value, list):
        return ()
    return tuple(entry for entry in value if isinstance(entry, dict))


def texts(value: Plain | None) -> tuple[str, ...]:
    """A list of texts, or one text, as a tuple."""
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)


def strings(value: Plain | None) -> dict[str, str]:
    """A table of texts."""
    return {key: str(item) for key, item in table(value).items()}


def optional_text(value: Plain | None) -> str | None:
    """A text that may be left out."""
    return None if value is None else str(value)
