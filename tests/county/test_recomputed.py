"""The county's figures recomputed by pandas and Fraction from the workbooks' cells and the files of
the run: some schools are missing, some figures are wrong or in doubt."""

from __future__ import annotations

import json
import shutil
import sys
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "acceptance"))
from county_folder import checker, common_cache, demo_county, document

COLUMNS = {"primary": "E", "junior": "F"}
SHEETS = {"students": "基本情况", "equipment": "校舍与装备"}
LABELS = {"students": "在校学生数", "equipment": "教学仪器设备资产值"}


def number_at(book: openpyxl.Workbook, what: str, column: str) -> Fraction | None:
    for row in book[SHEETS[what]].iter_rows(values_only=True):
        if str(row[0] or "").rstrip(" *") == LABELS[what]:
            value = row[ord(column) - 65]
            return Fraction(str(value)) if isinstance(value, int | float) else None
    raise AssertionError(what)


def typed(folder: Path) -> pd.DataFrame:
    """school, stage, students, equipment (yuan), as they stand in the cells."""
    rows = []
    for path in sorted(folder.glob("*.xlsx")):
        book = openpyxl.load_workbook(path, read_only=True)
        for stage, column in COLUMNS.items():
            pupils = number_at(book, "students", column)
            worth = number_at(book, "equipment", column)
            if pupils and worth is not None:
                rows.append((path.name, stage, pupils, worth * 10000))
    return pd.DataFrame(rows, columns=["file", "stage", "students", "equipment"], dtype=object)


def cv(rows: pd.DataFrame) -> str:
    """sqrt(Σ p(x − X̄)² / Σ p) / X̄, to six places."""
    pupils = sum(rows["students"], Fraction(0))
    mean = sum(rows["equipment"], Fraction(0)) / pupils
    spread = sum(
        (p * (w / p - mean) ** 2 for p, w in zip(rows["students"], rows["equipment"], strict=True)),
        Fraction(0),
    )
    square = spread / pupils / mean**2
    with localcontext() as context:
        context.prec = 50
        return f"{(Decimal(square.numerator) / Decimal(square.denominator)).sqrt():.6f}"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame, dict[str, Any]]:
    """Forty schools; three did not hand in, two typed 元 for 万元, one left its equipment blank."""
    place = tmp_path_factory.mktemp("recomputed")
    folder = demo_county(place / "县", 40, 11)
    answers = json.loads((folder / "answers.json").read_text("utf-8"))
    planted = {a["file"] for a in answers if (a["sheet"], a["cell"]) == ("校舍与装备", "E34")}
    (folder / "answers.json").unlink()
    before = judged(folder)
    shutil.rmtree(place / "县级校验", ignore_errors=True)
    shutil.rmtree(folder / "县级校验")
    fine = sorted(
        item["path"]
        for item in before["files"]
        if item["counted"] and not item["counts"]["fail"] and not item["counts"]["doubt"]
        and item["path"].endswith("小学.xlsx")
    )  # fmt: skip
    for name in fine[:3]:
        (folder / name).unlink()
    for name, change in ((fine[3], 10000), (fine[4], 10000), (fine[5], None)):
        book = openpyxl.load_workbook(folder / name)
        cell = book["校舍与装备"]["E34"]
        cell.value = None if change is None else float(cell.value) * change
        book.save(folder / name)
    found = judged(folder)
    found["slips"] = {fine[3], fine[4]} | planted  # 元 for 万元, here and by the demonstration
    return folder, typed(folder), found


def judged(folder: Path, *more: str) -> dict[str, Any]:
    """The JSON of a run over a folder; a school that is as it was is not judged again."""
    options = (*more, "--format", "json", "--no-mark")
    return document(
        checker("county", folder.name, *options, cwd=folder.parent, cache=common_cache())
    )


def counted(found: dict[str, Any]) -> dict[str, str]:
    return {item["path"]: item["code"] for item in found["files"] if item["counted"]}


