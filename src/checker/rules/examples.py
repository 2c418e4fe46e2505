"""Examples of rules are run: the form is filled in with the example's facts and really judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from checker.judging.engine import judge
from checker.model.rules import Example, Plain, Rule
from checker.model.submission import (
    Fact,
    FactRef,
    FactState,
    FactValue,
    Submission,
    TableRow,
)
from checker.model.template import (
    PREVIOUS_SUFFIX,
    SHARED,
    WHOLE,
    Blank,
    Field,
    FieldType,
    Template,
)
from checker.model.verdicts import Outcome, Scope, Severity, Verdict
from checker.rules.profiles import Profile, build
from checker.rules.ruleset import RuleSet

EXPECTED: Mapping[tuple[Outcome, Severity], Outcome] = {
    (Outcome.FAIL, Severity.SOFT): Outcome.DOUBT,
    (Outcome.FAIL, Severity.INFO): Outcome.DOUBT,
    (Outcome.FAIL, Severity.STANDARD): Outcome.UNMET,
}
"""``expect = "fail"`` of a rule that is not hard means 存疑, of a standard 未达标."""


class ExampleResult(Struct, frozen=True):
    """How one example of one rule came out. ``problem`` is "" if it came out as it says."""

    rule: str
    number: int  # 1-based
    template: str
    problem: str
    verdicts: tuple[Verdict, ...] = ()


class ExampleError(Exception):
    """An example that cannot be filled in: it names a field or a stage the form does not have."""


def run_examples(
    rule: Rule, ruleset: RuleSet, templates: Mapping[str, Template], profile: Profile | None = None
) -> Iterator[ExampleResult]:
    """Every example of a rule, on the first of the rule's templates that has all of its facts.

    ``templates`` maps template ids to templates; ``profile`` defaults to the national one.
    """
    for number, example in enumerate(rule.examples, 1):
        yield _run(rule, number, example, ruleset, templates, profile)


def _run(
    rule: Rule,
    number: int,
    example: Example,
    ruleset: RuleSet,
    templates: Mapping[str, Template],
    profile: Profile | None,
) -> ExampleResult:
    if rule.scope is Scope.COLLECTION:
        return _run_collection(rule, number, example, ruleset, templates, profile)
    problems: list[str] = []
    for template_id in rule.templates:
        template = templates.get(template_id)
        if template is None:
            problems.append(f"没有模板 {template_id}")
            continue
        try:
            submission = submission_for(example, template)
            last_year = submission_of_last_year(example, template)
        except ExampleError as error:
            problems.append(f"模板 {template_id}：{error}")
            continue
        used = profile or build(ruleset.thresholds, edition=_edition(rule, template))
        if example.definitions:
            used = replace(used, definitions={**used.definitions, **example.definitions})
        only = replace(ruleset, chosen=frozenset({rule.id}))
        report = judge(submission, only, used, last_year)
        errors = "；".join(
            f"{error.message}（{error.where}）" if ".py:" in error.where else error.message
            for error in report.errors
        )
        verdicts = tuple(
            verdict
            for verdict in report.verdicts
            if verdict.rule == rule.id
            and (not example.stage or verdict.unit.stage in (example.stage, None))
        )
        problem = errors or _compared(rule, example, verdicts)
        return ExampleResult(rule.id, number, template_id, problem, verdicts)
    return ExampleResult(rule.id, number, "", "；".join(problems) or "规则没有模板")


def _run_collection(
    rule: Rule,
    number: int,
    example: Example,
    ruleset: RuleSet,
    templates: Mapping[str, Template],
    profile: Profile | None,
) -> ExampleResult:
    from checker.county.examples import problem_of

    used = profile or build(ruleset.thresholds)
    try:
        problem = problem_of(rule, example, ruleset, templates, used)
    except (ExampleError, KeyError, ValueError) as error:
        problem = str(error)
    return ExampleResult(rule.id, number, rule.templates[0] if rule.templates else "", problem)


def _edition(rule: Rule, template: Template) -> int | None:
    """A rule's own year where it is not in force in the form's edition."""
    if rule.since > template.edition:
        return rule.since
    if rule.until is not None and rule.until < template.edition:
        return rule.until
    return None


def _compared(rule: Rule, example: Example, verdicts: tuple[Verdict, ...]) -> str:
    """How the verdicts differ from what the example expects; "" if they do not."""
    if not verdicts:
        return "没有得出任何结论"
    expected = EXPECTED.get((example.expect, rule.severity), example.expect)
    matching = [verdict for verdict in verdicts if verdict.outcome is expected]
    all_alike = expected in (Outcome.PASS, Outcome.NOT_APPLICABLE)
    if not matching or (all_alike and any(_bad(verdict) for verdict in verdicts)):
        told = "；".join(f"{verdict.outcome.value}（{verdict.message}）" for verdict in verdicts)
        return f"应为 {expected.value}，却是 {told}"
    for verdict in matching:
        differing = _shown_differently(example, verdict)
        if not differing:
            return ""
    return differing


def _bad(verdict: Verdict) -> bool:
    return verdict.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE)


def _shown_differently(example: Example, verdict: Verdict) -> str:
    if example.actual is not None and _tight(str(verdict.actual)) != _tight(example.actual):
        return f"实际值应显示为 {example.actual}，却是 {verdict.actual}"
    if example.gap is not None:
        gap = verdict.gap
        shown = _tight(str(gap)) if gap else ""
        number = _tight(f"{gap}".split(" ")[1]) if gap else ""
        if _tight(example.gap) not in (shown, number):
            return f"差额应显示为 {example.gap}，却是 {gap}"
    return ""


def _tight(text: str) -> str:
    return "".join(text.split())


def submission_for(example: Example, template: Template) -> Submission:
    """The form with the example's facts typed in and all else left empty. Raises ExampleError."""
    return form_with(template, example.facts, example.tables, example.stage)


