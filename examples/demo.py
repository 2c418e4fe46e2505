"""``make demo``: build the example workbooks from their data, check them, say where everything is.

Runs the same commands a user would type, so what works here works by hand.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "demo"
EXAMPLES = (
    ("compulsory_school", "shangshiqiao.json", "上石桥一小.xlsx"),
    ("county", "laian.json", "来安县.xlsx"),
    ("county", "linyi.json", "临邑县.xlsx"),
    ("county", "honggutan.json", "红谷滩区.xlsx"),
)
SCHOOLS = 30
SHORT = ("✓", "✗", "？", "共")
"""One line per file and the sum; every finding stands in the marked copies."""


def checker(*arguments: str, only: tuple[str, ...] = ("",)) -> None:
    """Run one command of checker and show the lines that begin with one of ``only``.

    Ends the demo if the program itself fails.
    """
    print(f"$ checker {' '.join(arguments)}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "checker.cli.main", *arguments],
        cwd=OUT,
        check=False,
        stdout=subprocess.PIPE,
    )
    for line in done.stdout.decode("utf-8").splitlines():
        if line.startswith(only):
            print(line)
    if done.returncode not in (0, 1):
        sys.exit(f"演示没有完成：上面的命令以退出码 {done.returncode} 结束。")


def main() -> None:
    """Build, check, tell."""
    OUT.mkdir(exist_ok=True)
    for template, data, workbook in EXAMPLES:
        checker("template", "fill", template, f"../examples/{data}", "-o", workbook)
    checker("check", *(workbook for _, _, workbook in EXAMPLES), "--out", "校验结果", only=SHORT)
    checker("demo", "county", "--schools", str(SCHOOLS), "--seed", "7", "--out", "演示县")
    checker("check", "演示县", "--out", "演示县/校验结果", only=("共",))
    checker("county", "演示县", "--roster", "演示县/名册.csv", "--out", "演示县报告")
    print(
        "\n做好了，请打开看看：\n"
        f"  示例工作簿（公开报告里的真实数字）  {OUT}\n"
        f"  带标记的副本                        {OUT / '校验结果'}\n"
        f"  演示县的标记副本                    {OUT / '演示县' / '校验结果'}\n"
        f"  演示县的汇总工作簿和网页报告        {OUT / '演示县报告'}"
    )


if __name__ == "__main__":
    main()
