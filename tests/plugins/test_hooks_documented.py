"""Every hook has a heading of its own in the documentation for authors, and a test of its own."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

from checker.plugins import hookspecs

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "author" / "hooks.md"
HOOKS = {
    name
    for name, function in inspect.getmembers(hookspecs, inspect.isfunction)
    if hasattr(function, f"{hookspecs.PROJECT}_spec")
}


def sections(markdown: str) -> dict[str, str]:
    """The hooks' sections of the page: heading -> what stands below it."""
    parts = re.split(r"^## `(\w+)`$", markdown, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_hook_is_documented() -> None:
    """A section for each, saying in Chinese what it is to give; none for hooks that are gone."""
    told = sections(PAGE.read_text("utf-8"))
    assert len(HOOKS) == 5
    assert set(told) == HOOKS
    for name, text in told.items():
        assert re.search(r"给出.{4,}。", text), name
        assert inspect.getdoc(getattr(hookspecs, name)), name


def test_every_hook_is_typed() -> None:
    """What it returns is written down, and nothing of it is Any."""
    for name in HOOKS:
        returned = str(inspect.signature(getattr(hookspecs, name)).return_annotation)
        assert returned not in ("", "None", "<class 'inspect._empty'>"), name
        assert "Any" not in returned, name


def test_every_hook_is_exercised() -> None:
    """A test named after it, with assertions in it."""
    tree = ast.parse((HERE / "test_hooks.py").read_text("utf-8"))
    tests = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name in HOOKS:
        test = tests.get(f"test_{name}")
        assert test is not None, name
        assert any(isinstance(node, ast.Assert) for node in ast.walk(test)), name


def test_the_page_says_what_stands_in_the_manifest() -> None:
    """Commands and report formats are also named in plugin.toml; the page shows how."""
    told = sections(PAGE.read_text("utf-8"))
    assert "[commands]" in told["checker_commands"]
    assert "[report_formats]" in told["checker_report_formats"]
