"""Checks a manifest or profile: every problem names the rule, the key and what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from re import compile as pattern_of
from threading import get_ident
from typing import ClassVar, cast

from cerberus import TypeDefinition, Validator
from cerberus.errors import BasicErrorHandler, ValidationError

from checker.model.rules import Plain
from checker.plugins import manifest_schema
from checker.plugins.manifest_schema import Schema
from checker.plugins.rule_versions import changed, family_of
from checker.rules.expression import parse
from checker.rules.kinds import KINDS, Takes
from checker.rules.rule_reads import PLACEHOLDER, placeholders
from checker.rules.syntax import ExpressionError
from checker.rules.units import same_unit
from checker.toml_files import Table, strings, table, tables, texts

THRESHOLD = pattern_of(manifest_schema.THRESHOLD_ID)
_TYPES = {
    "string": "文字",
    "integer": "整数",
    "boolean": " true 或 false",
    "dict": "一个表（{…} 或 [段落]）",
    "list": "一个列表 […]",
    "exact": "数字",
}


class _ChineseErrors(BasicErrorHandler):  # type: ignore[misc]  # cerberus has no types
    """cerberus' errors in the words of authors of plugins."""

    messages: ClassVar[dict[int, str]] = {
        **BasicErrorHandler.messages,
        0x00: "{0}",
        0x02: "缺少这一项",
        0x03: "没有这样的项，请核对拼写",
        0x22: "不能是空的",
        0x24: "应为{constraint}",
        0x27: "太短或太少，至少要 {constraint}",
        0x28: "太长或太多，至多 {constraint}",
        0x41: "“{value}”的写法不对，应匹配 {constraint}",
        0x42: "{value} 太小，至少 {constraint}",
        0x43: "{value} 太大，至多 {constraint}",
        0x44: "“{value}”不可用，只能是 {constraint}",
        0x45: "{0} 不可用，只能是 {constraint}",
        0x64: "不能与 {0} 同时写",
    }

    def _format_message(self, field: str, error: ValidationError) -> str:
        told: str = super()._format_message(field, error)
        constraint = error.constraint
        if isinstance(constraint, list):
            told = told.replace(str(constraint), "、".join(map(str, constraint)))
            meant = nearest(str(error.value), [str(each) for each in constraint])
            return f"{told}；是不是 {meant}？" if meant else told
        words = _PATTERNS.get(str(constraint))
        return told.replace(f"应匹配 {constraint}", words) if words else told


_PATTERNS = {
    manifest_schema.PLUGIN_ID: "应以小写字母开头，只用小写字母、数字和下划线，如 canteen",
    manifest_schema.FAMILY: "应是 3 到 6 个大写字母，如 CAN",
    manifest_schema.RULE_ID: "应是规则族的字母加数字，可以再跟一个小写字母，如 CAN1、CAN2a",
    manifest_schema.THRESHOLD_ID: "应以大写字母开头，只用字母、数字和下划线，如 CAN2",
}
"""Patterns in words."""


class DocumentChecker(Validator):  # type: ignore[misc]  # cerberus has no types
    """Checks a TOML document; "exact" is a number with or without a point. true is no number."""

    types_mapping: ClassVar[dict[str, TypeDefinition]] = {
        **Validator.types_mapping,
        "integer": TypeDefinition("integer", (int,), (bool,)),
        "exact": TypeDefinition("exact", (int, Decimal), (bool,)),
    }


