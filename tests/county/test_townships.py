"""The county 乡镇 by 乡镇: what a bureau head sees at a glance, and its figures."""

from __future__ import annotations

import re
import sys
from fractions import Fraction
from pathlib import Path

import openpyxl
from msgspec.structs import replace

from checker.county.feedback import archives_told, by_township
from checker.county.report import CountyReport
from checker.county.roster import RosterEntry
from checker.county.summary_book import write_county_book
from checker.county.townships import ELSEWHERE, townships
from checker.county.work_list import work_list

sys.path.insert(0, str(Path(__file__).parent))
from sample_county import page_of, sample_county

TOWNS = ("和顺乡", "青石镇", "")


def county_of_towns(schools: int = 12) -> CountyReport:
    """Every third school lies in 和顺乡, every third in 青石镇, the rest nowhere in particular; one
    of 青石镇 has not handed in."""
    report = sample_county(schools)
    listed = [replace(school, name=f"第{n}小学") for n, school in enumerate(report.schools)]
    entries = {
        school.code: RosterEntry(school.code, school.name, "小学", TOWNS[number % 3])
        for number, school in enumerate(listed)
    }
    missing = RosterEntry("2136009901", "没交的小学", "小学", "青石镇")
    records = {record.path: record for record in report.records}
    flat = [replace(school, path=f"{school.name}.xlsx") for school in listed]
    moved = [
        replace(records[old.path], path=new.path, name=new.name)
        for old, new in zip(report.schools, flat, strict=True)
    ]
    filing = replace(report.handing_in, missing=(missing,))
    return replace(
        report,
        schools=tuple(flat),
        records=tuple(moved),
        roster={**entries, missing.code: missing},
        handing_in=filing,
    )


def test_a_township_called_others_is_not_that_of_the_schools_without_one() -> None:
    """其他 in the roster: in the papers, the reminders and the page's filter."""
    report = county_of_towns()
    first = report.schools[0]
    entry = RosterEntry(first.code, first.name, township="其他")
    report = replace(report, roster={**report.roster, first.code: entry})
    papers = by_township(report)
    assert [school.code for school in papers["其他"]] == [first.code]
    assert first not in papers["未注明乡镇"] and len(papers["未注明乡镇"]) >= 3
    names = {line.township or ELSEWHERE for line in work_list(report).lines}
    assert {"其他", "未注明乡镇"} <= names


def test_every_school_is_in_one_township_and_the_sums_are_the_schools_own() -> None:
    report = county_of_towns()
    todo = work_list(report)
    towns = townships(report, todo.lines)
    assert [town.name for town in towns][-1] == "未注明乡镇"
    assert {town.name: (town.received, town.expected) for town in towns} == {
        "青石镇": (4, 5),
        "和顺乡": (4, 4),
        "未注明乡镇": (4, 4),
    }
    assert towns[0].name == "青石镇" and towns[0].schools[0] == ("没交的小学", "missing")
    hard = sum(record.counts.fail for record in report.records)
    assert sum(town.counts.fail for town in towns) == hard > 0


def test_the_weakest_indicator_is_the_smallest_part_of_its_standard() -> None:
    report = county_of_towns()
    deciding = {item.indicator for item in report.deciding()}
    least: dict[str, Fraction] = {}
    for level in report.levels:
        if level.rule in deciding and level.rule != "GOV5" and level.value and level.limit:
            share = level.value / level.limit
            least[level.code] = min(least.get(level.code, share), share)
    towns = townships(report, work_list(report).lines)
    found = sorted(each.reached for town in towns for each in town.weakest)
    assert found == sorted(least.values())
    for town in towns:
        assert [each.reached for each in town.weakest] == sorted(e.reached for e in town.weakest)
        assert len(town.below) == sum(each.reached < 1 for each in town.weakest)


def test_each_tile_says_its_figures_and_filters_the_list() -> None:
    report = county_of_towns()
    page = page_of(report)
    tiles = re.findall(r'<button type="button" class="town".*?</button>', page, re.DOTALL)
    assert len(tiles) == 3
    for town, tile in zip(townships(report, work_list(report).lines), tiles, strict=True):
        said = re.sub(r"<svg.*?</svg>", "", tile, flags=re.DOTALL)
        assert f"已报 {town.received} / {town.expected}" in said
        assert f"必须修改 {town.counts.fail}" in said and f"未达标 {town.counts.unmet}" in said
        assert tile.count("<title>") == town.expected
        assert f"<option>{town.name}</option>" in page
        rows = page.count(f'data-town="{town.name}"')
        assert rows == town.expected + town.others


def test_the_book_has_the_same_figures(tmp_path: Path) -> None:
    report = county_of_towns()
    path = tmp_path / "县级汇总.xlsx"
    with path.open("wb") as file:
        write_county_book(report, file, work_list(report))
    heads, *rows = openpyxl.load_workbook(path)["乡镇"].iter_rows(values_only=True)
    towns = townships(report, work_list(report).lines)
    assert [row[0] for row in rows] == [town.name for town in towns]
    for row, town in zip(rows, towns, strict=True):
        own = dict(zip(heads, row, strict=True))
        assert own["应报"] == town.expected and own["没有计入"] == town.expected - town.received
        assert own["必须修改"] == town.counts.fail and own["低于标准的学校"] == len(town.below)
        assert own["最低的学校"] == town.weakest[0].school


def test_a_county_without_townships_has_no_such_picture() -> None:
    report = sample_county(4)
    assert townships(report, work_list(report).lines) == []
    assert 'id="towns"' not in page_of(report)


def test_what_is_nowhere_is_not_called_a_township() -> None:
    both = ["反馈单/和顺乡.zip", "反馈单/未注明乡镇.zip"]
    assert archives_told(both) == "1 个乡镇，另有未注明乡镇的"
    assert archives_told(["反馈单/未注明乡镇.zip"]) == "不分乡镇"
