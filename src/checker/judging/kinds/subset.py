"""Subset 包含: no part may be larger than the whole; one verdict per part, marked at the part."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from checker.judging.context import Context
from checker.judging.marked_facts import facts_of
from checker.judging.unit import Unit
from checker.judging.wording import Words, gap_of, lacking, missed, please
from checker.model.rules import Rule
from checker.model.submission import FactRef
from checker.model.verdicts import Passed, Quantity, Requirement, Said, Severity, Verdict
from checker.rules.expression import parse
from checker.rules.values import MissingInput, NotApplicable
from checker.toml_files import texts


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict | Passed]:
    """A verdict for every part; one that is missing does not keep the others from being judged."""
    whole = context.number(str(rule.spec["whole"]))
    for part_text in texts(rule.spec["parts"]):
        try:
            part = context.number(part_text)
        except MissingInput as missing:
            yield lacking(rule, unit, missing)
            continue
        except NotApplicable as reason:
            yield context.not_applicable(reason.reason, at=facts_of(context, part_text))
            continue
        if part <= whole:
            yield context.fulfilled(_said, _point, context, part_text, part, whole)
        else:
            yield _too_large(rule, context, part_text, part, whole)


def _point(context: Context, part_text: str, *_: Fraction) -> tuple[FactRef, ...]:
    return facts_of(context, part_text)


def _said(context: Context, part_text: str, part: Fraction, whole: Fraction) -> Said:
    """The words for a part that is no larger than the whole."""
    words, whole_node = Words(context), parse(str(context.rule.spec["whole"]))
    part_node = parse(part_text)
    measured = words.unit_of_side(whole_node)
    actual = Quantity(part, words.unit_of_side(part_node) or measured)
    wanted = Quantity(whole, measured)
    label, name = words.describe(part_node), words.describe(whole_node)
    message = f"“{label}”为 {actual}，不超过“{name}”（{wanted}）。"
    required = Requirement(f"≤ {wanted}", "<=", whole, measured)
    return Said(message, actual, required)


def _too_large(
    rule: Rule, context: Context, part_text: str, part: Fraction, whole: Fraction
) -> Verdict:
    words, said = Words(context), _said(context, part_text, part, whole)
    actual, required = said.actual, said.required
    assert isinstance(actual, Quantity) and required is not None
    gap = gap_of(rule, part - whole, actual.unit, "<=", excess=True, split=True)
    label, name = words.describe(parse(part_text)), words.describe(parse(str(rule.spec["whole"])))
    wanted = Quantity(whole, required.unit)
    most = "一般不超过" if rule.severity is Severity.SOFT else "不能超过"
    message = f"“{label}”为 {actual}，{most}“{name}”（{wanted}），{gap}{please(rule)}。"
    at, known = facts_of(context, part_text), {"part": label}
    return missed(context, message, at=at, actual=actual, required=required, gap=gap, told=known)
