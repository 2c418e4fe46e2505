"""Which workbooks a folder run looks at: folders, zip archives and single files, on any path."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import zipfile

WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et"})
OUTPUT_FOLDERS = frozenset({"校验结果", "县级校验"})
"""Folders that checker itself writes."""
BACKUP_MARK = ".备份"
SUMMARY_TITLE = "县级汇总"
_ARCHIVE_SUFFIX = ".zip"
_PASSED_OVER = OUTPUT_FOLDERS | {"__MACOSX"}
_MEMBER_LIMIT = 256 * 1024 * 1024  # bytes of one archived workbook; larger ones are refused


_IN_FULL = re.compile(r"(/(?!\.?(/|$))[^/]+)+")
"""A path that is in full already, without parts that say nothing: most are, in a large folder."""


class Source(NamedTuple):
    """One workbook to be judged.

    ``location`` is a path or fsspec URL; ``shown`` the name used in messages and in the output
    folder's structure, relative to what the user named; ``member`` the name inside a zip archive or
    "", as the archive has it, and ``inside`` as people read it; ``modified`` seconds since 1970, 0
    if unknown."""

    location: str
    shown: str
    member: str = ""
    size: int = 0
    modified: float = 0.0
    inside: str = ""

    def read(self) -> bytes:
        """The workbook's bytes, read once. Raises OSError, KeyError or zipfile.BadZipFile."""
        if not self.member:
            return _open_bytes(self.location)
        import zipfile  # late: with all it brings it takes as long as judging two files

        with zipfile.ZipFile(_seekable(self.location)) as archive:
            entry = archive.getinfo(self.member)
            if entry.file_size > _MEMBER_LIMIT:
                raise OSError(f"压缩包中的文件过大（{entry.file_size // 2**20} MB）")
            return archive.read(entry)


class Discovery(NamedTuple):
    """What was found, and what could not even be looked into (path, Chinese reason)."""

    sources: tuple[Source, ...]
    failures: tuple[tuple[str, str], ...] = ()


def discover(paths: Iterable[str]) -> Discovery:
    """Every workbook below the given files, folders and URLs, in a stable order, each once and
    shown under a name of its own.

    Lock files (``~$…``), hidden and temporary files, checker's own output folders and backups are
    left out. Zip archives are looked into, one level deep. A path that does not exist is a failure.
    """
    found = discover_each(paths)
    unique = {(item.location, item.member): item for each in found for item in each.sources}
    failures = tuple(failure for each in found for failure in each.failures)
    return Discovery(tuple(unique.values()), failures)


def discover_each(paths: Iterable[str]) -> list[Discovery]:
    """The same for each path by itself; a file below two of them is found twice."""
    found = [_discovered(plain_path(path)) for path in paths]
    names = iter(told_apart([item for each in found for item in each.sources]))
    return [
        each._replace(sources=tuple(item._replace(shown=next(names)) for item in each.sources))
        for each in found
    ]


def _discovered(path: str) -> Discovery:
    sources: list[Source] = []
    failures: list[tuple[str, str]] = []
    try:
        found = list(_below(path))
    except FileNotFoundError:
        return Discovery((), ((path, "没有这个文件或文件夹，请检查路径。"),))
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        return Discovery((), ((path, f"打不开：{reason}。"),))
    for source in found:
        if PurePosixPath(source.shown).suffix.lower() == _ARCHIVE_SUFFIX:
            import zipfile

            try:
                sources += _members(source)
            except (OSError, zipfile.BadZipFile):
                failures.append((source.shown, "压缩包已损坏或不是 zip 格式，请重新发送。"))
        else:
            sources.append(source)
    return Discovery(tuple(sources), tuple(failures))


def path_shown(source: Source) -> str:
    """The path of a source as users read it: archive.zip/member.xlsx for one in an archive."""
    return f"{source.location}/{source.inside}" if source.member else source.location


