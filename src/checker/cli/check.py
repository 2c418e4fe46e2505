"""``checker check``: judge files and folders, write marked copies, tell what was found."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click
from msgspec.structs import replace

from checker.batch.check_run import CheckOptions, CheckRun, News, refused
from checker.batch.discovery import discover, readable
from checker.batch.judging import judge_and_mark, unopened
from checker.batch.previous_year import session_for
from checker.batch.watching import WAITING, Changes, FolderWatch
from checker.cli.commands import (
    Command,
    Refused,
    plugin_failed,
    plugin_options,
    profile_options,
    session_options,
    settings_here,
)
from checker.harmless import one_line, unguarded
from checker.marking.results import STATUS_WORDS, ExitCode, FileResult, exit_code
from checker.model.report import FileStatus, Report
from checker.reports.json_report import check_pieces
from checker.reports.terminal import Line, error_line, file_lines, summary_lines
from checker.session import Session
from checker.settings import words
from checker.toml_files import cache_folder
from checker.trouble import UserMistake

FORMATS = ("text", "json", "junit", "sarif")
"""The program's own ways to tell; plugins may bring others."""


@click.command(name="check", cls=Command)
@click.argument("paths", nargs=-1, required=True, metavar="文件或文件夹…")
@click.option("--format", "form", default="text", show_default=True, metavar="形式",
              help="输出的形式：text、json、junit、sarif，或插件提供的形式。")  # fmt: skip
@click.option("--select", multiple=True, metavar="规则", help="只查这些规则、规则族或插件。")
@click.option("--ignore", multiple=True, metavar="规则", help="不查这些规则、规则族或插件。")
@profile_options
@click.option("--previous", metavar="文件或文件夹",
              help="上年的表，用于与上年比较；可以是 zip 或网址。")  # fmt: skip
@click.option("--out", metavar="文件夹",
              help="标记副本和数据表写到哪里；副本默认写到表所在处的“校验结果”。")  # fmt: skip
@click.option("--in-place", is_flag=True, help="直接在原文件上标记（先留一份备份）。")
@click.option("--no-mark", is_flag=True, help="不写标记副本。")
@plugin_options
@click.option("--workers", type=click.IntRange(1), metavar="数", help="用几个进程。")
@click.option("--scheduler", metavar="tcp://…",
              help="交给已有的 Dask 集群计算，数据表（Parquet）写到结果文件夹。")  # fmt: skip
@click.option("--strict", is_flag=True, help="未达标、未判断和空白表也使退出码为 1。")
@click.option("--no-cache", is_flag=True, help="不用上次的结果，整个文件夹重新校验。")
@click.option(
    "--watch", is_flag=True, help="一直运行，文件改了、新到了就重新校验，按 Ctrl-C 结束。"
)
def command(
    paths: tuple[str, ...],
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    previous: str | None,
    out: str | None,
    in_place: bool,
    no_mark: bool,
    workers: int | None,
    scheduler: str | None,
    strict: bool,
    no_cache: bool,
    watch: bool,
) -> None:
    """校验填报表：文件或文件夹。

    退出码：0 没有必须修改的问题（未达标不算错误）；1 有不通过的；2 命令写错；3 有文件读不出来、
    没有查看、不是已知的填报表，或标记副本写不进去；4 规则或程序自身出错；130 被 Ctrl-C 中断。
    """
    if in_place and (out or no_mark):
        raise Refused("--in-place 不能和 --out、--no-mark 一起用。")
    if in_place and watch:
        raise Refused("--watch 不能和 --in-place 一起用：别人正在改的文件，不能由程序改写。")
    settings = settings_here()
    chosen = replace(
        session_options(settings, previous),
        select=words(select) or settings.select,
        ignore=words(ignore) or settings.ignore,
    )
    session = session_for(chosen)
    formats = (*FORMATS, *session.plugins.contributions().report_formats())
    if form not in formats:
        raise Refused(f"没有输出形式“{form}”，可用的有：{'、'.join(formats)}。")
    options = CheckOptions(
        paths=paths,
        session=chosen,
        mark=settings.mark and not no_mark,
        in_place=in_place,
        out=None if in_place else out or settings.out,
        workers=workers,
        scheduler=scheduler,
        cache=None if no_cache else cache_folder(),
    )
    if options.mark and options.out:
        _keep_originals(paths, options.out)
    if form not in FORMATS:
        if scheduler or watch:
            raise Refused("插件的输出形式不能和 --scheduler、--watch 一起用。")
        _write_plugin_format(form, options, session, strict)
    for notice in session.plugins.notices:
        _remind(notice)
    screen = Screen(form == "text")
    screen.show(error_line(error) for error in session.errors)
    run = CheckRun(options, lambda: _document(run, session))
    _check(run, screen, watch)
    _conclude(run, session, form, screen, strict, watch)


def _keep_originals(paths: Sequence[str], out: str) -> None:
    """A copy has the name of its original, so it must not go where that lies."""
    target = Path(out).resolve()
    for path in paths:
        place = Path(path)
        if "://" not in path and target == (place if place.is_dir() else place.parent).resolve():
            raise Refused(
                f"--out 不能是原文件所在的文件夹“{out}”，标记副本会覆盖原文件；"
                "请另选一个文件夹，要在原文件上标记请用 --in-place。"
            )


def _check(run: CheckRun, screen: Screen, watch: bool) -> None:
    with ExitStack() as stack:
        began = True
        try:
            watching = run.check(
                stack, lambda result: screen.show(file_lines(result)), screen.progress, watch
            )
        except UserMistake:  # no cluster, no watch, an extra that is not there
            began = bool(run.results)  # what an earlier run left is not replaced by nothing
            raise
        finally:
            if run.interrupted:
                screen.show([Line("已中断，以下是中断前的结果。", "fail")])
            if began:
                _remind(run.keep())
        if watching is not None:
            _watch(run, watching, screen)


