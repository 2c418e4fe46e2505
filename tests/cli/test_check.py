"""``checker check`` as clerks and aggregators meet it: real workbooks, the real command."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest

from checker.demo.synthetic_county import County
from checker.reading import read_snapshot
from checker.reports.json_report import SCHEMA
from checker.writing import fill_cells

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def document(done: Any) -> dict[str, Any]:
    """The JSON of a run, held against the published schema."""
    found: dict[str, Any] = json.loads(done.stdout)
    jsonschema.validate(found, json.loads(SCHEMA.read_text("utf-8")))
    return found


def test_a_right_workbook_is_clean(checker: Run, right: Path) -> None:
    done = checker("check", right, "--no-mark")
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("✓ ")
    assert done.stderr == ""


def test_a_wrong_workbook_says_where_what_by_which_clause_and_how_to_mend(
    checker: Run, wrong: Path, county: County
) -> None:
    done = checker("check", wrong, "--no-mark")
    assert done.returncode == 1
    answer = next(item for item in county.answers if item.file == wrong.name)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("✗ ")
    assert f"  {answer.sheet}" in lines
    assert any(line.split()[0] == answer.cell for line in lines if line.strip())
    for word in ("不通过", "要求 ", "依据：", "怎么办："):
        assert word in done.stdout


def test_the_json_keeps_to_its_schema_and_names_every_planted_error(
    checker: Run, county: County
) -> None:
    done = checker("check", county.folder, "--no-mark", "--format", "json")
    assert done.returncode == 1
    found = {
        (Path(item["file"]).name, item["rule"], item["sheet"], item["cell"])
        for item in document(done)["findings"]
    }
    assert found == {(item.file, item.rule, item.sheet, item.cell) for item in county.answers}


def test_marked_copies_go_beside_and_the_original_stays(
    checker: Run, wrong: Path, tmp_path: Path
) -> None:
    mine = Path(shutil.copy(wrong, tmp_path))
    before = mine.read_bytes()
    done = checker("check", mine)
    copy = tmp_path / "校验结果" / mine.name
    assert f"标记副本：{copy}" in done.stdout
    assert mine.read_bytes() == before
    sheets = read_snapshot(copy).sheets
    assert "校验结果" in sheets
    assert "校验结果" not in read_snapshot(mine).sheets
    shown = [value for line in sheets["校验结果"].rows for value in line]
    assert "先做这几件事" in shown
    assert "不通过" in shown[shown.index("先做这几件事") :]


def test_in_place_keeps_a_backup(checker: Run, wrong: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copy(wrong, tmp_path))
    before = mine.read_bytes()
    assert checker("check", mine, "--in-place").returncode == 1
    assert (tmp_path / f"{mine.stem}.备份.xlsx").read_bytes() == before
    assert "校验结果" in read_snapshot(mine).sheets


def test_out_names_the_folder_and_no_mark_writes_nothing(
    checker: Run, wrong: Path, tmp_path: Path
) -> None:
    checker("check", wrong, "--out", "别处")
    assert [path.name for path in (tmp_path / "别处").glob("[!.]*")] == [wrong.name]
    assert (tmp_path / "别处" / ".checker-written").read_text("utf-8") == f"{wrong.name}\n"
    before = sorted(path.name for path in wrong.parent.iterdir())
    checker("check", wrong, "--no-mark")
    assert sorted(path.name for path in wrong.parent.iterdir()) == before


def test_marked_copies_are_not_checked_again_as_part_of_the_folder(
    checker: Run, wrong: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "收齐的表"
    folder.mkdir()
    shutil.copy(wrong, folder)
    for _ in range(2):
        done = checker("check", folder, "--format", "json")
        assert len(document(done)["files"]) == 1


def test_select_and_ignore_take_rules_and_families(checker: Run, county: County) -> None:
    def rules(*options: str) -> set[str]:
        done = checker("check", county.folder, "--no-mark", "--format", "json", *options)
        return {item["rule"] for item in document(done)["findings"]}

    everything = {item.rule for item in county.answers}
    family = sorted({rule[:3] for rule in everything if not rule.startswith("FORM")})[0]
    assert rules("--select", family) == {rule for rule in everything if rule.startswith(family)}
    one = min(everything)
    assert rules("--ignore", one) == everything - {one}
    assert rules("--ignore", f"{family},FORM") == {
        rule for rule in everything if not rule.startswith((family, "FORM"))
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--select", "XYZ9"), "没有规则、规则族或插件“XYZ9”"),
        (("--in-place", "--no-mark"), "不能和"),
        (("--previous", "没有"), "没有上年的文件或文件夹"),
        (("--profile", "火星"), "火星"),
        (("--format", "pdf"), "pdf"),
    ],
)
def test_a_wrong_command_line_is_exit_code_2_in_one_sentence(
    checker: Run, right: Path, options: tuple[str, ...], said: str
) -> None:
    done = checker("check", right, *options)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "文件是空的"), (b"%PDF-1.4", "这其实是 PDF 文档"), (None, "不是本程序认识的填报表")],
)
def test_a_last_years_file_that_is_no_form_is_said_before_anything_is_checked(
    checker: Run, right: Path, tmp_path: Path, content: bytes | None, said: str
) -> None:
    """It was passed over, as if there were nothing to compare with."""
    if content is None:
        openpyxl.Workbook().save(tmp_path / "去年.xlsx")
    else:
        (tmp_path / "去年.xlsx").write_bytes(content)
    done = checker("check", right, "--no-mark", "--previous", "去年.xlsx")
    assert done.returncode == 2 and not done.stdout
    assert "上年的表读不出来：" in done.stderr and said in done.stderr


def test_bad_files_are_named_and_the_others_are_judged(
    checker: Run, wrong: Path, right: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "收齐的表"
    folder.mkdir()
    shutil.copy(wrong, folder)
    shutil.copy(right, folder)
    (folder / "空.xlsx").write_bytes(b"")
    (folder / "截断.xlsx").write_bytes(wrong.read_bytes()[:20_000])
    (folder / "其实是网页.xlsx").write_text("<html>不是表格</html>", "utf-8")
    (folder / "~$锁.xlsx").write_bytes(b"x")
    done = checker("check", folder, "--no-mark", "--format", "json")
    assert done.returncode == 3
    files = {Path(item["path"]).name: item for item in document(done)["files"]}
    assert {name: item["status"] for name, item in files.items()} == {
        wrong.name: "checked",
        right.name: "checked",
        "空.xlsx": "unreadable",
        "截断.xlsx": "unreadable",
        "其实是网页.xlsx": "unreadable",
        "~$锁.xlsx": "not_looked_at",
    }
    assert all(item["message"] for item in files.values() if item["status"] == "unreadable")


def test_a_file_that_is_not_there_and_a_stranger(checker: Run, tmp_path: Path) -> None:
    from xlsxwriter import Workbook

    with Workbook(str(tmp_path / "花名册.xlsx")) as workbook:
        workbook.add_worksheet("名单").write("A1", "姓名")
    done = checker("check", "没有.xlsx", "花名册.xlsx")
    assert done.returncode == 3
    assert "没有.xlsx  无法读取：" in done.stdout
    assert "花名册.xlsx  不是已知的填报表：" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_plugin_dropped_in_runs(checker: Run, right: Path, tmp_path: Path) -> None:
    write_plugin(tmp_path / "插件" / "local", check="students.total > 1000000")
    done = checker(
        "check", right, "--no-mark", "--format", "json", "--plugin-dir", tmp_path / "插件"
    )
    assert done.returncode == 1
    assert {item["rule"] for item in document(done)["findings"]} == {"LOC1"}


def test_a_plugin_that_cannot_be_used_is_named_and_costs_nobody_else_anything(
    checker: Run, wrong: Path, county: County, tmp_path: Path
) -> None:
    write_plugin(tmp_path / "local", check="students.total >")
    done = checker(
        "check", wrong, "--no-mark", "--format", "json", "--plugin-dir", tmp_path / "local"
    )
    assert done.returncode == 4
    found = document(done)
    assert [error["plugin"] for error in found["errors"]] == ["local"]
    assert {item["rule"] for item in found["findings"]} == {
        item.rule for item in county.answers if item.file == wrong.name
    }


def test_two_families_deleted_from_the_folder_and_the_rest_works(
    checker: Run, county: County, tmp_path: Path
) -> None:
    import checker_validators

    source = Path(checker_validators.__file__ or "").parent
    target = tmp_path / "lib" / "checker_validators"
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    shutil.rmtree(target / "finance")
    shutil.rmtree(target / "teachers")
    done = checker(
        "check",
        county.folder,
        "--no-mark",
        "--format",
        "json",
        env={"PYTHONPATH": str(tmp_path / "lib")},
    )
    found = document(done)
    assert found["errors"] == []
    expected = {item.rule for item in county.answers if item.rule[:3] not in ("FIN", "TEA")}
    assert {item["rule"] for item in found["findings"]} == expected
    assert expected < {item.rule for item in county.answers}


def test_a_soft_finding_that_is_explained_becomes_explained(
    checker: Run, right: Path, tmp_path: Path
) -> None:
    """Mark, write a text into the sheet 说明 of the marked copy, check that again."""
    from checker.model.cells import CellRef
    from checker.model.marks import CellEdit
    from checker.session import Session

    session = Session()
    submission = session.bind(read_snapshot(right))
    assert not isinstance(submission, str)
    phone = next(ref for ref in submission.facts if ref.field == "school.phone")
    place = submission.locate(phone)
    assert place is not None
    doubtful = tmp_path / right.name
    fill_cells(right, doubtful, [CellEdit(place.sheet, place.a1, "8395")])

    first = checker("check", doubtful)
    assert first.returncode == 0
    assert "存疑 1" in first.stdout
    marked = tmp_path / "校验结果" / right.name
    area = submission.explanation_area
    assert area is not None
    corner = area[0]
    sheet = read_snapshot(marked).sheets[corner.sheet]
    assert sheet.raw(corner.row, corner.column) == 1, "rows are numbered; the key is not shown"
    assert "COD11@school.phone@whole" in sheet.rows[corner.row - sheet.origin[0]]
    text = CellRef(corner.sheet, corner.row, corner.column + 3)
    fill_cells(marked, marked, [CellEdit(text.sheet, text.a1, "学校只有内线电话。")])

    again = checker("check", marked, "--in-place")
    assert again.returncode == 0
    assert "已说明 1" in again.stdout
    assert "存疑" not in again.stdout.splitlines()[0]
    kept = read_snapshot(marked).sheets[corner.sheet]
    assert kept.raw(corner.row, corner.column + 3) == "学校只有内线电话。"


def test_last_years_workbook_speaks_where_the_form_has_no_figure_of_last_year(
    checker: Run, right: Path, tmp_path: Path
) -> None:
    """上年数 left empty: with last year's folder fewer cameras are noticed, without it nothing."""
    from checker.model.marks import CellEdit
    from checker.model.submission import FactRef
    from checker.session import Session

    submission = Session().bind(read_snapshot(right))
    assert not isinstance(submission, str)
    now = submission.locate(FactRef("safety.cameras", "whole"))
    before = submission.locate(FactRef("safety.cameras", "whole.previous"))
    assert now is not None
    assert before is not None
    mine = tmp_path / right.name
    fill_cells(right, mine, [CellEdit(before.sheet, before.a1, None)])
    folder = tmp_path / "去年的表" / "一批"
    folder.mkdir(parents=True)
    fill_cells(right, folder / "另一个名字.xlsx", [CellEdit(now.sheet, now.a1, 999)])

    alone = checker("check", mine, "--no-mark", "--format", "json", "--select", "SAF204")
    assert document(alone)["findings"] == []
    found = document(
        checker(
            *("check", mine, "--no-mark", "--format", "json", "--select", "SAF204"),
            *("--previous", tmp_path / "去年的表"),
        )
    )["findings"]
    assert [(item["rule"], item["cell"]) for item in found] == [("SAF204", now.a1)]


