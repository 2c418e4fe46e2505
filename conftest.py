"""What every test of the repository stands on: folders of its own, and no silent skip in CI."""

from __future__ import annotations

import gc
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from filelock import FileLock
from openpyxl.cell.cell import MergedCell
from openpyxl.worksheet.merge import MergedCellRange

ROOT = Path(__file__).parent
IN_CI = bool(os.environ.get("CI")) and sys.platform != "win32"
MAY_BE_SKIPPED = ("超级用户不受限制",)
"""Reasons that hold in CI as well: a program can be installed there, a person not."""

MakeOnce = Callable[[str, Callable[[Path], None]], Path]
Install = Callable[..., None]

_PACKAGED = (
    "docs/author",
    *("src", "validators", "workbook_templates", "xlsx_plugins"),
    *("pyproject.toml", "setup.py", "README.md", "LICENSE"),
)
_USERS_FOLDERS = {
    "HOME": "home",
    "USERPROFILE": "home",
    "APPDATA": "home/appdata",
    "LOCALAPPDATA": "home/appdata",
    "XDG_CACHE_HOME": "home/.cache",
    "XDG_CONFIG_HOME": "home/.config",
    "XDG_DATA_HOME": "home/.local/share",
    "XDG_STATE_HOME": "home/.local/state",
    "CHECKER_CACHE_DIR": "cache",
    "CHECKER_LOG_DIR": "log",
}
_ON_WINDOWS_ONLY = frozenset({"USERPROFILE", "APPDATA", "LOCALAPPDATA"})
_own_folder = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Before any module of the project is imported: the user's folders are ones of this session.

    The workers of xdist inherit them. With eleven thousand tests in memory each search for cycles
    is long, and a tenth of the time was spent on them: they are looked for less often.
    """
    gc.set_threshold(50_000, 20, 20)
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="checker-tests-"))
    config.stash[_own_folder] = folder
    settings = Path.home() / ".config" / "pip" / "pip.conf"
    if settings.is_file():  # where packages come from is the machine's, not the person's
        os.environ.setdefault("PIP_CONFIG_FILE", str(settings))
    for name, place in _USERS_FOLDERS.items():
        if name in _ON_WINDOWS_ONLY and sys.platform != "win32":
            os.environ.pop(name, None)
            continue
        (folder / place).mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(folder / place)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The session's folders go with it."""
    folder = config.stash.get(_own_folder, None)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def borders_of_merged_cells_are_left_alone() -> Iterator[None]:
    """openpyxl works out the borders around each merged range anew whenever it opens a workbook.
    That is more than a third of its time for our forms, and no test looks at them."""

    def find_first(merged: MergedCellRange) -> None:
        merged.start_cell = merged.ws.cell(merged.min_row, merged.min_col)

    def fill_range(merged: MergedCellRange) -> None:
        cells = merged.ws._cells
        for row, column in merged.cells:
            if (row, column) not in cells:
                cells[row, column] = MergedCell(merged.ws, row, column)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MergedCellRange, "_get_borders", find_first)
        patch.setattr(MergedCellRange, "format", fill_range)
        yield


@pytest.fixture(scope="session")
def install() -> Install:
    """Installs requirements for a Python, which need not have pip: ``install(python,
    *requirements)``, from the registry, in the locked versions; without a network the test is
    skipped."""

    def run(python: Path, *requirements: str | Path) -> None:
        pip = [sys.executable, "-m", "pip", f"--python={python}", "--quiet", "install"]
        pip.append("--disable-pip-version-check")
        # a wheel that was just built has no hash in the lock: only the versions count here
        versions = python.parent / "versions.txt"
        lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
        pinned = [line.rstrip("\\ ") for line in lines if not line.startswith(" ")]
        versions.write_text("\n".join(pinned) + "\n", "utf-8")
        done = subprocess.run([*pip, "-c", versions, *requirements], capture_output=True, text=True)
        if done.returncode and re.search(
            "NewConnectionError|No matching distribution", done.stderr
        ):
            pytest.skip(f"packages cannot be fetched: {done.stderr[-300:]}")
        assert done.returncode == 0, done.stderr

    return run


