"""One workbook from its bytes to its result and its marked copy; workers can do it too."""

from __future__ import annotations

import functools
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec import Struct
from msgspec.structs import replace

from checker.marking.results import FileResult, result_of
from checker.model.report import FileStatus, Judgement, Report
from checker.session import Session, SessionOptions

if TYPE_CHECKING:
    from checker.model.marks import Changes
    from checker.writing import WriteSummary

COPY_FAILED = "标记副本写不进去"
"""Begins the reason why a marked copy is missing that could be made another time."""


class Readable(Protocol):
    """What is checked: ``checker.batch.discovery.Source``, or `LocalFile`."""

    @property
    def location(self) -> str: ...
    @property
    def shown(self) -> str: ...
    @property
    def member(self) -> str: ...
    @property
    def inside(self) -> str: ...
    def read(self) -> bytes: ...


class LocalFile(NamedTuple):
    """A plain file, as the user named it."""

    location: str
    shown: str
    member: str = ""
    inside: str = ""

    def read(self) -> bytes:
        """Its bytes. Raises OSError."""
        return Path(self.location).read_bytes()


class MarkPlan(Struct, frozen=True):
    """Where marks go. ``folder`` gets the copies in the structure of the input; with ``in_place``
    the files themselves are marked; neither: nothing is written."""

    folder: str | None = None
    in_place: bool = False


@functools.lru_cache(maxsize=4)
def session_for(options: SessionOptions) -> Session:
    """One session per process and choice of rules."""
    return Session(options)


class CheckWork(Struct, frozen=True):
    """Checks sources one by one, in this process or in a worker."""

    options: SessionOptions
    plan: MarkPlan = MarkPlan()

    def __call__(self, source: Readable) -> FileResult:
        return check_source(session_for(self.options), source, self.plan)


def path_shown(source: Readable) -> str:
    """The path of a source as users read it: archive.zip/member.xlsx for one in an archive."""
    return f"{source.location}/{source.inside}" if source.member else source.location


def check_source(session: Session, source: Readable, plan: MarkPlan) -> FileResult:
    """Read, judge, mark. Never raises for a bad file; a fault of the program becomes FAILED."""
    return judge_and_mark(session, source, plan)[0]


def judge_and_mark(
    session: Session, source: Readable, plan: MarkPlan, data: bytes | None = None
) -> tuple[FileResult, Report | None]:
    """The same, with the report for those who need more of it than the findings.

    ``data`` is the source's content where the caller has read it already.
    """
    path = path_shown(source)
    try:
        data = source.read() if data is None else data
    except (OSError, KeyError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        message = f"文件打不开（{reason}），请检查路径和权限，或关闭正在使用它的程序。"
        return FileResult(path, FileStatus.UNREADABLE, message=message), None
    try:
        judgement = session.judge_bytes(path, data)
        result = result_of(judgement, session.rules)
        if judgement.report is None or (plan.folder is None and not plan.in_place):
            return result, judgement.report
        return _mark(session, source, data, judgement, result, plan), judgement.report
    except Exception as problem:  # the program's own fault must cost one file, not the run
        return _failed(path, problem), None


def _failed(path: str, problem: Exception) -> FileResult:
    import traceback

    from checker.cli.trouble import write_log

    log = write_log(f"{path}\n" + "".join(traceback.format_exception(problem)))
    message = f"程序自身出错，没有得出结论，与学校的数据无关；详细情况记在 {log}，请发给技术支持。"
    return FileResult(path, FileStatus.FAILED, message=message)


def _mark(
    session: Session,
    source: Readable,
    data: bytes,
    judgement: Judgement,
    result: FileResult,
    plan: MarkPlan,
) -> FileResult:
    if judgement.cannot_write:
        return result
    if plan.in_place and (source.member or "://" in source.location):
        reason = "压缩包里和网络上的文件不能就地标记，请用 --out 写出副本。"
        return replace(result, cannot_write=reason)
    from checker.marking import changes_for
    from checker.writing import UnwritableWorkbook, write_changes, write_in_place

    assert judgement.report is not None
    changes = changes_for(judgement.report, session.rules, session.profile.title)
    try:
        if plan.in_place:
            summary = write_in_place(Path(source.location), changes)
            return replace(result, marked_copy=source.location, left_out=_left_out(summary))
        assert plan.folder is not None
        target = Path(plan.folder) / copy_name(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.member or "://" in source.location:
            summary = _write_from_bytes(data, target, changes)
        else:
            summary = write_changes(Path(source.location), target, changes)
    except UnwritableWorkbook as refusal:
        return replace(result, cannot_write=str(refusal))
    except OSError as problem:
        reason = f"{COPY_FAILED}（{problem.strerror or problem}），请检查磁盘空间和权限。"
        return replace(result, cannot_write=reason)
    return replace(result, marked_copy=str(target), left_out=_left_out(summary))


def _left_out(summary: WriteSummary) -> tuple[str, ...]:
    return tuple(f"{one.place}：{one.reason}" for one in summary.skipped)


def _write_from_bytes(data: bytes, target: Path, changes: Changes) -> WriteSummary:
    """For a workbook that is no file of its own: write it to the target, then mark it there."""
    from checker.writing import write_changes

    target.write_bytes(data)
    return write_changes(target, target, changes)


def copy_name(source: Readable) -> PurePosixPath:
    """Where in the output folder the copy of a source goes; never outside of it."""
    shown = PurePosixPath(source.shown.replace("\\", "/"))
    parts = [part for part in shown.parts if part not in ("..", ".", "/") and ":" not in part]
    return PurePosixPath(*parts) if parts else PurePosixPath("工作簿.xlsx")
