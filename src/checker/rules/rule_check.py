"""What can be said of a rule without running it: fields that a form lacks, units that do not go
together, limits nobody gives, texts that are missing. For authors, and for our own test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from checker.model.rules import Rule, Threshold
from checker.model.template import Template
from checker.model.verdicts import Outcome
from checker.rules import units
from checker.rules.expression import calls, names, parse, tables
from checker.rules.kinds import KINDS, Takes
from checker.rules.rule_reads import expressions, limits_read, placeholders
from checker.rules.ruleset import RuleSet
from checker.rules.syntax import Binary, ExpressionError, Name
from checker.toml_files import texts


class DeclaredUnits:
    """Units of a template's fields and of thresholds."""

    def __init__(self, template: Template, limits: Mapping[str, Threshold]) -> None:
        self._template = template
        self._limits = limits

    def measure_of(self, name: str) -> units.Measure:
        """Of a field or ``table.column``. Raises KeyError."""
        declared = self._template.declared(name)
        if declared is None:
            raise KeyError(name)
        return units.of_field(declared.type, declared.unit)

    def threshold_measure(self, threshold_id: str) -> units.Measure:
        """Of a threshold. Raises KeyError."""
        return units.of_unit(self._limits[threshold_id].unit)


def text_problems(rule: Rule) -> Iterator[str]:
    """What a reader would miss: source, purpose, how to mend it, examples both ways."""
    if not rule.citations or not any(str(citation) for citation in rule.citations):
        yield "sources：没有写依据"
    for key, text in (("what", rule.what), ("why", rule.why), ("fix", rule.fix)):
        if not text.strip():
            yield f"{key}：没有写"
        elif text.strip()[-1] not in "。！？”）":
            yield f"{key}：应是完整的句子，以句号结尾"
    if not rule.examples:
        yield "examples：没有例子"
        return
    expected = {example.expect for example in rule.examples}
    if Outcome.PASS not in expected:
        yield "examples：缺少一个通过的例子"
    if not expected & {Outcome.FAIL, Outcome.DOUBT, Outcome.UNMET}:
        yield "examples：缺少一个不通过的例子"


AGAINST = "against"
"""The key of collection rules that is read on the county's own form."""


def static_problems(
    rule: Rule, ruleset: RuleSet, templates: Mapping[str, Template]
) -> Iterator[str]:
    """Unknown templates, fields, tables, stages, limits, code lists and rules; units that must not
    be compared."""
    limits = {entry.id: entry for entry in ruleset.thresholds}
    yield from _limit_problems(rule, limits)
    used = [templates[name] for name in rule.templates if name in templates]
    yield from _message_problems(rule, used)
    counties = [item for item in templates.values() if item.level == "county"]
    for name in sorted(_asked_for(rule)):
        if used and not any(_knows(template, name) for template in used):
            yield f"given：没有一个模板有字段 {name}"
    for template_id in rule.templates:
        template = templates.get(template_id)
        if template is None:
            yield f"templates：没有模板 {template_id}"
            continue
        for problem in _template_problems(rule, template, limits, ruleset):
            yield f"（模板 {template_id}）{problem}"
    told = [list(_county_problems(rule, DeclaredUnits(item, limits))) for item in counties]
    yield from min(told, key=len, default=[])  # one county's form that has it is enough
    for item in texts(rule.spec.get("of")) if rule.kind == "composite" else ():
        for rule_id in (name.strip() for name in item.split("+")):
            if not any(other.id == rule_id for other in ruleset.rules):
                yield f"of：没有规则 {rule_id}"


def unused_thresholds(ruleset: RuleSet, plugin_rules: Iterable[Rule]) -> set[str]:
    """Ids of thresholds that none of these rules reads (a function may read them by name, then
    they stand in its ``limits`` key)."""
    used: set[str] = set()
    for rule in plugin_rules:
        used.update(limit for _, limit in limits_read(rule))
    return {entry.id for entry in ruleset.thresholds} - used


