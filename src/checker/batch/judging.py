"""One source from its bytes to its marked copy and its record, here or in a worker."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from checker.batch.discovery import Source, SourceUnreadable, path_shown
from checker.batch.previous_year import session_for
from checker.batch.result_folder import claim, copy_target
from checker.marking.file_record import (
    FactTable,
    Head,
    Judged,
    Kept,
    bulk_of,
    error_contents,
    kept,
)
from checker.marking.findings import Counts
from checker.marking.results import COPY_FAILED, IN_PLACE_FAILED, FileResult, result_of
from checker.model.cells import CellRef
from checker.model.marks import Changes
from checker.model.report import FileStatus, Report
from checker.model.submission import FactState, Submission
from checker.model.template import Template
from checker.model.verdicts import Quantity, RuleError, Scope
from checker.reading.limits import set_limits
from checker.reading.unreadable import STRICT_LIMIT
from checker.reports.json_report import finding_content
from checker.session import Session, SessionOptions, Write
from checker.trouble import disk_reason, write_log
from checker.writing import UnwritableWorkbook, WriteSummary, write_changes, write_in_place

if TYPE_CHECKING:
    from checker.county.doubtful_inputs import Inputs
    from checker.county.measuring import Measuring, Questions

_IN_PLACE_ONLY_FILES = "压缩包里和网络上的文件不能就地标记，请用 --out 写出副本。"


class MarkPlan(Struct, frozen=True):
    """Where marks go. ``folder`` gets the copies in the structure of the input; with ``in_place``
    the files themselves are marked; neither: nothing is written."""

    folder: str | None = None
    in_place: bool = False


class Done(NamedTuple):
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
            return Done("", "", kept_of(unopened(source, problem), None, self))
        result, report = judge_and_mark(session, source, self.plan, data)
        digest = sha256_of(data) if self.whole else ""
        return Done(digest, result.marked_copy or "", kept_of(result, report, self))


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


def kept_of(result: FileResult, report: Report | None, work: JudgingWork) -> Kept:
    """What is kept of a judged source."""
    if report is None or result.status is not FileStatus.CHECKED:
        return kept(Head(result.status.value, result.message))
    submission = report.submission
    template = submission.template
    findings = [finding_content(item) for item in result.findings]
    bulk = bulk_of(findings)
    wrong: tuple[RuleError, ...] = ()
    if work.whole:
        levels, (measures, unmeasured, wrong) = _figures(report, work.options)
        bulk = bulk_of(findings, levels, measures, unmeasured, fact_table(report))
    head = Head(
        status=result.status.value,
        message=result.message,
        template=template.id,
        name=submission.identity("name"),
        code=submission.identity("code"),
        type=_type(report, template) if work.whole else "",
        submitted=submission.identity("date"),
        content=submission.content_hash,
        counts=_counts(result),
        cannot_write=result.cannot_write or "",
        errors=error_contents(result.errors),
        measuring_errors=error_contents(wrong),
        overview=result.overview,
        left_out=result.left_out,
        year=_year(submission),
    )
    return kept(head, bulk)


def _year(submission: Submission) -> int:
    """The year of a form by what it says itself: its edition or 统计时点, else its 填报日期; 0 if
    it does not say."""
    if submission.year is not None:
        return submission.year
    written = submission.identity("date")[:4]
    return int(written) if len(written) == 4 and written.isdecimal() else 0


def judged_of(
    report: Report, indicators: frozenset[str], inputs: Inputs | None = None
) -> list[Judged]:
    """The indicator verdicts of a report, for the school × indicator matrix and the gaps; with
    ``inputs``, also what is wrong or doubtful about the facts they are made of."""
    found = []
    for verdict in report.verdicts:
        if verdict.rule not in indicators:
            continue
        said = verdict.worded()
        actual, required, gap = said.actual, said.required, said.gap
        found.append(
            Judged(
                said.rule,
                said.unit.stage or "",
                said.outcome.value,
                str(actual.value) if isinstance(actual, Quantity) else "",
                "" if required is None or required.value is None else str(required.value),
                str(gap.value) if gap and not gap.excess else "",
                gap.unit if gap else "",
                gap.noun if gap else "",
                inputs.doubts_of(verdict) if inputs else (),
            )
        )
    return found


@functools.lru_cache(maxsize=4)
def _indicators(options: SessionOptions) -> frozenset[str]:
    """The rules whose verdicts are levels of a stage or school."""
    rules = session_for(options).rules.values()
    return frozenset(
        rule.id for rule in rules if rule.kind == "indicator" and rule.scope is not Scope.ROW
    )


@functools.lru_cache(maxsize=64)
def _questions(options: SessionOptions, template: str) -> Questions:
    """What collection rules ask of forms of this template."""
    from checker.county.measuring import collection_rules, questions

    session = session_for(options)
    rules = collection_rules(session.ruleset, session.profile)
    return questions(rule for rule in rules if template in rule.templates)


def _figures(report: Report, options: SessionOptions) -> tuple[list[Judged], Measuring]:
    from checker.county.doubtful_inputs import Inputs
    from checker.county.measuring import figures_of, measure

    session = session_for(options)
    figures = figures_of(report.submission, session.ruleset, session.profile)
    inputs = Inputs(report, figures.run, session.rules)
    levels = judged_of(report, _indicators(options), inputs)
    asked = _questions(options, report.submission.template.id)
    return levels, measure(report, asked, figures, inputs)


def fact_table(report: Report) -> FactTable:
    """Every given fact of a submission, form fields first, then tables."""
    submission = report.submission
    given = FactState.GIVEN
    facts = [fact for fact in submission.facts.values() if fact.state is given]
    refs = [(fact.ref.field, fact.ref.column, fact.ref.row) for fact in facts]
    for rows in submission.tables.values():
        for row in rows:
            of_row = [fact for fact in row.facts.values() if fact.state is given]
            refs += [(fact.ref.field, "", row.ordinal) for fact in of_row]
            facts += of_row
    return FactTable(
        [field for field, _, _ in refs],
        [column for _, column, _ in refs],
        [row for _, _, row in refs],
        [str(fact.value) for fact in facts],
        [_text_of(fact.cell) for fact in facts],
    )


@functools.lru_cache(maxsize=8192)
def _text_of(cell: CellRef | None) -> str:
    """The forms of a county have their facts in the same cells."""
    return "" if cell is None else str(cell)


def _type(report: Report, template: Template) -> str:
    """The 办学类型 in words."""
    field = template.split.field
    if not field:
        return ""
    codes: Mapping[str, str] = template.code_lists.get(template.fields()[field].codes or "", {})
    facts = report.submission.facts
    return next((codes.get(str(f.value), "") for ref, f in facts.items() if ref.field == field), "")


def _counts(result: FileResult) -> tuple[int, ...]:
    return tuple(getattr(result.counts, name) for name in Counts.__match_args__)
