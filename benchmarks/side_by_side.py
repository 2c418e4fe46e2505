"""Runs commands in turn, many times, and compares each with the first: times of one run only.

Turns are interleaved, so that a busy machine slows all of them alike; the smallest time of each
counts, since whatever else runs can only add to it. What counts is processor time, of the program
and of the system on its behalf: waiting for a processor that somebody else has is not ours.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence


def measure(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, float]:
    """Smallest processor time in seconds of each command; its output is thrown away."""
    best = dict.fromkeys(commands, float("inf"))
    for name, command in commands.items():  # once unmeasured: file cache and byte code
        _run(name, command)
    for _ in range(rounds):
        for name, command in commands.items():
            best[name] = min(best[name], _run(name, command))
    return best


def _run(name: str, command: Sequence[str]) -> float:
    """The processor time of one run. Byte code is written whatever the environment says: else the
    compiler would be measured."""
    environment = {
        key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"
    }
    before = _used()
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, env=environment
    )
    used = _used() - before
    if done.returncode not in (0, 1):
        raise SystemExit(f"{name}: exit code {done.returncode}\n{done.stderr.decode()}")
    return used


def _used() -> float:
    """Seconds that all ended child processes took; on Windows, which does not tell, the clock."""
    try:
        import resource
    except ImportError:
        return time.perf_counter()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def table(best: Mapping[str, float], targets: Mapping[str, float]) -> str:
    """A Markdown table: time, ratio to the first line, target, whether it is met."""
    base = next(iter(best.values()))
    lines = ["| what | ms | ratio | target |", "|---|---:|---:|---|"]
    for name, seconds in best.items():
        ratio, target = seconds / base, targets.get(name)
        verdict = "" if target is None else f"≤ {target} {'met' if ratio <= target else 'MISSED'}"
        lines.append(f"| {name} | {seconds * 1000:.0f} | {ratio:.2f} | {verdict} |")
    return "\n".join(lines)
