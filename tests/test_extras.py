"""A plain installation says in one line which extra a command needs; the extras are real ones."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from checker.extras import EXTRAS, MissingExtra, need

ROOT = Path(__file__).parents[1]


def test_what_is_installed_is_not_asked_for() -> None:
    need("county", "json", "xml.etree.ElementTree")


def test_looking_for_a_package_does_not_import_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "heavy_package_of_a_test.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    need("county", "heavy_package_of_a_test")


@pytest.mark.parametrize("module", ["watchfiles_is_not_here", "not_here.either", "watchfiles"])
def test_what_is_missing_is_said_in_one_line(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(MissingExtra) as told:
        need("watch", "json", module)
    assert told.value.reason == (
        '没有安装“监视文件夹”用的组件，请先运行：pip install "checker-edu[watch]"。'
    )


def test_every_extra_that_people_are_told_of_can_be_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(EXTRAS) <= set(project["optional-dependencies"])


def test_an_extra_that_does_not_exist_is_the_programs_own_mistake() -> None:
    with pytest.raises(KeyError):
        need("countty", "json")


EXAMPLE = ROOT / "examples" / "shangshiqiao.xlsx"


def without(modules: tuple[str, ...], *arguments: str | Path, place: Path) -> tuple[int, str, str]:
    """Exit code and both outputs of the command in a Python that lacks these modules."""
    code = f"import sys; sys.modules.update(dict.fromkeys({modules!r}))\n" + (
        f"sys.argv = {['checker', *map(str, arguments)]!r}\n"
        "from checker.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=place,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={name: value for name, value in os.environ.items() if not name.endswith("DISPLAY")},
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A folder 县 with one school, and the folder that it stands in."""
    (tmp_path / "县").mkdir()
    shutil.copyfile(EXAMPLE, tmp_path / "县" / "上石桥一小.xlsx")
    return tmp_path


def test_a_county_without_pyarrow_is_refused_before_anything_is_judged(county: Path) -> None:
    code, said, told = without(("pyarrow",), "county", "县", place=county)
    assert (code, said) == (2, "") and 'pip install "checker-edu[county]"' in told
    assert {path.name for path in county.iterdir()} == {"县"}


def test_a_check_without_pyarrow_only_lacks_its_tables(county: Path) -> None:
    code, said, told = without(("pyarrow",), "check", "县", "--out", "结果", place=county)
    assert code == 1 and "上石桥一小" in said
    assert told.count("没有写数据表：没有安装“县级汇总”用的组件") == 1
    assert (county / "结果" / "上石桥一小.xlsx").is_file()
    assert not (county / "结果" / "数据").exists()


@pytest.mark.parametrize(("missing", "extra"), [("fsspec", "web"), ("aiohttp", "web")])
def test_an_address_that_cannot_be_read_costs_itself_only(
    county: Path, missing: str, extra: str
) -> None:
    code, said, _ = without(
        (missing,), "check", "http://127.0.0.1:9/表.xlsx", "县/上石桥一小.xlsx", place=county
    )
    assert code == 3 and f'pip install "checker-edu[{extra}]"' in said
    assert (county / "县" / "校验结果" / "上石桥一小.xlsx").is_file()


def test_a_button_without_xlwings_answers_what_to_install(county: Path) -> None:
    answer = county / "答.txt"
    click = ("button", "check", "--wb=表.xlsm", f"--answer={answer}")
    code, _, told = without(("xlwings",), *click, place=county)
    assert code == 2 and 'pip install "checker-edu[' in told
    text = answer.read_bytes()
    assert text.isascii() and text.startswith(b"!") and text.endswith(b"\r\n")
    code, shown, _ = without(("xlwings",), "button", "clean", "--wb=表.xlsm", place=county)
    assert code == 2 and 'pip install "checker-edu[' in shown


def test_a_report_without_python_docx_is_read_as_plain_text_only(tmp_path: Path) -> None:
    (tmp_path / "报告.txt").write_text("学校5所，其中小学3所，初中2所。", "utf-8")
    (tmp_path / "报告.docx").write_bytes(b"PK\x03\x04")
    assert without(("docx",), "report", "报告.txt", place=tmp_path)[0] == 0
    code, said, told = without(("docx",), "report", "报告.docx", place=tmp_path)
    assert (code, said) == (2, "") and 'pip install "checker-edu[report]"' in told


def test_a_dropped_workbook_needs_no_connection(county: Path) -> None:
    code, said, _ = without(("xlwings",), "open", "--no-window", "县/上石桥一小.xlsx", place=county)
    assert code == 0 and "上石桥一小（已校验）.xlsx" in said
