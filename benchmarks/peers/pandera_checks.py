"""pandas reads (through calamine, its fastest engine), pandera holds the forty checks."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from form import TOLERANCE, Comparison, checks, run

CHECKS = checks()
PLACES = sorted(
    {
        place
        for check in CHECKS
        for left, _, right in check.compare
        for field in (*left, *right)
        for place in field
    }
)


def position(address: str) -> tuple[int, int]:
    """Row and column from 0 of ``D8``."""
    letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


WHERE = {place: (place.split("!")[0], *position(place.split("!")[1])) for place in PLACES}


def row_of(path: Path) -> pd.DataFrame:
    """One row, a column for each cell that a check needs."""
    sheets = pd.read_excel(path, sheet_name=None, header=None, engine="calamine")
    row: dict[str, float] = {}
    for place, (title, at, column) in WHERE.items():
        sheet = sheets.get(title)
        inside = sheet is not None and at < sheet.shape[0] and column < sheet.shape[1]
        value = sheet.iat[at, column] if inside else None
        number = isinstance(value, int | float) and not isinstance(value, bool)
        row[place] = float(value) if number else float("nan")
    return pd.DataFrame([row])


def sums(fields: list[list[str]], table: pd.DataFrame) -> pd.Series:
    """The sum of the fields; missing where one of them is all empty."""
    parts = [table[field].sum(axis=1, min_count=1) for field in fields]
    return sum(parts[1:], parts[0])


def rule(comparisons: tuple[Comparison, ...]) -> pa.Check:
    """One check of the schema over a row."""

    def holds(table: pd.DataFrame) -> pd.Series:
        fine = pd.Series(True, index=table.index)
        for left, sign, right in comparisons:
            gap = sums(left, table) - sums(right, table)
            wrong = {"==": gap.abs() > TOLERANCE, "<=": gap > TOLERANCE, ">=": gap < -TOLERANCE}
            fine &= ~wrong[sign]
        return fine

    return pa.Check(holds)


def named(check: pa.Check, name: str) -> pa.Check:
    """The check under the name by which verdicts are compared."""
    check.name = name
    return check


SCHEMA = pa.DataFrameSchema(
    {place: pa.Column(float, nullable=True) for place in PLACES},
    checks=[named(rule(check.compare), check.name()) for check in CHECKS],
)


def judge(path: Path) -> list[str]:
    """What does not hold in one workbook."""
    try:
        SCHEMA.validate(row_of(path), lazy=True)
    except pa.errors.SchemaErrors as problem:
        return list(dict.fromkeys(str(name) for name in problem.failure_cases["check"]))
    return []


if __name__ == "__main__":
    run(judge)
