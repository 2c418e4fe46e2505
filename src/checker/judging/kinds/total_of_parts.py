"""Sum 合计: a total that must equal its parts together."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from checker.judging.context import Context
from checker.judging.kinds.rule_keys import limit_value
from checker.judging.marked_facts import facts_of
from checker.judging.unit import Unit
from checker.judging.wording import Words, gap_of, missed, please
from checker.model.rules import Rule
from checker.model.submission import FactRef
from checker.model.verdicts import Passed, Quantity, Requirement, Said, Verdict
from checker.rules.expression import parse
from checker.rules.values import ZERO, exact_sum
from checker.toml_files import texts


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict, marked at the total and then its parts."""
    total_text, parts = str(rule.spec["total"]), texts(rule.spec["parts"])
    total = context.number(total_text)
    together = exact_sum(context.number(part) for part in parts)
    tolerance = ZERO
    if "tolerance" in rule.spec:
        tolerance = limit_value(context, str(rule.spec["tolerance"]))
    if total == together or abs(total - together) <= tolerance:
        return (context.fulfilled(_said, _point, context, total, together),)
    words, said = Words(context), _said(context, total, together)
    actual, required = said.actual, said.required
    assert isinstance(actual, Quantity) and required is not None
    measured, wanted = actual.unit, Quantity(together, actual.unit)
    name = words.describe(parse(total_text))
    gap = gap_of(rule, abs(total - together), measured, "==", excess=total > together, split=True)
    named = [(words.describe(parse(part)), context.number(part)) for part in parts]
    # a part that this form does not have is described by the number that stands for it
    listed = " + ".join(
        f"{label} {Quantity(value, '')}" for label, value in named if not label.isdigit()
    )
    message = (
        f"“{name}”为 {actual}，各部分之和为 {wanted}（{listed}），"
        f"相差 {Quantity(gap.exact, gap.unit)}{please(rule)}。"
    )
    return (
        missed(context, message, at=_point(context), actual=actual, required=required, gap=gap),
    )


def _point(context: Context, *_: Fraction) -> tuple[FactRef, ...]:
    spec = context.rule.spec
    return facts_of(context, str(spec["total"]), *texts(spec["parts"]))


def _said(context: Context, total: Fraction, together: Fraction) -> Said:
    """The words for a total that is what its parts make."""
    words, total_text = Words(context), str(context.rule.spec["total"])
    measured = words.unit_shown(parse(total_text))
    actual, wanted = Quantity(total, measured), Quantity(together, measured)
    required = Requirement(f"等于各部分之和 {wanted}", "==", together, measured)
    message = f"“{words.describe(parse(total_text))}”为 {actual}，等于各部分之和。"
    return Said(message, actual, required)
