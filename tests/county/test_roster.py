"""Rosters as counties keep and export them: the same three schools, however they are written."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import openpyxl
import pytest

from checker.county.handing_in import hand_in
from checker.county.roster import RosterEntry, RosterProblem, parse_roster, read_roster, roster_in
from checker.marking.file_record import FileRecord

SAMPLES = Path(__file__).parent / "rosters"
SCHOOLS = (
    RosterEntry("2136000010", "枫树镇田心小学", "211"),
    RosterEntry("2136000011", "新河镇河西小学", "211"),
    RosterEntry("2136000004", "石桥镇荷塘教学点", "218"),
)
PLAIN = "标识码,学校名称,办学类型\n" + "".join(f"{s.code},{s.name},{s.type}\n" for s in SCHOOLS)


@pytest.mark.parametrize(
    "path", sorted(p for p in SAMPLES.iterdir() if p.suffix != ".md"), ids=lambda path: path.name
)
def test_a_roster_that_failed_once(path: Path) -> None:
    assert read_roster(path) == SCHOOLS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_whatever_excel_saves(encoding: str, delimiter: str, ends: str) -> None:
    text = PLAIN.replace(",", delimiter).replace("\n", ends)
    assert roster_in("名册.csv", text.encode(encoding)) == SCHOOLS


@pytest.mark.parametrize(
    "code",
    [
        "2136000010",
        " 2136000010\u00a0",
        "２１３６００００１０",
        "'2136000010",
        "’2136000010",
        '="2136000010"',
        "=2136000010",
        "2136000010.0",
        "2136000010.00",
        "2.136000010E+09",
        "2136 0000 10",
        "213\u200b6000010",
        "\u30002136000010\ufeff",
        "\u202d2136000010\u202c",
        2136000010,
        2136000010.0,
    ],
)
def test_a_code_as_people_and_programs_write_it(code: object) -> None:
    rows = [["标识码", "学校名称"], [code, "枫树镇田心小学"]]
    assert [entry.code for entry in parse_roster(rows, "名册.xlsx")] == ["2136000010"]


@pytest.mark.parametrize("code", ["2.14E+09", "2.136E+09", "2.13600001E+09"])
def test_a_code_whose_end_is_lost_is_refused_and_the_school_named(code: str) -> None:
    with pytest.raises(RosterProblem, match=r"第 2 行“田心小学”的标识码.*末尾几位已丢失"):
        parse_roster([["标识码", "学校名称"], [code, "田心小学"]], "名册.csv")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("标识码*", "学校名称*"),
        ("学校(机构)标识码", "学校（机构）名称"),
        ("标 识\n码（必填，10位）", "学\u3000校\u3000名\u3000称"),
        ("Code", "NAME"),
        ("※标识码", "★学校名称："),
    ],
)
def test_headers_with_stars_notes_and_blanks(code: str, name: str) -> None:
    rows = [["某县2026年学校名册"], [], ["序号", code, name], ["1", "2136000010", "田心小学"]]
    assert parse_roster(rows, "名册.csv") == (RosterEntry("2136000010", "田心小学"),)


def test_when_no_header_is_found_those_that_were_seen_are_named() -> None:
    with pytest.raises(RosterProblem, match="看到的栏目是：序号、校名、地址") as caught:
        roster_in("名册.csv", "某县名册\n序号;校名;地址\n1;一小;东街\n".encode())
    assert "标识码" in caught.value.reason


def test_two_columns_or_sheets_that_could_be_meant_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RosterProblem, match="第 1、3 列都叫“标识码”"):
        parse_roster([["标识码", "学校名称", "标识码"], ["1", "一小", "2"]], "名册.csv")
    book = openpyxl.Workbook()
    for title in ("2025", "2026"):
        sheet = book.create_sheet(title)
        sheet.append(["标识码", "学校名称"])
        sheet.append([2136000010, "田心小学"])
    book.save(tmp_path / "名册.xlsx")
    with pytest.raises(RosterProblem, match=r"“2025”、“2026”.*不能确定用哪一张"):
        read_roster(tmp_path / "名册.xlsx")
    book["2025"].sheet_state = "hidden"
    book.save(tmp_path / "名册.xlsx")
    assert read_roster(tmp_path / "名册.xlsx") == (RosterEntry("2136000010", "田心小学"),)


def test_township_contact_and_phone_are_kept() -> None:
    rows = [
        ["所在乡镇", "标识码", "学校名称", "联系人", "联系电话"],
        ["枫树镇", 2136000010.0, " 田心小学 ", "王五", 13800000000.0],
        ["共计", "", "1所", "", ""],
    ]
    assert parse_roster(rows, "名册.xlsx") == (
        RosterEntry("2136000010", "田心小学", "", "枫树镇", "王五", "13800000000"),
    )


def test_a_total_with_the_number_of_schools_under_the_codes_is_no_school() -> None:
    rows = [["序号", "标识码", "学校名称", "乡镇"], [1, "2136000010", "枫树镇田心小学", "枫 树镇"]]
    total = ["合计", 1, "", ""]
    for end in ([total], [total, ["制表人：王", "", "审核：", ""]]):
        (only,) = parse_roster([*rows, *end], "名册")
        assert (only.name, only.township) == ("枫树镇田心小学", "枫树镇")
    (_, nameless) = parse_roster([*rows, [2, "2136000011", "", ""]], "名册")
    assert nameless.name == "2136000011", "it is called by its code"


def test_a_school_without_a_code_is_no_footer_and_is_due() -> None:
    rows = [["标识码", "学校名称", "备注"], ["", "共青小学", "注：今年撤并"]]
    (school,) = parse_roster(rows, "名册.csv")
    assert (school.code, school.name) == ("", "共青小学")
    with pytest.raises(RosterProblem, match="第 3 行“共青小学”没有标识码，校名又重复"):
        parse_roster([*rows, ["", "共青小学", ""]], "名册.csv")


@pytest.mark.parametrize("heading", ["一、公办学校", "（二）民办学校", "以下为教学点", "其中："])
def test_the_heading_of_a_group_of_schools_is_no_school(heading: str) -> None:
    rows = [["标识码", "学校名称"], ["", heading], ["2136000010", "田心小学"]]
    assert [school.name for school in parse_roster(rows, "名册.csv")] == ["田心小学"]


def test_long_fields_and_stray_signs_do_not_stop_the_reading() -> None:
    long = PLAIN + f'2136000099,"{"很长的备注" * 40_000}",211\n'
    assert len(roster_in("名册.csv", long.encode())) == 4
    assert roster_in("名册.csv", PLAIN.replace("小学", "小\0学").encode()) == SCHOOLS


def test_names_and_codes_are_matched_as_people_would() -> None:
    roster = (
        RosterEntry("2136000010", "新河镇河西小学"),
        RosterEntry("2136000011", "枫树镇中心小学"),
        RosterEntry("2136000012", "石桥镇中心小学"),
    )

    def filing(path: str, code: str, name: str) -> FileRecord:
        return FileRecord(path, "checked", code=code, name=name, content=path)

    right = [
        filing("a.xlsx", "2136000010", "河西小学"),
        filing("b.xlsx", "'2136000011", "某县 枫树镇　中心小学"),
        filing("c.xlsx", "２１３６００００１２", "石桥镇中心小学"),
    ]
    result = hand_in(right, roster)
    assert not result.missing and not result.strangers and not result.disagreements
    wrong = hand_in([filing("d.xlsx", "2136000012", "枫树镇中心小学")], roster)
    assert [item.kind for item in wrong.disagreements] == ["name_mismatch"]
    misspelt = hand_in([filing("e.xlsx", "2136009999", "河西小学")], roster)
    assert "名册上是 2136000010" in misspelt.disagreements[0].message
    either = hand_in([filing("f.xlsx", "2136009998", "中心小学")], roster)
    assert not either.disagreements, "two schools could be meant: neither is named"


def test_a_roster_that_is_a_pipe_or_endless_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "名册.csv").open("wb") as file:
        file.truncate(50 << 30)
    with pytest.raises(RosterProblem, match="文件过大"):
        read_roster(tmp_path / "名册.csv")
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "管道.csv")
        with pytest.raises(RosterProblem, match="不是普通文件"):
            read_roster(tmp_path / "管道.csv")
