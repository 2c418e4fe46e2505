"""A plugin adds a sheet to the school's form: built, filled, judged, marked; or refused by name."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.authoring.inspection import check_plugin
from checker.session import Session, SessionOptions

Run = Callable[..., "subprocess.CompletedProcess[str]"]

SHEET = """
extends = "compulsory_school"
edition = 2026

[code_lists.meal_supplier]
"1" = "学校自办"
"2" = "校外供餐"

[[sheets]]
id = "canteen"
title = "食堂"
kind = "form"
form_number = "附表1"
period = "统计时点：2026年9月1日"
columns = [ { id = "whole", title = "全校" } ]
fields = [
  { id = "canteen.supplier", label = "供餐方式", row = "01", type = "code", codes = "meal_supplier", unit = "", columns = ["whole"] },
  { id = "canteen.seats", label = "餐位数", row = "02", type = "count", unit = "个", columns = ["whole"] },
  { id = "canteen.cooks", label = "炊事员数", row = "03", type = "count", unit = "人", columns = ["whole"] },
]
"""  # noqa: E501
RULE = """
[[rules]]
id = "CAN4"
kind = "relation"
title = "餐位不少于寄宿生的三分之一"
severity = "soft"
templates = ["compulsory_school"]
check = "canteen.seats * 3 >= students.boarders"
what = "检查餐位够不够寄宿生分三批就餐。"
why = "餐位太少，就餐时间拖得太长。"
fix = "核对餐位数；属实的，在“说明”表写明怎样安排就餐。"
sources = [ { document = "source", clause = "第四条" } ]
examples = [
  { expect = "pass", facts = { "students.boarders@primary" = 300, "canteen.seats" = 100 } },
  { expect = "doubt", facts = { "students.boarders@primary" = 300, "canteen.seats" = 99 } },
]
"""


@pytest.fixture
def with_sheet(canteen: Path) -> Path:
    """The plugin with a sheet and a rule about it."""
    folder = canteen / "templates" / "canteen"
    folder.mkdir(parents=True)
    (folder / "sheets.toml").write_text(SHEET, "utf-8")
    manifest = canteen / "plugin.toml"
    manifest.write_text(manifest.read_text("utf-8") + RULE, "utf-8")
    return canteen


def test_built_filled_judged_and_marked(checker: Run, with_sheet: Path, tmp_path: Path) -> None:
    """The school's form with one sheet more, in the command's hands."""
    plugin = ("--plugin-dir", with_sheet)
    built = checker("template", "build", "compulsory_school", "--no-button", *plugin)
    assert built.returncode == 0, built.stdout + built.stderr
    book = with_sheet / "templates" / "canteen" / "义务教育学校填报表.xlsx"
    assert book.is_file()  # beside what made it grow, not over the program's own
    facts = {
        "school.type": "211",
        "students.boarders": {"primary": 300},
        "canteen.supplier": "1",
        "canteen.seats": 99,
    }
    (tmp_path / "校.json").write_text(json.dumps({"facts": facts}), "utf-8")
    filled = checker("template", "fill", "compulsory_school", "校.json", "-o", "校.xlsx", *plugin)
    assert filled.returncode == 0, filled.stdout + filled.stderr
    run = checker("check", "校.xlsx", "--select", "CAN4,FORM001", "--format", "json", *plugin)
    report = json.loads(run.stdout)
    (doubt,) = [item for item in report["findings"] if item["rule"] == "CAN4"]
    assert (doubt["verdict"], doubt["sheet"]) == ("doubt", "食堂")
    missing = [item["message"] for item in report["findings"] if item["rule"] == "FORM001"]
    assert any("炊事员数" in message for message in missing)

    from openpyxl import load_workbook

    marked = load_workbook(tmp_path / report["files"][0]["marked_copy"])
    titles = marked.sheetnames
    assert titles.index("安全") < titles.index("食堂") < titles.index("说明")
    assert marked["食堂"][doubt["cell"]].comment.text.startswith("存疑")


def test_its_fields_are_looked_after(with_sheet: Path) -> None:
    """Fields of the sheet that no rule reads; those of the form are no concern of the plugin."""
    told = [str(item) for item in check_plugin(with_sheet)]
    dead = [line for line in told if "没有规则用到" in line]
    assert len(dead) == 1
    assert dead[0].startswith("templates/canteen/sheets.toml　提醒：“食堂”的字段")
    assert "canteen.cooks" in dead[0]
    assert "canteen.seats" not in dead[0]


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('extends = "compulsory_school"', 'extends = "school"', "没有模板 school"),
        ('extends = "compulsory_school"', "", "应写明给哪个模板添加工作表"),
        ('id = "canteen"', 'id = "safety"', "sheets 的 id “safety” 重复"),
        ('title = "食堂"', 'title = "安全"', "sheets 的 title “安全” 重复"),
        ('id = "canteen.seats"', 'id = "area.canteen"', "area.canteen"),
        ("code_lists.meal_supplier", "code_lists.grade", "代码表 grade 在模板里已经有了"),
        ('kind = "form"', 'kind = "guide"', "只能添加 form 和 table 两种"),
        ('type = "count"', 'type = "number"', "“number”不在允许的取值之内"),
        ("edition = 2026", 'colour = "red"', "colour：不认识这一项"),
    ],
)
def test_a_sheet_that_does_not_fit_costs_nobody_else(
    with_sheet: Path, right: str, wrong: str, told: str
) -> None:
    """The plugin is named with the reason; the school's form is what it was."""
    path = with_sheet / "templates" / "canteen" / "sheets.toml"
    assert right in SHEET
    path.write_text(SHEET.replace(right, wrong, 1), "utf-8")
    session = Session(SessionOptions(plugin_dirs=(str(with_sheet),)))
    (form,) = [item for item in session.templates if item.id == "compulsory_school"]
    assert "canteen" not in [sheet.id for sheet in form.sheets]
    (error,) = session.errors
    assert (error.plugin, error.where) == ("canteen", str(path))
    assert told in error.message
    assert any(told in str(problem) for problem in check_plugin(with_sheet))


