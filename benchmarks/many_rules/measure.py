"""--help, rules and explain with 500 further rules from 12 plugins.

python benchmarks/many_rules/measure.py [rounds]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from side_by_side import measure, table
from twelve_plugins import PLUGINS, RULES, write_plugins


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    checker = [sys.executable, "-m", "checker.cli.main"]
    with tempfile.TemporaryDirectory() as folder:
        write_plugins(Path(folder))
        more = ["--plugin-dir", folder]
        best = measure(
            {
                "python -c 'import click, pluggy'": [sys.executable, "-c", "import click, pluggy"],
                "checker --help": [*checker, "--help"],
                "checker explain RES3": [*checker, "explain", "RES3"],
                f"checker explain MANYA7, +{RULES} rules": [*checker, "explain", "MANYA7", *more],
                "checker rules": [*checker, "rules"],
                f"checker rules, +{RULES} rules from {PLUGINS} plugins": [*checker, "rules", *more],
            },
            rounds,
        )
        touched = sorted(path.parent.name for path in Path(folder).glob("*/imported"))
    print(table(best))
    print(f"\nplugins whose code was imported: {', '.join(touched) or 'none'}")


if __name__ == "__main__":
    main()
