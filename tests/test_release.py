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
from openpyxl import load_workbook

import checker

sys.path.insert(0, str(Path(__file__).parent / "acceptance"))
from page_visit import Visit

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
    made = tomllib.loads(release.with_urls(text, ADDRESS))["project"]
    assert made["readme"] == release.SHOWN
    urls = made["urls"]
    assert urls["Homepage"] == ADDRESS and all(url.startswith(ADDRESS) for url in urls.values())


def test_only_what_was_tagged_is_a_version_of_the_changelog() -> None:
    """Each with its date, the newest first; what has no tag is 未发布."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    first, *versions = re.findall(r"(?m)^## \[([^\]]+)\](.*)$", text)
    assert first == ("未发布", "")
    tags = subprocess.run(
        ["git", "tag", "--list", "v*"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {f"v{name}" for name, _ in versions} <= set(tags)
    assert all(re.fullmatch(r" - \d{4}-\d{2}-\d{2}", day) for _, day in versions)
    days = re.findall(r"(?m)^### (\d{4}-\d{2}-\d{2})$", text)
    assert days == sorted(set(days), reverse=True)


def test_every_python_that_is_named_is_run() -> None:
    """The classifiers of the package, and the versions in the hosted CI."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    named = re.findall(r"Python :: (3\.\d+)", text)
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    assert set(named) == set(re.findall(r'"(3\.\d+)"', workflow))
    assert tomllib.loads(text)["project"]["requires-python"] == f">={named[0]}"


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
@pytest.mark.timeout(1800)
def test_the_school_without_anything_follows_its_way_in(page_file: Path, tmp_path: Path) -> None:
    """The page of the release in a folder with nothing but a filled form; a browser without a
    network opens it, the form is dragged in, what is to be done is read, the copy is kept."""
    told = README.split("\n### 学校", 1)[1].split("\n###", 1)[0]
    for step in ("双击", "`校验.html`", "拖进去", "先做这几件事", "下载带标记的副本"):
        assert step in told, step
    work = tmp_path / "下载"
    work.mkdir()
    page, form = work / "校验.html", work / "某某小学.xlsx"
    page.write_bytes(page_file.read_bytes())
    form.write_bytes((ROOT / "examples" / "shangshiqiao.xlsx").read_bytes())
    visit = Visit(
        page,
        work,
        [
            {"do": "text", "at": "body", "as": "opened"},
            {"do": "drag", "file": str(form), "name": form.name},
            {"do": "text", "at": "main", "as": "told"},
            {"do": "text", "at": "#first li", "as": "first"},
            {"do": "download", "button": "#copy", "name": "副本.xlsx"},
        ],
    )
    assert "准备好了" in str(visit.answers["opened"])
    assert "先做这几件事" in str(visit.answers["told"]) and visit.answers["first"]
    assert visit.told["requests"] == [] and visit.told["errors"] == []
    assert "校验结果" in load_workbook(work / "副本.xlsx").sheetnames
    assert form.read_bytes() == (ROOT / "examples" / "shangshiqiao.xlsx").read_bytes()


@pytest.mark.real
def test_tests_run_from_the_sdist(tmp_path: Path) -> None:
    """As the release makes it: its sources alone are enough for the tests of judging, of a family
    of rules and of the pages for people."""
    build = "import setuptools.build_meta as b, sys; print(b.build_sdist(sys.argv[1]))"
    copy = tmp_path / "copy"
    kept = subprocess.run(
        ["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    (tmp_path / "head.tar").write_bytes(kept)
    with tarfile.open(tmp_path / "head.tar") as archive:
        archive.extractall(copy, filter="data")
    address = ("links", ADDRESS, "v1")
    subprocess.run([sys.executable, ".ci/release.py", *address], cwd=copy, check=True)
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
    tests = (
        *("tests/test_mirrors.py", "tests/test_commands_of_readme.py", "tests/test_issue_forms.py"),
        *("tests/judging/test_cascades.py", "validators/resources"),
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=place,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(place / "src"), str(packages)))},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
