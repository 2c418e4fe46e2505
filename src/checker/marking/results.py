"""FileResult: what is kept of one judged file, small enough to hold thousands of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum

from msgspec import Struct, field

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
