"""One source from its bytes to its marked copy and its record, here or in a worker."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from checker.batch.discovery import Source, SourceUnreadable, path_shown
from checker.batch.previous_year import session_for
from checker.batch.result_folder import claim, copy_target
from checker.marking.file_record import (
    Kept,
)
from checker.marking.results import COPY_FAILED, IN_PLACE_FAILED, FileResult, result_of
from checker.model.marks import Changes
from checker.model.report import FileStatus, Report
from checker.reading.limits import set_limits
from checker.reading.unreadable import STRICT_LIMIT
from checker.session import Session, SessionOptions, Write
from checker.trouble import disk_reason, write_log
from checker.writing import UnwritableWorkbook, WriteSummary, write_changes, write_in_place

_IN_PLACE_ONLY_FILES = "压缩包里和网络上的文件不能就地标记，请用 --out 写出副本。"


class MarkPlan(Struct, frozen=True):
    """Where marks go. ``folder`` gets the copies in the structure of the input; with ``in_place``
    the files themselves are marked; neither: nothing is written."""

    folder: str | None = None
    in_place: bool = False


class Done(Struct, frozen=True):
    """What a worker hands back of one source. ``digest`` is the SHA-256 of its content, "" if it
    could not be read or nobody needs it; ``marked_copy`` a path or ""."""

    digest: str
    marked_copy: str
    kept: Kept


class JudgingWork(Struct, frozen=True):
    """Judges sources one by one, here, in a worker process or on a cluster. ``whole``: everything
    that a county, its tables and the cache need; without it only what is shown of a file."""

    options: SessionOptions
    plan: MarkPlan
    whole: bool = True

    def __call__(self, source: Source) -> Done:
        """Never raises for a bad file."""
        session = session_for(self.options)
        set_limits(self.options.limits)
        try:
            data = source.read()
        except (OSError, KeyError, ValueError) as problem:
            return Done("", "", self._kept(unopened(source, problem), None))
        result, report = judge_and_mark(session, source, self.plan, data)
        digest = sha256_of(data) if self.whole else ""
        return Done(digest, result.marked_copy or "", self._kept(result, report))

    def _kept(self, result: FileResult, report: Report | None) -> Kept:
        from checker.county.school_record import kept_of

        return kept_of(result, report, session_for(self.options), self.whole)


def sha256_of(data: bytes) -> str:
    """The digest by which a content is known again."""
    import hashlib  # late: only where results are remembered

    return hashlib.sha256(data).hexdigest()


def unopened(source: Source, problem: Exception) -> FileResult:
    """The result of a source whose bytes could not be had."""
    message = (
        problem.reason
        if isinstance(problem, SourceUnreadable)
        else f"文件打不开（{disk_reason(problem)}），请检查路径和权限，或关闭正在使用它的程序。"
    )
    return FileResult(path_shown(source), FileStatus.UNREADABLE, message=message)


def judge_and_mark(
    session: Session, source: Source, plan: MarkPlan, data: bytes
) -> tuple[FileResult, Report | None]:
    """Result and report of a source with this content. Never raises for a bad file; a fault of the
    program becomes FAILED."""
    path = path_shown(source)
    written: list[tuple[Path, WriteSummary]] = []
    try:
        judgement = session.check(path, data, _writer(source, plan, data, written))
        result = result_of(judgement, session.rules)
        for target, summary in written:
            left_out = tuple(f"{one.place}：{one.reason}" for one in summary.skipped)
            result = replace(result, marked_copy=str(target), left_out=left_out)
        return result, judgement.report
    except MemoryError:
        return FileResult(path, FileStatus.UNREADABLE, message=STRICT_LIMIT), None
    except Exception as problem:  # the program's own fault must cost one file, not the run
        import traceback

        log = write_log(f"{path}\n" + "".join(traceback.format_exception(problem)))
        message = (
            f"程序自身出错，没有得出结论，与学校的数据无关；详细情况记在 {log}，请发给技术支持。"
        )
        return FileResult(path, FileStatus.FAILED, message=message), None


def _writer(
    source: Source, plan: MarkPlan, data: bytes, written: list[tuple[Path, WriteSummary]]
) -> Write | None:
    """What writes the marks of one source where the plan wants them, and notes where that was."""
    if plan.folder is None and not plan.in_place:
        return None
    is_file = not source.member and "://" not in source.location

    def write(marks: Changes) -> None:
        failed = IN_PLACE_FAILED if plan.folder is None else COPY_FAILED
        try:
            if plan.folder is None:
                if not is_file:
                    raise UnwritableWorkbook(_IN_PLACE_ONLY_FILES)
                target = Path(source.location)
                summary = write_in_place(target, marks)
            else:
                target = copy_target(Path(plan.folder), source)
                claim(Path(plan.folder), target)
                if is_file:
                    summary = write_changes(Path(source.location), target, marks)
                else:
                    summary = _write_from_bytes(data, target, marks)
        except OSError as problem:
            reason = f"{failed}（{disk_reason(problem)}），请检查磁盘空间和权限。"
            raise UnwritableWorkbook(reason) from problem
        except UnwritableWorkbook as refusal:
            if isinstance(refusal.__cause__, OSError):  # the disk's fault, not the workbook's
                raise UnwritableWorkbook(f"{failed}：{refusal.reason}") from refusal
            raise
        written.append((target, summary))

    return write


def _write_from_bytes(data: bytes, target: Path, marks: Changes) -> WriteSummary:
    """For a workbook that is no file of its own."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="checker-") as folder:
        original = Path(folder) / f"原件{target.suffix}"
        original.write_bytes(data)
        return write_changes(original, target, marks)
