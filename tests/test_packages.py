"""What is installed is all there is: an editable install finds modules that a wheel would lack."""

from __future__ import annotations

import ast
import os
import re
import shutil
import string
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LARGEST = 120_000_000
"""Bytes that a plain installation may add to a fresh environment."""
MODULES = {
    "aiohttp": "fsspec.implementations.http",  # by which fsspec reads web addresses
    "checker-edu": "checker",
    "mkdocs-material": "mkdocs",
    "pyinstaller": "PyInstaller",
    "python-calamine": "python_calamine",
}
"""What a package is imported by, where that is not its own name."""


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


def imported_in(*folders: str) -> set[str]:
    """The first names of all modules imported anywhere in these folders."""
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return {name for path in paths for name in imported_in_file(path)}


def imported_in_file(path: Path) -> set[str]:
    """The same of one file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            top, *below = node.module.split(".")
            # a module that tests share, by its own name: from tests.adopted import own_forms
            shared = below[1:2] or [alias.name for alias in node.names]
            found |= set(shared) if top == "tests" else {top}
    return found


def named(requirements: list[str]) -> list[str]:
    """Package names without versions, extras and markers."""
    return [re.split(r"[\[>=<;! ]", one)[0] for one in requirements]


def test_every_package_of_a_plain_installation_is_imported_by_the_program() -> None:
    used = imported_in("src", "validators", "workbook_templates", "xlsx_plugins")
    listed = {MODULES.get(name, name) for name in named(PROJECT["project"]["dependencies"])}
    assert listed <= used, f"nobody imports {listed - used}"


def test_the_newer_pythons_have_what_their_tests_import() -> None:
    """The job installs the package and a few more by name, not everything that tests can use."""
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    (listed,) = re.findall(r"pip install -e \. (.+)", workflow)
    (folders,) = re.findall(r'pytest -m "not real" (.+?) --ignore', workflow)
    given = {*named(PROJECT["project"]["dependencies"]), *listed.split()}
    there = {MODULES.get(name, name) for name in given} | sys.stdlib_module_names
    own = {path.stem: path for path in (ROOT / "tests").rglob("*.py")}
    used = imported_in(*folders.split()) | imported_in_file(ROOT / "conftest.py")
    while more := {name for each in used & set(own) for name in imported_in_file(own[each])} - used:
        used |= more  # of modules that tests share
    needed = {name for name in used - set(own) if name.partition("_")[0] != "checker"}
    assert needed <= there, needed - there


def test_the_table_of_dependencies_names_all_of_them() -> None:
    """docs/design/dependencies.md: a row for each package that a user can come to install."""
    table = (ROOT / "docs" / "design" / "dependencies.md").read_text("utf-8")
    rows = set(re.findall(r"^\| `([\w.-]+)`", table, re.MULTILINE))
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = {*named(PROJECT["project"]["dependencies"])}
    for extra, requirements in extras.items():
        if extra != "dev":
            wanted |= set(named(requirements))
    assert rows == wanted - {"checker-edu"}


def test_every_package_is_locked() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    locked = {line.partition("==")[0].lower() for line in lock if "==" in line}
    everywhere = [one for one in PROJECT["project"]["dependencies"] if ";" not in one]
    for requirements in PROJECT["project"]["optional-dependencies"].values():
        everywhere += [one for one in requirements if ";" not in one]
    assert {name.lower() for name in named(everywhere)} - {"checker-edu", "setuptools"} <= locked


def test_every_locked_package_has_hashes_and_its_licence_is_listed() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"\n(?=\S)", lock.strip())
    names = [entry.partition("==")[0] for entry in entries]
    assert len(names) > 80
    assert [
        name for name, entry in zip(names, entries, strict=True) if "--hash=sha256:" not in entry
    ] == []
    text = (ROOT / "docs" / "design" / "dependencies.md").read_text("utf-8")
    listed = re.findall("`([^`]+)`", text.partition("| 许可 | 软件包 |")[2].partition("\n\n")[0])
    assert sorted(listed) == sorted(set(names))
    assert "pip-audit --require-hashes -r requirements.lock" in text


def test_the_wheel_holds_every_file_of_the_packages(host_wheel: Path) -> None:
    """Each file that the repository keeps in a package's folder, tests left out."""
    kept = subprocess.run(
        ["git", "ls-files", "-z", "src", *_FOLDERS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    wanted = set()
    for name in filter(None, kept):
        top = next(place for place in ("src", *_FOLDERS) if name.startswith(f"{place}/"))
        inside = name.removeprefix(f"{top}/")
        if "tests" in inside.split("/")[:-1] or Path(name).name in NOT_PACKAGED:
            continue
        wanted.add(f"{_FOLDERS.get(top, '')}/{inside}".lstrip("/"))
    with zipfile.ZipFile(host_wheel) as archive:
        held = set(archive.namelist())
    assert wanted <= held, sorted(wanted - held)
    assert [name for name in held if "/tests/" in name or Path(name).name in NOT_PACKAGED] == [], (
        "only tests need these"
    )


_FOLDERS = {
    place: name for name, place in PROJECT["tool"]["setuptools"]["package-dir"].items() if name
}
"""Folder of the repository -> the package that it is installed as."""
NOT_PACKAGED = frozenset({"conftest.py"})


class Environment(NamedTuple):
    """A fresh virtual environment, how ``checker`` is called there, and a folder to work in."""

    place: Path
    command: tuple[str | Path, ...]
    work: Path

    @classmethod
    def of(cls, place: Path, work: Path) -> Environment:
        """The program is called by the script that the installation made."""
        name = "Scripts/checker.exe" if os.name == "nt" else "bin/checker"
        return cls(place, (place / name,), work)

    def python(self) -> Path:
        """Its Python."""
        name = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        return self.place / name

    def copied(self, place: Path) -> Environment:
        """The same elsewhere, to install more into; the script would name the first Python."""
        shutil.copytree(self.place, place, symlinks=True)
        made = self._replace(place=place)
        return made._replace(command=(made.python(), "-I", "-m", "checker"))

    def run(self, *arguments: str | Path, code: int = 0) -> str:
        """What ``checker`` prints there; ``code`` is the exit code it must have."""
        left_out = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME")
        kept = {key: value for key, value in os.environ.items() if key not in left_out}
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=self.work,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            env=kept | {"PYTHONUTF8": "1", "CHECKER_CACHE_DIR": str(self.work / "cache")},
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def plain(wheel_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """``pip install checker-edu`` into a fresh environment: the wheel and what it asks for."""
    return Environment.of(wheel_environment / "venv", tmp_path_factory.mktemp("plain"))


@pytest.mark.real
class TestInstalledFromTheWheel:
    """The main commands where there is no source tree: a missing file or package fails here."""

    def test_it_is_small(self, wheel_environment: Path) -> None:
        added = int((wheel_environment / "added").read_text("utf-8"))
        assert added <= LARGEST, f"{added / 1e6:.0f} MB"

    def test_a_school_is_checked(self, plain: Environment) -> None:
        assert "compulsory_school" in plain.run("template", "list")
        example = ROOT / "examples" / "shangshiqiao.json"
        (plain.work / "县").mkdir()
        plain.run("template", "fill", "compulsory_school", example, "-o", "县/上石桥一小.xlsx")
        told = plain.run("check", "县", "--workers", "2", code=1)
        assert "共 1 个文件" in told or "上石桥一小" in told
        assert (plain.work / "县" / "校验结果" / "上石桥一小.xlsx").is_file()
        plain.run("clean", "县/校验结果/上石桥一小.xlsx")

    def test_rules_are_explained(self, plain: Environment) -> None:
        assert "体育、艺术" in plain.run("explain", "RES3")
        assert "TEA" in plain.run("rules", "--family", "TEA")

    def test_an_author_begins(self, plain: Environment, tmp_path: Path) -> None:
        plain = plain.copied(tmp_path / "venv")
        plain.run("plugin", "new", "canteen", "--with", "sheets,table,profile,function")
        assert "0 个错误" in plain.run("plugin", "check", "canteen")
        assert "十二个配方" in plain.run("plugin", "help", "recipes")
        assert "CAN" in plain.run("plugin", "try", "canteen", "--no-open")
        plain.run("plugin", "build", "canteen")
        (wheel,) = (plain.work / "dist").glob("*.whl")
        local = ("--quiet", "--no-index", "--no-deps", wheel)
        pip = [sys.executable, "-m", "pip", f"--python={plain.python()}", "install"]
        subprocess.run([*pip, *local], check=True)
        assert "已安装的软件包 checker_canteen" in plain.run("plugin", "list")
        told = plain.run("plugin", "check", "canteen")
        assert "插件 canteen 用的是文件夹" in told
        assert "0 个错误" in told
        plain.run("template", "build", "compulsory_school", "-o", "空表")


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
