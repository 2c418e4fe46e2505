"""A workbook in an old format made an .xlsx that marks can be written into, by LibreOffice where it
is installed: .xls, .xlsb and .ods themselves are never written.

LibreOffice runs once per workbook, headless, in a folder of its own that is removed afterwards:
with a profile of its own in which no macro runs and no link is followed, with a limit on time,
memory and processor, and ended by its own process group. What comes back is read and compared cell
by cell with the original: where a value differs, nothing is written.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from math import isclose
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from checker.model.cells import CellRef
from checker.model.snapshot import Position, SheetSnapshot, Snapshot
from checker.other_programs import outside_environment
from checker.reading import UnreadableWorkbook, read_snapshot_bytes
from checker.reading.signature import FileKind, kind_of
from checker.writing.outcome import UnwritableWorkbook

SECONDS = 45.0
"""Of wall time for one workbook; a worker of a folder run gives a file up after 60."""
MEMORY = 3 * 1024**3
PROCESSOR_SECONDS = 60

_FILTERS = {
    FileKind.XLS: "MS Excel 97",
    FileKind.XLSB: "Calc MS Excel 2007 Binary",
    FileKind.ODS: "calc8",
}
"""The one filter that may read a format, so that nothing else (a web page, a text) is opened."""
_TARGET = "xlsx:Calc MS Excel 2007 XML"

NO_OFFICE = "这台电脑上没有 LibreOffice，转不成 .xlsx"
_TOO_SLOW = "LibreOffice 转换用时过长，已经停止"
_FAILED = "LibreOffice 没有转成 .xlsx"


class Purpose(Struct, frozen=True):
    """What a workbook is converted for: ``written`` into it, so that one can ``then`` go on."""

    written: str
    then: str


MARKING = Purpose("标记", "校验")
FILLING = Purpose("数", "填")
BUTTONS = Purpose("按钮", "加按钮")


_DIGITS = 1e-14
"""LibreOffice writes the 15 digits that Excel shows, an old format keeps all bits of a quotient."""


class _NotConverted(Exception):
    """The reason (Chinese), without what to do instead."""


_PROFILE = Path(__file__).with_name("libreoffice_profile.xcu")
"""No macro, no active content, no link (2: never), no formula computed anew (1: never)."""


def old_format(data: bytes) -> FileKind | None:
    """The format of a workbook that has to be converted before it can be marked; None for one that
    need not, or that is no workbook."""
    if not data.startswith((b"\xd0\xcf\x11\xe0", b"PK")):
        return None
    try:
        kind, _ = kind_of(data, "")
    except UnreadableWorkbook:
        return None
    return kind if kind in _FILTERS else None


def words_on(ending: str) -> str:
    """What the user is told of the marked copy of an original with this ending (xls)."""
    return (
        f"原件是 .{ending}，写不进标记，没有改动；带标记的副本由 LibreOffice 转成 .xlsx 写出："
        "各格的值与原件相同，宏没有带过去，字体、列宽等可能略有出入。请仍在原件里改。"
    )


def as_xlsx(data: bytes, kind: FileKind, purpose: Purpose = MARKING) -> bytes:
    """The workbook as an .xlsx whose cells hold the same values. Raises UnwritableWorkbook with
    what to do instead."""
    try:
        return _converted(data, kind, purpose.written)
    except _NotConverted as problem:
        instead = f"请用 Excel 或 WPS 另存为 .xlsx 再{purpose.then}。"
        raise UnwritableWorkbook(f"{problem}；{instead}") from problem


def _converted(data: bytes, kind: FileKind, written: str) -> bytes:
    office = _office()
    if office is None:
        raise _NotConverted(f"{NO_OFFICE}，.{kind.value} 写不进{written}")
    with TemporaryDirectory(prefix="checker-") as name:
        folder = Path(name).resolve()
        source, target = folder / f"form.{kind.value}", folder / "out" / "form.xlsx"
        source.write_bytes(data)
        profile = folder / "profile" / "user"
        profile.mkdir(parents=True)
        shutil.copyfile(_PROFILE, profile / "registrymodifications.xcu")
        _run(_command(office, folder, source, _FILTERS[kind]), folder)
        try:
            content = target.read_bytes()
        except OSError as problem:
            raise _NotConverted(_FAILED) from problem
    different = _difference(data, content)
    if different is not None:
        raise _NotConverted(
            f"LibreOffice 转成的 .xlsx 与原件不一样（{different}），没有写{written}"
        )
    return content


def _office() -> str | None:
    """The program, from the system's places and never from the current folder."""
    places = [place for place in os.get_exec_path() if Path(place).is_absolute()]
    if sys.platform == "win32":
        roots = (os.environ.get("PROGRAMFILES", ""), os.environ.get("PROGRAMFILES(X86)", ""))
        places += [str(Path(root) / "LibreOffice" / "program") for root in roots if root]
        names: tuple[str, ...] = ("soffice.exe",)
    else:
        places.append("/Applications/LibreOffice.app/Contents/MacOS")
        names = ("soffice", "libreoffice")
    for name in names:
        for place in places:
            found = shutil.which(str(Path(place) / name))
            if found is not None:
                return found
    return None


