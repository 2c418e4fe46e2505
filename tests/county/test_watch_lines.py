"""``county --watch`` says what changed, and only that."""

from __future__ import annotations

import sys
from pathlib import Path

from msgspec.structs import replace

from checker.county.lines import changed_lines
from checker.county.report import CountyReport, LockState
from checker.marking.file_record import FileRecord
from checker.marking.findings import Counts
from checker.model.verdicts import Outcome

sys.path.insert(0, str(Path(__file__).parent))
from sample_county import sample_county


def lines(before: CountyReport, after: CountyReport) -> list[str]:
    return list(changed_lines(before, after))


def test_nothing_new_is_nothing_said() -> None:
    assert lines(sample_county(5), sample_county(5)) == []


def test_who_came_in_what_is_mended_and_which_conclusion_turned() -> None:
    before, after = sample_county(5), sample_county(6)
    mended = replace(after.schools[0], counts=Counts())
    (share,) = after.findings
    after = replace(
        after,
        records=(mended, *after.records[1:]),
        schools=(mended, *after.schools[1:]),
        findings=(replace(share, outcome=Outcome.PASS, actual="4.2%"),),
        locks=(LockState("2136000001", "城关镇第2小学", "10月1日", "审定以后改了：教师!D9 4→5。"),),
    )
    told = lines(before, after)
    fails = before.records[0].counts.fail
    assert any(line.startswith("新收到 城关镇第6小学：") for line in told)
    changed = next(line for line in told if "城关镇第1小学" in line)
    assert "必须修改 0" in changed and f"上次 必须修改 {fails}" in changed
    assert "县级结论 小学段大班额占比：不通过 → 通过（4.2%）" in told
    assert any("教师!D9 4→5" in line for line in told)
    assert len(told) == 4


def test_conclusions_that_become_provisional_are_one_line() -> None:
    before = sample_county(5)
    (share,) = before.findings
    after = replace(before, findings=(replace(share, provisional=True),))
    assert lines(before, after) == ["有 1 项县级结论变成暂时的：有学校没有计入。"]
    assert lines(after, before) == ["有 1 项县级结论不再是暂时的：学校都计入了。"]


def test_a_file_that_comes_in_and_counts_for_nobody_is_told() -> None:
    """It does not vanish: blank, no form at all, without a 标识码."""
    before = sample_county(5)
    nameless = FileRecord("九小.xlsx", "checked", name="第九小学")
    after = replace(
        before,
        handing_in=replace(before.handing_in, nameless=(nameless,)),
        beside=(*before.beside, ("说明.docx", "不是电子表格。")),
    )
    assert lines(before, after) == ["不用校验：说明.docx：不是电子表格。", "没有标识码：九小.xlsx"]
    assert lines(after, after) == []
