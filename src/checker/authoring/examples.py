"""Examples of rules are run: the form is filled in with the example's facts and really judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from checker.county.concluding import conclude_all
from checker.county.measuring import figures_of, gather, measure, questions
from checker.county.question import County, HandedIn
from checker.forms.typed_value import blank_fact
from checker.judging.engine import judge
from checker.marking.file_record import Measure
from checker.model.report import Report
from checker.model.rules import Example, Plain, Rule
from checker.model.submission import (
    Explanation,
    Fact,
    FactRef,
    FactState,
    FactValue,
    Submission,
    TableRow,
)
from checker.model.template import PREVIOUS_SUFFIX, SHARED, WHOLE, Field, Template
from checker.model.verdicts import Outcome, RuleError, Scope, Severity, Verdict
from checker.rules.profiles import Profile, build
from checker.rules.ruleset import RuleSet
from checker.toml_files import texts
from checker.trouble import UserMistake


class ExampleResult(Struct, frozen=True):
    """How one example of one rule came out. ``problem`` is "" if it came out as it says."""

    rule: str
    number: int  # 1-based
    template: str
    problem: str
    verdicts: tuple[Verdict, ...] = ()


def run_examples(
    rule: Rule, ruleset: RuleSet, templates: Mapping[str, Template], profile: Profile | None = None
) -> Iterator[ExampleResult]:
    """Every example of a rule, on the first of the rule's templates that has all of its facts.

    ``templates`` maps template ids to templates; ``profile`` defaults to the national one.
    """
    run = _Examples(rule, ruleset, templates, profile)
    for number, example in enumerate(rule.examples, 1):
        yield run.on_county(number, example) if run.of_county else run.on_school(number, example)


class _Examples(Struct, frozen=True):
    """What the examples of one rule are judged with."""

    rule: Rule
    ruleset: RuleSet
    templates: Mapping[str, Template]
    profile: Profile | None

    @property
    def of_county(self) -> bool:
        return self.rule.scope is Scope.COLLECTION

    def on_school(self, number: int, example: Example) -> ExampleResult:
        rule, ruleset = self.rule, self.ruleset
        problems: list[str] = []
        for template_id in rule.templates:
            template = self.templates.get(template_id)
            if template is None:
                problems.append(f"没有模板 {template_id}")
                continue
            try:
                submission = submission_for(example, template)
                last_year = None
                if example.previous:
                    last_year = form_with(template, example.previous, {}, example.stage)
            except ExampleError as error:
                problems.append(f"模板 {template_id}：{error}")
                continue
            used = self.profile or build(ruleset.thresholds, edition=_edition(rule, template))
            used = with_definitions(used, example.definitions)
            only = replace(ruleset, chosen=frozenset({rule.id}))
            report = judge(submission, only, used, last_year)
            if example.expect is Outcome.EXPLAINED:
                report = judge(_explained(report), only, used, last_year)
            verdicts = verdicts_of(report, rule.id, example.stage)
            problem = errors_told(report.errors) or _compared(rule, example, verdicts)
            return ExampleResult(rule.id, number, template_id, problem, verdicts)
        return ExampleResult(rule.id, number, "", "；".join(problems) or "规则没有模板")

    def on_county(self, number: int, example: Example) -> ExampleResult:
        """Each school's form is filled in, judged and measured."""
        try:
            problem = self._problem_of(example)
        except (ExampleError, KeyError, ValueError) as error:
            problem = str(error)
        return ExampleResult(self.rule.id, number, next(iter(self.rule.templates), ""), problem)

    def _problem_of(self, example: Example) -> str:
        """How an example of a collection rule came out differently from what it says; "" if it did
        not. Raises ExampleError if the form does not have what the example names."""
        rule, ruleset = self.rule, self.ruleset
        profile = self.profile or build(ruleset.thresholds)
        template = self.templates[rule.templates[0]]
        parts = [rule.id, *texts(rule.spec.get("of"))]
        rules = [item for item in ruleset if item.id in parts]

        def filled(schools: Iterable[Mapping[str, Plain]]) -> list[HandedIn]:
            return [
                HandedIn(
                    str(number),
                    f"第{number}所学校",
                    "",
                    template.id,
                    partial(_filled, school, template, example.stage),
                )
                for number, school in enumerate(schools, 1)
            ]

        def measured(forms: Iterable[HandedIn]) -> list[tuple[str, tuple[Measure, ...]]]:
            return [(form.code, _measures(form.read(), rules, ruleset, profile)) for form in forms]

        forms, earlier = filled(example.schools), filled(example.last_year)
        stages = {stage.id: stage.title for stage in template.stages}
        county = County(
            measured=gather(measured(forms)),
            earlier=gather(measured(earlier)),
            names={form.code: form.name for form in forms},
            stages=stages,
            edition=template.edition,
            form=_county_form(example, self.templates),
            forms=forms,
            earlier_forms=earlier,
        )
        concluded = conclude_all([rule], county, ruleset, profile)
        if concluded.errors:
            return errors_told(concluded.errors)
        found = [
            item
            for item in concluded.findings
            if not example.stage or item.stage in (example.stage, "")
        ]
        expected = EXPECTED.get((example.expect, rule.severity), example.expect)
        if not found:
            return "" if expected is Outcome.PASS and rule.kind in _SILENT else "没有得出任何结论"
        for item in found:
            if item.outcome is expected and example.actual in (None, item.actual):
                return ""
        told = "；".join(f"{item.outcome.value} {item.actual}（{item.message}）" for item in found)
        return f"应为 {expected.value} {example.actual or ''}，却是 {told}"


