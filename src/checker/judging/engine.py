"""The engine: submission + rules + profile -> report. Pure: no files, no spreadsheet, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from checker.judging.form_findings import form_verdicts, indicator_verdicts, last_year_verdicts
from checker.judging.plan import Group, plan_for
from checker.model.report import Report
from checker.model.rules import Rule
from checker.model.submission import FactRef, Submission
from checker.model.verdicts import (
    Outcome,
    Passed,
    RuleError,
    Said,
    Scope,
    Severity,
    UnitRef,
    Verdict,
)
from checker.plugins.failure import PluginFailure
from checker.rules.context import Context
from checker.rules.kinds import evaluator
from checker.rules.places import places_of
from checker.rules.profiles import Profile
from checker.rules.ruleset import Functions, RuleSet
from checker.rules.unit import Unit, UnitKey, key_of
from checker.rules.values import MissingInput, NotApplicable, RuleDefect, Value, Values
from checker.rules.wording import missing_labels

if TYPE_CHECKING:
    from checker.rules.screening.figures import Figures
    from checker.rules.screening.screens import Screen

WHOLE_WORDS = {"county": "全县", "kindergarten": "全园"}
"""What the whole is called, by the template's level; 全校 otherwise."""


def judge(
    submission: Submission,
    ruleset: RuleSet,
    profile: Profile,
    previous: Submission | None = None,
) -> Report:
    """All verdicts on one submission: problems of the form first, then rules in their order.

    ``previous`` is last year's submission of the same school, if there is one. A rule that goes
    wrong becomes a RuleError in ``Report.errors``; every other verdict stands.
    """
    return Run(submission, ruleset, profile, previous).report()


def whole_label(submission: Submission) -> str:
    """全校, 全县 or 全园."""
    return WHOLE_WORDS.get(submission.template.level, "全校")