def plain_path(path: str) -> str:
    """A file: URL as the path it stands for, anything else as it is: browsers and file managers
    write Chinese names in such URLs as %E5…"""
    if not path.startswith("file://"):
        return path
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    return url2pathname(urlsplit(path).path)


def full_path(path: str) -> str:
    """A path or address that means the same in whatever folder it is read: for workers."""
    path = plain_path(path)
    if "://" in path or _IN_FULL.fullmatch(path):
        return path
    return str(Path(path).absolute())


def is_single_workbook(path: str) -> bool:
    """Whether one workbook is meant, not a folder or an archive of them. Raises OSError for an
    address that cannot be reached."""
    path = plain_path(path)
    if path.partition("::")[0].lower().endswith(_ARCHIVE_SUFFIX):
        return False
    if "://" not in path:
        return Path(path).is_file()
    from checker.batch.addresses import is_file_address

    return is_file_address(path)


def places_apart(paths: Iterable[str], places: Iterable[str]) -> list[str]:
    """Which of some folders (for results, last year's) are apart from what is to be looked at. One
    that holds all of it (``--out .``) is not: then nothing would be left."""
    inner = [Path(full_path(path)).resolve() for path in paths if "://" not in plain_path(path)]
    found = []
    for place in places:
        around = Path(full_path(place)).resolve()
        if not any(around in (path, *path.parents) for path in inner):
            found.append(place)
    return found


def apart_from(sources: Iterable[Source], places: Iterable[str]) -> list[Source]:
    """The sources that do not lie in (or are) one of some folders: last year's, or the one for the
    results."""
    folders = [full_path(place).rstrip("/\\") for place in places]
    local = {Path(each).resolve() for each in folders if "://" not in each}
    beyond = [each for each in folders if "://" in each]
    known: dict[Path, bool] = {}  # thousands of files lie in a few folders

    def is_within(folder: Path) -> bool:
        if folder not in known:
            place = folder.resolve()
            known[folder] = not local.isdisjoint((place, *place.parents))
        return known[folder]

    def is_apart(source: Source) -> bool:
        location = full_path(source.location)
        if "://" in location:
            return any(location == each or location.startswith(f"{each}/") for each in beyond)
        path = Path(location)
        return bool(local) and (path in local or is_within(path.parent))

    return [source for source in sources if not is_apart(source)]


def read_beside(place: str, names: Iterable[str]) -> tuple[str, bytes] | None:
    """Name and content of the first of ``names`` that lies directly in a folder or folder URL."""
    if "://" in place:
        from checker.batch.addresses import first_beside

        return first_beside(place, names)
    for name in names:
        path = Path(place) / name
        if path.is_file():
            return name, path.read_bytes()
    return None


def is_workbook_name(name: str) -> bool:
    """Whether a file of this name is one that people hand in (or a zip archive of them)."""
    stem, dot, letters = name.rpartition(".")
    suffix = f"{dot}{letters}".lower()
    if name.startswith(("~$", ".", "~")) or stem.endswith(BACKUP_MARK) or stem == SUMMARY_TITLE:
        return False
    return suffix in WORKBOOK_SUFFIXES or suffix == _ARCHIVE_SUFFIX


def _below(path: str) -> Iterator[Source]:
    if "://" in path:
        yield from _below_address(path)
        return
    root = Path(path)
    if root.is_file():
        status = root.stat()
        yield Source(str(root), root.name, "", status.st_size, status.st_mtime)
        return
    if not root.is_dir():
        raise FileNotFoundError(path)
    yield from _walk(str(root / "-")[:-1], "")


