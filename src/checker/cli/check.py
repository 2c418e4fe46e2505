"""``checker check``: judge files and folders, write marked copies, say what was found."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import click

from checker.checking import CheckWork, LocalFile, MarkPlan, Readable, session_for
from checker.model.report import FileStatus
from checker.reports.results import ExitCode, FileResult, exit_code
from checker.reports.terminal import Line, error_line, file_lines, summary_lines
from checker.session import BadChoice, Session, SessionOptions
from checker.settings import BadSettings, Settings, find_settings

RESULT_FOLDER = "校验结果"
"""Beside a file, or inside a folder, that is checked: where the marked copies go."""

IN_ONE_PROCESS = 16
"""Up to so many files, starting workers costs more than it saves."""


@click.command(name="check", options_metavar="[选项]")
@click.argument("paths", nargs=-1, required=True, metavar="文件或文件夹…")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="输出的形式。")  # fmt: skip
@click.option("--select", multiple=True, metavar="规则", help="只查这些规则、规则族或插件。")
@click.option("--ignore", multiple=True, metavar="规则", help="不查这些规则、规则族或插件。")
@click.option("--profile", metavar="口径", help="口径：地区名称（如 jiangxi）或一个口径文件。")
@click.option("--edition", type=int, metavar="年", help="按哪一年的规则和阈值校验。")
@click.option("--previous", metavar="文件或文件夹", help="上年的表，用于与上年比较。")
@click.option("--out", metavar="文件夹", help="标记副本写到哪里；默认写到旁边的“校验结果”。")
@click.option("--in-place", is_flag=True, help="直接在原文件上标记（先留一份备份）。")
@click.option("--no-mark", is_flag=True, help="不写标记副本。")
@click.option("--plugin-dir", "plugin_dirs", multiple=True, metavar="文件夹", help="另加的插件。")
@click.option("--plugins", metavar="编号", help="只用这些插件，用逗号隔开。")
@click.option("--workers", type=click.IntRange(1), metavar="数", help="用几个进程。")
def command(
    paths: tuple[str, ...],
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    profile: str | None,
    edition: int | None,
    previous: str | None,
    out: str | None,
    in_place: bool,
    no_mark: bool,
    plugin_dirs: tuple[str, ...],
    plugins: str | None,
    workers: int | None,
) -> None:
    """校验填报表：文件或文件夹。

    退出码：0 没有必须修改的问题；1 有不通过的；2 命令写错；3 有文件读不出来或不是已知的填报表；4
    规则或程序自身出错。
    """
    if in_place and (out or no_mark):
        _usage("--in-place 不能和 --out、--no-mark 一起用。")
    try:
        settings = find_settings(Path.cwd())
        options = SessionOptions(
            profile=profile or settings.profile,
            edition=edition if edition is not None else settings.edition,
            select=_words(select) or settings.select,
            ignore=_words(ignore) or settings.ignore,
            plugin_dirs=plugin_dirs or settings.plugin_dirs,
            plugins=_words((plugins,)) if plugins is not None else settings.plugins,
            previous=previous or settings.previous,
        )
        session = session_for(options)
    except (BadSettings, BadChoice) as problem:
        _usage(str(problem))
    wanted = None if no_mark or not settings.mark else out or settings.out
    mark = not no_mark and settings.mark
    work = [(CheckWork(options, _plan(path, mark, in_place, wanted)), path) for path in paths]
    results: list[FileResult] = []
    screen = _Screen(form == "text")
    screen.show(error_line(error) for error in session.errors)
    try:
        for result in _results(work, workers, screen):
            results.append(result)
            screen.show(file_lines(result))
    except KeyboardInterrupt:
        screen.show([Line("已中断，以下是中断前的结果。", "fail")])
    _conclude(results, session, form, screen)


def _conclude(
    results: Sequence[FileResult], session: Session, form: str, screen: _Screen
) -> NoReturn:
    code = ExitCode.INTERNAL if session.errors else exit_code(results)
    if form == "json":
        import json

        from checker.reports.json_report import check_document

        document = check_document(
            results,
            profile=session.profile.id,
            edition=session.edition,
            errors=session.errors,
        )
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    elif len(results) > 1 or not results:
        screen.show(summary_lines(results))
    sys.stdout.flush()
    sys.exit(int(code))


def _usage(message: str) -> NoReturn:
    click.echo(f"错误：{message}", err=True)
    sys.exit(int(ExitCode.USAGE))


def _words(values: Iterable[str]) -> tuple[str, ...]:
    """Words separated by commas, of every repetition of an option."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def _plan(path: str, mark: bool, in_place: bool, out: str | None) -> MarkPlan:
    if not mark:
        return MarkPlan()
    if in_place:
        return MarkPlan(in_place=True)
    if out:
        return MarkPlan(out)
    if "://" in path:
        return MarkPlan(str(Path.cwd() / RESULT_FOLDER))
    place = Path(path)
    return MarkPlan(str((place if place.is_dir() else place.parent) / RESULT_FOLDER))


def _sources(path: str) -> tuple[Sequence[Readable], tuple[tuple[str, str], ...]]:
    """What is to be checked below a path, and what could not even be looked into."""
    if Path(path).is_file() and not path.lower().endswith(".zip"):
        return [LocalFile(path, Path(path).name)], ()
    from checker.batch.discovery import discover

    return discover([path])


def _results(
    work: Sequence[tuple[CheckWork, str]], workers: int | None, screen: _Screen
) -> Iterator[FileResult]:
    for task, path in work:
        sources, failures = _sources(path)
        for failed, reason in failures:
            yield FileResult(failed, FileStatus.UNREADABLE, message=reason)
        if not sources and not failures:
            yield FileResult(path, FileStatus.UNREADABLE, message="文件夹里没有填报表。")
        if len(sources) <= IN_ONE_PROCESS and workers is None:
            for source in sources:
                yield task(source)
            continue
        yield from screen.progress(_in_workers(task, sources, workers), len(sources))


def _in_workers(
    task: CheckWork, sources: Sequence[Readable], workers: int | None
) -> Iterator[FileResult]:
    from checker.batch.running import run_all
    from checker.checking import path_shown

    for done in run_all(task, sources, len(sources), workers):
        if done.result is not None:
            yield done.result
        else:
            yield FileResult(path_shown(done.item), FileStatus.FAILED, message=done.failure)


class _Screen:
    """Standard output: plain when it is no terminal, rich (imported late) when it is one."""

    def __init__(self, speaks: bool) -> None:
        self.speaks = speaks
        self.colour = speaks and sys.stdout.isatty()

    def show(self, lines: Iterable[Line]) -> None:
        """Print lines."""
        if not self.speaks:
            return
        if not self.colour:
            for line in lines:
                sys.stdout.write(line.text + "\n")
            return
        from rich.console import Console

        from checker.reports.terminal_colour import print_in_colour

        print_in_colour(lines, Console())

    def progress(self, results: Iterator[FileResult], total: int) -> Iterator[FileResult]:
        """Pass results on; on a terminal a bar shows files done and time left."""
        if not sys.stderr.isatty():
            yield from results
            return
        from checker.reports.terminal_colour import with_progress

        yield from with_progress(results, total)


__all__ = ["Settings", "command"]
