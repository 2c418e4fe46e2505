"""The engine: submission + rules + profile -> report. Pure: no files, no spreadsheet, no clock."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from checker.judging.blank_cells import Supposed, unfilled, without_blanks
from checker.judging.causes import Search
from checker.judging.context import Context
from checker.judging.form_findings import form_verdicts, indicator_verdicts, last_year_verdicts
from checker.judging.form_values import Values
from checker.judging.kinds import ASKING, EVALUATORS
from checker.judging.kinds.composite import parts_of, sorted_parts
from checker.judging.plan import Group, plan_for
from checker.judging.unit import Unit, UnitKey, key_of
from checker.judging.wording import lacking
from checker.model.report import Report, Score
from checker.model.rules import Rule
from checker.model.submission import RETURNED, Explanation, FactRef, Submission
from checker.model.template import WHOLE_WORDS
from checker.model.verdicts import (
    Outcome,
    Passed,
    RuleError,
    Scope,
    Severity,
    UnitRef,
    Verdict,
)
from checker.plugins.failure import PluginFailure
from checker.rules.profiles import Profile
from checker.rules.ruleset import RuleSet
from checker.rules.values import LeftEmpty, MissingInput, NotApplicable, RuleDefect


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
    run = Run(submission, ruleset, profile, previous)
    report = run.report()
    said_once = [each for each in report.verdicts if run.plan.asked_once(each.rule)]
    search = Search(
        submission,
        report.verdicts,
        run.severity_of,
        lambda changed, rules: (
            *Run(changed, run.plan.asked_again, profile, previous).report(rules).verdicts,
            *said_once,
        ),
        run.plan.fields_read,
    )
    return replace(report, causes=search.causes())


_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
Verdicts = tuple[Verdict | Passed, ...]


class Run:
    """One judgement. Verdicts are worked out when they are first asked for, so that a composite
    rule may stand before the rules it is made of."""

    def __init__(
        self,
        submission: Submission,
        ruleset: RuleSet,
        profile: Profile,
        previous: Submission | None = None,
    ) -> None:
        self.submission = submission
        self.ruleset = ruleset
        self.profile = profile
        last_year = Values(previous) if previous is not None else None
        self.values = Values(submission, last_year)
        template = submission.template
        self.whole = Unit(self.values, UnitRef(Scope.SUBMISSION, WHOLE_WORDS[template.level]))
        self.stages = {
            stage: Unit(self.values, UnitRef(Scope.STAGE, template.stage_title(stage), stage))
            for stage in submission.stages
        }
        self.plan = plan_for(ruleset, profile, template)
        self.errors: list[RuleError] = []
        self._supposed: Supposed | None = None
        self._unfilled: dict[tuple[FactRef, ...], Verdict] = {}
        self._known: dict[tuple[str, UnitKey], Verdicts | None] = {}
        self._units: dict[Group, Sequence[Unit]] = {}

    def report(self, rules: frozenset[str] | None = None) -> Report:
        """Everything that is to be reported, or only what the form, the composites and the rules
        with these ids say."""
        verdicts: list[Verdict | Passed] = []
        for rule in self.plan.reported:
            if rules is not None and rule.id not in rules and rule.kind != "composite":
                continue
            for unit in self.units(rule):
                verdicts += self._verdicts(rule, unit)
        form_rules = self.plan.form_rules
        form = form_verdicts(self.submission, self.whole, self.stages)
        form += indicator_verdicts(self.submission, verdicts, self.whole, self.stages)
        form += last_year_verdicts(self.values, self.whole, self.stages)
        form += self._unfilled.values()
        settled = [
            self.settled(verdict, form_rules.get(verdict.rule))
            for verdict in form
            if self.ruleset.reported(verdict.rule) and not self.profile.disabled(verdict.rule)
        ]
        composites = [rule for rule in self.plan.reported if rule.kind == "composite"]
        verdicts = self._with_allowances(composites, verdicts)
        return Report(
            self.submission,
            (*settled, *verdicts),
            tuple(self.errors),
            self.profile.id,
            scorecard=tuple(self._scores(composites)),
        )

    def severity_of(self, rule_id: str) -> Severity | None:
        """The severity of a rule under the profile; None of a rule that is not known."""
        rule = self.plan.by_id.get(rule_id) or self.plan.form_rules.get(rule_id)
        return None if rule is None else self.profile.severity(rule.id, rule.severity)

    def _with_allowances(
        self, composites: Sequence[Rule], verdicts: list[Verdict | Passed]
    ) -> list[Verdict | Passed]:
        """The verdicts, with those that miss within what a composite allows marked as such."""
        allowed = {
            (name, unit.key)
            for rule, unit, own in self._judged_composites(composites)
            if own.outcome is Outcome.PASS
            for part in parts_of(rule)
            for name in part
        }
        if not allowed:
            return verdicts
        return [
            replace(verdict, allowed=True)
            if isinstance(verdict, Verdict)
            and verdict.outcome is Outcome.UNMET
            and (verdict.rule, key_of(verdict.unit)) in allowed
            else verdict
            for verdict in verdicts
        ]

    def _scores(self, composites: Sequence[Rule]) -> Iterator[Score]:
        """The composite standards that apply, one line for each unit."""
        for rule, unit, own in self._judged_composites(composites):
            standard = self.profile.severity(rule.id, rule.severity) is Severity.STANDARD
            if not standard or own.outcome is Outcome.NOT_APPLICABLE:
                continue
            parts = sorted_parts(rule, Context(self.plan, rule, unit, self).results)
            yield Score(
                rule.id,
                rule.title,
                unit.label,
                own.outcome,
                len(parts.fulfilled),
                len(parts.fulfilled) + len(parts.failed) + len(parts.open),
                len(parts.open),
            )

    def _judged_composites(
        self, composites: Sequence[Rule]
    ) -> Iterator[tuple[Rule, Unit, Verdict | Passed]]:
        for rule in composites:
            for unit in self.units(rule):
                yield from ((rule, unit, own) for own in self._verdicts(rule, unit)[:1])

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
        except (MissingInput, NotApplicable):
            return ()  # no table, no rows: the form rules say so
        except RuleDefect as defect:  # of each rule anew
            self._went_wrong(rule, str(defect))
            return None

    def verdicts_of(self, rule_id: str, unit: UnitRef) -> Verdicts:
        """Verdicts of a rule on a unit; none if it does not run on this submission or went wrong.

        Raises RuleDefect if the rule asks, by whatever way round, for itself.
        """
        rule = self.plan.by_id.get(rule_id)
        if rule is None:
            return ()
        key = key_of(unit)
        known = self._known.get((rule_id, key))
        if known is not None:
            return known
        asked = next((each for each in self.units(rule) if each.key == key), None)
        return () if asked is None else self._verdicts(rule, asked)

    def settled(self, verdict: Verdict | Passed, rule: Rule | None) -> Verdict | Passed:
        """A verdict with its severity applied: what fails a soft rule is in doubt, or explained;
        what fails a standard is 未达标, explained or not."""
        if isinstance(verdict, Passed) or verdict.outcome is not Outcome.FAIL or rule is None:
            return verdict
        severity = self.profile.severity(rule.id, rule.severity)
        if severity is Severity.HARD:
            return verdict
        if severity is Severity.STANDARD:
            return replace(verdict, outcome=Outcome.UNMET)
        explanation = self.submission.explanations.get(verdict.key)
        if explanation is not None and explanation.text.strip() and severity is Severity.SOFT:
            if explanation.returned is not None:
                message = verdict.message + sent_back(explanation.returned)
                return replace(verdict, outcome=Outcome.DOUBT, message=message)
            if _outdated(explanation, verdict.message):
                message = _asked_again(explanation, verdict.message)
                return replace(verdict, outcome=Outcome.DOUBT, message=message)
            return replace(verdict, outcome=Outcome.EXPLAINED)
        return replace(verdict, outcome=Outcome.DOUBT)

    # -- one rule on one unit ----------------------------------------------------------------

    def _verdicts(self, rule: Rule, unit: Unit) -> Verdicts:
        key = rule.id, unit.key
        known = self._known.get(key)
        if known is not None:
            return known
        if key in self._known:
            raise RuleDefect(f"规则 {rule.id} 绕了一圈又用到自己的结论")
        self._known[key] = None  # being worked out
        found = self._known[key] = self._judged(rule, unit)
        return found

    def _rows(self, rule: Rule) -> list[Unit]:
        rows = self.whole.rows(rule.table or "")
        stage_of = rule.spec.get("stage_of")
        if stage_of is None:
            return list(rows)
        stages = {
            value: stage
            for stage, values in reversed(stage_of["stages"].items())
            for value in values
        }
        found = ((row, stages.get(_code(row, stage_of["column"]))) for row in rows)
        return [row.as_stage(stage) if stage else row for row, stage in found]

    def _judged(self, rule: Rule, unit: Unit) -> Verdicts:
        """What the rule's kind says of a unit."""
        context = Context(self.plan, rule, unit, self if rule.kind in ASKING else None)
        try:
            if rule.when is not None and not _applies(rule.when, unit, context):
                return (context.not_applicable("不符合本规则适用的条件"),)
            given = tuple(EVALUATORS[rule.kind](rule, unit, context))
        except MissingInput as missing:
            return (lacking(rule, unit, missing),)
        except LeftEmpty as empty:
            if self.profile.severity(rule.id, rule.severity) is not Severity.STANDARD:
                return (context.not_applicable(empty.reason),)
            return (lacking(rule, unit, MissingInput(empty.refs)),)
        except NotApplicable as reason:
            return (context.not_applicable(reason.reason),)
        except PluginFailure as failure:
            self.errors.append(failure.error(rule.plugin, rule.id, unit.label))
            return ()
        except RuleDefect as defect:
            self._went_wrong(rule, str(defect), unit=unit.label)
            return ()
        except Exception as error:
            # whatever happens to one rule, it must not cost the others
            told = f"判断时出错（{type(error).__name__}：{str(error)[:200]}）"
            self._went_wrong(rule, told, traceback.format_exc(), unit.label)
            return ()
        for verdict in given:
            if verdict.outcome is Outcome.FAIL:
                known = self._without_blanks(given, rule, unit, context)
                return tuple([self.settled(each, rule) for each in known])
        return given

    def _went_wrong(self, rule: Rule, told: str, trace: str = "", unit: str = "") -> None:
        where = self.ruleset.file_of(rule)
        self.errors.append(RuleError(rule.plugin, rule.id, told, where, trace, unit))

    def _without_blanks(
        self, given: Verdicts, rule: Rule, unit: Unit, context: Context
    ) -> Verdicts:
        """What is missed because empty cells count as 0 is 缺数据; for a logical rule the cells
        must be filled in. Code that is not the project's own is not run again to find out."""
        if rule.kind == "composite" or self.plan.asked_once(rule.id):
            return given
        if self._supposed is None:
            self._supposed = Supposed(self.values)
        known = without_blanks(given, context, self._supposed)
        if self.profile.severity(rule.id, rule.severity) is Severity.HARD:
            for before, after in zip(given, known, strict=True):
                if isinstance(before, Verdict) and isinstance(after, Verdict) and after != before:
                    said = unfilled(self.values, rule, unit, before, after)
                    if said is not None:
                        self._unfilled.setdefault(after.at, said)
        return known


