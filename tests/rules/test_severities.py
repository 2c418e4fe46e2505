"""Wrong, doubtful, below standard: what each rule may say, and the table that tells why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.model.rules import Rule
from checker.model.verdicts import SEVERITY_WORDS, Severity
from checker.session import Session, SessionOptions

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "design" / "severities.md"
PRESCHOOL = ROOT / "examples" / "plugins" / "preschool" / "src" / "checker_preschool"

MENDING = re.compile("改正|改为|必须修改|应为.*现在是|改成正确")
"""Words that tell a person to write another figure."""

ROW = re.compile(r"^\| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def session() -> Session:
    """All rules of the project, and those of the example package."""
    return Session(SessionOptions(plugin_dirs=(PRESCHOOL,)))


@pytest.fixture(scope="module")
def bundled() -> Session:
    """The rules of the project alone."""
    return Session()


def texts(rule: Rule) -> Iterator[str]:
    """Everything that a person reads about a rule, but its examples."""
    yield from (rule.title, rule.what, rule.why, rule.fix)
    yield rule.message or ""


def test_a_standard_never_asks_for_another_figure(session: Session) -> None:
    """Told to correct a true figure, a truthful school learns to falsify."""
    asking = {
        (rule.id, text)
        for rule in session.rules.values()
        if rule.severity in (Severity.STANDARD, Severity.INFO)
        for text in texts(rule)
        if MENDING.search(text)
    }
    assert not asking


def test_no_profile_makes_a_standard_hard() -> None:
    """A province may judge what others only mention; true figures stay true there too."""
    chosen = [
        (path.name, line.strip())
        for folder in (ROOT / "validators", ROOT / "examples")
        for path in folder.rglob("profiles/*.toml")
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("severity") and '"hard"' in line
    ]
    assert not chosen


def test_the_table_names_every_rule_with_the_severity_it_has(bundled: Session) -> None:
    """docs/design/severities.md: old severity and reason are its own, the rest must agree."""
    told = {found[1]: found[4].strip() for found in ROW.finditer(TABLE.read_text("utf-8"))}
    told.pop("规则", None)
    sorted_ = {
        rule.id: SEVERITY_WORDS[rule.severity]
        for rule in bundled.rules.values()
        if rule.kind != "form"
    }
    assert told == sorted_


def test_every_row_of_the_table_gives_a_reason(bundled: Session) -> None:
    """Each rule once; a changed severity is not explained by the words of the unchanged ones."""
    rows = [found.groups() for found in ROW.finditer(TABLE.read_text("utf-8"))]
    ids = [row[0] for row in rows]
    assert len(ids) == len(set(ids))
    assert all(len(row[4].strip()) >= 4 for row in rows)
