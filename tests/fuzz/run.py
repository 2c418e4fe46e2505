"""Spoilt files by the thousand, by hand: ``python tests/fuzz/run.py --cases 5000``.

Every two hundred cases run in a process of their own, so that an abort is counted, not suffered.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

AT_ONCE = 200


def batch(first: int, count: int) -> None:
    """Some cases, one line of JSON each."""
    import resource

    from spoiling import Workshop, seeds

    with tempfile.TemporaryDirectory() as folder:
        shop = Workshop(Path(folder))
        for kind, seed in seeds(count, first):
            print(json.dumps(["begin", kind, seed]), flush=True)
            case = shop.run(kind, seed)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(json.dumps([*case, peak]), flush=True)


def main() -> int:
    """Runs all cases; prints the figures; 1 where a case did not end well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--batch", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.batch is not None:
        batch(given.batch, given.cases)
        return 0
    done, refused, troubles, aborts, slowest, largest = 0, 0, [], [], (0.0, "", 0), 0.0
    for first in range(given.first, given.first + given.cases, AT_ONCE):
        count = min(AT_ONCE, given.first + given.cases - first)
        command = [sys.executable, __file__, "--batch", str(first), "--cases", str(count)]
        child = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = [json.loads(line) for line in child.stdout.splitlines() if line.startswith("[")]
        for line in lines:
            if line[0] == "begin":
                continue
            kind, seed, seconds, trouble, was_refused, peak = line
            done += 1
            refused += was_refused
            slowest = max(slowest, (seconds, kind, seed))
            largest = max(largest, peak)
            if trouble:
                troubles.append(f"{kind} {seed}: {trouble}")
                print(troubles[-1], flush=True)
        if child.returncode:
            aborts.append(f"{lines[-1] if lines else first}: {child.stderr[:300]}")
            print(aborts[-1], flush=True)
    print(
        f"{done} cases: {done - refused - len(troubles)} judged or read, {refused} refused with a "
        f"sentence, {len(troubles)} in trouble (exit 4), {len(aborts)} aborts; "
        f"slowest {slowest[0]:.2f} s ({slowest[1]} {slowest[2]}), {largest:.0f} MiB at most"
    )
    return 1 if troubles or aborts else 0


if __name__ == "__main__":
    sys.exit(main())
