"""What happens at a click on 校验 or 清除: read, judge, mark, say what was found."""

from __future__ import annotations

import json
import os
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from checker_xlsx.caller import USE_A_COPY, Call, Say, give_answer
from checker_xlsx.choices import options_at
from checker_xlsx.description import Description
from checker_xlsx.libreoffice.connection import NoLibreOffice
from checker_xlsx.looks import Seen
from checker_xlsx.marking import Plan, Remembered, plan_marks
from checker_xlsx.marking_plan import Key
from checker_xlsx.orders import PROTOCOL, Answer, Orders, Step, Verb
from checker_xlsx.sentences import verdict_sentence

from checker.model.marks import Changes
from checker.model.snapshot import Snapshot
from checker.writing.memory_sheet import TITLE as MEMORY_SHEET
from checker.writing.outcome import UnwritableWorkbook

if TYPE_CHECKING:
    from checker.marking.findings import Finding

TIMINGS_VARIABLE = "CHECKER_TIMINGS"
"""Names a file to which each click appends a line of JSON: when each step was done."""

STRUCTURE_PROTECTED = (
    "工作簿的结构受保护，不能添加或删除“校验结果”表，所以没有校验。"
    "请先在“审阅”里取消“保护工作簿”，再点一次。"
)
SHARED = (
    "这是旧式的“共享工作簿”，Excel 不让程序在里面加表、合并单元格，所以没有校验。"
    "请先在“审阅”里取消“共享工作簿”，再点一次；或者把文件拖到“校验”图标上。"
)
LAUNCHER_OLDER = (
    "这个工作簿里的按钮比电脑上的校验程序旧，两边对不上，所以没有校验，工作簿没有任何改动。"
    "请用县里新发的填报表，或者保存后把文件拖到“校验”图标上。"
)
PROGRAM_OLDER = (
    "电脑上的校验程序比这个工作簿里的按钮旧，两边对不上，所以没有校验，工作簿没有任何改动。"
    "请安装新的校验程序。"
)
SILENT = "表格软件一直没有回应，这次没有校验。请先结束单元格的编辑、关闭打开着的对话框，再点一次。"
_LONGEST = 120.0  # seconds; a spreadsheet program that waits longer looks dead


class Carrier(Protocol):
    """How the book comes to this program, and how the orders get back to it."""

    @property
    def about(self) -> Description: ...
    @property
    def place(self) -> Path | None: ...
    @property
    def titles(self) -> Sequence[str]: ...
    def read(self) -> Snapshot: ...
    def remembered(self) -> Remembered: ...
    def looks(self, cells: Iterable[Key]) -> Seen: ...
    def carry_out(self, orders: Orders) -> Answer: ...


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


