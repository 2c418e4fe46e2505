"""The table of what the reports say and which rule checks it (docs/coverage/)."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from pathlib import Path

import pytest

from checker.session import Session, SessionOptions

PAGES = Path(__file__).parents[2] / "docs" / "_build" / "generated_pages.py"
PRESCHOOL = PAGES.parents[2] / "examples" / "plugins" / "preschool" / "src" / "checker_preschool"

spec = importlib.util.spec_from_file_location("generated_pages", PAGES)
assert spec is not None and spec.loader is not None
pages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(pages)

GROUPS = pages.coverage()
STATEMENTS = 407
"""Checkable statements of the five reports."""
COVERED = 370
"""So many of them at least are judged by rules; the others say why a form cannot."""
CANNOT = re.compile("核对不了：.{10,}")


@pytest.fixture(scope="module")
def known() -> frozenset[str]:
    """Ids of all rules of the program and of the kindergartens' plugin in examples/."""
    return frozenset(Session(SessionOptions(plugin_dirs=(str(PRESCHOOL),))).rules)


@pytest.mark.parametrize("group", GROUPS)
def test_every_rule_named_is_there(group: str, known: frozenset[str]) -> None:
    named = {each for row in GROUPS[group] for each in row["rules"].split()}
    assert named <= known, f"{group}: {sorted(named - known)}"


@pytest.mark.parametrize("group", GROUPS)
def test_each_statement_has_rules_or_a_reason(group: str) -> None:
    for row in GROUPS[group]:
        status = row["status"]
        assert status in pages.STATUSES, row
        if status == "covered":
            assert row["rules"], row
        if status == "outside":
            assert row["note"], row
        if status == "partly":
            assert row["rules"] and CANNOT.search(row["note"]), row


def test_no_reason_is_given_wholesale() -> None:
    """What no workbook can check has a reason of its own."""
    reasons = [row["note"] for rows in GROUPS.values() for row in rows if row["status"] == "partly"]
    assert len(set(reasons)) == len(reasons)


def test_nothing_was_lost(capsys: pytest.CaptureFixture[str]) -> None:
    """All statements stand in the table; the counts are printed (``pytest -s``)."""
    with capsys.disabled():
        for group, rows in GROUPS.items():
            print(f"\n{group:12} {dict(Counter(row['status'] for row in rows))}", end="")
    assert sum(map(len, GROUPS.values())) == STATEMENTS
    found = Counter(row["status"] for rows in GROUPS.values() for row in rows)
    assert found["covered"] >= COVERED
    assert not found["no"]
