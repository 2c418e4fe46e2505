"""校验.html in real Chromium, opened as a file with the network cut: what it says and writes is
what the command line says and writes."""

from __future__ import annotations

import json
import re
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import MANY, checker, demo_county, document, fill_school
from page_visit import Visit
from test_county_page import HOSTILE

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]
MOST_BYTES = 12_000_000
REACHED = "document.activeElement.tagName + document.activeElement.dataset.fill"
TOLD = "属实：本学期新建，<b>附</b>批复。"


@pytest.fixture(scope="module")
def schools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """县: ten demo schools, the examples, a hostile name, and files that are no forms."""
    place = tmp_path_factory.mktemp("schools")
    folder = demo_county(place / "县", 10)
    for other in folder.iterdir():
        if other.suffix != ".xlsx":
            other.unlink()
    for example in (ROOT / "examples").glob("*.xlsx"):
        shutil.copyfile(example, folder / example.name)
    fill_school(folder / "改名.xlsx", "2136999999", HOSTILE, {"students.total": {"primary": 100}})
    bad = ROOT / "tests" / "corpus" / "bad"
    shutil.copyfile(next(bad.glob("*_protect.xlsx")), folder / "加密.xlsx")
    shutil.copyfile(
        next((ROOT / "tests/corpus/ok").glob("*_CFEqualsString.xlsx")), folder / "别的表.xlsx"
    )
    whole = (ROOT / "examples" / "laian.xlsx").read_bytes()
    (folder / "损坏.xlsx").write_bytes(whole[: len(whole) // 2])
    return folder


@pytest.fixture(scope="module")
def command_line(schools: Path) -> dict[str, Any]:
    """What the command line says of the same files; its marked copies go to 标记."""
    return document(
        checker(
            "check", "县", "--format", "json", "--out", "标记", "--no-cache", cwd=schools.parent
        )
    )


@pytest.fixture(scope="module")
def visit(page_file: Path, schools: Path, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """All files at once; then one school by itself, with an explanation, printed."""
    place = tmp_path_factory.mktemp("visit")
    files = [str(path) for path in sorted(schools.iterdir())]
    one = str(ROOT / "examples" / "shangshiqiao.xlsx")
    archive = place / "报送.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name in ("laian.xlsx", "linyi.xlsx"):
            packed.write(ROOT / "examples" / name, f"城关/{name}")
    steps: list[dict[str, Any]] = [
        {"do": "drop", "files": files},
        {"do": "seen", "as": "all"},
        {"do": "text", "at": "#list-counts", "as": "counts"},
        {"do": "text", "at": "#files-body tr", "as": "rows"},
        {"do": "download", "button": "#all-copies", "name": "copies.zip"},
        {"do": "open", "name": "改名.xlsx"},
        {"do": "text", "at": "#unit", "as": "hostile"},
        {"do": "evaluate", "script": "document.title", "as": "title"},
        {"do": "count", "at": "main script, main img", "as": "injected"},
        {"do": "drop", "files": [str(archive)]},
        {"do": "text", "at": "#files-body tr", "as": "archived"},
        {"do": "seen"},
        {"do": "drop", "files": [one]},
        {"do": "seen", "as": "one"},
        {"do": "evaluate", "script": "document.body.dataset.seconds", "as": "seconds"},
        {"do": "text", "at": "#counted", "as": "counted"},
        {"do": "text", "at": "#first li", "as": "first"},
        {"do": "click", "at": "#first button.place"},
        {"do": "evaluate", "script": REACHED, "as": "reached"},
        {"do": "text", "at": "#note", "as": "note"},
        {"do": "picture", "name": "wide.png", "width": 1300},
        {"do": "picture", "name": "narrow.png", "width": 390},
        {"do": "evaluate", "script": "document.documentElement.scrollWidth", "as": "scroll"},
        {"do": "print", "name": "page.pdf"},
        {"do": "download", "button": "#copy", "name": "copy.xlsx"},
        {"do": "explain", "texts": {"RES203@area.sports_ground@primary": TOLD}},
        {"do": "seen", "as": "explained"},
        {"do": "text", "at": "#said", "as": "said"},
        {"do": "download", "button": "#copy", "name": "explained.xlsx"},
        {"do": "drop", "files": [str(place / "explained.xlsx")]},
        {"do": "download", "button": "#clean", "name": "cleaned.xlsx"},
        {"do": "twice", "first": files, "then": [one], "shown": "shangshiqiao", "as": "twice"},
        {"do": "click", "at": "#away"},
        {"do": "download", "button": "#blanks button", "name": "blank.xlsx"},
    ]  # fmt: skip
    return Visit(page_file, place, steps)


def verdicts(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings as both sides tell them, without where the file lies."""
    own = {"file", "word", "explainable"}
    return [{name: each[name] for name in each if name not in own} for each in findings]


def test_one_file_that_is_small_enough_to_be_sent(page_file: Path) -> None:
    assert page_file.stat().st_size <= MOST_BYTES
    text = page_file.read_text("utf-8")
    assert "connect-src 'none'" in text
    assert "http://" not in text.partition('class="part"')[0].replace("http-equiv", "")


def test_the_page_says_of_every_file_what_the_command_line_says(
    visit: Visit, command_line: dict[str, Any]
) -> None:
    seen = {each["file"]["path"]: each for each in visit.answers["all"]}
    expected = {Path(each["path"]).name: each for each in command_line["files"]}
    assert set(seen) == set(expected) and len(seen) >= 18
    for name, told in expected.items():
        found = seen[name]["file"]
        for key in set(told) - {"path", "marked_copy"}:
            assert found[key] == told[key], (name, key)
        of_file = [each for each in command_line["findings"] if Path(each["file"]).name == name]
        assert verdicts(seen[name]["findings"]) == verdicts(of_file), name
    statuses = [each["status"] for each in command_line["files"]]
    assert statuses.count("unreadable") == 2 and statuses.count("unknown_template") == 1
    assert len(visit.answers["rows"]) == len(expected)
    assert f"共 {len(expected)} 份" in visit.answers["counts"][0]
    assert any("密码" in row for row in visit.answers["rows"])


def test_marked_copies_are_the_command_lines_byte_for_byte(
    visit: Visit, command_line: dict[str, Any], schools: Path
) -> None:
    made = {path.name: path.read_bytes() for path in (schools.parent / "标记").rglob("*.xlsx")}
    with zipfile.ZipFile(visit.place / "copies.zip") as packed:
        got = {Path(name).name: packed.read(name) for name in packed.namelist()}
    assert set(got) == set(made) and len(got) >= 15
    assert [name for name in got if got[name] != made[name]] == []
    assert (visit.place / "copy.xlsx").read_bytes() == made["shangshiqiao.xlsx"]


def test_nothing_leaves_the_page_and_no_text_runs(visit: Visit) -> None:
    assert visit.told["requests"] == []
    assert visit.told["errors"] == []
    assert visit.told["dialogs"] == 0
    assert "<script>" in visit.answers["hostile"][0]
    assert "注入" not in visit.answers["title"]
    assert visit.answers["injected"] == 0


def test_an_archive_is_looked_into(visit: Visit) -> None:
    rows = visit.answers["archived"]
    assert len(rows) == 2
    assert rows[0].startswith("报送.zip/城关/laian.xlsx") and "已校验" in rows[0]


def test_one_school_is_shown_with_its_sheets(visit: Visit) -> None:
    (told,) = visit.answers["one"]
    assert told["counted"] == visit.answers["counted"][0]
    assert len(visit.answers["first"]) == len(told["file"]["first"]) > 0
    assert visit.answers["reached"] == "TDfail"
    assert "不通过" in visit.answers["note"][0]
    drawn = {sheet["title"]: sheet for sheet in told["sheets"]}
    assert drawn["基本情况"]["rows"][5][3] == "商城县上石桥一小"
    assert drawn["基本情况"]["marks"]["D7"][0] == "fail"
    assert visit.answers["scroll"] <= 390, "the narrow page must not scroll sideways"
    assert (visit.place / "page.pdf").stat().st_size > 20_000


def test_an_explanation_typed_on_the_page_stands_in_the_copy(visit: Visit) -> None:
    (told,) = visit.answers["explained"]
    (before,) = visit.answers["one"]
    assert told["file"]["counts"]["explained"] == 1
    assert told["file"]["counts"]["doubt"] == before["file"]["counts"]["doubt"] - 1
    assert "写进副本的说明 1 条" in visit.answers["said"][0]
    again = document(
        checker("check", "explained.xlsx", "--format", "json", "--no-mark", cwd=visit.place)
    )
    assert verdicts(again["findings"]) == verdicts(told["findings"])
    for name in ("explained.xlsx", "cleaned.xlsx"):  # a person's words outlive 清除
        sheet = load_workbook(visit.place / name)["说明"]
        assert TOLD in [cell.value for row in sheet.iter_rows() for cell in row], name


def test_what_is_put_in_while_others_are_checked_is_next(visit: Visit) -> None:
    """Not lost without a word."""
    assert visit.answers["twice"] == "刚放进来的 1 个文件，等现在这一次做完就看。"


def test_marks_are_taken_away_and_blank_forms_can_be_had(visit: Visit) -> None:
    cleaned = load_workbook(visit.place / "cleaned.xlsx")
    original = load_workbook(ROOT / "examples" / "shangshiqiao.xlsx")
    assert cleaned.sheetnames == original.sheetnames
    blank = ROOT / "workbook_templates" / "compulsory_school" / "义务教育学校填报表.xlsx"
    assert (visit.place / "blank.xlsx").read_bytes() == blank.read_bytes()


# -- a county through the page -------------------------------------------------------------------

SCHOOLS = MANY // 2
FEW = SCHOOLS // 5
GENERATED = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """县: sixty demo schools with their roster, in part in a folder and an archive; what is not
    judged, and what earlier runs left. 少, beside it: a fifth of them."""
    folder = demo_county(tmp_path_factory.mktemp("county") / "县", SCHOOLS)
    schools = sorted(folder.glob("*.xlsx"))
    few = folder.with_name("少")
    few.mkdir()
    for path in schools[:FEW]:
        shutil.copyfile(path, few / path.name)
    (folder / "和顺").mkdir()
    for path in schools[:7]:
        path.rename(folder / "和顺" / path.name)
    with zipfile.ZipFile(folder / "城关.zip", "w") as packed:
        for path in schools[7:12]:
            packed.write(path, path.name)
            path.unlink()
    (folder / "某校.rar").write_bytes(b"Rar!")
    (folder / "某校的说明.docx").write_bytes(b"PK")
    (folder / "校验结果").mkdir()
    shutil.copyfile(schools[20], folder / "校验结果" / "旧.xlsx")
    return folder


@pytest.fixture(scope="module")
def county_visit(page_file: Path, county: Path, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """A few schools are chosen; then the folder, and summed up; then the run is stopped; one school
    is dragged."""
    place = tmp_path_factory.mktemp("county-visit")
    steps: list[dict[str, Any]] = [
        {"do": "folder", "folder": str(county.with_name("少"))},
        {"do": "heap", "as": "heap of few"},
        {"do": "folder", "folder": str(county)},
        {"do": "evaluate", "script": "document.body.dataset.seconds", "as": "seconds"},
        {"do": "heap", "as": "heap of many"},
        {"do": "text", "at": "#list-counts", "as": "counts"},
        {"do": "text", "at": "#files-body tr", "as": "rows"},
        {"do": "text", "at": "#roster", "as": "roster"},
        {"do": "county", "name": "county.zip", "county": "示范县"},
        {"do": "heap", "as": "heap of the sum"},
        {"do": "text", "at": "#county-told li", "as": "told"},
        {"do": "text", "at": "#tonight li", "as": "tonight"},
        {"do": "evaluate", "script": "document.documentElement.scrollWidth", "as": "wide"},
        {"do": "picture", "name": "narrow.png", "width": 390},
        {"do": "evaluate", "script": "document.documentElement.scrollWidth", "as": "scroll"},
        {"do": "stopped", "folder": str(county), "after": 3},
        {"do": "text", "at": "#state", "as": "stopped"},
        {"do": "text", "at": "#files-body tr", "as": "stopped rows"},
        {"do": "county", "name": "part.zip", "county": "示范县"},
        {"do": "text", "at": "#county-told li", "as": "part"},
        {"do": "drag", "file": str(ROOT / "examples" / "shangshiqiao.xlsx"), "name": "一小.xlsx"},
        {"do": "text", "at": "#unit", "as": "dragged"},
    ]  # fmt: skip
    return Visit(page_file, place, steps)


@pytest.fixture(scope="module")
def county_run(county: Path) -> tuple[list[str], Path]:
    """What the command line prints and writes of the same folder."""
    done = checker(
        "county", "县", "--name", "示范县", "--out", "汇总", "--no-cache", cwd=county.parent
    )
    assert done.returncode in (1, 3), done.stderr
    return done.stdout.splitlines(), county.parent / "汇总"


def test_the_county_is_summed_up_as_the_command_line_does(
    county_visit: Visit, county_run: tuple[list[str], Path]
) -> None:
    printed, folder = county_run
    lines = [line.strip() for line in printed]
    assert county_visit.answers["told"] == [
        line
        for line in lines
        if not line.startswith(("报告：", "汇总表：", "催报清单：", "反馈单："))
    ]
    assert any("暂不能下结论" in line for line in county_visit.answers["told"])
    with zipfile.ZipFile(county_visit.place / "county.zip") as packed:
        got = {name: packed.read(name) for name in packed.namelist()}
    copies = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in (folder / "校验结果").rglob("*.xlsx")
    }
    assert len(copies) == SCHOOLS
    assert {name for name in got if name.startswith("校验结果/")} == set(copies)
    assert [name for name in copies if got[name] != copies[name]] == []
    documents = got["县级汇总.json"].decode(), (folder / "县级汇总.json").read_text("utf-8")
    one, other = (json.loads(GENERATED.sub("", each)) for each in documents)
    assert one == other
    assert got["催报清单.txt"] == (folder / "催报清单.txt").read_bytes()
    page, expected = (
        text.decode() for text in (got["县级报告.html"], (folder / "县级报告.html").read_bytes())
    )
    assert GENERATED.sub("", page) == GENERATED.sub("", expected)
    for name in ("县级汇总.xlsx", "催报清单.xlsx"):
        (county_visit.place / name).write_bytes(got[name])
        assert cells(county_visit.place / name) == cells(folder / name), name


def cells(path: Path) -> dict[str, list[list[object]]]:
    """Everything that stands in a workbook."""
    book = load_workbook(path)
    return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in book}


def test_every_file_of_the_folder_is_accounted_for(county_visit: Visit) -> None:
    rows = county_visit.answers["rows"]
    assert len(rows) == SCHOOLS + 3  # three were handed in and are not looked at
    assert any("某校.rar" in row and "请先解压" in row for row in rows)
    assert any("某校的说明.docx" in row and "Excel" in row for row in rows)
    assert any("校验结果/旧.xlsx" in row and "移到外面来" in row for row in rows)
    assert any(row.startswith("城关.zip/") for row in rows)
    counted = f"共 {SCHOOLS + 3} 份，校验了 {SCHOOLS} 份，没有校验成 3 份"
    assert counted in county_visit.answers["counts"][0]
    assert "用“名册.csv”核对" in county_visit.answers["roster"][0]
    assert county_visit.answers["tonight"]
    assert county_visit.answers["wide"] <= 1300 and county_visit.answers["scroll"] <= 390


def test_a_run_that_is_stopped_says_what_it_did_not_come_to(county_visit: Visit) -> None:
    rows = county_visit.answers["stopped rows"]
    left = [row for row in rows if "已停止，这一份没有校验" in row]
    assert county_visit.answers["stopped"][0].startswith("已停止") and 10 < len(left) < SCHOOLS
    assert any("已中断：还有" in line for line in county_visit.answers["part"])


def test_a_workbook_can_be_dragged_in(county_visit: Visit) -> None:
    assert county_visit.answers["dragged"] == ["商城县上石桥一小（一小.xlsx）"]
    assert county_visit.told["requests"] == [] and county_visit.told["errors"] == []


def test_many_schools_in_flat_memory(county_visit: Visit) -> None:
    """The worker's memory after all schools is not much more than after a fifth of them; the papers
    and the archive of all copies take what they take, once. The time is printed (``pytest -s``)."""
    heaps = {name: county_visit.answers[f"heap of {name}"] for name in ("few", "many", "the sum")}
    print(county_visit.answers["seconds"], heaps)
    assert heaps["many"] <= 2 * heaps["few"]
    assert heaps["the sum"] <= 256 * 1024 * 1024
