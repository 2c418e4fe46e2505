"""The forms for questions ask for what an answer needs, in the shape the hosting site reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

FORMS = sorted((Path(__file__).parents[1] / ".github" / "ISSUE_TEMPLATE").glob("[0-9]*.yml"))
KINDS = {"markdown", "input", "textarea", "dropdown", "checkboxes"}


def questions(form: Path) -> dict[str, dict[str, Any]]:
    """What the form asks, by id. Fails where the site would refuse the form."""
    read = yaml.safe_load(form.read_text("utf-8"))
    assert read["name"] and read["description"]
    assert {part["type"] for part in read["body"]} <= KINDS
    asked = [part for part in read["body"] if part["type"] != "markdown"]
    for part in asked:
        assert part["attributes"]["label"]
        if part["type"] == "dropdown":
            assert all(isinstance(one, str) for one in part["attributes"]["options"])
    found = {part["id"]: part for part in asked}
    assert len(found) == len(asked)
    return found


@pytest.mark.parametrize(
    ("form", "needed"),
    [
        ("1-wrong-verdict", {"rule", "clause", "figures", "said", "version"}),
        ("2-unreadable-file", {"saved-by", "kind", "told", "version"}),
        ("3-new-rule", {"clause", "check", "severity", "examples"}),
    ],
)
def test_each_form_demands_what_an_answer_needs(form: str, needed: set[str]) -> None:
    (place,) = (each for each in FORMS if each.stem == form)
    asked = questions(place)
    assert {name for name, one in asked.items() if one["validations"]["required"]} == needed


def test_there_are_these_three() -> None:
    assert len(FORMS) == 3
