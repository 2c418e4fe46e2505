"""Hand-made forms of every kind are drafted, and what is read of them is right or not read."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from msgspec.structs import replace
from tests.adopted import invented_forms
from tests.adopted.invented_forms import Invented
from tests.adopted.test_changed_layouts import share_read

from checker.authoring.adoption import draft
from checker.authoring.adoption_check import compare
from checker.forms.binding import bind
from checker.forms.loading import load_template
from checker.forms.recognition import recognise
from checker.model.submission import Fact, FactState, Submission
from checker.model.template import Template
from checker.reading import read_snapshot

FORMS = pytest.mark.parametrize("name", invented_forms.ALL)


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    """The drafts of all forms, loaded."""
    found = {}
    for number, (name, form) in enumerate(invented_forms.ALL.items()):
        path = tmp_path_factory.mktemp("draft") / "template.toml"
        text = draft([invented_forms.snapshot(name, form)], f"form{number}").text
        path.write_text(text, "utf-8")
        found[name] = load_template(path)
    return found


def read(submission: Submission) -> Iterator[tuple[tuple[str, str, int], Fact]]:
    """Everything that was read, by label, column and row."""
    fields = submission.template.fields()
    for ref, fact in submission.facts.items():
        if fact.cell is not None and not (submission.units and not ref.row):
            yield (fields[ref.field].label, ref.column, ref.row), fact
    for table in submission.template.tables().values():
        titles = {column.id: f"明细：{column.title}" for column in table.columns}
        for row in submission.tables.get(table.id, ()):
            for name, fact in row.facts.items():
                yield (titles[name], "", row.ordinal), fact


@FORMS
def test_the_draft_reads_every_cell_where_it_stands(
    name: str, drafted: dict[str, Template]
) -> None:
    form = invented_forms.ALL[name]
    snapshot = invented_forms.snapshot(name, form)
    template = recognise(snapshot, list(drafted.values()))
    assert template is drafted[name], "no other of the forms is like it"
    submission = bind(snapshot, template)
    cells = {key: fact.cell.a1 for key, fact in read(submission) if fact.cell}
    assert {key: cells.get(key) for key in form.cells} == form.cells
    assert sum(key[0] not in ("制表单位", "制表人") for key in cells) == form.read
    assert not [each for each in submission.problems if each.rule != "FORM003"]


def test_what_was_chosen_is_the_printed_word(drafted: dict[str, Template]) -> None:
    form = invented_forms.snapshot("打勾三选一", invented_forms.TICKS)
    rows = bind(form, drafted["打勾三选一"]).tables["sheet1_t1"]
    chosen = [row.facts["c3"].value for row in rows]
    assert chosen == ["合格", "基本合格", "合格", "不合格"]


def test_the_seal_is_no_part_of_the_name(drafted: dict[str, Template]) -> None:
    for name in ("交叉表", "打勾三选一"):
        submission = bind(invented_forms.snapshot(name, invented_forms.ALL[name]), drafted[name])
        assert submission.identity("name") == "某某小学"


def test_whose_form_it_is_is_not_taken_from_what_begins_alike(
    drafted: dict[str, Template],
) -> None:
    """学校性质 and 学校地址 are no names; a year printed behind the name is no part of it."""
    names = {
        "上下两表": "某某第一小学",
        "指标名称和代码": "某某县第三中学",
        "行次和栏次": "某某第一小学",
    }
    for form, name in names.items():
        submission = bind(invented_forms.snapshot(form, invented_forms.ALL[form]), drafted[form])
        assert submission.identity("name") == name


def test_a_name_beside_its_label_is_found_and_another_pair_is_no_name(tmp_path: Path) -> None:
    """学校 | 某某小学 above a table; where the name is gone, what stands there is not read."""
    rows = [list(row) for row in invented_forms.MANY_SHEETS.rows]
    rows[1] = ["学校", "某某小学", "校长：王五", ""]
    form = replace(invented_forms.MANY_SHEETS, rows=rows, sheets=("表",))
    (tmp_path / "template.toml").write_text(
        draft([invented_forms.snapshot("表", form)], "form").text, "utf-8"
    )
    template = load_template(tmp_path / "template.toml")
    assert bind(invented_forms.snapshot("表", form), template).identity("name") == "某某小学"
    rows[1] = ["学校", "校长：王五", "", ""]
    submission = bind(invented_forms.snapshot("表", replace(form, rows=rows)), template)
    assert submission.identity("name") == ""
    assert "B2 里是另一项“校长:王五”" in submission.problems[0].message
    rows[1] = ["学校", "（全称）", "某某小学", ""]  # a column was inserted for a remark
    submission = bind(invented_forms.snapshot("表", replace(form, rows=rows)), template)
    assert submission.identity("name") == ""
    assert "B2 里的“(全称)”像是注" in submission.problems[0].message


def test_a_label_drawn_apart_ends_the_value_before_it(drafted: dict[str, Template]) -> None:
    form = invented_forms.snapshot("指标", invented_forms.INDICATORS)
    facts = {
        ref.field: fact.typed for ref, fact in bind(form, drafted["指标名称和代码"]).facts.items()
    }
    assert {"王五", "张三", "13800000000", "县教1表"} <= {*facts.values()}


def test_relations_of_rows_are_drafted_where_years_stand_side_by_side() -> None:
    for form, many in ((invented_forms.INDICATORS, 2), (invented_forms.SPENDING, 2)):
        made = draft([invented_forms.snapshot("表", form)], "form")
        assert len(made.rules) == many and "rules" not in made.text, made.found


def test_totals_above_their_rows_are_compared_and_the_footer_is_no_school(
    drafted: dict[str, Template],
) -> None:
    form = invented_forms.TOTALS_ABOVE
    rows = [list(row) for row in form.rows]
    rows[3][3], rows[4][4] = 3100, 40
    wrong = invented_forms.snapshot("合计", replace(form, rows=rows))
    submission = bind(wrong, drafted["合计在上"])
    assert [unit.identity("name") for unit in submission.units] == [
        "城关一小",
        "城关二小",
        "河口小学",
    ]
    told = {str(each.cell): each.message for each in submission.problems}
    assert told.keys() == {"Sheet1!D4", "Sheet1!E5"}
    assert "总计一行的“校舍建筑面积(㎡)/计”是 3100，下面 3 行加起来是 3000" in told["Sheet1!D4"]


def test_the_same_table_twice_is_drafted_only_where_a_heading_tells_them_apart() -> None:
    form = invented_forms.STACKED
    rows = [row for row in form.rows if row[0] not in ("一、小学部", "二、初中部")]
    made = draft([invented_forms.snapshot("叠", replace(form, rows=rows, merged=()))], "form")
    assert any("请每校一份" in line for line in made.found) and "grids" not in made.text


def test_a_second_ledger_is_named_and_the_draft_can_be_used(tmp_path: Path) -> None:
    rows = [["学校台账"], ["序号", "学校名称", "学生数"], [1, "甲小学", 100], [2, "乙小学", 200]]
    form = Invented(rows=rows, merged=(), cells={}, read=0, sheets=("小学", "初中"))
    other = [["初中台账"], *rows[1:]]
    data = invented_forms.snapshot("台账", form)
    second = invented_forms.snapshot("台账", replace(form, rows=other, sheets=("初中",)))
    both = replace(data, sheets={**data.sheets, "初中": second.sheets["初中"]})
    made = draft([both], "form")
    assert any(line.startswith("初中：") and "也是台账，没有起草" in line for line in made.found)
    (tmp_path / "template.toml").write_text(made.text, "utf-8")
    template = load_template(tmp_path / "template.toml")
    bound = bind(both, template)
    assert len(bound.units) == 2
    (told,) = bound.problems
    assert told.rule == "FORM024" and "“初中”里的数没有读" in told.message
    assert "其中的单位没有计入" in told.message
    notes = replace(both.sheets["初中"], rows=(["初中台账"], ["序号", "学校名称", "学生数"]))
    assert bind(replace(both, sheets={**both.sheets, "初中": notes}), template).problems == ()
    book = openpyxl.Workbook()
    for title, lines in (("小学", rows), ("初中", other), ("填表说明", [["注"]])):
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.remove(book.worksheets[0])
    book.save(tmp_path / "台账.xlsx")
    compared = list(compare([template], [tmp_path / "台账.xlsx"]))
    assert compared[1:] == ["  工作表“初中”里有数，模板没有用到它，没有读。"]


def test_a_form_of_which_nothing_was_found_is_not_called_blank(
    drafted: dict[str, Template],
) -> None:
    """Its header stands twice, all cells are filled in and none was read."""
    form = invented_forms.STACKED
    rows = [row for row in form.rows if row[0] not in ("一、小学部", "二、初中部")]
    seen = invented_forms.snapshot("叠", replace(form, rows=rows, merged=()))
    submission = bind(seen, drafted["上下两表"])
    assert not submission.blank and [each.rule for each in submission.problems] == ["FORM027"]
    empty = [[each if isinstance(each, str) else "" for each in row] for row in form.rows]
    assert (
        bind(invented_forms.snapshot("空", replace(form, rows=empty)), drafted["上下两表"]).blank
        is False
    )  # 学校性质 is filled in


@FORMS
def test_what_is_read_after_any_change_is_right_or_not_read(
    name: str, drafted: dict[str, Template]
) -> None:
    form: Invented = invented_forms.ALL[name]
    original = invented_forms.snapshot(name, form)
    # a figure in the other table's column of the same name belongs to the other label
    swaps = name != "左右两表"
    share = share_read(original, drafted[name], 60, _values, swaps)
    assert share > 0.5, "most of it is read all the same"


def _values(submission: Submission) -> dict[object, object]:
    """What was read, rows of lists and ledgers by what nothing else has in them."""
    facts: dict[object, Fact] = {
        (unit.identity("name"), ref): fact
        for unit in submission.units
        for ref, fact in unit.facts.items()
    }
    for rows in submission.tables.values():
        for row in rows:
            facts |= {(row.facts["c2"].typed, name): fact for name, fact in row.facts.items()}
    if not submission.units:
        facts |= submission.facts
    read = (FactState.GIVEN, FactState.BLANK)
    return {key: fact.value for key, fact in facts.items() if fact.state in read}


def test_sheets_of_several_schools_are_told_apart_by_nobody(tmp_path: Path) -> None:
    form = invented_forms.snapshot("各校", invented_forms.MANY_SHEETS)
    made = draft([form], "many")
    assert sum("请每校一份" in line for line in made.found) == 2
    (tmp_path / "template.toml").write_text(made.text, "utf-8")
    template = load_template(tmp_path / "template.toml")
    submission = bind(form, template)
    assert all(fact.state is FactState.UNBOUND for fact in submission.facts.values())
    (told,) = submission.problems
    assert "“第1小学”、“第2小学”、“第3小学”都像，不能确定是哪一张" in told.message


def test_the_old_format_of_a_form_is_read_like_the_new(
    tmp_path: Path, drafted: dict[str, Template]
) -> None:
    """All of them saved as .xls by LibreOffice."""
    paths = []
    for name, form in invented_forms.ALL.items():
        paths.append(tmp_path / f"{name}.xlsx")
        paths[-1].write_bytes(invented_forms.content(form))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    words = ["soffice", profile, "--headless", "--convert-to", "xls", "--outdir", str(tmp_path)]
    subprocess.run([*words, *map(str, paths)], check=True, capture_output=True, timeout=500)
    for path in paths:
        old = read_snapshot(path.with_suffix(".xls"))
        template = recognise(old, list(drafted.values()))
        one = dict(_values(bind(read_snapshot(path), template)))
        assert dict(_values(bind(old, template))) == one
