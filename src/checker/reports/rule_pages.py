"""Pages about rules, in Markdown: one for each rule with fixed headings, and an index by family."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from checker.model.rules import Rule
from checker.model.verdicts import SEVERITY_WORDS
from checker.reports.explanation import about, explanation_sections
from checker.session import Session

INDEX = "index.md"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")
_CODED = ("算式：", "何时适用：", "表式")


def write_rule_pages(session: Session, rules: Iterable[Rule], folder: Path) -> list[Path]:
    """Write the page of every rule and the index into ``folder``. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in rule_pages(session, rules):
        path = folder / name
        path.write_text(text, "utf-8", newline="\n")
        written.append(path)
    return written


def rule_pages(session: Session, rules: Iterable[Rule]) -> Iterator[tuple[str, str]]:
    """(file name, Markdown) of the index and of every rule."""
    chosen = list(rules)
    yield INDEX, index_page(session, chosen)
    for rule in chosen:
        yield f"{rule.id}.md", rule_page(rule, session)


def rule_page(rule: Rule, session: Session) -> str:
    """The page of one rule: 查什么 · 依据 · 为什么 · 正例 · 反例 · 怎么改 · 自何时起."""
    parts = [f"# {rule.id}　{_plain(rule.title)}", "", _plain(about(rule, session)), ""]
    if session.profile.disabled(rule.id):
        parts += ["本口径不查这一条。", ""]
    for heading, lines in explanation_sections(rule, session):
        parts += [f"## {heading}", ""]
        many = len(lines) > 1 and heading not in ("查什么", "依据")
        for line in lines or ["（没有写）"]:
            parts += [f"- {_plain(line)}" if many else _line(line), *([] if many else [""])]
        if many:
            parts.append("")
    parts += [f"[全部规则]({INDEX})", ""]
    return "\n".join(parts)


def index_page(session: Session, rules: Iterable[Rule]) -> str:
    """All rules by family, each with a link to its page."""
    by_family: dict[str, list[Rule]] = {}
    for rule in rules:
        by_family.setdefault(rule.family, []).append(rule)
    count = sum(map(len, by_family.values()))
    parts = [
        "# 全部规则",
        "",
        f"共 {count} 条，口径：{_plain(session.profile.title)}。每条写明查什么、依据、为什么、"
        "正例、反例、怎么改、自何时起；这里的文字就是规则自己的文字，不另写一份。",
        "",
        "　".join(f"[{family}](#{family.lower()})" for family in by_family),
        "",
    ]
    for family, members in by_family.items():
        title = session.families.get(family, "")
        parts += [f"## {family}　{_plain(title)} {{ #{family.lower()} }}", ""]
        parts += ["| 编号 | 轻重 | 名称 |", "|---|---|---|"]
        for rule in members:
            severity = SEVERITY_WORDS[session.profile.severity(rule.id, rule.severity)]
            parts.append(f"| [{rule.id}]({rule.id}.md) | {severity} | {_plain(rule.title)} |")
        parts.append("")
    return "\n".join(parts)


def _line(line: str) -> str:
    """An expression is set as code; whatever else is plain text."""
    for word in _CODED:
        if line.startswith(word):
            head, _, formula = line.partition("：")
            return f"{_plain(head)}：`{formula}`"
    if line.startswith("  "):
        return f"> {_plain(line.strip())}"
    return _plain(line)


def _plain(text: str) -> str:
    """Text whose signs mean nothing to Markdown."""
    return _SPECIAL.sub(r"\\\1", text)
