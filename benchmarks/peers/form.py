"""The forty checks as all peers see them: cells in, verdicts out. Standard library only."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple

TOLERANCE = 0.011
"""By which two sums may differ: areas have two decimals."""

Cells = Mapping[tuple[str, str], object]
"""(sheet, address) -> value, empty cells left out."""


class Comparison(NamedTuple):
    """Two sums of fields; a field is the cells that are added up for it."""

    left: list[list[str]]
    sign: str
    right: list[list[str]]


class Check(NamedTuple):
    """One check on the whole school (stage "") or on one stage of it."""

    rule: str
    stage: str
    compare: tuple[Comparison, ...]

    def name(self) -> str:
        """As verdicts are compared: ``TEA5b@primary``."""
        return f"{self.rule}@{self.stage}"


def checks() -> list[Check]:
    """Those of checks.toml."""
    listed = tomllib.loads((Path(__file__).parent / "checks.toml").read_text("utf-8"))["checks"]
    return [
        Check(
            one["rule"],
            one["stage"],
            tuple(Comparison(item["left"], item["is"], item["right"]) for item in one["compare"]),
        )
        for one in listed
    ]


def total(fields: Sequence[Sequence[str]], cells: Cells) -> float | None:
    """The sum of the fields; None if one of them has no number at all."""
    whole = 0.0
    for field in fields:
        values = [cells.get(tuple(place.split("!", 1))) for place in field]  # type: ignore[arg-type]
        numbers = [
            value
            for value in values
            if isinstance(value, int | float) and not isinstance(value, bool)
        ]
        if not numbers:
            return None
        whole += sum(numbers)
    return whole


def holds(left: float, sign: str, right: float) -> bool:
    """Whether the comparison holds."""
    if sign == "==":
        return abs(left - right) <= TOLERANCE
    return left <= right + TOLERANCE if sign == "<=" else left + TOLERANCE >= right


def failed(cells: Cells, wanted: Sequence[Check]) -> list[str]:
    """The names of the checks that do not hold."""
    found = []
    for check in wanted:
        for left, sign, right in check.compare:
            one, other = total(left, cells), total(right, cells)
            if one is not None and other is not None and not holds(one, sign, other):
                found.append(check.name())
                break
    return found


def run(judge: Callable[[Path], list[str]]) -> None:
    """``peer.py FOLDER PROCESSES OUT``: judge every workbook, write name -> what failed."""
    folder, processes, out = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    files = sorted(folder.rglob("*.xlsx"))
    if processes == 1:
        found = [judge(path) for path in files]
    else:
        with Pool(processes) as pool:
            found = pool.map(judge, files, chunksize=8)
    names = [path.relative_to(folder).as_posix() for path in files]
    out.write_text(json.dumps(dict(zip(names, found, strict=True)), ensure_ascii=False), "utf-8")
