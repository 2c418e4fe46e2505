"""The budgets of the program, measured: processor time of whole processes, in turn with what they
are compared with.

python benchmarks/budgets.py [--schools 60] [--rounds 7]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from side_by_side import Run, measure, table

from checker.demo.synthetic_county import build_and_write
from checker.session import Session

CHECKER = [sys.executable, "-m", "checker.cli.main"]
PLAIN = "import sys; sys.modules.update(numpy=None, lxml=None, pandas=None)\n"
"""openpyxl as it is when nothing else is installed: it imports these where it finds them."""
OPENPYXL = f"""{PLAIN}
from openpyxl import load_workbook
for path in sys.argv[1:]:
    book = load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets:
        for _ in sheet.iter_rows(values_only=True):
            pass
    book.close()
"""
CALAMINE = """
import sys
from python_calamine import CalamineWorkbook
for path in sys.argv[1:]:
    workbook = CalamineWorkbook.from_path(path)
    for title in workbook.sheet_names:
        workbook.get_sheet_by_name(title).to_python()
"""


def starting() -> dict[str, list[str]]:
    """Commands that only look something up."""
    return {
        "import click, pluggy": [sys.executable, "-c", "import click, pluggy"],
        "checker --help": [*CHECKER, "--help"],
        "checker explain RES3": [*CHECKER, "explain", "RES3"],
        "checker rules": [*CHECKER, "rules"],
    }


def checking(books: list[Path], scratch: Path) -> dict[str, list[str]]:
    """One workbook or a folder, without the cache: judged only, and with marked copies."""
    names = [str(book) for book in books]
    check = [*CHECKER, "check", *names[:1], "--no-cache"]
    if len(books) > 1:
        check = [*CHECKER, "check", str(books[0].parent), "--no-cache", "--workers", "1"]
    found = {
        "openpyxl 只载入": [sys.executable, "-c", OPENPYXL, *names],
        "calamine 只读": [sys.executable, "-c", CALAMINE, *names],
        "checker check --no-mark": [*check, "--no-mark"],
        "checker check，写标记副本": [*check, "--out", str(scratch)],
    }
    if len(books) > 1:
        found["checker check --no-mark，两个进程"] = [*check[:-1], "2", "--no-mark"]
    return found


def main() -> None:
    """Measure and print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schools", type=int, nargs="+", default=[1, 60])
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        # what is kept of manifests is read as a whole: that of one user, not of every checkout here
        os.environ["CHECKER_CACHE_DIR"] = cache
        _measure(chosen.schools, chosen.rounds)


def _measure(sizes: list[int], rounds: int) -> None:
    print(table(measure(starting(), rounds)), "\n")
    template = next(item for item in Session().templates if item.id == "compulsory_school")
    for schools in sizes:
        with tempfile.TemporaryDirectory() as folder:
            made = build_and_write(template, Path(folder) / "county", schools=schools, seed=7)
            books = sorted(made.folder.glob("*.xlsx"))[:schools]
            runs: dict[str, Run] = measure(checking(books, Path(folder) / "out"), rounds)
            print(f"{schools} 份\n\n{table(runs)}\n")


if __name__ == "__main__":
    main()