def problems(document: Mapping[str, Plain]) -> list[str]:
    """What is wrong with a manifest, as Chinese lines; empty if it can be used."""
    found = list(_told_by(_checker(manifest_schema.MANIFEST), document, ""))
    if "plugin" not in document:
        return ["缺少 [plugin] 一节：写明 id、title、version、api_version"]
    if any(each.startswith(("families", "documents", "rules")) for each in found):
        return found
    families = table(document.get("families"))
    documents = table(document.get("documents"))
    for key, each in documents.items():
        day = str(table(each).get("date", ""))
        if _DAY.fullmatch(day) and not _is_day(day):
            found.append(f"documents {key} 的 date：没有 {day} 这一天")
    for place, entry in enumerate(tables(document.get("thresholds")), 1):
        if "value" not in entry and "values" not in entry:
            found.append(f"限值 {entry.get('id', place)}：缺少 value 或 values")
        found.extend(_year_problem(entry, f"限值 {entry.get('id', place)}"))
    entries = tables(document.get("rules"))
    for place, entry in enumerate(entries, 1):
        found.extend(_rule_problems(entry, place, families, documents))
    if not found:
        found.extend(_unit_problems(entries, tables(document.get("thresholds"))))
    if not found:
        versions = changed(entries, tables(document.get("changes")))
        checked = set(map(id, entries))
        for entry in versions:
            if id(entry) not in checked:
                found.extend(_rule_problems(entry, 0, families, documents))
        found.extend(_repeated(versions))
    known = {str(entry.get("id")) for entry in entries}
    for change in tables(document.get("changes")):
        for rule_id in (*texts(change.get("remove")), *table(change.get("change"))):
            if rule_id not in known:
                found.append(f"[[changes]] {change['edition']}：没有规则 {rule_id}")
    return found


_DAY = pattern_of(r"\d{4}-\d\d-\d\d")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _year_problem(entry: Table, name: str) -> Iterator[str]:
    since, until = entry.get("since"), entry.get("until")
    if isinstance(since, int) and isinstance(until, int) and until < since:
        yield f"{name} 的 until：{until} 年早于 since 的 {since} 年，这一条从不生效"


def _message_problems(entry: Table, name: str) -> Iterator[str]:
    """Braces that are no pair, and placeholders that are no expression."""
    message = str(entry.get("message", ""))
    rest = PLACEHOLDER.sub("", message)
    if "{" in rest or "}" in rest:
        yield f"{name} 的 message：花括号 {{ }} 没有成对"
    for text in placeholders(message):
        try:
            parse(text)
        except ExpressionError as error:
            yield f"{name} 的 message：{error}"


def _unit_problems(rules: Iterable[Table], limits: Iterable[Table]) -> Iterator[str]:
    """Indicators in another unit than the limit of this manifest that they are held against."""
    by_id = {str(entry.get("id")): str(entry.get("unit", "")) for entry in limits}
    for entry in rules:
        limit, unit = str(entry.get("threshold", "")), str(entry.get("unit", ""))
        if entry.get("kind") == "indicator" and not same_unit(unit, by_id.get(limit, unit)):
            yield (
                f"规则 {entry.get('id')} 的 unit：单位是{unit or '空的'}，"
                f"限值 {limit} 的单位是{by_id[limit] or '空的'}，不能相比"
            )


def profile_problems(document: Mapping[str, Plain]) -> list[str]:
    """What is wrong with a profile file."""
    found = list(_told_by(_checker(manifest_schema.PROFILE), document, ""))
    for entry in tables(document.get("thresholds")) if not found else ():
        if "value" not in entry and "values" not in entry:
            found.append(f"限值 {entry.get('id')}：缺少 value 或 values")
    return found


