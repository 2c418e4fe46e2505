"""Records of a run over many files, back as results that every report knows how to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from checker.marking.file_record import Json
from checker.marking.findings import INFO_WORD, SHOWN, Counts, Finding
from checker.marking.results import FileResult
from checker.model.cells import CellRef, column_number
from checker.model.report import FileStatus
from checker.model.verdicts import OUTCOME_WORDS, Outcome, RuleError, Severity

if TYPE_CHECKING:
    from checker.county.report import CountyFinding, CountyReport
    from checker.marking.file_record import FileRecord


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
        counts=Counts(**record.counts) if record.counts else Counts(),
        findings=tuple([_finding(item) for item in record.findings]),
        errors=tuple([_error(item) for item in record.errors]),
        message=record.message,
        marked_copy=(record.marked_copy or None) if path is None else copy,
        cannot_write=record.cannot_write or None,
    )


def finding_word(item: Mapping[str, Json]) -> str:
    """不通过, 存疑, 已说明 or 提示, for a finding as a record keeps it."""
    verdict = Outcome(str(item["verdict"]))
    informs = item.get("severity") == Severity.INFO.value and verdict in SHOWN
    return INFO_WORD if informs else OUTCOME_WORDS[verdict]


class CountyResults(Iterable[FileResult]):
    """One result per file (copies that do not count left out), and one for what the collection
    rules say of the county itself. Each is made when its turn comes, on every pass anew."""

    def __init__(self, report: CountyReport) -> None:
        self._report = report

    def __iter__(self) -> Iterator[FileResult]:
        for record in self._report.standing():
            yield result_of_record(record)
        yield _of_county(self._report)


def _of_county(report: CountyReport) -> FileResult:
    name = report.county or "全县"
    shown = [item for item in report.findings if item.outcome in SHOWN]
    counts = Counts(
        fail=sum(item.outcome is Outcome.FAIL for item in shown),
        doubt=sum(item.outcome is Outcome.DOUBT and item.severity != "info" for item in shown),
        info=sum(item.outcome is Outcome.DOUBT and item.severity == "info" for item in shown),
    )
    return FileResult(
        path=name,
        status=FileStatus.CHECKED,
        unit=name,
        counts=counts,
        findings=tuple(
            _county_finding(item, report.stages, place) for place, item in enumerate(shown, 1)
        ),
    )


def _finding(item: Mapping[str, Json]) -> Finding:
    severity, verdict = Severity(str(item["severity"])), Outcome(str(item["verdict"]))
    related = item.get("related")
    places = [f"{item['sheet']}!{item['cell']}"] if item.get("cell") else []
    places += [str(place) for place in related] if isinstance(related, list) else []
    return Finding(
        rule=str(item["rule"]),
        title=str(item["title"]),
        family=str(item["family"]),
        severity=severity,
        verdict=verdict,
        word=finding_word(item),
        unit=str(item["unit"]),
        stage=str(item["stage"]),
        sheet=str(item["sheet"]),
        cell=str(item["cell"]),
        places=tuple(_place(place) for place in places),
        actual=str(item["actual"]),
        required=str(item["required"]),
        gap=str(item["gap"]),
        message=str(item["message"]),
        source=str(item["source"]),
        fix=str(item["fix"]),
        key=str(item["key"]),
        borderline=bool(item["borderline"]),
    )


def _county_finding(item: CountyFinding, stages: Mapping[str, str], place: int) -> Finding:
    about = "、".join(item.schools) or str(place)
    return Finding(
        rule=item.rule,
        title=item.title,
        family=item.rule.rstrip("0123456789"),
        severity=Severity(item.severity),
        verdict=item.outcome,
        word=item.word,
        unit=stages.get(item.stage, "全县"),
        stage=item.stage,
        sheet="",
        cell="",
        places=(),
        actual=item.actual,
        required=item.required,
        gap="",
        message=item.message,
        source=item.source,
        fix=item.fix,
        key=f"{item.rule}@{item.stage or 'county'}@{about}",
        borderline=False,
    )


def _error(item: Mapping[str, Json]) -> RuleError:
    rule = item.get("rule")
    return RuleError(
        plugin=str(item["plugin"]),
        rule=None if rule is None else str(rule),
        message=str(item["message"]),
        where=str(item["where"]),
    )


def _place(text: str) -> CellRef:
    """ "教师!D9" as a cell; a sheet title may hold a "!" itself, an address never does."""
    sheet, _, address = text.rpartition("!")
    letters = address.rstrip("0123456789")
    return CellRef(sheet, int(address[len(letters) :]), column_number(letters))
