"""What ``checker check`` does: judge files and folders, write marked copies, tell. No click."""

from __future__ import annotations

import gc
import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from msgspec.structs import replace

from checker.checking import CheckWork, LocalFile, MarkPlan, session_for
from checker.marking.results import ExitCode, FileResult, exit_code
from checker.reports.terminal import Line, error_line, file_lines, summary_lines
from checker.session import BadChoice, Session, SessionOptions
from checker.settings import BadSettings, Settings, find_settings, words

RESULT_FOLDER = "校验结果"
"""Beside a file, or inside a folder, that is checked: where the marked copies go."""

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
    scheduler: str | None = None
    no_cache: bool = False
    watch: bool = False


def run_check(choices: CheckChoices) -> NoReturn:
    """Check and leave the process with the exit code."""
    if choices.in_place and (choices.out or choices.no_mark):
        usage_error("--in-place 不能和 --out、--no-mark 一起用。")
    if choices.in_place and choices.watch:
        usage_error("--watch 不能和 --in-place 一起用：别人正在改的文件，不能由程序改写。")
    try:
        settings = find_settings(Path.cwd())
        options = _options(choices, settings)
        session = session_for(options)
    except (BadSettings, BadChoice) as problem:
        usage_error(str(problem))
    if choices.form not in (*FORMATS, *session.plugins.contributions().report_formats()):
        known = "、".join((*FORMATS, *session.plugins.contributions().report_formats()))
        usage_error(f"没有输出形式“{choices.form}”，可用的有：{known}。")
    mark = settings.mark and not choices.no_mark
    out = None if choices.in_place else choices.out or settings.out
    if mark and out:
        _keep_originals(choices.paths, out)
    work = [
        (CheckWork(options, _plan(path, mark, choices.in_place, out)), path)
        for path in choices.paths
    ]
    if choices.form not in FORMATS:
        if choices.scheduler or choices.watch:
            usage_error("插件的输出形式不能和 --scheduler、--watch 一起用。")
        from checker.cli.plugin_format import write_plugin_format

        write_plugin_format(choices.form, work, session)
    screen = Screen(choices.form == "text")
    screen.show(error_line(error) for error in session.errors)
    if all(map(is_one_file, choices.paths)) and not choices.scheduler and not choices.watch:
        results = _files(work, screen)
    else:
        from checker.cli.check_folders import check_folders

        results = check_folders(work, choices, session, out, screen)
    _conclude(results, session, choices, screen)


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
    results: Sequence[FileResult], session: Session, choices: CheckChoices, screen: Screen
) -> NoReturn:
    code = ExitCode.INTERNAL if session.errors else exit_code(results)
    code = ExitCode.INTERRUPTED if screen.interrupted else code
    if choices.form == "json":
        sys.stdout.write(document_of(results, session))
    elif choices.form == "junit":
        from checker.reports.junit import junit

        sys.stdout.write(junit(results))
    elif choices.form == "sarif":
        from checker.reports.sarif import sarif

        sys.stdout.write(sarif(results, session.rules))
    elif len(results) != 1 or choices.watch:
        screen.show(summary_lines(results))
    sys.stdout.flush()
    sys.exit(int(code))


def document_of(results: Sequence[FileResult], session: Session) -> str:
    """The JSON report of a run."""
    import json

    from checker.reports.json_report import check_document

    document = check_document(
        results, profile=session.profile.id, edition=session.edition, errors=session.errors
    )
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def usage_error(message: str) -> NoReturn:
    """Leave the process: the command line or the settings make no sense."""
    sys.stderr.write(f"错误：{message}\n")
    sys.exit(int(ExitCode.USAGE))


def _keep_originals(paths: Sequence[str], out: str) -> None:
    """A copy has the name of its original, so it must not go where that lies."""
    target = Path(out).resolve()
    for path in paths:
        place = Path(path)
        if "://" not in path and target == (place if place.is_dir() else place.parent).resolve():
            usage_error(
                f"--out 不能是原文件所在的文件夹“{out}”，标记副本会覆盖原文件；"
                "请另选一个文件夹，要在原文件上标记请用 --in-place。"
            )


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


def is_one_file(path: str) -> bool:
    """Whether a path is simply one file: nothing of the folder run is needed for it."""
    return Path(path).is_file() and not path.lower().endswith(".zip")


def _files(work: Sequence[tuple[CheckWork, str]], screen: Screen) -> list[FileResult]:
    """Single files, one by one; Ctrl-C leaves those that are finished."""
    if len(work) > 1:
        look_for_garbage()
    files = [LocalFile(path, Path(path).name) for _, path in work]
    if len(files) > 1:
        from checker.batch.shown_names import told_apart

        files = [
            file._replace(shown=name) for file, name in zip(files, told_apart(files), strict=True)
        ]
    results: list[FileResult] = []
    try:
        for (task, _), file in zip(work, files, strict=True):
            results.append(task(file))
            screen.show(file_lines(results[-1]))
    except KeyboardInterrupt:
        screen.interrupt()
    return results


def look_for_garbage() -> None:
    """What was loaded stays; from here on, garbage is looked for again."""
    gc.freeze()
    gc.enable()


class Screen:
    """Standard output: plain when it is no terminal, rich (imported late) when it is one."""

    def __init__(self, speaks: bool) -> None:
        self.speaks = speaks
        self.colour = speaks and sys.stdout.isatty()
        self.interrupted = False

    def interrupt(self) -> None:
        """Ctrl-C came before every file was checked."""
        self.interrupted = True
        self.show([Line("已中断，以下是中断前的结果。", "fail")])

    def show(self, lines: Iterable[Line]) -> None:
        """Print lines."""
        if not self.speaks:
            return
        if not self.colour:
            for line in lines:
                sys.stdout.write(line.text + "\n")
            return
        from rich.console import Console

        from checker.reports.terminal import print_in_colour

        print_in_colour(lines, Console())

    def progress(
        self, results: Iterator[FileResult], total: int
    ) -> Generator[FileResult, None, None]:
        """Pass results on; on a terminal a bar shows files done and time left."""
        if not sys.stderr.isatty():
            yield from results
            return
        from checker.reports.terminal import with_progress

        yield from with_progress(results, total, lambda result: result.counts.fail)