def _walk(place: str, above: str) -> Iterator[Source]:
    """What lies in a folder. ``place`` is its path and ``above`` its path below the named one, both
    ready for a name to be put behind them."""
    with os.scandir(place or ".") as listed:
        entries = sorted(listed, key=lambda entry: entry.name)
    for entry in entries:
        name = entry.name
        if _is_folder(entry):
            if not name.startswith(".") and name not in _PASSED_OVER:
                yield from _walk(f"{place}{name}{os.sep}", f"{above}{name}/")
        elif is_workbook_name(name):
            try:
                status = entry.stat()
            except FileNotFoundError:
                continue  # taken away while we were looking
            yield Source(place + name, above + name, "", status.st_size, status.st_mtime)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _below_address(url: str) -> Iterator[Source]:
    from checker.batch.addresses import found_at

    found = found_at(url)
    for location, shown, size, modified in found.entries:
        path = PurePosixPath(shown)
        hidden = any(part.startswith(".") or part in _PASSED_OVER for part in path.parts)
        if found.is_file or (not hidden and is_workbook_name(path.name)):
            yield Source(location, shown, "", size, modified)


def _members(archive: Source) -> list[Source]:
    import zipfile

    found = []
    with zipfile.ZipFile(_seekable(archive.location)) as package:
        for entry in package.infolist():
            name = _member_name(entry)
            parts = PurePosixPath(name).parts
            if entry.is_dir() or not parts or "__MACOSX" in parts:
                continue
            suffix = PurePosixPath(name).suffix.lower()
            if is_workbook_name(parts[-1]) and suffix != _ARCHIVE_SUFFIX:
                inside = "/".join(part for part in parts if part not in {"..", "/", "."})
                year, month, day, hour, minute, second = entry.date_time
                stamp = _seconds(year, month, day, hour, minute, second)
                shown = f"{archive.shown}/{inside}"
                found.append(
                    Source(archive.location, shown, entry.filename, entry.file_size, stamp, inside)
                )
    return found


def _member_name(entry: zipfile.ZipInfo) -> str:
    """Windows' own zip writes GBK names without saying so, some on Linux UTF-8; Python then reads
    them as CP437."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            raw = name.encode("cp437")
            name = _utf8_chinese(raw) or raw.decode("gb18030")
        except UnicodeError:
            name = entry.filename
    return name.replace("\\", "/")


def _utf8_chinese(raw: bytes) -> str:
    """The name as UTF-8; "" if it is none. Short GBK names may be valid UTF-8 by chance, but then
    of Cyrillic or Greek letters."""
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return name if all(letter < "\x80" or letter >= "\u2000" for letter in name) else ""


def _seconds(year: int, month: int, day: int, hour: int, minute: int, second: int) -> float:
    from datetime import datetime

    try:
        return datetime(year, month, day, hour, minute, min(second, 59)).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _seekable(location: str) -> str | BytesIO:
    return location if "://" not in location else BytesIO(_open_bytes(location))


def _open_bytes(location: str) -> bytes:
    if "://" not in location:
        return Path(location).read_bytes()
    from checker.batch.addresses import read_address

    return read_address(location)


def told_apart(sources: Sequence[Source]) -> list[str]:
    """For each source the name to show: its own, or where several files have that one, with the
    folder it lies in before it, or a number. The same file named twice keeps one name."""
    files = {(source.location, source.member): source for source in sources}
    times = Counter(source.shown for source in files.values())
    if len(times) == len(files):
        return [source.shown for source in sources]
    taken = {name for name, count in times.items() if count == 1}
    given: dict[tuple[str, str], str] = {}
    for key, source in files.items():
        shown = source.shown
        if times[shown] > 1:
            shown = _another(source, taken | set(times))
            taken.add(shown)
        given[key] = shown
    return [given[source.location, source.member] for source in sources]


def _another(source: Source, taken: set[str]) -> str:
    """A name for a source that is not taken."""
    shown = source.shown
    above = PurePosixPath(source.location.replace("\\", "/")).parts
    depth = len(PurePosixPath(shown).parts) - len(PurePosixPath(source.inside).parts)
    folders = [part for part in above[: len(above) - depth] if part.strip("/.:")]
    while shown in taken and folders:
        shown = f"{folders.pop()}/{shown}"
    plain, number = PurePosixPath(shown), 1
    while shown in taken:
        number += 1
        shown = str(plain.with_stem(f"{plain.stem}({number})"))
    return shown
