"""How long the commands take that only look something up, against importing click and pluggy.

python benchmarks/startup/measure.py [rounds]
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from side_by_side import measure, table

TARGETS = {"checker --help": 1.5, "checker explain RES3": 1.5}


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    checker = [sys.executable, "-m", "checker.cli.main"]
    best = measure(
        {
            "python -c 'import click, pluggy'": [sys.executable, "-c", "import click, pluggy"],
            "checker --help": [*checker, "--help"],
            "checker explain RES3": [*checker, "explain", "RES3"],
            "checker rules": [*checker, "rules"],
        },
        rounds,
    )
    print(table(best, TARGETS))


if __name__ == "__main__":
    main()
