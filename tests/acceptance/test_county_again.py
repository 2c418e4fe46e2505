"""Running again: what is remembered, what changed, what an interruption leaves, ``--watch``."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import (
    COMMAND,
    PATIENCE,
    checker,
    counting_plugin,
    demo_county,
    document,
    environment,
    fill_school,
    hears_ctrl_c,
    tallied,
    without_minute,
)

RESULTS = (
    *("县级报告.html", "县级汇总.json", "县级汇总.xlsx", "junit.xml", "checker.sarif"),
    *("数据/facts.parquet", "数据/levels.parquet", "数据/findings.parquet"),
)
SCHOOLS = 6


class County:
    """A small county, the plugin that counts, and the command that runs over both."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.folder = place / "县"
        for number in range(1, SCHOOLS + 1):
            pupils = {"students.total": {"primary": 100 + number}}
            fill_school(self.school(number), f"213600000{number}", f"{number}小", pupils)
        self.plugin = counting_plugin(place)
        self.tally = place / "tally.txt"
        self.variables = {"TALLY": str(self.tally)}

    def school(self, number: int) -> Path:
        return self.folder / f"{number}小.xlsx"

    def run(self, *more: str | Path, out: str = "结果") -> subprocess.CompletedProcess[str]:
        done = checker(
            *("county", self.folder, "--plugin-dir", self.plugin, "--out", out, *more),
            cwd=self.place,
            cache=self.place / "cache",
            **self.variables,
        )
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return done

    def judged(self) -> list[str]:
        """标识码 of those judged since this was last asked."""
        codes = sorted(tallied(self.tally))
        self.tally.unlink(missing_ok=True)
        return codes


@pytest.fixture
def county(tmp_path: Path) -> County:
    return County(tmp_path)


ALL = [f"213600000{number}" for number in range(1, SCHOOLS + 1)]


def results(folder: Path) -> dict[str, bytes]:
    """Every result but the time of day in it."""
    return {name: without_minute(folder / name) for name in RESULTS}


def test_a_second_run_judges_nothing_and_says_the_same(county: County) -> None:
    county.run()
    assert county.judged() == ALL
    first = results(county.place / "结果")
    county.run()
    assert county.judged() == []
    assert results(county.place / "结果") == first
    county.run("--no-cache")
    assert county.judged() == ALL
    assert results(county.place / "结果") == first


def test_only_what_changed_is_judged_again(county: County) -> None:
    county.run("--no-mark")
    county.judged()
    fill_school(county.school(2), "2136000002", "2小", {"students.total": {"primary": 999}})
    county.school(3).rename(county.folder / "改了名.xlsx")  # the same content
    found = document(county.run("--no-mark", "--format", "json"))
    assert county.judged() == ["2136000002"]
    assert {item["path"] for item in found["files"]} == {
        *("1小.xlsx", "2小.xlsx", "4小.xlsx", "5小.xlsx", "6小.xlsx", "改了名.xlsx")
    }


def test_another_rule_or_profile_judges_everything_again(county: County) -> None:
    county.run("--no-mark")
    county.judged()
    rules = county.plugin / "rules.py"
    rules.write_text(rules.read_text("utf-8").replace("已记。", "已记下。"), "utf-8")
    county.run("--no-mark")
    assert county.judged() == ALL
    county.run("--no-mark", "--profile", "jiangxi")
    assert county.judged() == ALL
    county.run("--no-mark")
    assert county.judged() == []


def test_a_marked_copy_that_was_deleted_is_written_again(county: County) -> None:
    county.run()
    county.judged()
    (county.place / "结果" / "校验结果" / "4小.xlsx").unlink()
    county.run()
    assert county.judged() == ["2136000004"]
    assert (county.place / "结果" / "校验结果" / "4小.xlsx").is_file()


