"""The papers of the night over three runs: a clerk fills them in, schools send new files."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "acceptance"))
from county_folder import checker, demo_county, document

RESULTS = "县级校验"


class Night:
    """A county of eighteen schools and what the commands left."""

    def __init__(self, place: Path, received: Path) -> None:
        """``received`` by the county; what is known of it is known here too."""
        self.folder = shutil.copytree(
            received, place / "县", ignore=shutil.ignore_patterns(RESULTS)
        )
        shutil.copytree(received.with_name("县.cache"), place / "县.cache")

    @property
    def results(self) -> Path:
        return self.folder / RESULTS

    def run(self, *more: str) -> dict[str, Any]:
        done = checker("county", ".", "--format", "json", *more, cwd=self.folder)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return document(done)

    def said(self, *more: str) -> str:
        return checker("county", ".", *more, cwd=self.folder).stdout

    def copy(self, school: str) -> Path:
        return self.results / "校验结果" / f"{school}.xlsx"

    def explain(self, school: str, text: str) -> None:
        """The school takes its marked copy, writes a text beside every doubt, and sends it back."""
        path = self.folder / f"{school}.xlsx"
        shutil.copyfile(self.copy(school), path)
        book = openpyxl.load_workbook(path)
        for row, *_ in rows_of_explanations(book):
            book["说明"].cell(row, 4).value = text
        book.save(path)


def rows_of_explanations(book: openpyxl.Workbook) -> Iterator[tuple[int, str, str, str]]:
    """(row, 问题, 说明文字, key) of the sheet 说明."""
    for row in book["说明"].iter_rows(min_row=4):
        if len(row) > 4 and row[4].value and "@" in str(row[4].value):
            yield row[0].row, str(row[2].value), str(row[3].value or ""), str(row[4].value)


def decide(path: Path, decisions: dict[str, tuple[str, str]]) -> None:
    """The clerk chooses 认可 or 退回 by school and writes a remark."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        word, remark = decisions.get(str(row[heads.index("学校")].value), ("", ""))
        row[heads.index("审核")].value = word or None
        row[heads.index("备注")].value = remark or None
    book.save(path)


def counts(found: dict[str, Any], school: str) -> dict[str, int]:
    own: dict[str, int] = next(
        item["counts"] for item in found["files"] if item["path"] == f"{school}.xlsx"
    )
    return own


