"""What a county run leaves in its folder: summary workbook, page, JSON, tables, exchange files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from checker.batch.record import FactRow, FileRecord
from checker.batch.tables import read_facts
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

    ``rules`` by id; ``generated`` is the time printed on the page. Links to marked copies become
    relative to the folder. A workbook that is open in another program cannot be replaced: raises
    PermissionError.
    """
    from checker.reports.county_book import write_county_book
    from checker.reports.county_json import county_document
    from checker.reports.county_page import county_page
    from checker.reports.junit import junit
    from checker.reports.recorded import county_results
    from checker.reports.sarif import sarif

    report = relative_to(report, folder)
    written = Written(folder / PAGE, folder / BOOK, folder / DOCUMENT)
    _replace(written.page, county_page(report, generated).encode())
    document = json.dumps(county_document(report), ensure_ascii=False)
    _replace(written.document, document.encode())
    results = county_results(report)
    _replace(folder / JUNIT, junit(results).encode())
    _replace(folder / SARIF, sarif(results, rules).encode())
    draft = written.book.with_name(f".{BOOK}.part")
    write_county_book(report, draft, _facts(report, folder / TABLES))
    draft.replace(written.book)
    return written


def relative_to(report: CountyReport, folder: Path) -> CountyReport:
    """The report with marked copies named relative to ``folder``, so that it can be moved."""

    def relative(copy: str) -> str:
        return Path(os.path.relpath(copy, folder)).as_posix() if copy else ""

    return replace(
        report,
        records=tuple(
            replace(record, marked_copy=relative(record.marked_copy)) for record in report.records
        ),
        schools=tuple(school._replace(marked=relative(school.marked)) for school in report.schools),
    )


def _facts(report: CountyReport, tables: Path) -> Iterator[tuple[FileRecord, FactRow]]:
    """Facts of the files that count, read back from the table that was written on the way."""
    counted = {item.path for item in report.handing_in.counted.values()}
    records = {record.path: record for record in report.records if record.path in counted}
    for path, _, _, fact in read_facts(tables):
        record = records.get(path)
        if record is not None:
            yield record, fact


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(data)
    draft.replace(path)
