"""The aggregator's first question: who has not handed in, and which copy counts?"""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.county.handing_in import hand_in
from checker.county.roster import RosterEntry, RosterProblem, parse_roster, read_roster
from checker.marking.file_record import FileRecord

ROSTER = (
    RosterEntry("2136000001", "城关第一小学", "211"),
    RosterEntry("2136000002", "城关第二小学", "211"),
    RosterEntry("3136000003", "实验中学", "311"),
)


def filing(
    path: str, code: str, name: str, submitted: str = "", modified: float = 0, content: str = ""
) -> FileRecord:
    return FileRecord(
        path,
        "checked",
        code=code,
        name=name,
        submitted=submitted,
        modified=modified,
        content=content or path,
    )


def test_missing_strange_and_counted() -> None:
    result = hand_in(
        [
            filing("a.xlsx", "2136000001", "城关第一小学"),
            filing("b.xlsx", "2199999999", "外县小学"),
            filing("c.xlsx", "", "没写代码的学校"),
        ],
        ROSTER,
    )
    assert [entry.name for entry in result.missing] == ["城关第二小学", "实验中学"]
    assert [item.path for item in result.strangers] == ["b.xlsx"]
    assert [item.path for item in result.nameless] == ["c.xlsx"]
    assert list(result.counted) == ["2136000001"] and result.expected == 3


def test_a_school_that_the_roster_lists_without_a_code_is_found_by_its_name() -> None:
    roster = (*ROSTER, RosterEntry("", "田心小学"), RosterEntry("", "共青小学"))
    here = filing("田心.xlsx", "2136000009", "田心小学")
    one = filing("一小.xlsx", "2136000001", "城关第一小学")
    result = hand_in([one, here], roster)
    assert list(result.counted) == ["2136000001", "2136000009"] and result.expected == 5
    assert [entry.name for entry in result.missing] == ["城关第二小学", "实验中学", "共青小学"]
    assert result.missing[-1].has_no_code and not result.strangers
    (told,) = result.to_check()
    assert told.kind == "no_roster_code" and "按校名算它已报" in told.message
    assert "2136000009" in told.message

    for code in ("2136000001", "2136000008"):  # another school's; a second one of that name
        other = filing("田心（新）.xlsx", code, "田心小学")
        result = hand_in([one, here, other] if code.endswith("8") else [one, other], roster)
        assert "田心小学" in [entry.name for entry in result.missing], "never guessed"


def test_newest_submission_date_counts_before_newest_file() -> None:
    old = filing("一小.xlsx", "2136000001", "城关第一小学", "2026-09-10", modified=900)
    new = filing("一小(2)最终版.xlsx", "2136000001", "城关第一小学", "2026-09-12", modified=100)
    (choice,) = hand_in([old, new], ROSTER).choices
    assert choice.chosen is new and choice.others == (old,) and "2026-09-12" in choice.reason


def test_without_dates_the_newest_file_counts() -> None:
    old = filing("x.xlsx", "2136000001", "城关第一小学", modified=1)
    new = filing("a.xlsx", "2136000001", "城关第一小学", modified=2)
    (choice,) = hand_in([old, new], ROSTER).choices
    assert choice.chosen is new and "修改时间" in choice.reason


def test_two_schools_with_one_code_the_roster_decides() -> None:
    right = filing("a.xlsx", "2136000001", "城关第一小学", "2026-09-01")
    wrong = filing("b.xlsx", "2136000001", "城关第二小学", "2026-09-09")
    result = hand_in([right, wrong], ROSTER)
    assert result.counted["2136000001"] is right
    assert [item.kind for item in result.disagreements] == ["same_code"]
    assert "城关第一小学、城关第二小学" in result.disagreements[0].message


def test_same_content_under_two_names_and_names_that_disagree() -> None:
    result = hand_in(
        [
            filing("a.xlsx", "2136000001", "城关第一小学", content="same"),
            filing("b.xlsx", "2136000002", "城关二小", content="same"),
            filing("c.xlsx", "3136000009", "实验中学"),
        ],
        ROSTER,
    )
    assert sorted(item.kind for item in result.disagreements) == [
        "code_mismatch",
        "name_mismatch",
        "same_content",
    ]


def test_roster_in_gbk_csv_with_a_title_row(tmp_path: Path) -> None:
    path = tmp_path / "名册.csv"
    path.write_bytes(
        "某县名册\n标识码,学校名称,办学类型\n2136000001,城关第一小学,小学\n".encode("gbk")
    )
    assert read_roster(path) == (RosterEntry("2136000001", "城关第一小学", "小学"),)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["校名"], ["一小"]], "没有找到标题行"),
        ([["标识码", "学校名称"]], "没有学校"),
        ([["标识码", "学校名称"], ["", "一小"], ["", "一小"]], "没有标识码"),
        ([["标识码", "学校名称"], ["1", "一小"], ["1", "二小"]], "重复"),
    ],
)
def test_an_unusable_roster_is_said_in_one_sentence(rows: list[list[str]], words: str) -> None:
    with pytest.raises(RosterProblem) as caught:
        parse_roster(rows, "名册.csv")
    assert words in caught.value.reason
