"""Subset 包含: no part may be larger than the whole; one verdict per part, marked at the part."""

from __future__ import annotations

from collections.abc import Iterator

from checker.model.rules import Rule
from checker.model.verdicts import Outcome, Quantity, Requirement, Verdict
from checker.rules.context import Context
from checker.rules.expression import parse
from checker.rules.kinds.limits import texts
from checker.rules.places import places_of
from checker.rules.unit import Unit
from checker.rules.values import MissingInput, NotApplicable
from checker.rules.wording import Words, gap_of, missing_labels


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict]:
    """A verdict for every part; one that is missing does not keep the others from being judged."""
    words = Words(context)
    whole_text = str(rule.spec["whole"])
    whole = context.number(whole_text)
    name = words.describe(parse(whole_text))
    measured = words.unit_shown(parse(whole_text))
    wanted = Quantity(whole, measured)
    required = Requirement(f"≤ {wanted}", "<=", whole, measured)
    for part_text in texts(rule.spec["parts"]):
        at = places_of(context, part_text)
        label = words.describe(parse(part_text))
        try:
            part = context.number(part_text)
        except MissingInput as missing:
            message = f"缺少{missing_labels(unit, missing.refs)}，暂不能判断。"
            yield Verdict(rule.id, Outcome.INCOMPLETE, unit.ref, missing.refs, message=message)
            continue
        except NotApplicable as reason:
            yield context.not_applicable(reason.reason, at=at)
            continue
        actual = Quantity(part, measured)
        if part <= whole:
            message = f"“{label}”为 {actual}，不超过“{name}”（{wanted}）。"
            yield context.passed(message, at=at, actual=actual, required=required)
            continue
        gap = gap_of(part - whole, measured, excess=True, split=True)
        message = f"“{label}”为 {actual}，不能超过“{name}”（{wanted}），{gap}。"
        if rule.message:
            known = {"actual": str(actual), "required": required.text, "gap": str(gap)}
            message = words.fill(rule.message, known | {"unit": unit.label, "part": label})
        yield context.failed(message, at=at, actual=actual, required=required, gap=gap)
