"""Check digit 校验码: GB 32100 统一社会信用代码, GB 11643 公民身份号码, GB 11714 组织机构代码."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from checker.judging.context import Context
from checker.judging.kinds.rule_keys import code_and_label
from checker.judging.marked_facts import facts_of
from checker.judging.unit import Unit
from checker.judging.wording import missed
from checker.model.rules import Rule
from checker.model.verdicts import Requirement, Verdict

_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_SIGNS = "10X98765432"


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict]:
    """One verdict; the message says what is wrong with the code."""
    field = str(rule.spec["field"])
    typed, label = code_and_label(rule, context)
    value = typed.strip().upper()
    wrong = _PROBLEMS[str(rule.spec["algorithm"])](value)
    at = facts_of(context, field)
    required = Requirement("最后一位校验码正确")
    if wrong is None:
        message = f"“{label}”的校验码正确。"
        yield context.passed(message, at=at, actual=value, required=required)
        return
    message = f"“{label}”填的是“{value}”，{wrong}。"
    known = {"required": wrong}
    yield missed(context, message, at=at, actual=value, required=required, told=known)


def uscc_problem(code: str) -> str | None:
    """What is wrong with a 统一社会信用代码; None if nothing is.

    18 characters of digits and capitals without I O S V Z; the last is
    (31 - sum(C_i x W_i) mod 31) mod 31 with W_i = 3^(i-1) mod 31.
    """
    if len(code) != 18:
        return f"应为 18 位，现在是 {len(code)} 位"
    for position, sign in enumerate(code, 1):
        if sign not in _USCC_SIGNS:
            return f"第 {position} 位“{sign}”不能用（只用数字和除 I、O、S、V、Z 以外的大写字母）"
    total = sum(
        _USCC_SIGNS.index(sign) * weight for sign, weight in zip(code, _USCC_WEIGHTS, strict=False)
    )
    expected = _USCC_SIGNS[(31 - total % 31) % 31]
    if code[17] != expected:
        return f"最后一位校验码应为 {expected}，请核对每一位"
    return None


def id_card_problem(code: str) -> str | None:
    """What is wrong with an 18-digit 公民身份号码; None if nothing is."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", code):
        return "应为 17 位数字加 1 位数字或 X"
    try:
        date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    except ValueError:
        return f"第 7 至 14 位“{code[6:14]}”不是出生日期"
    total = sum(int(sign) * weight for sign, weight in zip(code, _ID_WEIGHTS, strict=False))
    expected = _ID_SIGNS[total % 11]
    if code[17] != expected:
        return f"最后一位校验码应为 {expected}，请核对每一位"
    return None


def org_code_problem(code: str) -> str | None:
    """What is wrong with a 组织机构代码; None if nothing is.

    8 digits or capitals (A is 10) and a check sign, with or without a hyphen before it: 11 minus
    the weighted sum modulo 11, X for 10 and 0 for 11. It stands in 统一社会信用代码 as 9 to 17.
    """
    plain = code.replace("-", "")
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", plain):
        return "应为 8 位数字或大写字母加 1 位数字或 X"
    total = sum(int(sign, 36) * weight for sign, weight in zip(plain, _ORG_WEIGHTS, strict=False))
    expected = "0123456789X0"[11 - total % 11]
    if plain[8] != expected:
        return f"最后一位校验码应为 {expected}，请核对每一位"
    return None


_PROBLEMS = {"uscc": uscc_problem, "id_card": id_card_problem, "org_code": org_code_problem}
"""What is wrong with a code, by the algorithm that its rule names."""
