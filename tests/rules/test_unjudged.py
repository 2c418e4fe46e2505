"""Nothing unjudged is green: a form with its required rows only; a blank figure is no 0."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checker.authoring.examples import submission_for
from checker.judging.engine import judge
from checker.marking.findings import Counts
from checker.marking.results import result_of
from checker.model.report import FileStatus, Judgement, Report
from checker.model.rules import Example, Plain
from checker.model.template import Blank, Template
from checker.model.verdicts import Outcome, Severity
from checker.reports.terminal import file_lines
from checker.session import Session

OFFICIAL = {
    "GOV3c", "GOV3d", "GOV4c", "GOV4d", "GOV5c", "GOV6", "GOV7", "GOV10", "GOV13c", "GOV20",
    "QUA3", "QUA4a", "QUA4b", "QUA9", "QUA9a", "QUA20", "SOC1",
    "CLS2c", "CLS2d", "SAF15", "SAF18",
    "FIN3b", "FIN3c",
}  # fmt: skip
"""Official items of the county form whose rows may be left empty."""

WHOLES = {
    "county.year": 2026, "teachers.in_post": 3350, "teachers.certified": 3350,
    "training.teachers": 3350, "teachers.trained_360": 3350, "exchange.eligible": 3000,
    "exchange.moved": 400, "exchange.backbone": 100, "wages.teacher": 96554,
    "wages.civil_servant": 95167, "quota.total": 1000, "quota.allocated": 600,
    "migrant.eligible": 1000, "migrant.public": 950, "disabled.children": 131,
    "disabled.enrolled": 131, "safety.deaths": 0, "students.cohort_died": 0,
    "students.cohort_in": 0, "students.cohort_out": 0, "students.cohort_start": 5000,
    "students.cohort_graduates": 4900,
}  # fmt: skip


@pytest.fixture(scope="module")
def session() -> Session:
    """All rules of the project."""
    return Session()


def required(template: Template) -> Iterator[tuple[str, Plain]]:
    """A figure for every row that must be filled, this year and last."""
    for field in template.fields().values():
        if field.blank is not Blank.MISSING or field.type.value in ("text", "date", "code"):
            continue
        for column in field.columns:
            yield f"{field.id}@{column}", WHOLES.get(field.id, 60)


@pytest.fixture(scope="module")
def county(session: Session) -> Report:
    """The county form with its required rows only."""
    template = next(one for one in session.templates if one.id == "county")
    facts = dict(required(template))
    form = submission_for(Example(Outcome.PASS, facts, {}), template)
    return judge(form, session.ruleset, session.profile)


def test_a_county_form_with_the_required_rows_only_leaves_the_official_items_open(
    county: Report,
) -> None:
    """Every one is 缺数据 and names a cell to fill; none is passed over as 不适用."""
    open_ = {item.rule for item in county.verdicts if item.outcome is Outcome.INCOMPLETE}
    assert open_ >= OFFICIAL
    outcomes = {item.outcome for item in county.verdicts if item.rule in OFFICIAL}
    assert outcomes == {Outcome.INCOMPLETE}
    assert all(item.at for item in county.verdicts if item.rule in OFFICIAL)
    assert "缺少“满意问卷数”" in next(
        item.message for item in county.verdicts if item.rule == "SOC1"
    )


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ({"schools.special": 0}, {"GOV7"}),
        ({"small_schools.count": 0}, {"GOV6", "FIN3c"}),
        ({"monitoring.taken": False}, {"QUA9", "QUA9a"}),
        ({"nearby.pupils@primary": 0, "nearby.pupils_nearby@primary": 0}, {"GOV13c"}),
    ],
    ids=["no special school", "no small school", "not in the sample", "no school in town"],
)
def test_not_applicable_is_what_the_county_says_is_not_there(
    session: Session, said: dict[str, Plain], rules: set[str]
) -> None:
    """不适用 only for a reason in the data: a 0 or a 否 that somebody wrote."""
    template = next(one for one in session.templates if one.id == "county")
    form = submission_for(Example(Outcome.PASS, said, {}), template)
    report = judge(form, session.ruleset, session.profile)
    outcomes = {
        item.rule: item.outcome
        for item in report.verdicts
        if item.rule in rules and item.unit.stage != "junior"
    }
    assert outcomes == dict.fromkeys(rules, Outcome.NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"students.final_grade": 150}, Outcome.INCOMPLETE),
        ({}, Outcome.INCOMPLETE),
        ({"students.final_grade": 0}, Outcome.NOT_APPLICABLE),
    ],
    ids=["a final grade", "nothing filled in", "a new school"],
)
def test_a_junior_school_with_a_final_grade_owes_its_cohort(
    session: Session, facts: dict[str, Plain], outcome: Outcome
) -> None:
    """QUA1 may be left out only by a school that has no final grade yet."""
    template = next(one for one in session.templates if one.id == "compulsory_school")
    given: dict[str, Plain] = {"school.type": "311", **facts}
    form = submission_for(Example(Outcome.PASS, given, {}), template)
    report = judge(form, session.ruleset, session.profile)
    assert [item.outcome for item in report.verdicts if item.rule == "QUA1"] == [outcome]


@pytest.mark.parametrize("template_id", ["compulsory_school", "county"])
def test_no_death_and_no_dangerous_building_must_be_written_as_0(
    session: Session, template_id: str
) -> None:
    """A blank cell is no 0."""
    template = next(one for one in session.templates if one.id == template_id)
    form = submission_for(Example(Outcome.PASS, {}, {}), template)
    report = judge(form, session.ruleset, session.profile)
    asked = {"SAF6", "BLD9"} if template_id == "compulsory_school" else {"SAF6"}
    found = {item.rule: item.outcome for item in report.verdicts if item.rule in asked}
    assert found == dict.fromkeys(asked, Outcome.INCOMPLETE)


def test_what_lacks_data_and_what_is_not_judged_are_told_as_parts_of_one_number(
    session: Session, county: Report
) -> None:
    """Official items are 未判断 and listed by name; what else waits for the same cells is counted
    beside them, in the text and on the sheet alike."""
    judgement = Judgement("县.xlsx", FileStatus.CHECKED, report=county)
    result = result_of(judgement, session.rules)
    counts, listed = result.counts, result.overview.unjudged
    lacking = [item for item in county.verdicts if item.outcome is Outcome.INCOMPLETE]
    other = {
        item.rule
        for item in lacking
        if session.rules[item.rule].severity is not Severity.STANDARD
        or session.rules[item.rule].kind == "composite"
    }
    assert other and not other & {item.rule for item in listed}
    assert counts.unjudged == len(listed) and counts.incomplete == len(lacking)
    said = counts.lacking()
    assert f"缺数据共 {len(lacking)} 条：达标项目 {len(listed)} 项" in said
    assert f"其余 {len(lacking) - len(listed)} 条" in said
    assert f"  {said}" in [line.text for line in file_lines(result)]
    shown = [
        cell.value for sheet in session.mark(county).sheets for row in sheet.rows for cell in row
    ]
    assert said in shown and f"缺数据 {counts.incomplete}" in shown
    assert Counts(incomplete=4, unjudged=4).lacking() == ""
    assert Counts(incomplete=3).lacking() == (
        "缺数据 3 条，都是逻辑校验、经验校验和提示，没有达标项目："
        "要用的格子空着，或者填得不对，所以没有判断。"
    )
