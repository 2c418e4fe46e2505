"""The writer killed at random moments, the disk full, the folder locked: the original is whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from school import RUN, build_school

from checker.model.marks import Changes, Fill, Mark
from checker.writing import UnwritableWorkbook, write_changes, write_in_place

posix = pytest.mark.skipif(os.name != "posix", reason="这一测试用到 POSIX 信号与文件限额")

_WRITE_FOR_EVER = """
import sys
from pathlib import Path
from checker.model.marks import Changes, Fill, Mark
from checker.writing import write_changes
path = Path(sys.argv[1])
runs = [Changes([Mark("表", f"B{row}", Fill.FAIL, "不通过：甲") for row in range(2, 400, step)])
        for step in (2, 3)]
print("ready", flush=True)
while True:
    for run in runs:
        write_changes(path, path, run)
"""


@posix
def test_killed_at_any_moment_the_file_is_whole(tmp_path: Path) -> None:
    """Forty kills of a writer that does nothing but write in place: every other one at a random
    moment, the others a random moment after its temporary file has appeared. On a busy machine
    the kernel delivers many of them late; then more follow, until enough have hit."""
    path = tmp_path / "学校.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("表")
    for row in range(4000):
        sheet.write_row(row, 0, [f"第{row}行", row, row * 3, row / 7])
    book.close()
    write_changes(path, path, Changes([Mark("表", "B2", Fill.FAIL)]))
    chance = random.Random(2026)
    interrupted = 0
    for kill in range(200):
        if kill >= 40 and interrupted > 5:
            break
        child = subprocess.Popen(
            [sys.executable, "-c", _WRITE_FOR_EVER, str(path)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"ready"
        if kill % 2:
            _wait_for_a_temporary_file(tmp_path)
        time.sleep(chance.uniform(0, 0.004 if kill % 2 else 0.12))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            assert len(archive.read("xl/worksheets/sheet1.xml")) > 100_000
        left = [other for other in tmp_path.iterdir() if other != path]
        interrupted += bool(left)
        for other in left:
            assert other.suffix == ".tmp", "nothing unfinished may carry a workbook's name"
            other.unlink()
    assert interrupted > 5, "the kills must have hit the writer while it was writing"


def _wait_for_a_temporary_file(folder: Path) -> None:
    until = time.monotonic() + 300
    while not any(entry.name.endswith(".tmp") for entry in os.scandir(folder)):
        assert time.monotonic() < until, "the writer writes no temporary file"


@posix
def test_a_full_disk_leaves_the_original_and_no_rubbish(tmp_path: Path) -> None:
    """A limit on file size makes the kernel refuse to write on, as a full disk does."""
    school = build_school(tmp_path / "学校.xlsx")
    before = school.read_bytes()
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "from school import RUN\n"
        "from checker.writing import UnwritableWorkbook, write_changes\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    write_changes(Path(sys.argv[1]), Path(sys.argv[1]), RUN)\n"
        "except UnwritableWorkbook as refusal:\n"
        "    sys.stdout.buffer.write(refusal.reason.encode())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(school), str(Path(__file__).parent)],
        capture_output=True,
        timeout=500,
    )
    assert "原文件没有改动" in done.stdout.decode(), done.stderr.decode()
    assert school.read_bytes() == before
    assert list(tmp_path.iterdir()) == [school]


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="没有 /dev/full")
def test_the_reason_of_a_full_disk_is_told() -> None:
    """The real ENOSPC of the kernel, by way of the device that is always full."""
    from checker.writing.zip_container import reason_of

    with pytest.raises(OSError) as error, open("/dev/full", "wb") as full:  # noqa: PTH123
        full.write(b"x" * 100_000)
    assert "磁盘空间不足" in reason_of(error.value, Path("学校.xlsx"))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    school = build_school(tmp_path / "学校.xlsx")
    with pytest.raises(UnwritableWorkbook, match="文件夹不存在"):
        write_changes(school, tmp_path / "没有" / "out.xlsx", RUN)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="超级用户不受限制")
def test_a_read_only_folder(tmp_path: Path) -> None:
    school = build_school(tmp_path / "学校.xlsx")
    before = school.read_bytes()
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(UnwritableWorkbook, match="只读"):
            write_in_place(school, RUN)
    finally:
        tmp_path.chmod(0o755)
    assert school.read_bytes() == before


def test_another_program_holds_the_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a workbook that Excel has open cannot be replaced; its refusal is played here."""
    school = build_school(tmp_path / "学校.xlsx")
    before = school.read_bytes()

    def refused(self: Path, target: Path) -> None:
        raise PermissionError(13, "另一个程序正在使用此文件", str(target))

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(UnwritableWorkbook, match="正在 Excel 或 WPS 中打开"):
        write_changes(school, school, RUN)
    assert school.read_bytes() == before
    assert list(tmp_path.iterdir()) == [school]


@posix
def test_a_name_as_long_as_names_can_be(tmp_path: Path) -> None:
    school = build_school(tmp_path / "学.xlsx")
    name = "学" * 83 + ".xlsx"  # 254 bytes; the backup's name would be too long
    school.rename(tmp_path / name)
    write_changes(tmp_path / name, tmp_path / name, RUN)
    with pytest.raises(UnwritableWorkbook, match="文件名太长"):
        write_in_place(tmp_path / name, RUN)


@posix
def test_mode_and_link_of_the_target_survive(tmp_path: Path) -> None:
    school = build_school(tmp_path / "真正的.xlsx")
    school.chmod(0o640)
    link = tmp_path / "链接.xlsx"
    link.symlink_to(school)
    write_changes(link, link, RUN)
    assert link.is_symlink()
    assert school.stat().st_mode & 0o777 == 0o640
    assert b"checkerUndo" in zipfile.ZipFile(school).read("_rels/.rels")
