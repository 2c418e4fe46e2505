"""``checker check --format`` with the format of a plugin, which is given whole reports: so, one
process, and nothing is remembered."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from checker.checking import CheckWork, LocalFile, Readable, judge_and_mark
from checker.cli.check_run import is_one_file
from checker.marking.results import ExitCode, FileResult, exit_code
from checker.model.report import FileStatus, Report
from checker.session import Session


def write_plugin_format(
    form: str, work: Sequence[tuple[CheckWork, str]], session: Session
) -> NoReturn:
    """Check, print what the plugin makes of the reports, leave the process."""
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


def _sources(path: str) -> tuple[Sequence[Readable], tuple[tuple[str, str], ...]]:
    """What is to be checked below a path, and what could not even be looked into."""
    if is_one_file(path):
        return [LocalFile(path, Path(path).name)], ()
    from checker.batch.discovery import discover

    return discover([path])
