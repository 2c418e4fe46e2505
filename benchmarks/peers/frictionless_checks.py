"""frictionless holds the forty checks as row constraints; openpyxl takes the form's cells apart.

frictionless reads tables, not forms: it is given one row with a column for each check's two sums.
"""

from __future__ import annotations

from pathlib import Path

from form import TOLERANCE, checks, run, total
from frictionless import Checklist, Resource
from frictionless.checks import row_constraint
from openpyxl_checks import cells_of

CHECKS = checks()
FORMULA = {
    "==": "l{n} - r{n} <= {t} and r{n} - l{n} <= {t}",
    "<=": "l{n} <= r{n} + {t}",
    ">=": "l{n} + {t} >= r{n}",
}
COMPARISONS = [(check.name(), one) for check in CHECKS for one in check.compare]
NAMES = {
    FORMULA[one.sign].format(n=number, t=TOLERANCE): name
    for number, (name, one) in enumerate(COMPARISONS)
}
CHECKLIST = Checklist(checks=[row_constraint(formula=formula) for formula in NAMES])


def judge(path: Path) -> list[str]:
    """What does not hold in one workbook."""
    cells = cells_of(path)
    header: list[str] = []
    row: list[float] = []
    for number, (_, (left, _sign, right)) in enumerate(COMPARISONS):
        one, other = total(left, cells), total(right, cells)
        known = one is not None and other is not None
        header += [f"l{number}", f"r{number}"]
        row += [one if known else 0.0, other if known else 0.0]  # type: ignore[list-item]
    report = Resource(data=[header, row]).validate(CHECKLIST)
    found = report.flatten(["note"])
    return list(dict.fromkeys(NAMES[formula] for (note,) in found for formula in NAMES
                              if f'"{formula}"' in note))  # fmt: skip


if __name__ == "__main__":
    run(judge)
