"""The example workbooks, filled and judged by the real command, say what the reports say."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from checker.model.report import FileStatus, Report
from checker.model.verdicts import Quantity, Scope, Verdict
from checker.session import Session

EXAMPLES = Path(__file__).parents[2] / "examples"
TEMPLATES = {
    "laian": "county",
    "linyi": "county",
    "honggutan": "county",
    "shangshiqiao": "compulsory_school",
}
EXPECTED: list[dict[str, Any]] = tomllib.loads((EXAMPLES / "expected.toml").read_text("utf-8"))[
    "verdicts"
]


def checker(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the command as a user does."""
    command = [sys.executable, "-c", "from checker.cli.main import main; main()"]
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8"
    )


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The four example workbooks, filled with ``checker template fill``."""
    folder = tmp_path_factory.mktemp("examples")
    filled: dict[str, Path] = {}
    for name, template in TEMPLATES.items():
        filled[name] = folder / f"{name}.xlsx"
        done = checker("template", "fill", template, EXAMPLES / f"{name}.json", "-o", filled[name])
        assert done.returncode == 0, done.stdout + done.stderr
    return filled


@pytest.fixture(scope="module")
def reports(workbooks: dict[str, Path]) -> dict[str, Report]:
    """What is said of each, passes included."""
    session = Session()
    found: dict[str, Report] = {}
    for name, path in workbooks.items():
        judgement = session.judge_file(path)
        assert judgement.status is FileStatus.CHECKED, judgement.message
        assert judgement.report is not None
        assert judgement.report.errors == ()
        found[name] = judgement.report
    return found


def unit_of(verdict: Verdict) -> str:
    """How expected.toml names a unit: stage id, row ordinal, or whole."""
    if verdict.unit.scope is Scope.ROW:
        return str(verdict.unit.row)
    return verdict.unit.stage or "whole"


@pytest.mark.parametrize(
    "expected", EXPECTED, ids=[f"{one['file']}-{one['rule']}-{one['unit']}" for one in EXPECTED]
)
def test_example_workbook_gets_the_expected_verdict(
    reports: dict[str, Report], expected: dict[str, Any]
) -> None:
    """Each listed verdict is there, with its value and gap."""
    (verdict,) = [
        found
        for found in reports[expected["file"]].verdicts
        if found.rule == expected["rule"] and unit_of(found) == expected["unit"]
    ]
    assert verdict.outcome.value == expected["outcome"], verdict.message
    if "actual" in expected:
        assert str(verdict.actual) == expected["actual"]
    if "exact" in expected:
        assert isinstance(verdict.actual, Quantity)
        assert verdict.actual.value == Fraction(expected["exact"])
    if "gap" in expected:
        assert verdict.gap is not None
        assert verdict.gap.value == Fraction(expected["gap"])
    for words in expected.get("says", []):
        assert words in verdict.message


def test_every_class_of_shangshiqiao_is_too_large(reports: dict[str, Report]) -> None:
    """16 classes of 62 to 95, 1301 pupils: each one fails, and only by its own excess."""
    gaps = [
        verdict.gap.value
        for verdict in reports["shangshiqiao"].verdicts
        if verdict.rule == "GOV5a" and verdict.gap is not None
    ]
    assert len(gaps) == 16
    assert sum(gaps) == 1301 - 16 * 45


def test_command_reports_the_wrong_base_at_its_cell(workbooks: dict[str, Path]) -> None:
    """The finding about 17.88 % names the sheet, the cell, the right rate and the clause."""
    done = checker("check", workbooks["honggutan"], "--no-mark", "--format", "json")
    assert done.returncode == 1, done.stderr
    found = [
        finding for finding in json.loads(done.stdout)["findings"] if finding["rule"] == "FIN1c"
    ]
    (finding,) = found
    assert finding["sheet"] == "经费"
    assert finding["severity"] == "hard"
    assert "17.88" in finding["actual"]
    assert "21.77" in finding["required"]
    assert "误以本期为基数" in finding["message"]
    assert finding["source"]
    cell = cell_text(workbooks["honggutan"], finding["sheet"], finding["cell"])
    assert Decimal(str(cell)) == Decimal("17.88")


def cell_text(path: Path, sheet: str, cell: str) -> object:
    """What stands in a cell of the workbook."""
    from openpyxl import load_workbook

    return load_workbook(path)[sheet][cell].value


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_source_of_every_number_is_named(name: str) -> None:
    """No number in the examples without a remark where it was read."""
    document = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    source = document["source"]
    unnamed = {"county.name", "school.name"}
    fields = set(document["facts"]) - set(source) - unnamed
    if name == "shangshiqiao":  # one sentence of the report gives them all; it is quoted in full
        quoted = ("1301", "16", "45", "42", "3300", "2000")
        assert all(number in source["*"] for number in quoted)
        fields -= {
            "students.total",
            "class_count.total",
            "staff.total",
            "staff.in_quota",
            "area.land",
            "area.building",
        }
        assert "推算" in source["classes"]
    assert fields == set()


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_workbook_beside_the_data_is_not_older_than_it(
    name: str, reports: dict[str, Report]
) -> None:
    """examples/*.xlsx, which people open first, say the same as a fresh filling."""
    judgement = Session().judge_file(EXAMPLES / f"{name}.xlsx")
    assert judgement.report is not None, f"fill it again: see examples/README.md, {name}"
    assert judgement.report.submission.content_hash == reports[name].submission.content_hash
    now, before = judgement.report.verdicts, reports[name].verdicts
    assert [item.worded() for item in now] == [item.worded() for item in before]
