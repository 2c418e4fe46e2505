"""What is installed is all there is: an editable install finds modules that a wheel would lack."""

from __future__ import annotations

import ast
import string
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_package_is_named_in_the_project_file() -> None:
    """Each folder with Python modules, under the name it is installed by."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    places = {ROOT / "src" / "checker": "checker"} | {
        ROOT / folder: name for name, folder in settings["package-dir"].items() if name
    }
    found = {
        ".".join((name, *path.parent.relative_to(place).parts))
        for place, name in places.items()
        for path in place.rglob("__init__.py")
    }
    assert found <= set(settings["packages"])
    modules = {path.parent for place in (ROOT / "src" / "checker",) for path in place.rglob("*.py")}
    assert all((folder / "__init__.py").is_file() for folder in modules)


def test_no_text_is_stripped_of_letters_as_if_they_were_a_prefix() -> None:
    """``lstrip("其中：")`` takes every 其 and 中 away, 其他人员 becomes 他人员: letters may only be
    stripped as a whole alphabet."""
    found = []
    sources = ("src", "validators", "workbook_templates", "xlsx_plugins", "benchmarks", "tests")
    for path in (file for folder in sources for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr not in ("strip", "lstrip", "rstrip") or not node.args:
                continue
            (given,) = node.args
            value = given.value if isinstance(given, ast.Constant) else ""
            text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for alphabet in (string.ascii_lowercase, string.ascii_uppercase):
                text = text.replace(alphabet, "")
            if any(sign.isalpha() for sign in text.replace("\ufeff", "")):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
    assert found == []
