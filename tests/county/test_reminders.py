"""催报清单: who must hand in, why, whom to call and what to say."""

from __future__ import annotations

import sys
from pathlib import Path

import openpyxl
from msgspec.structs import replace

from checker.county.reminders import reminder_text, write_reminders
from checker.county.report import CountyReport
from checker.county.roster import RosterEntry
from checker.county.work_list import work_list
from checker.marking.file_record import FileRecord
from checker.marking.overview import Overview

sys.path.insert(0, str(Path(__file__).parent))
from sample_county import sample_county


def night() -> CountyReport:
    """One school of each sort that has to be called, and one file that is nobody's."""
    report = sample_county(3)
    entries = (
        RosterEntry("2136009901", "没交的小学", "小学", "青石镇", "王老师", "13900000001"),
        RosterEntry("2136009902", "码错的小学", "小学", "和顺乡"),
        RosterEntry("2136009903", "空白的小学", "小学", "和顺乡"),
        RosterEntry("2136009904", "旧表的小学", "小学", "和顺乡"),
        RosterEntry("2136009905", "坏了的小学", "小学", "和顺乡"),
    )
    wrong = FileRecord("码错的小学.xlsx", "checked", name="码错的小学", code="1")
    blank = FileRecord(
        "空白的小学.xlsx", "checked", name="空白的小学", overview=Overview(blank=True)
    )
    old = FileRecord("旧表的小学.xlsx", "earlier_year", "往年的表。", name="旧表的小学", year=2025)
    broken = FileRecord("坏了的小学.xlsx", "unreadable", "文件损坏。")
    return replace(
        report,
        records=(*report.records, wrong, blank, old, broken),
        roster={entry.code: entry for entry in entries},
        handing_in=replace(report.handing_in, missing=entries, strangers=(wrong,)),
    )


def test_each_school_is_listed_once_with_its_reason_by_township(tmp_path: Path) -> None:
    report = night()
    path = tmp_path / "催报清单.xlsx"
    with path.open("wb") as file:
        write_reminders(report, work_list(report), file)
    rows = list(openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True))
    listed = {row[1]: (row[0], row[3], row[4]) for row in rows}
    assert listed == {
        "没交的小学": ("青石镇", "缺报", "王老师 13900000001"),
        "码错的小学": ("和顺乡", "码错", ""),
        "空白的小学": ("和顺乡", "空表", ""),
        "旧表的小学": ("和顺乡", "旧表", ""),
        "坏了的小学": ("和顺乡", "打不开", ""),
        "加密.xlsx": ("", "打不开", ""),
    }
    assert len(rows) == len(listed)
    assert [row[0] for row in rows][:5] == ["和顺乡"] * 4 + ["青石镇"]


def test_the_text_can_be_sent_as_it_is() -> None:
    report = night()
    text = "".join(reminder_text(report, work_list(report)))
    assert "【和顺乡】4 所（份）" in text and "【未注明乡镇】1 所（份）" in text
    assert "没交的小学：还没有收到贵校的填报表，请今天报送。" in text
    assert "标识码填成了 1" in text
    assert "旧表的小学：贵校报来的是往年的表，请改用今年的表样重新报送。" in text


def test_a_county_that_is_complete_has_nobody_to_remind() -> None:
    report = sample_county(3)
    records = tuple(item for item in report.records if item.status == "checked")
    whole = replace(report, records=records, handing_in=replace(report.handing_in, missing=()))
    assert "没有要催报的学校。" in "".join(reminder_text(whole, work_list(whole)))
