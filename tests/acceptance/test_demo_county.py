"""The synthetic county: every planted error is found at its cell, and nothing else is found."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from command_server import run_command

SCHOOLS, SEED = 60, 7
FAMILIES = {"FORM", "RES", "GOV", "TEA", "BLD", "CLS", "COD", "FIN", "SAF", "QUA"}


def checker(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The real command."""
    return run_command(arguments, cwd)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county of the README, made by the command."""
    folder = tmp_path_factory.mktemp("county")
    done = checker(
        "demo", "county", "--schools", str(SCHOOLS), "--seed", str(SEED), "--out", "县", cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return folder / "县"


@pytest.fixture(scope="module")
def checked(county: Path) -> dict[str, Any]:
    """What ``checker check`` says of it."""
    done = checker("check", ".", "--no-mark", "--format", "json", cwd=county)
    assert done.returncode == 1, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def key(county: Path) -> list[dict[str, str]]:
    """The answer key."""
    answers: list[dict[str, str]] = json.loads((county / "answers.json").read_text("utf-8"))
    return answers


def test_every_workbook_is_read_and_judged_without_any_rule_failing(
    checked: dict[str, Any],
) -> None:
    assert checked["summary"]["statuses"] == {
        "checked": SCHOOLS,
        "unreadable": 0,
        "unknown_template": 0,
        "failed": 0,
        "not_looked_at": 0,
        "earlier_year": 0,
    }
    assert checked["errors"] == []


def test_what_is_found_is_what_was_planted_at_its_cell(
    checked: dict[str, Any], key: list[dict[str, str]]
) -> None:
    planted = Counter((item["file"], item["rule"], item["sheet"], item["cell"]) for item in key)
    found = Counter(
        (Path(item["file"]).name, item["rule"], item["sheet"], item["cell"])
        for item in checked["findings"]
    )
    assert dict(planted - found) == {}, "planted but not found"
    assert dict(found - planted) == {}, "found but not planted"


def test_the_errors_are_of_many_kinds_and_of_every_family(key: list[dict[str, str]]) -> None:
    rules = {item["rule"] for item in key}
    assert len(rules) >= 25
    assert {rule.rstrip("0123456789abcdefghijklmnopqrstuvwxyz") for rule in rules} >= FAMILIES


def test_what_is_below_standard_is_not_counted_as_an_error(
    county: Path, checked: dict[str, Any]
) -> None:
    """A school with nothing but true figures below a standard has nothing to mend: exit code 0."""
    truthful = [
        file
        for file in checked["files"]
        if file["counts"]["unmet"] and not file["counts"]["fail"] and not file["counts"]["doubt"]
    ]
    assert len(truthful) >= 3
    names = {file["path"] for file in truthful}
    said = [item for item in checked["findings"] if item["file"] in names]
    assert {item["verdict"] for item in said if item["severity"] == "standard"} == {"unmet"}
    done = checker("check", Path(truthful[0]["path"]).name, "--no-mark", cwd=county)
    assert done.returncode == 0, done.stdout
    assert "未达标" in done.stdout
    assert "不通过 " not in done.stdout.splitlines()[0]


def test_of_nested_class_sizes_only_the_strictest_is_said(
    checked: dict[str, Any], key: list[dict[str, str]]
) -> None:
    """66 and more is also over 45 and over 56."""
    large = {(item["file"], item["cell"]) for item in key if item["rule"] == "CLS2b"}
    assert large
    for file, cell in large:
        said = {
            item["rule"]
            for item in checked["findings"]
            if (Path(item["file"]).name, item["sheet"], item["cell"]) == (file, "班级", cell)
        }
        assert said == {"CLS2b", "CLS204"}


def test_yuan_and_ten_thousands_are_told_apart(
    checked: dict[str, Any], key: list[dict[str, str]]
) -> None:
    """A value in yuan where 万元 is asked, and the other way round: the slip is named."""
    slips = [
        f"{item['message']}{item['fix']}"
        for item in checked["findings"]
        if item["rule"] in ("RES201", "SAF7", "FIN105")
    ]
    assert {"RES201", "SAF7", "FIN105"} <= {item["rule"] for item in key}
    assert all("万元" in text for text in slips)


def test_the_county_has_every_kind_of_school_and_schools_without_errors(
    county: Path, checked: dict[str, Any]
) -> None:
    roster = (county / "名册.csv").read_text("utf-8-sig").splitlines()
    assert roster[0] == "标识码,学校名称,办学类型"
    assert {line.rpartition(",")[2] for line in roster[1:]} == {"211", "218", "311", "312", "341"}
    clean = [
        file
        for file in checked["files"]
        if not any(file["counts"][word] for word in ("fail", "doubt", "explained", "info"))
    ]
    assert 5 <= len(clean) < SCHOOLS


def test_the_same_seed_gives_the_same_county(county: Path, tmp_path: Path) -> None:
    done = checker(
        "demo", "county", "--schools", "3", "--seed", str(SEED), "--out", "县", cwd=tmp_path
    )
    assert done.returncode == 0
    for path in (tmp_path / "县").glob("*.xlsx"):
        assert path.read_bytes() == (county / path.name).read_bytes()
