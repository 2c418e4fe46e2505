"""A county's folder at several sizes: throughput, memory, two cores, a second run with the cache.

    python benchmarks/county/measure.py 60 600          # sizes; 6000 takes about ten minutes
    python benchmarks/county/measure.py --keep FOLDER 6000      # counties are kept there for reuse

Every size is measured beside calamine reading the same files in a bare process, in the same run:
only ratios mean anything. Prints a Markdown table. "CPU" is the processor time of the main process
alone, which on a busy machine says more than the clock.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
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


def measure(place: Path, schools: int) -> list[tuple[str, Measured]]:
    """All runs over one county, in a folder of its own, with a cache of their own."""
    folder, cache = place / f"{schools}", Path(tempfile.mkdtemp(prefix="cache", dir=place))
    demo = ["demo", "county", "--schools", str(schools), "--seed", "7", "--out", str(folder)]
    if not folder.is_dir():
        run([*CHECKER, *demo], cache)
    out = ["--out", str(place / f"out{schools}")]
    county = [*CHECKER, "county", str(folder), *out]
    check = [*CHECKER, "check", str(folder), "--no-mark", "--no-cache"]
    commands = {
        "calamine alone": [sys.executable, "-c", CALAMINE, str(folder)],
        "check, one process": [*check, "--workers", "1"],
        "check, two processes": [*check, "--workers", "2"],
        "county, two processes, no marks": [*county, "--no-mark", "--no-cache", "--workers", "2"],
        "county, first run, no marks": [*county, "--no-mark", "--workers", "2"],
        "county, second run, from the cache": [*county, "--no-mark", "--workers", "2"],
    }
    if schools > 1000:  # what the smaller sizes have shown already would take very long here
        for name in (
            "check, one process",
            "check, two processes",
            "county, two processes, no marks",
        ):
            del commands[name]
    else:
        commands["county, two processes, marked copies"] = [*county, "--no-cache", "--workers", "2"]
    run([*CHECKER, "rules"], cache)  # the very first command reads all manifests and forms anew
    return [(name, run(command, cache)) for name, command in commands.items()]


def table(schools: int, found: Sequence[tuple[str, Measured]]) -> str:
    """One size as a Markdown table; ratios are to the first line."""
    base = found[0][1].seconds
    lines = [
        f"### {schools} schools",
        "",
        "| run | s | ratio | CPU s | files/s | main MiB | worker MiB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {item.seconds:.1f} | {item.seconds / base:.1f} | {item.cpu:.1f} "
        f"| {schools / item.seconds:.0f} | {item.memory:.0f} | {item.worker:.0f} |"
        for name, item in found
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    given = sys.argv[1:]
    kept = Path(given[1]) if given[:1] == ["--keep"] else None
    with tempfile.TemporaryDirectory() as scratch:
        for size in map(int, given[2 if kept else 0 :] or ["60", "600"]):
            print(table(size, measure(kept or Path(scratch), size)), end="\n\n", flush=True)