def test_received_missing_and_what_hangs(
    county: tuple[Path, pd.DataFrame, dict[str, Any]],
) -> None:
    folder, _, found = county
    files = len(list(folder.glob("*.xlsx")))
    roster = found["roster"]
    assert roster["expected"] == 40 == roster["received"] + len(roster["missing"])
    assert files == len(found["files"])
    assert files == roster["received"] + sum(not item["counted"] for item in found["files"])
    hangs = found["dispersion"]["primary"]["RES6"]["hangs_on"]
    codes = {item["code"]: item["path"] for item in found["files"] if item["counted"]}
    assert {codes[item["code"]] for item in hangs} == found["slips"]
    assert all(item["cells"] == ["校舍与装备!E34"] for item in hangs)


@pytest.mark.parametrize("stage", COLUMNS)
def test_coefficients_with_all_and_without_the_doubtful(
    county: tuple[Path, pd.DataFrame, dict[str, Any]], stage: str
) -> None:
    _, cells, found = county
    codes = counted(found)
    units = {
        (item["code"], item["stage"]): item["indicators"].get("RES6", {})
        for item in found["units"]
    }  # fmt: skip
    rows = cells[(cells["stage"] == stage) & cells["file"].isin(list(codes))].copy()
    rows["code"] = rows["file"].map(codes)
    judged = rows["code"].map(lambda code: units[code, stage].get("exact") is not None)
    rows = rows[judged.astype(bool)]
    result = found["dispersion"][stage]["RES6"]
    assert result["schools"] == len(rows) and result["cv"] == cv(rows)
    if stage == "primary":
        assert len(result["not_measured"]) >= 1  # it left its equipment blank
    doubtful = rows["code"].map(lambda code: bool(units[code, stage]["doubtful"])).astype(bool)
    without = result["without_doubtful"]
    assert bool(doubtful.any()) == (without is not None)
    if without is not None:
        assert set(without["schools"]) == set(rows[doubtful]["code"])
        assert without["actual"] == cv(rows[~doubtful])


def test_last_year_beside_this_year(
    county: tuple[Path, pd.DataFrame, dict[str, Any]], tmp_path: Path
) -> None:
    """A tenth more equipment than last year in some schools: who rose, both coefficients."""
    folder, as_last_year, _ = county
    now, then = tmp_path / "今年", tmp_path / "去年"
    shutil.copytree(folder, then, ignore=shutil.ignore_patterns("县级校验"))
    shutil.copytree(then, now)
    raised = sorted(now.glob("*初级中学.xlsx"))[:4]
    for path in raised:
        book = openpyxl.load_workbook(path)
        cell = book["校舍与装备"]["F34"]
        cell.value = float(cell.value) * 1.1
        book.save(path)
    found = judged(now, "--previous", "去年")
    line = next(i for i in found["years"] if (i["rule"], i["stage"]) == ("RES6", "junior"))
    codes = counted(found)
    for year, cells in (("this_year", typed(now)), ("last_year", as_last_year)):
        rows = cells[(cells["stage"] == "junior") & cells["file"].isin(list(codes))]
        assert line["cv"][year] == cv(rows), year
    sure = {
        item["code"]
        for item in found["units"]
        if item["stage"] == "junior" and not item["indicators"]["RES6"]["doubtful"]
    }
    rose = {codes[path.name] for path in raised if path.name in codes} & sure
    assert rose and line["up"] == len(rose) and line["down"] == 0
    assert {item["code"] for item in line["best"]} <= rose
    book = openpyxl.load_workbook(now / "县级校验" / "县级汇总.xlsx")["与去年比"]
    _, *rest = book.iter_rows(values_only=True)
    row = next(r for r in rest if r[0] == "初中段" and "教学仪器设备值" in str(r[1]))
    assert f"{row[2]:.6f}" == line["cv"]["last_year"] and f"{row[3]:.6f}" == line["cv"]["this_year"]
    page = (now / "县级校验" / "县级报告.html").read_text("utf-8")
    assert 'id="years"' in page and line["cv"]["last_year"] in page
