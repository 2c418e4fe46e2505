"""Examples of collection rules are run: each school's form is filled in, judged and measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from checker.authoring.example_forms import EXPECTED, errors_told, form_with
from checker.county.concluding import conclude_all
from checker.county.measuring import figures_of, gather, measure, questions
from checker.county.question import County, HandedIn
from checker.judging.engine import judge
from checker.marking.file_record import Measure
from checker.model.rules import Example, Plain, Rule
from checker.model.submission import Submission
from checker.model.template import Template
from checker.model.verdicts import Outcome
from checker.rules.profiles import Profile
from checker.rules.ruleset import RuleSet
from checker.toml_files import texts


def problem_of(
    rule: Rule,
    example: Example,
    ruleset: RuleSet,
    templates: Mapping[str, Template],
    profile: Profile,
) -> str:
    """How an example of a collection rule came out differently from what it says; "" if it did
    not. Raises ExampleError if the form does not have what the example names."""
    template = templates[rule.templates[0]]
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
        form=_county_form(example, templates),
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
