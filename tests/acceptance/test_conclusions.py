"""Wrong, doubtful, or true and below standard: what the command concludes of three truthful forms.

教督〔2017〕6号 asks that each school reach at least six of seven indicators and 85 % of the rest: a
school that misses one within that allowance meets it, and a truthful school below standard has
nothing to correct. A county that leaves its bad rows empty has not been judged.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
from checker_templates.building.fill import fill_template
from checker_templates.building.fill_data import FillData, FillValue

from checker.forms.registry import choose, installed_templates
from checker.model.submission import FactRef
from checker.model.template import Blank, FieldType, SheetKind
from checker.session import Session


def check(path: Path, *options: str) -> tuple[int, str]:
    """The real command: exit code and what it printed."""
    command = [sys.executable, "-m", "checker", "check", str(path), "--no-mark", *options]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout


def document(path: Path) -> dict[str, Any]:
    """What the command says as JSON of the one file."""
    found: dict[str, Any] = json.loads(check(path, "--format", "json")[1])
    return found


def with_sports_ground(right_school: Path, folder: Path, share: float) -> Path:
    """The school's workbook with so much of the sports ground that RES5 asks for."""
    session = Session()
    report = session.judge_file(right_school).report
    assert report is not None
    facts = report.submission.facts
    pupils = facts[FactRef("students.total", "primary")].value
    indoors = sum(
        float(str(fact.value))
        for ref, fact in facts.items()
        if ref.field == "area.indoor_sports" and fact.value is not None
    )
    ground = facts[FactRef("area.sports_ground", "primary")].cell
    assert ground is not None
    book = openpyxl.load_workbook(right_school)
    book[ground.sheet][ground.a1] = round(float(str(pupils)) * 7.5 * share - indoors, 2)
    target = folder / right_school.name
    book.save(target)
    return target


def test_one_indicator_missed_within_the_allowance_is_no_miss_of_the_school(
    right_school: Path, tmp_path: Path
) -> None:
    path = with_sports_ground(right_school, tmp_path, 0.9)
    code, said = check(path)
    assert code == 0, said
    assert "学校资源配置综合达标（小学段）：达标，7 项中 6 项达标" in said
    (score,) = [line for line in document(path)["files"][0]["scorecard"] if line["rule"] == "RES10"]
    assert (score["word"], score["met"], score["parts"]) == ("达标", 6, 7)
    (missed,) = [item for item in document(path)["findings"] if item["rule"] == "RES5"]
    assert (missed["verdict"], missed["severity"], missed["allowed"]) == ("unmet", "standard", True)
    assert document(path)["files"][0]["counts"]["unmet"] == 0
    assert check(path, "--strict")[0] == 0


def test_a_truthful_school_below_standard_has_nothing_to_correct(
    right_school: Path, tmp_path: Path
) -> None:
    path = with_sports_ground(right_school, tmp_path, 0.84)
    code, said = check(path)
    assert code == 0, said
    assert "学校资源配置综合达标（小学段）：未达标，7 项中 6 项达标" in said
    assert "必须修改" not in said
    for words in ("改正", "改为", "应为"):
        told = [item for item in document(path)["findings"] if item["severity"] == "standard"]
        assert told
        assert not any(words in item["message"] + item["fix"] for item in told), words
    assert check(path, "--strict")[0] == 1


def test_a_county_that_fills_in_the_required_rows_only_is_not_judged(tmp_path: Path) -> None:
    found = choose(installed_templates(), "county")
    facts: dict[str, dict[str, FillValue]] = {}
    for sheet in found.template.sheets:
        if sheet.kind is not SheetKind.FORM:
            continue
        for field in sheet.fields:
            if field.blank is Blank.MISSING:
                value: FillValue = _plain(field.type)
                facts[field.id] = dict.fromkeys(field.columns, value)
    path = tmp_path / "县级自查表.xlsx"
    fill_template(found.template, found.workbook, path, FillData(facts, {}), verbatim=True)
    _, said = check(path)
    assert not said.startswith("✓")
    file = document(path)["files"][0]
    unjudged = {item["rule"] for item in file["unjudged"]}
    for rule in ("GOV5c", "GOV6", "GOV7", "GOV10", "GOV13c", "QUA3", "QUA4a", "QUA9", "SOC1"):
        assert rule in unjudged, rule
    for rule in ("CLS2c", "CLS2d", "SAF15"):
        assert rule in unjudged, rule
    assert "SAF18" in {line["rule"] for line in file["scorecard"] if line["word"] == "未判断"}
    assert "未判断" in said.splitlines()[0]


def _plain(kind: FieldType) -> FillValue:
    words: dict[FieldType, FillValue] = {
        FieldType.TEXT: "某县",
        FieldType.CODE: "360000",
        FieldType.DATE: "2026-09-18",
        FieldType.YEAR: 2026,
        FieldType.FLAG: "是",
    }
    return words.get(kind, 0)
