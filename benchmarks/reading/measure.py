"""What reading and binding a folder of workbooks costs, against calamine alone reading them.

python benchmarks/reading/measure.py [schools] [rounds]   (a county made up for it)
python benchmarks/reading/measure.py FOLDER [rounds]      (workbooks of your own)

Processor time per file. Each round is a process of its own that goes through the folder once, so
that nothing is known of a workbook that would not be known in use; the smallest of all rounds
counts.
"""

from __future__ import annotations

import gc
import io
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAMES = ("calamine alone", "reading", "binding")


def once(folder: Path) -> dict[str, float]:
    """Milliseconds of processor time per file, in this process."""
    from python_calamine import CalamineWorkbook

    from checker.forms import binding, recognition  # noqa: F401 - imports are not measured
    from checker.reading import read_snapshot
    from checker.session import Session

    books = sorted(path for path in folder.iterdir() if path.suffix in (".xlsx", ".xlsm"))
    session = Session()
    assert session.templates

    def by_calamine(path: Path) -> None:
        with CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes())) as workbook:
            for index, _ in enumerate(workbook.sheets_metadata):
                workbook.get_sheet_by_index(index).to_python(skip_empty_area=True)

    for path in books:
        by_calamine(path)  # the file cache
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # as the run over a folder does
    spent = dict.fromkeys(NAMES, 0.0)
    for path in books:
        begin = time.process_time()
        by_calamine(path)
        alone = time.process_time()
        snapshot = read_snapshot(path)
        read = time.process_time()
        session.bind(snapshot)
        bound = time.process_time()
        for name, passed in zip(NAMES, (alone - begin, read - alone, bound - read), strict=True):
            spent[name] += passed * 1000 / len(books)
    return spent


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(once(Path(sys.argv[2]))))
        return
    what = sys.argv[1] if len(sys.argv) > 1 else "120"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) if what.isdigit() else Path(what)
        if what.isdigit():
            from checker.demo.synthetic_county import build_and_write
            from checker.session import Session

            template = next(item for item in Session().templates if item.id == "compulsory_school")
            folder = build_and_write(template, folder, schools=int(what), seed=7).folder
        best = dict.fromkeys(NAMES, float("inf"))
        for _ in range(rounds):
            command = [sys.executable, __file__, "--once", str(folder)]
            found = json.loads(subprocess.check_output(command))
            best = {name: min(best[name], found[name]) for name in NAMES}
    base = best["calamine alone"]
    both = best["reading"] + best["binding"]
    print("| what | CPU ms per file | ratio | target |", "|---|---:|---:|---|", sep="\n")
    for name in NAMES:
        print(f"| {name} | {best[name]:.2f} | {best[name] / base:.2f} | |")
    verdict = "met" if both <= 1.5 * base else "MISSED"
    print(f"| reading and binding | {both:.2f} | {both / base:.2f} | ≤ 1.5 {verdict} |")


if __name__ == "__main__":
    main()
