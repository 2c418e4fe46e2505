"""Plan: which rules are asked of a form — worked out once, since a county's forms are alike."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TypeAlias

from msgspec.structs import replace

from checker.model.rules import Rule
from checker.model.template import Template
from checker.model.verdicts import Scope
from checker.rules.kinds import COLLECTION_KINDS
from checker.rules.profiles import Profile
from checker.rules.rule_reads import fields_read
from checker.rules.ruleset import RuleSet

_MOST = 64
"""More combinations than this are no county's; then all are forgotten."""

Group: TypeAlias = tuple[Scope, tuple[str, ...], str | None, int]
"""Scope, stages, table and (by its id) the choice of stages for rows."""


def _group(rule: Rule) -> Group:
    if rule.scope is Scope.ROW:
        return rule.scope, (), rule.table, id(rule.spec.get("stage_of"))
    return rule.scope, rule.stages if rule.scope is Scope.STAGE else (), None, 0


class Plan:
    """The rules of one template under one profile.

    ``by_id`` holds every rule that may be asked; ``reported`` those whose verdicts are reported, in
    order; ``groups`` says, by id, which rules are asked about the same units.
    """

    def __init__(self, ruleset: RuleSet, profile: Profile, template: Template) -> None:
        self.ruleset = ruleset
        self.profile = profile
        self.template = template
        self.by_id: Mapping[str, Rule] = {
            rule.id: rule
            for rule in ruleset.for_template(template.id, profile.year(template.edition))
            if not profile.disabled(rule.id) and rule.scope is not Scope.COLLECTION
        }
        self.reported = tuple(
            rule
            for rule in self.by_id.values()
            if rule.kind not in COLLECTION_KINDS and ruleset.reported(rule.id)
        )
        self.groups: Mapping[str, Group] = {rule.id: _group(rule) for rule in self.by_id.values()}
        self.form_rules: Mapping[str, Rule] = {rule.id: rule for rule in ruleset.form_rules}
        self._read: dict[str, frozenset[str]] = {}

    def code_list(self, plugin: str, list_id: str) -> Mapping[str, str] | None:
        """A code list of the plugin, else of the template."""
        own = self.ruleset.code_lists.get(plugin, {})
        return own.get(list_id) or self.template.code_lists.get(list_id)

    def asked_once(self, rule_id: str) -> bool:
        """Whether a rule is a function of somebody else's plugin: what it costs and does beside
        judging is not known, so it is never asked again to find a cause."""
        rule = self.by_id.get(rule_id)
        return rule is not None and self._foreign_code(rule)

    @cached_property
    def asked_again(self) -> RuleSet:
        """The rules that may be asked again to find a cause."""
        rules = tuple(rule for rule in self.ruleset.rules if not self._foreign_code(rule))
        return replace(self.ruleset, rules=rules)

    def _foreign_code(self, rule: Rule) -> bool:
        functions = self.ruleset.functions
        return rule.kind == "function" and not (functions and functions.bundled(rule.plugin))

    def fields_read(self, rule_id: str) -> frozenset[str]:
        """Ids of the fields a rule reads; none of a rule that is not asked."""
        rule = self.by_id.get(rule_id)
        if rule is None:
            return frozenset()
        found = self._read.get(rule_id)
        if found is None:
            found = self._read[rule_id] = frozenset(fields_read(rule))
        return found

    def title_of(self, rule_id: str) -> str:
        """Title of a rule; its id if it does not run."""
        rule = self.by_id.get(rule_id)
        return rule_id if rule is None else rule.title


_KNOWN: dict[tuple[int, int, int], Plan] = {}


def plan_for(ruleset: RuleSet, profile: Profile, template: Template) -> Plan:
    """The plan for forms of a template."""
    key = (id(ruleset), id(profile), id(template))
    plan = _KNOWN.get(key)
    if plan is None:
        if len(_KNOWN) >= _MOST:
            _KNOWN.clear()
        # it holds on to all three objects, so that their ids stay theirs
        plan = _KNOWN[key] = Plan(ruleset, profile, template)
    return plan
