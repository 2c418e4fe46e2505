"""What a release is made of, and each way in of the README followed in a fresh environment."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import checker

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
ADDRESS = "https://example.org/somebody/checker"


@pytest.fixture(scope="module")
def release(script: Callable[[Path], ModuleType]) -> ModuleType:
    """``.ci/release.py``."""
    return script(ROOT / ".ci/release.py")


def test_notes_are_the_part_of_the_version(release: Any) -> None:
    text = "# x\n\n## [未发布]\n- 新\n\n## [2026.1.0] - 2026-11-30\n- 一\n\n## [2025.1.0]\n- 旧\n"
    assert release.notes(text, "2026.1.0") == "- 一\n"
    assert release.notes(text, "2026.2.0") == "- 新\n"
    with pytest.raises(SystemExit):
        release.notes("# x\n", "2026.1.0")
    assert release.notes((ROOT / "CHANGELOG.md").read_text("utf-8"), checker.__version__)


def test_an_index_can_follow_every_link_of_the_readme(release: Any) -> None:
    """Made absolute, each leads to a file that there is; pictures are asked for raw."""
    made = release.absolute(README, ADDRESS, "v1")
    targets = re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", made)
    assert len(targets) > 12
    for mark, target in targets:
        kind = "raw" if mark else "blob"
        if target.startswith(ADDRESS):
            assert (ROOT / target.removeprefix(f"{ADDRESS}/{kind}/v1/")).is_file(), target
        else:
            assert target.startswith("https://"), target


def test_no_address_is_invented(release: Any) -> None:
    """pyproject.toml has none until the release job gives its own."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert "urls" not in tomllib.loads(text)["project"]
    urls = tomllib.loads(release.with_urls(text, ADDRESS))["project"]["urls"]
    assert urls["Homepage"] == ADDRESS and all(url.startswith(ADDRESS) for url in urls.values())


def test_the_citation_names_this_version() -> None:
    assert f"version: {checker.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")


def commands_below(heading: str) -> list[list[str]]:
    """The commands of the first block below a heading of the README that begins so."""
    part = README.split(f"\n### {heading}", 1)[1]
    block = re.search(r"(?ms)^```\n(.*?)^```", part)
    assert block is not None
    return [shlex.split(line, comments=True) for line in block[1].splitlines() if line.strip()]


@pytest.mark.real
@pytest.mark.parametrize(("heading", "codes"), [("县里", (0, 1)), ("插件作者", (0, 0, 0))])
def test_the_way_in_is_followed_literally(
    heading: str, codes: tuple[int, ...], host_wheel: Path, tmp_path: Path
) -> None:
    """In a fresh environment, beside the wheel, in the versions that pip finds; the forms are a
    demonstration county's."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    programs = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    work = tmp_path / "下载"
    work.mkdir()
    (work / host_wheel.name).write_bytes(host_wheel.read_bytes())
    left_out = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME")
    clean = {key: value for key, value in os.environ.items() if key not in left_out}
    clean |= {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUTF8": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_COMPILE": "false",  # so pip wants it said; what is imported is compiled then
        "CHECKER_CACHE_DIR": str(tmp_path / "cache"),
    }

    def run(words: list[str]) -> subprocess.CompletedProcess[str]:
        program = programs / (words[0] + (".exe" if os.name == "nt" else ""))
        return subprocess.run(
            [program, *words[1:]],
            cwd=work,
            env=clean,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    commands = commands_below(heading)
    for words, code in zip(commands, codes, strict=True):
        if words[:2] == ["checker", "county"]:
            made = run(["checker", "demo", "county", "--schools", "8", "--out", words[2]])
            assert made.returncode == 0, made.stderr
        done = run(words)
        unreachable = re.search("NewConnectionError|No matching distribution", done.stderr)
        if words[0] == "pip" and unreachable and not os.environ.get("CI"):
            pytest.skip(f"packages cannot be fetched: {done.stderr[-300:]}")
        assert done.returncode == code, done.stdout + done.stderr
    if heading == "县里":
        made = {path.name for path in (work / "收齐的表" / "县级校验").iterdir()}
        assert {"县级报告.html", "县级汇总.xlsx", "数据"} <= made


@pytest.mark.real
def test_tests_run_from_the_sdist(tmp_path: Path) -> None:
    """Its sources alone are enough for the tests of rules and of the pages for people."""
    build = "import setuptools.build_meta as b, sys; print(b.build_sdist(sys.argv[1]))"
    copy = tmp_path / "copy"
    kept = subprocess.run(
        ["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    (tmp_path / "head.tar").write_bytes(kept)
    with tarfile.open(tmp_path / "head.tar") as archive:
        archive.extractall(copy, filter="data")
    subprocess.run(
        [sys.executable, "-c", build, tmp_path], cwd=copy, check=True, capture_output=True
    )
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "from", filter="data")
    (place,) = (tmp_path / "from").iterdir()
    packages = place / "packages"
    packages.mkdir()
    project = tomllib.loads((place / "pyproject.toml").read_text("utf-8"))
    for name, folder in project["tool"]["setuptools"]["package-dir"].items():
        if name:
            (packages / name).symlink_to(place / folder)
    tests = ("tests/test_mirrors.py", "tests/test_commands_of_readme.py", "validators/resources")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=place,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(place / "src"), str(packages)))},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
