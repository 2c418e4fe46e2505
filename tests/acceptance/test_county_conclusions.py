"""County conclusions name what they hang on: worked out again from the workbooks, with Fraction."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import MANY, checker, common_cache, demo_county, document

STAGES = {"primary": ("小学段", "E"), "junior": ("初中段", "F")}
PUPILS, EQUIPMENT = ("基本情况", "在校学生数"), ("校舍与装备", "教学仪器设备资产值")
COUNTIES = [(60, 7), (60, 11), (60, 23), (60, 58), (MANY, 401)]
SEVEN = [f"RES{number}" for number in range(1, 8)]


class County(NamedTuple):
    """A demo county: its folder, the JSON of the run, and the planted slips."""

    folder: Path
    found: dict[str, Any]
    answers: list[dict[str, str]]
    """One planted slip each: file, rule, sheet, cell."""


def judged(folder: Path) -> dict[str, Any]:
    """The JSON of a run over a folder; a school that is as it was is not judged again."""
    arguments = ("county", ".", "--no-mark", "--format", "json")
    return document(checker(*arguments, cwd=folder, cache=common_cache()))


@pytest.fixture(scope="module", params=COUNTIES, ids=str)
def county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> County:
    """Counties of 60 and of many schools; some of them typed 元 for 万元."""
    size, seed = request.param
    folder = demo_county(tmp_path_factory.mktemp(f"county{size}") / "县", size, seed)
    answers = folder / "answers.json"
    planted = json.loads(answers.read_text("utf-8"))
    answers.unlink()
    return County(folder, judged(folder), planted)


class Row(NamedTuple):
    """What a workbook says of one school: where, and how much in each stage's column."""

    row: int
    values: dict[str, Fraction]


def typed(path: Path, sheet: str, label: str) -> Row:
    """A row of the form by its label."""
    return both_rows(path)[sheet, label]


@cache
def both_rows(path: Path) -> dict[tuple[str, str], Row]:
    """The rows of pupils and of equipment, read with openpyxl and by nothing of ours."""
    book = openpyxl.load_workbook(path, read_only=True)
    found = {}
    for sheet, label in (PUPILS, EQUIPMENT):
        for number, line in enumerate(book[sheet].iter_rows(values_only=True), 1):
            if str(line[0] or "").rstrip(" *") == label:
                cells = {stage: line[ord(column) - 65] for stage, (_, column) in STAGES.items()}
                given = {k: v for k, v in cells.items() if isinstance(v, int | float)}
                values = {k: Fraction(str(v)) for k, v in given.items()}
                found[sheet, label] = Row(number, values)
                break
    return found


def six(levels: Mapping[str, Fraction], pupils: Mapping[str, Fraction]) -> str:
    """sqrt(Σ p(x − X̄)² / Σ p) / X̄ to six places."""
    everyone = sum(pupils[code] for code in levels)
    mean = sum(levels[code] * pupils[code] for code in levels) / everyone
    variance = sum(pupils[code] * (levels[code] - mean) ** 2 for code in levels) / everyone
    square = variance / mean**2
    with localcontext() as context:
        context.prec = 50
        root = (Decimal(square.numerator) / Decimal(square.denominator)).sqrt()
    return f"{root:.6f}"


def left(levels: Mapping[str, Fraction], codes: Collection[str]) -> dict[str, Fraction]:
    """Without some schools."""
    return {code: level for code, level in levels.items() if code not in codes}


def paths(county: County) -> dict[str, Path]:
    """标识码 -> the workbook that counts."""
    return {
        item["code"]: county.folder / item["path"]
        for item in county.found["files"]
        if item["counted"]
    }


def planted_at(county: County, path: Path, cells: Collection[str]) -> bool:
    """Whether a slip was planted that calls one of these cells in question. Where boys and girls do
    not add up to the pupils (CLS113), what was altered is the girls: the pupils are right."""
    return any(
        item["file"] == path.name
        and item["rule"] != "CLS113"
        and f"{item['sheet']}!{item['cell']}" in cells
        for item in county.answers
    )


def test_equipment_hangs_on_exactly_the_schools_that_typed_yuan(county: County) -> None:
    """The coefficient from the cells themselves: with all, without all in doubt, without those
    that typed 元 for 万元."""
    planted = {item["file"] for item in county.answers if item["rule"] == "RES201"}
    seen = 0
    for stage, (_, column) in STAGES.items():
        pupils, levels, wrong, doubted = {}, {}, set(), set()
        units = [item for item in county.found["units"] if item["stage"] == stage]
        for code, path in paths(county).items():
            own = [item for item in units if item["code"] == code]
            if not own or own[0]["indicators"]["RES6"]["verdict"] == "not_applicable":
                continue
            heads, worth = typed(path, *PUPILS), typed(path, *EQUIPMENT)
            pupils[code] = heads.values[stage]
            levels[code] = worth.values[stage] * 10000 / pupils[code]
            if path.name in planted and levels[code] > 1_000_000:
                wrong.add(code)
            cells = {f"{PUPILS[0]}!{column}{heads.row}", f"{EQUIPMENT[0]}!{column}{worth.row}"}
            if planted_at(county, path, cells):
                doubted.add(code)
        result = county.found["dispersion"][stage]["RES6"]
        assert result["cv"] == six(levels, pupils)
        assert {item["code"] for item in result["hangs_on"]} == wrong
        without = result["without_doubtful"]
        assert set(without["schools"] if without else ()) == doubted
        if without:
            assert without["actual"] == six(left(levels, without["schools"]), pupils)
        if wrong:
            seen += len(wrong)
            assert (result["verdict"], result["word"]) == ("incomplete", "暂不能下结论")
            assert result["verdict_with_all"] == "unmet"
            finding = next(
                item
                for item in county.found["county_findings"]
                if item["rule"] == "CTY6" and item["stage"] == stage
            )
            assert f"取决于这 {len(wrong)} 所的这一项" in finding["message"]
            assert six(left(levels, wrong), pupils) in finding["message"]
            assert "若补齐" not in finding["fix"]
    assert seen == len(planted & {path.name for path in paths(county).values()})


