"""合计 in a county's own form: its sum is drafted as a rule, and a wrong one is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl.worksheet.worksheet import Worksheet
from tests.adopted.test_county_forms import FORMS, snapshot, workbook

from checker.authoring.adoption import draft
from checker.cli.group import command


def titles(*sheets: Worksheet) -> list[str]:
    """The sums that are drafted from these copies."""
    return [each.title for each in draft([snapshot("表", each) for each in sheets], "form").rules]


def rows(text: str) -> Worksheet:
    """A form whose rows are written between strokes."""
    return workbook({"rows": text, "merged": [], "read": []})


def saved(sheet: Worksheet, path: Path) -> str:
    assert sheet.parent is not None
    sheet.parent.save(path)
    return str(path)


def run(*words: str) -> str:
    return CliRunner().invoke(command, words).output


@pytest.mark.parametrize(
    ("name", "cell", "wrong", "found"),
    [
        ("小计分组表", "E6", 160, ("E6", "E7", "E11")),  # one room: its row and both totals
        ("小计分组表", "C11", 9, ("C11", "E11")),
        ("近视防控分性别", "G5", 19, ("G5", "G8")),
        ("校区", "F5", 67, ("F5",)),
        ("合计首行首栏", "C4", 61, ("C4", "B4")),
    ],
)
def test_a_wrong_total_of_an_own_form_is_found_at_its_cell(
    name: str, cell: str, wrong: int, found: tuple[str, ...], tmp_path: Path
) -> None:
    form = FORMS["分校区填报" if name == "校区" else name]
    sheet = workbook(form)
    right = saved(sheet, tmp_path / "right.xlsx")
    run("template", "adopt", right, "-o", str(tmp_path / "own" / "templates" / "form"))
    told = run("plugin", "check", str(tmp_path / "own"))
    assert "0 个错误" in told, "the examples of the rules come out"
    told = run("check", right, "--plugin-dir", str(tmp_path / "own"), "--no-mark")
    assert "存疑" not in told and "通过" in told
    sheet[cell] = wrong
    bad = saved(sheet, tmp_path / "wrong.xlsx")
    told = run("check", bad, "--plugin-dir", str(tmp_path / "own"), "--no-mark")
    marked = {line.split()[0] for line in told.splitlines() if "存疑  OWN" in line}
    assert marked == set(found)


@pytest.mark.parametrize(
    ("name", "drafted"),
    [
        ("体测等级", ["合计等于一年级、二年级之和"]),
        ("毕业去向", ["合计等于男、女之和", "升学/小计一栏等于普通高中、中职学校之和"]),
        (
            "学生分类总计在右",
            [
                "总计等于小学、初中之和",
                "总计一栏等于汉族/男、汉族/女、少数民族/男、少数民族/女之和",
            ],
        ),
        ("三公经费", ["合计等于1.因公出国(境)费、2.公务接待费、3.公务用车购置及运行费之和"]),
        (
            "师资年龄学科",
            [
                "合计等于语文、数学、英语之和",
                "小计一栏等于35岁及以下、36-45岁、46-55岁、56岁及以上之和",
            ],
        ),
        ("教师年龄阶梯无类", ["合计一栏等于29岁以下、30-39岁、40-49岁、50岁以上之和"]),
        ("两小表一页", ["合计等于正高级、高级、一级之和", "合计等于教室、办公室之和"]),
    ],
)
def test_each_total_is_the_sum_of_what_it_is(name: str, drafted: list[str]) -> None:
    assert titles(workbook(FORMS[name])) == drafted


def test_what_does_not_add_up_or_may_not_is_no_rule() -> None:
    head = "情况表\n项目 | 合计 | 男 | 女 | 少数民族\n"
    body = "小学 | 9 | 4 | 5 | {}\n初中 | 7 | 4 | 3 | {}\n"
    assert titles(rows(head + body.format(0, 0))) == [], "少数民族 is a part of the others"
    assert titles(rows(head + body.format(1, 2))) == []
    rates = "情况表\n年级 | 达标率 | 优秀率\n一年级 | 40 | 10\n二年级 | 50 | 20\n合计 | 90 | 30"
    assert titles(rows(rates)) == []
    zeros = "情况表\n类别 | 男 | 女\n甲类 | 0 | 0\n乙类 | 0 | 0\n合计 | 0 | 0"
    assert titles(rows(zeros)) == [], "zeros say nothing"


def test_a_sum_that_holds_nearly_everywhere_in_several_copies_is_drafted() -> None:
    form = FORMS["特教"]
    wrong = workbook(form)
    wrong["E4"] = 6
    assert len(titles(workbook(form), *[workbook(form)] * 10, wrong)) == 2
    made = draft([snapshot("表", wrong)], "form").rules
    assert [each.support for each in made] == ["3 处都成立", "4 处都成立"], (
        "what comes out is taken"
    )
    assert '"c4"' not in made[0].lines[2]


def test_across_alone_needs_the_columns_that_are_added(tmp_path: Path) -> None:
    right = saved(workbook(FORMS["特教"]), tmp_path / "right.xlsx")
    run("template", "adopt", right, "-o", str(tmp_path / "own" / "templates" / "form"))
    plugin = tmp_path / "own" / "plugin.toml"
    lines = plugin.read_text("utf-8").splitlines()
    kept = [each for each in lines if not each.startswith(("total_column", "part_columns"))]
    plugin.write_text("\n".join(kept), "utf-8")
    told = run("plugin", "check", str(tmp_path / "own"))
    assert "columns：写 [] 是只核对横向合计，要写 total_column、part_columns" in told
