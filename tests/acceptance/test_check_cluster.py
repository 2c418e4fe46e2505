"""``checker check FOLDER --scheduler``: a real cluster says what one computer says."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

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
    losing_a_worker,
    tallied,
)

SCHOOLS = 16
SAME = ("校验结果.json", "数据/facts.parquet", "数据/levels.parquet", "数据/findings.parquet")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file in which every judged workbook leaves a line, in this process and in workers."""
    tally = tmp_path / "tally.txt"
    monkeypatch.setenv("TALLY", str(tally))
    monkeypatch.setenv("TALLY_SLEEP", "0.05")
    return tally


@pytest.fixture
def cluster(counted: Path) -> Iterator[LocalCluster]:
    """Two worker processes, which a nanny starts again when they die."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as made:
        yield made


def test_the_same_results_and_tables_even_when_a_worker_is_killed(
    tmp_path: Path, counted: Path, cluster: LocalCluster
) -> None:
    """SIGKILL in the middle costs no file. Tables, JSON and marked copies are equal byte for byte;
    the marked copies lie where the command was told to put them, not where the workers run."""
    demo_county(tmp_path / "县", SCHOOLS)
    counting_plugin(tmp_path)
    arguments = ("check", "县", "--plugin-dir", "tally", "--no-cache", "--format", "json")
    alone = checker(*arguments, "--out", "结果", "--workers", "1", cwd=tmp_path)
    assert alone.returncode == 1, alone.stderr
    assert len(tallied(counted)) == SCHOOLS
    (tmp_path / "结果").rename(tmp_path / "单机")
    counted.unlink()
    done = losing_a_worker(
        [*arguments, "--out", "结果", "--scheduler", cluster.scheduler_address],
        tmp_path,
        environment(tmp_path / "cache"),
        counted,
    )
    out, errors = done.stdout, done.stderr
    assert done.returncode == 1, out + errors
    assert "Traceback" not in out
    assert out == alone.stdout
    for name in SAME:
        one, two = (tmp_path / "单机" / name).read_bytes(), (tmp_path / "结果" / name).read_bytes()
        assert one == two, name
    copies = [path.relative_to(tmp_path / "单机") for path in (tmp_path / "单机").glob("*.xlsx")]
    assert len(copies) == SCHOOLS
    for copy in copies:
        assert (tmp_path / "单机" / copy).read_bytes() == (tmp_path / "结果" / copy).read_bytes()


def test_without_out_the_tables_are_in_the_usual_place(
    tmp_path: Path, cluster: LocalCluster
) -> None:
    """Even when nothing is to be marked; and the county's run makes the same tables."""
    for number in (1, 2):
        facts = {"students.total": {"primary": 100 * number}}
        fill_school(
            tmp_path / "县" / f"{number}小.xlsx", f"213600000{number}", f"{number}小", facts
        )
    there = ("--scheduler", cluster.scheduler_address, "--no-mark")
    done = checker("check", "县", *there, "--format", "json", cwd=tmp_path)
    assert len(document(done)["files"]) == 2
    tables = tmp_path / "县" / "校验结果" / "数据"
    counted = checker("county", "县", "--no-mark", "--out", "全县", cwd=tmp_path)
    assert counted.returncode == 1, counted.stderr
    for name in ("facts.parquet", "levels.parquet", "findings.parquet"):
        assert (tables / name).read_bytes() == (tmp_path / "全县" / "数据" / name).read_bytes()


def test_a_cluster_that_is_not_there_is_said_before_anything_is_written(tmp_path: Path) -> None:
    """Earlier results are not replaced by nothing."""
    fill_school(tmp_path / "县" / "1小.xlsx", "2136000001", "1小", {})
    assert checker("check", "县", "--out", "结果", cwd=tmp_path).returncode == 1
    before = {path: path.read_bytes() for path in (tmp_path / "结果").rglob("*") if path.is_file()}
    for command, address, told in (
        ("check", "tcp://127.0.0.1:9", "连不上集群 tcp://127.0.0.1:9"),
        ("county", "tcp://127.0.0.1:9", "连不上集群 tcp://127.0.0.1:9"),
        ("check", "127.0.0.1:9", "要写集群的地址，例如 tcp://"),
    ):
        arguments = (command, "县", "--out", "结果", "--no-cache")
        done = checker(*arguments, "--scheduler", address, cwd=tmp_path)
        assert done.returncode == 2 and told in done.stderr, done.stderr
        assert "Traceback" not in done.stderr and done.stdout == ""
    assert before == {
        path: path.read_bytes() for path in (tmp_path / "结果").rglob("*") if path.is_file()
    }


CLUSTER = """
import time
from distributed import LocalCluster
made = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://",
                    dashboard_address=None)
print(made.scheduler_address, flush=True)
time.sleep(120)
"""


def test_a_cluster_that_goes_away_leaves_what_is_finished(tmp_path: Path, counted: Path) -> None:
    """What was judged is told; each of the others is named, none is passed over in silence."""
    for number in range(1, 7):
        facts = {"students.total": {"primary": 100 * number}}
        fill_school(
            tmp_path / "县" / f"{number}小.xlsx", f"213600000{number}", f"{number}小", facts
        )
    counting_plugin(tmp_path)
    away = subprocess.Popen([sys.executable, "-c", CLUSTER], stdout=subprocess.PIPE, text=True)
    assert away.stdout is not None
    address = away.stdout.readline().strip()
    arguments = ("check", "县", "--plugin-dir", "tally", "--no-mark", "--scheduler", address)
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=tmp_path,
        env=environment(tmp_path / "cache"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    while len(tallied(counted)) < 3 and process.poll() is None:
        time.sleep(0.02)
    away.kill()
    away.wait()
    away.stdout.close()
    out, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 4 and errors == "", errors
    lost = sum("与集群的连接断了，这一份没有校验" in line for line in out.splitlines())
    assert 1 <= lost <= 4
    assert f"共 6 个文件，已校验 {6 - lost} 个" in out


def test_a_cluster_without_workers_does_not_keep_anybody_waiting(tmp_path: Path) -> None:
    fill_school(tmp_path / "县" / "1小.xlsx", "2136000001", "1小", {})
    with LocalCluster(n_workers=0, dashboard_address=None) as empty:
        done = checker("check", "县", "--scheduler", empty.scheduler_address, cwd=tmp_path)
    assert done.returncode == 2 and "没有计算节点" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_without_dask_the_command_says_what_to_install(tmp_path: Path) -> None:
    """A Python in which dask cannot be imported, as on most PCs."""
    fill_school(tmp_path / "县" / "1小.xlsx", "2136000001", "1小", {})
    code = (
        "import sys; sys.modules['distributed'] = None\n"
        "sys.argv = ['checker', 'check', '县', '--scheduler', 'tcp://127.0.0.1:9']\n"
        "from checker.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert 'pip install "checker-edu[cluster]"' in done.stderr and "Traceback" not in done.stderr
