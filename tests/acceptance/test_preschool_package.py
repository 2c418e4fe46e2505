"""A third party's package: built into a wheel, installed in a fresh environment, found by its entry
point; its form is built, filled, judged and marked, with no change in the host."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "examples" / "plugins" / "preschool"
NO_COPY = shutil.ignore_patterns("__pycache__", "*.egg-info", "tests", "build", "dist")

FACTS = {
    "school.name": "阳光幼儿园",
    "school.code": "1136000501",
    "kindergarten.nature": "1",
    "kindergarten.licensed": True,
    "school.head": "王园长",
    "school.reporter": "李老师",
    "school.phone": "13800000000",
    "school.filled_on": "2026-09-18",
    "children.total": {"whole": 56, "whole.previous": 50},
    "children.boys": 28,
    "children.girls": 28,
    "children.small": 26,
    "children.middle": 30,
    "class_count.total": 2,
    "staff.total": 9,
    "staff.heads": 1,
    "staff.heads_certified": 1,
    "teachers.full_time": 5,
    "teachers.certified": 4,
    "teachers.in_quota": 3,
    "teachers.off_quota": 2,
    "teachers.bachelor": 2,
    "teachers.college": 3,
    "staff.nurses": 2,
    "staff.guards": 1,
    "area.land": 1000,
    "area.building": 700,
    "area.activity": 500,
    "area.outdoor": 300,
    "money.public_funds": 28000,
    "wages.in_quota": 80000,
    "wages.off_quota": 62000,
}
CLASSES = [
    {"grade": "小班", "name": "小一班", "boys": 13, "girls": 13, "total": 26},
    {"grade": "中班", "name": "中一班", "boys": 15, "girls": 15, "total": 30},
]
EXPECTED = {
    ("PRE6", "unmet"),  # 5 of 6 certified
    ("PRE4", "unmet"),  # 26 in a class of the youngest
    ("PRE8b", "unmet"),  # 28,000 is less than 500 × 60
}


class Installed(NamedTuple):
    """A fresh environment with host and package."""

    python: Path
    site: Path
    work: Path

    def checker(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """The command, as installed there."""
        return subprocess.run(
            [str(self.python), "-m", "checker.cli.main", *map(str, arguments)],
            cwd=self.work,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            env=_clean_environment(self.work),
        )


def _clean_environment(folder: Path) -> dict[str, str]:
    left_out = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME")
    kept = {key: value for key, value in os.environ.items() if key not in left_out}
    return {**kept, "PYTHONUTF8": "1", "CHECKER_LOG_DIR": str(folder / "log"),
            "CHECKER_CACHE_DIR": str(folder / "cache")}  # fmt: skip


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, host_wheel: Path) -> Installed:
    """Both wheels, built from copies of the sources, installed without anything else; the libraries
    that the host needs are those of this environment."""
    folder = tmp_path_factory.mktemp("installed")
    shutil.copytree(PACKAGE, folder / "preschool", ignore=NO_COPY)
    wheels = folder / "wheels"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    build = ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir")
    _run(*pip, *build, wheels, folder / "preschool")
    venv = folder / "venv"
    _run(sys.executable, "-m", "venv", "--without-pip", venv)
    scripts = "Scripts" if os.name == "nt" else "bin"
    python = venv / scripts / ("python.exe" if os.name == "nt" else "python")
    _run(*pip, f"--python={python}", "install", "--no-deps", "--no-index", host_wheel,
         *wheels.glob("*.whl"))  # fmt: skip
    (site,) = {path.parent for path in venv.rglob("checker_preschool") if path.is_dir()}
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "libraries_of_the_host.pth").write_text("\n".join(sorted(libraries)), "utf-8")
    work = folder / "work"
    work.mkdir()
    return Installed(python, site, work)


def test_it_is_found_by_its_entry_point(installed: Installed) -> None:
    """Nothing was told to the host; the host is the one in the fresh environment."""
    where = subprocess.run(
        [str(installed.python), "-c", "import checker; print(checker.__file__)"],
        capture_output=True,
        text=True,
        check=True,
        env=_clean_environment(installed.work),
        cwd=installed.work,
    )
    assert Path(where.stdout.strip()).is_relative_to(installed.site)
    run = installed.checker("plugin", "list", "--format", "json")
    assert run.returncode == 0, run.stdout + run.stderr
    found = {item["id"]: item for item in json.loads(run.stdout)}
    assert found["preschool"]["origin"].startswith("已安装的软件包 checker_preschool")
    assert found["teachers"]["origin"] == "校验程序自带"
    assert Path(found["preschool"]["folder"]).is_relative_to(installed.site)
    told = installed.checker("explain", "PRE5").stdout
    assert "教督〔2020〕1号" in told
    assert "未经核实" in told


def test_what_it_brings_can_be_left_out(installed: Installed) -> None:
    """``--plugins`` restricts what runs, installed or not."""
    run = installed.checker("plugin", "list", "--plugins", "teachers", "--format", "json")
    assert [item["id"] for item in json.loads(run.stdout)] == ["teachers"]


def test_a_kindergarten_from_the_empty_form_to_the_marked_copy(installed: Installed) -> None:
    """build, fill, check: the package's own form, in the host's hands."""
    built = installed.checker("template", "build", "kindergarten", "--no-button")
    assert built.returncode == 0, built.stdout + built.stderr
    data = {"facts": FACTS, "tables": {"classes": CLASSES}}
    (installed.work / "阳光.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    filled = installed.checker("template", "fill", "kindergarten", "阳光.json", "-o", "阳光.xlsx")
    assert filled.returncode == 0, filled.stdout + filled.stderr

    run = installed.checker("check", "阳光.xlsx", "--format", "json")
    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads(run.stdout)
    assert report["errors"] == []
    (file,) = report["files"]
    assert (file["template"], file["unit"], file["code"]) == (
        "kindergarten",
        "阳光幼儿园",
        "1136000501",
    )
    found = {(item["rule"], item["verdict"]) for item in report["findings"]}
    bad = {item for item in found if item[1] in ("fail", "doubt", "unmet")}
    assert bad == EXPECTED

    from openpyxl import load_workbook

    marked = load_workbook(installed.work / file["marked_copy"])
    assert "校验结果" in marked.sheetnames
    certified = next(item for item in report["findings"] if item["rule"] == "PRE6")
    cell = marked[certified["sheet"]][certified["cell"]]
    assert cell.comment.text.startswith("未达标")
    assert cell.fill.fgColor.rgb.endswith("F8CBAD")
    assert "缺 1 名" in cell.comment.text


def test_the_county_hears_of_its_kindergartens(installed: Installed) -> None:
    """The county's form of the package, with a profile that the package brings."""
    built = installed.checker("template", "build", "preschool_county", "--no-button")
    assert built.returncode == 0, built.stdout + built.stderr
    facts = {
        "county.name": "某县",
        "county.code": "411500",
        "county.filled_on": "2026-09-20",
        "population.preschool": 10000,
        "children.total": 8600,
        "children.inclusive": 7000,
        "children.public": 4500,
        "residential.total": 12,
        "residential.public": 7,
        "residential.inclusive": 5,
        "unlicensed.total": 9,
        "unlicensed.admitted": 6,
        "unlicensed.closed": 3,
        "towns.total": 15,
        "towns.served": 15,
    }
    (installed.work / "县.json").write_text(json.dumps({"facts": facts}), "utf-8")
    installed.checker("template", "fill", "preschool_county", "县.json", "-o", "县.xlsx")
    plain = installed.checker("check", "县.xlsx", "--no-mark", "--format", "json")
    assert plain.returncode == 0, plain.stdout + plain.stderr
    henan = installed.checker(
        "check", "县.xlsx", "--no-mark", "--format", "json", "--profile", "preschool_henan"
    )
    assert henan.returncode == 0, "true, and below the province's standard"
    missed = [item for item in json.loads(henan.stdout)["findings"] if item["verdict"] == "unmet"]
    assert [(item["rule"], item["actual"]) for item in missed] == [("PRE1", "86%")]


