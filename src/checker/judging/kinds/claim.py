"""Claim 自报核对: a result somebody gave, recomputed; the slips that would explain it are named.

The claim is right when the recomputed figure, rounded to as many decimals as the claim has, is the
claim, or may have been it before the figures on the form were rounded themselves. Slips that every
claim may have (truncated or rounded up, a misplaced decimal point, a percentage given as a
fraction, 万) are looked for after those that the rule itself lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from msgspec.structs import replace

from checker.judging.context import Context
from checker.judging.marked_facts import marked
from checker.judging.printed_figures import may_have_been
from checker.judging.unit import Unit
from checker.judging.wording import SIGNS, Words, missed
from checker.model.rules import Rule
from checker.model.verdicts import Passed, Quantity, Requirement, Said, Verdict
from checker.rules.expression import parse
from checker.rules.values import (
    MOST_DECIMALS,
    MissingInput,
    NotApplicable,
    agrees,
    decimals_of,
    rounded,
)
from checker.toml_files import texts

_SCALES = (
    (Fraction(1, 100), "把百分数填成了小数"),
    (Fraction(100), "多乘了100"),
    (Fraction(1, 10), "小数点错了一位"),
    (Fraction(10), "小数点错了一位"),
    (Fraction(1, 10000), "单位差一万倍，像是该填元的填了万元"),
    (Fraction(10000), "单位差一万倍，像是该填万元的填了元"),
)


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict, marked at the claim and then at what it is recomputed from."""
    claimed_text, value_text = str(rule.spec["claimed"]), str(rule.spec["value"])
    claimed, correct = context.number(claimed_text), context.number(value_text)
    if agrees(claimed, correct):
        return (context.fulfilled(_said, marked, context, claimed, correct),)
    if may_have_been(context, value_text, claimed):
        return (context.fulfilled(_said, marked, context, claimed, correct, True),)
    said = _said(context, claimed, correct)
    found = dict.fromkeys(_slips(context, claimed, correct))
    slip = f"可能是{'，或者'.join(found)}。" if found else ""
    said = replace(said, message=f"{said.message}{slip}")
    return (missed(context, said, told={"slip": slip}),)


def _said(context: Context, claimed: Fraction, correct: Fraction, nearly: bool = False) -> Said:
    """What was claimed and what it is, for a claim right or wrong; ``nearly``: the figures on the
    form are too coarse to say otherwise."""
    spec, words = context.rule.spec, Words(context)
    claimed_node = parse(str(spec["claimed"]))
    unit = str(spec.get("unit", words.unit_shown(claimed_node)))
    digits = max(spec.get("digits", 2), decimals_of(claimed))
    actual = Quantity(claimed, unit, MOST_DECIMALS)
    wanted = Quantity(rounded(correct, digits), unit, digits)
    required = Requirement(f"{SIGNS['==']} {wanted}", "==", correct, unit)
    name = context.unit.text(str(spec["named"])) if "named" in spec else ""
    name = name or words.describe(claimed_node)
    if agrees(claimed, correct):
        return Said(f"“{name}”填报 {actual}，与按所填的数计算的结果一致。", actual, required)
    message = f"“{name}”填报 {actual}，按所填的数计算应为 {wanted}。"
    if nearly:
        tail = "差别在所填的数四舍五入的范围以内。"
        message = f"“{name}”填报 {actual}，按所填的数计算为 {wanted}，{tail}"
    return Said(message, actual, required)


def _slips(context: Context, claimed: Fraction, correct: Fraction) -> Iterator[str]:
    """What would explain the claim: the rule's own slips, then those of every claim."""
    spec = context.rule.spec
    pairs = zip(texts(spec.get("slips", [])), texts(spec.get("slip_names", [])), strict=True)
    for expression, name in pairs:
        try:
            if agrees(claimed, context.number(expression)):
                yield name
        except (MissingInput, NotApplicable):
            continue  # what this slip would need was not filled in
    step = Fraction(10) ** -decimals_of(claimed)
    if abs(correct) >= abs(claimed) > abs(correct) - step and claimed * correct >= 0:
        yield "没有四舍五入，直接舍去了后面的位数"
    if abs(correct) <= abs(claimed) < abs(correct) + step and claimed * correct > 0:
        yield "没有四舍五入，一律进了一位"
    for scale, name in _SCALES:
        if correct and claimed and agrees(claimed, correct * scale):
            yield name
    if correct and claimed and agrees(-claimed, correct):
        yield "正负号写反了"