def submission_of_last_year(example: Example, template: Template) -> Submission | None:
    """Last year's form, where the example gives facts of it. Raises ExampleError."""
    if not example.previous:
        return None
    return form_with(template, example.previous, {}, example.stage)


def form_with(
    template: Template,
    typed: Mapping[str, Plain],
    rows: Mapping[str, list[dict[str, Plain]]],
    stage: str | None,
) -> Submission:
    """The form with these facts and table rows typed in. Raises ExampleError."""
    fields = template.fields()
    known_stages = [item.id for item in template.stages]
    if stage is not None and stage not in known_stages:
        raise ExampleError(f"模板没有学段 {stage}")
    stages = _stages(template, typed, stage, known_stages)
    facts: dict[FactRef, Fact] = {}
    for field in fields.values():
        for column in field.columns:
            ref = FactRef(field.id, column)
            facts[ref] = _blank(ref, field.blank, field.type)
    for name, value in typed.items():
        field_id, _, column = name.partition("@")
        found = fields.get(field_id)
        if found is None:
            raise ExampleError(f"没有字段 {field_id}")
        place = column or _column(found, stage, stages)
        ref = FactRef(field_id, place)
        if ref not in facts:
            raise ExampleError(f"字段 {field_id} 没有栏目 {place}")
        facts[ref] = _fact(ref, value)
    return Submission(
        name="例",
        template=template,
        facts=facts,
        tables=dict.fromkeys(template.tables(), ())
        | {
            table_id: tuple(_rows(template, table_id, entries))
            for table_id, entries in rows.items()
        },
        stages=stages,
    )


def _stages(
    template: Template, typed: Mapping[str, Plain], stage: str | None, known: list[str]
) -> tuple[str, ...]:
    """Stages of the example's school: by its type if the example says one, else those it names."""
    split = template.split
    if split.field is None:
        return tuple(known)
    named = {name.partition("@")[2].removesuffix(PREVIOUS_SUFFIX) for name in typed}
    code = typed.get(split.field)
    wanted = named | ({stage} if stage else set())
    if code is not None:
        wanted |= set(split.by_code.get(str(code), ()))
    for flag, attached in split.attached.items():
        if typed.get(flag) is True:
            wanted.add(attached)
    return tuple(item for item in known if item in wanted) or (known[0],)


def _column(field: Field, stage: str | None, stages: tuple[str, ...]) -> str:
    """The column that a fact without one belongs to."""
    if stage is not None and stage in field.columns:
        return stage
    if WHOLE in field.columns:
        return WHOLE
    for name in stages:
        if name in field.columns:
            return name
    return SHARED if SHARED in field.columns else field.columns[0]


def _rows(template: Template, table_id: str, entries: list[dict[str, Plain]]) -> Iterator[TableRow]:
    table = template.tables().get(table_id)
    if table is None:
        raise ExampleError(f"没有表 {table_id}")
    columns = {column.id: column for column in table.columns}
    for ordinal, entry in enumerate(entries, 1):
        unknown = [name for name in entry if name not in columns]
        if unknown:
            raise ExampleError(f"表 {table_id} 没有列 {'、'.join(unknown)}")
        facts: dict[str, Fact] = {}
        for column in table.columns:
            ref = FactRef(f"{table_id}.{column.id}", "", ordinal)
            given = entry.get(column.id)
            facts[column.id] = (
                _blank(ref, column.blank, column.type) if given is None else _fact(ref, given)
            )
        yield TableRow(ordinal, facts)


def _fact(ref: FactRef, value: Plain) -> Fact:
    typed: FactValue
    if isinstance(value, bool | str | date | Decimal):
        typed = value
    elif isinstance(value, int):
        typed = Decimal(value)
    else:
        raise ExampleError(f"{ref} 的值不能是 {type(value).__name__}")
    return Fact(ref, FactState.GIVEN, typed, None, str(value))


def _blank(ref: FactRef, blank: Blank, kind: FieldType) -> Fact:
    if blank is not Blank.ZERO:
        return Fact(ref, FactState.BLANK)
    return Fact(ref, FactState.BLANK, False if kind is FieldType.FLAG else Decimal(0))
