"""What a plugin declares and no rule uses: limits, code lists, documents, functions, fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from checker.authoring.plugin_source import ManifestSource, Problem, PythonSource, Weight
from checker.model.rules import Rule
from checker.model.template import FieldType, Sheet, Template
from checker.plugins.manifest import PluginManifest
from checker.rules.kinds import KINDS, Takes
from checker.rules.rule_check import unused_thresholds
from checker.rules.rule_reads import fields_read
from checker.rules.ruleset import RuleSet
from checker.toml_files import table, tables

MOST_FIELDS = 12
"""Fields of one sheet named in one line."""


def unused_limits(
    manifest: PluginManifest, ruleset: RuleSet, source: ManifestSource, code: PythonSource
) -> Iterator[tuple[str, Problem]]:
    """Limits that neither a rule of any plugin nor the plugin's code reads, with what is told."""
    unread = unused_thresholds(ruleset, ruleset.rules) - code.texts
    for threshold_id in dict.fromkeys(entry.id for entry in manifest.thresholds):
        if threshold_id in unread:
            told = f"限值 {threshold_id} 没有规则用到；请删去，或在规则里用上它"
            yield threshold_id, source.problem(told, source.limit_line(threshold_id))


def unused_lists(
    manifest: PluginManifest, source: ManifestSource, code: PythonSource
) -> Iterator[Problem]:
    """Code lists that nothing refers to."""
    read = {
        str(rule.spec.get(key.name))
        for rule in manifest.rules
        for key in KINDS[rule.kind].keys
        if key.takes is Takes.CODE_LIST
    }
    for list_id in manifest.code_lists:
        if list_id not in read and list_id not in code.texts:
            yield source.problem(
                f"代码表 {list_id} 没有规则用到", source.line("code_lists", list_id)
            )


def uncited_documents(manifest: PluginManifest, source: ManifestSource) -> Iterator[Problem]:
    """Documents that no rule cites."""
    rules = list(tables(source.document.get("rules")))
    for change in tables(source.document.get("changes")):
        rules += map(table, table(change.get("change")).values())
    cited = {
        str(entry.get("document", "")) for rule in rules for entry in tables(rule.get("sources"))
    }
    for key in manifest.documents:
        if key not in cited:
            yield source.problem(
                f"文件 {key} 没有规则引用", source.line("documents", key), Weight.REMINDER
            )


def unused_functions(manifest: PluginManifest, code: PythonSource) -> Iterator[Problem]:
    """Public functions of rules.py that no rule names, no hook is and nothing in it calls."""
    named = {str(rule.spec.get("function")) for rule in manifest.rules if rule.kind == "function"}
    if "checker_register_functions" in manifest.hooks:
        return  # what it registers, and under which name, is the code's own affair
    for name, line in code.functions.items():
        if name.startswith("_") or name in named | code.names or name in code.hook_lines:
            continue
        yield Problem(code.path.name, line, f"函数 {name} 没有规则用到", Weight.REMINDER)


def dead_fields(
    template: Template,
    sheets: Iterable[Sheet],
    rules: Mapping[str, Rule],
    code: PythonSource,
    file: str,
) -> Iterator[Problem]:
    """Fields of these sheets of a template that no rule for it reads. Names, addresses and dates
    may stand there for the reader only; numbers, flags and codes are asked for in vain."""
    read: set[str] = set(code.texts)
    for rule in rules.values():
        if template.id in rule.templates:
            read |= fields_read(rule)
    needed = {template.split.field, template.split.enrolment, *template.split.attached}
    for sheet in sheets:
        dead = [
            field
            for field in sheet.fields
            if field.id not in read
            and field.id not in needed
            and field.type not in (FieldType.TEXT, FieldType.DATE)
        ]
        if dead:
            named = "、".join(f"{field.id}（{field.label}）" for field in dead[:MOST_FIELDS])
            more = f" 等 {len(dead)} 个" if len(dead) > MOST_FIELDS else ""
            told = f"“{sheet.title}”的字段 {named}{more} 没有规则用到，填了也没有人查"
            yield Problem(file, 0, told, Weight.REMINDER)


def unfamiliar_families(manifest: PluginManifest, source: ManifestSource) -> Iterator[Problem]:
    """Families without a rule."""
    used = {rule.family for rule in manifest.rules}
    for family in manifest.families:
        if family not in used:
            line = source.line("families", family)
            yield source.problem(f"规则族 {family} 没有规则", line, Weight.REMINDER)
