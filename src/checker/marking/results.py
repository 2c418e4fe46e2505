"""FileResult: what is kept of one judged file, small enough to hold thousands of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum

from msgspec import Struct, field

from checker.marking.file_record import FileRecord
from checker.marking.findings import Counts, Finding, counts_of, findings_of
from checker.marking.overview import Overview, overview_of
from checker.model.report import FileStatus, Judgement
from checker.model.rules import Rule
from checker.model.verdicts import RuleError

STATUS_WORDS: dict[FileStatus, str] = {
    FileStatus.CHECKED: "已校验",
    FileStatus.UNREADABLE: "无法读取",
    FileStatus.UNKNOWN_TEMPLATE: "不是已知的填报表",
    FileStatus.EARLIER_YEAR: "往年的表",
    FileStatus.NOT_LOOKED_AT: "没有查看",
    FileStatus.FAILED: "程序出错",
}


COPY_FAILED = "标记副本写不进去"
"""Begins the reason why a marked copy is missing that could be made another time."""

IN_PLACE_FAILED = "标记写不进原文件"
"""The same for marks in the file itself."""

NOT_WRITTEN = (COPY_FAILED, IN_PLACE_FAILED)


_NOT_JUDGED = (FileStatus.UNREADABLE, FileStatus.UNKNOWN_TEMPLATE, FileStatus.NOT_LOOKED_AT)


class ExitCode(IntEnum):
    """Exit codes of ``checker check``, the gravest one wins."""

    CLEAN = 0  # nothing that must be mended
    FINDINGS = 1  # at least one hard finding
    USAGE = 2  # the command line or the settings make no sense
    UNREADABLE = 3  # a file could not be read, or is no form; a copy could not be written
    INTERNAL = 4  # a rule, a plugin or the program itself failed
    INTERRUPTED = 130  # stopped by Ctrl-C before every file was checked, as shells count it


EXIT_WORDS: Mapping[ExitCode, str] = {
    ExitCode.CLEAN: "没有必须修改的问题（未达标不算；`--strict` 时未达标、未判断、空白表也算）",
    ExitCode.FINDINGS: "有不通过的；`plugin check`、`plugin test`、`doctor`、`report` 查出了问题；"
    "`diff` 有新出的问题",
    ExitCode.USAGE: "命令或设置写错；`--previous` 的文件、地址打不开",
    ExitCode.UNREADABLE: "要查的文件、文件夹、地址不存在或读不出来，不是已知的填报表，"
    "或者结果写不进去",
    ExitCode.INTERNAL: "规则、插件或程序自身出错，写明的插件文件夹不存在，集群断了："
    "与学校的数据无关",
    ExitCode.INTERRUPTED: "没有查完就被 Ctrl-C 中断，结果只包括中断前的",
}
"""What each means for all commands, as the reference says it."""


class FileResult(Struct, frozen=True):
    """One file after a run: who handed it in, counts, findings, crashed rules, marked copy."""

    path: str
    status: FileStatus
    template: str = ""
    unit: str = ""
    code: str = ""
    profile: str = ""
    counts: Counts = field(default_factory=Counts)
    findings: tuple[Finding, ...] = ()
    overview: Overview = Overview()
    errors: tuple[RuleError, ...] = ()
    message: str = ""
    marked_copy: str | None = None
    cannot_write: str | None = None
    left_out: tuple[str, ...] = ()
    """Marks that the copy does not carry, each with its place and the reason, in Chinese."""


def result_of(judgement: Judgement, rules: Mapping[str, Rule]) -> FileResult:
    """What is kept of a judgement; ``rules`` maps rule ids to rules."""
    report = judgement.report
    if report is None:
        return FileResult(
            judgement.path,
            judgement.status,
            message=judgement.message,
            cannot_write=judgement.cannot_write,
        )
    submission = report.submission
    return FileResult(
        path=judgement.path,
        status=judgement.status,
        template=submission.template.id,
        unit=submission.identity("name") or submission.name,
        code=submission.identity("code"),
        profile=report.profile,
        counts=counts_of(report, rules),
        findings=findings_of(report, rules),
        overview=overview_of(report, rules),
        errors=report.errors,
        message=judgement.message,
        cannot_write=judgement.cannot_write,
    )


def result_of_record(
    record: FileRecord, profile: str = "", path: str | None = None, copy: str | None = None
) -> FileResult:
    """The result a record was made from, as far as reports need it; ``profile`` by its id.
    ``path`` and ``copy`` are where the file and its marked copy lie; without a path both are as
    the record has them."""
    return FileResult(
        path=record.path if path is None else path,
        status=FileStatus(record.status),
        template=record.template,
        unit=record.name,
        code=record.code,
        profile=profile if record.status == FileStatus.CHECKED else "",
        overview=record.overview,
        left_out=record.left_out,
        counts=record.counts,
        findings=record.findings,
        errors=record.errors,
        message=record.message,
        marked_copy=(record.marked_copy or None) if path is None else copy,
        cannot_write=record.cannot_write or None,
    )


def exit_code(results: Iterable[FileResult], strict: bool = False) -> ExitCode:
    """The exit code of a run over these files. ``strict``: 未达标, 未判断 and empty forms
    count as findings too."""
    code = ExitCode.CLEAN
    for result in results:
        counts = result.counts
        if counts.fail or (strict and (counts.unmet or counts.unjudged or result.overview.blank)):
            code = max(code, ExitCode.FINDINGS)
        if result.status in _NOT_JUDGED:
            code = max(code, ExitCode.UNREADABLE)
        if (result.cannot_write or "").startswith(NOT_WRITTEN):
            code = max(code, ExitCode.UNREADABLE)
        if result.errors or result.status is FileStatus.FAILED:
            code = ExitCode.INTERNAL
    return code
