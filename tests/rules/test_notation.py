"""Rules as the statistics software writes them: 表号.行号,列号."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checker.model.template import Template
from checker.plugins.loading import Plugins
from checker.rules.expression import parse
from checker.rules.notation import Notation, relation_in_notation


@pytest.mark.parametrize(
    ("text", "stage", "written"),
    [
        ("staff.total > 0", None, "表1.09,1 > 0"),
        ("teachers.full_time <= staff.total", "junior", "表1.07,3 <= 表1.09,1"),
        ("students.total", None, "(表1.05,2 + 表1.05,3)"),
        ("money.budget >= previous(money.budget)", None, "表1.11,1 >= 表1.11,5"),
        ("teachers.pe == previous(teachers.pe)", "primary", "表1.08,2 = last 表1.08,2"),
        ("stage(teachers.pe, 'junior') != 0", "primary", "表1.08,3 != 0"),
        (
            "(staff.total + 1) * 2 - (3 - staff.total)",
            None,
            "(表1.09,1 + 1) * 2 - (3 - 表1.09,1)",
        ),
        ("safety.alarm and not safety.alarm", None, "表1.14,1 && !表1.14,1"),
        ("staff.total > 1 or staff.total == 0", None, "表1.09,1 > 1 || 表1.09,1 = 0"),
        ("yuan(equipment.value) / 3", None, "表1.12,1 * 10000 / 3"),
        ("total(rooms.area)", None, "total(专用教室.*,2)"),
        ("staff.total >= threshold('X')", None, "表1.09,1 >= 限值[X]"),
    ],
)
def test_an_expression_in_the_notation(
    form: Template, text: str, stage: str | None, written: str
) -> None:
    assert Notation(form, stage).write(parse(text)) == written


def test_a_rule_is_written_once_per_stage(form: Template, plugin: Callable[..., Plugins]) -> None:
    rules = """
[[rules]]
id = "TRY1"
kind = "subset"
title = "题"
severity = "hard"
templates = ["small"]
scope = "stage"
whole = "teachers.full_time"
parts = ["teachers.pe"]

[[rules]]
id = "TRY2"
kind = "sum"
title = "题"
severity = "hard"
templates = ["small"]
total = "staff.total"
parts = ["teachers.full_time", "students.boarders"]

[[rules]]
id = "TRY3"
kind = "pattern"
title = "题"
severity = "hard"
templates = ["small"]
field = "school.code"
pattern = "x"
form = "x"
"""
    subset, total, pattern = plugin(rules).ruleset.rules
    assert relation_in_notation(subset, form) == ["表1.08,2 <= 表1.07,2", "表1.08,3 <= 表1.07,3"]
    assert relation_in_notation(total, form) == [
        "表1.09,1 = (表1.07,2 + 表1.07,3 + 表1.07,4) + (表1.06,2 + 表1.06,3)"
    ]
    assert relation_in_notation(pattern, form) == []
