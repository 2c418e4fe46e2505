"""Context: what a rule may ask beside its unit's values, and how it says its verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Protocol

from checker.judging.plan import Plan
from checker.judging.unit import Unit
from checker.model.rules import Rule, Threshold
from checker.model.submission import FactRef
from checker.model.template import Template
from checker.model.verdicts import (
    Gap,
    Outcome,
    Passed,
    Quantity,
    Requirement,
    Said,
    Scope,
    UnitRef,
    Verdict,
    quotes_within,
)
from checker.rules.evaluation import compiled
from checker.rules.ruleset import Functions
from checker.rules.values import NotApplicable, RuleDefect, Value, number, truth

At = Iterable[str | FactRef]
"""Places to be marked, foremost first: field ids of the unit, or names of facts."""


class Results(Protocol):
    """The verdicts of other rules, for those that are made of them."""

    def verdicts_of(self, rule_id: str, unit: UnitRef) -> tuple[Verdict | Passed, ...]:
        """Verdicts of another rule on a unit, worked out now if they are not there yet."""


class Context:
    """One rule being asked about one unit under a plan. Plugins receive it; they never make one.

    A pass keeps it to make its words of. Only kinds that ask for other rules' verdicts are given
    ``results``, so that no report holds the run that made it.
    """

    __slots__ = ("_plan", "_results", "rule", "unit")

    def __init__(self, plan: Plan, rule: Rule, unit: Unit, results: Results | None = None) -> None:
        self._plan = plan
        self._results = results
        self.rule = rule
        self.unit = unit

    def about(self, unit: Unit) -> Context:
        """The same rule, asked about another unit."""
        return Context(self._plan, self.rule, unit, self._results)

    # -- what may be asked -------------------------------------------------------------------

    @property
    def template(self) -> Template:
        """The form that was filled in."""
        return self.unit.template

    @property
    def edition(self) -> int:
        """The year whose rules and thresholds apply."""
        return self._plan.profile.year(self.unit.edition)

    @property
    def functions(self) -> Functions:
        """Runs Python functions of plugins (for the host; a rule has no use for it)."""
        found = self._plan.ruleset.functions
        if found is None:
            raise RuleDefect("这一组规则没有带上插件的代码")
        return found

    def limit(self, threshold_id: str, stage: str | None = None) -> Threshold:
        """The threshold in force for a stage (default: the unit's), with its source.

        Raises NotApplicable if the profile has no value for the stage, RuleDefect if there is no
        such threshold at all.
        """
        return self._in_force(threshold_id, stage)[0]

    def threshold(self, threshold_id: str, stage: str | None = None) -> Fraction:
        """The exact value of ``limit``; raises as it does."""
        return self._in_force(threshold_id, stage)[1]

    def _in_force(self, threshold_id: str, stage: str | None) -> tuple[Threshold, Fraction]:
        stage = self._stage(stage)
        found = self._plan.profile.in_force(threshold_id, stage, self.unit.edition)
        if found is not None:
            return found
        if not self._plan.profile.knows(threshold_id):
            raise RuleDefect(f"没有限值 {threshold_id}")
        where = self.unit.template.stage_title(stage) if stage else self.unit.label
        raise NotApplicable(f"对{where}没有规定限值")

    def definition(self, name: str) -> str:
        """The definition chosen by the profile (``[definitions]``); "" if it chose none."""
        return self._plan.profile.definitions.get(name, "")

    def code_list(self, list_id: str) -> Mapping[str, str]:
        """Code -> meaning. Raises RuleDefect if neither plugin nor template has the list."""
        found = self._plan.code_list(self.rule.plugin, list_id)
        if found is None:
            raise RuleDefect(f"没有代码表 {list_id}")
        return found

    def result(self, rule_id: str, unit: Unit | None = None) -> Verdict | Passed | None:
        """The verdict of another rule on a unit (default: this one); None if it gave none."""
        assert self._results is not None
        verdicts = self._results.verdicts_of(rule_id, (unit or self.unit).ref)
        return verdicts[0] if verdicts else None

    def results(self, rule_id: str) -> list[Verdict | Passed]:
        """The verdicts of another rule on this unit; asked for the whole school or county about a
        rule that is judged by stage, those on every stage."""
        assert self._results is not None
        unit = self.unit
        found = list(self._results.verdicts_of(rule_id, unit.ref))
        if not found and unit.stage is None:
            for stage in unit.stages:
                ref = UnitRef(Scope.STAGE, unit.template.stage_title(stage), stage)
                found += self._results.verdicts_of(rule_id, ref)
        return found

    def title_of(self, rule_id: str) -> str:
        """Title of another rule; its id if it does not run on this submission."""
        return self._plan.title_of(rule_id)

    def evaluate(self, expression: str, unit: Unit | None = None) -> Value:
        """An expression worked out for a unit (default: this one)."""
        return compiled(expression)(unit or self.unit, self)

    def number(self, expression: str, unit: Unit | None = None) -> Fraction:
        """The same, for an expression that is a number."""
        value = compiled(expression)(unit or self.unit, self)
        return value if type(value) is Fraction else number(value, f"“{expression}”")

    def holds(self, expression: str, unit: Unit | None = None) -> bool:
        """The same, for an expression that is true or false."""
        value = compiled(expression)(unit or self.unit, self)
        return value if value is True or value is False else truth(value, f"“{expression}”")

    # -- how a verdict is said ---------------------------------------------------------------

    def passed(
        self,
        message: str = "",
        *,
        at: At = (),
        actual: Quantity | str | None = None,
        required: Requirement | str | None = None,
        borderline: bool = False,
    ) -> Verdict:
        """通过."""
        return self._say(Outcome.PASS, message, at, actual, required, None, borderline)

    def fulfilled(
        self,
        say: Callable[..., Said],
        point: Callable[..., tuple[FactRef, ...]],
        *given: object,
    ) -> Passed:
        """通过, with words and places that are only made (of what is ``given``) if somebody asks
        for them."""
        return Passed(self.rule.id, self.unit.ref, say, point, given)

    def failed(
        self,
        message: str,
        *,
        at: At = (),
        actual: Quantity | str | None = None,
        required: Requirement | str | None = None,
        gap: Gap | None = None,
        borderline: bool = False,
    ) -> Verdict:
        """Not as it should be: 不通过 for a hard rule, 存疑 or 已说明 for a soft one (the engine
        decides that). ``message`` is one Chinese sentence for the clerk."""
        return self._say(Outcome.FAIL, message, at, actual, required, gap, borderline)

    def not_applicable(self, reason: str, *, at: At = ()) -> Verdict:
        """不适用, with a Chinese clause saying why."""
        return self._say(Outcome.NOT_APPLICABLE, f"不适用：{reason}。", at)

    def incomplete(self, *fields: str) -> Verdict:
        """缺数据: these fields are needed."""
        labels = "、".join(f"“{self.unit.label_of(field)}”" for field in fields)
        return self._say(Outcome.INCOMPLETE, f"缺少{labels}，暂不能判断。", fields)

    def places(self, at: At) -> tuple[FactRef, ...]:
        """The facts that ``at`` stands for, each once."""
        found: dict[FactRef, None] = {}
        for place in at:
            refs = (place,) if isinstance(place, FactRef) else self.unit.refs(place)
            found.update(dict.fromkeys(refs))
        return tuple(found)

    def _pointed(self, at: At) -> tuple[FactRef, ...]:
        """As `places`, for what a function points at. Raises RuleDefect for what is no list, and
        for names that the form does not have."""
        if isinstance(at, str):
            raise RuleDefect(f"at 应是一个列表：at=[{at!r}]")
        if self.rule.kind == "function":
            for place in at:
                if isinstance(place, str) and not self._in_the_form(place):
                    title = self.unit.template.title
                    raise RuleDefect(f"模板“{title}”没有字段 {place}")
        return self.places(at)

    def _in_the_form(self, name: str) -> bool:
        """Whether the form has a field, a table or a column of this name."""
        template = self.unit.template
        return name in template.tables() or template.declared(name) is not None

    def _say(
        self,
        outcome: Outcome,
        message: str,
        at: At,
        actual: Quantity | str | None = None,
        required: Requirement | str | None = None,
        gap: Gap | None = None,
        borderline: bool = False,
    ) -> Verdict:
        return Verdict(
            rule=self.rule.id,
            outcome=outcome,
            unit=self.unit.ref,
            at=self._pointed(at),
            actual=actual,
            required=Requirement(required) if isinstance(required, str) else required,
            gap=gap,
            # what a plugin gave instead of a text is told where its verdicts are checked
            message=quotes_within(message) if isinstance(message, str) else message,
            borderline=borderline,
        )

    def _stage(self, stage: str | None) -> str | None:
        if stage is not None:
            return stage
        if self.unit.stage is not None:
            return self.unit.stage
        stages = self.unit.stages
        return stages[0] if len(stages) == 1 else None


def limit_value(context: Context, text: str) -> Fraction:
    """The value of a key that takes a threshold id (capital letter first) or an expression."""
    return context.threshold(text) if text[:1].isupper() else context.number(text)
