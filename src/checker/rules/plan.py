"""Plan: which rules are asked of a form — worked out once, since a county's forms are alike."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from checker.model.rules import Rule, Threshold
from checker.model.verdicts import Scope
from checker.rules.kinds import COLLECTION_KINDS
from checker.rules.profiles import Profile
from checker.rules.ruleset import RuleSet

_MOST = 64
"""More combinations than this are no county's; then all are forgotten."""


class Plan:
    """The rules of one template and edition under one profile.

    ``by_id`` holds every rule that may be asked; ``reported`` those whose verdicts are reported, in
    order. ``limits`` remembers thresholds by id and stage: entry in force and exact value.
    """

    __slots__ = ("by_id", "form_rules", "limits", "profile", "reported", "ruleset")

    def __init__(self, ruleset: RuleSet, profile: Profile, template: str, edition: int) -> None:
        self.ruleset = ruleset
        self.profile = profile
        self.by_id: Mapping[str, Rule] = {
            rule.id: rule
            for rule in ruleset.for_template(template, profile.year(edition))
            if not profile.disabled(rule.id) and rule.scope is not Scope.COLLECTION
        }
        self.reported = tuple(
            rule
            for rule in self.by_id.values()
            if rule.kind not in COLLECTION_KINDS and ruleset.reported(rule.id)
        )
        self.form_rules: Mapping[str, Rule] = {rule.id: rule for rule in ruleset.form_rules}
        self.limits: dict[tuple[str, str | None], tuple[Threshold, Fraction]] = {}


_KNOWN: dict[tuple[int, int, str, int], Plan] = {}


def plan_for(ruleset: RuleSet, profile: Profile, template: str, edition: int) -> Plan:
    """The plan for a template's edition (of the form; the profile may fix another year)."""
    key = (id(ruleset), id(profile), template, edition)
    plan = _KNOWN.get(key)
    if plan is None:
        if len(_KNOWN) >= _MOST:
            _KNOWN.clear()
        # it holds on to both objects, so that their ids stay theirs
        plan = _KNOWN[key] = Plan(ruleset, profile, template, edition)
    return plan
