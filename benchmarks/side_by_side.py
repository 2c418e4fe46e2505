"""Runs commands in turn, several times, and compares each with the first: times of one run only.

Turns are interleaved, so that a busy machine slows all of them alike. What counts is processor
time, of the program and of the system on its behalf: waiting for a processor that somebody else has
is not ours. The quickest round is told, since whatever else runs can only add to it, and the middle
one.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Run(NamedTuple):
    """What every round of one command took: processor and wall seconds. ``memory``: the most MiB
    that it or one of its processes held, 0 where the system does not tell."""

    processor: list[float]
    wall: list[float]
    memory: float


def measure(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Run]:
    """Every command ``rounds`` times, in turn; its output is thrown away."""
    found = {name: Run([], [], 0) for name in commands}
    for name, command in commands.items():  # once unmeasured: file cache and byte code
        _run(name, command)
    for _ in range(rounds):
        for name, command in commands.items():
            processor, wall, memory = _run(name, command)
            run = found[name]
            run.processor.append(processor)
            run.wall.append(wall)
            found[name] = run._replace(memory=max(memory, run.memory))
    return found


def _run(name: str, command: Sequence[str]) -> tuple[float, float, float]:
    """Processor seconds, wall seconds and MiB of one run. Byte code is written whatever the
    environment says: else the compiler would be measured."""
    environment = {
        key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"
    }
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    )
    errors = process.stderr.read() if process.stderr else b""
    if not hasattr(os, "wait4"):  # Windows tells no processor time of others
        process.wait()
        return time.perf_counter() - begin, time.perf_counter() - begin, 0
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begin
    if process.returncode not in (0, 1):
        raise SystemExit(f"{name}: exit code {process.returncode}\n{errors.decode()}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def table(found: Mapping[str, Run]) -> str:
    """A Markdown table: quickest and middle processor time, both as ratios to the first line, wall
    time, memory."""
    base = next(iter(found.values()))
    lines = ["| | 处理器毫秒，最快（中位数） | 比第一行 | 实际毫秒，最快 | MiB |",
             "|---|---:|---:|---:|---:|"]  # fmt: skip
    for name, run in found.items():
        quickest, middle = min(run.processor), statistics.median(run.processor)
        ratio = quickest / min(base.processor)
        usual = statistics.median(one / other for one, other in
                                  zip(run.processor, base.processor, strict=True))  # fmt: skip
        lines.append(
            f"| {name} | {quickest * 1000:.0f}（{middle * 1000:.0f}） | {ratio:.2f}（{usual:.2f}）"
            f" | {min(run.wall) * 1000:.0f} | {run.memory:.0f} |"
        )
    return "\n".join(lines)
