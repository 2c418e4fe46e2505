"""Runs commands in turn, many times, and compares each with the first: times of one run only.

Turns are interleaved, so that a busy machine slows all of them alike; the smallest time of each
counts, since whatever else runs can only add to it.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence


def measure(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, float]:
    """Smallest wall time in seconds of each command; its output is thrown away."""
    best = dict.fromkeys(commands, float("inf"))
    for name, command in commands.items():  # once unmeasured: file cache and byte code
        _run(name, command)
    for _ in range(rounds):
        for name, command in commands.items():
            started = time.perf_counter()
            _run(name, command)
            best[name] = min(best[name], time.perf_counter() - started)
    return best


def _run(name: str, command: Sequence[str]) -> None:
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, env=os.environ
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"{name}: exit code {done.returncode}\n{done.stderr.decode()}")


def table(best: Mapping[str, float], targets: Mapping[str, float]) -> str:
    """A Markdown table: time, ratio to the first line, target, whether it is met."""
    base = next(iter(best.values()))
    lines = ["| what | ms | ratio | target |", "|---|---:|---:|---|"]
    for name, seconds in best.items():
        ratio, target = seconds / base, targets.get(name)
        verdict = "" if target is None else f"≤ {target} {'met' if ratio <= target else 'MISSED'}"
        lines.append(f"| {name} | {seconds * 1000:.0f} | {ratio:.2f} | {verdict} |")
    return "\n".join(lines)
