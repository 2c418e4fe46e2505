"""A workbook that was dropped on the program: a marked copy beside it, and words for a window."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import traceback
from pathlib import Path

from checker_xlsx.sentences import verdict_sentence
from msgspec import Struct

from checker.other_programs import outside_environment

COPY_SUFFIX = "（已校验）"
HOW_TO_USE = (
    "这是填报表的校验程序。\n\n"
    "在 Excel 里：打开带按钮的填报表，点“校验”。\n"
    "不能用按钮时：把填好的填报表拖到本程序的图标上，程序会在旁边生成一份带标记的副本并打开它。"
)


class Outcome(Struct, frozen=True):
    """What became of one dropped file; ``copy`` is the marked copy, if one was written."""

    text: str
    copy: Path | None = None
    failed: bool = False


def check_dropped(file: Path) -> Outcome:
    """Judge a workbook and write its marked copy beside it; never raises."""
    try:
        return _check(file)
    except Exception as problem:
        from checker.trouble import write_log

        log = write_log(f"{file}\n" + "".join(traceback.format_exception(problem)))
        where = f"详细情况记在 {log}，" if log else ""
        text = f"{file.name}：程序自身出错，没有校验，文件没有改动。{where}请发给技术支持。"
        return Outcome(text, failed=True)


def _check(file: Path) -> Outcome:
    from checker_xlsx.choices import options_at

    from checker.batch.previous_year import session_for
    from checker.marking import changes_for
    from checker.marking.findings import counts_of
    from checker.marking.overview import overview_of
    from checker.session import BadChoice
    from checker.settings import BadSettings
    from checker.writing import UnwritableWorkbook, write_marked
    from checker.writing.old_formats import as_xlsx, old_format, words_on

    if not file.is_file():
        return Outcome(f"{file.name}：没有这个文件。", failed=True)
    try:
        session = session_for(options_at(file.absolute()))
    except (BadSettings, BadChoice) as problem:
        return Outcome(f"{file.name}：{problem}", failed=True)
    judgement = session.judge_file(file)
    if judgement.report is None:
        return Outcome(f"{file.name}：没有校验。{judgement.message}", failed=True)
    counts = counts_of(judgement.report, session.rules)
    overview = overview_of(judgement.report, session.rules)
    text = f"{file.name}：{verdict_sentence(counts, overview, session.chosen_profile)}"
    data = file.read_bytes()
    kind = old_format(data)
    copy = file.with_name(f"{file.stem}{COPY_SUFFIX}{'.xlsx' if kind else file.suffix}")
    try:
        changes = changes_for(judgement.report, session.rules, session.profile.title)
        if kind is not None:
            write_marked(as_xlsx(data, kind), copy, changes)
            text += f"\n{words_on(kind.value)}"
        elif judgement.cannot_write:
            raise UnwritableWorkbook(judgement.cannot_write)
        else:
            write_marked(data, copy, changes)
    except UnwritableWorkbook as refusal:
        return Outcome(f"{text}\n没有写出带标记的副本：{refusal}")
    except OSError as problem:
        reason = problem.strerror or str(problem)
        return Outcome(
            f"{text}\n没有写出带标记的副本（{reason}）。如果“{copy.name}”正打开着，请先关闭它。",
            failed=True,
        )
    return Outcome(f"{text}\n带标记的副本：{copy}\n原文件没有改动，请在原文件里修改。", copy)


def open_workbook(path: Path) -> None:
    """Open a workbook with the program that the system uses for it; says nothing if there is none:
    the message that follows names the file."""
    if sys.platform == "win32":
        os.startfile(path)
        return
    for opener in ("xdg-open", "soffice", "libreoffice"):
        if shutil.which(opener):
            subprocess.Popen(
                [opener, str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=outside_environment(),
                start_new_session=True,
            )
            return
