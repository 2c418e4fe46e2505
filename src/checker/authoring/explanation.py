"""What is known of a rule: the text of ``checker explain``, and the same as a page in Markdown.

Headings and their order are fixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from checker.authoring.patterns import filled
from checker.model.rules import LOCAL_PRACTICE, Example, Plain, Rule, Threshold
from checker.model.template import Template
from checker.model.verdicts import OUTCOME_WORDS, SEVERITY_NAMES, Outcome, Scope
from checker.rules.notation import formulas, named_limit, relations_by_stage
from checker.rules.rule_reads import limits_told
from checker.session import Session
from checker.toml_files import texts


def formula_of(rule: Rule) -> str:
    """What a rule works out, as one line of its own language; "" for a function."""
    spec, found = rule.spec, formulas(rule)
    match rule.kind:
        case "table_sum" if "part_columns" in spec:
            found.append(f"{spec['total_column']} == {' + '.join(texts(spec['part_columns']))}")
        case "score_table":
            first = texts(spec["sections"])[0]
            found = [
                f"{first} 等各部分的 {stated} == 所属各项的 {column} 之和"
                for stated, column in zip(
                    texts(spec["stated"]), texts(spec["columns"]), strict=True
                )
            ]
        case "unique":
            found = [f"unique({', '.join(texts(spec['columns']))})"]
    return (" and " if rule.kind == "range" else "；").join(found) or str(spec.get("field", ""))


MOST_TOLD = 8
"""Schools, or rows of a table, told of one example."""

SCOPE_WORDS = {
    Scope.SUBMISSION: "每校判断一次",
    Scope.STAGE: "每个学段判断一次",
    Scope.ROW: "明细表逐行判断",
    Scope.COLLECTION: "全县各校一起判断",
}


def explanation_lines(rule: Rule, session: Session) -> Iterator[str]:
    """Everything known of a rule: 查什么 · 依据 · 为什么 · 正例 · 反例 · 怎么办 · 自何时起."""
    yield f"{rule.id}　{rule.title}"
    yield about(rule, session)
    for heading, lines in explanation_sections(rule, session):
        yield ""
        yield heading
        yield from (f"  {line}" for line in lines)


def about(rule: Rule, session: Session) -> str:
    """Family, plugin, how grave it is, and what it is asked about."""
    severity = SEVERITY_NAMES[session.profile.severity(rule.id, rule.severity)]
    template, asked = _template(rule, session), SCOPE_WORDS[rule.scope]
    if rule.scope is Scope.SUBMISSION and template and template.level in ("county", "statement"):
        asked = "每县判断一次"
    return f"规则族 {rule.family}　插件 {rule.plugin}　{severity}　{asked}"


def explanation_sections(rule: Rule, session: Session) -> Iterator[tuple[str, list[str]]]:
    """The fixed headings with their lines, then 门槛 and, for those who write rules, 算法, where a
    rule has them."""
    template = _template(rule, session)
    yield _section("查什么", [rule.what])
    yield _section("依据", list(_sources(rule)))
    yield _section("为什么", [rule.why])
    passes = [example for example in rule.examples if example.expect is Outcome.PASS]
    fails = [example for example in rule.examples if example.expect is not Outcome.PASS]
    county = next((item for item in session.templates if item.level == "county"), None)
    yield _section("正例", [_example(example, template, county) for example in passes])
    yield _section("反例", [_example(example, template, county) for example in fails])
    yield _section("怎么办", [rule.fix])
    since = f"{rule.since}年" if rule.since else "一直有效"
    yield _section("自何时起", [since + (f"，到{rule.until}年止" if rule.until else "")])
    thresholds = list(_thresholds(rule, session, template))
    if thresholds:
        yield _section("门槛", thresholds)
    formulas = list(_formulas(rule, template, session))
    if formulas:
        yield _section("算法（写给维护规则的人）", formulas)


def _section(heading: str, lines: list[str]) -> tuple[str, list[str]]:
    return heading, [line for line in lines if line]


def _template(rule: Rule, session: Session) -> Template | None:
    """The newest template the rule is for; None if it is not installed."""
    fitting = [item for item in session.templates if item.id in rule.templates]
    return max(fitting, key=lambda item: item.edition) if fitting else None


def _formulas(rule: Rule, template: Template | None, session: Session) -> Iterator[str]:
    formula = formula_of(rule)
    if not formula:
        return
    yield f"算式：{formula}"
    if rule.when:
        yield f"何时适用：{rule.when}"
    if template is None or rule.scope is Scope.COLLECTION:
        return

    def limit_text(threshold_id: str, stage: str | None) -> str:
        """The limit in force instead of its name, where there is one for the stage."""
        found = session.profile.in_force(threshold_id, stage, template.edition)
        if found is None:
            return named_limit(threshold_id, stage)
        value = found[0].values.get(stage or "", found[0].values.get(""))
        return f"{value}{found[0].unit}"

    for stage, line in relations_by_stage(rule, template, limit_text):
        yield f"表式{f'（{stage}）' if stage else ''}：{line}"


def _sources(rule: Rule) -> Iterator[str]:
    if rule.citations and all(citation.local for citation in rule.citations):
        yield f"{LOCAL_PRACTICE}，参见："
    for citation in rule.citations:
        date = f"，{citation.date}" if citation.date else ""
        flag = "" if citation.confirmed else "（未经核实）"
        yield f"{citation}{date}{flag}"
        if citation.note:
            yield f"  注：{citation.note}"


def _label(name: str, template: Template | None) -> str:
    """The label of a field with its column: "students.total@primary" -> 在校学生数（小学段）."""
    field_id, _, column = name.partition("@")
    if template is None:
        return name
    field = template.fields().get(field_id)
    if field is None:
        return name
    sheet = template.sheet(field.sheet)
    title = next((item.title for item in sheet.columns if item.id == column), column)
    return f"{field.label}（{title}）" if title else field.label


def _value(value: Plain) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def _row(row: Mapping[str, Plain]) -> str:
    return "/".join(_value(value) for value in row.values())


def _filled_in(facts: Mapping[str, Plain], template: Template | None) -> list[str]:
    """Facts of an example with their labels; rows of tables (of a school) as tables."""
    found = []
    for name, value in facts.items():
        if isinstance(value, list):
            rows = [row for row in value if isinstance(row, dict)]
            found.append(_rows_of(name, rows, template))
        else:
            found.append(f"{_label(name, template)} {_chosen(name, value, template)}")
    return found


def _chosen(name: str, value: Plain, template: Template | None) -> str:
    """A value as it is chosen in the form: of a code list with its meaning."""
    field = template.fields().get(name.partition("@")[0]) if template else None
    codes = template.code_lists.get(field.codes or "", {}) if template and field else {}
    meaning = codes.get(str(value), "")
    return f"{value} {meaning}" if meaning else _value(value)


def _rows_of(table: str, rows: Sequence[Mapping[str, Plain]], template: Template | None) -> str:
    title = template.tables()[table].title if template and table in template.tables() else table
    told = "；".join(_row(row) for row in rows[:MOST_TOLD])
    return f"{title}：{told}" + (f"等 {len(rows)} 行" if len(rows) > MOST_TOLD else "")


def _schools(
    word: str, schools: Sequence[Mapping[str, Plain]], template: Template | None
) -> list[str]:
    told = [
        f"{word}{number}所：{'，'.join(_filled_in(school, template))}"
        for number, school in enumerate(schools[:MOST_TOLD], 1)
    ]
    return [*told, f"等 {len(schools)} 所"] if len(schools) > MOST_TOLD else told


def _example(example: Example, template: Template | None, county: Template | None) -> str:
    """An example in a line; ``county`` is the form of what the county itself says in it."""
    stage = template.stage_title(example.stage) if template and example.stage else ""
    given = _filled_in(example.facts, template)
    given += [_rows_of(table, rows, template) for table, rows in example.tables.items()]
    given += _schools("第", example.schools, template)
    given += _schools("上年第", example.last_year, template)
    if example.county:
        given.append(f"县级表：{'，'.join(_filled_in(example.county, county))}")
    result = OUTCOME_WORDS[example.expect]
    result += f"，为 {example.actual}" if example.actual else ""
    result += f"，差 {example.gap}" if example.gap else ""
    if not given and example.note:
        return f"{example.note.removesuffix('。')} → {result}"
    note = f"（{example.note}）" if example.note else ""
    head = f"{stage}：" if stage else ""
    return f"{head}{'，'.join(given)} → {result}{note}"


def _thresholds(rule: Rule, session: Session, template: Template | None) -> Iterator[str]:
    """Thresholds that the rule names, those of the profile in force included."""
    told = limits_told(rule)
    lines = (_threshold(entry, template) for entry in session.thresholds if entry.id in told)
    yield from dict.fromkeys(lines)


def _threshold(entry: Threshold, template: Template | None) -> str:
    parts = [
        f"{template.stage_title(stage) if template and stage else stage}{value}{entry.unit}"
        for stage, value in entry.values.items()
    ]
    span = f"{entry.since}年起" if entry.since else ""
    if entry.until:
        span += f"，到{entry.until}年"
    flag = "" if entry.confirmed else "　未经核实，口径文件可以覆盖"
    profile = f"　口径 {entry.profile}" if entry.profile else ""
    source = f"　来源：{entry.source}" if entry.source else ""
    return f"{entry.id}：{'、'.join(parts)}（{span or '一直有效'}）{flag}{profile}{source}"


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
    """(file name, Markdown) of the index of rules by family, and of every rule."""
    shown = {"plain": _plain, "said": _line}
    by_family: dict[str, list[tuple[Rule, str]]] = {}
    for rule in (chosen := list(rules)):
        severity = SEVERITY_NAMES[session.profile.severity(rule.id, rule.severity)]
        by_family.setdefault(rule.family, []).append((rule, severity))
    index = {
        "count": len(chosen),
        "profile": session.profile.title,
        "families": [
            {"id": family, "title": session.families.get(family, ""), "rules": members}
            for family, members in by_family.items()
        ],
    }
    yield INDEX, filled("rule_index.md", index, shown)
    for rule in chosen:
        page = {
            "rule": rule,
            "about": about(rule, session),
            "off": session.profile.disabled(rule.id),
            "sections": list(explanation_sections(rule, session)),
            "index": INDEX,
        }
        yield f"{rule.id}.md", filled("rule_page.md", page, shown)


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
