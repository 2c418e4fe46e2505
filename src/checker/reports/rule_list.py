"""The list of ``checker rules``, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.model.rules import Rule
from checker.model.verdicts import SEVERITY_WORDS
from checker.reports.json_report import Json
from checker.session import Session

CHANGE_WORDS = {"added": "新增", "changed": "修改", "removed": "删除"}


def rule_lines(rules: Sequence[Rule], session: Session) -> Iterator[str]:
    """One line per rule, by family."""
    families = session.families
    for family in dict.fromkeys(rule.family for rule in rules):
        yield f"{family}　{families.get(family, '')}".rstrip()
        for rule in rules:
            if rule.family == family:
                severity = session.profile.severity(rule.id, rule.severity)
                off = "（本口径不查）" if session.profile.disabled(rule.id) else ""
                yield f"  {rule.id:<9}{SEVERITY_WORDS[severity]}　{rule.title}{off}"
    yield f"共 {len(rules)} 条规则。"


def rule_entry(rule: Rule, session: Session) -> dict[str, Json]:
    """One rule as JSON."""
    templates: list[Json] = list(rule.templates)
    sources: list[Json] = [str(citation) for citation in rule.citations]
    return {
        "id": rule.id,
        "family": rule.family,
        "plugin": rule.plugin,
        "kind": rule.kind,
        "severity": session.profile.severity(rule.id, rule.severity).value,
        "scope": rule.scope.value,
        "title": rule.title,
        "templates": templates,
        "what": rule.what,
        "fix": rule.fix,
        "sources": sources,
        "since": rule.since,
        "until": rule.until,
        "disabled": session.profile.disabled(rule.id),
    }


def changes(session: Session, older: int) -> Iterator[str]:
    """What changed from edition ``older`` to the session's."""
    from checker.rules.ruleset import difference

    found = difference(session.ruleset.rules, older, session.edition)
    for rule_id, change in found:
        title = session.ruleset.rule(rule_id).title
        yield f"{CHANGE_WORDS[change]}　{rule_id}　{title}"
    yield f"从 {older} 年到 {session.edition} 年，变化 {len(found)} 条。"
