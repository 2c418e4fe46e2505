"""Every hook has a heading of its own in the documentation for authors, and a test of its own."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

from checker.authoring.examples import form_with
from checker.authoring.inspection import check_plugin
from checker.plugins import hookspecs
from checker.session import Session, SessionOptions

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


HEAD = """
[plugin]
id = "hooked"
title = "钩子"
version = "1"
api_version = 1
hooks = [{}]

[families]
HOK = "钩子"
"""
FORM = """
id = "canteen_form"
title = "食堂表"
edition = 2026
level = "institution"

[[sheets]]
id = "basic"
title = "基本情况"
kind = "form"
columns = [ { id = "whole", title = "全单位" } ]
fields = [ { id = "canteen.seats", label = "餐位数", row = "01", type = "count", unit = "个", columns = ["whole"] } ]
"""  # noqa: E501


def test_the_examples_of_the_page_make_one_plugin_that_works(tmp_path: Path) -> None:
    """Every fence of every hook, copied into one folder: asked as the program asks."""
    folder = tmp_path / "hooked"
    (folder / "forms" / "canteen_form").mkdir(parents=True)
    (folder / "forms" / "canteen_form" / "template.toml").write_text(FORM, "utf-8")
    (folder / "mine.toml").write_text('id = "mine"\ntitle = "某县"\n', "utf-8")
    fences = re.findall(r"```(\w+)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    written = {
        kind: "\n".join(text for each, text in fences if each == kind)
        for kind in ("toml", "python")
    }
    hooks = ", ".join(f'"{name}"' for name in sorted(HOOKS))
    (folder / "plugin.toml").write_text(HEAD.format(hooks) + written["toml"], "utf-8")
    (folder / "rules.py").write_text(written["python"], "utf-8")
    told = [str(item) for item in check_plugin(folder) if item.file == "rules.py"]
    assert told == []
    session = Session(SessionOptions(plugin_dirs=(str(folder),), profile="mine"))
    assert session.errors == ()
    form = next(each for each in session.templates if each.id == "canteen_form")
    assert form.level == "institution"
    (rule,) = [each for each in session.rules.values() if each.plugin == "hooked"]
    contributions = session.plugins.contributions()
    school = form_with(
        next(each for each in session.templates if each.id == "compulsory_school"),
        {"area.canteen": 3, "area.living": 2},
        {},
        None,
    )
    report = session.judge(school)
    lines = contributions.report_format("lines")([report], session.rules)
    assert f"例\t{rule.id}\t{rule.title}\t食堂和生活用房比较过了。" in lines.splitlines()
    assert contributions.command("greet")(["小王"]) == 0