def _applies(condition: str, unit: Unit, context: Context) -> bool:
    """Whether a rule's condition holds; many rules of a unit have the same one."""
    found = unit.known.get(condition)
    if found is not True and found is not False:
        found = unit.known[condition] = context.holds(condition)
    return found


def _code(row: Unit, column: str) -> str:
    try:
        return row.text(column)
    except (MissingInput, NotApplicable, RuleDefect):
        return ""


def sent_back(remark: str) -> str:
    """What is said of an explanation that the county did not accept."""
    return f"县里退回了说明{f'：{remark}' if remark else ''}，请核对后改正，或者重写说明。"


def _outdated(explanation: Explanation, message: str) -> bool:
    """Whether the numbers changed since the finding was entered in the sheet 说明.

    Only the numbers are compared: another edition may word the same finding otherwise. A row
    without a 问题 was written by the clerk alone and holds as it stands.
    """
    issue = explanation.issue.partition(RETURNED)[0]
    return bool(issue) and _numbers(issue) != _numbers(message)


def _asked_again(explanation: Explanation, message: str) -> str:
    """The finding with what was explained before, and what the clerk is to do."""
    return (
        f"{message}“说明”表第{explanation.row}行的说明是针对改数之前的情况写的（当时："
        f"{explanation.issue}）。请核对；数据属实的，删去原来的说明文字，再校验一次，按现在的数重写。"
    )


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(text)
