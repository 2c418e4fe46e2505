"""What a county run keeps on disk instead of in memory, and what is left of it afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from checker.batch.spool import Spool
from checker.marking.file_record import FactTable, FileRecord, Judged, Measure, Unmeasured, bulk_of
from checker.marking.findings import Counts
from checker.model.verdicts import RuleError

sys.path.insert(0, str(Path(__file__).parent))
from test_cache import FINDING


def record(number: int) -> FileRecord:
    return FileRecord(
        path=f"城关镇/第{number}小学.xlsx",
        status="checked",
        name=f"第{number}小学",
        code=f"{number:010d}",
        counts=Counts(fail=number),
        errors=(RuleError("teachers", None, "坏了", "rules.py:3"),),
        parts=bulk_of(
            findings=[
                replace(FINDING, rule=f"RES{place}", message="差 7 名") for place in range(number)
            ],
            judged=[Judged("RES3", "primary", "fail", "871/1000", "9/10", f"{number}", "名")],
            measures=[Measure("CTY6", "primary", f"{number}/7", "13")],
            unmeasured=[Unmeasured("CTY7", "junior", "“在校学生数”")],
            facts=FactTable(
                ["students.total", "classes.total"],
                ["primary", ""],
                [0, 1],
                [f"{number}", "45"],
                ["基本情况!D9", "班级!F5"],
            ),
        ),
    )


def test_records_come_back_whole_in_any_order_as_often_as_asked() -> None:
    records = [record(number) for number in range(50)]
    with Spool() as spool:
        kept = [spool.keep(each) for each in records]
        for before, after in [*zip(records, kept, strict=True)][::-1] * 2:
            assert (after.path, after.name, after.counts) == (
                before.path,
                before.name,
                before.counts,
            )
            assert after.findings == before.findings
            assert len(after.findings) == before.counts.fail
            assert after.errors == before.errors
            assert after.judged == before.judged
            assert after.measures == before.measures
            assert after.unmeasured == before.unmeasured
            assert list(after.facts) == list(before.facts)
            assert after.facts.of_form() == {
                ("students.total", "primary"): before.code.lstrip("0") or "0"
            }


def test_after_the_run_heads_are_there_and_nothing_else_is_pretended() -> None:
    with Spool() as spool:
        kept = spool.keep(record(3))
    assert kept.counts == Counts(fail=3) and kept.errors
    with pytest.raises(ValueError, match="closed"):
        _ = kept.findings


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes such a file on closing it")
def test_nothing_is_left_of_a_run_that_was_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from checker.marking.file_record import FileRecord;"
        "from checker.batch.spool import Spool;"
        "kept = Spool().keep(FileRecord('a.xlsx', 'checked'));"
        "print(kept.findings, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"()\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert list(tmp_path.iterdir()) == []
