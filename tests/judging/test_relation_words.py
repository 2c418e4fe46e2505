"""What a relation that does not hold is said to require: words of the form, never a formula."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from checker.authoring.examples import submission_for
from checker.authoring.explanation import explanation_lines
from checker.judging.engine import judge
from checker.model.rules import Example, Plain
from checker.model.submission import FactRef
from checker.model.verdicts import Outcome, Verdict
from checker.session import Session


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


def missed(session: Session, rule_id: str, facts: dict[str, Plain], **spec: Plain) -> Verdict:
    """The verdict of one rule, with parts of it said otherwise, that does not hold."""
    rule = session.rules[rule_id]
    rule = replace(rule, spec={**rule.spec, **spec}, message="" if spec else rule.message)
    form = next(each for each in session.templates if each.id == rule.templates[0])
    submission = submission_for(Example(Outcome.DOUBT, facts, {}), form)
    ruleset = replace(session.ruleset, rules=(rule,))
    report = judge(submission, ruleset, session.profile)
    return next(
        each for each in report.verdicts if each.rule == rule_id and isinstance(each, Verdict)
    )


def test_a_rule_with_a_sentence_of_its_own_shows_no_formula(session: Session) -> None:
    """SEV7: 99.1 分 and 良好; not “自评等次 = “1”，并且（合计的自评分 ≥ 限值 90）”."""
    said = missed(session, "SEV7", {"score.grade": "2", "score.total@score": 99})
    assert said.required is None
    assert "90分及以上为优秀" in said.message


def test_a_choice_is_called_what_the_form_calls_it(session: Session) -> None:
    facts: dict[str, Plain] = {"score.grade": "2", "score.total@score": 99}
    said = missed(session, "SEV7", facts, check="score.grade in ['1', '3']")
    assert said.message == "应当自评等次是“优秀”、“合格”之一，现在不是这样。"


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (
            "not (given(schools.senior) or given(score.items))",
            "不是（已填写（普通高中），或者已填写（指标体系的项数））",
        ),
        ("not given(schools.senior)", "没有填写普通高中"),
        (
            "given(score.items) and given(score.grade) or schools.senior > 1",
            "（已填写（指标体系的项数），并且已填写（自评等次）），或者（普通高中 > 1）",
        ),
    ],
)
def test_what_belongs_together_is_bracketed(session: Session, check: str, words: str) -> None:
    facts: dict[str, Plain] = {"schools.senior": 1, "score.items": 54, "score.total@score": 99}
    assert missed(session, "SEV7", facts, check=check).message == f"应当{words}，现在不是这样。"


def test_a_column_of_its_own_is_marked(session: Session) -> None:
    """SEV4 reads the column 分值 of 合计: that cell is marked."""
    said = missed(session, "SEV4", {"score.total@full": 99})
    assert said.at == (FactRef("score.total", "full"),)


def test_buses_that_were_typed_are_not_said_to_be_missing(session: Session) -> None:
    said = missed(session, "SAF107", {"safety.buses": 0, "safety.bus_students": 80})
    assert said.message == "校车数填的是 0辆，却填了乘坐校车的学生 80人。"


def test_pupils_are_not_counted_in_visits(session: Session) -> None:
    said = missed(session, "SPE112", {"home.pupils": 9, "home.visits": 5})
    assert said.message == "送教上门的学生有 9人，全年送教 5次，平均每名学生不到 1 次，请核实。"


def test_a_limit_has_no_second_name(session: Session) -> None:
    said = missed(session, "SPE107", {"pupils.total": 520, "staff.total": 30})
    assert "限值" not in said.message


def test_an_example_shows_what_is_chosen(session: Session) -> None:
    lines = "\n".join(explanation_lines(session.rules["SEV7"], session))
    assert "自评等次 1 优秀" in lines
