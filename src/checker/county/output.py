"""What a county run leaves in its folder: summary workbook, page, JSON, tables, exchange files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from checker.county.report import CountyFinding, CountyReport
from checker.marking.findings import SHOWN, Counts, Finding
from checker.marking.results import FileResult
from checker.model.report import FileStatus
from checker.model.rules import Rule
from checker.model.verdicts import Outcome, Severity
from checker.reports.record_results import result_of_record

BOOK = "县级汇总.xlsx"
PAGE = "县级报告.html"
DOCUMENT = "县级汇总.json"
REMINDERS = "催报清单.xlsx"
REMINDER_TEXT = "催报清单.txt"
JUNIT = "junit.xml"
SARIF = "checker.sarif"
COPIES = "校验结果"


class Written(NamedTuple):
    """The files a run wrote, in the order a person opens them."""

    page: Path
    book: Path
    document: Path
    reminders: Path


Place = Callable[[str], AbstractContextManager[tuple[Path, Path]]]
"""Opens a result file by its name: (where it will lie, the draft to write). The draft takes its
place when the block ends well."""


def write_county(
    report: CountyReport, rules: Mapping[str, Rule], place: Place, generated: str
) -> Written:
    """Write everything, beside the Parquet tables that are there already.

    ``rules`` by id; ``generated`` is the time printed on the page. Every file is written while the
    schools' findings are read back one by one. A workbook that is open in another program cannot be
    replaced: raises PermissionError.
    """
    from checker.county.county_json import county_document
    from checker.county.county_page import county_page
    from checker.county.reminders import reminder_text, write_reminders
    from checker.county.summary_book import write_county_book
    from checker.county.work_list import work_list
    from checker.reports.junit import junit_pieces
    from checker.reports.sarif import sarif_pieces

    results = CountyResults(report)
    todo = work_list(report)
    page = _text(place, PAGE, county_page(report, generated, todo))
    document = _text(place, DOCUMENT, county_document(report))
    _text(place, JUNIT, junit_pieces(results))
    _text(place, SARIF, sarif_pieces(results, rules))
    with place(BOOK) as (book, draft):
        write_county_book(report, draft, todo)
    _text(place, REMINDER_TEXT, reminder_text(report, todo))
    with place(REMINDERS) as (reminders, draft):
        write_reminders(report, todo, draft)
    return Written(page, book, document, reminders)


def _text(place: Place, name: str, pieces: Iterable[str]) -> Path:
    """A text file, piece by piece; where it lies."""
    with place(name) as (target, draft), draft.open("w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)
    return target


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
        unmet=sum(item.outcome is Outcome.UNMET for item in shown),
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
