"""One source from its bytes to its marked copy and its record, here or in a worker."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from checker.batch.archives import SourceUnreadable
from checker.batch.discovery import Source, path_shown
from checker.batch.previous_year import session_for
from checker.forms.errors import UnknownForm
from checker.marking.file_record import Kept
from checker.marking.results import FileResult, result_of
from checker.model.report import FileStatus, Report
from checker.model.submission import Submission
from checker.reading import UnreadableWorkbook, read_snapshot_bytes
from checker.reading.limits import set_limits
from checker.reading.unreadable import STRICT_LIMIT
from checker.session import Session, SessionOptions
from checker.trouble import disk_reason, write_log


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


def form_in(source: Source, session: Session) -> Submission | None:
    """The form in a source; None if it cannot be read or is none."""
    try:
        return session.bind(read_snapshot_bytes(source.shown, source.read()))
    except (UnreadableWorkbook, UnknownForm, OSError, KeyError, ValueError):
        return None


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
    writer = None
    if plan.folder is not None or plan.in_place:
        from checker.batch.mark_writing import MarkWriter  # late: the writing room, if marks go

        writer = MarkWriter(source, plan.folder, data)
    try:
        judgement = session.check(path, data, writer)
        result = result_of(judgement, session.rules)
        if writer is not None and writer.target is not None:
            copy = str(writer.target)
            result = replace(result, marked_copy=copy, left_out=writer.left_out)
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
