"""``checker check --watch``: one line for every file that changes, until Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from checker.batch.discovery import Source
from checker.batch.watching import WAITING, Changes, FolderWatch
from checker.checking import path_shown
from checker.cli.check_folders import FolderCheck, refused
from checker.model.report import FileStatus
from checker.reports.results import STATUS_WORDS, FileResult
from checker.reports.terminal import Line


def watch_folders(run: FolderCheck, watch: FolderWatch) -> None:
    """Keep ``run.results`` up to date; what changed is told as soon as it is judged."""
    say = _Telling(run)
    sys.stdout.flush()
    sys.stderr.write(WAITING + "\n")
    sys.stderr.flush()
    try:
        for changes in watch.changes():
            _take_in(run, changes, say)
    except KeyboardInterrupt:
        pass
    run.screen.show([Line("已停止等待，以下是现在的结果。", "title")])


def _take_in(run: FolderCheck, changes: Changes, say: _Telling) -> None:
    before = {result.path: result for result in run.results}
    now = dict(before)
    for source in changes.gone:
        path = path_shown(source)
        say("已删除", path, None, now.pop(path, None))
    for result in refused(changes.found):
        old = before.get(result.path)
        if old is None or old.message != result.message:
            now[result.path] = result
            say("有问题", result.path, result, old)
    arrived = {path_shown(source) for source in changes.new}
    try:
        for result in _judged(run, (*changes.new, *changes.altered)):
            now[result.path] = result
            word = "新收到" if result.path in arrived else "有改动"
            say(word, result.path, result, before.get(result.path))
    finally:
        order = [
            *(path for path, _ in changes.found.failures),
            *map(path_shown, changes.found.sources),
        ]
        run.results[:] = [now[path] for path in order if path in now]
        run.keep()
    run.renew_tables(changes.found.sources)


def _judged(run: FolderCheck, sources: Sequence[Source]) -> Iterator[FileResult]:
    for task, group in groupby(sources, run.task_of):
        yield from run.of(task, tuple(group))


class _Telling:
    """Prints one line per changed file: on the screen where that shows texts, else apart from the
    document that standard output is kept for."""

    def __init__(self, run: FolderCheck) -> None:
        self._screen = run.screen

    def __call__(
        self, word: str, path: str, now: FileResult | None, before: FileResult | None
    ) -> None:
        time = datetime.now().strftime("%H:%M:%S")
        text = f"{time} {word}  {path}"
        if now is not None:
            text += f"  {_state(now)}"
        if before is not None:
            text += f"（上次 {_state(before)}）"
        if not self._screen.speaks:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
            return
        self._screen.show([Line(text, _style(now))])
        sys.stdout.flush()


def _state(result: FileResult) -> str:
    if result.status is not FileStatus.CHECKED:
        return f"{STATUS_WORDS[result.status]}：{result.message.rstrip('。')}"
    return f"不通过 {result.counts.fail} 条，存疑 {result.counts.doubt} 条"


def _style(result: FileResult | None) -> str:
    if result is None:
        return "dim"
    if result.status is not FileStatus.CHECKED or result.counts.fail:
        return "fail"
    return "doubt" if result.counts.doubt else "pass"
