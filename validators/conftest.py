"""What the tests of the indicator families share: a form filled in with facts, really judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from checker.authoring.examples import submission_for
from checker.judging.engine import judge
from checker.model.report import Report
from checker.model.rules import Example, Plain
from checker.model.submission import Submission
from checker.model.verdicts import Outcome, Verdict
from checker.session import Session, SessionOptions

Facts: TypeAlias = dict[str, Plain]
Tables: TypeAlias = dict[str, list[dict[str, Plain]]]
FillIn: TypeAlias = Callable[..., Submission]
Judge: TypeAlias = Callable[..., Report]
Find: TypeAlias = Callable[..., Verdict]


@pytest.fixture(scope="session")
def session() -> Session:
    """All rules of the project under the national profile, as a user gets them."""
    return Session()


@pytest.fixture(scope="session")
def fill_in(session: Session) -> FillIn:
    """``fill_in(facts, tables, template)``: a form with these facts and all else left empty."""
    templates = {template.id: template for template in session.templates}

    def fill(
        facts: Facts, tables: Tables | None = None, template: str = "compulsory_school"
    ) -> Submission:
        return submission_for(Example(Outcome.PASS, facts, tables or {}), templates[template])

    return fill


@pytest.fixture(scope="session")
def judged(session: Session, fill_in: FillIn) -> Judge:
    """``judged(facts, tables, template=, profile=)``: the whole report on such a form."""
    sessions: dict[str, Session] = {}

    def report(
        facts: Facts,
        tables: Tables | None = None,
        template: str = "compulsory_school",
        profile: str | None = None,
    ) -> Report:
        used = session
        if profile is not None:
            if profile not in sessions:
                sessions[profile] = Session(SessionOptions(profile=profile))
            used = sessions[profile]
        return judge(fill_in(facts, tables, template), used.ruleset, used.profile)

    return report


@pytest.fixture(scope="session")
def verdict() -> Find:
    """``verdict(report, rule, stage=None, row=0)``: the one verdict of a rule on a unit."""

    def find(report: Report, rule: str, stage: str | None = None, row: int = 0) -> Verdict:
        (found,) = [
            item
            for item in report.verdicts
            if item.rule == rule
            and (stage is None or item.unit.stage == stage)
            and (not row or item.unit.row == row)
        ]
        return found.worded()

    return find