def _watch(run: CheckRun, watching: FolderWatch, screen: Screen) -> None:
    """What changed is told as soon as it is judged, until Ctrl-C."""
    sys.stdout.flush()
    sys.stderr.write(WAITING + "\n")
    sys.stderr.flush()
    unsettled: Changes | None = None
    try:
        for changes in watching.changes():
            unsettled = changes
            for news in run.take_in(changes):
                screen.tell(news)
            _remind(run.settle(changes))
            unsettled = None
    except KeyboardInterrupt:
        if unsettled is not None:  # Ctrl-C came between the news and the files that hold them
            _remind(run.settle(unsettled))
    screen.show([Line("已停止等待，以下是现在的结果。", "title")])


def _remind(problem: str | None) -> None:
    if problem is not None:
        sys.stderr.write(one_line(f"提醒：{problem}") + "\n")


def _conclude(
    run: CheckRun, session: Session, form: str, screen: Screen, strict: bool, watched: bool
) -> NoReturn:
    results = run.results
    if form == "json":
        sys.stdout.writelines(_document(run, session))
    elif form == "junit":
        from checker.reports.junit import junit_pieces

        sys.stdout.writelines(junit_pieces(results))
    elif form == "sarif":
        from checker.reports.sarif import sarif_pieces

        sys.stdout.writelines(sarif_pieces(results, session.rules))
    else:
        if len(results) != 1 or run.beside or watched:
            screen.show(summary_lines(results, beside_of(run)))
        if session.chosen_profile:
            screen.show([Line(f"口径：{session.chosen_profile}", "dim")])
    sys.stdout.flush()
    code = ExitCode.INTERNAL if session.errors else exit_code(results, strict)
    sys.exit(int(ExitCode.INTERRUPTED if run.interrupted else code))


def beside_of(run: CheckRun) -> list[tuple[str, str]]:
    """Path and reason of the files that have nothing to do with a run."""
    return [(readable(each.location), each.reason) for each in run.beside]


def _document(run: CheckRun, session: Session) -> Iterator[str]:
    """The JSON report of a run, in pieces."""
    return check_pieces(
        run.results,
        asked=session.asked,
        errors=session.errors,
        beside=beside_of(run),
    )


def _write_plugin_format(
    form: str, options: CheckOptions, session: Session, strict: bool
) -> NoReturn:
    """The format of a plugin is given whole reports: so, one process, and nothing is remembered."""
    results: list[FileResult] = []
    reports: list[Report] = []
    for path in options.paths:
        found = discover([path])
        results += refused(found.unread)
        for source in found.sources:
            try:
                data = source.read()
            except (OSError, ValueError) as problem:
                results.append(unopened(source, problem))
                continue
            result, report = judge_and_mark(session, source, options.plan_of(path), data)
            results.append(result)
            if report is not None:
                reports.append(report)
    try:
        text = session.plugins.contributions().report_format(form)(reports, session.rules)
    except Exception as problem:  # a plugin's fault, whatever it is
        sys.exit(plugin_failed(problem, f"插件的输出形式“{form}”出错"))
    sys.stdout.write(text)
    sys.stdout.flush()
    sys.exit(int(ExitCode.INTERNAL if session.errors else exit_code(results, strict)))


class Screen:
    """Standard output: plain when it is no terminal, rich (imported late) when it is one."""

    def __init__(self, speaks: bool) -> None:
        self._speaks = speaks
        self._colour = speaks and sys.stdout.isatty()

    def show(self, lines: Iterable[Line]) -> None:
        """Print lines."""
        if not self._speaks:
            return
        if not self._colour:
            for line in lines:
                sys.stdout.write(one_line(line.text) + "\n")
            return
        from rich.console import Console

        from checker.reports.terminal import print_in_colour

        print_in_colour(lines, Console(file=unguarded(sys.stdout)))

    def progress(self, results: Iterator[FileResult], total: int) -> Iterator[FileResult]:
        """Pass results on; on a terminal a bar shows files done and time left."""
        if not sys.stderr.isatty():
            yield from results
            return
        from checker.reports.terminal import with_progress

        yield from with_progress(results, total, lambda result: result.counts.fail)

    def tell(self, news: News) -> None:
        """One line per changed file: on the screen where that shows texts, else apart from the
        document that standard output is kept for."""
        text = f"{datetime.now():%H:%M:%S} {news.word}  {news.path}"
        if news.now is not None:
            text += f"  {_state(news.now)}"
        if news.before is not None:
            text += f"（上次 {_state(news.before)}）"
        if self._speaks:
            self.show([Line(text, _style(news.now))])
            sys.stdout.flush()
        else:
            sys.stderr.write(one_line(text) + "\n")
            sys.stderr.flush()


def _state(result: FileResult) -> str:
    if result.status is not FileStatus.CHECKED:
        return f"{STATUS_WORDS[result.status]}：{result.message.rstrip('。')}"
    counts = result.counts
    return f"不通过 {counts.fail} 条，存疑 {counts.doubt} 条，未达标 {counts.unmet} 项"


def _style(result: FileResult | None) -> str:
    if result is None:
        return "dim"
    if result.status is not FileStatus.CHECKED or result.counts.fail:
        return "fail"
    if result.counts.doubt:
        return "doubt"
    return "unmet" if result.counts.unmet else "pass"
