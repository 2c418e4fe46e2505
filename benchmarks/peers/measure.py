"""``python benchmarks/peers/measure.py``: checker beside what people use, written to RESULTS.md.

Each program has a virtual environment of its own, made here. In every round all programs judge the
same folder one after the other, so that a busy machine slows all alike; a ratio is taken within a
round, and its median and spread over the rounds are reported. Processor time is that of the whole
process tree. Verdicts on the forty checks are compared as well.

    python benchmarks/peers/measure.py --sizes 1 6 --growth 6 24 --rounds 2     # a quick look
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from form import checks

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RESULTS = HERE.parent / "RESULTS.md"
BEGIN, END = "<!-- peers: begin -->", "<!-- peers: end -->"


class Program(NamedTuple):
    """One way of checking a folder."""

    name: str
    packages: tuple[str, ...]
    script: str = ""


CHECKER = "checker check，全部规则"
LOADING = "openpyxl，只载入"
PROGRAMS = (
    Program(CHECKER, (str(ROOT),)),
    Program(LOADING, ("openpyxl",), "openpyxl_load.py"),
    Program("openpyxl + 手写 40 条", ("openpyxl",), "openpyxl_checks.py"),
    Program("pandas + pandera", ("pandas", "pandera", "python-calamine"), "pandera_checks.py"),
    Program("frictionless", ("frictionless", "openpyxl"), "frictionless_checks.py"),
)


class Cost(NamedTuple):
    """Seconds of one run."""

    cpu: float
    wall: float


def environment_of(program: Program, place: Path) -> Path:
    """The Python of the program's own environment; made on first use."""
    packages = "-".join(Path(one).name for one in program.packages)
    folder = place / f"env-{packages}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *program.packages], check=True)
        subprocess.run([python, "-m", "compileall", "-q", folder], check=False)
        (folder / "ready").touch()
    return python


