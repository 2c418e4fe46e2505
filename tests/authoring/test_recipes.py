"""The page of recipes makes one plugin, and every generated table of the pages is fresh."""

from __future__ import annotations

import re
from pathlib import Path

from checker.authoring.inspection import check_plugin
from checker.authoring.plugin_source import Weight
from checker.authoring.reference import filled, pages
from checker.session import Session

DOCS = Path(__file__).parents[2] / "docs" / "author"
HEAD = """
[plugin]
id = "recipes"
title = "配方"
version = "1"
api_version = 1

[families]
CAN = "配方"

[documents.source]
title = "某文件"
"""
_FENCE = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def test_the_recipes_copied_together_are_a_plugin_without_a_fault(tmp_path: Path) -> None:
    """Twelve headings; every fence goes where its title says."""
    page = (DOCS / "recipes.md").read_text("utf-8")
    assert len(re.findall("^## ", page, re.MULTILINE)) == 12
    folder = tmp_path / "recipes"
    written = {"plugin.toml": HEAD}
    for title, text in _FENCE.findall(page):
        written[title] = written.get(title, "") + "\n" + text
    for name, text in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    found = check_plugin(folder)
    assert [str(item) for item in found if item.weight is Weight.ERROR] == []
    assert written["plugin.toml"].count("[[rules]]") == 11


def test_generated_tables_are_what_the_program_works_with() -> None:
    """``make reference`` writes them."""
    session = Session()
    for name, path in pages().items():
        text = path.read_text("utf-8")
        assert filled(text, session) == text, f"{name}: make reference"
        assert text.count("<!-- 由程序生成") == text.count("<!-- 到这里 -->"), name
