"""From plugin.toml to what is stored of it: done once per change of the file, when it was checked.

Rules become plain tuples in the order of ``Rule``'s fields, with their citations looked up (each is
kept once, rules have its place), changes by year applied and examples packed away; a run only has
to put them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from checker import toml_files
from checker.model.rules import Threshold
from checker.plugins.toml_tables import Table, optional_text, strings, table, tables, texts, whole
from checker.plugins.year_packs import changed

StoredCitation = tuple[str, str, str, str, bool, str]
"""title, number, clause, date, confirmed, note."""

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


def stored(document: toml_files.Document) -> dict[str, object]:
    """What is kept of a manifest that was checked."""
    head = table(document.get("plugin"))
    documents = {
        key: _document(table(entry)) for key, entry in table(document.get("documents")).items()
    }
    rules = changed(tables(document.get("rules")), tables(document.get("changes")))
    citations: dict[StoredCitation, int] = {}
    return {
        "id": str(head["id"]),
        "title": str(head["title"]),
        "version": str(head["version"]),
        "api_version": whole(head["api_version"]),
        "requires": texts(head.get("requires")),
        "hooks": texts(head.get("hooks")),
        "families": strings(document.get("families")),
        "documents": documents,
        "thresholds": [_threshold(entry) for entry in tables(document.get("thresholds"))],
        "code_lists": {
            key: strings(entry) for key, entry in table(document.get("code_lists")).items()
        },
        "commands": strings(document.get("commands")),
        "report_formats": strings(document.get("report_formats")),
        "rules": [_rule(entry, documents, citations) for entry in rules],
        "citations": list(citations),
    }


def threshold(entry: Table, profile: str = "") -> Threshold:
    """One ``[[thresholds]]`` table, of a manifest or a profile."""
    return Threshold(*_threshold(entry), profile)


def _rule(
    entry: Table, documents: Mapping[str, StoredCitation], citations: dict[StoredCitation, int]
) -> tuple[object, ...]:
    rule_id = str(entry["id"])
    until = entry.get("until")
    cited = _citations(tables(entry.get("sources")), documents)
    return (
        rule_id,
        str(entry["kind"]),
        str(entry["title"]),
        str(entry["severity"]),
        str(entry.get("scope", "submission")),
        rule_id.rstrip("abcdefghijklmnopqrstuvwxyz").rstrip("0123456789"),
        texts(entry.get("templates")),
        str(entry.get("what", "")),
        str(entry.get("why", "")),
        tuple([citations.setdefault(each, len(citations)) for each in cited]),
        str(entry.get("fix", "")),
        toml_files.packed(entry.get("examples", [])),
        {key: value for key, value in entry.items() if key not in COMMON_KEYS},
        optional_text(entry.get("when")),
        texts(entry.get("stages")),
        optional_text(entry.get("table")),
        texts(entry.get("at")),
        optional_text(entry.get("message")),
        whole(entry.get("since")),
        None if until is None else whole(until),
    )


def _threshold(
    entry: Table,
) -> tuple[str, dict[str, Decimal], str, int, int | None, bool, str]:
    until = entry.get("until")
    values = entry.get("values")
    numbers = (
        {stage: Decimal(str(value)) for stage, value in values.items()}
        if isinstance(values, dict)
        else {"": Decimal(str(entry["value"]))}
    )
    return (
        str(entry["id"]),
        numbers,
        str(entry.get("unit", "")),
        whole(entry.get("since")),
        None if until is None else whole(until),
        entry.get("confirmed", True) is True,
        str(entry.get("source", "")),
    )


def _document(entry: Table) -> StoredCitation:
    return (
        str(entry.get("title", "")),
        str(entry.get("number", "")),
        "",
        str(entry.get("date", "")),
        entry.get("confirmed", True) is True,
        str(entry.get("note", "")),
    )


def _citations(
    entries: tuple[Table, ...], documents: Mapping[str, StoredCitation]
) -> Iterator[StoredCitation]:
    nothing: StoredCitation = ("", "", "", "", True, "")
    for entry in entries:
        title, number, _, day, confirmed, note = documents.get(
            str(entry.get("document", "")), nothing
        )
        yield (
            str(entry.get("title", title)),
            str(entry.get("number", number)),
            str(entry.get("clause", "")),
            str(entry.get("date", day)),
            entry.get("confirmed", confirmed) is True,
            str(entry.get("note", note)),
        )