def county(checker: Path, place: Path, schools: int) -> Path:
    """A demo county of that many workbooks and nothing else in its folder."""
    folder = place / f"county-{schools}"
    if not folder.exists():
        made = ["demo", "county", "--schools", str(max(schools, 2)), "--seed", "7"]
        subprocess.run(
            [checker, "-m", "checker.cli.main", *made, "--out", folder.name],
            cwd=place,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        workbooks = sorted(folder.rglob("*.xlsx"))
        for extra in workbooks[schools:]:
            extra.unlink()
    return folder


def command(program: Program, python: Path, folder: Path, processes: int, out: Path) -> list[str]:
    """What is run; ``out`` is where the peers write what they found."""
    if program.script:
        script = HERE / program.script
        return [str(python), str(script), str(folder), str(processes), str(out)]
    words = ["check", str(folder), "--no-mark", "--no-cache", "--format", "json"]
    return [str(python), "-m", "checker.cli.main", *words, "--workers", str(processes)]


def cost(words: Sequence[str], out: Path, own_output: bool) -> Cost:
    """Run it once; processor time of it and all its children."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    left_out = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
    kept = {key: value for key, value in os.environ.items() if key not in left_out}
    with (out if own_output else Path(os.devnull)).open("wb") as sink:
        done = subprocess.run(words, stdout=sink, stderr=subprocess.PIPE, env=kept, check=False)
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{words}: {done.returncode}\n{done.stderr.decode()[-2000:]}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(spent, wall)


def verdicts(program: Program, out: Path, folder: Path) -> dict[str, set[str]]:
    """Workbook -> the names of the forty checks that do not hold there."""
    document = json.loads(out.read_text("utf-8"))
    if program.script:
        return {name: set(found) for name, found in document.items()}
    known = {check.name() for check in checks()}
    found: dict[str, set[str]] = {}
    for file in document["files"]:
        if file["status"] == "checked":
            found[Path(file["path"]).relative_to(folder).as_posix()] = set()
    for item in document["findings"]:
        name = f"{item['rule']}@{item['stage']}"
        path = Path(item["file"]).relative_to(folder).as_posix()
        if name in known and item["verdict"] in ("fail", "doubt", "unmet", "explained"):
            found[path].add(name)
    return found


def measured(
    place: Path, pythons: dict[str, Path], schools: int, processes: int, rounds: int
) -> tuple[dict[str, list[Cost]], dict[str, dict[str, set[str]]]]:
    """Costs in each round, and verdicts, of every program on a county of that size."""
    folder = county(pythons[CHECKER], place, schools)
    costs: dict[str, list[Cost]] = {program.name: [] for program in PROGRAMS}
    said: dict[str, dict[str, set[str]]] = {}
    for number in range(rounds + 1):  # the first is not counted: file cache, byte code
        for program in PROGRAMS:
            out = place / "out.json"
            words = command(program, pythons[program.name], folder, processes, out)
            spent = cost(words, out, own_output=not program.script)
            if number:
                costs[program.name].append(spent)
            elif program.name != LOADING:
                said[program.name] = verdicts(program, out, folder)
        print(f"{schools} 份，{processes} 个进程，第 {number} 轮", flush=True)
    return costs, said


def spread(values: Sequence[float]) -> str:
    """Median (least–most)."""
    return f"{statistics.median(values):.2f}（{min(values):.2f}–{max(values):.2f}）"


def table(costs: dict[str, list[Cost]]) -> list[str]:
    """Rows: seconds, and checker's share of each peer's, taken round by round."""
    lines = [
        "| | 处理器 秒 | 实际 秒 | checker ÷ 它，处理器 | checker ÷ 它，实际 |",
        "|---|---:|---:|---:|---:|",
    ]
    ours = costs[CHECKER]
    for name, spent in costs.items():
        cpu = statistics.median(one.cpu for one in spent)
        wall = statistics.median(one.wall for one in spent)
        ratios = ("1", "1")
        if name != CHECKER:
            pairs = list(zip(ours, spent, strict=True))
            ratios = (
                spread([mine.cpu / other.cpu for mine, other in pairs]),
                spread([mine.wall / other.wall for mine, other in pairs]),
            )
        lines.append(f"| {name} | {cpu:.2f} | {wall:.2f} | {ratios[0]} | {ratios[1]} |")
    return lines


def compared(said: dict[str, dict[str, set[str]]]) -> list[str]:
    """For each peer: on how many of the checks of all workbooks it says what checker says."""
    names = [check.name() for check in checks()]
    ours, lines = said[CHECKER], []
    for name, theirs in said.items():
        if name == CHECKER:
            continue
        both = sorted(set(ours) & set(theirs))
        more = {(file, one) for file in both for one in theirs[file] - ours[file]}
        less = {(file, one) for file in both for one in ours[file] - theirs[file]}
        asked = len(both) * len(names)
        wrong = sum(len(ours[file]) for file in both)
        same = asked - len(more) - len(less)
        line = f"- {name}：{asked} 个结论（checker 判 {wrong} 个不成立）中 {same} 个相同"
        if more or less:
            shown = sorted(more)[:3] + sorted(less)[:3]
            line += f"；多报 {len(more)}，少报 {len(less)}，例如 " + "、".join(
                f"{file} {one}" for file, one in shown
            )
        lines.append(line + "。")
    return lines


def write(lines: Sequence[str]) -> None:
    """Put the lines into RESULTS.md in place of those of the last run."""
    text = RESULTS.read_text("utf-8") if RESULTS.exists() else f"# 测得\n\n{BEGIN}\n{END}\n"
    if BEGIN not in text:
        text += f"\n{BEGIN}\n{END}\n"
    head, rest = text.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    RESULTS.write_text(f"{head}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{tail}", "utf-8")


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="checker 与常用做法并排测量")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 100, 600])
    parser.add_argument("--growth", type=int, nargs="+", default=[60, 600, 6000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, help="environments and counties, kept for next time")
    chosen = parser.parse_args()
    place = chosen.work or Path(tempfile.mkdtemp(prefix="peers-"))
    place.mkdir(parents=True, exist_ok=True)
    os.environ["CHECKER_CACHE_DIR"] = str(place / "cache")
    pythons = {program.name: environment_of(program, place) for program in PROGRAMS}
    lines = [
        "## 与常用做法并排",
        "",
        f"由 `benchmarks/peers/measure.py` 写入，{date.today().isoformat()}，"
        f"{os.cpu_count()} 核，每项 {chosen.rounds} 轮；比值取自同一轮，写作中位数（最小–最大）。"
        "checker 查的是全部规则，其余只查 40 条（第二行什么也不查）；都不写标记，不用缓存。",
    ]
    said: dict[str, dict[str, set[str]]] = {}
    for schools in chosen.sizes:
        for processes in (1, 2) if schools > 1 else (1,):
            costs, said = measured(place, pythons, schools, processes, chosen.rounds)
            lines += ["", f"### {schools} 份，{processes} 个进程", "", *table(costs)]
    lines += ["", f"### 40 条的结论（{chosen.sizes[-1]} 份）", "", *compared(said)]
    lines += ["", "### 份数增加时，checker 每份的处理器毫秒", "", "| 份数 | 1 个进程 | 2 个进程 |",
              "|---:|---:|---:|"]  # fmt: skip
    for schools in chosen.growth:
        folder = county(pythons[CHECKER], place, schools)
        row = []
        for processes in (1, 2):
            words = command(PROGRAMS[0], pythons[CHECKER], folder, processes, place / "out.json")
            row.append(cost(words, place / "out.json", own_output=True).cpu / schools * 1000)
        lines.append(f"| {schools} | {row[0]:.1f} | {row[1]:.1f} |")
    write(lines)
    print(f"写入 {RESULTS}")
    if chosen.work is None:
        shutil.rmtree(place)


if __name__ == "__main__":
    main()
