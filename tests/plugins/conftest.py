"""Plugin folders written on the spot, and a form to judge with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from checker.authoring.examples import submission_for
from checker.forms.loading import load_template
from checker.model.rules import Example, Plain
from checker.model.submission import Submission
from checker.model.template import Template
from checker.model.verdicts import Outcome

FORM = Path(__file__).parent.parent / "rules" / "data" / "small_form.toml"

GOOD_RULE = """
[[rules]]
id = "{family}1"
kind = "relation"
title = "专任教师不多于教职工"
severity = "hard"
templates = ["small"]
check = "teachers.full_time <= staff.total"
"""

FUNCTION_RULE = """
[[rules]]
id = "{family}2"
kind = "function"
title = "用函数判断"
severity = "hard"
templates = ["small"]
function = "check"
"""


@pytest.fixture(scope="session")
def form() -> Template:
    """The small form."""
    return load_template(FORM)


@pytest.fixture
def school(form: Template) -> Callable[[dict[str, Plain]], Submission]:
    """A filled form."""

    def fill(facts: dict[str, Plain]) -> Submission:
        return submission_for(Example(Outcome.PASS, facts), form)

    return fill


@pytest.fixture
def write_plugin(tmp_path: Path) -> Callable[..., Path]:
    """Writes a plugin folder: head (some keys may be replaced), rules, rules.py."""

    def write(
        name: str,
        rules: str = GOOD_RULE,
        code: str | None = None,
        *,
        family: str | None = None,
        head: str = "",
        version: str = "1",
        into: Path | None = None,
    ) -> Path:
        letters = family or name.upper()[:6]
        folder = (into or tmp_path / "plugins") / name
        folder.mkdir(parents=True)
        manifest = f"""
[plugin]
id = "{name}"
title = "{name}"
version = "1"
api_version = {version}
{head}

[families]
{letters} = "{name}"
"""
        (folder / "plugin.toml").write_text(manifest + rules.replace("{family}", letters), "utf-8")
        if code is not None:
            (folder / "rules.py").write_text(code, "utf-8")
        return folder

    return write
