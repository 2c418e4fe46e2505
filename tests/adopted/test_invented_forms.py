"""Hand-made forms of every kind are drafted, and what is read of them is right or not read."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.adopted import invented_forms
from tests.adopted.invented_forms import Invented
from tests.adopted.test_changed_layouts import share_read

from checker.authoring.adoption import draft
from checker.forms.binding import bind
from checker.forms.loading import load_template
from checker.forms.recognition import Unrecognised, recognise
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
        assert not isinstance(template, Unrecognised)
        one = dict(_values(bind(read_snapshot(path), template)))
        assert dict(_values(bind(old, template))) == one
