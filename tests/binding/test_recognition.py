"""Which form a workbook is, and which edition; what cannot be told is said plainly."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1]))
from public_workbooks import CORPUS

from checker.forms.binding import bind, recognise
from checker.forms.errors import UnknownForm
from checker.forms.loading import load_template
from checker.model.snapshot import Snapshot
from checker.model.template import Template
from checker.reading import read_snapshot

Change = Callable[..., Snapshot]
TEMPLATES = Path(__file__).resolve().parents[2] / "workbook_templates"


@pytest.fixture(scope="module")
def all_templates() -> list[Template]:
    return [load_template(path) for path in sorted(TEMPLATES.glob("*/template.toml"))]


def with_properties(snapshot: Snapshot, **properties: str) -> Snapshot:
    found = {f"checker.{name}": value for name, value in properties.items()}
    return replace(snapshot, properties=found)


def test_every_built_workbook_is_recognised_with_and_without_its_property(
    all_templates: list[Template],
) -> None:
    for template in all_templates:
        for path in sorted((TEMPLATES / template.id).glob("*.xls?")):
            snapshot = read_snapshot(path)
            assert recognise(snapshot, all_templates) is template
            bare = with_properties(snapshot)
            assert recognise(bare, all_templates) is template, path.name
            told = {problem.rule for problem in bind(bare, template).problems}
            assert "FORM015" not in told


def test_of_several_editions_the_workbooks_own_is_taken(
    school: Template, snapshot: Snapshot
) -> None:
    older = replace(school, edition=2025)
    assert recognise(snapshot, [older, school]) is school
    assert recognise(with_properties(snapshot, template=school.id, edition="2025"), [older, school])
    last_year = with_properties(snapshot, template=school.id, edition="2025")
    assert recognise(last_year, [older, school]) is older
    assert recognise(last_year, [school]) is school


def test_last_years_form_is_told_by_property_or_by_the_printed_date(
    school: Template, snapshot: Snapshot
) -> None:
    by_property = with_properties(snapshot, template=school.id, edition="2025")
    sheets = {
        title: replace(
            sheet,
            rows=[
                [v.replace("2026年9月", "2025年9月") if isinstance(v, str) else v for v in line]
                for line in sheet.rows
            ],
        )
        for title, sheet in snapshot.sheets.items()
    }
    by_date = replace(with_properties(snapshot), sheets=sheets)
    for book in (by_property, by_date):
        first, *_ = bind(book, school).problems
        assert (first.rule, first.actual, first.required) == ("FORM015", "2025", "2026")
        assert "2025 年的表样" in first.message and "2026 年的空白表" in first.message


def test_some_other_workbook_is_not_forced_into_a_form(
    all_templates: list[Template], tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "工资表"
    book.create_sheet("教师")  # one familiar title is not enough
    book.save(tmp_path / "工资.xlsx")
    with pytest.raises(UnknownForm, match=r"义务教育学校填报表.*工资表、教师"):
        recognise(read_snapshot(tmp_path / "工资.xlsx"), all_templates)


def test_a_form_of_a_template_that_is_not_installed_is_named(
    all_templates: list[Template], snapshot: Snapshot
) -> None:
    with pytest.raises(UnknownForm, match="vocational"):
        recognise(with_properties(snapshot, template="vocational"), all_templates)


def test_any_workbook_of_the_corpus_can_be_bound_without_failing(school: Template) -> None:
    """No matter how little it has to do with the form."""
    from checker.reading import UnreadableWorkbook

    for path in sorted((CORPUS / "ok").iterdir())[::6]:
        try:
            snapshot = read_snapshot(path)
        except UnreadableWorkbook:
            continue
        with pytest.raises(UnknownForm):
            recognise(snapshot, [school])
        rules = {problem.rule for problem in bind(snapshot, school).problems}
        assert rules == {"FORM013"}, path.name
