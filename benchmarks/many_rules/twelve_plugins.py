"""Twelve plugins with 500 rules between them, each with code that must not be imported."""

from __future__ import annotations

from pathlib import Path

PLUGINS = 12
RULES = 500

HEAD = """
[plugin]
id = "{id}"
title = "第{number}个插件"
version = "1"
api_version = 1

[families]
{family} = "第{number}族"

[documents.d]
title = "某文件"
number = "某发〔2026〕{number}号"
date = "2026-01-01"
"""

RULE = """
[[thresholds]]
id = "{id}"
unit = "人"
value = {value}
since = 2020
source = "某文件"

[[rules]]
id = "{id}"
kind = "{kind}"
title = "第{value}条规则"
severity = "soft"
templates = ["compulsory_school"]
scope = "stage"
{body}
what = "检查专任教师与在校学生之比是否达到要求，不达到的说明原因。"
why = "教师太少，课开不齐，班额也降不下来，学生得不到应有的照顾。"
fix = "核对专任教师数和在校学生数；属实的，在“说明”表写明原因和补充教师的计划。"
sources = [ {{ document = "d", clause = "第{value}条" }} ]
since = 2020
examples = [
  {{ expect = "pass", facts = {{ "students.total" = 1000, "teachers.full_time" = 990 }} }},
  {{ expect = "doubt", facts = {{ "students.total" = 990, "teachers.full_time" = 0 }} }},
]
"""

RELATION = "check = \"teachers.full_time * {value} >= students.total - threshold('{id}')\""
FUNCTION = 'function = "check"\ninputs = ["teachers.full_time", "students.total"]'

CODE = '''"""A rule's function; importing it leaves a trace."""

from pathlib import Path

Path(__file__).with_name("imported").touch()


def check(unit, context):
    yield context.passed("通过。", at=["teachers.full_time"])
'''


def write_plugins(folder: Path) -> list[Path]:
    """Write the plugins below ``folder``; their folders. Every fifth rule is a function."""
    written = []
    for number in range(1, PLUGINS + 1):
        family = "MANY" + chr(ord("A") + number - 1)
        count = RULES // PLUGINS + (number <= RULES % PLUGINS)
        text = HEAD.format(id=f"many_{number}", number=number, family=family)
        for value in range(1, count + 1):
            rule_id = f"{family}{value}"
            kind, body = ("function", FUNCTION) if value % 5 == 0 else ("relation", RELATION)
            filled = body.format(value=value, id=rule_id)
            text += RULE.format(id=rule_id, value=value, kind=kind, body=filled)
        place = folder / f"many_{number}"
        place.mkdir(parents=True)
        (place / "plugin.toml").write_text(text, "utf-8")
        (place / "rules.py").write_text(CODE, "utf-8")
        written.append(place)
    return written
