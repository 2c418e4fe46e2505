"""An author takes over the county's workbooks: draft, check of copies, a look at what is read."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from tests.adopted import own_forms as forms

from checker.cli.template import command
from checker.forms.binding import bind
from checker.forms.loading import load_template
from checker.model.submission import FactRef, FactState


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(command, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ((forms.CONDITIONS_RIGHT, forms.CONDITIONS), "第 4 行表头的表格"),
        ((forms.LEDGER,), "台账，一行一个单位"),
        ((forms.STATISTICS,), "教基3112_小学：第 4 行表头的表格，10 栏"),
        ((forms.ROSTER,), "第 4 行表头的明细表，18 栏"),
        ((forms.SAFETY,), "第 25 行表头的明细表，4 栏"),
    ],
)
def test_the_draft_of_each_form_reads_it_whole(
    tmp_path: Path, names: tuple[str, ...], found: str
) -> None:
    copies = [forms.FORMS / name for name in names]
    assert found in run("adopt", *copies, "-o", tmp_path / "draft")
    template = load_template(tmp_path / "draft" / "template.toml")
    for name in names:
        submission = bind(forms.read(name), template)
        unbound = [ref for ref, fact in submission.facts.items() if fact.state is FactState.UNBOUND]
        assert not unbound
        assert submission.units or submission.tables or len(submission.facts) > 50
    told = run("adopt", "--check", *copies, "--template-dir", tmp_path / "draft")
    assert "没有找到确定的位置" not in told


def test_the_draft_reads_the_right_cells_and_proposes_what_holds(tmp_path: Path) -> None:
    copies = [forms.FORMS / name for name in (forms.CONDITIONS_RIGHT, forms.CONDITIONS)]
    run("adopt", *copies, "-o", tmp_path)
    text = (tmp_path / "template.toml").read_text("utf-8")
    assert "其中:专用教室）<= 校舍/教学及辅助用房：11 处都成立" in text
    assert "其中:寄宿生）<= 学生/在校学生数：12 处里 11 处成立" in text
    submission = bind(forms.read(forms.CONDITIONS_RIGHT), load_template(tmp_path / "template.toml"))
    assert submission.identity("name") == "某某县第一实验学校"
    assert submission.fact(FactRef("sheet1.r12", "junior.previous")).value == 20100
    assert submission.fact(FactRef("sheet1.p3", "whole")).state is FactState.BLANK, "校长签字"


def test_numbers_of_rows_and_headings_are_no_labels(tmp_path: Path) -> None:
    """“01 | 学校（机构）名称 | 某校” is one pair; “附：保安员情况” heads the table below it."""
    run("adopt", forms.FORMS / forms.STATISTICS, "-o", tmp_path / "card")
    read = bind(forms.read(forms.STATISTICS), load_template(tmp_path / "card" / "template.toml"))
    assert (read.identity("name"), read.identity("code")) == ("某某县第一小学", "2136000001")
    assert 'label = "01"' not in (tmp_path / "card" / "template.toml").read_text("utf-8")
    assert "Sheet1：4 个“名称—内容”" in run(
        "adopt", forms.FORMS / forms.SAFETY, "-o", tmp_path / "list"
    )


def test_a_blank_and_filled_copies_give_the_same_draft(tmp_path: Path) -> None:
    """The blank has no figures; what its rows and columns are is seen in the copies."""
    book = openpyxl.load_workbook(forms.FORMS / forms.CONDITIONS_RIGHT)
    for row in book["Sheet1"]["E5:J17"]:
        for cell in row:
            cell.value = None
    book.save(tmp_path / "空白.xlsx")
    copies = [forms.FORMS / name for name in (forms.CONDITIONS_RIGHT, forms.CONDITIONS)]
    run("adopt", tmp_path / "空白.xlsx", *copies, "-o", tmp_path / "blank")
    run("adopt", *copies, "-o", tmp_path / "filled")
    fields = [
        [(item.id, item.label, item.columns) for item in load_template(path).fields().values()]
        for path in (tmp_path / "blank" / "template.toml", tmp_path / "filled" / "template.toml")
    ]
    assert fields[0] == fields[1] and len(fields[0]) > 12


def test_a_draft_is_never_written_over_an_edited_template(tmp_path: Path) -> None:
    (tmp_path / "template.toml").write_text("# 改过的", "utf-8")
    told = run("adopt", forms.FORMS / forms.LEDGER, "-o", tmp_path, code=2)
    assert "不覆盖" in told
    assert (tmp_path / "template.toml").read_text("utf-8") == "# 改过的"


def test_copies_that_disagree_are_told(tmp_path: Path) -> None:
    """In the second copy somebody retyped a header."""
    book = openpyxl.load_workbook(forms.FORMS / forms.CONDITIONS_RIGHT)
    sheet = book["Sheet1"]
    sheet["E4"] = "去年"
    book.save(tmp_path / "改过.xlsx")
    told = run(
        *("adopt", "--check", forms.FORMS / forms.CONDITIONS_RIGHT, tmp_path / "改过.xlsx"),
        *("--plugin-dir", forms.PLUGIN),
    )
    assert "办学条件自查表，79 项里找到 79 项" in told
    assert "改过.xlsx：办学条件自查表，79 项里找到 66 项" in told
    assert "小学部/2024年" in told


def test_show_names_every_cell_that_is_read(tmp_path: Path) -> None:
    target = tmp_path / "对照.xlsx"
    run("show", forms.FORMS / forms.STATISTICS, "-o", target, "--plugin-dir", forms.PLUGIN)
    book = openpyxl.load_workbook(target)
    pupils = book["教基3112_小学"]
    assert pupils["G6"].comment.text.startswith("students.total@primary")
    assert pupils["C6"].comment.text.startswith("students.graduates")
    assert pupils["G6"].fill.fgColor.rgb != pupils["C6"].fill.fgColor.rgb
    assert pupils["E6"].comment is None, "95 girls among the entrants are not read"
    listed = {row[0]: row[2] for row in book["对照"].iter_rows(min_row=2, values_only=True)}
    assert listed["students.total@primary"] == "教基3112_小学!G6"
    assert book["教基1001_小学"]["C3"].value == "某某县第一小学"


def test_a_stranger_is_not_shown(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book["Sheet"].append(["白菜", "三斤"])
    book.save(tmp_path / "清单.xlsx")
    told = run("show", tmp_path / "清单.xlsx", "-o", tmp_path / "x.xlsx", code=3)
    assert "不是本程序认识的填报表" in told and not (tmp_path / "x.xlsx").exists()


def test_the_fields_are_listed_with_the_words_they_are_found_by() -> None:
    told = run("fields", "own_conditions", "--plugin-dir", forms.PLUGIN)
    assert "primary=小学部/2026年 × 在校学生数" in told
    assert "whole=“学校（盖章）”冒号后" in told
    assert "row=自查情况/是、自查情况/否" in run(
        "fields", "own_safety", "--plugin-dir", forms.PLUGIN
    )


def test_a_form_of_the_county_is_not_drawn_anew(tmp_path: Path) -> None:
    told = run("build", "own_safety", "--plugin-dir", forms.PLUGIN, "-o", tmp_path, code=2)
    assert "用的是自己的表。请把空白表放在" in told and not list(tmp_path.iterdir())
    assert "（用自己的表）" in run("list", "--plugin-dir", forms.PLUGIN)


@pytest.mark.parametrize("name", ["honggutan.xlsx", "shangshiqiao.xlsx"])
def test_a_draft_of_any_form_is_a_template_that_can_be_loaded(tmp_path: Path, name: str) -> None:
    """Workbooks with hidden sheets, and several tables on a sheet."""
    run("adopt", forms.HERE.parents[1] / "examples" / name, "-o", tmp_path)
    template = load_template(tmp_path / "template.toml")
    assert len(template.fields()) > 20
