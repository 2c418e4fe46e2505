"""``checker county``: judge a whole county from the folder its schools handed in."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
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
from checker.batch.discovery import places_apart
from checker.batch.file_names import ROSTER_NAMES
from checker.batch.running import ClusterUnreachable
from checker.batch.watching import WAITING, FolderWatch, WatchUnavailable
from checker.cli.commands import (
    Command,
    Refused,
    Unusable,
    edition_option,
    plugin_dirs_option,
    plugins_option,
    profile_option,
    settings_here,
)
from checker.county.report import CountyReport, state_of
from checker.county.roster import RosterProblem
from checker.extras import need
from checker.harmless import one_line
from checker.marking.file_record import FileRecord
from checker.marking.results import NOT_WRITTEN, ExitCode
from checker.model.report import FileStatus
from checker.model.verdicts import MISSED, Outcome, Severity
from checker.toml_files import cache_folder
from checker.trouble import disk_reason

OUT = "县级校验"


@click.command(name="county", cls=Command)
@click.argument("paths", nargs=-1, required=True, metavar="文件夹…")
@click.option("--roster", type=click.Path(path_type=Path), metavar="文件",
              help="名册，csv 或 xlsx；默认用文件夹里的“名册.csv”。")  # fmt: skip
@click.option("--previous", metavar="文件夹",
              help="去年报送的文件夹，用于与去年比较；可以是 zip 或网址。")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="文件夹",
              help=f"结果写到哪里；默认写到旁边的“{OUT}”。")  # fmt: skip
@click.option("--name", default="", metavar="县名", help="报告上的县名；默认取县级自查表里的。")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="屏幕输出的形式。")  # fmt: skip
@profile_option
@edition_option
@click.option("--no-mark", is_flag=True, help="不写标记副本，只出汇总。")
@click.option("--no-cache", is_flag=True, help="不用上次的结果，全部重新校验。")
@click.option("--workers", type=click.IntRange(1), metavar="数", help="用几个进程。")
@click.option("--scheduler", metavar="tcp://…", help="交给已有的 Dask 集群计算。")
@plugin_dirs_option
@plugins_option
@click.option("--verbose", is_flag=True, help="每个文件显示一行。")
@click.option("--watch", is_flag=True, help="一直运行，学校改完的文件一到就重新校验。")
def command(
    paths: tuple[str, ...],
    roster: Path | None,
    previous: str | None,
    out: Path | None,
    name: str,
    form: str,
    profile: str | None,
    edition: int | None,
    no_mark: bool,
    no_cache: bool,
    workers: int | None,
    scheduler: str | None,
    plugin_dirs: tuple[str, ...],
    plugins: str | None,
    verbose: bool,
    watch: bool,
) -> None:
    """校验全县：谁没报、哪份算数、各校问题、差异系数、还缺多少。

    退出码：0 没有必须修改的问题；1 有不通过的；2 命令写错；3 有文件读不出来；4 规则或程序自身出错；
    130 被 Ctrl-C 中断。
    """
    need("county", "pyarrow")
    settings = settings_here()
    session = settings.session_options(profile, edition, plugin_dirs, plugins, previous)
    options = CountyOptions(
        paths=paths,
        out=out or _beside(paths[0]),
        session=replace(session, select=settings.select, ignore=settings.ignore),
        roster=roster,
        county=name,
        mark=not no_mark,
        workers=workers,
        scheduler=scheduler,
        cache=None if no_cache else cache_folder(),
    )
    try:
        watcher = _watcher(options) if watch else None
        result = _run(options, form, verbose)
        if watcher is not None and not result.interrupted:
            result = _watch(options, form, verbose, result, watcher)
        if result.problem is not None:
            raise result.problem
    except (RosterProblem, ClusterUnreachable, WatchUnavailable) as problem:
        raise Refused(problem.reason) from problem
    except NothingToJudge as problem:
        raise Unusable(str(problem)) from problem
    except PermissionError as problem:
        raise Unusable(
            f"写不进“{problem.filename}”，可能正在 Excel 或 WPS 里打开，请关闭后再运行。"
        ) from problem
    except OSError as problem:
        raise Unusable(
            f"结果写不进“{options.out}”（{disk_reason(problem)}），请检查磁盘空间和权限。"
        ) from problem
    sys.stdout.flush()
    sys.exit(int(county_exit_code(result)))


def county_exit_code(result: CountyResult) -> ExitCode:
    """The exit code of a county run, the gravest one wins."""
    report = result.report
    if result.interrupted:
        return ExitCode.INTERRUPTED
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
    hard = any(record.counts.get("fail") for record in report.standing())
    failed = any(item.outcome is Outcome.FAIL for item in report.findings)
    return ExitCode.FINDINGS if hard or failed or report.handing_in.missing else ExitCode.CLEAN


def county_lines(result: CountyResult) -> Iterator[str]:
    """What a person reads on the screen after the run, totals first."""
    report = result.report
    filing = report.handing_in
    if not report.records and not report.unjudged:
        yield "文件夹里没有填报表，请检查路径。"
    if result.interrupted:
        yield (
            f"已中断：还有 {len(report.unjudged)} 份文件没有校验，"
            "以下只包括中断前校验完的，缺报名单和全县数字都是暂时的。"
        )
    yield (
        f"应报 {filing.expected} 所，已报 {len(filing.counted)} 所，缺报 {len(filing.missing)} 所；"
        f"一校多份 {len(filing.choices)} 所，不在名册 {len(filing.strangers)} 份。"
    )
    hard = sum(record.counts.get("fail", 0) for record in report.standing())
    doubt = sum(record.counts.get("doubt", 0) for record in report.standing())
    unmet = sum(record.counts.get("unmet", 0) for record in report.standing())
    yield f"各校必须修改 {hard} 处，需要说明 {doubt} 处，未达标（据实上报）{unmet} 项。"
    for entry in filing.missing[:20]:
        yield f"  缺报：{entry.name}（{entry.code}）{report.hint(entry)}"
    if len(filing.missing) > 20:
        yield f"  缺报的还有 {len(filing.missing) - 20} 所，见汇总表。"
    for record in report.unreadable():
        yield f"  {state_of(record)}：{record.path}：{record.message}"
    for path, reason in report.beside:
        yield f"  不用校验：{path}：{reason}"
    for choice in filing.choices:
        others = "、".join(item.path for item in choice.others)
        yield f"  一校多份：采用 {choice.chosen.path}（{choice.reason}），未采用 {others}"
    for item in filing.strangers:
        yield f"  不在名册：{item.path}（{item.name}，{item.code}）"
    for item in filing.nameless:
        yield f"  没有标识码：{item.path}"
    for found in filing.disagreements:
        yield f"  需要核对：{found.message}"
    yield from _conclusions(report)
    for error in report.errors:
        yield f"  规则出错：{error.plugin} {error.rule or ''} {error.message}（{error.where}）"
    for record in report.records:
        for problem in record.errors:
            yield f"  规则出错：{record.path}：{problem['rule'] or ''} {problem['message']}"
    if result.written is not None:
        yield f"报告：{result.written.page}"
        yield f"汇总表：{result.written.book}"
        yield f"催报清单：{result.written.reminders}"


def _conclusions(report: CountyReport) -> Iterator[str]:
    for item in report.findings:
        told = item.outcome in MISSED or item.outcome is Outcome.INCOMPLETE
        if told and item.severity != Severity.INFO:
            yield f"  县级{item.word}：[{item.rule}] {item.message}"
    kept = [item for item in report.findings if item.outcome is Outcome.PASS]
    for_now = sum(item.provisional and item.severity != Severity.INFO for item in kept)
    if for_now:
        yield f"  县级暂达标 {for_now} 项：还有学校没有计入，补齐后须重新计算，不能作为最后结论。"
    doubts = sum(item.outcome is Outcome.DOUBT and not item.informs for item in report.findings)
    if doubts:
        yield f"  县级存疑 {doubts} 处，见报告。"


def _run(options: CountyOptions, form: str, verbose: bool) -> CountyResult:
    def seen(records: Iterator[FileRecord], total: int) -> Iterator[FileRecord]:
        if sys.stderr.isatty() and not verbose:
            from checker.reports.terminal import with_progress

            yield from with_progress(records, total, lambda record: record.counts.get("fail", 0))
            return
        for record in records:
            if verbose:
                fail = record.counts.get("fail", 0)
                told = record.message or (f"不通过 {fail}" if fail else "通过")
                click.echo(one_line(f"{record.path}  {told}"), err=True)
            yield record

    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    result = run_county(options, now, seen)
    if form == "json":
        if result.written is None:
            return result
        with result.written.document.open(encoding="utf-8") as document:
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
    """Run again whenever something below the folders changes, until Ctrl-C; the last result."""
    click.echo(WAITING, err=True)
    for _ in watcher.changes():
        result = _run(options, form, verbose)
        if result.interrupted:
            break
    return result


def _beside(path: str) -> Path:
    if "://" in path:
        return Path.cwd() / OUT
    place = Path(path)
    return place / OUT if place.is_dir() else place.parent / OUT
