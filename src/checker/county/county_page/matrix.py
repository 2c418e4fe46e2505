"""The school × indicator matrix of the county page: shown text, heat and tooltip of each cell."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from checker.county.conclusions import cells_of
from checker.county.report import CountyReport, Indicator, Level
from checker.marking.file_record import FileRecord
from checker.model.verdicts import MISSED, OUTCOME_WORDS, Outcome, format_number

LEVEL_WORDS = {Outcome.PASS: "达标"}
"""Words for the levels of indicators where they differ from those for verdicts."""


class MatrixCell(Struct, frozen=True):
    """One cell of the school × indicator matrix: shown text, heat class and tooltip."""

    text: str
    heat: str
    title: str


class UnitRow(Struct, frozen=True):
    """One stage unit of one school, with its cells in the order of the indicators."""

    school: FileRecord
    anchor: str
    stage: str
    stage_title: str
    cells: tuple[MatrixCell, ...]
    failed: int
    unsure: int


def unit_rows(report: CountyReport, anchors: dict[str, str]) -> Iterator[UnitRow]:
    """The rows of the matrix, in the order of the schools; ``anchors`` learns where in the page
    each school's details stand."""
    for number, (school, units) in enumerate(report.units(), 1):
        for stage, title in report.stages.items():
            own = units.get(stage)
            if own is None:
                continue
            anchor = anchors.setdefault(school.code, f"s{number}")
            cells = tuple(_cell(item, own.get(item.rule)) for item in report.indicators)
            failed = sum(level.outcome in MISSED and level.sure for level in own.values())
            unsure = sum(not level.sure for level in own.values())
            yield UnitRow(school, anchor, stage, title, cells, failed, unsure)


def _cell(indicator: Indicator, level: Level | None) -> MatrixCell:
    if level is None or level.value is None:
        word = OUTCOME_WORDS[level.outcome] if level else "不适用"
        return MatrixCell("—", "none", f"{indicator.title}：{word}")
    text = format_number(level.value, indicator.digits)
    need = "" if level.limit is None else f"，标准 {format_number(level.limit, indicator.digits)}"
    if not level.sure:
        cells = "、".join(cells_of(level.doubts))
        title = f"{indicator.title}：{text}{indicator.unit}{need}，数据有错或存疑，见 {cells}"
        return MatrixCell(f"{text} ?", "q", title)
    word = LEVEL_WORDS.get(level.outcome, OUTCOME_WORDS[level.outcome])
    title = f"{indicator.title}：{text}{indicator.unit}{need}，{word}"
    if level.outcome in MISSED:
        text += " ✗"
    return MatrixCell(text, _heat(indicator, level), title)


def _heat(indicator: Indicator, level: Level) -> str:
    """g2 g1 (kept) · y (missed by up to 15 %, the floor of the school verdict) · r1 r2 (worse)."""
    if level.outcome not in MISSED:
        ratio = _ratio(indicator, level)
        return "g2" if ratio is not None and ratio >= Fraction(6, 5) else "g1"
    ratio = _ratio(indicator, level)
    if ratio is None or ratio < Fraction(3, 5):
        return "r2"
    return "y" if ratio >= Fraction(17, 20) else "r1"


def _ratio(indicator: Indicator, level: Level) -> Fraction | None:
    if not level.value or not level.limit:
        return Fraction(0) if level.limit else None
    return level.value / level.limit if indicator.at_least else level.limit / level.value
