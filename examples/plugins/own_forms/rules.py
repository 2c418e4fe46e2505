"""县里自己的表：用数据说不清的规则。"""

from __future__ import annotations

from collections.abc import Iterator

from checker.api import Context, Unit, Verdict

BORN_AT, BORN_TO = 6, 12
"""身份证号第 7 至 12 位是出生年月。"""


def born_as_in_id(unit: Unit, context: Context) -> Iterator[Verdict]:
    """OWN403：出生年月与身份证号第 7 至 12 位一致。"""
    card, born = unit.text("teachers.id_card"), unit.date("teachers.born")
    if len(card) != 18:
        yield context.not_applicable("身份证号不是 18 位")
        return
    typed, in_card = f"{born:%Y%m}", card[BORN_AT:BORN_TO]
    at = ["teachers.born", "teachers.id_card"]
    if typed == in_card:
        yield context.passed("出生年月与身份证号一致。", at=at)
    else:
        yield context.failed(
            f"出生年月填的是 {typed}，身份证号里是 {in_card}。",
            at=at,
            actual=typed,
            required=f"与身份证号一致（{in_card}）",
        )