def test_the_settings_file_of_the_folder_holds(checker: Run, wrong: Path, tmp_path: Path) -> None:
    (tmp_path / "checker.toml").write_text('select = ["SAF6"]\nmark = false\n', "utf-8")
    done = checker("check", wrong)
    assert done.returncode == 0
    assert not (wrong.parent / "校验结果").exists()


def test_a_profile_changes_what_a_rule_counts_as(checker: Run) -> None:
    def severity(*options: str) -> str:
        done = checker("rules", "--family", "CLS", "--format", "json", *options)
        rules = {item["id"]: item for item in json.loads(done.stdout)}
        found: str = rules["CLS1a"]["severity"]
        return found

    assert severity() == "info"
    assert severity("--profile", "jiangxi") == "standard"


def test_another_profile_than_the_national_one_is_named(checker: Run, wrong: Path) -> None:
    assert "口径：" not in checker("check", wrong, "--no-mark").stdout
    told = checker("check", wrong, "--no-mark", "--profile", "jiangxi").stdout
    assert told.splitlines()[-1].startswith("口径：江西")


def write_plugin(folder: Path, check: str) -> None:
    """A plugin with one rule."""
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(
        f"""
[plugin]
id = "local"
title = "本县自定"
version = "1"
api_version = 1

[families]
LOC = "本县自定"

[documents.own]
title = "本县规定"
confirmed = true

[[rules]]
id = "LOC1"
kind = "relation"
title = "本县自定的规则"
severity = "hard"
templates = ["compulsory_school"]
scope = "submission"
check = "{check}"
what = "查在校学生数。"
why = "本县规定。"
fix = "核对在校学生数。"
sources = [{{ document = "own", clause = "第一条" }}]
since = 2020
examples = [
  {{ expect = "pass", facts = {{ "school.type" = "211", "students.total@primary" = 2000000 }} }},
  {{ expect = "fail", facts = {{ "school.type" = "211", "students.total@primary" = 20 }} }},
]
""",
        "utf-8",
    )
