"""RuleSet: the rules of all loaded plugins, and the choice a user makes among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from checker.model.rules import Rule, Threshold
from checker.model.verdicts import RuleError

T = TypeVar("T")


class Functions(Protocol):
    """Runs the Python functions of plugins, apart from the host; see ``checker.plugins``."""

    def call(self, plugin: str, function: str, rule: str, arguments: tuple[object, ...]) -> object:
        """The list a plugin's function gave. Raises ``PluginFailure`` whatever went wrong."""

    def call_county(
        self, plugin: str, function: str, arguments: tuple[object, ...], take: Callable[[object], T]
    ) -> list[T]:
        """What a plugin's function gave for a county, each passed through ``take``. Raises
        ``PluginFailure``, NotApplicable."""

    def bundled(self, plugin: str) -> bool:
        """Whether a plugin comes with the program."""


def applies(rule: Rule, edition: int) -> bool:
    """Whether a rule is in force for an edition."""
    return rule.since <= edition and (rule.until is None or edition <= rule.until)


class RuleSet(Struct, frozen=True):
    """Rules in the order of plugins and manifests; a rule that changed with an edition is there
    once per version. ``errors`` are plugins that could not be used, and why."""

    rules: tuple[Rule, ...]
    thresholds: tuple[Threshold, ...] = ()
    code_lists: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    """Code lists by plugin id and list id."""
    form_rules: tuple[Rule, ...] = ()
    """The host's own rules about the form itself (FORM001 ...)."""
    functions: Functions | None = None
    errors: tuple[RuleError, ...] = ()
    chosen: frozenset[str] | None = None
    """Ids to be reported, after ``select``; None for all."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The plugin.toml by plugin id."""

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def file_of(self, rule: Rule) -> str:
        """The plugin.toml that a rule stands in; "" if it stands in none."""
        return self.files.get(rule.plugin, "")

    def rule(self, rule_id: str, edition: int | None = None) -> Rule:
        """The rule of this id: in force for ``edition``, else its newest version. KeyError."""
        return self.by_id(edition)[rule_id]

    def by_id(self, edition: int | None = None) -> dict[str, Rule]:
        """All rules, the form's own among them, by id (one version of each, see ``rule``)."""
        found: dict[str, Rule] = {}
        for rule in (*self.form_rules, *self.rules):
            known = found.get(rule.id)
            if known is None or _nearer(rule, known, edition):
                found[rule.id] = rule
        return found

    def for_template(self, template: str, edition: int) -> list[Rule]:
        """Rules in force for a template and edition, in order."""
        return [
            rule for rule in self.rules if template in rule.templates and applies(rule, edition)
        ]

    def select(self, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> RuleSet:
        """Only what is named by rule id, family, plugin or start of an id; then without what is
        ignored. Rules that others are computed from still run, but are not reported.

        Raises KeyError with the word that names nothing.
        """
        everything = (*self.rules, *self.form_rules)
        wanted = {rule.id for word in select for rule in named(everything, word)}
        unwanted = {rule.id for word in ignore for rule in named(everything, word)}
        if not select:
            wanted = {rule.id for rule in everything}
        return replace(self, chosen=frozenset(wanted - unwanted))

    def reported(self, rule_id: str) -> bool:
        """Whether verdicts of this rule are to be reported."""
        return self.chosen is None or rule_id in self.chosen


def named(rules: Sequence[Rule], word: str) -> list[Rule]:
    """The rules that a word names: the rule of this id, else those of this family or plugin, else
    those whose ids begin so. Raises KeyError if there is none."""
    found = [rule for rule in rules if rule.id == word]
    found = found or [rule for rule in rules if word in (rule.family, rule.plugin)]
    found = found or [rule for rule in rules if rule.id.startswith(word.upper())]
    if not found:
        raise KeyError(word)
    return found


def _nearer(rule: Rule, known: Rule, edition: int | None) -> bool:
    if edition is not None and applies(rule, edition) != applies(known, edition):
        return applies(rule, edition)
    return rule.since >= known.since


def difference(rules: Iterable[Rule], older: int, newer: int) -> list[tuple[str, str]]:
    """What changes between two editions: (rule id, "added" | "changed" | "removed") by id."""
    before = {rule.id: rule for rule in rules if applies(rule, older)}
    after = {rule.id: rule for rule in rules if applies(rule, newer)}
    found: list[tuple[str, str]] = []
    for rule_id in sorted(before.keys() | after.keys()):
        if rule_id not in before:
            found.append((rule_id, "added"))
        elif rule_id not in after:
            found.append((rule_id, "removed"))
        elif before[rule_id] is not after[rule_id]:
            found.append((rule_id, "changed"))
    return found
