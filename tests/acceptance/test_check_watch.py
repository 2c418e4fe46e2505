"""``checker check FOLDER --watch`` while a county's corrections come in."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import (
    COMMAND,
    PATIENCE,
    checker,
    counting_plugin,
    environment,
    fill_school,
    hears_ctrl_c,
    tallied,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C another way")

GOOD = {"students.total": {"primary": 100}}


class Watching:
    """A folder of three schools, and ``--watch`` over it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.folder = place / "县"
        for number in (1, 2, 3):
            self.fill(number)
        counting_plugin(place)
        self.tally = place / "tally.txt"
        self.process: subprocess.Popen[str] | None = None

    def fill(self, number: int, pupils: int = 100, folder: str = "") -> Path:
        """A school's form; most of its cells are empty, so each has many findings."""
        path = self.folder / folder / f"{number}小.xlsx"
        facts = {"students.total": {"primary": pupils}}
        return fill_school(path, f"213600000{number}", f"{number}小", facts)

    def start(self, *more: str, ready: bool = True) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "check", *(more or ("县",)), "--watch", "--plugin-dir", "tally"],
            cwd=self.place,
            env=environment(self.place / "cache") | {"TALLY": str(self.tally)},
            stdout=(self.place / "out.txt").open("w"),
            stderr=(self.place / "err.txt").open("w"),
            start_new_session=True,
            preexec_fn=hears_ctrl_c,
        )
        if ready:
            self.until(lambda: "正在等待文件变化" in self.errors())

    def until(self, seen: Callable[[], bool]) -> None:
        """Wait for something to be seen."""
        assert self.process is not None
        end = time.monotonic() + PATIENCE
        while not seen():
            assert self.process.poll() is None, self.out() + self.errors()
            assert time.monotonic() < end, self.out() + self.errors()
            time.sleep(0.1)

    def out(self) -> str:
        return (self.place / "out.txt").read_text("utf-8")

    def errors(self) -> str:
        return (self.place / "err.txt").read_text("utf-8")

    def line(self, *words: str) -> str:
        """The line with all these words, once it has come."""

        def found() -> list[str]:
            lines = (self.out() + self.errors()).splitlines()
            return [line for line in lines if all(word in line for word in words)]

        self.until(lambda: bool(found()))
        return found()[-1]

    def judged(self) -> list[str]:
        """标识码 of those judged since this was last asked."""
        codes = sorted(tallied(self.tally))
        self.tally.unlink(missing_ok=True)
        return codes

    def stop(self) -> int:
        """Ctrl-C, as from a terminal; the exit code."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE)


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    made = Watching(tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def fails(line: str) -> int:
    """How many 不通过 a line tells of, foremost."""
    return int(line.split("不通过 ")[1].split(" ")[0])


def test_a_line_for_every_file_that_comes_changes_or_goes(watching: Watching) -> None:
    watching.start()
    assert watching.judged() == ["2136000001", "2136000002", "2136000003"]
    copies = {path: path.stat().st_mtime_ns for path in (watching.folder / "校验结果").glob("*.x*")}

    (watching.folder / "2小.xlsx").write_bytes(b"PK half a file")
    told = watching.line("有改动", "2小.xlsx", "无法读取")
    assert "（上次 不通过 " in told
    before = fails(told.split("上次")[1])
    watching.fill(2)
    told = watching.line("有改动", "2小.xlsx", "上次 无法读取")
    assert fails(told) == before

    shutil.copy(watching.folder / "1小.xlsx", watching.folder / "4小(2)最终版.xlsx")
    told = watching.line("新收到", "县/4小(2)最终版.xlsx")
    assert "上次" not in told and fails(told) == before
    (watching.folder / "3小.xlsx").unlink()
    assert f"（上次 不通过 {before} 条" in watching.line("已删除", "县/3小.xlsx")

    assert watching.stop() == 1
    assert watching.judged() == []  # the same content as before is known
    lines = watching.out().splitlines()
    assert lines[-2] == "已停止等待，以下是现在的结果。"
    assert (
        lines[-1].startswith("共 3 个文件，已校验 3 个") and f"{3 * before} 处必须修改" in lines[-1]
    )
    assert watching.errors().splitlines() == ["正在等待文件变化，按 Ctrl-C 结束。"]
    kept = json.loads((watching.folder / "校验结果" / "校验结果.json").read_text("utf-8"))
    assert [Path(item["path"]).name for item in kept["files"]] == [
        *("1小.xlsx", "2小.xlsx", "4小(2)最终版.xlsx")
    ]
    assert (watching.folder / "校验结果" / "4小(2)最终版.xlsx").is_file()
    for path, written in copies.items():
        if path.name in ("1小.xlsx", "3小.xlsx"):
            assert path.stat().st_mtime_ns == written, f"{path.name} was written again"


def test_what_is_no_workbook_wakes_nobody(watching: Watching) -> None:
    """Lock files, temporary files, our own results; then a real one, to know all was seen."""
    watching.start("县", "--out", "县/结果", "--no-cache")
    watching.judged()
    for name in ("~$1小.xlsx", ".~lock.1小.xlsx#", "1小.xlsx.tmp", ".隐藏.xlsx", "说明.docx"):
        (watching.folder / name).write_bytes(b"x")
    shutil.copy(watching.folder / "1小.xlsx", watching.folder / "结果" / "谁.xlsx")
    watching.fill(5, folder="乡镇")
    watching.line("新收到", "县/乡镇/5小.xlsx")
    assert watching.judged() == ["2136000005"]
    assert watching.stop() == 3, "说明.docx is named, and could not be judged"
    news = [line for line in watching.out().splitlines() if " 新收到 " in line]
    assert len(news) == 1 and "有改动" not in watching.out()


def test_tables_and_document_follow(watching: Watching) -> None:
    """Without a cache as well; the document comes at the end, the lines beside it."""
    from pyarrow.parquet import read_table

    watching.start("县", "--out", "结果", "--no-cache", "--no-mark", "--format", "json")
    watching.judged()
    watching.fill(2, pupils=222)
    assert "上次" in watching.line("有改动", "县/2小.xlsx")
    (watching.folder / "1小.xlsx").unlink()
    watching.line("已删除", "县/1小.xlsx")
    assert watching.judged() == ["2136000002"]
    assert watching.stop() == 1
    found = json.loads(watching.out())
    assert [Path(item["path"]).name for item in found["files"]] == ["2小.xlsx", "3小.xlsx"]
    facts = read_table(watching.place / "结果" / "数据" / "facts.parquet").to_pylist()
    pupils = {row["file"]: row["value"] for row in facts if row["field"] == "students.total"}
    assert pupils == {"2小.xlsx": "222", "3小.xlsx": "100"}
    assert not list(watching.folder.rglob("校验结果"))


def test_an_archive_and_a_single_file(watching: Watching) -> None:
    """Each member of an archive is a file of its own; a single file is watched even if a program
    saves it by putting another in its place."""
    archive = watching.place / "城关镇.zip"

    def pack(*numbers: int) -> None:
        draft = watching.place / "城关镇.part"
        with zipfile.ZipFile(draft, "w") as package:
            for number in numbers:
                package.write(watching.folder / f"{number}小.xlsx", f"{number}小.xlsx")
        draft.replace(archive)

    pack(1, 2)
    watching.start("城关镇.zip", "县/3小.xlsx")
    assert watching.judged() == ["2136000001", "2136000002", "2136000003"]
    pack(1, 2, 3)
    watching.line("新收到", "城关镇.zip/3小.xlsx")
    fresh = watching.place / "另存.xlsx"
    shutil.copy(watching.fill(9, folder="别处"), fresh)
    fresh.replace(watching.folder / "3小.xlsx")
    watching.line("有改动", "县/3小.xlsx")
    assert watching.judged() == ["2136000009"]
    assert watching.stop() == 1
    assert watching.out().splitlines()[-1].startswith("共 4 个文件")


def test_what_came_during_the_first_run_is_not_missed(watching: Watching) -> None:
    os.environ["TALLY_SLEEP"] = "1"
    try:
        watching.start("县", "--workers", "1", ready=False)
    finally:
        del os.environ["TALLY_SLEEP"]
    watching.until(lambda: "2136000001" in tallied(watching.tally))
    watching.fill(1, pupils=111)
    watching.line("有改动", "县/1小.xlsx")
    assert watching.judged().count("2136000001") == 2
    assert watching.stop() == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("县", "--in-place"), "--watch 不能和 --in-place 一起用"),
        (("memory://县",), "只能用于本机的文件夹"),
        (("没有这个文件夹",), "没有 没有这个文件夹，无法监视"),
    ],
)
def test_what_cannot_be_watched_is_refused(
    watching: Watching, arguments: tuple[str, ...], told: str
) -> None:
    done = checker("check", *arguments, "--watch", cwd=watching.place)
    assert done.returncode == 2 and told in done.stderr, done.stderr
    assert done.stdout == "" and watching.judged() == []


@pytest.mark.parametrize("command", ["check", "county"])
def test_without_watchfiles_the_command_says_what_to_install(
    watching: Watching, command: str
) -> None:
    """A Python in which it cannot be imported, as on most PCs."""
    code = (
        "import sys; sys.modules['watchfiles'] = None\n"
        f"sys.argv = ['checker', '{command}', '县', '--watch']\n"
        "from checker.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=watching.place,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2 and done.stdout == ""
    assert 'pip install "checker-edu[watch]"' in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_in_the_first_run_keeps_what_is_finished(
    watching: Watching, workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is waited for then; the next run goes on where this one was stopped."""
    for number in (4, 5, 6):
        watching.fill(number)
    held = [f"213600000{number}" for number in (4, 5, 6)]
    monkeypatch.setenv("TALLY_HELD", " ".join(held))
    watching.start("县", "--workers", workers, ready=False)
    monkeypatch.delenv("TALLY_HELD")
    begun = watching.tally.with_name("tally.txt.held")
    watching.until(lambda: len(tallied(begun)) == int(workers))  # so three are finished
    assert watching.stop() == 130
    lines = watching.out().splitlines()
    assert "已中断，以下是中断前的结果。" in lines
    assert "正在等待" not in watching.errors() and "Traceback" not in watching.errors()
    assert sum(line.startswith("✗ 县/") for line in lines) == 3
    assert lines[-1].startswith("共 3 个文件")
    watching.judged()
    again = checker(
        *("check", "县", "--plugin-dir", "tally"),
        cwd=watching.place,
        cache=watching.place / "cache",
        TALLY=str(watching.tally),
    )
    assert again.returncode == 1 and watching.judged() == held
