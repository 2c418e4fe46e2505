"""The table of docs/design/hostile-input.md names for every case a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "design" / "hostile-input.md").read_text("utf-8")


def test_every_case_names_its_test() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ") and "---" not in line]
    cases = [line for line in rows if not line.startswith("| 情况 |")]
    assert len(cases) > 80
    assert [line for line in cases if line.count(" | ") != 3 or "::test_" not in line] == []


def test_every_named_test_is_there() -> None:
    named = set(re.findall(r"([a-z_/]+\.py)::(test_\w+)", TEXT))
    assert len(named) > 50
    missing = {
        f"{file}::{test}"
        for file, test in named
        if f"def {test}(" not in (ROOT / "tests" / file).read_text("utf-8")
    }
    assert missing == set()
