"""县级汇总.xlsx as the aggregator opens it."""

from __future__ import annotations

import sys
from pathlib import Path

import openpyxl
from msgspec.structs import replace

from checker.county.report import FactColumn
from checker.county.summary_book import write_county_book
from checker.county.work_list import work_list
from checker.marking.file_record import FactTable, bulk_of
from checker.model.verdicts import Outcome

sys.path.insert(0, str(Path(__file__).parent))
from sample_county import sample_county


def test_every_sheet_is_there_and_no_text_becomes_a_formula(tmp_path: Path) -> None:
    columns = (
        FactColumn("school.name", "whole", "学校名称\nschool.name", False),
        FactColumn("students.total", "primary", "在校学生数（小学段）\nstudents.total", True),
        FactColumn("students.total", "junior", "在校学生数（初中段）\nstudents.total", True),
    )
    report = sample_county(12, "=HYPERLINK(1)")
    facts = FactTable(
        ["school.name", "students.total", "classes.total"],
        ["whole", "primary", ""],
        [0, 0, 1],
        ["=1+1", "1301", "62"],
        ["基本情况!D3", "基本情况!E26", "班级!F5"],
    )
    first, *others = report.records
    first = replace(first, parts=bulk_of(first.findings, facts=facts))
    report = replace(report, fact_columns=columns, records=(first, *others))
    path = tmp_path / "县级汇总.xlsx"
    with path.open("wb") as file:
        write_county_book(report, file, work_list(report))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [
        "概览",
        "工作清单",
        "应报清单",
        "问题清单",
        "学校指标总表",
        "差异系数",
        "缺口",
        "数据表",
    ]
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    rows = list(book["数据表"].iter_rows(values_only=True))
    assert len(rows) == 13 and rows[1][2:] == ("=1+1", 1301, None)


def test_gaps_are_the_sum_of_the_schools_gaps(tmp_path: Path) -> None:
    report = sample_county(12)
    path = tmp_path / "县级汇总.xlsx"
    with path.open("wb") as file:
        write_county_book(report, file, work_list(report))
    rows = list(openpyxl.load_workbook(path)["缺口"].iter_rows(min_row=2, values_only=True))
    totals = {row[3]: row[5] for row in rows if str(row[0]).startswith("全县合计")}
    schools: dict[str, float] = {}
    for row in rows:
        if not str(row[0]).startswith("全县合计"):
            schools[str(row[3])] = schools.get(str(row[3]), 0) + float(str(row[5]))
    assert totals and totals == schools


def test_a_figure_is_shown_whatever_its_outcome(tmp_path: Path) -> None:
    report = sample_county(len(Outcome))
    levels = [level for level in report.levels if level.rule == "RES1"]
    levels = [replace(each, outcome=own) for each, own in zip(levels, Outcome, strict=True)]
    path = tmp_path / "县级汇总.xlsx"
    with path.open("wb") as file:
        write_county_book(replace(report, levels=levels), file, work_list(report))
    column = openpyxl.load_workbook(path)["学校指标总表"]["F"][1:]
    assert [cell.data_type for cell in column] == ["n"] * len(Outcome)
    assert None not in [cell.value for cell in column]


def test_errors_link_to_the_marked_copies_worst_first(tmp_path: Path) -> None:
    report = sample_county(4)
    path = tmp_path / "县级汇总.xlsx"
    with path.open("wb") as file:
        write_county_book(report, file, work_list(report))
    sheet = openpyxl.load_workbook(path)["问题清单"]
    links = [cell.hyperlink.target for cell in sheet["N"][1:] if cell.hyperlink]
    links = [link.replace("\\", "/") for link in links]  # XlsxWriter writes as Windows does
    assert links and all(link.startswith("城关镇/") for link in links)
