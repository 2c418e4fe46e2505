"""Marks written back: this writer beside openpyxl, excelize and the floor. Same work, same run.

    python benchmarks/writing/run.py            # prints a table and rewrites RESULTS.md
    python benchmarks/writing/run.py --quick    # without the workbook of 100,000 rows

Needs `pip install excelize`; a writer that is not installed is reported as such.
Each measurement is a process of its own: imports are done before the clock starts, then the work is
done several times and the best time counts; memory is the process's peak. The floor is what no
writer of zip files can go below: copying the untouched members, unpacking and packing the touched.
The forms are filled 义务教育学校填报表 with the marks of a real check: one with few faults (of the
demonstration county), one with many (from `examples/`). The other workbooks are made up.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
WRITERS = ("floor", "checker", "excelize", "openpyxl")
CASES: dict[str, dict[str, int]] = {
    "form": {},
    "faulty-form": {},
    "school": {"sheets": 8, "rows": 60, "columns": 20, "fills": 300, "notes": 100},
    "big": {"sheets": 1, "rows": 100_000, "columns": 20, "fills": 200, "notes": 50},
}
ROUNDS = {"form": 4, "faulty-form": 4, "school": 4, "big": 1}
REPEATS = {"form": 25, "faulty-form": 25, "school": 25, "big": 3}
FAULTY = HERE.parent.parent / "examples" / "shangshiqiao.xlsx"
TITLES = {
    "floor": "底线：复制压缩包，解压并压缩改动的部件",
    "checker": "checker",
    "excelize": "excelize 打开、标记、保存",
    "openpyxl": "openpyxl 打开、标记、保存",
}


def measure(writer: str, case: str, source: Path, target: Path) -> dict[str, float]:
    """Run one writer in a process of its own."""
    repeats = 1 if case == "big" and writer in ("openpyxl", "excelize") else REPEATS[case]
    if writer == "openpyxl":
        repeats = min(repeats, 5)
    command = [sys.executable, str(HERE / "one.py"), writer, str(source), str(target)]
    command += [str(repeats), json.dumps(CASES[case])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def prepare(case: str, folder: Path) -> tuple[Path, str]:
    """The workbook of a case, and the heading that describes it."""
    from workbooks import build, judged

    size = CASES[case]
    if size:
        source = folder / f"{case}.xlsx"
        build(source, **{key: size[key] for key in ("sheets", "rows", "columns")})
        told = (
            f"{size['sheets']} 张表，每张 {size['rows']:,} × {size['columns']}；"
            f"{size['fills']} 处着色，{size['notes']} 条批注，一张结果表"
        )
    else:
        source = FAULTY if case == "faulty-form" else one_school(folder)
        run = judged(source)
        notes = sum(1 for mark in run.marks if mark.note)
        told = (
            f"填好的义务教育学校填报表，写回一次真实校验的结果；{len(run.marks)} 处着色，"
            f"{notes} 条批注，结果表 {len(run.sheets[0].rows)} 行，说明表 {len(run.edits)} 格"
        )
    return source, f"## {case}：{source.stat().st_size / 1000:,.0f} KB，{told}"


def one_school(folder: Path) -> Path:
    """The largest workbook of a small demonstration county."""
    county = folder / "county"
    program = str(Path(sys.executable).with_name("checker"))
    command = [program, "demo", "county", "--schools", "8", "--seed", "7"]
    subprocess.run([*command, "--out", str(county)], capture_output=True, check=True)
    return max(county.glob("*.xlsx"), key=lambda path: path.stat().st_size)


def main() -> None:
    sys.path.insert(0, str(HERE))
    cases = [case for case in CASES if case != "big" or "--quick" not in sys.argv]
    lines = [
        "# 写回标记的速度与内存",
        "",
        f"{date.today().isoformat()}，Python {platform.python_version()}，{platform.system()}，"
        "由 `python benchmarks/writing/run.py` 写成。同一台机器同一次运行；看比值，不看毫秒。",
        "“用时”是读文件、标记、写文件、落盘（fsync）的总时间，各写法轮流做，取多次中最好的一次；"
        "CPU 是其中处理器的时间；机器有别的活时用时会抖动，比值按 CPU 算。",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            source, heading = prepare(case, Path(folder))
            lines += [
                "",
                heading,
                "",
                "| | 用时 ms | CPU ms | CPU 与底线之比 | 内存峰值 MB | 文件 KB |",
                "|---|---|---|---|---|---|",
            ]
            print(heading, flush=True)
            found: dict[str, dict[str, float]] = {}
            for writer in WRITERS:
                target = Path(folder) / f"{case}-{writer}.xlsx"
                try:
                    found[writer] = measure(writer, case, source, target)
                except subprocess.CalledProcessError as error:
                    lines.append(
                        f"| {TITLES[writer]} | 未能运行：{error.stderr.splitlines()[-1]} |"
                    )
            for _ in range(ROUNDS[case] - 1):  # all once more, in turn: other work comes and goes
                for writer, best in found.items():
                    target = Path(folder) / f"{case}-{writer}.xlsx"
                    again = measure(writer, case, source, target)
                    found[writer] = {key: min(best[key], again[key]) for key in best}
            for writer, best in found.items():
                lines.append(
                    f"| {TITLES[writer]} | {best['wall'] * 1e3:,.1f} | {best['cpu'] * 1e3:,.1f} | "
                    f"{best['cpu'] / found['floor']['cpu']:.1f} | {best['peak']:,.0f} | "
                    f"{best['size'] / 1000:,.0f} |"
                )
                print(lines[-1], flush=True)
            if "openpyxl" in found and "checker" in found:
                times = found["openpyxl"]["cpu"] / found["checker"]["cpu"]
                slower = found["checker"]["cpu"] / found["floor"]["cpu"]
                lines += [
                    "",
                    f"比 openpyxl 快 {times:.0f} 倍（要求 15 倍）；"
                    f"是底线的 {slower:.1f} 倍（要求不超过 3 倍）。",
                ]
                print(lines[-1], flush=True)
    if "--quick" not in sys.argv:
        (HERE / "RESULTS.md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
