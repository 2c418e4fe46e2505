"""The built workbook in a real spreadsheet program: what a clerk sees while typing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from calc_scripts import run_in_calc
from checker_templates.building.fill import cell_edits, fill_template
from checker_templates.building.fill_data import FillData
from checker_templates.building.layout import lay_out

from checker.forms.registry import InstalledTemplate, installed_templates
from checker.model.template import FieldType, Template

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


LEADING = 160  # hundredths of a millimetre that Calc leaves empty above and below the letters
LONG = "本学年由两校合并，教室、设备和人员都随之调整；" * 3 + "以上属实，见附件。"


def long_texts(template: Template) -> FillData:
    """Three sentences for every cell that takes a text."""
    facts = {
        each.id: dict.fromkeys(each.columns, LONG)
        for each in template.fields().values()
        if each.type is FieldType.TEXT
    }
    tables = {
        each.id: [{one.id: LONG for one in each.columns if one.type is FieldType.TEXT}] * 2
        for each in template.tables().values()
    }
    explained = {} if lay_out(template).explanations is None else {"TEA201@x.y@whole": LONG}
    return FillData(facts, tables, explanations=explained)


OWN_FORMS = [item for item in installed_templates() if item.template.layout is None]


@pytest.mark.parametrize("item", OWN_FORMS, ids=lambda item: item.template.id)
def test_a_long_text_is_shown_whole_on_every_form(item: InstalledTemplate, tmp_path: Path) -> None:
    """Calc cuts off, on screen and on paper, what is higher than its row, and so does Excel where
    a row was given a height: measured by Calc itself."""
    path = tmp_path / "filled.xlsx"
    data = long_texts(item.template)
    fill_template(item.template, item.workbook, path, data)
    filled = [
        (edit.sheet, edit.cell)
        for edit in cell_edits(item.template, data)
        if isinstance(edit.value, str) and LONG in edit.value
    ]
    assert filled
    told = run_in_calc(Path(__file__).with_name("text_heights.py"), path, given=json.dumps(filled))
    for place, (height, needed) in zip(filled, json.loads(told), strict=True):
        assert needed <= height + LEADING, place
