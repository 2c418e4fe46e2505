"""催报清单: whose figures are not in yet, by 乡镇, with why, whom to call and what to say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import BinaryIO

from checker.county.list_sheets import ListBook
from checker.county.report import CountyReport
from checker.county.townships import ELSEWHERE
from checker.county.work_list import (
    BLANK,
    EARLIER,
    HANDED_IN,
    UNREADABLE,
    SchoolLine,
    WorkList,
)

TITLE = "催报清单"
_ASK = {
    "缺报": "还没有收到贵校的填报表，请今天报送。",
    "打不开": "贵校报来的文件打不开，请重新保存后再报：{why}",
    "空表": "贵校报来的是一份空白表，请填好后重新报送。",
    "码错": "贵校报来的表标识码不对，请核对后重新报送：{why}",
    "旧表": "贵校报来的是往年的表，请改用今年的表样重新报送。",
}
"""What to say, by what is wrong."""

_FILES = frozenset({UNREADABLE, BLANK, EARLIER})


def reminded(todo: WorkList) -> list[SchoolLine]:
    """The lines of whoever must hand in (again), by 乡镇; without a 乡镇 last."""
    lines = [line for line in todo.lines if line.state != HANDED_IN]
    return sorted(lines, key=lambda line: (not line.township, line.township, line.name, line.path))


def sentence(line: SchoolLine) -> str:
    """One message, ready to be sent: 和顺乡第二学校：…… Of a file of an unknown
    school only what is wrong with it."""
    if not line.code and line.state in _FILES:
        return f"{line.path}：{line.first}"
    asked = _ASK[line.state]
    if line.state == "码错" and line.code == line.name:  # the form asks for no code
        asked = "请核对贵校报来的表：{why}"
    return f"{line.name}：{asked.format(why=line.first)}"


def reminder_text(report: CountyReport, todo: WorkList) -> Iterator[str]:
    """The list as text to be pasted into a chat, 乡镇 by 乡镇."""
    filing = report.handing_in
    yield (
        f"{report.county}{report.edition} 年填报：应报 {filing.expected} 所，"
        f"已报 {len(filing.counted)} 所，缺报 {len(filing.missing)} 所。\n"
    )
    lines = reminded(todo)
    if not lines:
        yield "没有要催报的学校。\n"
    for township, group in groupby(lines, key=lambda line: line.township):
        own = list(group)
        yield f"\n【{township or ELSEWHERE}】{len(own)} 所（份）\n"
        for number, line in enumerate(own, 1):
            yield f"{number}. {sentence(line)}\n"


def write_reminders(
    report: CountyReport, todo: WorkList, target: BinaryIO, on_disk: bool = True
) -> None:
    """The list as a workbook: one school a line. ``on_disk`` as in `ListBook`."""
    book = ListBook(target, f"{report.county}{TITLE}", on_disk)
    rows = (
        (
            *(line.township, line.name, line.code, line.state, line.contact, line.path),
            sentence(line),
        )
        for line in reminded(todo)
    )
    book.write_list(TITLE, ((values, {3: "fail"}) for values in rows))
    book.close()