def test_the_folder_of_a_county(installed: Installed) -> None:
    """The package's own rules over all kindergartens: two of three children in inclusive ones."""
    assert installed.checker("template", "build", "kindergarten", "--no-button").returncode == 0
    folder = installed.work / "全县"
    folder.mkdir()
    for number, nature in enumerate(("1", "2", "3"), 1):
        facts = {**FACTS, "school.name": f"第{number}幼儿园", "school.code": f"113600050{number}"}
        data = {"facts": {**facts, "kindergarten.nature": nature}, "tables": {"classes": CLASSES}}
        (installed.work / "园.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        filled = installed.checker(
            "template", "fill", "kindergarten", "园.json", "-o", folder / f"{number}.xlsx"
        )
        assert filled.returncode == 0, filled.stdout + filled.stderr
    run = installed.checker("county", folder, "--no-mark")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "[PRE2c] 全县普惠性幼儿园覆盖率（由各园汇总）：112 / 168，为 66.67%" in run.stdout
    assert "[PRE3c]" in run.stdout


def test_its_own_tests_pass(installed: Installed) -> None:
    """``checker plugin test`` on the package's sources, as its author runs it."""
    run = subprocess.run(
        [sys.executable, "-m", "checker.cli.main", "plugin", "test", str(PACKAGE), "-q"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=installed.work,
    )
    assert run.returncode == 0, run.stdout


def test_a_county_in_an_installed_host(installed: Installed) -> None:
    """More forms than one workbook's way of working is for, in workers, none of it from the
    sources: what a wheel lacks, an editable install never tells."""
    made = installed.checker("demo", "county", "--schools", "24", "--out", "县")
    assert made.returncode == 0, made.stdout + made.stderr
    run = installed.checker("county", "县", "--workers", "2", "--out", "汇总")
    assert run.returncode == 1, run.stdout + run.stderr
    shown = installed.checker("check", "县", "--no-mark", "--format", "json")
    report = json.loads(shown.stdout)
    assert report["errors"] == []
    assert {file["status"] for file in report["files"]} == {"checked"}
    assert len(report["files"]) >= 24
    assert {path.suffix for path in (installed.work / "汇总").iterdir()} >= {".html", ".xlsx"}
