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
            continue
        measured = _measured(Words(context), part_text)
        gap = gap_of(rule, part - whole, measured, "<=", excess=True, split=True)
        most = "一般不超过" if rule.severity is Severity.SOFT else "不能超过"
        said = _said(context, part_text, part, whole, most, f"，{gap}{please(rule)}")
        told = {"part": Words(context).describe(parse(part_text))}
        yield missed(context, said, at=facts_of(context, part_text), gap=gap, told=told)


def _point(context: Context, part_text: str, *_: Fraction) -> tuple[FactRef, ...]:
    return facts_of(context, part_text)


def _measured(words: Words, part_text: str) -> str:
    whole = str(words.context.rule.spec["whole"])
    return words.unit_of_side(parse(part_text)) or words.unit_of_side(parse(whole))


def _said(
    context: Context,
    part_text: str,
    part: Fraction,
    whole: Fraction,
    most: str = "不超过",
    tail: str = "",
) -> Said:
    """The words for a part beside the whole."""
    words, whole_node = Words(context), parse(str(context.rule.spec["whole"]))
    unit = words.unit_of_side(whole_node)
    actual, wanted = Quantity(part, _measured(words, part_text)), Quantity(whole, unit)
    label, name = words.describe(parse(part_text)), words.describe(whole_node)
    message = f"“{label}”为 {actual}，{most}“{name}”（{wanted}）{tail}。"
    return Said(message, actual, Requirement(f"≤ {wanted}", "<=", whole, unit))
