"""A full disk, a folder that is read-only, Ctrl-C: said in one line, and nothing half-written."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from warm_cache import warm

Run = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and signals of Unix")

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
from checker.cli.main import main
sys.argv = ["checker", *sys.argv[1:]]
main()
"""
"""The command where no file can grow beyond 4 KiB: as on a disk that is full."""


@pytest.fixture
def folder(tmp_path: Path, wrong: Path) -> Path:
    """Two workbooks, both with something to mark."""
    place = tmp_path / "表"
    place.mkdir()
    for name in ("一小.xlsx", "二小.xlsx"):
        shutil.copy(wrong, place / name)
    return place


def on_a_full_disk(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LIMITED, *arguments],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={
            **os.environ,
            "CHECKER_LOG_DIR": str(folder.parent / "log"),
            "CHECKER_CACHE_DIR": str(warm(folder.parent / "cache")),
        },
    )


def originals(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.xlsx")}


def test_a_full_disk_in_check(folder: Path) -> None:
    before = originals(folder)
    done = on_a_full_disk(folder, "check", "表")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if "没有写标记：标记副本写不进去" in line]
    assert len(lines) == 2 and all("磁盘空间不足" in line for line in lines)
    assert "共 2 个文件，已校验 2 个" in done.stdout
    assert done.stderr.count("结果没能存进") == 1
    assert originals(folder) == before
    assert not [path for path in (folder / "校验结果").rglob("*") if path.is_file()]


def test_a_full_disk_with_in_place(folder: Path) -> None:
    before = originals(folder)
    done = on_a_full_disk(folder, "check", "表", "--in-place")
    assert done.returncode == 3 and "Traceback" not in done.stdout + done.stderr
    assert originals(folder) == before  # no backup that is half, no draft
    assert {path.name for path in folder.iterdir()} == set(before)


def test_a_full_disk_in_county(folder: Path) -> None:
    done = on_a_full_disk(folder, "county", "表")
    assert done.returncode == 3 and "Traceback" not in done.stdout + done.stderr
    assert "磁盘已满" in done.stderr and done.stderr.count("\n") == 1
    assert not [path for path in (folder / "县级校验").rglob("*") if path.suffix == ".xlsx"]


def test_a_result_folder_that_is_read_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.batch import mark_writing
    from checker.batch.discovery import discover
    from checker.batch.judging import MarkPlan, judge_and_mark
    from checker.session import Session

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(mark_writing, "claim", refuse)
    (source, _) = discover([str(folder)]).sources
    result, _ = judge_and_mark(Session(), source, MarkPlan(str(folder / "出")), source.read())
    assert result.cannot_write == "标记副本写不进去（磁盘是只读的），请检查磁盘空间和权限。"


@pytest.mark.parametrize("seconds", [0.15, 0.3, 0.6, 1.2])
def test_ctrl_c_at_any_moment(folder: Path, seconds: float) -> None:
    before = originals(folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "checker.cli.main", "check", "表", "--no-cache"],
        cwd=folder.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=300)
    assert process.returncode in (1, 130, -signal.SIGINT), said + errors
    if process.returncode == 130:
        assert "已中断" in said + errors and "Traceback" not in errors
    assert originals(folder) == before
