"""Money: every worked example of the manifest, and the stories that one example cannot tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from checker.authoring.examples import run_examples
from checker.model.rules import Example, Plain
from checker.model.verdicts import Outcome, Verdict
from checker.plugins.manifest import load_manifest
from checker.rules.profiles import build
from checker.session import Session, SessionOptions

RULES = load_manifest(Path(__file__).parents[1] / "plugin.toml").rules


def judged(
    session: Session,
    rule_id: str,
    template: str,
    facts: dict[str, Plain],
    stage: str | None = None,
    edition: int | None = None,
) -> Verdict:
    """What one rule says of these facts."""
    example = Example(expect=Outcome.PASS, facts=facts, stage=stage)
    rule = replace(session.ruleset.rule(rule_id), templates=(template,), examples=(example,))
    templates = {one.id: one for one in session.templates}
    profile = build(session.ruleset.thresholds, edition=edition)
    (result,) = run_examples(rule, session.ruleset, templates, profile)
    (verdict,) = result.verdicts
    return verdict


@pytest.mark.parametrize(
    ("year", "outcome"),
    [(2018, Outcome.PASS), (2022, Outcome.PASS), (2023, Outcome.UNMET), (2026, Outcome.UNMET)],
)
def test_710_yuan_was_enough_until_the_base_rose_in_2023(
    session: Session, year: int, outcome: Outcome
) -> None:
    """临邑县 paid 710 per primary pupil: above 600 and 650, below 720."""
    facts: dict[str, Plain] = {"money.public_standard": 710}
    verdict = judged(session, "FIN3a", "county", facts, "primary", year)
    assert verdict.outcome is outcome


@pytest.mark.parametrize(("year", "exact"), [(2022, 69000), (2026, 78000)])
def test_a_small_boarding_school(session: Session, year: int, exact: int) -> None:
    """60 pupils are paid as 100; 20 boarders add 200 each, 300 since 2023:
    650 x 100 + 200 x 20, later 720 x 100 + 300 x 20."""
    facts: dict[str, Plain] = {
        "school.type": "218",
        "school.urban_rural": "220",
        "students.total": 60,
        "students.boarders": 20,
        "money.public_funds": exact,
    }
    assert judged(session, "FIN3", "compulsory_school", facts, "primary", year).outcome is (
        Outcome.PASS
    )
    facts["money.public_funds"] = exact - 1
    verdict = judged(session, "FIN3", "compulsory_school", facts, "primary", year)
    assert verdict.outcome is Outcome.UNMET
    assert verdict.gap is not None
    assert verdict.gap.exact == 1


def test_money_typed_in_wan_is_doubted_not_believed(session: Session) -> None:
    """75 (万元) for 1000 pupils is 0.075 yuan each: a slip, not a starving school."""
    facts: dict[str, Plain] = {
        "school.type": "211",
        "students.total": 1000,
        "money.public_funds": 75,
    }
    verdict = judged(session, "FIN201", "compulsory_school", facts, "primary")
    assert verdict.outcome is Outcome.DOUBT
    assert "像是单位为元的格填了万元的数" in verdict.message


def test_only_rural_schools_below_100_are_paid_as_100(session: Session) -> None:
    """国发〔2015〕67号 says 农村地区: a town's school of 36 is due 720 for each of the 36."""
    facts: dict[str, Plain] = {
        "school.type": "211",
        "students.total": 36,
        "students.boarders": 0,
        "money.public_funds": 720 * 36,
    }
    for place, outcome in (("111", Outcome.PASS), ("121", Outcome.PASS), ("220", Outcome.UNMET)):
        facts["school.urban_rural"] = place
        verdict = judged(session, "FIN3", "compulsory_school", facts, "primary")
        assert verdict.outcome is outcome


@pytest.mark.parametrize(
    ("profile", "standard", "outcome"),
    [
        (None, 600, Outcome.PASS),
        (None, 599, Outcome.UNMET),
        ("eastern_2016", 649, Outcome.UNMET),
        ("eastern_2016", 650, Outcome.PASS),
    ],
)
def test_the_base_of_2016_differed_by_region(
    profile: str | None, standard: int, outcome: Outcome
) -> None:
    """600 in the middle and west, 650 in the east, until 2019."""
    options = SessionOptions(profile=profile, edition=2018)
    session = Session(options)
    rule = session.ruleset.rule("FIN3a")
    example = Example(expect=outcome, facts={"money.public_standard": standard}, stage="primary")
    rule = replace(rule, templates=("county",), examples=(example,))
    templates = {one.id: one for one in session.templates}
    (result,) = run_examples(rule, session.ruleset, templates, session.profile)
    assert result.problem == ""


def test_wrong_base_is_named_only_where_it_is_the_reason(session: Session) -> None:
    """17.88 is what dividing by this year gives; 20 is just wrong."""
    facts: dict[str, Plain] = {
        "budget.education": 77673,
        "budget.education@whole.previous": 63787,
        "budget.education_growth": 20,
    }
    verdict = judged(session, "FIN1c", "county", facts)
    assert verdict.outcome is Outcome.FAIL
    assert "误以本期为基数" not in verdict.message


def test_unconfirmed_standards_never_fail_a_school() -> None:
    """A number that was read in one local report may raise doubts, not 不通过."""
    local = {"FIN5", "FIN6", "FIN11a", "FIN11b", "FIN11c", "FIN11d", "FIN12a", "FIN12b", "FIN12c"}
    hard = [rule.id for rule in RULES if rule.id in local and rule.severity.value == "hard"]
    assert hard == []
