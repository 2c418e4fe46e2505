"""What a plugin's rules.py defines and mentions, read without running it."""

from __future__ import annotations

import ast
from pathlib import Path

from checker.plugins.failure import PluginFailure


class PythonSource:
    """The source of one rules.py. Raises PluginFailure if it is not Python."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.exists = path.is_file()
        text = path.read_text("utf-8-sig") if self.exists else ""
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            raise PluginFailure(
                f"不是正确的 Python 代码（{error.msg}）", f"{path.name}:{error.lineno or 0}"
            ) from None
        self.functions = {
            node.name: node.lineno for node in tree.body if isinstance(node, ast.FunctionDef)
        }
        """Functions of the module with their lines."""
        self.imports = {
            node.asname or node.name
            for each in tree.body
            if isinstance(each, ast.ImportFrom)
            for node in each.names
        }
        self.texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        """All quoted texts: a field or limit it reads stands among them."""
        self.names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        """All names that are used, so that a function called by another one counts as used."""
        self.hook_lines = {
            node.name: node.lineno
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and _is_hook(node)
        }
        """Functions marked with ``@hookimpl``."""


def _is_hook(function: ast.FunctionDef) -> bool:
    for decorator in function.decorator_list:
        named = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(named, ast.Name) and named.id == "hookimpl":
            return True
        if isinstance(named, ast.Attribute) and named.attr == "hookimpl":
            return True
    return False
