"""What ``checker check`` says on the screen: per file a line, then its findings by sheet.

Lines carry a style word; plain output drops it, a real terminal shows it, through rich.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from checker.harmless import one_line, unguarded
from checker.marking.findings import Finding, by_sheet
from checker.marking.overview import BLANK_FORM, Overview
from checker.marking.results import STATUS_WORDS, FileResult
from checker.model.report import FileStatus
from checker.model.verdicts import RuleError

if TYPE_CHECKING:
    from rich.console import Console

MOST_FINDINGS = 200
"""Findings shown per file; the marked copy and the JSON hold them all."""


REPEATED = 3
"""From so many findings of one rule on one sheet on, the rule is told once."""


class Line(Struct, frozen=True):
    """One line of output. ``style`` is title, fail, doubt, explained, info, pass, dim or ""."""

    text: str
    style: str = ""


def headline(result: FileResult) -> Line:
    """The one line per file: its name, who it is from, and the counts or what went wrong."""
    if result.status is not FileStatus.CHECKED:
        return Line(f"✗ {result.path}  {STATUS_WORDS[result.status]}：{result.message}", "fail")
    who = f"{result.unit}（{result.code}）" if result.code else result.unit
    counts = result.counts
    if result.overview.blank:
        return Line(f"○ {result.path}  {BLANK_FORM}", "dim")
    if counts.fail:
        sign, style = "✗", "fail"
    elif counts.doubt:
        sign, style = "？", "doubt"
    elif counts.unmet or counts.unjudged:
        sign, style = "○", "unmet"
    elif not (counts.passed or counts.explained or counts.info):
        return Line(f"○ {result.path}  {who}  没有一条规则能判断这份表", "dim")
    else:
        sign, style = "✓", "pass"
    return Line(f"{sign} {result.path}  {who}  {counts.words()}", style)


def _style(finding: Finding) -> str:
    return "info" if finding.informs else finding.verdict.value


def _about(finding: Finding) -> Iterator[Line]:
    """Clause and mending, the same for every finding of a rule."""
    if finding.source:
        yield Line(f"          依据：{finding.source}", "dim")
    if finding.fix:
        yield Line(f"          怎么办：{finding.fix}", "dim")


def finding_lines(finding: Finding) -> Iterator[Line]:
    """One finding: cell, conclusion and rule; then what is there, the clause, how to mend it."""
    unit = f"（{finding.unit}）" if finding.unit else ""
    head = f"    {finding.cell:<6}{finding.word}  {finding.rule} {finding.title}{unit}"
    yield Line(head, _style(finding))
    if finding.message:
        yield Line(f"          {finding.message}")
    facts = [
        f"{word}{text}"
        for word, text in (
            ("现在 ", finding.actual),
            ("要求 ", finding.required),
            ("差距 ", finding.gap),
        )
        if text
    ]
    if facts:
        yield Line(f"          {'；'.join(facts)}")
    if finding.borderline:
        yield Line("          临界值：按显示的位数四舍五入后结论会相反，以未舍入的数为准。")
    yield from _about(finding)


def repeated_lines(findings: Sequence[Finding]) -> Iterator[Line]:
    """Many findings of one rule on one sheet: the rule once, then a line per cell."""
    first = findings[0]
    head = f"          {first.word}  {first.rule} {first.title}，共 {len(findings)} 处"
    yield Line(head, _style(first))
    for finding in findings:
        text = finding.message or f"现在 {finding.actual}；要求 {finding.required}"
        yield Line(f"    {finding.cell:<6}{text}")
    yield from _about(first)


def sheet_lines(findings: Sequence[Finding]) -> Iterator[Line]:
    """The findings of one sheet, those of one rule and outcome together if there are many."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule, finding.word), []).append(finding)
    for group in groups.values():
        if len(group) >= REPEATED:
            yield from repeated_lines(group)
        else:
            for finding in group:
                yield from finding_lines(finding)


def error_line(error: RuleError) -> Line:
    """A crashed rule or plugin, said as what it is: not a fault of the school."""
    rule = f"规则 {error.rule}" if error.rule else "整个插件"
    where = f"（{error.where}）" if error.where else ""
    return Line(f"  程序错误  插件 {error.plugin} 的{rule}：{error.message}{where}", "fail")


def overview_lines(overview: Overview) -> Iterator[Line]:
    """The composite standards, what to do first, what could not be judged."""
    if overview.note:
        yield Line(f"  {overview.note}", "title")
    for score in overview.scorecard:
        style = {"达标": "pass", "未判断": "dim"}.get(score.word, "unmet")
        yield Line(f"  {score}", style)
    if overview.first:
        yield Line("  先做这几件事：", "title")
    for number, thing in enumerate(overview.first, 1):
        where = f"{thing.sheet}!{thing.cell}　" if thing.cell else ""
        yield Line(f"    {number}. {where}{thing}")
    if overview.unjudged:
        names = list(dict.fromkeys(f"{item.rule} {item.title}" for item in overview.unjudged))
        yield Line(f"  未判断 {len(overview.unjudged)} 项（缺数据）：{'、'.join(names)}", "dim")


