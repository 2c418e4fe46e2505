"""The built workbook in a real spreadsheet program: what a clerk sees while typing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from calc_scripts import run_in_calc

pytestmark = pytest.mark.real

Step = tuple[str | float | int, ...]
STEPS = Path(__file__).parent / "calc_steps.py"


def in_calc(workbook: Path, steps: list[Step]) -> list[str | None]:
    """Answers of the steps done in LibreOffice Calc (see calc_steps.py)."""
    answers: list[str | None] = json.loads(run_in_calc(STEPS, workbook, given=json.dumps(steps)))
    return answers


TYPE, PRIMARY, JUNIOR = ("基本情况", "D8"), ("指标", "E7", "F7"), ("指标", "H7", "I7")
"""办学类型; value and verdict of RES1 in each stage."""


def looked_at() -> list[Step]:
    return [("get", sheet, cell) for sheet, *cells in (PRIMARY, JUNIOR) for cell in cells]


def test_indicators_follow_the_typing_and_never_show_an_error(built: Path) -> None:
    steps: list[Step] = [
        *looked_at(),
        ("set", *TYPE, "312 九年一贯制学校"),
        *looked_at(),
        ("set", "教师", "D7", 1301),
        *looked_at(),
        ("set", "教师", "D8", 45),
        *looked_at(),
        ("set", "教师", "D7", 855),
        *looked_at(),
        ("set", "教师", "E7", 0),
        ("set", "教师", "E8", 0),
        *looked_at(),
        ("set", *TYPE, "小学"),
        *looked_at(),
        ("set", "基本情况", "D9", "是"),
        ("get", *JUNIOR[:1], JUNIOR[2]),
    ]
    answers = [answer for answer in in_calc(built, steps) if answer is not None]
    stages = [tuple(answers[i : i + 4]) for i in range(0, 28, 4)]
    assert stages == [
        ("", "", "", ""),  # the school type is not chosen
        ("", "待填", "", "待填"),
        ("", "待填", "", "待填"),  # half of the inputs
        ("28.91", "未达标\n█▉", "", "待填"),  # 19 of 28.91: 15 of 24 eighths
        ("19.00", "达标\n███", "", "待填"),  # exactly the limit
        ("19.00", "达标\n███", "", "待填"),  # 0 / 0 is not #DIV/0!
        ("19.00", "达标\n███", "", ""),  # the school has no junior stage
    ]
    assert answers[28] == "待填", "附设初中班 adds the stage"


def test_the_school_is_named_on_every_page_and_rows_may_be_inserted(built: Path) -> None:
    steps: list[Step] = [
        ("set", "基本情况", "D6", "上石桥一小"),
        ("set", "基本情况", "D7", "2141152401"),
        ("get", "教师", "A4"),
        ("get", "班级", "E4"),
        ("insert", "班级", 10),
        ("name", "T_classes"),
        ("insert", "教师", 8),
        ("name", "F_teachers_full_time__junior"),
        ("name", "T_rooms"),
    ]
    answers = [answer for answer in in_calc(built, steps) if answer is not None]
    assert answers[0] == "学校名称：上石桥一小"
    assert "$B$7:$" in answers[2] and answers[2].endswith("$E$19"), "the table grew"
    assert answers[3].endswith("$E$9"), "the name moved with its cell"
    assert answers[4].endswith("$C$18:$E$23"), "one row further down than it was built"
