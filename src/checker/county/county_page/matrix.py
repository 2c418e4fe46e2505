"""The school × indicator matrix of the county page: shown text, heat and tooltip of each cell."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from checker.county.conclusions import cells_of
from checker.county.report import Indicator, Level
from checker.model.verdicts import MISSED, OUTCOME_WORDS, Outcome, format_number


class MatrixCell(Struct, frozen=True):
    """One cell of the school × indicator matrix: shown text, heat class and tooltip."""

    text: str
    heat: str
    title: str


def matrix_cell(indicator: Indicator, level: Level | None) -> MatrixCell:
    """How a level is shown."""
    if level is None or level.value is None:
        word = OUTCOME_WORDS[level.outcome] if level else "不适用"
        return MatrixCell("—", "none", f"{indicator.title}：{word}")
    text = format_number(level.value, indicator.digits)
    need = "" if level.limit is None else f"，标准 {format_number(level.limit, indicator.digits)}"
    told = f"{indicator.title}：{text}{indicator.unit}{need}，"
    if not level.sure:
        cells = "、".join(cells_of(level.doubts))
        return MatrixCell(f"{text} ?", "q", f"{told}数据有错或存疑，见 {cells}")
    word = "达标" if level.outcome is Outcome.PASS else OUTCOME_WORDS[level.outcome]
    missed = " ✗" if level.outcome in MISSED else ""
    return MatrixCell(f"{text}{missed}", _heat(indicator, level), f"{told}{word}")


def _heat(indicator: Indicator, level: Level) -> str:
    """g2 g1 (kept) · y (missed by up to 15 %, the floor of the school verdict) · r1 r2 (worse)."""
    ratio = level.ratio(indicator)
    if level.outcome not in MISSED:
        return "g2" if ratio is not None and ratio >= Fraction(6, 5) else "g1"
    if ratio is None or ratio < Fraction(3, 5):
        return "r2"
    return "y" if ratio >= Fraction(17, 20) else "r1"
