"""One bad entry costs itself and one line, by the real command: the others are judged, exit 3."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))
from hostile_zips import SPOILT, zipped
from warm_cache import warm

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def with_part(book: Path, part: str, change: Callable[[str], str]) -> bytes:
    """A workbook with one part changed."""
    target = BytesIO()
    with zipfile.ZipFile(book) as package, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as to:
        for name in package.namelist():
            content = package.read(name)
            if name == part:
                content = change(content.decode("utf-8")).encode("utf-8")
            to.writestr(name, content)
    return target.getvalue()


def far(text: str) -> str:
    """A cell where no sheet has one: calamine asks for terabytes and ends the process."""
    return text.replace('<c r="A1"', '<c r="AAAA99999999"', 1)


def claimed(text: str) -> str:
    """As many shared strings as there can be."""
    return text.replace("<sst ", '<sst uniqueCount="4294967295" ', 1)


@pytest.mark.parametrize("alone", [True, False], ids=["a single run", "a folder of three"])
def test_a_workbook_that_would_end_the_process_costs_itself(
    checker: Run, tmp_path: Path, right: Path, alone: bool
) -> None:
    folder = tmp_path / "表"
    folder.mkdir()
    shutil.copy(right, folder / "一小.xlsx")
    (folder / "远.xlsx").write_bytes(with_part(right, "xl/worksheets/sheet1.xml", far))
    with (folder / "大.xlsx").open("wb") as file:
        file.truncate(50 << 30)
    for name, words in (
        ("远.xlsx", "文件已损坏（xl/worksheets/sheet1.xml）"),
        ("大.xlsx", "文件过大"),
    ):
        done = checker("check", folder / name if alone else folder, "--no-mark", "--no-cache")
        assert done.returncode == 3 and "Traceback" not in done.stdout + done.stderr
        (line,) = [line for line in done.stdout.splitlines() if f"{name}  无法读取：" in line]
        assert words in line
        assert alone or ("一小.xlsx" in done.stdout and "已校验 1 个" in done.stdout)


def test_every_spoilt_archive_of_a_folder(checker: Run, tmp_path: Path, right: Path) -> None:
    folder = tmp_path / "表"
    folder.mkdir()
    data = right.read_bytes()
    for number, (spoil, _) in enumerate(SPOILT.values()):
        archive = zipped({f"好{number}.xlsx": data, "xxbad.xlsx": data})
        (folder / f"{number}.zip").write_bytes(spoil(archive, "xxbad.xlsx"))
    done = checker("check", folder, "--no-mark", "--no-cache", "--workers", "2")
    assert done.returncode == 3 and "Traceback" not in done.stdout + done.stderr
    lines = done.stdout.splitlines()
    for number, (_, words) in enumerate(SPOILT.values()):
        (line,) = [line for line in lines if line.startswith(f"✗ {folder}/{number}.zip")]
        assert words in line
        assert [line for line in lines if line.startswith(f"✓ {folder}/{number}.zip/好{number}")]
    assert f"已校验 {len(SPOILT)} 个，其中 {len(SPOILT)} 个没有问题" in done.stdout


NOWHERE = ("没有.xlsx", "没有的文件夹", "http://127.0.0.1:9/x.xlsx", "nix://x")


@pytest.mark.parametrize("place", NOWHERE)
@pytest.mark.parametrize("command", ["check", "county"])
def test_what_cannot_be_opened_has_one_exit_code_and_nothing_is_written(
    checker: Run, tmp_path: Path, command: str, place: str
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    done = checker(command, place, cwd=work)
    assert done.returncode == 3 and "Traceback" not in done.stdout + done.stderr
    told = [line for line in (done.stdout + done.stderr).splitlines() if place in line]
    assert len(told) == 1 and told[0].endswith("。")
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("command", [("clean", "没有.xlsx"), ("mark", "没有.xlsx", "没有.json")])
def test_the_other_commands_say_so_with_the_same_exit_code(
    checker: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = checker(*command)
    assert done.returncode == 3 and command[-1] in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no such names on Windows")
def test_names_from_archives_do_nothing_in_the_names_of_copies(
    checker: Run, tmp_path: Path, wrong: Path
) -> None:
    """Nor do two of them fall on one copy, nor open a device of Windows."""
    data = wrong.read_bytes()
    names = (
        "甲\x1b[2J\n乙.xlsx",
        "甲_[2J_乙.xlsx",
        "\u202e甲.xlsx",
        "CON.xlsx",
        "a:b.xlsx",
        "丙?.xlsx",
    )
    folder = tmp_path / "表"
    folder.mkdir()
    (folder / "包.zip").write_bytes(zipped(dict.fromkeys(names, data)))
    done = checker("check", folder, "--no-cache")
    assert done.returncode == 1
    copies = sorted(path.name for path in (folder / "校验结果" / "包.zip").iterdir())
    assert len(copies) == len(names)
    for copy in copies:
        assert copy.isprintable() and not set('<>:"|?*') & set(copy)
        assert copy.partition(".")[0].lower() != "con"


MOUNTED = """
mount -t tmpfs -o size={size}k none "$0" && cp "$1" "$0/一小.xlsx" && cd "$0" || exit 99
dd if=/dev/zero of=.满 bs=1k count={fill} 2>/dev/null
{remount}
shift 1
"$@"; code=$?
find . -newer 一小.xlsx -type f ! -name .满 ! -name 一小.xlsx | sed 's/^/LEFT /'
sha256sum 一小.xlsx | cut -c1-64 | sed 's/^/SHA /'
exit $code
"""


def in_small_disk(
    tmp_path: Path, book: Path, *arguments: str, read_only: bool = False
) -> subprocess.CompletedProcess[str]:
    """The command in a file system that is full but for 4 KiB, or read-only."""
    place = tmp_path / "盘"
    place.mkdir()
    size = -(-book.stat().st_size // 1024 // 4) * 4 + 64
    script = MOUNTED.format(
        size=size, fill=size, remount='mount -o remount,ro "$PWD"' if read_only else ""
    )
    python = [sys.executable, "-m", "checker.cli.main", *arguments]
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, str(place), str(book), *python],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={
            **os.environ,
            "CHECKER_LOG_DIR": str(tmp_path / "log"),
            "CHECKER_CACHE_DIR": str(warm(tmp_path / "cache")),
        },
    )
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip(f"no file system can be mounted here: {done.stderr[-200:]}")
    return done


@pytest.mark.skipif(shutil.which("unshare") is None, reason="mounting is for Linux")
@pytest.mark.parametrize("read_only", [False, True], ids=["full", "read-only"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "."),
        ("check", "一小.xlsx"),
        ("check", ".", "--in-place"),
        ("check", ".", "--out", "出"),
        ("county", "."),
    ],
    ids=" ".join,
)
def test_a_disk_that_is_really_full_or_read_only(
    tmp_path: Path, wrong: Path, arguments: tuple[str, ...], read_only: bool
) -> None:
    done = in_small_disk(tmp_path, wrong, *arguments, read_only=read_only)
    said = done.stdout + done.stderr
    assert done.returncode == 3 and "Traceback" not in said, said
    told = [line for line in said.splitlines() if "写不进" in line or "没能存进" in line]
    assert told
    for line in told:
        assert ("只读" if read_only else "磁盘空间不足") in line or "磁盘已满" in line, line
    assert ("应报 1 所，已报 1 所" if arguments[0] == "county" else "不通过 3") in done.stdout
    assert f"SHA {hashlib.sha256(wrong.read_bytes()).hexdigest()}" in done.stdout
    left = [line for line in done.stdout.splitlines() if line.startswith("LEFT ")]
    assert all(line.endswith(".checker-written") for line in left), left


@pytest.mark.skipif(sys.platform == "win32", reason="no such files on Windows")
@pytest.mark.parametrize(
    "words",
    [
        ("clean",),
        ("report",),
        ("mark", "标记.json"),
        ("template", "adopt", "-o", "出"),
        ("template", "adopt", "--with-button", "-o", "出"),
        ("template", "show", "-o", "出.xlsx"),
    ],
    ids=" ".join,
)
def test_what_has_no_end_is_refused_by_every_command(
    checker: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """A pipe that nobody writes into, and a link to a device."""
    (tmp_path / "标记.json").write_text('{"marks": []}', "utf-8")
    os.mkfifo(tmp_path / "管.xlsx")
    (tmp_path / "零.xlsx").symlink_to("/dev/zero")
    for name in ("管.xlsx", "零.xlsx"):
        place = 1 if words[0] == "mark" else len(words)
        done = checker(*words[:place], name, *words[place:], cwd=tmp_path)
        assert done.returncode == 3 and "不是普通文件" in done.stderr, (done.stdout, done.stderr)
        assert not (tmp_path / "出").exists() and not (tmp_path / "出.xlsx").exists()