def _rule_problems(entry: Table, place: int, families: Table, documents: Table) -> Iterator[str]:
    name = f"规则 {entry['id']}" if "id" in entry else f"第 {place} 条规则"
    kind, scope = str(entry.get("kind", "")), str(entry.get("scope", "submission"))
    if kind not in KINDS:
        meant = nearest(kind, KINDS)
        hint = f"；是不是 {meant}？" if meant else ""
        told = f"“{kind}”不可用，只能是 {'、'.join(KINDS)}{hint}" if kind else "缺少这一项"
        yield f"{name} 的 kind：{told}"
        return
    wrong = list(_told_by(_rule_checker(kind, scope, get_ident()), entry, name))
    own = {f"{name} 的 {key.name}": key.help for key in KINDS[kind].keys}
    for told in wrong:
        if told.endswith("，请核对拼写"):
            named = "、".join(key.name for key in KINDS[kind].keys)
            yield f"{told}；{kind} 专有的项有 {named}，看 checker plugin help {kind}"
        else:
            help_text = own.get(told.partition("：")[0])
            yield f"{told}（{help_text}）" if help_text else told
    if wrong:
        return
    family = family_of(str(entry["id"]))
    if family not in families:
        listed = "、".join(families) or "（没有）"
        yield f"{name} 的 id：前缀 {family} 不在本插件的 [families] 中，那里有：{listed}"
    if kind != "form" and not texts(entry.get("templates")):
        yield f"{name} 的 templates：缺少这一项，应写明用于哪些模板"
    if scope == "row" and "table" not in entry:
        yield f'{name} 的 table：scope = "row" 时须写明是哪张表'
    for source in tables(entry.get("sources")):
        key = str(source.get("document", ""))
        if key and key not in documents:
            meant = nearest(key, documents)
            hint = f"，是不是 {meant}？" if meant else ""
            yield f"{name} 的 sources：没有 [documents.{key}]{hint}"
    yield from _expression_problems(entry, kind, name)
    yield from _message_problems(entry, name)
    yield from _year_problem(entry, name)
    yield from _combination_problems(entry, kind, name)


def _written(entry: Table) -> Iterator[tuple[str, str]]:
    """Key and text of every expression of a rule."""
    if "when" in entry:
        yield "when", str(entry["when"])
    for key in KINDS[str(entry["kind"])].keys:
        if key.name not in entry:
            continue
        if key.takes in (Takes.EXPRESSION, Takes.EXPRESSIONS, Takes.FIELD):
            yield from ((key.name, text) for text in texts(entry[key.name]))
        elif key.takes is Takes.LIMIT and not THRESHOLD.fullmatch(str(entry[key.name])):
            yield key.name, str(entry[key.name])


def _expression_problems(entry: Table, kind: str, name: str) -> Iterator[str]:
    for key in KINDS[kind].keys:
        if key.name in entry and key.takes is Takes.PATTERN:
            yield from _pattern_problem(name, str(entry[key.name]))
    for key_name, text in _written(entry):
        try:
            parse(text)
        except ExpressionError as error:
            yield f"{name} 的 {key_name}：{error}"


_OF_RE = {
    "unterminated character set": "方括号没有写完整",
    "missing )": "圆括号没有写完整",
    "unbalanced parenthesis": "多了一个圆括号",
    "nothing to repeat": "+、*、? 前面没有可以重复的东西",
    "multiple repeat": "+、*、? 连写了两个",
    "bad escape": "反斜杠后面的字母不能这样用",
    "bad character range": "方括号里的范围前后颠倒了",
}
"""Beginnings of what re says is wrong with a pattern."""


def _pattern_problem(name: str, pattern: str) -> Iterator[str]:
    import re

    try:
        re.compile(pattern)
    except re.error as error:
        told = next((words for begins, words in _OF_RE.items() if error.msg.startswith(begins)), "")
        at = (error.pos or 0) + 1
        yield f"{name} 的 pattern：第 {at} 个字符处不是合法的正则表达式：{told or error.msg}"


def _combination_problems(entry: Table, kind: str, name: str) -> Iterator[str]:
    if kind == "range" and "minimum" not in entry and "maximum" not in entry:
        yield f"{name}：range 至少要有 minimum 或 maximum"
    if kind == "claim" and len(texts(entry.get("slips", []))) != len(
        texts(entry.get("slip_names", []))
    ):
        yield f"{name}：slips 与 slip_names 应一一对应"
    if kind == "score_table":
        for one, other in (("sections", "codes"), ("columns", "stated")):
            if len(texts(entry[one])) != len(texts(entry[other])):
                yield f"{name}：{one} 与 {other} 应一一对应"
    if kind == "growth":
        if "claimed" not in entry and "threshold" not in entry:
            yield f"{name}：growth 至少要有 claimed 或 threshold"
        if "threshold" in entry and "compare" not in entry:
            yield f"{name} 的 compare：有 threshold 时须写明怎样比较"


