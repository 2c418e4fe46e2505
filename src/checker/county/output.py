"""What a county run leaves in its folder: summary workbook, page, JSON, tables, exchange files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from checker.county.report import CountyReport
from checker.model.rules import Rule

BOOK = "县级汇总.xlsx"
PAGE = "县级报告.html"
DOCUMENT = "县级汇总.json"
JUNIT = "junit.xml"
SARIF = "checker.sarif"
COPIES = "校验结果"


class Written(NamedTuple):
    """The files a run wrote, in the order a person opens them."""

    page: Path
    book: Path
    document: Path


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
    from checker.reports.county_book import write_county_book
    from checker.reports.county_json import county_document
    from checker.reports.county_page import county_page
    from checker.reports.junit import junit_pieces
    from checker.reports.recorded import CountyResults
    from checker.reports.sarif import sarif_pieces

    results = CountyResults(report)
    page = _text(place, PAGE, county_page(report, generated))
    document = _text(place, DOCUMENT, county_document(report))
    _text(place, JUNIT, junit_pieces(results))
    _text(place, SARIF, sarif_pieces(results, rules))
    with place(BOOK) as (book, draft):
        write_county_book(report, draft)
    return Written(page, book, document)


def _text(place: Place, name: str, pieces: Iterable[str]) -> Path:
    """A text file, piece by piece; where it lies."""
    with place(name) as (target, draft), draft.open("w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)
    return target
