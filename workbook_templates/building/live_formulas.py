"""The formulas of the sheet 指标, from the rules that it lists and the limits of a profile."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from checker_templates.building.excel_expression import (
    TRUE,
    ExcelTranslator,
    NotInExcelError,
    grouped,
    number_text,
)
from checker_templates.building.indicator_formulas import IndicatorFormula, IndicatorFormulas

from checker.judging.wording import requirement
from checker.model.rules import Rule
from checker.model.template import WHOLE, Template
from checker.model.verdicts import Scope, Severity
from checker.rules.expression import parse
from checker.rules.profiles import Profile
from checker.rules.ruleset import RuleSet


def live_formulas(template: Template, ruleset: RuleSet, profile: Profile) -> IndicatorFormulas:
    """A formula for each rule of kind indicator on the template's sheet 指标, in each of its stages
    (or "whole") for which the profile has a limit. Rules that are not installed are left out."""
    rules = {rule.id: rule for rule in ruleset.for_template(template.id, template.edition)}
    listed = [rule_id for sheet in template.sheets for rule_id in sheet.indicators]
    formulas: dict[tuple[str, str], IndicatorFormula] = {}
    for rule_id in listed:
        rule = rules.get(rule_id)
        if rule is None or rule.kind != "indicator":
            continue
        for stage in _stages_of(rule, template):
            formula = _formula(rule, template, profile, stage)
            if formula is not None:
                formulas[rule_id, stage or WHOLE] = formula
    return formulas


def _stages_of(rule: Rule, template: Template) -> list[str | None]:
    if rule.scope is not Scope.STAGE:
        return [None]
    stages = [stage.id for stage in template.stages]
    return [stage for stage in stages if not rule.stages or stage in rule.stages]


def _formula(
    rule: Rule, template: Template, profile: Profile, stage: str | None
) -> IndicatorFormula | None:
    """None when the profile has no limit for the stage, or the stage has no such figure."""
    spec = rule.spec
    limit = profile.value(str(spec["threshold"]), stage, template.edition)
    if limit is None:
        return None
    translator = ExcelTranslator(template, profile, stage)
    scale = Fraction(str(spec.get("scale", 1)))
    try:
        formula = translator.translate(parse(str(spec["numerator"])))
        if scale != 1:
            formula = f"{grouped(formula)}*{number_text(scale)}"
        if "denominator" in spec:
            denominator = translator.translate(parse(str(spec["denominator"])))
            formula = f"{grouped(formula)}/{grouped(denominator)}"
        condition = translator.translate(parse(rule.when)) if rule.when else TRUE
    except NotInExcelError:
        return None
    compare, unit = str(spec.get("compare", ">=")), str(spec["unit"])
    return IndicatorFormula(
        title=rule.title,
        unit=unit,
        formula=formula,
        limit_text=requirement(compare, limit, "").text,
        compare=compare,
        limit=Decimal(limit.numerator) / Decimal(limit.denominator),
        digits=int(str(spec.get("digits", 2))),
        condition="" if condition == TRUE else condition,
        informs=rule.severity is Severity.INFO,
    )
