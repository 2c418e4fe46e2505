"""Lines of keys: an author must be sent to the line that he wrote."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from checker.authoring.plugin_source import TomlPlaces

MANIFEST = '''# 说明
[plugin]
id = "a"

[documents.x]
title = """
[rules]
id = "not a key"
"""

[[rules]]
id = "AAA1"
sources = [
  { document = "x", clause = "]" },
]
check = "a <= b"  # [[rules]]

[[rules]]
"id" = "AAA2"
at = ["a",
  "b"]

[[changes]]
edition = 2027
[changes.change.AAA1]
title = "新"

[[changes]]
edition = 2028
'''


def test_keys_of_tables_and_of_arrays_of_tables() -> None:
    """What stands inside a text or list of several lines is no key."""
    places = TomlPlaces(MANIFEST)
    assert tomllib.loads(MANIFEST)["rules"][1]["id"] == "AAA2"
    assert places.line("plugin", "id") == 3
    assert places.line("documents", "x", "title") == 6
    assert places.line("rules", 0) == 11
    assert places.line("rules", 0, "check") == 16
    assert places.line("rules", 1, "id") == 19
    assert places.line("rules", 1, "at") == 20
    assert places.line("changes", 0, "change", "AAA1", "title") == 26
    assert places.line("changes", 1, "edition") == 29


def test_what_is_missing_is_sought_in_what_it_would_stand_in() -> None:
    """A key that should be there has no line; its table has one."""
    places = TomlPlaces(MANIFEST)
    assert places.line("rules", 1, "title") == 18
    assert places.line("nothing") == 0


@given(st.text(alphabet="[]{}\"'#=\n ab.", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    """It is only asked about files that were parsed, but must never crash."""
    assert TomlPlaces(text).line("a") >= 0
