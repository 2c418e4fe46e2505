"""Wrong, doubtful, below standard: what each rule may say, and the table that tells why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.model.rules import Rule
from checker.model.verdicts import Severity
from checker.session import Session, SessionOptions

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "design" / "severities.md"
PRESCHOOL = ROOT / "examples" / "plugins" / "preschool" / "src" / "checker_preschool"

MENDING = re.compile("改正|改为|必须修改|应为.*现在是|改成正确")
"""Words that tell a person to write another figure."""

WORDS = {"逻辑校验": "hard", "经验校验": "soft", "达标判定": "standard", "提示": "info"}

ROW = re.compile(r"^\| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def session() -> Session:
    """All rules of the project, and those of the example package."""
    return Session(SessionOptions(plugin_dirs=(PRESCHOOL,)))


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


def rows() -> list[tuple[str, ...]]:
    """The rows of the table, headings left out."""
    found = [match.groups() for match in ROW.finditer(TABLE.read_text("utf-8"))]
    return [row for row in found if row[0] != "规则"]


def test_the_table_names_every_rule_with_the_severity_it_has(session: Session) -> None:
    """docs/design/severities.md: old severity and reason are its own, the rest must agree."""
    told = {row[0]: (row[1].strip(), WORDS[row[3].strip()]) for row in rows()}
    there = {
        rule.id: (rule.title, rule.severity.value)
        for rule in session.rules.values()
        if rule.kind != "form"
    }
    assert told == there


def test_every_row_of_the_table_gives_a_reason() -> None:
    """Each rule once, with where it came from and why it stands where it does."""
    assert len({row[0] for row in rows()}) == len(rows())
    assert {row[2].strip() for row in rows()} <= {*WORDS, "新增"}
    assert all(len(row[4].strip()) >= 4 for row in rows())