def _command(office: str, folder: Path, source: Path, reads: str) -> list[str]:
    return [
        office,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--invisible",
        "--nologo",
        "--norestore",
        "--nodefault",
        "--nolockcheck",
        f"--infilter={reads}",
        "--convert-to",
        _TARGET,
        "--outdir",
        str(folder / "out"),
        str(source),
    ]


def _run(command: list[str], folder: Path) -> None:
    """Runs the program to its end, or ends it with everything that it started."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as problem:
        raise _NotConverted(_FAILED) from problem
    try:
        _limit(process.pid)
        process.wait(SECONDS)
    except subprocess.TimeoutExpired as problem:
        raise _NotConverted(_TOO_SLOW) from problem
    finally:
        _end(process)


def _limit(pid: int) -> None:
    """Bounds the process, and all that it starts, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the time limit stands alone
        return
    prlimit = getattr(resource, "prlimit", None)
    if prlimit is None:
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, PROCESSOR_SECONDS)):
        with suppress(OSError, ValueError):  # it has ended, or has less already
            prlimit(pid, what, (most, most))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends what is left of the process and its children, by its own number."""
    if sys.platform == "win32":
        if process.poll() is None:
            subprocess.run(
                ["taskkill", "/PID", str(process.pid), "/T", "/F"],
                capture_output=True,
                check=False,
                timeout=10,
            )
    else:
        with suppress(OSError):  # nothing of it is left
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment() -> dict[str, str]:
    """That of other programs, without the paths that Python would import from."""
    environment = outside_environment()
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP"):
        environment.pop(name, None)
    return environment


def _difference(before: bytes, after: bytes) -> str | None:
    """The first cell that does not hold what it held; None if all do."""
    try:
        one, other = read_snapshot_bytes("form", before), read_snapshot_bytes("form.xlsx", after)
    except UnreadableWorkbook as problem:
        raise _NotConverted(f"{_FAILED}（{problem.reason.rstrip('。')}）") from problem
    return next(_differences(one, other), None)


def _differences(one: Snapshot, other: Snapshot) -> Iterator[str]:
    if list(one.sheets) != list(other.sheets):
        yield "工作表的名称"
        return
    for title, sheet in one.sheets.items():
        after = other.sheets[title]
        held, then = values_in(sheet), values_in(after)
        for row, column in sorted(held.keys() | then.keys()):
            was, now = held.get((row, column)), then.get((row, column))
            figures = isinstance(was, int | float) and isinstance(now, int | float)
            # the text that a formula gives is not told by every old format
            if not _same(was, now) and (figures or (row, column) not in after.formulas):
                yield str(CellRef(title, row, column))


def values_in(sheet: SheetSnapshot) -> dict[Position, object]:
    """Whatever the cells of a sheet hold, by row and column."""
    first_row, first_column = sheet.origin
    found = {
        (row, column): value
        for row, line in enumerate(sheet.rows, start=first_row)
        for column, value in enumerate(line, start=first_column)
        if value not in (None, "")
    }
    for place in (*sheet.errors, *sheet.uncomputed):
        found[place] = None  # what stands for an error differs from format to format
    return found


def _same(one: object, other: object) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return "".join(one.split()) == "".join(other.split())
    if isinstance(one, date) and isinstance(other, date):
        return _moment(one) == _moment(other)
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=_DIGITS)
    return one == other


def _moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time())