def with_definitions(profile: Profile, definitions: Mapping[str, str]) -> Profile:
    """The profile with these choices."""
    return replace(profile, definitions={**profile.definitions, **definitions})


def verdicts_of(report: Report, rule_id: str, stage: str | None) -> tuple[Verdict, ...]:
    """What a rule said, in words: of a stage and of the whole, or of everything."""
    return tuple(
        verdict.worded()
        for verdict in report.verdicts
        if verdict.rule == rule_id and (not stage or verdict.unit.stage in (stage, None))
    )


def _explained(report: Report) -> Submission:
    """The form with a text in the sheet 说明 for everything that is in doubt."""
    doubted = [each for each in report.verdicts if each.outcome is Outcome.DOUBT]
    texts = {
        each.key: Explanation(each.key, "情况属实。", row, each.worded().message)
        for row, each in enumerate(doubted, 1)
    }
    return replace(report.submission, explanations=texts)


def _edition(rule: Rule, template: Template) -> int | None:
    """A rule's own year where it is not in force in the form's edition."""
    if rule.since > template.edition:
        return rule.since
    if rule.until is not None and rule.until < template.edition:
        return rule.until
    return None


_GOOD = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE})


def _compared(rule: Rule, example: Example, verdicts: tuple[Verdict, ...]) -> str:
    """How the verdicts differ from what the example expects; "" if they do not."""
    if not verdicts:
        return "没有得出任何结论"
    expected = EXPECTED.get((example.expect, rule.severity), example.expect)
    matching = [verdict for verdict in verdicts if verdict.outcome is expected]
    all_alike = expected in _GOOD
    if not matching or (all_alike and {each.outcome for each in verdicts} - _GOOD):
        told = "；".join(f"{verdict.outcome.value}（{verdict.message}）" for verdict in verdicts)
        return f"应为 {expected.value}，却是 {told}"
    for verdict in matching:
        differing = _shown_differently(example, verdict)
        if not differing:
            return ""
    return differing


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


_SILENT = frozenset({"outlier", "cohort"})
"""Kinds that only speak of schools that stand out: saying nothing is passing."""


def _filled(school: Mapping[str, Plain], template: Template, stage: str | None) -> Submission:
    tables = {
        key: [row for row in value if isinstance(row, dict)]
        for key, value in school.items()
        if isinstance(value, list)
    }
    facts = {key: value for key, value in school.items() if key not in tables}
    return form_with(template, facts, tables, stage)


def _measures(
    submission: Submission, rules: list[Rule], ruleset: RuleSet, profile: Profile
) -> tuple[Measure, ...]:
    report = judge(submission, ruleset, profile)
    found = measure(report, questions(rules), figures_of(submission, ruleset, profile))
    if found.errors:
        raise ValueError("；".join(error.message for error in found.errors))
    return found.measures


def _county_form(example: Example, templates: Mapping[str, Template]) -> Submission | None:
    if not example.county:
        return None
    template = next(item for item in templates.values() if item.level == "county")
    return form_with(template, example.county, {}, example.stage)


# -- the form of an example: its facts typed in, all else left empty --------------------------


EXPECTED: Mapping[tuple[Outcome, Severity], Outcome] = {
    (Outcome.FAIL, Severity.SOFT): Outcome.DOUBT,
    (Outcome.FAIL, Severity.INFO): Outcome.DOUBT,
    (Outcome.FAIL, Severity.STANDARD): Outcome.UNMET,
}
"""``expect = "fail"`` of a rule that is not hard means 存疑, of a standard 未达标."""


class ExampleError(UserMistake):
    """An example that cannot be filled in: it names a field or a stage the form does not have."""


def errors_told(errors: Iterable[RuleError]) -> str:
    """What went wrong, with the line of the plugin's code where that is known; "" for nothing."""
    return "；".join(
        f"{error.message}（{error.where}）" if ".py:" in error.where else error.message
        for error in errors
    )


def submission_for(example: Example, template: Template) -> Submission:
    """The form with the example's facts typed in and all else left empty. Raises ExampleError."""
    return form_with(template, example.facts, example.tables, example.stage)


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
        raise ExampleError(f"模板没有学段 {stage}，有 {'、'.join(known_stages) or '（没有学段）'}")
    stages = _stages(template, typed, stage, known_stages)
    facts: dict[FactRef, Fact] = {}
    for field in fields.values():
        for column in field.columns:
            ref = FactRef(field.id, column)
            facts[ref] = blank_fact(ref, field)
    for name, value in typed.items():
        field_id, _, column = name.partition("@")
        found = fields.get(field_id)
        if found is None:
            raise ExampleError(f"没有字段 {field_id}")
        place = column or _column(found, stage, stages)
        ref = FactRef(field_id, place)
        if ref not in facts:
            listed = "、".join(found.columns)
            raise ExampleError(f"字段 {field_id} 没有栏目 {place}，有 {listed}")
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
            facts[column.id] = blank_fact(ref, column) if given is None else _fact(ref, given)
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
