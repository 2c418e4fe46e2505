"""Units: 元 and 万元 cannot be compared by accident, and harmless things are not in the way."""

from __future__ import annotations

import pytest

from checker.model.rules import Threshold
from checker.model.template import Template
from checker.rules.expression import parse
from checker.rules.rule_check import DeclaredUnits
from checker.rules.syntax import ExpressionError
from checker.rules.units import measure


@pytest.fixture(scope="module")
def declared(form: Template) -> DeclaredUnits:
    limits = {
        name: Threshold(name, {}, unit)
        for name, unit in (("YUAN", "元"), ("RATE", "%"), ("PEOPLE", "人"), ("BARE", ""))
    }
    return DeclaredUnits(form, limits)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("money.budget + yuan(equipment.value)", "元"),
        ("money.budget / students.total", "元"),
        ("threshold('YUAN') * students.total", "元"),
        ("students.total + teachers.pe * 2", "人"),
        ("area.teaching / students.total", "㎡"),
        ("area.teaching / area.teaching * 100", ""),
        ("max(students.total, 100)", "人"),
        ("number(equipment.value) + money.budget", "元"),
        ("previous(money.budget)", "元"),
        ("total(rooms.area)", "㎡"),
    ],
)
def test_the_unit_of_a_computation(declared: DeclaredUnits, text: str, unit: str) -> None:
    assert measure(parse(text), declared, text).unit == unit


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("money.budget >= equipment.value", 16, "元和万元不能比较"),
        ("money.budget + equipment.value > 0", 15, "元和万元不能相加减"),
        ("students.total > area.teaching", 17, "人和㎡不能比较"),
        ("threshold('YUAN') > equipment.value", 20, "元和万元"),
        ("max(money.budget, equipment.value)", 18, "不能放在一起"),
        ("yuan(money.budget) > 0", 5, "yuan 只换算万元"),
        ("safety.alarm + 1 > 0", 0, "这里要数字，不是是/否"),
        ("school.code > 3", 14, "文字和没有单位的数"),
        ("students.total and safety.alarm", 0, "成立或不成立"),
        ("students.totl > 0", 0, "没有字段 students.totl"),
        ("students.total > threshold('NOPE')", 27, "没有限值 NOPE"),
        ("if_(safety.alarm, money.budget, equipment.value) > 0", 32, "同一个结果"),
        ("if_(staff.total, 1, 2) > 0", 4, "这里要“成立或不成立”，不是人"),
        ("count(rooms, rooms.area) > 0", 13, "这里要“成立或不成立”，不是㎡"),
        ("money.budget in [equipment.value]", 17, "不能比较"),
        ("money.budget / students.total > equipment.value", 32, "元和万元"),
    ],
)
def test_what_does_not_go_together_is_pointed_at(
    declared: DeclaredUnits, text: str, column: int, words: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        measure(parse(text), declared, text)
    assert words in caught.value.message
    assert caught.value.column == column


@pytest.mark.parametrize(
    "text",
    [
        "students.total > 0",
        "teachers.pe * 100 / students.total >= threshold('RATE')",
        "growth.claimed >= threshold('RATE')",
        "count(rooms) >= teachers.pe",
        "school.type == '211' and safety.alarm == true",
        "students.total >= threshold('BARE')",
        "year(school.filled_on) == 2026",
        "left(school.code, 2) in ['21', '31']",
    ],
)
def test_what_is_usual_is_allowed(declared: DeclaredUnits, text: str) -> None:
    assert measure(parse(text), declared, text).kind == "flag"
