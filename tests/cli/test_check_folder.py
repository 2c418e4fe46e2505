"""``checker check`` on a folder: what it keeps, what it remembers, how it tells machines."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.demo.synthetic_county import County

sys.path.insert(0, str(Path(__file__).parents[1]))
from warm_cache import warm

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(county: County, tmp_path: Path) -> Path:
    """The twelve schools, in a folder of the test's own."""
    return Path(shutil.copytree(county.folder, tmp_path / "报送"))


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("CHECKER_CACHE_DIR", str(warm(tmp_path / "cache")))
    monkeypatch.delenv("CHECKER_NO_CACHE", raising=False)
    return tmp_path / "cache" / "results.sqlite"


def test_a_second_run_finds_its_results_and_says_the_same(
    checker: Run, folder: Path, kept: Path
) -> None:
    first = checker("check", folder, "--format", "json")
    assert kept.is_file()
    copies = {path: path.stat().st_mtime_ns for path in (folder / "校验结果").glob("*.xlsx")}
    assert len(copies) == 12
    second = checker("check", folder, "--format", "json")
    assert second.stdout == first.stdout
    assert {path: path.stat().st_mtime_ns for path in copies} == copies  # nothing written again
    third = checker("check", folder, "--format", "json", "--no-cache")
    assert third.stdout == first.stdout
    assert {path: path.stat().st_mtime_ns for path in copies} != copies


def test_diff_compares_two_runs_over_folders(
    checker: Run, county: County, folder: Path, kept: Path, tmp_path: Path
) -> None:
    checker("check", folder, "--out", tmp_path / "昨天")
    wrong = next(item.file for item in county.answers)
    (folder / wrong).unlink()
    done = checker("check", folder, "--out", tmp_path / "今天")
    assert done.returncode == 1
    told = checker("diff", tmp_path / "昨天", tmp_path / "今天")
    assert told.returncode == 0, told.stdout + told.stderr
    assert f"上次有、这次没有：{Path(wrong).stem}" in told.stdout


def test_junit_and_sarif_name_what_json_names(checker: Run, folder: Path, kept: Path) -> None:
    found = json.loads(checker("check", folder, "--no-mark", "--format", "json").stdout)
    hard = [item for item in found["findings"] if item["verdict"] == "fail"]
    assert hard
    suites = ElementTree.fromstring(
        checker("check", folder, "--no-mark", "--format", "junit").stdout.encode()
    )
    assert len(suites) == 12
    assert len(suites.findall("testsuite/testcase/failure")) == len(hard)
    document = json.loads(checker("check", folder, "--no-mark", "--format", "sarif").stdout)
    results = document["runs"][0]["results"]
    assert len(results) == len(found["findings"])
    assert sum(item["level"] == "error" for item in results) == len(hard)


def test_sarif_of_one_file_needs_no_folder(checker: Run, wrong: Path) -> None:
    done = checker("check", wrong, "--no-mark", "--format", "sarif")
    assert done.returncode == 1
    assert json.loads(done.stdout)["version"] == "2.1.0"


def test_marked_copies_never_land_on_their_originals(
    checker: Run, folder: Path, kept: Path, wrong: Path
) -> None:
    """``--out`` naming the folder of the originals is refused before anything is read."""
    before = {path: path.read_bytes() for path in folder.glob("*.xlsx")}
    for paths, out in (([folder], folder), ([folder / wrong.name], folder / ".")):
        done = checker("check", *paths, "--out", out)
        assert done.returncode == 2 and "会覆盖原文件" in done.stderr
    assert checker("check", folder, "--out", folder, "--no-mark").returncode == 1  # only tables
    assert {path: path.read_bytes() for path in folder.glob("*.xlsx")} == before


def test_results_inside_the_folder_are_not_checked_again(
    checker: Run, folder: Path, kept: Path
) -> None:
    """Whatever the folder for them is called."""
    for _ in range(2):
        done = checker("check", folder, "--out", folder / "结果", "--format", "json")
        assert len(json.loads(done.stdout)["files"]) == 12


@pytest.mark.parametrize("as_folders", [True, False])
def test_files_of_one_name_in_two_places_get_copies_of_their_own(
    checker: Run, county: County, tmp_path: Path, as_folders: bool
) -> None:
    first, second = sorted(county.folder.glob("*.xlsx"))[:2]
    for place, school in (("甲镇", first), ("乙镇", second)):
        (tmp_path / place).mkdir()
        shutil.copy(school, tmp_path / place / "一小.xlsx")
    named = [tmp_path / place / ("" if as_folders else "一小.xlsx") for place in ("甲镇", "乙镇")]
    named += [tmp_path / "甲镇"] if as_folders else []  # named twice, checked once
    done = checker("check", *named, "--out", tmp_path / "结果", "--format", "json", "--no-cache")
    files = json.loads(done.stdout)["files"]
    assert [Path(each["path"]).parent.name for each in files] == ["甲镇", "乙镇"]
    copies = sorted((tmp_path / "结果").rglob("*.xlsx"))
    assert [copy.relative_to(tmp_path / "结果").as_posix() for copy in copies] == [
        "乙镇/一小.xlsx",
        "甲镇/一小.xlsx",
    ]
    assert {each["marked_copy"] for each in files} == set(map(str, copies))
