"""What happens at a click on 校验 or 清除: read, judge, mark, say what was found."""

from __future__ import annotations

import json
import os
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import xlwings as xw
from checker_xlsx.book import Applied, apply_changes, read_open_book, remove_marks
from checker_xlsx.caller import Call, calling_book, give_answer
from checker_xlsx.choices import options_at
from checker_xlsx.libreoffice.connection import NoLibreOffice
from checker_xlsx.sentences import verdict_sentence
from checker_xlsx.view import kept_still, select_cell, structure_protected

if TYPE_CHECKING:
    from checker.marking.findings import Finding

TIMINGS_VARIABLE = "CHECKER_TIMINGS"
"""Names a file to which each click appends a line of JSON: when each step was done."""

STRUCTURE_PROTECTED = (
    "工作簿的结构受保护，不能添加或删除“校验结果”表，所以没有校验。"
    "请先在“审阅”里取消“保护工作簿”，再点一次。"
)
_LONGEST = 120.0  # seconds; a spreadsheet program that waits longer looks dead


class Steps:
    """When each step of a click was done, in seconds since the epoch."""

    def __init__(self, started: float) -> None:
        self._done: dict[str, float] = {"started": started}

    def done(self, step: str) -> None:
        """Note that a step is done now."""
        self._done[step] = time.time()

    def write(self) -> None:
        """Append to the file that the environment names, if it does."""
        path = os.environ.get(TIMINGS_VARIABLE)
        if path:
            # What this process computed; the rest of the time the spreadsheet program worked.
            told = self._done | {"cpu": time.process_time()}
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")


def check(call: Call, started: float) -> int:
    """校验 at a click; the exit code: 0, or 4 when the program itself failed."""
    return _answered(call, started, _check)


def clean(call: Call, started: float) -> int:
    """清除 at a click; the exit code: 0, or 4 when the program itself failed."""
    return _answered(call, started, _clean)


Answer = tuple[str, bool]
"""What to tell the user, and whether it is a warning."""


def _answered(call: Call, started: float, action: Callable[[xw.Book, Call, Steps], Answer]) -> int:
    watchdog = threading.Timer(_LONGEST, _give_up, [call])
    watchdog.daemon = True
    watchdog.start()
    steps = Steps(started)
    steps.done("imported")
    book = None
    code = 0
    try:
        book = calling_book(call)
        steps.done("connected")
        text, warning = action(book, call, steps)
    except NoLibreOffice as problem:
        text, warning, code = str(problem), True, 4
    except Exception as problem:
        text, warning, code = _trouble(problem), True, 4
    watchdog.cancel()
    steps.done("done")
    steps.write()
    give_answer(call, text, warning, book)
    return code


def _check(book: xw.Book, call: Call, steps: Steps) -> Answer:
    from checker.batch.previous_year import session_for
    from checker.marking import changes_for
    from checker.marking.findings import counts_of, findings_of
    from checker.marking.overview import overview_of
    from checker.session import BadChoice
    from checker.settings import BadSettings

    if structure_protected(book):
        return STRUCTURE_PROTECTED, True
    if book.app.calculation == "manual":
        book.app.calculate()
    snapshot = read_open_book(book)
    steps.done("read")
    try:
        session = session_for(options_at(Path(book.fullname)))
        judgement = session.judge_snapshot(snapshot)
    except (BadSettings, BadChoice) as problem:
        return str(problem), True
    steps.done("judged")
    report = judgement.report
    if report is None:
        return f"没有校验：{judgement.message}", True
    changes = changes_for(report, session.rules, session.profile.title)
    with kept_still(book):
        applied = apply_changes(book, changes, snapshot)
    findings = findings_of(report, session.rules)
    first = next((cause.place for cause in report.causes if cause.place is not None), None)
    first = first or next((item.places[0] for item in _worst_first(findings)), None)
    if first is not None:
        select_cell(book, first.sheet, first.a1)
    steps.done("marked")
    text = verdict_sentence(counts_of(report, session.rules), overview_of(report, session.rules))
    if report.errors:
        text += f"\n有 {len(report.errors)} 条规则因程序自身出错没有算出来，与填写的数据无关。"
    return text + _remarks(applied, call, book), bool(report.errors or applied.refused)


def _clean(book: xw.Book, call: Call, steps: Steps) -> Answer:
    if structure_protected(book):
        return STRUCTURE_PROTECTED, True
    snapshot = read_open_book(book)
    steps.done("read")
    with kept_still(book):
        applied = remove_marks(book, snapshot)
    steps.done("marked")
    if not applied.had_marks:
        return "这个工作簿里没有校验标记，不用清除。", False
    return "校验标记已全部清除，填写的数据没有改动。" + _remarks(applied, call, book), False


def _worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that have a cell and want something done, as 校验结果 lists them."""
    from checker.marking.cell_marks import fill_of
    from checker.model.marks import WORST_FIRST

    placed = [item for item in findings if item.places]
    return sorted(placed, key=lambda item: WORST_FIRST.index(fill_of(item)))


def _remarks(applied: Applied, call: Call, book: xw.Book) -> str:
    """What else the user should know, one line each."""
    remarks = ""
    if applied.refused:
        titles = "、".join(sorted(applied.refused))
        remarks += f"\n工作表“{titles}”设有密码，没有在上面着色；问题都列在“校验结果”表里。"
    read_only = call.read_only or bool(getattr(book.impl, "cannot_save", lambda: False)())
    if read_only:
        remarks += "\n本工作簿是以只读方式打开的，标记要保存请另存为一份。"
    elif call.never_saved or not Path(book.fullname).is_absolute():
        remarks += "\n本工作簿还没有保存过，请记得保存。"
    return remarks


def _trouble(problem: Exception) -> str:
    from checker.trouble import write_log

    log = write_log("".join(traceback.format_exception(problem)))
    where = f"详细情况记在 {log}，" if log else ""
    return f"程序自身出错，没有标记，工作簿保持原样。{where}请发给技术支持。"


def _give_up(call: Call) -> None:
    """The spreadsheet program does not let itself be read: end, so that it is not held up."""
    text = (
        "表格软件一直没有回应，这次没有校验。请先结束单元格的编辑、关闭打开着的对话框，再点一次。"
    )
    give_answer(call, text, True, None)
    os._exit(4)
