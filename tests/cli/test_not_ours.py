"""Nothing in a result folder that this program did not write is ever replaced."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(tmp_path: Path, wrong: Path) -> Path:
    """This year's folder with one workbook."""
    place = tmp_path / "今年"
    place.mkdir()
    shutil.copy(wrong, place / "一小.xlsx")
    return place


def test_last_years_originals_are_kept_when_the_copies_are_sent_there(
    checker: Run, folder: Path, tmp_path: Path, right: Path
) -> None:
    old = tmp_path / "去年"
    old.mkdir()
    shutil.copy(right, old / "一小.xlsx")
    (old / "校验结果.json").write_text("mine", "utf-8")
    done = checker("check", folder, "--out", "去年")
    assert done.returncode == 1
    assert "“一小.xlsx”不是校验写的标记副本，没有覆盖；副本另存为“一小(2).xlsx”" in done.stdout
    assert (old / "一小.xlsx").read_bytes() == right.read_bytes()
    assert (old / "校验结果.json").read_text("utf-8") == "mine"
    assert (old / "校验结果(2).json").is_file()

    copies = {path.name for path in old.glob("*.xlsx")}
    checker("check", folder, "--out", "去年", "--no-cache")  # our own copy is replaced
    assert {path.name for path in old.glob("*.xlsx")} == copies == {"一小.xlsx", "一小(2).xlsx"}


def test_a_workbook_put_into_the_usual_result_folder_is_kept(
    checker: Run, folder: Path, right: Path
) -> None:
    place = folder / "校验结果"
    place.mkdir()
    shutil.copy(right, place / "一小.xlsx")
    checker("check", folder)
    assert (place / "一小.xlsx").read_bytes() == right.read_bytes()
    assert (place / "一小(2).xlsx").is_file()


@pytest.mark.parametrize("command", ["check", "county"])
def test_a_copy_that_a_person_wrote_into_is_kept_and_said(
    checker: Run, folder: Path, command: str
) -> None:
    """With the cache and without; one that was only saved again is replaced."""
    checker(command, folder)
    (copy,) = folder.rglob("校验结果/一小.xlsx")
    book = openpyxl.load_workbook(copy)
    book.save(copy)  # as a program that opened it and was asked to save
    told = checker(command, folder).stdout
    assert "有人改过" not in told and [path.name for path in copy.parent.glob("*.xlsx")] == [
        "一小.xlsx"
    ]
    book = openpyxl.load_workbook(copy)
    book["基本情况"]["D6"] = "改过的名称"
    book.save(copy)
    written = copy.read_bytes()
    for options in ((), (), ("--no-cache",)):
        done = checker(command, folder, *options)
        assert "标记副本“一小.xlsx”有人改过，没有覆盖" in done.stdout, done.stdout
        assert copy.read_bytes() == written
        assert {path.name for path in copy.parent.glob("*.xlsx")} == {"一小.xlsx", "一小(2).xlsx"}


def test_links_in_the_result_folder_are_not_followed(
    checker: Run, folder: Path, tmp_path: Path, right: Path
) -> None:
    """Neither that of a file, nor that of a folder, nor through the copy of a copy."""
    (folder / "镇").mkdir()
    shutil.move(folder / "一小.xlsx", folder / "镇" / "一小.xlsx")
    elsewhere = tmp_path / "别处"
    elsewhere.mkdir()
    shutil.copy(right, elsewhere / "一小.xlsx")
    place = folder / "校验结果"
    place.mkdir()
    (place / "镇").symlink_to(elsewhere)
    (place / "校验结果.json").symlink_to(elsewhere / "一小.xlsx")
    for again in range(2):
        assert checker("check", folder, "--no-cache").returncode == 1, again
        assert [path.name for path in elsewhere.iterdir()] == ["一小.xlsx"]
        assert (elsewhere / "一小.xlsx").read_bytes() == right.read_bytes()
        assert [path.name for path in (place / "镇(2)").iterdir()] == ["一小.xlsx"]


def test_a_folder_that_cannot_be_written_is_said_and_the_run_goes_on(
    checker: Run, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "占用").write_text("a file where the folder should be", "utf-8")
    done = checker("check", folder, "--out", "占用")
    assert done.returncode == 3
    assert "没有写标记：标记副本写不进去" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert (tmp_path / "占用").read_text("utf-8") == "a file where the folder should be"


def test_links_among_the_countys_results_are_not_followed(
    checker: Run, folder: Path, tmp_path: Path
) -> None:
    place = folder / "县级校验"
    place.mkdir()
    victim = tmp_path / "别人的"
    victim.write_text("mine", "utf-8")
    names = (
        "县级报告.html",
        "县级汇总.xlsx",
        "县级汇总.json",
        "催报清单.xlsx",
        "催报清单.txt",
        "数据",
    )
    for name in names:
        (place / name).symlink_to(victim)
    for again in range(2):
        done = checker("county", folder, "--no-cache")
        assert done.returncode == 1 and "县级报告(2).html" in done.stdout, (again, done.stderr)
        assert victim.read_text("utf-8") == "mine"
        assert all((place / name).is_symlink() for name in names)
        assert (place / "县级汇总(2).xlsx").is_file() and not (place / "县级汇总(3).xlsx").exists()
