"""Every golden case as a clerk would hand it in: a filled workbook, checked by the real command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from checker_templates.building.fill import fill_template
from checker_templates.building.fill_data import FillData, FillValue
from click.testing import CliRunner

from checker.authoring.examples import submission_for
from checker.cli.check import command
from checker.forms.registry import InstalledTemplate, installed_templates
from checker.model.rules import Example
from checker.model.submission import FactState
from checker.model.verdicts import Outcome
from checker.session import Session

from .test_golden import BOOK, CASES, GOLDEN

YEAR_OF_RULES = 2026
"""The edition of the forms; a case of other rules says so."""

LEAST = 135
"""So many golden numbers stand in workbooks at least."""


def checker(*arguments: str | Path) -> dict[str, Any]:
    """What the command says as JSON; 0 and 1 are its exit codes for files that were judged."""
    words = [sys.executable, "-m", "checker.cli.main", "check", *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode in (0, 1), done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def filled(case: dict[str, Any], installed: InstalledTemplate, folder: Path) -> Path:
    """The bundled workbook with the figures of a case typed in, and whose it is."""
    template = installed.template
    example = Example(
        expect=Outcome(case["outcome"]),
        facts=case.get("facts", {}),
        tables=case.get("tables", {}),
        stage=case.get("stage"),
    )
    facts: dict[str, dict[str, FillValue]] = defaultdict(dict)
    for ref, fact in submission_for(example, template).facts.items():
        if fact.state is FactState.GIVEN and isinstance(fact.value, Decimal | str | bool):
            facts[ref.field][ref.column] = fact.value
    if template.id in ("county", "self_evaluation"):
        facts["county.name"] = {"whole": case["id"]}
        facts["county.year"] = {"whole": Decimal(case.get("edition", YEAR_OF_RULES))}
    else:
        facts["school.name"] = {"whole": case["id"]}
        if "school.type" not in facts:
            code = "311" if case.get("stage") == "junior" else "211"
            facts["school.type"] = {"whole": code}
    target = folder / f"{case['id']}.xlsx"
    fill_template(template, installed.workbook, target, FillData(facts, example.tables))
    return target


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One workbook a case, by the case's id."""
    folder = tmp_path_factory.mktemp("golden")
    found = installed_templates(Session().plugins.contributions().template_folders())
    forms = {each.template.id: each for each in found}
    return {case["id"]: filled(case, forms[case["template"]], folder) for case in CASES}


@pytest.fixture(scope="module")
def everything(workbooks: dict[str, Path]) -> dict[str, Any]:
    """One run of the command over the folder of them all."""
    folder = next(iter(workbooks.values())).parent
    return checker(folder, "--no-mark", "--no-cache", "--format", "json")


@pytest.fixture(scope="module")
def alone(workbooks: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """By case, its entry of a run in which only its rule was asked: what passed can be seen."""
    by_rule: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in CASES:
        by_rule[case["rule"]].append(case)
    entries: dict[str, dict[str, Any]] = {}
    for rule, cases in by_rule.items():
        if all(case["outcome"] != "pass" for case in cases):
            continue
        paths = [workbooks[case["id"]] for case in cases]
        asked = [*map(str, paths), "--select", rule, "--no-mark", "--no-cache", "--format", "json"]
        done = CliRunner().invoke(command, asked)  # forty runs: in this process, to save starts
        assert done.exit_code in (0, 1), done.output
        entries |= {Path(entry["path"]).stem: entry for entry in json.loads(done.stdout)["files"]}
    return entries


def findings(document: dict[str, Any], case: dict[str, Any]) -> list[dict[str, Any]]:
    """What the run says of the case's rule, in the case's stage, on the case's workbook; where a
    stricter rule speaks in its place (``louder``), what that says."""
    stage = case.get("stage") or ""
    rule = case.get("louder", case["rule"])
    return [
        found
        for found in document["findings"]
        if Path(found["file"]).stem == case["id"]
        and found["rule"] == rule
        and found["stage"] in ("", stage)
    ]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_command_says_of_the_workbook_what_was_worked_out_by_hand(
    everything: dict[str, Any], alone: dict[str, dict[str, Any]], case: dict[str, Any]
) -> None:
    said = findings(everything, case)
    if case["outcome"] == "pass":
        assert said == []
        assert alone[case["id"]]["counts"]["passed"] >= 1
        return
    (finding,) = [found for found in said if found["verdict"] == case["outcome"]]
    assert finding["sheet"] and finding["cell"]
    if "actual" in case:
        assert finding["actual"] == case["actual"]
    if "gap" in case and "louder" not in case:
        assert case["gap"] in finding["gap"].replace(",", "")
    for words in case.get("says", []):
        assert words in finding["message"]


def test_no_workbook_is_lost(everything: dict[str, Any], workbooks: dict[str, Path]) -> None:
    """Every file is accounted for, and was judged."""
    assert {Path(entry["path"]).stem for entry in everything["files"]} == set(workbooks)
    assert {entry["status"] for entry in everything["files"]} == {"checked"}
    assert everything["errors"] == []


def test_count_of_golden_sets_in_workbooks(capsys: pytest.CaptureFixture[str]) -> None:
    """Printed with ``pytest -s``: how many cases, and which golden sets no form holds, and why."""
    held = {golden for golden in GOLDEN if any(case["id"].startswith(golden) for case in CASES)}
    with capsys.disabled():
        print(f"\n{len(CASES)} cases in workbooks; {len(held)} of {len(GOLDEN)} golden sets")
        for name, reason in (*BOOK["elsewhere"].items(), *BOOK["no_rule"].items()):
            print(f"  {name}: {reason}")
    assert len(CASES) >= LEAST
