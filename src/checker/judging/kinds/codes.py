"""Codes: a value must be in a code list (代码), have a certain form from its first to its last
character (格式), or end in the right check digit (校验码): GB 32100 统一社会信用代码, GB 11643
公民身份号码, GB 11714 组织机构代码."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from checker.judging.context import Context
from checker.judging.marked_facts import marked
from checker.judging.unit import Unit
from checker.judging.wording import Words, missed, shown
from checker.model.rules import Rule
from checker.model.verdicts import Passed, Requirement, Said, Verdict
from checker.rules.expression import parse

_LISTED = 12
"""A longer list is not spelt out in the message."""

_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_SIGNS = "10X98765432"


def code(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict: is it in the code list?"""
    codes = context.code_list(str(rule.spec["list"]))
    value = _value(context)
    if value in codes:
        return (context.fulfilled(_said_code, marked, context, value),)
    wrong = "代码表中没有这一项"
    if len(codes) <= _LISTED:
        wrong += "，应为：" + "、".join(f"{each} {meaning}" for each, meaning in codes.items())
    return (_wrong(context, value, wrong, _IN_LIST),)


def pattern(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict: does the whole value match?"""
    value, form = _value(context), str(rule.spec["form"])
    if re.fullmatch(str(rule.spec["pattern"]), value):
        return (context.fulfilled(_said_right, marked, context, "格式", value, form),)
    return (_wrong(context, value, f"应为{form}", form),)


def check_digit(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict; the message says what is wrong with the code."""
    value = _value(context).strip().upper()
    wrong = _PROBLEMS[str(rule.spec["algorithm"])](value)
    if wrong is None:
        return (context.fulfilled(_said_right, marked, context, "校验码", value, _LAST_DIGIT),)
    return (_wrong(context, value, wrong, _LAST_DIGIT, told={"required": wrong}),)


_IN_LIST, _LAST_DIGIT = "代码表中的一个", "最后一位校验码正确"


def _value(context: Context) -> str:
    """The text that a rule is about: its ``field``, or the ``part`` of it."""
    spec = context.rule.spec
    return shown(context.evaluate(str(spec.get("part", spec["field"]))))


def _label(context: Context) -> str:
    """What the text is called."""
    spec = context.rule.spec
    field = str(spec["field"])
    part = str(spec.get("part", field))
    return context.unit.label_of(field) if part == field else Words(context).describe(parse(part))


def _wrong(
    context: Context, value: str, wrong: str, required: str, told: dict[str, str] | None = None
) -> Verdict:
    message = f"“{_label(context)}”填的是“{value}”，{wrong}。"
    return missed(context, Said(message, value, Requirement(required)), told=told)


def _said_code(context: Context, value: str) -> Said:
    meaning = context.code_list(str(context.rule.spec["list"]))[value]
    return Said(f"“{_label(context)}”为 {value} {meaning}。", value, Requirement(_IN_LIST))


def _said_right(context: Context, what: str, value: str, required: str) -> Said:
    return Said(f"“{_label(context)}”的{what}正确。", value, Requirement(required))


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
    return _last(code, _USCC_SIGNS[(31 - total % 31) % 31])


def id_card_problem(code: str) -> str | None:
    """What is wrong with an 18-digit 公民身份号码; None if nothing is."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", code):
        return "应为 17 位数字加 1 位数字或 X"
    try:
        date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    except ValueError:
        return f"第 7 至 14 位“{code[6:14]}”不是出生日期"
    total = sum(int(sign) * weight for sign, weight in zip(code, _ID_WEIGHTS, strict=False))
    return _last(code, _ID_SIGNS[total % 11])


def org_code_problem(code: str) -> str | None:
    """What is wrong with a 组织机构代码; None if nothing is.

    8 digits or capitals (A is 10) and a check sign, with or without a hyphen before it: 11 minus
    the weighted sum modulo 11, X for 10 and 0 for 11. It stands in 统一社会信用代码 as 9 to 17.
    """
    plain = code.replace("-", "")
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", plain):
        return "应为 8 位数字或大写字母加 1 位数字或 X"
    total = sum(int(sign, 36) * weight for sign, weight in zip(plain, _ORG_WEIGHTS, strict=False))
    return _last(plain, "0123456789X0"[11 - total % 11])


def _last(code: str, expected: str) -> str | None:
    return None if code[-1] == expected else f"最后一位校验码应为 {expected}，请核对每一位"


_PROBLEMS = {"uscc": uscc_problem, "id_card": id_card_problem, "org_code": org_code_problem}
"""What is wrong with a code, by the algorithm that its rule names."""
