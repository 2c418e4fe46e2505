"""The county form's sheets by family: used, unused, or not there in a workbook given out before."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from checker_templates.building.build import build_workbook
from checker_templates.building.fill import fill_template
from checker_templates.building.fill_data import FillData, FillValue

from checker.forms.loading import load_template
from checker.forms.registry import bundled_folder, choose, installed_templates
from checker.model.report import Report
from checker.model.verdicts import Outcome, Passed, Verdict
from checker.session import Session

Values = dict[str, dict[str, FillValue]]
BASIC: Values = {
    "county.name": {"whole": "某县"},
    "county.year": {"whole": 2026},
    "schools.primary": {"whole": 14},
}
SENIOR: Values = {"hs.gross_rate": {"whole": 98}, "hs.target": {"whole": 93}}


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


def filled(folder: Path, facts: Values) -> Path:
    """The county's workbook with these figures."""
    form = choose(installed_templates(), "county")
    path = folder / "县级自查表.xlsx"
    fill_template(form.template, form.workbook, path, FillData(facts, {}), verbatim=True)
    return path


def judged(session: Session, path: Path) -> Report:
    report = session.check(str(path), path.read_bytes()).report
    assert report is not None
    assert report.errors == ()
    return report


def of(report: Report, rule: str) -> list[Verdict | Passed]:
    return [each for each in report.verdicts if each.rule == rule]


def test_an_unused_sheet_is_not_handed_in_and_said_once(session: Session, tmp_path: Path) -> None:
    report = judged(session, filled(tmp_path, BASIC))
    (told,) = of(report, "FORM033")
    assert isinstance(told, Verdict)
    assert told.outcome is Outcome.DOUBT
    assert "“高中阶段教育”" in told.message
    assert "一格也没有填" in told.message
    optional = [sheet for sheet in report.submission.template.sheets if sheet.optional]
    assert optional
    assert report.submission.not_handed_in == tuple(sheet.id for sheet in optional)
    asked = {field.id for sheet in optional for field in sheet.fields}
    for verdict in report.verdicts:
        if isinstance(verdict, Verdict) and verdict.outcome is Outcome.INCOMPLETE:
            assert not {ref.field for ref in verdict.at} & asked, verdict.message


def test_a_sheet_that_is_used_is_judged_as_far_as_it_is_filled_in(
    session: Session, tmp_path: Path
) -> None:
    report = judged(session, filled(tmp_path, {**BASIC, **SENIOR}))
    assert "senior" not in report.submission.not_handed_in
    (told,) = of(report, "FORM033")
    assert isinstance(told, Verdict)
    assert "“高中阶段教育”" not in told.message
    (target,) = of(report, "HSE4")
    assert target.outcome is Outcome.DOUBT
    (unused,) = of(report, "SPE2")
    assert isinstance(unused, Verdict)
    assert unused.outcome is Outcome.NOT_APPLICABLE
    assert "没有交“特殊教育”这张表" in unused.message


def test_a_sheet_that_was_deleted_is_not_handed_in(session: Session, tmp_path: Path) -> None:
    path = filled(tmp_path, BASIC)
    book = openpyxl.load_workbook(path)
    del book["高中阶段教育"]
    book.save(path)
    report = judged(session, path)
    (told,) = of(report, "FORM033")
    assert isinstance(told, Verdict)
    assert "“高中阶段教育”" in told.message
    assert of(report, "FORM013") == []


def test_a_workbook_given_out_before_is_judged_as_before(session: Session, tmp_path: Path) -> None:
    """No sheet is missed, none is spoken of."""
    older = load_template(bundled_folder() / "county" / "template.toml")
    blank, path = tmp_path / "空白.xlsx", tmp_path / "县.xlsx"
    build_workbook(older, blank, formulas={})
    fill_template(older, blank, path, FillData(BASIC, {}), verbatim=True)
    report = judged(session, path)
    assert of(report, "FORM033") == []
    assert of(report, "FORM013") == []
    assert of(report, "OVW1")[0].outcome is Outcome.NOT_APPLICABLE
    assert of(report, "FORM001")
