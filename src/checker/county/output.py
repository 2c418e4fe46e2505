"""What a county run leaves in its folder: summary workbook, page, JSON, tables, exchange files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import BinaryIO

from msgspec import Struct

from checker.county.conclusions import as_finding
from checker.county.county_json import county_document
from checker.county.county_page import county_page
from checker.county.reminders import reminder_text, write_reminders
from checker.county.report import CountyReport
from checker.county.school_copy import notes_of
from checker.county.summary_book import write_county_book
from checker.county.work_list import work_list
from checker.marking.file_record import result_of_record
from checker.marking.findings import SHOWN, Counts, Finding
from checker.marking.results import FileResult
from checker.model.report import FileStatus
from checker.model.rules import Rule
from checker.model.verdicts import Outcome
from checker.reports.junit import junit_pieces
from checker.reports.sarif import sarif_pieces

BOOK = "县级汇总.xlsx"
PAGE = "县级报告.html"
DOCUMENT = "县级汇总.json"
REMINDERS = "催报清单.xlsx"
REMINDER_TEXT = "催报清单.txt"
JUNIT = "junit.xml"
SARIF = "checker.sarif"
COPIES = "校验结果"


class Paper(Struct, frozen=True):
    """One file that a run leaves: its name in the result folder, and what writes it."""

    name: str
    write: Callable[[BinaryIO], object]


def county_papers(
    report: CountyReport,
    rules: Mapping[str, Rule],
    generated: str,
    deadline: str = "",
    on_disk: bool = True,
) -> Iterator[Paper]:
    """Everything but the marked copies, the Parquet tables and what people fill in.

    ``rules`` by id; ``generated`` is the time printed on the page, ``deadline`` until when schools
    are to mend. The schools' findings are read back one by one while a paper is written.
    ``on_disk``: workbooks may use temporary files; without it nothing but memory is used.
    """
    results, todo = CountyResults(report), work_list(report)
    notes = notes_of(report)
    yield Paper(PAGE, _text(lambda: county_page(report, generated, todo, notes)))
    yield Paper(DOCUMENT, _text(lambda: county_document(report)))
    yield Paper(JUNIT, _text(lambda: junit_pieces(results)))
    yield Paper(SARIF, _text(lambda: sarif_pieces(results, rules)))
    yield Paper(BOOK, lambda file: write_county_book(report, file, todo, on_disk))
    yield Paper(REMINDER_TEXT, _text(lambda: reminder_text(report, todo)))
    yield Paper(REMINDERS, lambda file: write_reminders(report, todo, file, on_disk))
    if find_spec("docx") is not None:
        yield from _feedback(report, notes, deadline)


def _feedback(
    report: CountyReport, notes: Mapping[str, Sequence[Finding]], deadline: str
) -> Iterator[Paper]:
    """The 反馈单, an archive for each 乡镇 that has a school with something to mend."""
    from checker.county.feedback import Feedback, archive_name, by_township

    papers = Feedback(report, notes, deadline)
    for township, schools in by_township(report).items():
        asked = [school for school in schools if papers.asks(school)]
        if asked:
            yield Paper(archive_name(township), partial(papers.write, asked))


def _text(pieces: Callable[[], Iterable[str]]) -> Callable[[BinaryIO], object]:
    """What writes a text, piece by piece."""

    def write(file: BinaryIO) -> None:
        for piece in pieces():
            file.write(piece.encode("utf-8"))

    return write


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
            as_finding(
                item,
                report.stages.get(item.stage, "全县"),
                f"{item.rule}@{item.stage or 'county'}@{'、'.join(item.schools) or place}",
            )
            for place, item in enumerate(shown, 1)
        ),
    )
