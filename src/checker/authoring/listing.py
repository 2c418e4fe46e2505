"""The lists of ``checker rules`` and ``checker plugin list``, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from checker.marking.file_record import Json
from checker.model.rules import Rule
from checker.model.verdicts import SEVERITY_WORDS
from checker.rules.rule_reads import limits_told
from checker.rules.ruleset import difference
from checker.session import Session

CHANGE_WORDS = {"added": "新增", "changed": "修改", "removed": "删除"}
KEY_WORDS = {
    "title": "名称",
    "templates": "用于哪些模板",
    "stages": "用于哪些学段",
    "when": "何时适用",
    "message": "提示的话",
    "what": "查什么",
    "why": "为什么",
    "fix": "怎么办",
    "citations": "依据",
}


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
    yield f"共 {len(rules)} 条规则。{session.plugins.why_off()}"


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


def changes(session: Session, older: int, rules: Sequence[Rule] | None = None) -> Iterator[str]:
    """What changed from edition ``older`` to the session's: rules, what differs in them, limits.
    ``rules`` restricts to these."""
    chosen = None if rules is None else {rule.id for rule in rules}
    ruleset, newer = session.ruleset, session.edition
    count = 0
    for rule_id, change in difference(ruleset.rules, older, newer):
        if chosen is not None and rule_id not in chosen:
            continue
        count += 1
        rule = ruleset.rule(rule_id, older if change == "removed" else newer)
        told = ""
        if change == "changed":
            told = f"：{'、'.join(_differing(ruleset.rule(rule_id, older), rule))}"
        yield f"{CHANGE_WORDS[change]}　{rule_id}　{rule.title}{told}"
    used = None if rules is None else set().union(*map(limits_told, rules))
    for line in _changed_limits(session, older, newer, used):
        count += 1
        yield line
    yield f"从 {older} 年到 {newer} 年，变化 {count} 条。"


def _differing(before: Rule, after: Rule) -> Iterator[str]:
    """The keys of plugin.toml in which two versions of a rule differ."""
    if before.severity is not after.severity:
        yield f"轻重由“{SEVERITY_WORDS[before.severity]}”改为“{SEVERITY_WORDS[after.severity]}”"
    for key, word in KEY_WORDS.items():
        if getattr(before, key) != getattr(after, key):
            yield word
    yield from sorted(
        key
        for key in before.spec.keys() | after.spec.keys()
        if before.spec.get(key) != after.spec.get(key)
    )


def _changed_limits(
    session: Session, older: int, newer: int, used: set[str] | None
) -> Iterator[str]:
    """Limits whose numbers differ; those that came or went with their rules say nothing new."""
    for threshold_id in dict.fromkeys(entry.id for entry in session.thresholds):
        if used is not None and threshold_id not in used:
            continue
        before = _numbers(session, threshold_id, older)
        after = _numbers(session, threshold_id, newer)
        if before and after and before != after:
            yield f"限值　{threshold_id}　{before} → {after}"


def _numbers(session: Session, threshold_id: str, edition: int) -> str:
    """A limit's numbers in an edition, as text; "" if it has none."""
    titles = {stage.id: stage.title for item in session.templates for stage in item.stages}
    for entry in reversed(session.thresholds):
        ended = entry.until is not None and entry.until < edition
        if entry.id == threshold_id and entry.since <= edition and not ended:
            return "、".join(
                f"{titles.get(stage, stage)}{value}{entry.unit}"
                for stage, value in entry.values.items()
            )
    return ""


# -- plugins ---------------------------------------------------------------------------------


class Listed(Struct, frozen=True):
    """One plugin. ``error`` says why it was refused; then nothing but its id is known."""

    id: str
    title: str = ""
    version: str = ""
    rules: int = 0
    families: tuple[str, ...] = ()
    templates: int = 0
    profiles: int = 0
    commands: tuple[str, ...] = ()
    report_formats: tuple[str, ...] = ()
    origin: str = ""
    folder: str = ""
    error: str = ""


def listed(session: Session) -> Iterator[Listed]:
    """All plugins of a session, in the order they were found, then those that were refused."""
    for manifest in session.plugins.manifests:
        yield Listed(
            manifest.id,
            manifest.title,
            manifest.version,
            len({rule.id for rule in manifest.rules}),
            tuple(manifest.families),
            len(manifest.template_folders()),
            len(manifest.profile_files()),
            tuple(manifest.commands),
            tuple(manifest.report_formats),
            manifest.origin,
            str(manifest.folder),
        )
    for error in session.errors:
        yield Listed(error.plugin, folder=error.where, error=error.message)


def lines(session: Session) -> Iterator[str]:
    """The list for people."""
    found = list(listed(session))
    for item in found:
        if item.error:
            continue
        brings = [f"{item.rules} 条规则（{'、'.join(item.families)}）"] if item.rules else []
        brings += [f"{item.templates} 个模板"] if item.templates else []
        brings += [f"{item.profiles} 个口径"] if item.profiles else []
        brings += [f"命令 {'、'.join(item.commands)}"] if item.commands else []
        brings += [f"报告格式 {'、'.join(item.report_formats)}"] if item.report_formats else []
        yield f"{item.id:<14}{item.version:<9}{item.title}　{'，'.join(brings)}　{item.origin}"
    refused = [item for item in found if item.error]
    for item in refused:
        yield f"{item.id:<14}没有启用：{item.error}（{item.folder}）"
    yield from session.plugins.notices
    rules = sum(item.rules for item in found)
    tail = f"，{len(refused)} 个没有启用" if refused else ""
    yield f"共 {len(found) - len(refused)} 个插件，{rules} 条规则{tail}。"
