"""What ``checker check`` does: judge files and folders, write marked copies, tell. No click."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from checker.checking import (
    CheckWork,
    LocalFile,
    MarkPlan,
    Readable,
    judge_and_mark,
    session_for,
)
from checker.model.report import FileStatus, Report
from checker.record import replace
from checker.reports.results import ExitCode, FileResult, exit_code
from checker.reports.terminal import Line, error_line, file_lines, summary_lines
from checker.session import BadChoice, Session, SessionOptions
from checker.settings import BadSettings, Settings, find_settings, words

if TYPE_CHECKING:
    from checker.batch.discovery import Source

RESULT_FOLDER = "校验结果"
"""Beside a file, or inside a folder, that is checked: where the marked copies go."""

RESULT_FILE = "校验结果.json"
"""In the result folder of a checked folder: what ``checker diff`` compares."""

FORMATS = ("text", "json", "junit", "sarif")
"""The program's own ways to tell; plugins may bring others."""


class CheckChoices(NamedTuple):
    """The command line of ``checker check``, as it was given; see ``check`` for what each means."""

    paths: tuple[str, ...] = ()
    form: str = "text"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    profile: str | None = None
    edition: int | None = None
    previous: str | None = None
    out: str | None = None
    in_place: bool = False
    no_mark: bool = False
    plugin_dirs: tuple[str, ...] = ()
    plugins: str | None = None
    workers: int | None = None
    no_cache: bool = False


def run_check(choices: CheckChoices) -> NoReturn:
    """Check and leave the process with the exit code."""
    if choices.in_place and (choices.out or choices.no_mark):
        _usage("--in-place 不能和 --out、--no-mark 一起用。")
    try:
        settings = find_settings(Path.cwd())
        options = _options(choices, settings)
        session = session_for(options)
    except (BadSettings, BadChoice) as problem:
        _usage(str(problem))
    if choices.form not in (*FORMATS, *session.plugins.contributions().report_formats()):
        known = "、".join((*FORMATS, *session.plugins.contributions().report_formats()))
        _usage(f"没有输出形式“{choices.form}”，可用的有：{known}。")
    mark = settings.mark and not choices.no_mark
    wanted = choices.out or settings.out
    work = [
        (CheckWork(options, _plan(path, mark, choices.in_place, wanted)), path)
        for path in choices.paths
    ]
    if choices.form not in FORMATS:
        _write_plugin_format(choices.form, work, session)
    results: list[FileResult] = []
    screen = _Screen(choices.form == "text")
    screen.show(error_line(error) for error in session.errors)
    try:
        for result in _results(work, choices, screen):
            results.append(result)
            screen.show(file_lines(result))
    except KeyboardInterrupt:
        screen.show([Line("已中断，以下是中断前的结果。", "fail")])
    _keep(results, work, session)
    _conclude(results, session, choices.form, screen)


def _options(choices: CheckChoices, settings: Settings) -> SessionOptions:
    """What the command line says; where it says nothing, the settings."""
    common = settings.session_options(
        choices.profile,
        choices.edition,
        choices.plugin_dirs,
        choices.plugins,
        choices.previous,
    )
    return replace(
        common,
        select=words(choices.select) or settings.select,
        ignore=words(choices.ignore) or settings.ignore,
    )


def _conclude(
    results: Sequence[FileResult], session: Session, form: str, screen: _Screen
) -> NoReturn:
    code = ExitCode.INTERNAL if session.errors else exit_code(results)
    if form == "json":
        sys.stdout.write(_document(results, session))
    elif form == "junit":
        from checker.reports.junit import junit

        sys.stdout.write(junit(results))
    elif form == "sarif":
        from checker.reports.sarif import sarif

        sys.stdout.write(sarif(results, session.rules))
    elif len(results) > 1 or not results:
        screen.show(summary_lines(results))
    sys.stdout.flush()
    sys.exit(int(code))


def _document(results: Sequence[FileResult], session: Session) -> str:
    import json

    from checker.reports.json_report import check_document

    document = check_document(
        results, profile=session.profile.id, edition=session.edition, errors=session.errors
    )
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _keep(
    results: Sequence[FileResult], work: Sequence[tuple[CheckWork, str]], session: Session
) -> None:
    """Beside the marked copies of a folder: all results, for ``checker diff``."""
    folders = {task.plan.folder for task, path in work if task.plan.folder and Path(path).is_dir()}
    if len(folders) != 1 or len(work) != 1:
        return
    target = Path(folders.pop()) / RESULT_FILE
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_document(results, session), "utf-8")
    except OSError as problem:
        reason = problem.strerror or problem
        sys.stderr.write(f"提醒：结果没能存进“{target}”（{reason}），下次不能与这次比较。\n")


def _write_plugin_format(
    form: str, work: Sequence[tuple[CheckWork, str]], session: Session
) -> NoReturn:
    """A report in the format of a plugin, which is given whole reports: so, one process."""
    results: list[FileResult] = []
    reports: list[Report] = []
    for task, path in work:
        sources, failures = _sources(path)
        results += [
            FileResult(failed, FileStatus.UNREADABLE, message=reason) for failed, reason in failures
        ]
        for source in sources:
            result, report = judge_and_mark(session, source, task.plan)
            results.append(result)
            if report is not None:
                reports.append(report)
    try:
        text = session.plugins.contributions().report_format(form)(reports, session.rules)
    except Exception as problem:  # a plugin's fault, whatever it is
        from checker.cli.trouble import report_trouble

        sys.exit(report_trouble(problem, f"插件的输出形式“{form}”出错"))
    sys.stdout.write(text)
    sys.stdout.flush()
    sys.exit(int(ExitCode.INTERNAL if session.errors else exit_code(results)))


def _usage(message: str) -> NoReturn:
    sys.stderr.write(f"错误：{message}\n")
    sys.exit(int(ExitCode.USAGE))


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


def _is_one_file(path: str) -> bool:
    return Path(path).is_file() and not path.lower().endswith(".zip")


def _sources(path: str) -> tuple[Sequence[Readable], tuple[tuple[str, str], ...]]:
    """What is to be checked below a path, and what could not even be looked into."""
    if _is_one_file(path):
        return [LocalFile(path, Path(path).name)], ()
    from checker.batch.discovery import discover

    return discover([path])


def _results(
    work: Sequence[tuple[CheckWork, str]], choices: CheckChoices, screen: _Screen
) -> Iterator[FileResult]:
    if len(work) > 1 or not _is_one_file(work[0][1]):
        gc.freeze()  # what was loaded stays; from here on, garbage is looked for again
        gc.enable()
    for task, path in work:
        if _is_one_file(path):
            yield task(LocalFile(path, Path(path).name))
            continue
        from checker.batch.discovery import discover

        found = discover([path])
        for failed, reason in found.failures:
            yield FileResult(failed, FileStatus.UNREADABLE, message=reason)
        if not found.sources and not found.failures:
            yield FileResult(path, FileStatus.UNREADABLE, message="文件夹里没有填报表。")
        yield from screen.progress(_of_folder(task, found.sources, choices), len(found.sources))


def _of_folder(
    task: CheckWork, sources: Sequence[Source], choices: CheckChoices
) -> Iterator[FileResult]:
    from checker.batch.folder import folder_results
    from checker.toml_files import cache_folder

    cache = None if choices.no_cache else cache_folder()
    return folder_results(sources, task.options, task.plan, choices.workers, cache)


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