def test_every_coefficient_with_and_without_the_schools_in_doubt(county: County) -> None:
    """From the exact levels of the schools and the pupils of their workbooks."""
    pupils = {code: typed(path, *PUPILS).values for code, path in paths(county).items()}
    for stage in STAGES:
        weights = {code: own[stage] for code, own in pupils.items() if stage in own}
        for rule in SEVEN:
            levels = {
                item["code"]: Fraction(item["indicators"][rule]["exact"])
                for item in county.found["units"]
                if item["stage"] == stage and item["indicators"][rule]["exact"] is not None
            }
            result = county.found["dispersion"][stage][rule]
            assert result["cv"] == six(levels, weights), (stage, rule)
            in_doubt = {
                item["code"]
                for item in county.found["units"]
                if item["stage"] == stage and item["indicators"][rule]["doubtful"]
            } & levels.keys()
            without = result["without_doubtful"]
            assert set(without["schools"] if without else ()) == in_doubt, (stage, rule)
            if without:
                assert without["actual"] == six(left(levels, in_doubt), weights), (stage, rule)


def test_shares_of_schools_with_and_without_those_in_doubt(county: County) -> None:
    """综合达标率 by stage, counted again from the seven indicators of each school."""
    for stage in STAGES:
        own = [item for item in county.found["units"] if item["stage"] == stage]
        found = next(
            item
            for item in county.found["county_findings"]
            if item["rule"] == "CTY20" and item["stage"] == stage
        )
        sure = [item for item in own if item["code"] not in set(in_doubt(found))]
        assert found["actual"] == percent(own), stage
        if in_doubt(found):
            assert found["without_doubtful"]["actual"] == percent(sure), stage


def in_doubt(found: Mapping[str, Any]) -> list[str]:
    """The schools set aside."""
    without = found["without_doubtful"]
    return without["schools"] if without else []


def percent(units: list[dict[str, Any]]) -> str:
    """Six of seven kept and none below 85 % of its limit, of those that can be judged."""
    met = 0
    judged_units = 0
    for item in units:
        levels = [item["indicators"][rule] for rule in SEVEN]
        applying = [each for each in levels if each["verdict"] != "not_applicable"]
        if not applying or any(each["exact"] is None for each in applying):
            continue
        judged_units += 1
        shares = [Fraction(each["exact"]) / Fraction(each["limit"]) for each in applying]
        kept = sum(share >= 1 for share in shares)
        met += kept >= 6 - (7 - len(applying)) and min(shares) >= Fraction(85, 100)
    share = Fraction(met, judged_units) * 100
    return f"{float(share):.2f}".rstrip("0").rstrip(".") + "%"


def test_small_teaching_points_are_no_doubts(county: County) -> None:
    """What stands out does so among schools of like size and type."""
    for item in county.found["county_findings"]:
        if item["rule"] in {f"CTY{number}" for number in range(51, 58)}:
            assert "教学点" not in item["message"], item["message"]


def mended(county: County, place: Path, mend: Callable[[Path], None]) -> dict[str, Any]:
    """The county once more after a change to the workbooks on which equipment hangs."""
    shutil.copytree(county.folder, place, ignore=shutil.ignore_patterns("县级校验"))
    for stage in STAGES:
        for hinge in county.found["dispersion"][stage]["RES6"]["hangs_on"]:
            mend(place / paths(county)[hinge["code"]].name)
    return judged(place)


def test_with_the_slips_mended_the_county_concludes(county: County, tmp_path: Path) -> None:
    def into_ten_thousands(path: Path) -> None:
        row = typed(path, *EQUIPMENT)
        book = openpyxl.load_workbook(path)
        for stage, (_, column) in STAGES.items():
            value = row.values.get(stage)
            if value is not None and value > 10_000:
                book[EQUIPMENT[0]][f"{column}{row.row}"] = float(value / 10000)
        book.save(path)

    again = mended(county, tmp_path / "县", into_ten_thousands)
    for stage in STAGES:
        result = again["dispersion"][stage]["RES6"]
        assert not result["hangs_on"]
        assert result["verdict"] == "pass" and result["word"] in ("达标", "暂达标")
