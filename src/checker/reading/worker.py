"""The process that reads one odd file: limits itself, reads, answers in JSON, ends.

Arguments: limit of memory in bytes, limit of processor time in seconds. The file comes on the
standard input, the answer goes to the standard output.
"""

from __future__ import annotations

import json
import sys

from checker.reading.guard import encode_value
from checker.reading.other_formats import read_any
from checker.reading.unreadable import UnreadableWorkbook


def limit(memory: int, seconds: int) -> None:
    """Lets the operating system stop this process beyond these limits, where it can (POSIX)."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(kind, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def main(arguments: list[str]) -> None:
    """Reads the standard input as a workbook; see the module's docstring for ``arguments``."""
    limit(int(arguments[0]), int(arguments[1]))
    data = sys.stdin.buffer.read()
    try:
        sheets = read_any(data)
    except UnreadableWorkbook as error:
        answer = json.dumps({"reason": error.reason})
    else:
        answer = json.dumps(
            {
                "sheets": [
                    (s.title, s.visible, s.origin, s.rows, list(s.errors.items()), list(s.percent))
                    for s in sheets
                ]
            },
            default=encode_value,
        )
    sys.stdout.buffer.write(answer.encode("ascii"))


if __name__ == "__main__":
    main(sys.argv[1:])