def _follows(finding: Finding, overview: Overview) -> bool:
    """Whether a finding is one of several that go away with one thing to do first, so that it need
    not be read yet. Blank cells and repeated findings are themselves what is to be done."""
    if not finding.cause:
        return False
    return overview.first[finding.cause - 1].folds


def file_lines(result: FileResult, most: int = MOST_FINDINGS) -> Iterator[Line]:
    """Everything said about one file."""
    yield headline(result)
    yield from overview_lines(result.overview)
    lacking = result.counts.lacking()
    if lacking:
        yield Line(f"  {lacking}", "dim")
    follow = [item for item in result.findings if _follows(item, result.overview)]
    shown = [item for item in result.findings if item not in follow][:most]
    for sheet, findings in by_sheet(tuple(shown)):
        yield Line(f"  {sheet or '整个工作簿'}", "title")
        yield from sheet_lines(findings)
    if follow:
        yield Line(f"  另有 {len(follow)} 条由上面要先做的事引起，改好后再看；标记副本里都有。")
    left = len(result.findings) - len(follow) - len(shown)
    if left > 0:
        yield Line(f"  另有 {left} 条未列出，见标记副本。")
    for error in result.errors:
        yield error_line(error)
    if result.message and result.status is FileStatus.CHECKED:
        yield Line(f"  {result.message}", "dim")
    if result.cannot_write:
        yield Line(f"  没有写标记：{result.cannot_write}", "dim")
    if result.marked_copy:
        yield Line(f"  标记副本：{result.marked_copy}", "dim")
    for one in result.left_out:
        yield Line(f"  没有标在副本里：{one}", "dim")


def summary_lines(
    results: Sequence[FileResult], beside: Sequence[tuple[str, str]] = ()
) -> Iterator[Line]:
    """The last lines of a run: how many files, what has to be mended, what could not be judged.
    ``beside`` are (path, reason) of files that have nothing to do with the run."""
    for path, reason in beside:
        yield Line(f"· {path}  {reason}", "dim")
    checked = [result for result in results if result.status is FileStatus.CHECKED]
    fail = sum(result.counts.fail for result in checked)
    doubt = sum(result.counts.doubt for result in checked)
    unmet = sum(result.counts.unmet for result in checked)
    unjudged = sum(result.counts.unjudged for result in checked)
    blank = sum(result.overview.blank for result in checked)
    clean = sum(
        not any((item.counts.fail, item.counts.doubt, item.counts.unjudged, item.overview.blank))
        for item in checked
    )
    text = f"共 {len(results)} 个文件，已校验 {len(checked)} 个"
    if checked:
        text += f"，其中 {clean} 个没有问题；{fail} 处必须修改，{doubt} 处需要说明"
        text += f"，{unmet} 项未达标（据实上报），{unjudged} 项未判断"
        text += f"；空白表 {blank} 个" if blank else ""
    yield Line(text + "。", "title")
    for status in (
        FileStatus.UNREADABLE,
        FileStatus.UNKNOWN_TEMPLATE,
        FileStatus.NOT_LOOKED_AT,
        FileStatus.FAILED,
    ):
        count = sum(result.status is status for result in results)
        if count:
            yield Line(f"{STATUS_WORDS[status]}：{count} 个。", "fail")
    if beside:
        yield Line(f"不用校验的文件：{len(beside)} 个。", "dim")
    same = sum(result.overview.same_year for result in checked)
    if same:
        text = f"有 {same} 个文件，用来比较的上年的表写的也是同一年"
        yield Line(f"{text}：请核对 --previous 给的是不是上年的表。", "fail")
    crashed = sum(len(result.errors) for result in results)
    if crashed:
        yield Line(f"有 {crashed} 条规则因程序错误没有得出结论，与学校的数据无关。", "fail")


Seen = TypeVar("Seen")

STYLES = {
    "title": "bold",
    "fail": "bold red",
    "doubt": "yellow",
    "unmet": "bright_red",
    "explained": "blue",
    "info": "bright_black",
    "pass": "green",
    "dim": "bright_black",
}


def print_in_colour(lines: Iterable[Line], console: Console) -> None:
    """Print lines to a terminal; long lines wrap under their own indent."""
    from rich.text import Text

    for line in lines:
        plain = one_line(line.text)
        indent = len(plain) - len(plain.lstrip(" "))
        text = Text(plain[indent:], style=STYLES.get(line.style, ""))
        for piece in text.wrap(console, max(20, console.width - indent)):
            console.print(Text(" " * indent) + piece, highlight=False)


def with_progress(
    items: Iterator[Seen], total: int, failed: Callable[[Seen], int]
) -> Iterator[Seen]:
    """Pass items on while a bar on the error stream shows files done, errors and time left.
    ``failed`` is how many things an item says must be mended."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("校验"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("不通过 {task.fields[fail]}"),
        TimeRemainingColumn(),
    )
    console = Console(file=unguarded(sys.stderr))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("校验", total=total, fail=0)
        fail = 0
        for item in items:
            fail += failed(item)
            progress.update(task, advance=1, fail=fail)
            yield item
