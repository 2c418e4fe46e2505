"""What README tells people to run is what CI runs, and what it installs is what tests import."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from openpyxl import Workbook

from checker.cli.group import command

ROOT = Path(__file__).parents[1]
CHECK = "make check"
"""The lint, which is for those who work on the project: CONTRIBUTING.md names it."""


def commands_in(text: str, pattern: str) -> list[str]:
    """The commands that stand alone on lines, in order, without their comments."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if re.fullmatch(pattern, line)]


@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_ci_runs_what_readme_says(readme: str) -> None:
    """In the same order; besides them only the lint."""
    told = commands_in((ROOT / readme).read_text("utf-8"), r"make \w+")
    script = (ROOT / ".ci" / "run").read_text("utf-8").replace("--no-print-directory ", "")
    run = commands_in(script, r"make \w+")
    assert told == ["make demo", "make test"]
    assert [command for command in run if command != CHECK] == told
    assert CHECK in run and CHECK in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_ci_itself_installs_no_python_packages() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "pip install" not in script and "venv" not in script.replace("python3-venv", "")


@pytest.mark.parametrize("place", ["README.md", "README.en.md", ".github/workflows/ci.yml"])
def test_everybody_on_windows_installs_the_same(place: str) -> None:
    """The commands of the README and the hosted CI ask for one extra, in locked versions."""
    asked = re.findall(
        r"install .*?-c requirements-windows\.lock -e ([^\s,，;]+)",
        (ROOT / place).read_text("utf-8"),
    )
    assert asked and {one.strip('"`') for one in asked} == {".[dev]"}


def test_make_installs_what_is_locked() -> None:
    """Every package by its hash, then the project alone."""
    text = (ROOT / "Makefile").read_text("utf-8")
    asked = re.findall(r"pip install --quiet --disable-pip-version-check (.+)", text)
    assert asked == [
        "--require-hashes -r requirements.lock",
        "--no-deps --no-build-isolation -e .",
    ]


def test_the_dev_extra_holds_all_others() -> None:
    """So that no test is skipped because make installed too little."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
        "optional-dependencies"
    ]
    (included,) = [
        one.partition("[")[2].rstrip("]").split(",") for one in extras["dev"] if "checker" in one
    ]
    assert set(included) >= set(extras) - {"dev", "dask"}


DAILY: dict[str, dict[str, tuple[int, str, str]]] = {
    "README.md": {
        "checker check 某某小学.xlsx": (1, "标记副本：", "校验结果/某某小学.xlsx"),
        "checker check 收齐的表/": (1, "已校验 2 个", "收齐的表/校验结果/校验结果.json"),
        "checker check 收齐的表/ --format json": (1, '"version": ', "收齐的表/校验结果"),
        "checker explain RES3": (0, "怎么办", ""),
        "checker rules --family TEA": (0, "TEA2 ", ""),
        "checker report 自评报告.docx": (1, "算错 1 处", "自评报告.标记.docx"),
        "checker template list": (0, "compulsory_school", ""),
        "checker template adopt 空表.xlsx 填好的.xlsx -o 我的表": (
            0, "草稿写到 我的表/template.toml", "我的表/template.toml"
        ),
        "checker clean 校验结果/某某小学.xlsx": (
            0, "标记已全部清除，和标记之前一模一样", "校验结果/某某小学.清除.xlsx"
        ),
        "checker rules --edition 2026 --diff 2022": (0, "从 2022 年到 2026 年", ""),
        "checker plugin new canteen": (0, "已写好 canteen/plugin.toml", "canteen/plugin.toml"),
        "checker demo county --schools 60 --seed 7 --out 演示县": (
            0, "已生成 60 份填报表：演示县", "演示县/answers.json"
        ),
    },
    "docs/county/index.md": {
        "checker check 收齐的表": (1, "共 2 个文件", "收齐的表/校验结果"),
        "checker check 收齐的表 --no-mark": (1, "共 2 个文件", ""),
        "checker check 某校.xlsx --select RES,TEA": (0, "RES203", "校验结果/某校.xlsx"),
        "checker check 收齐的表 --format json": (1, '"asked": ', ""),
        "checker check 收齐的表 --out 结果": (1, "标记副本：结果/", "结果/数据/facts.parquet"),
    },
    "docs/county/report.md": {
        "checker report 自评报告.docx": (1, "算错 1 处", "自评报告.标记.docx"),
        "checker report 自评报告.docx --with 县级自查表.xlsx": (
            1, "算错 1 处", "自评报告.标记.docx"
        ),
        "checker report 自评报告.txt --verbose": (0, "算得对（增长率）", ""),
        "checker report 自评报告.docx --format json --no-mark": (1, '"wrong": 1', ""),
        "checker report --draft 县级自查表.xlsx": (
            0, "草稿写到 县级自查表.自评报告草稿.docx", "县级自查表.自评报告草稿.docx"
        ),
    },
}  # fmt: skip
"""Pages that show one list of commands for every day: exit code, what is said, what is then there.
Not here: ``--watch``, which does not end; each way in (test_release) and the author's hour
(test_tutorial), which are followed step by step elsewhere."""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which there is what the pages name."""
    monkeypatch.chdir(tmp_path)
    school = (ROOT / "examples" / "shangshiqiao.xlsx").read_bytes()
    (tmp_path / "收齐的表").mkdir()
    for name in ("某某小学.xlsx", "某校.xlsx", "收齐的表/一小.xlsx", "收齐的表/二小.xlsx"):
        (tmp_path / name).write_bytes(school)
    (tmp_path / "县级自查表.xlsx").write_bytes((ROOT / "examples" / "laian.xlsx").read_bytes())
    report = Document()
    report.add_paragraph("教育经费从63787万元到77673万元，增长了17.88%。")
    report.save("自评报告.docx")
    told = "小学在校生12000人，比上年的10000人增长20.0%。"
    (tmp_path / "自评报告.txt").write_text(told, "utf-8")
    for name, figures in (("空表.xlsx", (None, None)), ("填好的.xlsx", (120, 90))):
        book = Workbook()
        sheet = book.worksheets[0]
        sheet.append(["学校食堂情况表"])
        sheet.append(["项目", "小学部", "初中部"])
        sheet.append(["就餐人数", *figures])
        book.save(name)
    return tmp_path


@pytest.mark.parametrize("page", DAILY)
def test_the_commands_for_every_day_do_what_the_page_says(page: str, office: Path) -> None:
    """Every command of the list, in its order; a copy that would be in the way is moved first."""
    text = (ROOT / page).read_text("utf-8")
    expected = DAILY[page]
    (block,) = [
        one
        for one in re.findall(r"(?ms)^```\n(.*?)^```", text)
        if one.startswith(next(iter(expected)) + " ")
    ]
    lines = [line.partition(" #")[0].strip() for line in block.splitlines()]
    assert [line for line in lines if "--watch" not in line] == list(expected)
    for line, (code, said, made) in expected.items():
        for marked in office.glob("*.标记.docx"):
            marked.unlink()
        done = CliRunner().invoke(command, line.split()[1:])
        assert done.exit_code == code, f"{line}\n{done.output}"
        assert said in done.output, f"{line}\n{done.output[-2000:]}"
        assert not made or (office / made).exists(), line
    if page == "README.md":
        english = commands_in((ROOT / "README.en.md").read_text("utf-8"), r"checker .*")
        assert [line for line in lines if line not in english] == []
