"""A county office hands in its own form with claimed results and its evaluation of itself, beside
the forms of its schools: the claims are recomputed, and neither is taken for a school's."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import checker, demo_county, document

EVALUATION = Path(__file__).parents[2] / "examples" / "self_evaluation.xlsx"
CLAIMS = {
    "facts": {
        "county.name": "某县",
        "county.year": 2026,
        "claim.cv_degree": {"primary": 0.9, "junior": 0.9},
        "claim.failed_backbone": {"primary": 900},
    }
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of a run over twelve schools, the county's form and its evaluation of itself."""
    folder = demo_county(tmp_path_factory.mktemp("claims") / "县", 12, 7)
    (folder / "answers.json").unlink()
    data = folder.parent / "claims.json"
    data.write_text(json.dumps(CLAIMS), "utf-8")
    checker("template", "fill", "county", str(data), "-o", "县表.xlsx", cwd=folder)
    shutil.copy(EVALUATION, folder / "自评表.xlsx")
    return document(checker("county", ".", "--no-mark", "--format", "json", cwd=folder))


def test_neither_form_is_taken_for_a_school_s(found: dict[str, Any]) -> None:
    counted = {item["template"] for item in found["files"] if item["counted"]}
    assert counted == {"compulsory_school"}
    evaluation = next(item for item in found["files"] if item["path"] == "自评表.xlsx")
    assert (evaluation["template"], evaluation["counts"]["fail"]) == ("self_evaluation", 2)


def test_the_claims_are_held_against_the_schools_figures(found: dict[str, Any]) -> None:
    told = {
        (item["rule"], item["stage"]): item["message"]
        for item in found["county_findings"]
        if item["rule"].startswith("CLM")
    }
    assert set(told) == {
        ("CLM50a", "primary"),
        ("CLM50a", "junior"),
        ("CLM70b", "primary"),
    }
    assert "为 0.9，按各校数据计算为 0.0" in told["CLM50a", "primary"]
    assert "县级自查表填 900所" in told["CLM70b", "primary"]


def test_what_the_evaluation_quotes_is_recomputed(found: dict[str, Any]) -> None:
    told = {
        item["rule"]: item["message"]
        for item in found["findings"]
        if item["rule"] in ("CLM1", "CLM3")
    }
    assert "应为 21.77%" in told["CLM1"]
    assert "应为 80%" in told["CLM3"]
