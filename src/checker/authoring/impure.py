"""What a rule's code must not use: files, clocks, networks, chance, other programs, and what is not
in ``checker.api``. Found in the source, before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from checker import api, toml_files
from checker.authoring.plugin_source import Problem, PythonSource, Weight
from checker.toml_files import strings, table, texts

_WORDS = toml_files.parse(Path(__file__).with_suffix(".toml"))


def _doing(part: str) -> dict[str, str]:
    """Name -> what it does."""
    return {name: does for does, names in table(_WORDS[part]).items() for name in texts(names)}


_MODULES, _CALLS, _METHODS = map(_doing, ("modules", "calls", "methods"))
_INSTEAD = strings(_WORDS["instead"])


def impure(code: PythonSource) -> Iterator[Problem]:
    """One problem for each place, with what to do instead where that is known."""
    for node in ast.walk(code.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _of_module(code, node.lineno, alias.name, ())
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = tuple(alias.name for alias in node.names)
            yield from _of_module(code, node.lineno, node.module, names)
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in _CALLS:
                yield _problem(code, node.lineno, f"{called.id}()", _CALLS[called.id])
            elif isinstance(called, ast.Attribute) and called.attr in _METHODS:
                yield _problem(code, node.lineno, f".{called.attr}()", _METHODS[called.attr])
        elif isinstance(node, ast.While) and _for_ever(node):
            told = "while True 里没有 break、return 和 yield，不会停下来"
            yield Problem(code.path.name, node.lineno, told)


def _of_module(
    code: PythonSource, line: int, module: str, names: tuple[str, ...]
) -> Iterator[Problem]:
    top = module.partition(".")[0]
    if top in _MODULES:
        yield _problem(code, line, f"import {module}", _MODULES[top])
    elif top == "checker":
        private = [name for name in names if name not in api.__all__ and name != "*"]
        if module == "checker" and names == ("api",):
            return
        if module != "checker.api":
            told = f"{module} 是程序内部的，随时会变；只能用 checker.api 里的名称"
            yield Problem(code.path.name, line, told)
        elif private:
            told = f"checker.api 里没有 {private[0]}；有哪些：checker plugin help api"
            yield Problem(code.path.name, line, told)


def _problem(code: PythonSource, line: int, what: str, does: str) -> Problem:
    instead = f"；{_INSTEAD[does]}" if does in _INSTEAD else ""
    told = f"{what} 是{does}：同样的表什么时候查都应是同样的结论{instead}"
    return Problem(code.path.name, line, told, Weight.REMINDER)


def _for_ever(loop: ast.While) -> bool:
    ends = (ast.Break, ast.Return, ast.Raise, ast.Yield, ast.YieldFrom)
    always = isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    return always and not any(isinstance(node, ends) for node in ast.walk(loop))
