"""The layout is the contract between the builder and whoever reads a workbook back."""

from __future__ import annotations

from checker_templates.building.hidden_names import code_choice
from checker_templates.building.layout import lay_out

from checker.forms.names import field_name, indicator_name, table_name
from checker.forms.registry import installed_templates
from checker.model.cells import CellRef
from checker.model.template import Template


def test_a_form_stands_where_official_forms_have_it(small: Template) -> None:
    layout = lay_out(small)
    teachers = layout.forms["teachers"]
    assert layout.school_rows["teachers"] == 4, "学校名称/标识码 above the grid"
    assert "basic" not in layout.school_rows, "not where these are typed"
    assert (teachers.header_row, teachers.number_row) == (5, 6)
    assert teachers.cell("students.total", "primary") == CellRef("教师", 7, 4)
    assert teachers.cell("money.training", "whole.previous") == CellRef("教师", 10, 8)
    assert teachers.headers["shared"] == "共用"


def test_a_table_below_a_form_uses_its_columns(small: Template) -> None:
    layout = lay_out(small)
    rooms = layout.tables["rooms"]
    assert (
        rooms.title_row is not None
        and rooms.title_row > layout.forms["teachers"].rows["area.sports"]
    )
    assert rooms.ordinal_column == 2, "序号 under 行号"
    assert rooms.headers == {"use": "用途", "area": "面积（平方米）", "built": "建成年份"}
    assert rooms.last_row - rooms.first_row + 1 == 6
    assert layout.footer_rows["teachers"] > rooms.last_row
    classes = layout.tables["classes"]
    assert (classes.title_row, classes.ordinal_column) == (None, 1)
    assert classes.body.left == 2


def test_every_bundled_field_has_a_cell_of_its_own() -> None:
    for item in installed_templates():
        layout = lay_out(item.template)
        cells = [
            layout.cell(field, column)
            for field in item.template.fields().values()
            for column in field.columns
        ]
        assert len(cells) == len(set(cells)) > 20
        for table in layout.tables.values():
            inside = [
                cell
                for cell in cells
                if cell.sheet == table.sheet.title and table.first_row <= cell.row <= table.last_row
            ]
            assert inside == []


def test_names_are_what_rules_and_readers_expect() -> None:
    assert field_name("teachers.full_time", "primary") == "F_teachers_full_time__primary"
    assert field_name("students.total", "whole.previous") == "F_students_total__whole_previous"
    assert table_name("special_rooms") == "T_special_rooms"
    assert indicator_name("RES1", "whole") == "I_RES1__whole"


def test_a_code_is_chosen_with_its_meaning_unless_it_is_a_word() -> None:
    assert code_choice("211", "小学") == "211 小学"
    assert code_choice("一年级", "小学一年级") == "一年级"