def doubtful_schools(found: dict[str, Any]) -> list[str]:
    """Schools that have doubts and nothing that must be mended."""
    return [
        item["unit"]
        for item in found["files"]
        if item["counted"] and item["counts"]["doubt"] and not item["counts"]["fail"]
    ]


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the schools sent, judged once: only what changes is judged in the nights."""
    folder = demo_county(tmp_path_factory.mktemp("received") / "县", 18, 11)
    (folder / "answers.json").unlink()
    assert checker("county", ".", cwd=folder).returncode == 1
    return folder


@pytest.fixture
def night(tmp_path: Path, received: Path) -> Night:
    return Night(tmp_path, received)


def test_explanations_are_reviewed_and_a_filled_in_table_is_never_written_again(
    night: Night,
) -> None:
    first = night.run()
    one, two, *_ = doubtful_schools(first)
    for school in (one, two):
        night.explain(school, "数据属实，系捐赠。")
    second = night.run()
    assert counts(second, one)["doubt"] == 0 and counts(second, one)["explained"]
    table = night.results / "说明审核.xlsx"
    decide(table, {one: ("退回", "请附2026年的捐赠清单"), two: ("认可", "")})
    filled_in = table.read_bytes()

    third = night.run()
    assert table.read_bytes() == filled_in
    assert counts(third, one)["doubt"] and not counts(third, one)["explained"]
    assert counts(third, two)["explained"] and not counts(third, two)["doubt"]
    told = [item["message"] for item in third["findings"] if item["file"] == f"{one}.xlsx"]
    assert any("县里退回了说明：请附2026年的捐赠清单" in message for message in told)
    copy = openpyxl.load_workbook(night.copy(one))
    issues = [issue for _, issue, text, _ in rows_of_explanations(copy) if text]
    assert issues and all("〔县里退回：请附2026年的捐赠清单〕" in issue for issue in issues)
    assert not (night.results / "说明审核(2).xlsx").exists()

    # the school writes anew: that text is open, and comes in a table of its own
    path = night.folder / f"{one}.xlsx"
    shutil.copyfile(night.copy(one), path)
    book = openpyxl.load_workbook(path)
    for row, _, text, _ in rows_of_explanations(book):
        if text:
            book["说明"].cell(row, 4).value = "数据属实，捐赠清单已附。"
    book.save(path)
    fourth = night.run()
    assert counts(fourth, one)["doubt"] == 0 and counts(fourth, one)["explained"]
    assert table.read_bytes() == filled_in
    further = openpyxl.load_workbook(night.results / "说明审核(2).xlsx").active
    rows = list(further.iter_rows(min_row=2, values_only=True))
    assert rows and {row[1] for row in rows} == {one}
    assert {row[5] for row in rows} == {"数据属实，捐赠清单已附。"}
    issues = [
        issue for _, issue, text, _ in rows_of_explanations(openpyxl.load_workbook(night.copy(one)))
        if text
    ]  # fmt: skip
    assert issues and not any("退回" in issue for issue in issues)


def test_a_word_that_is_no_decision_is_refused_and_nothing_is_written(night: Night) -> None:
    one = doubtful_schools(night.run())[0]
    night.explain(one, "数据属实。")
    night.run()
    table = night.results / "说明审核.xlsx"
    decide(table, {one: ("同意", "")})
    page = (night.results / "县级报告.html").read_bytes()
    done = checker("county", ".", cwd=night.folder)
    assert done.returncode == 2 and "第 2 行的“审核”填的是“同意”" in done.stderr
    assert (night.results / "县级报告.html").read_bytes() == page


def test_an_approved_file_that_changes_is_told(night: Night) -> None:
    first = night.run()
    clean = next(
        item["unit"]
        for item in first["files"]
        if item["counted"] and not item["counts"]["fail"] and not item["counts"]["doubt"]
    )
    said = night.said("--lock", clean)
    assert "已审定 1 所；" in said and "审定后有变化" not in said
    assert "审定后有变化" not in night.said()  # nothing moved
    path = night.folder / f"{clean}.xlsx"
    book = openpyxl.load_workbook(path)
    before = book["校舍与装备"]["E34"].value or book["校舍与装备"]["F34"].value
    column = "E" if book["校舍与装备"]["E34"].value else "F"
    book["校舍与装备"][f"{column}34"] = float(before) + 1
    book.save(path)
    said = night.said()
    assert f"审定后有变化：{clean}" in said and f"校舍与装备!{column}34" in said
    page = (night.results / "县级报告.html").read_text("utf-8")
    assert "须重新审定" in page and 'id="locks"' in page
    assert "审定后有变化" not in night.said("--lock", clean)
    assert "已审定" not in night.said("--unlock", clean)
    assert checker("county", ".", "--lock", "没有的学校", cwd=night.folder).returncode == 2


def test_a_school_with_something_to_mend_cannot_be_approved(night: Night) -> None:
    found = night.run()
    wrong = next(i["unit"] for i in found["files"] if i["counted"] and i["counts"]["fail"])
    done = checker("county", ".", "--lock", wrong, cwd=night.folder)
    assert done.returncode == 2 and "处必须修改，没有审定" in done.stderr
    assert "应报" in done.stdout and (night.results / "催报清单.txt").is_file()  # the run goes on
    said = night.said("--lock", "全部")
    clean = sum(1 for i in found["files"] if i["counted"] and not i["counts"]["fail"])
    left = sum(1 for i in found["files"] if i["counted"] and i["counts"]["fail"])
    assert f"已审定 {clean} 所；{left} 所还有必须修改的，没有审定。" in said


def test_progress_tells_what_came_in_and_a_run_without_news_adds_nothing(night: Night) -> None:
    late = sorted(night.folder.glob("*小学.xlsx"))[0]
    kept = late.read_bytes()
    late.unlink()
    first = night.run()
    assert [run["received"] for run in first["runs"]] == [first["roster"]["received"]]
    assert len(night.run()["runs"]) == 1
    late.write_bytes(kept)
    second = night.run()
    assert len(second["runs"]) == 2
    assert any(line.startswith(f"新收到 {late.stem}：") for line in second["runs"][1]["news"])
    page = (night.results / "县级报告.html").read_text("utf-8")
    assert 'id="progress"' in page and f"新收到 {late.stem}" in page
    book = openpyxl.load_workbook(night.results / "县级汇总.xlsx", read_only=True)
    rows = list(book["进度"].iter_rows(values_only=True))
    assert len(rows) == 3 and late.stem in str(rows[1][-1])


def test_every_school_with_something_to_do_gets_a_paper_in_its_township(night: Night) -> None:
    found = night.run("--deadline", "10月12日18时")
    asked = {
        item["unit"]
        for item in found["files"]
        if item["counted"]
        and (item["counts"]["fail"] or item["counts"]["doubt"] or item["counts"]["unjudged"])
    }
    county = {
        school
        for item in found["county_findings"]
        for school in ([h["code"] for h in item["hangs_on"]] if item["severity"] != "info" else [])
    }
    names = {item["code"]: item["unit"] for item in found["files"] if item["counted"]}
    papers: dict[str, list[str]] = {}
    for archive in (night.results / "反馈单").glob("*.zip"):
        with zipfile.ZipFile(archive) as opened:
            assert opened.testzip() is None
            for name in opened.namelist():
                paper = docx.Document(BytesIO(opened.read(name)))
                papers[name.removesuffix(".docx")] = [p.text for p in paper.paragraphs]
                town = archive.stem
                assert town == "未注明乡镇" or name.startswith(town), (town, name)
    assert asked | {names[code] for code in county} <= papers.keys()
    for school in asked:
        lines = "\n".join(papers[school])
        assert f"{school}填报数据反馈单" in lines and "截止时间：10月12日18时。" in lines
        own = [i for i in found["findings"] if i["file"] == f"{school}.xlsx"]
        for item in own:
            if item["verdict"] == "fail":
                assert f"{item['sheet']}!{item['cell']}" in lines
    for code in county:
        assert "取决于这所学校的" in "\n".join(papers[names[code]])


def test_county_doubts_travel_into_the_copy_and_can_be_explained_there(night: Night) -> None:
    """A school whose level stands far from the others, though nothing in its own form is odd."""
    path = next(p for p in sorted(night.folder.glob("*第二小学.xlsx")) or
                sorted(night.folder.glob("*小学.xlsx")))  # fmt: skip
    school = path.stem
    book = openpyxl.load_workbook(path)
    worth = book["校舍与装备"]["E34"]
    worth.value = float(worth.value) * 4
    book.save(path)
    first = night.run()
    doubts = [
        item for item in first["county_findings"]
        if item["rule"] == "CTY56" and school in item["message"]
    ]  # fmt: skip
    assert [item["verdict"] for item in doubts] == ["doubt"]
    copy = openpyxl.load_workbook(night.copy(school))
    rows = {key: issue for _, issue, _, key in rows_of_explanations(copy)}
    assert rows["CTY56@primary"] == doubts[0]["message"]
    assert "CTY56" in {cell.value for row in copy["校验结果"].iter_rows() for cell in row}
    note = copy["校舍与装备"]["E34"].comment
    assert note is not None and "存疑" in note.text
    page = (night.results / "县级报告.html").read_text("utf-8")
    assert f"<li>{doubts[0]['message']}</li>" in page

    night.explain(school, "本学期新配了一批实验设备。")
    second = night.run()
    after = [item for item in second["county_findings"] if item["rule"] == "CTY56"
             and school in item["message"]]  # fmt: skip
    assert [item["verdict"] for item in after] == ["explained"]
    table = openpyxl.load_workbook(night.results / "说明审核.xlsx").active
    assert any(row[1] == school and row[8] == "CTY56@primary"
               for row in table.iter_rows(min_row=2, values_only=True))  # fmt: skip
    log = json.loads((night.results / "运行记录.json").read_text("utf-8"))
    assert len(log["runs"]) == 2
