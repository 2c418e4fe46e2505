"""An author writes a template.toml; mistakes are named by file, key and expectation."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from checker import toml_files
from checker.forms.errors import TemplateError
from checker.forms.loading import load_template
from checker.forms.registry import bundled_folder, declared_in
from checker.forms.schema_check import problems_of, template_json_schema
from checker.model.template import Blank, FieldType, SheetKind, Template

SMALL = Path(__file__).parent / "data" / "small.toml"
SOURCES = [SMALL, *declared_in(bundled_folder())]


def test_a_template_is_read_as_it_was_written(small: Template) -> None:
    assert (small.id, small.edition, small.level) == ("small_school", 2026, "school")
    assert [sheet.kind for sheet in small.sheets] == [
        SheetKind.GUIDE,
        SheetKind.FORM,
        SheetKind.FORM,
        SheetKind.TABLE,
        SheetKind.INDICATORS,
        SheetKind.EXPLANATIONS,
    ]
    backbone = small.fields()["teachers.backbone"]
    assert (backbone.row_code, backbone.type, backbone.blank) == ("03", FieldType.COUNT, Blank.ZERO)
    assert (backbone.columns, backbone.indent) == (("primary", "junior"), 1)
    assert Decimal(small.stages[1].weight) == Decimal("1.1"), "weights stay exact"
    assert small.split.by_code["312"] == ("primary", "junior")
    assert small.split.attached == {"school.attached_junior": "junior"}
    assert small.tables()["rooms"].columns[1].unit == "平方米"
    assert small.code_lists["school_type"]["311"] == "初级中学"


MISTAKES = [
    ('type = "count"', 'type = "cout"', ["students.total", "type", "cout", "count、amount"]),
    ('row = "02"', "row = 2", ["school.code", "row", "文本"]),
    ("capacity = 6", "capasity = 6", ["rooms", "capasity", "不认识", "缺少"]),
    ('title = "小型填报表"\n', "", ["title", "缺少"]),
    ("edition = 2026", 'edition = "2026"', ["edition", "整数"]),
    ("edition = 2026", "edition = 1026", ["edition", "不能小于 2000"]),
    ('kind = "table"', 'kind = "tabel"', ["classes", "kind", "tabel"]),
    ('title = "班级"\nkind', 'title = "班/级"\nkind', ["班/级", "title"]),
    ('title = "班级"\nkind', 'title = "班\'级"\nkind', ["班'级", "title"]),
    ('columns = ["primary", "junior"]', 'columns = ["primry"]', ["students.total", "primry"]),
    ('stage = "junior"', 'stage = "middle"', ["教师", "junior", "middle"]),
    ('codes = "grade"', 'codes = "class"', ["classes", "grade", "class"]),
    ('id = "teachers.backbone"', 'id = "teachers.full_time"', ["teachers.full_time", "重复"]),
    ('row = "03"\ntype = "count"', 'row = "02"\ntype = "count"', ["教师", "行号", "02", "重复"]),
    ('enrolment = "students.total"', 'enrolment = "students.all"', ["enrolment", "students.all"]),
    ('name = "school.name"', 'name = "school.title"', ["identity.name", "school.title"]),
    ('"312" = ["primary"', '"312" = ["prime"', ["312", "prime"]),
    ('id = "whole.previous", title = "上年数", previous = true', 'id = "last", title = "上年数"',
     ["last", "whole"]),
    ("minimum = 0", "minimum = 5\nmaximum = 2", ["money.training", "minimum"]),
    ("[split]", "[split", ["TOML"]),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "named"), MISTAKES)
def test_a_mistake_is_named_by_file_key_and_expectation(
    tmp_path: Path, right: str, wrong: str, named: list[str]
) -> None:
    text = SMALL.read_text("utf-8")
    assert right in text
    file = tmp_path / "somewhere.toml"
    file.write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(TemplateError) as caught:
        load_template(file)
    message = str(caught.value)
    assert "somewhere" in message
    for word in named:
        assert word in message
    assert "Error" not in message and "Traceback" not in message


def test_ids_that_would_share_a_defined_name_are_refused(tmp_path: Path) -> None:
    text = SMALL.read_text("utf-8").replace('id = "teachers.backbone"', 'id = "teachers.full.time"')
    file = tmp_path / "template.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(TemplateError, match="名称"):
        load_template(file)


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"nowhere\.toml"):
        load_template(tmp_path / "nowhere.toml")


def test_a_corrected_file_is_read_afresh(tmp_path: Path) -> None:
    path = tmp_path / "template.toml"
    path.write_text(SMALL.read_text("utf-8"), "utf-8")
    assert load_template(path).title == "小型填报表"
    path.write_text(SMALL.read_text("utf-8").replace("小型填报表", "小型填报表改"), "utf-8")
    assert load_template(path).title == "小型填报表改"


def test_the_published_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(template_json_schema())


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.parent.name)
def test_every_template_satisfies_the_published_schema(source: Path) -> None:
    document = toml_files.parse(source)
    jsonschema.validate(document, template_json_schema())
    assert problems_of(document) == []
    load_template(source)


@pytest.mark.parametrize(("right", "wrong", "named"), MISTAKES[:8])
def test_editors_and_the_program_refuse_the_same_documents(
    right: str, wrong: str, named: list[str]
) -> None:
    document = tomllib.loads(SMALL.read_text("utf-8").replace(right, wrong, 1))
    validator = jsonschema.Draft202012Validator(template_json_schema())
    by_schema = {json.dumps(list(error.absolute_path)) for error in validator.iter_errors(document)}
    assert by_schema, "a schema-aware editor would have shown this"
    assert problems_of(document)
