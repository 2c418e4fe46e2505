"""Profile 口径: which thresholds, severities and definitions apply — edition by region, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from msgspec import Struct, field

from checker.model.rules import Threshold
from checker.model.verdicts import Severity

NATIONAL = "national"
"""Id of the base: what the manifests themselves say."""


class RuleOverride(Struct, frozen=True):
    """What a profile changes about a rule."""

    severity: Severity | None = None
    disabled: bool = False


class Overlay(Struct, frozen=True):
    """One profile file: what it changes with respect to its base."""

    id: str
    title: str
    base: str = NATIONAL
    thresholds: tuple[Threshold, ...] = ()
    rules: Mapping[str, RuleOverride] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    path: str = ""


class Profile(Struct, frozen=True):
    """Thresholds in force. ``layers`` are searched from the last (most regional) to the first
    (national): the first layer that has a value for the stage and edition decides."""

    id: str = NATIONAL
    title: str = "国家标准"
    layers: tuple[Mapping[str, tuple[Threshold, ...]], ...] = ()
    rules: Mapping[str, RuleOverride] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    edition: int | None = None
    """Edition whose thresholds are used instead of the form's own (``--edition``)."""

    def year(self, edition: int) -> int:
        """The year thresholds and rules are taken of, for a form of this edition."""
        return self.edition if self.edition is not None else edition

    def in_force(
        self, threshold_id: str, stage: str | None, edition: int
    ) -> tuple[Threshold, Fraction] | None:
        """The entry in force for a stage (None: whole school) and its exact value; None if there is
        none for this stage and edition."""
        year = self.year(edition)
        for layer in reversed(self.layers):
            best: tuple[Threshold, Fraction] | None = None
            for entry in layer.get(threshold_id, ()):
                if entry.since > year or (entry.until is not None and entry.until < year):
                    continue
                value = _value_of(entry, stage)
                if value is not None and (best is None or entry.since >= best[0].since):
                    best = entry, value
            if best is not None:
                return best
        return None

    def value(self, threshold_id: str, stage: str | None, edition: int) -> Fraction | None:
        """The exact limit; None if there is none for this stage and edition."""
        found = self.in_force(threshold_id, stage, edition)
        return found[1] if found else None

    def knows(self, threshold_id: str) -> bool:
        """Whether any layer has a threshold of this id, for whatever stage and edition."""
        return any(threshold_id in layer for layer in self.layers)

    def severity(self, rule_id: str, declared: Severity) -> Severity:
        """The severity of a rule under this profile."""
        override = self.rules.get(rule_id)
        return override.severity if override and override.severity else declared

    def disabled(self, rule_id: str) -> bool:
        """Whether the profile switches a rule off."""
        override = self.rules.get(rule_id)
        return override is not None and override.disabled


def _value_of(entry: Threshold, stage: str | None) -> Fraction | None:
    values = entry.values
    value = values.get(stage) if stage else None
    if value is None:
        value = values.get("")
    return None if value is None else _exact(value)


@lru_cache(maxsize=1024)  # every rule of every school asks for the same few
def _exact(value: Decimal) -> Fraction:
    return Fraction(value)


def layer_of(thresholds: Iterable[Threshold]) -> dict[str, tuple[Threshold, ...]]:
    """Thresholds by id."""
    found: dict[str, tuple[Threshold, ...]] = {}
    for entry in thresholds:
        found[entry.id] = (*found.get(entry.id, ()), entry)
    return found


def build(
    base: Iterable[Threshold], overlays: Iterable[Overlay] = (), edition: int | None = None
) -> Profile:
    """The national thresholds with overlays on top, the most regional last."""
    layers = [layer_of(base)]
    rules: dict[str, RuleOverride] = {}
    definitions: dict[str, str] = {}
    profile_id, title = NATIONAL, "国家标准"
    for overlay in overlays:
        layers.append(layer_of(overlay.thresholds))
        rules.update(overlay.rules)
        definitions.update(overlay.definitions)
        profile_id, title = overlay.id, overlay.title
    return Profile(profile_id, title, tuple(layers), rules, definitions, edition)
