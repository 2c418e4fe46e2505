"""A county's folder at several sizes: throughput, memory, two cores, a second run with the cache.

    python benchmarks/county/measure.py 60 600          # sizes
    python benchmarks/county/measure.py --keep FOLDER --rounds 1 6000      # about six minutes

Every size is measured beside calamine reading the same files in a bare process, in the same run:
only ratios mean anything. Prints a Markdown table. "CPU" is the processor time of the main process
alone, which on a busy machine says more than the clock. Each size is measured in several rounds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil

CHECKER = [sys.executable, "-m", "checker.cli.main"]
CALAMINE = """
import sys
from pathlib import Path
from python_calamine import CalamineWorkbook
for path in sorted(Path(sys.argv[1]).glob("*.xlsx")):
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()
"""
SAMPLE = 0.05  # seconds between two looks at memory


class Measured(NamedTuple):
    """Wall time and the main process's own CPU time in seconds; peak resident memory in MiB of the
    process and its largest worker."""

    seconds: float
    cpu: float
    memory: float
    worker: float


def run(command: Sequence[str], cache: Path) -> Measured:
    """The command once, its memory watched. Raises SystemExit if it fails."""
    environment = os.environ | {"CHECKER_CACHE_DIR": str(cache)}
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    )
    peaks = [0.0, 0.0, 0.0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peaks))
    watcher.start()
    _, errors = process.communicate()
    seconds = time.perf_counter() - started
    watcher.join()
    if process.returncode not in (0, 1):
        raise SystemExit(f"{command}: exit code {process.returncode}\n{errors.decode()}")
    return Measured(seconds, *peaks)


def _watch(pid: int, peaks: list[float]) -> None:
    try:
        main = psutil.Process(pid)
        while main.is_running() and main.status() != psutil.STATUS_ZOMBIE:
            times = main.cpu_times()
            peaks[0] = times.user + times.system
            peaks[1] = max(peaks[1], main.memory_info().rss / 2**20)
            for child in main.children(recursive=True):
                peaks[2] = max(peaks[2], child.memory_info().rss / 2**20)
            time.sleep(SAMPLE)
    except psutil.Error:
        return


def measure(place: Path, schools: int, rounds: int) -> list[tuple[str, list[Measured]]]:
    """All runs over one county, in a folder of its own: every round runs each of them once, with a
    cache of its own, so that what slows the machine down for a minute slows all alike."""
    folder = place / f"{schools}"
    demo = ["demo", "county", "--schools", str(schools), "--seed", "7", "--out", str(folder)]
    if not folder.is_dir():
        with tempfile.TemporaryDirectory() as cache:
            run([*CHECKER, *demo], Path(cache))
    out = ["--out", str(place / f"out{schools}")]
    county = [*CHECKER, "county", str(folder), *out]
    check = [*CHECKER, "check", str(folder), "--no-mark"]
    commands = {
        "calamine alone": [sys.executable, "-c", CALAMINE, str(folder)],
        "check, one process": [*check, "--no-cache", "--workers", "1"],
        "check, two processes": [*check, "--no-cache", "--workers", "2"],
        "check, first run": [*check, "--workers", "2"],
        "check, second run, from the cache": [*check, "--workers", "2"],
        "county, two processes, no marks": [*county, "--no-mark", "--no-cache", "--workers", "2"],
        "county, from the cache": [*county, "--no-mark", "--workers", "2"],
        "county, two processes, marked copies": [*county, "--no-cache", "--workers", "2"],
    }
    if schools > 1000:  # what the smaller sizes have shown already would take very long here
        for name in ("check, one process", "county, two processes, marked copies"):
            del commands[name]
    found: dict[str, list[Measured]] = {name: [] for name in commands}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="cache", dir=place) as cache:
            # the very first command reads all manifests and forms anew
            run([*CHECKER, "check", str(next(folder.glob("*.xlsx"))), "--no-mark"], Path(cache))
            for name, command in commands.items():
                found[name].append(run(command, Path(cache)))
    return list(found.items())


def table(schools: int, found: Sequence[tuple[str, list[Measured]]]) -> str:
    """One size as a Markdown table. Of several rounds the quickest of each run counts, the middle
    one stands beside it; ratios are to the first line's."""
    base = [min(item.seconds for item in found[0][1]), median(item.seconds for item in found[0][1])]
    lines = [
        f"### {schools} schools, {len(found[0][1])} rounds",
        "",
        "| run | s | ratio | median s | ratio | CPU s | main MiB | worker MiB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, items in found:
        best, middle = min(item.seconds for item in items), median(item.seconds for item in items)
        cpu = min(item.cpu for item in items)
        memory, worker = max(item.memory for item in items), max(item.worker for item in items)
        lines.append(
            f"| {name} | {best:.2f} | {best / base[0]:.2f} | {middle:.2f} | {middle / base[1]:.2f} "
            f"| {cpu:.1f} | {memory:.0f} | {worker:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--keep", type=Path, help="counties are kept here for reuse")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("sizes", type=int, nargs="*", default=[60, 600])
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for size in given.sizes:
            found = measure(given.keep or Path(scratch), size, given.rounds)
            print(table(size, found), end="\n\n", flush=True)