def _limit_problems(rule: Rule, limits: Mapping[str, Threshold]) -> Iterator[str]:
    for key, threshold_id in dict.fromkeys(limits_read(rule)):
        if threshold_id[:1].isupper() and threshold_id not in limits:
            yield f"{key}：没有限值 {threshold_id}"


def _message_problems(rule: Rule, used: Sequence[Template]) -> Iterator[str]:
    """Fields in the {placeholders} of a message that no form of the rule has."""
    for text in placeholders(rule.message or ""):
        for name in names(parse(text)):
            if "." in name and used and not any(_knows(each, name) for each in used):
                yield f"message：没有字段 {name}"


def _template_problems(
    rule: Rule,
    template: Template,
    limits: Mapping[str, Threshold],
    ruleset: RuleSet,
) -> Iterator[str]:
    declared = DeclaredUnits(template, limits)
    known_stages = {stage.id for stage in template.stages}
    for stage in rule.stages:
        if stage not in known_stages:
            yield f"stages：没有学段 {stage}"
    known_tables = template.tables()
    if rule.table is not None and rule.table not in known_tables:
        yield f"table：没有表 {rule.table}"
    for name in rule.at:
        if template.declared(name) is None:
            yield f"at：没有字段 {name}"
    asked = _asked_for(rule) - template.fields().keys()
    for key, node in expressions(rule):
        if key == AGAINST:
            continue
        unknown = (table for table in tables(node) if table not in known_tables)
        yield from (f"{key}：没有表 {table}" for table in unknown)
        if any(name in asked for name in names(node)):
            continue  # given() guards a field that only another of its forms has
        text = rule.when if key == "when" else str(rule.spec.get(key, ""))
        try:
            units.measure(node, declared, text or "")
        except ExpressionError as error:
            yield f"{key}：{error.message}"
        except KeyError as missing:
            yield f"{key}：没有 {missing.args[0]}"
    with suppress(ExpressionError, KeyError):  # an unknown field or wrong expression is told above
        yield from _joint_problems(rule, declared)
        if rule.kind == "indicator":
            yield from _indicator_problems(rule, declared)
        elif rule.kind == "range":
            yield from _range_problems(rule, declared, limits)
    yield from _column_problems(rule, template)
    yield from _code_list_problems(rule, template, ruleset)


def _county_problems(rule: Rule, declared: DeclaredUnits) -> Iterator[str]:
    """What a collection rule reads on the county's own form."""
    for key, node in expressions(rule):
        if key != AGAINST:
            continue
        try:
            units.measure(node, declared, str(rule.spec[AGAINST]))
        except ExpressionError as error:
            yield f"{key}（县级自查表）：{error.message}"
        except KeyError as missing:
            yield f"{key}（县级自查表）：没有字段 {missing.args[0]}"


def _knows(template: Template, name: str) -> bool:
    return name in template.fields() or name.rpartition(".")[0] in template.tables()


def _asked_for(rule: Rule) -> set[str]:
    """Fields that the rule asks for with given() before it reads them."""
    return {
        call.arguments[0].id
        for _, node in expressions(rule)
        for call in calls(node)
        if call.function == "given" and isinstance(call.arguments[0], Name)
    }


def _joint_problems(rule: Rule, declared: DeclaredUnits) -> Iterator[str]:
    """Keys whose values are compared with each other must be of one unit."""
    if rule.kind not in _TOGETHER:
        return
    first, other = _TOGETHER[rule.kind]
    if rule.spec.get("columns") == []:  # rows that are only added up across
        return
    group = [str(rule.spec[first]), *texts(rule.spec[other])]
    found = [units.measure(parse(text), declared, text) for text in group]
    for text, each in zip(group[1:], found[1:], strict=True):
        if units.same(found[0], each) is None:
            yield f"{other}：{group[0]} 的单位是{found[0]}，{text} 的单位是{each}，不能相比"


