"""files found = judged + unreadable + not a form + not looked at, each named with its reason."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.batch import discovery
from checker.batch.discovery import discover

Run = Callable[..., "subprocess.CompletedProcess[str]"]
CASES = Path(__file__).parent / "cases"
not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="no such files on Windows")

NOT_LOOKED_AT = {
    "一.rar": "请先解压",
    "二.7z": "请先解压",
    "三.pdf": "请让学校发 Excel 文件",
    "四.docx": "请让学校发 Excel 文件",
    "五.wps": "请让学校发 Excel 文件",
    "六.csv": "请让学校发 Excel 文件",
    "七.JPG": "请让学校发 Excel 文件",
    "八.numbers": "请让学校发 Excel 文件",
    "九.xlsx.crdownload": "没有下载完",
    "十.xlsx.baiduyun.p.downloading": "没有下载完",
    "十一.xlsx.download": "没有下载完",
    "十二.tmp": "没有下载完",
    "~$十三.xlsx": "临时文件",
    "十四": "没有扩展名",
    "十五.xlsx.lnk": "快捷方式",
    "十六.xlsx.exe": "这是程序，不是填报表，请不要打开",
    "十七.XLSX(1)": "扩展名不对",
    "十八.xls.bak": "扩展名不对",
}
BESIDE = ("说明.txt", "名册.csv", "一小.备份.xlsx", "县级汇总.xlsx", "~$一小.xlsx")


@pytest.fixture
def inbox(tmp_path: Path, right: Path) -> Path:
    """One good workbook and everything else that people drop into such a folder."""
    folder = tmp_path / "收件"
    folder.mkdir()
    shutil.copy(right, folder / "一小.xlsx")
    for name in (*NOT_LOOKED_AT, *BESIDE):
        (folder / name).write_bytes(b"x")
    (folder / "空.xlsx").write_bytes(b"")
    with zipfile.ZipFile(folder / "包.zip", "w") as archive:
        archive.write(right, "二小.xlsx")
        archive.writestr("里面.zip", b"PK")
    (folder / ".DS_Store").write_bytes(b"")
    return folder


def test_in_the_terminal_and_in_json(checker: Run, inbox: Path) -> None:
    done = checker("check", inbox, "--no-mark", "--no-cache")
    assert done.returncode == 3 and "Traceback" not in done.stdout + done.stderr
    for name, words in NOT_LOOKED_AT.items():
        (line,) = [
            line for line in done.stdout.splitlines() if line.startswith(f"✗ {inbox}/{name} ")
        ]
        assert "没有查看：" in line and words in line
    for name in BESIDE:
        assert len([line for line in done.stdout.splitlines() if f"· {inbox}/{name} " in line]) == 1
    assert "✗ " + str(inbox / "包.zip/里面.zip") in done.stdout
    assert "共 22 个文件，已校验 2 个，其中 2 个没有问题" in done.stdout
    assert "没有查看：19 个。" in done.stdout and "不用校验的文件：5 个。" in done.stdout

    found = json.loads(checker("check", inbox, "--no-mark", "--format", "json").stdout)
    summary = found["summary"]
    assert summary["found"] == summary["files"] + len(found["beside"]) == 27
    assert sum(summary["statuses"].values()) == summary["files"] == 22
    assert summary["statuses"]["not_looked_at"] == 19
    assert {Path(each["path"]).name for each in found["beside"]} == set(BESIDE)
    files = {path.relative_to(inbox).as_posix() for path in inbox.rglob("*") if path.is_file()}
    named = {
        Path(each["path"]).relative_to(inbox).as_posix()
        for each in (*found["files"], *found["beside"])
    }
    assert files - named == {".DS_Store", "包.zip"}  # its members are named instead


def test_a_folder_with_only_such_files_is_not_all_right(checker: Run, tmp_path: Path) -> None:
    folder = tmp_path / "收件"
    folder.mkdir()
    (folder / "一小.rar").write_bytes(b"Rar!")
    done = checker("check", folder)
    assert done.returncode == 3 and "没有问题" not in done.stdout and "请先解压" in done.stdout


@pytest.mark.parametrize("case", ["06-silently-ignored-hand-ins", "07-encrypted-zip"])
def test_the_cases_that_failed(checker: Run, tmp_path: Path, case: str) -> None:
    folder = tmp_path / "县"
    shutil.copytree(CASES / case, folder)
    done = checker("check", folder, "--no-mark")
    assert done.returncode == 3
    if case.startswith("07"):
        assert "压缩包设有密码，读不出内容，请解压后再放进来。" in done.stdout
        return
    assert "枫树镇田心小学.rar  没有查看：这是压缩包，请先解压" in done.stdout
    county = checker("county", folder, "--no-mark")
    (line,) = [line for line in county.stdout.splitlines() if "缺报：枫树镇田心小学" in line]
    assert "枫树镇田心小学.rar" in line and "枫树镇田心小学.pdf" in line
    assert county.returncode == 3


@not_on_windows
def test_links_pipes_sockets_and_names_in_gbk(checker: Run, tmp_path: Path, right: Path) -> None:
    folder = tmp_path / "收件"
    (folder / "镇").mkdir(parents=True)
    shutil.copy(right, os.fsencode(folder) + b"/" + "田心小学".encode("gbk") + b".xlsx")
    os.mkfifo(folder / "管道.xlsx")
    here = os.open(".", os.O_RDONLY)
    os.chdir(folder)  # the address of a socket is short
    with socket.socket(socket.AF_UNIX) as end:
        end.bind("套接字.xlsx")
        os.fchdir(here)
        (folder / "自己.xlsx").symlink_to("自己.xlsx")
        (folder / "断.xlsx").symlink_to("没有")
        (folder / "镇" / "上").symlink_to("..")
        done = checker("check", folder, "--no-cache")
    os.close(here)
    assert done.returncode == 3 and "Traceback" not in done.stdout + done.stderr
    for name, words in {
        "管道.xlsx": "不是普通文件",
        "套接字.xlsx": "不是普通文件",
        "自己.xlsx": "链接指向自己",
        "断.xlsx": "失效的链接",
        "镇/上": "已经看过",
    }.items():
        (line,) = [line for line in done.stdout.splitlines() if f"{name} " in line]
        assert words in line
    assert "✓ " + str(folder / "田心小学.xlsx") in done.stdout
    assert (folder / "校验结果" / "田心小学.xlsx").is_file()
    assert "共 5 个文件，已校验 1 个" in done.stdout


def test_a_folder_below_that_cannot_be_opened_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("甲/一.xlsx", "乙/二.xlsx"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"x")
    listed = os.scandir

    def scandir(place: str) -> object:
        if place.rstrip("/\\").endswith("乙"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return listed(place)

    monkeypatch.setattr(discovery.os, "scandir", scandir)
    found = discover([str(tmp_path)])
    assert [each.shown for each in found.sources] == ["甲/一.xlsx"]
    assert found.failures == (
        ("乙", "文件夹打不开（没有权限，或正被别的程序占用），里面的文件都没有查看。"),
    )


def test_a_file_that_vanishes_is_one_line(checker: Run, tmp_path: Path, right: Path) -> None:
    from checker.batch.judging import unopened

    path = tmp_path / "一小.xlsx"
    shutil.copy(right, path)
    (source,) = discover([str(tmp_path)]).sources
    path.unlink()
    with pytest.raises(OSError) as problem:
        source.read()
    assert unopened(source, problem.value).message.startswith("文件打不开（文件已经不在了）")


@not_on_windows
def test_a_home_and_a_cache_that_cannot_be_written(
    checker: Run, tmp_path: Path, right: Path
) -> None:
    folder = tmp_path / "收件"
    folder.mkdir()
    shutil.copy(right, folder)
    (tmp_path / "a file").write_bytes(b"")
    nowhere = str(tmp_path / "a file" / "folder")
    done = checker("check", folder, env={"HOME": nowhere, "CHECKER_CACHE_DIR": nowhere})
    assert done.returncode == 0 and done.stdout.startswith("✓ ")
    assert done.stderr.count("\n") == 1 and "写不进去，这次全部重新校验" in done.stderr


def test_what_lies_hidden_or_among_the_results_is_named(
    checker: Run, tmp_path: Path, right: Path
) -> None:
    """A school's workbook that somebody put among the marked copies, a hidden folder, a workbook
    saved as XML; our own copies, also of files that are gone by now, are not named."""
    folder = tmp_path / "收件"
    for place in ("校验结果", "县级校验/校验结果", ".藏"):
        (folder / place).mkdir(parents=True)
        shutil.copy(right, folder / place / "二小.xlsx")
    shutil.copy(right, folder / "一小.xlsx")
    shutil.copy(right, folder / "三小.xlsx")
    (folder / "四小.xml").write_text("<Workbook/>", "utf-8")
    for _ in range(2):
        done = checker("check", folder, "--format", "json")
        found = json.loads(done.stdout)
        told = {item["path"]: item["message"] for item in found["files"] if item["message"]}
        where = [f"{folder}/{place}/二小.xlsx" for place in ("校验结果", "县级校验/校验结果")]
        assert {path.partition("收件/")[2] for path in told} == {
            *(path.partition("收件/")[2] for path in where),
            "四小.xml",
        }
        assert all("移到外面来" in message or "XML" in message for message in told.values())
        assert [item["path"].rpartition("/")[2] for item in found["beside"]] == [".藏"]
        assert done.returncode == 3
        (folder / "三小.xlsx").unlink(missing_ok=True)  # its marked copy stays
