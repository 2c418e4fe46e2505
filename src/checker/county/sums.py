"""What the schools make together: a share of the county, a total against the county's own form."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from checker.county.measuring import Measured
from checker.county.question import Conclusion, Question, passed
from checker.model.verdicts import Outcome, format_number
from checker.rules.values import compare, exact_sum, rounded

_LEAST, _MOST = frozenset({Fraction(0)}), frozenset({Fraction(100)})
_DECIMALS = 4
"""Figures of a county form have no more decimals than these."""
_SIGNS = {">=": "≥", "<=": "≤", ">": "＞", "<": "＜", "==": "="}


def share(question: Question) -> Conclusion:
    """Σ amount / Σ base over the schools, in per cent, against a limit if there is one."""
    rows = question.rows
    part = exact_sum([item.amount for item in rows])
    whole = exact_sum([Fraction(1) if item.base is None else item.base for item in rows])
    limit, sign = question.limit(), question.text("compare", "<=")
    required = "" if limit is None else f"{_SIGNS[sign]} {format_number(limit, 2)}%"
    if not whole:
        return question.nothing_measured(required)
    percent = part / whole * 100
    actual = f"{format_number(percent, 2)}%"
    text = (
        f"{question.stage_title}{question.rule.title}：{format_number(part, 0)} / "
        f"{format_number(whole, 0)}，为 {actual}"
    )
    if limit is None:
        found = question.of_all(Outcome.PASS, actual, required, f"{text}。", figure=percent)
        return Conclusion((found,))
    outcome = passed(compare(sign, percent, limit))
    text += f"，{'符合' if outcome is Outcome.PASS else '不符合'}要求（{required}）。"
    wants_more = sign in (">=", ">")
    behind = [item.code for item in rows if bool(item.amount) is not wants_more]
    schools = () if outcome is Outcome.PASS else behind
    # one class too large breaks 0 %, one school that fails breaks 100 %: no other can mend that
    final = outcome is Outcome.FAIL and limit in (_MOST if wants_more else _LEAST)
    return Conclusion((question.of_all(outcome, actual, required, text, schools, final, percent),))


def _rounded(rows: Sequence[Measured], together: Fraction, figure: Fraction) -> bool:
    """Whether the county's figure is the schools' sum rounded to the decimals it has, or summed up
    from shares that were each rounded so: shares of what stages have in common have decimals that
    no form can hold. Nothing else is a matter of rounding."""
    decimals = next((n for n in range(_DECIMALS) if rounded(figure, n) == figure), _DECIMALS)
    if rounded(together, decimals) == figure:
        return True
    return exact_sum([rounded(item.amount, decimals) for item in rows]) == figure


def total(question: Question) -> Conclusion:
    """The schools' sum against the county form's own figure. While schools are missing from the
    sum, a sum that is too small decides nothing; one that is too large is wrong already."""
    figure, rows = question.against, question.rows
    if figure is None or not (rows or question.left_out):
        return Conclusion()
    unit = question.text("unit")
    together = exact_sum([item.amount for item in rows])
    apart = abs(together - figure)
    within = apart <= (question.limit("tolerance") or 0)
    outcome = passed(within or _rounded(rows, together, figure))
    if outcome is Outcome.FAIL and together < figure and question.reservation():
        outcome = Outcome.INCOMPLETE
    if question.set_aside and together <= figure:
        outcome = Outcome.INCOMPLETE  # what is set aside is lacking in the sum
    what = question.rule.title.removesuffix("与县级自查表一致").removesuffix("合计")
    text = (
        f"{question.stage_title}{what}：各校合计 {format_number(together, 2)}{unit}，"
        f"县级自查表填 {format_number(figure, 2)}{unit}，"
    )
    if outcome is Outcome.PASS:
        text += "一致。"
    else:
        text += f"各校合计{'多' if together > figure else '少'} {format_number(apart, 2)}{unit}。"
    finding = question.of_all(
        outcome,
        f"{format_number(together, 2)}{unit}",
        f"= {format_number(figure, 2)}{unit}",
        text,
        final=together > figure,
        figure=together,
    )
    return Conclusion((finding,))