_TOGETHER = {
    "sum": ("total", "parts"),
    "table_sum": ("total", "parts"),
    "subset": ("whole", "parts"),
    "growth": ("current", "previous"),
}
"""By kind the keys whose values are compared."""


_SCALES = {"%": 100, "‰": 1000}
"""What a plain quotient is multiplied with to be in this unit."""


def _indicator_problems(rule: Rule, declared: DeclaredUnits) -> Iterator[str]:
    """What an indicator comes to, against the unit that it says it is in."""
    text = str(rule.spec["numerator"])
    node = parse(text)
    if "denominator" in rule.spec:
        node = Binary("/", node, parse(str(rule.spec["denominator"])), 0)
    figure = units.measure(node, declared, text)
    unit, scale = str(rule.spec["unit"]), rule.spec.get("scale", 1)
    if figure.units == () and unit in _SCALES:
        if scale != _SCALES[unit]:
            yield (
                f"unit：单位是 {unit} 时，两个数相除后要乘 {_SCALES[unit]}，这里的 scale 是 {scale}"
            )
    elif scale == 1 and figure.unit in units.MEASURES and figure.unit != _plain(unit):
        yield f"unit：算出来的数单位是{figure.unit}，这里写的是{unit or '没有单位'}，不能相比"


def _range_problems(
    rule: Rule, declared: DeclaredUnits, limits: Mapping[str, Threshold]
) -> Iterator[str]:
    """What is looked at, against the units of its limits."""
    text = str(rule.spec["value"])
    figure = units.measure(parse(text), declared, text)
    for key in ("minimum", "maximum"):
        limit = limits.get(str(rule.spec.get(key, "")))
        if limit is not None and units.same(figure, units.of_unit(limit.unit)) is None:
            yield f"{key}：{text} 的单位是{figure}，限值 {limit.id} 的单位是{limit.unit}，不能相比"


def _plain(unit: str) -> str:
    """元/人 is 元 for each of something that is counted."""
    unit = units.SYNONYMS.get(unit, unit)
    return unit if unit in units.MEASURES and "/" not in unit else unit.partition("/")[0]


def _column_problems(rule: Rule, template: Template) -> Iterator[str]:
    """Columns that a table sum or a score table speaks of and the fields or the table lack."""
    fields, spec = template.fields(), rule.spec
    named: list[tuple[str, str]] = []  # a key that names columns, and the field that has them
    if rule.kind == "table_sum":
        total = str(spec["total"])
        named = [(key, total) for key in ("columns", "total_column", "part_columns")]
        if ("total_column" in spec) != ("part_columns" in spec):
            yield "total_column、part_columns：要么都写，要么都不写"
        elif spec.get("columns") == [] and "total_column" not in spec:
            yield "columns：写 [] 是只核对横向合计，要写 total_column、part_columns"
    elif rule.kind == "score_table":
        named = [("stated", field) for field in texts(spec["sections"])]
        table = template.tables().get(str(spec["section"]).rpartition(".")[0])
        known = {column.id for column in table.columns} if table else set()
        for column in texts(spec["columns"]):
            if known and column not in known:
                yield f"columns：没有 {column} 这一列"
    for key, field in named:
        own = fields[field].columns if field in fields else ()
        for column in texts(spec.get(key)):
            if own and column not in own:
                yield f"{key}：{field} 没有 {column} 这一栏"


def _code_list_problems(rule: Rule, template: Template, ruleset: RuleSet) -> Iterator[str]:
    for key in KINDS[rule.kind].keys:
        if key.takes is Takes.CODE_LIST and key.name in rule.spec:
            list_id = str(rule.spec[key.name])
            own = ruleset.code_lists.get(rule.plugin, {})
            if list_id not in own and list_id not in template.code_lists:
                yield f"{key.name}：没有代码表 {list_id}"
