"""What a person reads first of a county: one line each, totals first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from checker.county.conclusions import CountyFinding
from checker.county.handing_in import asks_code
from checker.county.report import CountyReport, state_of
from checker.county.run_log import locked_lines, news_between, standings
from checker.county.traces import hint
from checker.model.verdicts import MISSED, Outcome, Severity

_REPEATED = 3
"""From so many sentences on that say the same, they are one."""


def report_lines(report: CountyReport) -> Iterator[str]:
    """Who handed in, what is wrong, and what is concluded of the county."""
    filing = report.handing_in
    if not report.records and not report.unjudged:
        yield "文件夹里没有填报表，请检查路径。"
    if report.unjudged:
        yield (
            f"已中断：还有 {len(report.unjudged)} 份文件没有校验，"
            "以下只包括中断前校验完的，缺报名单和全县数字都是暂时的。"
        )
    yield (
        f"应报 {filing.expected} 所，已报 {len(filing.counted)} 所，缺报 {len(filing.missing)} 所；"
        f"一校多份 {len(filing.choices)} 所，不在名册 {len(filing.strangers)} 份。"
    )
    if report.account():
        yield report.account_told()
    sums = report.sums()
    yield (
        f"各校必须修改 {sums.fail} 处，需要说明 {sums.doubt} 处，"
        f"未达标（据实上报）{sums.unmet} 项。"
    )
    for found in filing.disagreements:
        if found.kind == "same_year":
            yield f"  请先核对：{found.message}"
    for entry in filing.missing[:20]:
        code = "：" if entry.has_no_code else f"（{entry.code}）"
        yield f"  缺报：{entry.name}{code}{hint(report, entry)}"
    if len(filing.missing) > 20:
        yield f"  缺报的还有 {len(filing.missing) - 20} 所，见汇总表。"
    for record in report.unreadable():
        yield f"  {state_of(record)}：{record.path}：{record.message}"
    yield from (f"  {line}" for line in _set_aside(report))
    for found in filing.to_check():
        if found.kind != "same_year":
            yield f"  需要核对：{found.message}"
    yield from _not_marked(report)
    yield from _conclusions(report)
    for error in report.errors:
        yield f"  规则出错：{error.plugin} {error.rule or ''} {error.message}（{error.where}）"
    for record in report.records:
        for problem in record.errors:
            yield f"  规则出错：{record.path}：{problem.rule or ''} {problem.message}"
    yield from _locked(report)


def _set_aside(report: CountyReport) -> Iterator[str]:
    """The files that count for no school though they could be read, or are no forms, and why."""
    for record in report.blanks():
        yield f"空白表：{record.path}：没有填数，没有计入。"
    for path, reason in report.beside:
        yield f"不用校验：{path}：{reason}"
    for choice in report.handing_in.choices:
        others = "、".join(item.path for item in choice.others)
        yield f"一校多份：采用 {choice.chosen.path}（{choice.reason}），未采用 {others}"
    for item, about in report.handing_in.nobodys():
        if not asks_code(item):
            yield f"不在名册：{item.path}（{item.name}）"
        elif item.code:
            yield f"不在名册：{item.path}（{item.name}，{item.code}）{about and f'：{about}'}"
        else:
            yield f"没有标识码：{item.path}{about and f'：{about}'}"


def _not_marked(report: CountyReport) -> Iterator[str]:
    """Why there is no marked copy of a file that was judged: each reason once."""
    found: dict[str, list[str]] = {}
    for record in report.records:
        if record.cannot_write:
            found.setdefault(record.cannot_write, []).append(record.path)
    for reason, paths in found.items():
        named = "、".join(dict.fromkeys(paths[:3])) + ("等" if len(paths) > 3 else "")
        yield f"  没有标记副本 {len(paths)} 份：{named}：{reason}"


def _locked(report: CountyReport) -> Iterator[str]:
    if report.locks:
        locked = {each.code for each in report.locks}
        stands = standings(report).items()
        left = sum(bool(school.hard) and code not in locked for code, school in stands)
        more = f"；{left} 所还有必须修改的，没有审定" if left else ""
        yield f"已审定 {len(report.locks)} 所{more}。"
    for line in locked_lines(report.locks):
        yield f"  审定后有变化：{line}"


def _open(item: CountyFinding) -> bool:
    """Whether a conclusion could not be drawn for want of data alone."""
    return item.outcome is Outcome.INCOMPLETE and not item.hinges and bool(item.not_measured)


def _of_the_same_schools(report: CountyReport) -> dict[tuple[str, ...], list[CountyFinding]]:
    """The conclusions that could not be drawn, by the schools whose data they lack."""
    found: dict[tuple[str, ...], list[CountyFinding]] = defaultdict(list)
    for item in report.findings:
        if _open(item) and item.severity != Severity.INFO:
            found[item.not_measured].append(item)
    return found


def _conclusions(report: CountyReport) -> Iterator[str]:
    names = report.names
    alike = _of_the_same_schools(report)
    for item in report.findings:
        told = item.outcome in MISSED or item.outcome is Outcome.INCOMPLETE
        if not told or item.severity == Severity.INFO:
            continue
        group = alike.get(item.not_measured, []) if _open(item) else []
        if len(group) < _REPEATED:
            yield f"  县级{item.word}：[{item.rule}] {item.message}"
        elif item is group[0]:
            schools = [names.get(code, code) for code in item.not_measured]
            named = "、".join(schools[:_REPEATED]) + ("等" if len(schools) > _REPEATED else "")
            rules = "、".join(dict.fromkeys(each.rule for each in group))
            yield (
                f"  县级{item.word} {len(group)} 项（{rules}）：{len(schools)} 所学校数据不全"
                f"（{named}），补齐后须重新计算。"
            )
    kept = [item for item in report.findings if item.outcome is Outcome.PASS]
    for_now = sum(item.provisional and item.severity != Severity.INFO for item in kept)
    if for_now:
        yield f"  县级暂达标 {for_now} 项：还有学校没有计入，补齐后须重新计算，不能作为最后结论。"
    doubts = sum(item.outcome is Outcome.DOUBT and not item.informs for item in report.findings)
    if doubts:
        yield f"  县级存疑 {doubts} 处，见报告。"


def changed_lines(old: CountyReport, new: CountyReport) -> Iterator[str]:
    """What is different from one run to the next: schools, who is missing, files that cannot be
    used or do not count, conclusions, 审定."""
    yield from news_between(standings(old), standings(new))
    then = {record.path: state_of(record) for record in old.unreadable()}
    now = {record.path: record for record in new.unreadable()}
    for path, record in now.items():
        if path not in then:
            yield f"{state_of(record)} {path}：{record.message}"
    yield from (f"不再有 {path}（{state}）" for path, state in then.items() if path not in now)
    aside = set(_set_aside(old))
    yield from (line for line in _set_aside(new) if line not in aside)
    if len(old.handing_in.missing) != len(new.handing_in.missing):
        were, are = len(old.handing_in.missing), len(new.handing_in.missing)
        yield f"缺报 {were} 所 → {are} 所"
    yield from _conclusions_changed(old, new)
    known = set(locked_lines(old.locks))
    yield from (line for line in locked_lines(new.locks) if line not in known)


def _conclusions_changed(old: CountyReport, new: CountyReport) -> Iterator[str]:
    """A sentence for each conclusion that came out otherwise; that they became provisional, or
    final, is one sentence for all."""
    before = {(item.rule, item.stage): item for item in old.findings if not item.of_school}
    provisional = final = 0
    for item in new.findings:
        was = before.get((item.rule, item.stage))
        if was is None or item.of_school or item.severity == Severity.INFO.value:
            continue
        if (was.outcome, bool(was.hinges)) != (item.outcome, bool(item.hinges)):
            stage = new.stages.get(item.stage, "全县")
            yield f"县级结论 {stage}{item.label}：{was.word} → {item.word}（{item.actual}）"
        else:
            provisional += item.provisional and not was.provisional
            final += was.provisional and not item.provisional
    if provisional:
        yield f"有 {provisional} 项县级结论变成暂时的：有学校没有计入。"
    if final:
        yield f"有 {final} 项县级结论不再是暂时的：学校都计入了。"
