"""A filled workbook after a clerk worked in it with a real spreadsheet program."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from calc_scripts import run_in_calc

from checker.forms.binding import bind, recognise
from checker.model.cells import CellKind
from checker.model.submission import FactRef, FactState
from checker.model.template import Template
from checker.reading import read_snapshot

pytestmark = pytest.mark.real

CLERK = Path(__file__).parent / "clerk_in_calc.py"
BOYS, GIRLS = FactRef("students.boys", "primary"), FactRef("students.girls", "primary")
BOARDERS = FactRef("students.boarders", "primary")
RETYPED = (BOYS, GIRLS, BOARDERS)


@pytest.fixture(scope="module")
def edited(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with edited.xlsx, .xls and .ods (see clerk_in_calc.py)."""
    folder = tmp_path_factory.mktemp("edited")
    run_in_calc(CLERK, filled, folder)
    return folder


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_every_value_is_found_where_the_editing_left_it(
    edited: Path, school: Template, values: Mapping[FactRef, object], ending: str
) -> None:
    snapshot = read_snapshot(edited / f"edited.{ending}")
    assert recognise(snapshot, [school]) is school
    submission = bind(snapshot, school)
    assert submission.stages == ("primary", "junior")
    for ref, value in values.items():
        if ref not in RETYPED:
            assert submission.fact(ref).value == value, ref
    assert submission.fact(BOYS).value == 700
    assert submission.fact(GIRLS).state is FactState.ERROR, "=1/0 is not an empty cell"
    unreadable = {problem.ref for problem in submission.problems if problem.rule == "FORM002"}
    assert unreadable == {BOARDERS}, "45% in a field of whole numbers"
    names = [row.facts["name"].value for row in submission.tables["classes"]]
    assert names == [f"三{n}班" for n in range(1, 8)]
    assert submission.explanations["TEA201@teachers.full_time@primary"].text == "两校合并"
    told = {problem.rule for problem in submission.problems}
    assert ("FORM010" in told) == (ending == "xlsx"), "names that are not read are not lost"
    assert "FORM003" in told and not told & {"FORM011", "FORM012", "FORM013", "FORM015", "FORM018"}
    assert (snapshot.cannot_write is None) == (ending == "xlsx")


def test_the_xlsx_also_tells_errors_formats_and_names(edited: Path, school: Template) -> None:
    snapshot = read_snapshot(edited / "edited.xlsx")
    submission = bind(snapshot, school)
    by_rule = {problem.rule: problem for problem in submission.problems}
    told = {"FORM002", "FORM003", "FORM004", "FORM010", "FORM014", "FORM024"}
    assert set(by_rule) == told
    assert by_rule["FORM024"].sheet == "经费 (2)"
    assert by_rule["FORM004"].ref == GIRLS and "#DIV/0!" in by_rule["FORM004"].message
    assert by_rule["FORM010"].sheet == "教师" and "1 格" in by_rule["FORM010"].message
    assert by_rule["FORM014"].sheet == "安全（终稿）"
    shown = {(item.rule, item.stage): item for item in submission.indicators}
    assert shown and all(item.content.formula is not None for item in shown.values())
    assert shown["RES1", "primary"].content.kind is CellKind.NUMBER, "Calc computed it"
