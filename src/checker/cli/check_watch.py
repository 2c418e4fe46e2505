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
from checker.marking.results import STATUS_WORDS, FileResult
from checker.model.report import FileStatus
from checker.reports.terminal import Line


def watch_folders(run: FolderCheck, watch: FolderWatch) -> None:
    """Keep ``run.results``, and what is kept of them in files, up to date; what changed is told as
    soon as it is judged."""
    say = _Telling(run)
    sys.stdout.flush()
    sys.stderr.write(WAITING + "\n")
    sys.stderr.flush()
    unsettled: Changes | None = None
    try:
        for changes in watch.changes():
            unsettled = changes
            _take_in(run, changes, say)
            _settle(run, changes)
            unsettled = None
    except KeyboardInterrupt:
        if unsettled is not None:  # Ctrl-C came between the news and the files that hold them
            _settle(run, unsettled)
    run.screen.show([Line("已停止等待，以下是现在的结果。", "title")])


def _take_in(run: FolderCheck, changes: Changes, say: _Telling) -> None:
    """Judge what is new or altered; ``run.results`` hold every result as soon as it is told."""
    before = {result.path: result for result in run.results}
    for source in changes.gone:
        path = path_shown(source)
        run.results[:] = [result for result in run.results if result.path != path]
        say("已删除", path, None, before.get(path))
    for result in refused(changes.found):
        old = before.get(result.path)
        if old is None or old.message != result.message:
            _put(run, result)
            say("有问题", result.path, result, old)
    arrived = {path_shown(source) for source in changes.new}
    for result in _judged(run, (*changes.new, *changes.altered)):
        _put(run, result)
        word = "新收到" if result.path in arrived else "有改动"
        say(word, result.path, result, before.get(result.path))


def _put(run: FolderCheck, result: FileResult) -> None:
    """In the place of the file's former result, or at the end."""
    for place, old in enumerate(run.results):
        if old.path == result.path:
            run.results[place] = result
            return
    run.results.append(result)


def _settle(run: FolderCheck, changes: Changes) -> None:
    """Results in the order of the files, without what is no longer so; files that hold them."""
    now = {result.path: result for result in run.results}
    order = [path for path, _ in changes.found.failures]
    order += map(path_shown, changes.found.sources)
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
    if result.counts.doubt:
        return "doubt"
    return "unmet" if result.counts.unmet else "pass"
