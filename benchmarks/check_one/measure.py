"""How long checking one school's workbook takes, against a bare process that only reads it.

python benchmarks/check_one/measure.py [rounds]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from side_by_side import measure, table

from checker.demo.synthetic_county import build_and_write
from checker.session import Session

READ = """
import sys
from python_calamine import CalamineWorkbook
workbook = CalamineWorkbook.from_path(sys.argv[1])
for title in workbook.sheet_names:
    workbook.get_sheet_by_name(title).to_python()
"""
TARGETS = {"checker check --no-mark": 2.5}


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    template = next(item for item in Session().templates if item.id == "compulsory_school")
    with tempfile.TemporaryDirectory() as folder:
        county = build_and_write(template, Path(folder), schools=1, seed=7)
        book = str(next(county.folder.glob("*.xlsx")))
        check = [sys.executable, "-m", "checker.cli.main", "check", book]
        best = measure(
            {
                "bare process, calamine reads it": [sys.executable, "-c", READ, book],
                "checker check --no-mark": [*check, "--no-mark"],
                "checker check, with the marked copy": check,
            },
            rounds,
        )
    print(table(best, TARGETS))


if __name__ == "__main__":
    main()