def test_a_broken_template_costs_nobody_else(checker: Run, canteen: Path) -> None:
    """All other forms are judged as ever; the exit code says that a plugin failed."""
    folder = canteen / "templates" / "broken"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text('id = "broken"\ntitle = ""\n', "utf-8")
    school = Path(__file__).parents[2] / "examples" / "shangshiqiao.xlsx"
    arguments = ("check", school, "--no-mark", "--format", "json")
    alone = json.loads(checker(*arguments).stdout)
    run = checker(*arguments, "--plugin-dir", canteen)
    assert run.returncode == 4
    report = json.loads(run.stdout)
    assert [error["plugin"] for error in report["errors"]] == ["canteen"]
    assert "模板有误" in report["errors"][0]["message"]
    others = [item for item in report["findings"] if item["family"] != "CAN"]
    assert others == alone["findings"]


def test_a_sheet_whose_plugin_is_not_there_is_said(
    checker: Run, with_sheet: Path, tmp_path: Path
) -> None:
    """The workbook travels to an office without the plugin: what is on the sheet is not judged, and
    that is told instead of passed over; with the plugin nothing of it is said."""
    plugin = ("--plugin-dir", with_sheet)
    assert checker("template", "build", "compulsory_school", "--no-button", *plugin).returncode == 0
    (tmp_path / "facts.json").write_text(
        json.dumps({"facts": {"school.type": "211", "canteen.seats": 99}}), "utf-8"
    )
    fill = ("template", "fill", "compulsory_school", "facts.json", "-o", "a.xlsx", *plugin)
    assert checker(*fill).returncode == 0
    without = checker("check", "a.xlsx", "--no-mark").stdout
    assert "“食堂”这张表是插件加的，这里没有启用那个插件，表里填的都没有校验。" in without
    assert "FORM034" not in checker("check", "a.xlsx", "--no-mark", *plugin).stdout