def test_diff_of_two_runs(county: County) -> None:
    facts = {"students.total": {"primary": 100}, "teachers.full_time": {"primary": 5}}
    fill_school(county.school(1), "2136000001", "1小", facts)
    county.run("--no-mark", out="先")
    mended = {"students.total": {"primary": 100}, "teachers.pe": {"primary": 1}}
    fill_school(county.school(1), "2136000001", "1小", mended)
    county.school(6).unlink()
    fill_school(county.folder / "7小.xlsx", "2136000007", "7小", facts)
    county.run("--no-mark", out="后")
    done = checker("diff", "先", "后", cwd=county.place)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "新报送：7小" in done.stdout and "上次有、这次没有：6小" in done.stdout
    lines = done.stdout.split("1小（2136000001）")[1].splitlines()
    assert any("改好 [FORM001] " in line and "体育" in line for line in lines)
    assert any("新出 [FORM001] " in line and "专任教师" in line for line in lines)
    same = checker("diff", "后", "后", cwd=county.place)
    assert same.returncode == 0 and "改好 0 处，新出 0 处" in same.stdout


def running(county: County, *more: str) -> subprocess.Popen[str]:
    """The command under way, in a process group of its own as under a terminal."""
    return subprocess.Popen(
        [*COMMAND, "county", str(county.folder), "--plugin-dir", str(county.plugin),
         "--out", "结果", "--no-mark", *more],
        cwd=county.place,
        env=environment(county.place / "cache") | county.variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=hears_ctrl_c if sys.platform != "win32" else None,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C another way")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_keeps_what_is_finished(county: County, workers: str) -> None:
    county.variables["TALLY_HELD"] = " ".join(ALL[1:])
    process = running(county, "--workers", workers, "--verbose")
    assert process.stderr is not None
    process.stderr.readline()  # the first file is finished; no other will be
    os.killpg(process.pid, signal.SIGINT)
    out, errors = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in out + errors
    assert process.returncode == 130
    assert out.startswith(f"已中断：还有 {len(ALL) - 1} 份") and "暂时的" in out.splitlines()[0]
    assert "各校必须修改" in out
    assert "校验被中断" in (county.place / "结果" / "县级报告.html").read_text("utf-8")
    del county.variables["TALLY_HELD"]
    assert county.judged() == ALL[:1]
    county.run("--no-mark")
    assert county.judged() == ALL[1:], "finished work was not kept"


@pytest.fixture
def watching(county: County) -> Iterator[subprocess.Popen[str]]:
    """``--watch`` in its first wait."""
    process = running(county, "--watch")
    yield process
    if process.poll() is None:
        process.kill()
    process.wait()


def test_watch_checks_again_what_a_school_sends(
    county: County, watching: subprocess.Popen[str]
) -> None:
    assert watching.stderr is not None and watching.stdout is not None
    line = watching.stderr.readline()
    assert "正在等待文件变化" in line
    assert county.judged() == ALL
    document = county.place / "结果" / "县级汇总.json"
    before = document.stat().st_mtime
    fill_school(county.school(5), "2136000005", "5小", {"students.total": {"primary": 555}})
    told = [watching.stdout.readline()]
    assert told[0].startswith("应报 6 所，已报 6 所")
    while not re.match(r"\d\d:\d\d:\d\d 有改动 5小：", told[-1]):  # only what changed is said
        assert not told[-1].startswith("应报") or len(told) == 1
        told.append(watching.stdout.readline())
    assert tallied(county.tally) == ["2136000005"]
    assert document.stat().st_mtime > before
    os.killpg(watching.pid, signal.SIGINT)
    out, errors = watching.communicate(timeout=PATIENCE)
    assert "Traceback" not in out + errors
    assert watching.returncode == 1


def test_a_large_folder_is_spread_over_processes_and_says_the_same(tmp_path: Path) -> None:
    folder = demo_county(tmp_path / "县", 24)
    for out, workers in (("一", "1"), ("二", "2")):
        done = checker(
            *("county", folder, "--out", out, "--no-cache", "--workers", workers), cwd=tmp_path
        )
        assert done.returncode == 1, done.stderr
    one, two = results(tmp_path / "一"), results(tmp_path / "二")
    assert one.keys() == two.keys()
    for name in one:
        assert one[name].replace("一/".encode(), b"") == two[name].replace("二/".encode(), b""), (
            name
        )
