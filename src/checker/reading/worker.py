"""The process that reads one odd file: limits itself, reads, answers, ends.

Arguments: limit of memory in bytes, limit of processor time in seconds, the other limits that are
not the usual ones (JSON). The file comes on the standard input, the answer (see `sheet_pack`) goes
to the standard output.
"""

from __future__ import annotations

import json
import sys

from checker.model.snapshot import SheetSnapshot
from checker.reading.limits import set_limits
from checker.reading.ods import scan_ods
from checker.reading.other_formats import read_scanned
from checker.reading.sheet_pack import packed, refusal
from checker.reading.signature import FileKind, kind_of
from checker.reading.unreadable import UnreadableWorkbook
from checker.reading.xls import scan_xls
from checker.reading.xlsb import scan_xlsb
from checker.reading.xlsx import read_xlsx


def read_sheets(data: bytes) -> list[SheetSnapshot]:
    """The worksheets of a file of any kind, in tab order. Raises UnreadableWorkbook."""
    kind, package = kind_of(data, "")
    if package is None:
        return read_scanned(data, scan_xls(data))
    if kind is FileKind.XLSX:
        return read_xlsx(package)
    return read_scanned(data, (scan_ods if kind is FileKind.ODS else scan_xlsb)(package))


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
    set_limits(json.loads(arguments[2]))
    data = sys.stdin.buffer.read()
    try:
        answer = packed(read_sheets(data))
    except UnreadableWorkbook as error:
        answer = refusal(error)
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main(sys.argv[1:])