@pytest.fixture(scope="session")
def script() -> Callable[[Path], ModuleType]:
    """Loads a script of the repository that belongs to no package, by its path."""

    def load(place: Path) -> ModuleType:
        spec = importlib.util.spec_from_file_location(place.stem, place)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start real programs come first: they take longest, and while the last of the
    others are done, no process waits for a long one that has just begun."""
    real = {item.path for item in items if item.get_closest_marker("real")}
    items.sort(key=lambda item: item.path not in real)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None, pytest.TestReport, pytest.TestReport]:
    """In CI everything that a test needs is there: a skipped test has failed."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        _failed_if_missing(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Iterator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips all its tests."""
    report = yield
    if IN_CI and report.skipped:
        _failed_if_missing(report)
    return report


def _failed_if_missing(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not any(allowed in reason for allowed in MAY_BE_SKIPPED):
        report.outcome = "failed"
        report.longrepr = f"在 CI 里不许跳过：{reason}"


@pytest.fixture(scope="session")
def make_once(tmp_path_factory: pytest.TempPathFactory) -> MakeOnce:
    """``make_once("name", make)``: the folder that ``make`` filled, once for all xdist workers."""
    base = tmp_path_factory.getbasetemp()
    together = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def once(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = together / name, together / f"{name}.done"
        with FileLock(together / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return once


@pytest.fixture(scope="session")
def right_school(make_once: MakeOnce) -> Path:
    """The workbook of a primary school in which nothing is wrong, out of a demo county."""

    def demo(folder: Path) -> None:
        command = ["demo", "county", "--schools", "24", "--seed", "11", "--out", str(folder)]
        subprocess.run([sys.executable, "-m", "checker", *command], check=True, capture_output=True)

    from checker.session import Session

    session = Session()
    for path in sorted(make_once("demo county", demo).glob("*.xlsx")):
        report = session.judge_file(path).report
        assert report is not None
        outcomes = {verdict.outcome.value for verdict in report.verdicts}
        if report.submission.stages == ("primary",) and not outcomes & {"fail", "doubt", "unmet"}:
            return path
    raise AssertionError("the demo county has no primary school in which nothing is wrong")


@pytest.fixture(scope="session")
def frozen_program(make_once: MakeOnce) -> Path:
    """The program for PCs without Python: the one that CHECKER_BUNDLE names, else built here."""
    named = os.environ.get("CHECKER_BUNDLE")
    if named:
        return Path(named)
    pytest.importorskip("PyInstaller", reason="PyInstaller is not installed")

    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "checker_xlsx.bundle", "--out", "dist"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)

    name = "checker.exe" if sys.platform == "win32" else "checker"
    return make_once("frozen", build) / "dist" / "checker" / name


@pytest.fixture(scope="session")
def host_wheel(make_once: MakeOnce) -> Path:
    """The project's wheel, built from a copy of its sources."""

    def build(folder: Path) -> None:
        sources = folder / "sources"
        sources.mkdir()
        left_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "dist")
        for name in _PACKAGED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, sources / name, ignore=left_out)
            else:
                shutil.copy(ROOT / name, sources / name)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, sources]
        subprocess.run([*pip, *build], check=True, capture_output=True)

    (wheel,) = make_once("wheel", build).glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def wheel_environment(make_once: MakeOnce, host_wheel: Path, install: Install) -> Path:
    """A folder that many share, and nobody changes: ``venv``, a fresh environment with the wheel
    and what it asks for; ``added``, how many bytes those are; and 校验.html, which the program
    made there as the release job has it made, if what it is made of is installed."""
    modules = ROOT / "tests" / "acceptance" / "node" / "node_modules"

    def build(folder: Path) -> None:
        venv = folder / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
        empty = bytes_below(venv)
        python = venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        install(python, host_wheel)
        (folder / "added").write_text(str(bytes_below(venv) - empty), "utf-8")
        install(python, "pip")  # the page asks it for packages; there is nothing to build them with
        if not (modules / "playwright-core").is_dir():
            return
        command = [python, "-I", "-m", "checker", "page", "build", "-o", "校验.html"]
        done = subprocess.run(
            [*command, "--inputs", modules / "pyodide"], cwd=folder, capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")

    return make_once("wheel environment", build)


def bytes_below(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="session")
def page_file(wheel_environment: Path) -> Path:
    """校验.html, made as the release job makes it: by the wheel, in an environment of its own."""
    page = wheel_environment / "校验.html"
    if not page.is_file():
        pytest.skip("没有安装 playwright-core（在 tests/acceptance/node 里运行 npm install）")
    return page
