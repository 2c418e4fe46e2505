"""What a county run leaves in its folder: summary workbook, page, JSON, tables, exchange files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from checker.county.report import CountyReport
from checker.model.rules import Rule

BOOK = "县级汇总.xlsx"
PAGE = "县级报告.html"
DOCUMENT = "县级汇总.json"
JUNIT = "junit.xml"
SARIF = "checker.sarif"
TABLES = "数据"
COPIES = "校验结果"


class Written(NamedTuple):
    """The files a run wrote, in the order a person opens them."""

    page: Path
    book: Path
    document: Path


def write_county(
    report: CountyReport, rules: Mapping[str, Rule], folder: Path, generated: str
) -> Written:
    """Write everything below ``folder``, beside the Parquet tables that are there already.

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

    written = Written(folder / PAGE, folder / BOOK, folder / DOCUMENT)
    _replace(written.page, county_page(report, generated))
    _replace(written.document, county_document(report))
    results = CountyResults(report)
    _replace(folder / JUNIT, junit_pieces(results))
    _replace(folder / SARIF, sarif_pieces(results, rules))
    draft = written.book.with_name(f".{BOOK}.part")
    write_county_book(report, draft)
    draft.replace(written.book)
    return written


def _replace(path: Path, pieces: Iterable[str]) -> None:
    """Write a text file piece by piece; an earlier one stays until the new one is complete."""
    draft = path.with_name(f".{path.name}.part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)
    draft.replace(path)
