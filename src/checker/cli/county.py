"""``checker county``: judge a whole county from the folder its schools handed in."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import click
from msgspec.structs import replace

from checker.batch.county_run import (
    CountyOptions,
    CountyResult,
    NothingToJudge,
    run_county,
)
from checker.batch.discovery import place_beside, places_apart
from checker.batch.file_names import ROSTER_NAMES
from checker.batch.watching import WAITING, FolderWatch
from checker.cli.commands import (
    Command,
    Unusable,
    format_option,
    plugin_options,
    profile_options,
    session_options,
    settings_here,
)
from checker.county.feedback import FOLDER, archives_told
from checker.county.lines import changed_lines, report_lines
from checker.county.output import BOOK, DOCUMENT, PAGE, REMINDERS
from checker.county.report import CountyReport
from checker.county.review import REVIEW
from checker.extras import need
from checker.harmless import one_line
from checker.marking.file_record import FileRecord
from checker.marking.results import NOT_WRITTEN, ExitCode
from checker.model.report import FileStatus
from checker.model.verdicts import Outcome
from checker.toml_files import cache_folder
from checker.trouble import disk_reason

OUT = "县级校验"


@click.command(name="county", cls=Command)
@click.argument("paths", nargs=-1, required=True, metavar="文件夹…")
@click.option("--roster", type=click.Path(path_type=Path), metavar="文件",
              help="名册，csv 或 xlsx；默认用文件夹里的“名册.csv”或“名册.xlsx”。")  # fmt: skip
@click.option("--previous", metavar="文件夹",
              help="去年报送的文件夹，用于与去年比较；可以是 zip 或网址。")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="文件夹",
              help=f"结果写到哪里；默认写到这个文件夹里的“{OUT}”。")  # fmt: skip
@click.option("--deadline", default="", metavar="时间",
              help="反馈单上写的截止时间，如“10月12日18时”。")  # fmt: skip
@click.option("--lock", multiple=True, metavar="学校",
              help="审定这所学校现在的表（校名、标识码或“全部”），以后变了会指出。")  # fmt: skip
@click.option(
    "--unlock", multiple=True, metavar="学校", help="取消审定（校名、标识码，或“全部”）。"
)
@click.option("--name", default="", metavar="县名", help="报告上的县名；默认取县级自查表里的。")
@format_option("text", "json", help_text="屏幕输出的形式。")
@profile_options
@click.option("--no-mark", is_flag=True, help="不写标记副本，只出汇总。")
@click.option("--no-cache", is_flag=True, help="不用上次的结果，全部重新校验。")
@click.option("--workers", type=click.IntRange(1), metavar="数", help="用几个进程。")
@click.option("--scheduler", metavar="tcp://…", help="交给已有的 Dask 集群计算。")
@plugin_options
@click.option("--verbose", is_flag=True, help="每个文件显示一行。")
@click.option("--watch", is_flag=True, help="一直运行，学校改完的文件一到就重新校验。")
def command(
    paths: tuple[str, ...],
    roster: Path | None,
    previous: str | None,
    out: Path | None,
    deadline: str,
    lock: tuple[str, ...],
    unlock: tuple[str, ...],
    name: str,
    form: str,
    no_mark: bool,
    no_cache: bool,
    workers: int | None,
    scheduler: str | None,
    verbose: bool,
    watch: bool,
) -> None:
    """校验全县：谁没报、哪份算数、各校问题、差异系数、还缺多少。

    退出码：0 没有必须修改的问题；1 有不通过的；2 命令写错；3 有文件读不出来；4 规则或程序自身出错；
    130 被 Ctrl-C 中断。
    """
    need("county", "pyarrow")
    settings = settings_here()
    session = session_options(settings, previous)
    options = CountyOptions(
        paths=paths,
        out=out or place_beside(paths[0]) / OUT,
        session=replace(session, select=settings.select, ignore=settings.ignore),
        roster=roster,
        county=name,
        mark=not no_mark,
        workers=workers,
        scheduler=scheduler,
        cache=None if no_cache else cache_folder(),
        deadline=deadline,
        lock=lock,
        unlock=unlock,
    )
    with _said_plainly(options.out):
        watcher = _watcher(options) if watch else None
        result = _run(options, form, verbose)
        if watcher is not None and not result.interrupted:
            result = _watch(options, form, verbose, result, watcher)
        if result.problem is not None:
            raise result.problem
    sys.stdout.flush()
    for sentence in result.refused:
        click.echo(one_line(f"错误：{sentence}"), err=True)
    sys.exit(int(county_exit_code(result)))


@contextmanager
def _said_plainly(out: Path) -> Iterator[None]:
    """Turns what a run ends with into a message; ``out`` is the folder for its results."""
    try:
        yield
    except NothingToJudge as problem:
        raise Unusable(str(problem)) from problem
    except PermissionError as problem:
        raise Unusable(
            f"写不进“{problem.filename}”，可能正在 Excel 或 WPS 里打开，请关闭后再运行。"
        ) from problem
    except OSError as problem:
        raise Unusable(
            f"结果写不进“{out}”（{disk_reason(problem)}），请检查磁盘空间和权限。"
        ) from problem


def county_exit_code(result: CountyResult) -> ExitCode:
    """The exit code of a county run, the gravest one wins."""
    if result.interrupted:
        return ExitCode.INTERRUPTED
    of_files = _code_of_files(result.report)
    return max(of_files, ExitCode.USAGE) if result.refused else of_files


def _code_of_files(report: CountyReport) -> ExitCode:
    if report.errors or any(record.errors for record in report.records):
        return ExitCode.INTERNAL
    statuses = {record.status for record in report.records}
    if not statuses and not report.unjudged:
        return ExitCode.UNREADABLE
    if FileStatus.FAILED in statuses:
        return ExitCode.INTERNAL
    unmarked = any(record.cannot_write.startswith(NOT_WRITTEN) for record in report.records)
    if statuses - {FileStatus.CHECKED, FileStatus.EARLIER_YEAR} or unmarked:
        return ExitCode.UNREADABLE
    hard = any(record.counts.fail for record in report.standing())
    failed = any(item.outcome is Outcome.FAIL for item in report.findings)
    return ExitCode.FINDINGS if hard or failed or report.handing_in.missing else ExitCode.CLEAN


def county_lines(result: CountyResult) -> Iterator[str]:
    """What a person reads on the screen after the run, totals first."""
    report = result.report
    if result.interrupted and not report.unjudged:
        yield "已中断：文件都校验了，与去年的比较没有做，县级的问题没有写进副本；请再运行一次。"
    yield from report_lines(report)
    for path in result.unmarked:
        yield f"  标记副本没有写进县级的问题（可能正被打开）：{path}"
    yield from (f"  {sentence}" for sentence in result.edited)
    written = result.written
    if not written:
        return
    yield f"报告：{written[PAGE]}"
    yield f"汇总表：{written[BOOK]}"
    yield f"催报清单：{written[REMINDERS]}"
    papers = [name for name in written if name.startswith(f"{FOLDER}/")]
    if papers:
        yield f"反馈单：{written[papers[0]].parent}（{archives_told(papers)}）"
    if REVIEW in written:
        yield f"说明审核：{written[REVIEW]}"


def _run(options: CountyOptions, form: str, verbose: bool, told: bool = True) -> CountyResult:
    def seen(records: Iterator[FileRecord], total: int) -> Iterator[FileRecord]:
        if sys.stderr.isatty() and not verbose:
            from checker.reports.terminal import with_progress

            yield from with_progress(records, total, lambda record: record.counts.fail)
            return
        for record in records:
            yield record  # whoever is told is in the report, even if Ctrl-C comes right after
            if verbose:
                fail = record.counts.fail
                told = record.message or (f"不通过 {fail}" if fail else "通过")
                click.echo(one_line(f"{record.path}  {told}"), err=True)

    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    result = run_county(options, now, seen)
    if not told:
        return result
    if form == "json":
        if not result.written:
            return result
        with result.written[DOCUMENT].open(encoding="utf-8") as document:
            shutil.copyfileobj(document, sys.stdout)
        click.echo()
    else:
        click.echo("\n".join(map(one_line, county_lines(result))))
    return result


def _watcher(options: CountyOptions) -> FolderWatch:
    """What looks out, from now on, for changed workbooks and rosters."""
    rosters = [options.roster] if options.roster else []
    folders = [Path(path) for path in options.paths]
    rosters += [folder / name for folder in folders for name in ROSTER_NAMES]
    previous = options.session.previous
    apart = places_apart(options.paths, [str(options.out), *([previous] if previous else [])])
    return FolderWatch(options.paths, apart, rosters)


def _watch(
    options: CountyOptions, form: str, verbose: bool, result: CountyResult, watcher: FolderWatch
) -> CountyResult:
    """Run again whenever something below the folders changes, until Ctrl-C; the last result. Each
    time only what changed is said."""
    click.echo(WAITING, err=True)
    later = replace(options, lock=(), unlock=())
    with suppress(KeyboardInterrupt):  # between two runs it only ends the watching
        for _ in watcher.changes():
            before, result = result, _run(later, form, verbose, told=form == "json")
            if result.interrupted:
                break
            if form != "json":
                for line in changed_lines(before.report, result.report):
                    click.echo(one_line(f"{datetime.now():%H:%M:%S} {line}"))
    return result
