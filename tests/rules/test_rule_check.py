"""An author who slips is told so: every complaint that can be made of a rule without running it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from checker.model.rules import Citation, Example, Rule
from checker.model.template import Template
from checker.model.verdicts import Outcome
from checker.plugins.loading import Plugins
from checker.rules.rule_check import (
    static_problems,
    text_problems,
    unused_thresholds,
)
from checker.rules.rule_reads import fields_read
from checker.session import Session

LIMITS = """
[[thresholds]]
id = "MANY"
unit = "人"
value = 5

[[thresholds]]
id = "SPARE"
unit = "人"
value = 5
"""


@pytest.fixture
def rule(plugin: Callable[..., Plugins]) -> Callable[..., Rule]:
    """One rule TRY1 of a kind."""

    def make(kind: str, keys: str, templates: str = '["small"]') -> Rule:
        body = (
            f'[[rules]]\nid = "TRY1"\nkind = "{kind}"\ntitle = "试"\nseverity = "soft"\n'
            f"templates = {templates}\n{keys}\n"
        )
        (found,) = plugin(LIMITS + body).ruleset.rules
        return found

    return make


@pytest.fixture
def complaints(plugin: Callable[..., Plugins], form: Template) -> Callable[[Rule], list[str]]:
    ruleset = plugin(LIMITS).ruleset

    def find(rule: Rule) -> list[str]:
        return list(static_problems(rule, replace(ruleset, rules=(rule,)), {"small": form}))

    return find


@pytest.mark.parametrize(
    ("kind", "keys", "said"),
    [
        ("range", 'value = "staff.total"\nminimum = "MANY"', []),
        ("range", 'value = "staff.total"\nminimum = "NONE"', ["没有限值 NONE"]),
        ("range", 'value = "staff.totl"\nminimum = "MANY"', ["value：没有字段 staff.totl"]),
        ("range", 'value = "staff.total"\nminimum = "teachers.pe"', []),
        (
            "relation",
            "check = \"staff.total > threshold('NONE')\"",
            ["没有限值 NONE", "check：没有限值 NONE"],
        ),
        ("relation", 'check = "staff.total > 0"\nwhen = "nowhere > 0"', ["when：没有字段 nowhere"]),
        ("relation", 'check = "staff.total > 0"\nat = ["nowhere"]', ["at：没有字段 nowhere"]),
        ("relation", 'check = "staff.total > 0"\nat = ["staff.total", "rooms.area"]', []),
        (
            "relation",
            'check = "staff.total > 0"\nstages = ["primary", "senior"]',
            ["stages：没有学段 senior"],
        ),
        ("relation", 'check = "count(halls) > 0"', ["check：没有表 halls"]),
        (
            "relation",
            'check = "given(nowhere) and nowhere > 0"',
            ["given：没有一个模板有字段 nowhere"],
        ),
        ("relation", 'check = "given(rooms.area) or staff.total > 0"', []),
        ("relation", 'scope = "row"\ntable = "rooms"\ncheck = "rooms.area > 0"', []),
        ("sum", 'total = "staff.total"\nparts = ["teachers.pe", "students.total"]', []),
        (
            "sum",
            'total = "staff.total"\nparts = ["teachers.pe", "money.budget"]',
            ["staff.total 的单位是人，money.budget 的单位是元，不能相比"],
        ),
        (
            "subset",
            'whole = "money.budget"\nparts = ["equipment.value"]',
            ["money.budget 的单位是元，equipment.value 的单位是万元，不能相比"],
        ),
        (
            "growth",
            'current = "money.budget"\nprevious = "previous(staff.total)"\n'
            'compare = ">="\nthreshold = "MANY"',
            ["money.budget 的单位是元，previous(staff.total) 的单位是人，不能相比"],
        ),
        ("code", 'field = "school.type"\nlist = "school_type"', []),
        ("code", 'field = "school.type"\nlist = "nowhere"', ["list：没有代码表 nowhere"]),
        ("composite", 'of = ["TRY1", "TRY7 + TRY1"]\nat_least = "MANY"', ["of：没有规则 TRY7"]),
    ],
)
def test_what_a_form_or_a_plugin_lacks_is_named(
    rule: Callable[..., Rule],
    complaints: Callable[[Rule], list[str]],
    kind: str,
    keys: str,
    said: Sequence[str],
) -> None:
    found = [each.removeprefix("（模板 small）") for each in complaints(rule(kind, keys))]
    assert len(found) == len(said), found
    assert all(words in each for words, each in zip(said, found, strict=True)), found


def test_a_form_that_is_not_there_is_named_and_the_others_are_checked(
    rule: Callable[..., Rule], complaints: Callable[[Rule], list[str]]
) -> None:
    found = complaints(rule("relation", 'check = "nowhere > 0"', '["large", "small"]'))
    assert found[0] == "templates：没有模板 large"
    assert found[1].startswith("（模板 small）check：没有字段 nowhere")


CLAUSE = Citation("督导评估办法", "教督〔2017〕6号", "第八条")
GOOD, BAD = Example(Outcome.PASS, {}, {}), Example(Outcome.UNMET, {}, {})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"citations": ()}, ["sources：没有写依据"]),
        ({"what": " "}, ["what：没有写"]),
        ({"why": ""}, ["why：没有写"]),
        ({"fix": "改"}, ["fix：应是完整的句子，以句号结尾"]),
        ({"what": "对吗？", "why": "对！", "fix": "改（这里）"}, []),
        ({"examples": ()}, ["examples：没有例子"]),
        ({"examples": (GOOD,)}, ["examples：缺少一个不通过的例子"]),
        ({"examples": (BAD,)}, ["examples：缺少一个通过的例子"]),
        ({"examples": (GOOD, replace(BAD, expect=Outcome.FAIL))}, []),
        ({"examples": (GOOD, replace(BAD, expect=Outcome.DOUBT))}, []),
        (
            {"examples": (GOOD, replace(BAD, expect=Outcome.NOT_APPLICABLE))},
            ["examples：缺少一个不通过的例子"],
        ),
    ],
)
def test_what_a_reader_would_miss_is_named(
    rule: Callable[..., Rule], changed: dict[str, object], said: list[str]
) -> None:
    whole = replace(
        rule("relation", 'check = "staff.total > 0"'),
        what="查什么。",
        why="为什么。",
        fix="改这里。",
        citations=(CLAUSE,),
        examples=(GOOD, BAD),
    )
    assert list(text_problems(replace(whole, **changed))) == said


def test_limits_that_nobody_reads_are_found(
    rule: Callable[..., Rule], plugin: Callable[..., Plugins]
) -> None:
    ruleset = plugin(LIMITS).ruleset
    one = rule("range", 'value = "staff.total"\nminimum = "MANY"')
    assert unused_thresholds(ruleset, [one]) == {"SPARE"}
    two = rule("relation", "check = \"staff.total > threshold('SPARE')\"")
    assert unused_thresholds(ruleset, [one, two]) == set()
    assert unused_thresholds(ruleset, []) == {"MANY", "SPARE"}


def test_the_fields_that_a_rule_reads(rule: Callable[..., Rule]) -> None:
    one = rule(
        "relation",
        'check = "staff.total > 0"\nwhen = "safety.alarm"\nat = ["school.code"]',
    )
    assert fields_read(one) == {"staff.total", "safety.alarm", "school.code"}


def test_what_is_read_on_the_county_s_own_form_must_be_there() -> None:
    session = Session()
    rule = session.rules["CLM50a"]
    templates = {item.id: item for item in session.templates}
    assert list(static_problems(rule, session.ruleset, templates)) == []
    strange = replace(rule, spec={**rule.spec, "against": "claim.nothing"})
    assert list(static_problems(strange, session.ruleset, templates)) == [
        "against（县级自查表）：没有字段 claim.nothing"
    ]