class _Patience:
    """Ends this process if the spreadsheet program does not let itself be read; never after the
    first write, so that nothing is left half done."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._lock = threading.Lock()
        self._waiting = True
        self._timer = threading.Timer(_LONGEST, self._give_up)
        self._timer.daemon = True
        self._timer.start()

    def over(self) -> None:
        """From now on this process ends by itself only."""
        with self._lock:
            self._waiting = False
            self._timer.cancel()

    @property
    def waiting(self) -> bool:
        """Whether nothing was written so far."""
        return self._waiting

    def _give_up(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            if self._call.can_ask_again:
                give_answer(self._call, USE_A_COPY, False)
            else:
                give_answer(self._call, SILENT, True)
            os._exit(4)


def check(call: Call, started: float) -> int:
    """校验 at a click; the exit code: 0, or 4 when the program itself failed."""
    return _answered(call, started, _check)


def clean(call: Call, started: float) -> int:
    """清除 at a click; the exit code: 0, or 4 when the program itself failed."""
    return _answered(call, started, _clean)


Told = tuple[str, bool]
"""What to tell the user, and whether it is a warning."""


class _Click:
    """One click: the call, the carrier, what was done when, and the patience."""

    def __init__(self, call: Call, carrier: Carrier, steps: Steps, patience: _Patience) -> None:
        self.call = call
        self.carrier = carrier
        self.steps = steps
        self.patience = patience

    def carry_out(self, plan: Plan, go: Sequence[Step] = ()) -> Answer:
        """From here on something is written."""
        orders = plan.orders
        self.patience.over()
        return self.carrier.carry_out(
            Orders(orders.work, orders.undo, [*orders.finish, *go]),
        )


def _answered(call: Call, started: float, action: Callable[[_Click], Told]) -> int:
    patience = _Patience(call)
    steps = Steps(started)
    steps.done("imported")
    say: Say | None = None
    code = 0
    try:
        if call.launcher != PROTOCOL:
            text, warning = LAUNCHER_OLDER if call.launcher < PROTOCOL else PROGRAM_OLDER, True
        else:
            carrier, say = _carrier(call)
            steps.done("connected")
            text, warning = action(_Click(call, carrier, steps, patience))
    except NoLibreOffice as problem:
        text, warning, code = str(problem), True, 4
    except UnwritableWorkbook as refusal:
        text, warning = refusal.reason, True
    except Exception as problem:
        text, warning, code = _trouble(problem, patience.waiting), True, 4
        if patience.waiting and call.can_ask_again:
            text, warning = USE_A_COPY, False
    patience.over()
    steps.done("done")
    steps.write()
    give_answer(call, text, warning, say)
    return code


def _carrier(call: Call) -> tuple[Carrier, Say | None]:
    """The saved copy where there is one, else the open book."""
    if call.copy is not None and call.description is not None and call.orders is not None:
        from checker_xlsx.saved_copy import SavedCopy

        return SavedCopy(call.copy, call.description, call.orders), None
    from checker_xlsx.light_xlwings import import_xlwings_lightly

    import_xlwings_lightly()
    from checker_xlsx.attached import Attached, calling_book

    attached = Attached(calling_book(call))
    return attached, attached.say


def _refusal(about: Description) -> str | None:
    if about.shared:
        return SHARED
    return STRUCTURE_PROTECTED if about.structure_protected else None


def _check(click: _Click) -> Told:
    from checker.batch.previous_year import session_for
    from checker.marking import changes_for
    from checker.marking.findings import counts_of, findings_of
    from checker.marking.overview import overview_of
    from checker.session import BadChoice
    from checker.settings import BadSettings

    snapshot = click.carrier.read()
    click.steps.done("read")
    refusal = _refusal(click.carrier.about)
    if refusal is not None:
        return refusal, True
    try:
        session = session_for(options_at(click.carrier.place))
        judgement = session.judge_snapshot(snapshot)
    except (BadSettings, BadChoice) as problem:
        return str(problem), True
    click.steps.done("judged")
    report = judgement.report
    if report is None:
        return f"没有校验：{judgement.message}", True
    changes = changes_for(report, session.rules, session.profile.title)
    plan = plan_marks(click.carrier, changes, snapshot)
    findings = findings_of(report, session.rules)
    first = next((cause.place for cause in report.causes if cause.place is not None), None)
    first = first or next((item.places[0] for item in _worst_first(findings)), None)
    click.carry_out(plan, [Step(Verb.GO, first.sheet, first.a1)] if first is not None else [])
    click.steps.done("marked")
    text = verdict_sentence(
        counts_of(report, session.rules),
        overview_of(report, session.rules),
        session.chosen_profile,
    )
    if report.errors:
        text += f"\n有 {len(report.errors)} 条规则因程序自身出错没有算出来，与填写的数据无关。"
    if plan.refused:
        text += f"\n{_titles(plan)}设有密码，没有在上面着色；问题都列在“校验结果”表里。"
    if plan.without_note:
        text += (
            f"\n有 {plan.without_note} 个格子里有批注对话，加不了批注；颜色标了，位置列在"
            "“校验结果”表的末尾。"
        )
    return text + _remarks(click), bool(report.errors or plan.refused)


def _clean(click: _Click) -> Told:
    snapshot = click.carrier.read()
    click.steps.done("read")
    refusal = _refusal(click.carrier.about)
    if refusal is not None:
        return refusal, True
    plan = plan_marks(click.carrier, Changes(), snapshot)
    if not plan.had_marks:
        click.steps.done("marked")
        return _nothing_to_clean(click.carrier), False
    click.carry_out(plan)
    click.steps.done("marked")
    if plan.refused:
        text = (
            f"{_titles(plan)}设有密码，上面的标记没有清除；其余的标记已经清除，填写的数据没有改动。"
        )
        return text + _remarks(click), True
    return "校验标记已全部清除，填写的数据没有改动。" + _remarks(click), False


def _nothing_to_clean(carrier: Carrier) -> str:
    from checker.marking.result_rows import RESULT_SHEET

    if RESULT_SHEET in carrier.titles:
        return (
            f"没有找到隐藏的“{MEMORY_SHEET}”表（可能被删除了），所以不知道各格原来的样子，没有改动任何"
            f"格子。“{RESULT_SHEET}”表不需要的话，请自己删除。"
        )
    return "这个工作簿里没有校验标记，不用清除。"


def _worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that have a cell and want something done, as 校验结果 lists them."""
    from checker.marking.cell_marks import fill_of
    from checker.model.marks import WORST_FIRST

    placed = [item for item in findings if item.places]
    return sorted(placed, key=lambda item: WORST_FIRST.index(fill_of(item)))


def _titles(plan: Plan) -> str:
    return f"工作表“{'、'.join(sorted(plan.refused))}”"


def _remarks(click: _Click) -> str:
    """What else the user should know, one line each."""
    remarks = ""
    if click.call.read_only or click.carrier.about.read_only:
        remarks += "\n本工作簿是以只读方式打开的，标记要保存请另存为一份。"
    elif click.call.never_saved or (click.carrier.place is None and not click.carrier.about.place):
        remarks += "\n本工作簿还没有保存过，请记得保存。"
    return remarks


def _trouble(problem: Exception, untouched: bool) -> str:
    from checker.trouble import write_log

    log = write_log("".join(traceback.format_exception(problem)))
    where = f"详细情况记在 {log}，" if log else ""
    state = (
        "没有标记，工作簿保持原样"
        if untouched
        else "没有标完。再点一次“校验”或“清除”，会从这里接着恢复"
    )
    return f"程序自身出错，{state}。{where}请发给技术支持。"
