"""What is installed is all there is: an editable install finds modules that a wheel would lack."""

from __future__ import annotations

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