def _repeated(entries: Iterable[Table]) -> Iterator[str]:
    """Rules with one id whose years overlap."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for entry in entries:
        rule_id = str(entry.get("id"))
        span = (int(str(entry.get("since", 0))), int(str(entry.get("until", 9999))))
        if any(span[0] <= end and start <= span[1] for start, end in spans.get(rule_id, [])):
            yield f"规则 {rule_id}：编号重复，同一编号的两条规则不能在同一年都有效"
        spans.setdefault(rule_id, []).append(span)


def _checker(schema: Schema, open_ended: bool = False) -> DocumentChecker:
    return DocumentChecker(schema, error_handler=_ChineseErrors(), allow_unknown=open_ended)


@cache
def _rule_checker(kind: str, scope: str, thread: int) -> DocumentChecker:
    """Made once for each thread (it holds what it is checking): checking the schema itself takes
    far longer than checking a rule against it."""
    return _checker(manifest_schema.of_rule(kind, scope), manifest_schema.open_ended(kind, scope))


def _told_by(checker: DocumentChecker, content: Mapping[str, Plain], name: str) -> Iterator[str]:
    if checker.validate(content, normalize=False):  # no schema here has anything to normalise
        return
    keys = {"type": "dict", "schema": dict(checker.schema)}
    yield from _lines(checker.errors, name, content, keys)


def _lines(errors: object, path: str, content: object, schema: Schema) -> Iterator[str]:
    """cerberus' nested errors as "path：what was expected". A key that is misspelt is told with
    what was probably meant, and is not also told to be missing."""
    if isinstance(errors, dict):
        keys: Schema = schema.get("schema", {}) if schema.get("type") == "dict" else {}
        strange = [key for key in errors if keys and key not in keys]
        meant = {key: nearest(str(key), keys.keys() - _keys_of(content)) for key in strange}
        for key in strange:
            told = f"，是不是 {meant[key]}？" if meant[key] else "，请核对拼写"
            yield f"{_join(path, key, None)}：没有这样的项{told}"
        for key, inner in errors.items():
            if key not in meant and key not in meant.values():
                below = content_below(content, key)
                yield from _lines(inner, _join(path, key, below), below, schema_below(schema, key))
    elif isinstance(errors, list):
        for inner in errors:
            yield from _lines(inner, path, content, schema)
    else:
        text = str(errors)
        for english, chinese in _TYPES.items():
            text = text.replace(f"应为{english}", f"应为{chinese}")
        yield f"{path}：{text}"


def nearest(word: str, known: Iterable[str]) -> str:
    """What was probably meant by a word that is not known; "" if nothing is like it."""
    return next(iter(get_close_matches(word, sorted(known), 1, 0.7)), "")


def _keys_of(content: object) -> set[str]:
    return set(content) if isinstance(content, dict) else set()


def schema_below(schema: Schema, key: object) -> Schema:
    """The rules for what stands under a key, or at a place, of what these rules are for."""
    inner = schema.get("schema", {})
    if schema.get("type") == "dict":
        inner = inner.get(key, schema.get("valuesrules", {}))
    return cast("Schema", inner)


def content_below(content: object, key: object) -> object:
    """What stands under a key or at a place of a document; None if nothing does."""
    if isinstance(content, dict):
        return content.get(key)
    if isinstance(content, list) and isinstance(key, int) and key < len(content):
        return content[key]
    return None


def _join(path: str, key: object, below: object) -> str:
    if isinstance(key, int):
        named = strings(below).get("id") if isinstance(below, dict) else None
        step = f" {named}" if named else f" 第 {key + 1} 项"
        return f"{path}{step}"
    return f"{path} 的 {key}" if path else str(key)