class Run:
    """One judgement. Verdicts are worked out when they are first asked for, so that a composite
    rule may stand before the rules it is made of."""

    def __init__(
        self,
        submission: Submission,
        ruleset: RuleSet,
        profile: Profile,
        previous: Submission | None,
    ) -> None:
        self.submission = submission
        self.ruleset = ruleset
        self.profile = profile
        self.functions: Functions | None = ruleset.functions
        last_year = Values(previous) if previous is not None else None
        self.values = Values(submission, last_year)
        self.whole = Unit(self.values, UnitRef(Scope.SUBMISSION, whole_label(submission)))
        template = submission.template
        self.stages = {
            stage: Unit(self.values, UnitRef(Scope.STAGE, template.stage_title(stage), stage))
            for stage in submission.stages
        }
        self.plan = plan_for(ruleset, profile, template)
        self.in_force = self.plan.in_force
        self.code_list = self.plan.code_list
        self._screens = self.plan.screens()
        self.errors: list[RuleError] = []
        self._known: dict[str, dict[UnitKey, tuple[Verdict, ...] | None]] = {}
        self._conditions: dict[tuple[str, str | None], bool] = {}
        self._figures: dict[UnitKey, Figures] = {}
        self._units: dict[Group, Sequence[Unit]] = {}

    def report(self) -> Report:
        """Everything that is to be reported."""
        verdicts: list[Verdict] = []
        for rule in self.plan.reported:
            for unit in self.units(rule):
                verdicts += self._verdicts(rule, unit)
        form_rules = self.plan.form_rules
        form = form_verdicts(self.submission, self.whole, self.stages)
        form += indicator_verdicts(self.submission, verdicts, self.whole, self.stages)
        form += last_year_verdicts(self.values, self.whole, self.stages)
        settled = [
            self.settled(verdict, form_rules.get(verdict.rule))
            for verdict in form
            if self.ruleset.reported(verdict.rule) and not self.profile.disabled(verdict.rule)
        ]
        self._known.clear()  # verdicts know their run: without this, only the collector frees them
        everything = (*settled, *verdicts)
        return Report(self.submission, everything, tuple(self.errors), self.profile.id, run=self)

    def units(self, rule: Rule) -> Iterable[Unit]:
        """The units a rule is asked about."""
        group = self.plan.groups[rule.id]
        found = self._units.get(group)
        if found is None:
            found = self._units_of(rule)
            if found is None:
                return ()
            self._units[group] = found
        return found

    def _units_of(self, rule: Rule) -> Sequence[Unit] | None:
        if rule.scope is Scope.SUBMISSION:
            return (self.whole,)
        if rule.scope is Scope.STAGE:
            wanted = rule.stages
            return [unit for stage, unit in self.stages.items() if not wanted or stage in wanted]
        try:
            return self._rows(rule)
        except MissingInput:
            return ()  # no table, no rows: the form rules say so
        except RuleDefect as defect:  # of each rule anew
            self.errors.append(RuleError(rule.plugin, rule.id, str(defect), rule.path))
            return None

    # -- what a context asks -----------------------------------------------------------------

    def title_of(self, rule_id: str) -> str:
        """Title of a rule; its id if it does not run on this submission."""
        rule = self.plan.by_id.get(rule_id)
        return rule_id if rule is None else rule.title

    def verdicts_of(self, rule_id: str, unit: UnitRef) -> tuple[Verdict, ...]:
        """Verdicts of a rule on a unit; none if it does not run on this submission or went wrong.

        Raises RuleDefect if the rule asks, by whatever way round, for itself.
        """
        rule = self.plan.by_id.get(rule_id)
        if rule is None:
            return ()
        key = key_of(unit)
        known = self._known.get(rule_id, {}).get(key)
        if known is not None:
            return known
        asked = next((each for each in self.units(rule) if each.key == key), None)
        return () if asked is None else self._verdicts(rule, asked)

    def settled(self, verdict: Verdict, rule: Rule | None) -> Verdict:
        """A verdict with its severity applied: what fails a soft rule is in doubt, or explained;
        what fails a standard is 未达标, explained or not."""
        if verdict.outcome is not Outcome.FAIL or rule is None:
            return verdict
        severity = self.profile.severity(rule.id, rule.severity)
        if severity is Severity.HARD:
            return verdict
        if severity is Severity.STANDARD:
            return replace(verdict, outcome=Outcome.UNMET)
        explanation = self.submission.explanations.get(verdict.key)
        if explanation is not None and explanation.text.strip() and severity is Severity.SOFT:
            from checker.judging.explained import asked_again, outdated  # late: most have none

            if outdated(explanation, verdict.message):
                message = asked_again(explanation, verdict.message)
                return replace(verdict, outcome=Outcome.DOUBT, message=message)
            return replace(verdict, outcome=Outcome.EXPLAINED)
        return replace(verdict, outcome=Outcome.DOUBT)

    def value(self, expression: str, rule: Rule, unit: Unit) -> Value:
        """What an expression of a rule comes to for the school or a stage; raises as
        ``Context.evaluate`` does."""
        work = None if self._screens is None else self._screens.expression(expression)
        if work is not None:
            try:
                found = work(self._figures_of(unit))
            except Exception:  # as in _screened: whatever it is, it comes again and is told
                pass
            else:
                return Fraction(found) if type(found) is int else cast("Value", found)
        return Context(self, rule, unit).evaluate(expression)

    # -- one rule on one unit ----------------------------------------------------------------

    def _verdicts(self, rule: Rule, unit: Unit) -> tuple[Verdict, ...]:
        screen = None if self._screens is None else self._screens.of.get(rule.id)
        found = () if screen is None else self._screened(screen, rule, unit)
        return found or self._judged_once(rule, unit)

    def _judged_once(self, rule: Rule, unit: Unit) -> tuple[Verdict, ...]:
        of_rule = self._known.get(rule.id)
        if of_rule is None:
            of_rule = self._known[rule.id] = {}
        known = of_rule.get(unit.key)
        if known is not None:
            return known
        if unit.key in of_rule:
            raise RuleDefect(f"规则 {rule.id} 绕了一圈又用到自己的结论")
        of_rule[unit.key] = None  # being worked out
        found = of_rule[unit.key] = self.judged(rule, unit)
        return found

    def _screened(self, screen: Screen, rule: Rule, unit: Unit) -> tuple[Verdict, ...]:
        """What a screen can tell: that the rule does not apply, or holds; () if it cannot."""
        figures = self._figures.get(unit.key)
        if figures is None:
            figures = self._figures_of(unit)
        try:
            if screen.applies and figures[screen.applies] is False:
                return (_not_for(rule, unit),)
            if screen.holds(figures) is not True:
                return ()
        except Exception:  # whatever it is, the rule's own kind meets it too, and says it
            return ()
        ref, marked = unit.ref, screen.marked
        if len(marked) == 1:  # nearly always, and asked hundreds of times of each form
            return (Passed(rule.id, ref, _said, _marked, (self, rule, unit, 0, marked[0])),)
        return tuple(
            [
                Passed(rule.id, ref, _said, _marked, (self, rule, unit, place, fields))
                for place, fields in enumerate(marked)
            ]
        )

    def _figures_of(self, unit: Unit) -> Figures:
        assert self._screens is not None
        table, known = unit.ref.table, self._figures
        if table is not None and unit.stage is None:  # the same rows are counted for the school
            if self.whole.key not in known:
                known[self.whole.key] = self._screens.figures(self.whole)
            known.update({row.unit.key: row for row in known[self.whole.key].rows(table)})
        if unit.key not in known:
            known[unit.key] = self._screens.figures(unit)
        return known[unit.key]

    def _rows(self, rule: Rule) -> list[Unit]:
        rows = list(self.whole.rows(rule.table or ""))
        stage_of = rule.spec.get("stage_of")
        if not isinstance(stage_of, dict):
            return rows
        column, stages = str(stage_of.get("column", "")), stage_of.get("stages")
        found: list[Unit] = []
        for row in rows:
            value = _code(row, column)
            belongs = (
                stage
                for stage, values in (stages.items() if isinstance(stages, dict) else ())
                if isinstance(values, list) and value in values
            )
            stage = next(belongs, None)
            found.append(row.as_stage(stage) if stage else row)
        return found

    def _applies(self, condition: str, unit: Unit, context: Context) -> bool:
        """Whether a rule's condition holds; many rules of a school or stage have the same one."""
        if unit.ref.table is not None:
            return context.holds(condition)
        key = (condition, unit.ref.stage)
        known = self._conditions.get(key)
        if known is None:
            known = self._conditions[key] = context.holds(condition)
        return known

    def judged(self, rule: Rule, unit: Unit) -> tuple[Verdict, ...]:
        """What the rule's kind says of a unit, whatever is known already."""
        context = Context(self, rule, unit)
        try:
            if rule.when is not None and not self._applies(rule.when, unit, context):
                return (_not_for(rule, unit),)
            given = tuple(evaluator(rule.kind)(rule, unit, context))
        except MissingInput as missing:
            message = f"缺少{missing_labels(unit, missing.refs)}，暂不能判断。"
            return (Verdict(rule.id, Outcome.INCOMPLETE, unit.ref, missing.refs, message=message),)
        except NotApplicable as reason:
            return (context.not_applicable(reason.reason),)
        except PluginFailure as failure:
            self.errors.append(failure.error(rule.plugin, rule.id, unit.label))
            return ()
        except RuleDefect as defect:
            self.errors.append(
                RuleError(rule.plugin, rule.id, str(defect), rule.path, unit=unit.label)
            )
            return ()
        except Exception as error:
            import traceback

            # whatever happens to one rule, it must not cost the others
            self.errors.append(
                RuleError(
                    rule.plugin,
                    rule.id,
                    f"判断时出错（{type(error).__name__}：{str(error)[:200]}）",
                    rule.path,
                    traceback.format_exc(),
                    unit.label,
                )
            )
            return ()
        for verdict in given:
            if verdict.outcome is Outcome.FAIL:
                return tuple([self.settled(each, rule) for each in given])
        return given


def _not_for(rule: Rule, unit: Unit) -> Verdict:
    message = "不适用：不符合本规则适用的条件。"
    return Verdict(rule.id, Outcome.NOT_APPLICABLE, unit.ref, message=message)


def _said(run: Run, rule: Rule, unit: Unit, place: int, fields: tuple[str, ...]) -> Said:
    """The words for what a screen let pass: those of the rule's own kind."""
    verdict = run.judged(rule, unit)[place]
    return Said(verdict.message, verdict.actual, verdict.required, verdict.borderline)


def _marked(
    run: Run, rule: Rule, unit: Unit, place: int, fields: tuple[str, ...]
) -> tuple[FactRef, ...]:
    return places_of(Context(run, rule, unit), *fields)


def _code(row: Unit, column: str) -> str:
    try:
        return row.text(column)
    except (MissingInput, NotApplicable, RuleDefect):
        return ""
