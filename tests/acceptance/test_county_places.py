"""Where workbooks may lie: archives, addresses of other file systems, a cluster's shared folder."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import fsspec
import pytest
from click.testing import CliRunner
from distributed import LocalCluster

from checker.cli.county import command

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import (
    checker,
    counting_plugin,
    demo_county,
    document,
    environment,
    fill_school,
    losing_a_worker,
    tallied,
    without_minute,
)

CODES = ("2136000001", "2136000002")


@pytest.fixture
def workbooks(tmp_path: Path) -> list[Path]:
    """Two schools' workbooks."""
    return [
        fill_school(
            tmp_path / "原件" / f"{number}小.xlsx", code, f"{number}小",
            {"students.total": {"primary": 100 * number}},
        )
        for number, code in enumerate(CODES, 1)
    ]  # fmt: skip


def test_an_archive_as_it_came_by_mail(tmp_path: Path, workbooks: list[Path]) -> None:
    folder = tmp_path / "收到"
    folder.mkdir()
    with zipfile.ZipFile(folder / "城关镇.zip", "w") as archive:
        for workbook in workbooks:
            archive.write(workbook, f"城关镇/{workbook.name}")
        archive.writestr("城关镇/~$1小.xlsx", b"lock")
        archive.writestr("../../逃出去.xlsx", workbooks[0].read_bytes())
    done = checker("county", "收到", "--out", "结果", "--format", "json", cwd=tmp_path)
    found = document(done)
    assert {item["code"] for item in found["units"]} == set(CODES)
    copies = {item["marked_copy"] for item in found["files"]}
    assert "校验结果/城关镇.zip/城关镇/1小.xlsx" in copies
    for copy in copies:
        assert (tmp_path / "结果" / copy).resolve().is_relative_to(tmp_path / "结果")
        assert (tmp_path / "结果" / copy).is_file()


def test_a_folder_named_by_an_address(tmp_path: Path, workbooks: list[Path]) -> None:
    address = workbooks[0].parent.as_uri()
    done = checker("county", address, "--out", "结果", "--format", "json", cwd=tmp_path)
    assert {item["code"] for item in document(done)["units"]} == set(CODES)


def test_another_file_system(tmp_path: Path, workbooks: list[Path]) -> None:
    memory = fsspec.filesystem("memory")
    for workbook in workbooks:
        memory.pipe_file(f"/night/报送/{workbook.name}", workbook.read_bytes())
    memory.pipe_file("/night/名册.csv", "标识码,学校名称\n2136000009,缺报小学\n".encode())
    try:
        done = CliRunner().invoke(
            command,
            ["memory://night", "--out", str(tmp_path / "结果"), "--no-cache", "--format", "json"],
        )
    finally:
        memory.rm("/night", recursive=True)
    assert done.exit_code == 1, done.output
    assert all(code in done.output for code in CODES)
    assert "2136000009" in done.output  # the roster there was found and read
    assert (tmp_path / "结果" / "校验结果" / "报送" / "1小.xlsx").is_file()


SCHOOLS = 16
SAME = ("县级汇总.json", "junit.xml", "checker.sarif", "数据/facts.parquet",
        "数据/levels.parquet", "数据/findings.parquet")  # fmt: skip


def test_a_cluster_says_the_same_even_when_a_worker_is_killed(tmp_path: Path) -> None:
    """Verdicts, facts table and JSON are equal byte for byte; SIGKILL in the middle costs none."""
    folder = demo_county(tmp_path / "县", SCHOOLS)
    plugin, tally = counting_plugin(tmp_path), tmp_path / "tally.txt"
    arguments = ("county", "县", "--plugin-dir", str(plugin), "--no-mark", "--no-cache")
    variables = {"TALLY": str(tally), "TALLY_SLEEP": "0.05"}
    alone = checker(*arguments, "--out", "单机", "--workers", "1", cwd=tmp_path, **variables)
    assert alone.returncode == 1, alone.stderr
    assert len(tallied(tally)) == len(list(folder.glob("*.xlsx")))
    tally.unlink()
    os.environ.update(variables)
    try:
        with LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster:
            done = losing_a_worker(
                [*arguments, "--out", "集群", "--scheduler", cluster.scheduler_address],
                tmp_path,
                environment(tmp_path / "cache") | variables,
                tally,
            )
    finally:
        for name in variables:
            del os.environ[name]
    out, errors = done.stdout, done.stderr
    assert done.returncode == 1, out + errors
    assert "Traceback" not in out
    assert out.splitlines()[0] == alone.stdout.splitlines()[0]
    for name in SAME:
        one, two = (without_minute(tmp_path / out / name) for out in ("单机", "集群"))
        assert one == two, name


def test_a_cluster_that_is_not_there_is_said_plainly(tmp_path: Path, workbooks: list[Path]) -> None:
    done = checker("county", "原件", "--scheduler", "tcp://127.0.0.1:9", cwd=tmp_path)
    assert done.returncode == 2 and "连不上集群" in done.stderr
    assert "Traceback" not in done.stderr
