"""Which workbooks a folder run looks at, and what else lies there: folders, zip archives and single
files, on any path. Every file that is found is a source, or is named with the reason why not."""

from __future__ import annotations

import functools
import os
import re
import stat
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from checker.batch.archives import EMPTY, Packed, SourceUnreadable, members_of, read_member
from checker.batch.file_names import (
    ARCHIVE_SUFFIX,
    NESTED_REASON,
    is_system_file,
    is_workbook_name,
    suffix_of,
    why_not_looked_at,
)
from checker.model.report import FileStatus
from checker.reading.limits import LIMITS
from checker.reading.unreadable import FILE_TOO_LARGE, NO_ORDINARY_FILE
from checker.trouble import disk_reason

OUTPUT_FOLDERS = frozenset({"校验结果", "县级校验"})
"""Folders that checker itself writes."""
_PASSED_OVER = OUTPUT_FOLDERS | {"__MACOSX"}
_NO_FILE = "没有这个文件或文件夹，请检查路径。"
_GONE = "文件已经不在了，可能刚被移走，或者是一个失效的链接。"
_LOOP = "这个文件夹已经看过（它是一个链接，指回了别处），没有再看一遍。"
_TOO_DEEP = "文件夹一层套一层，套得太深，里面的文件都没有查看，请把它们移到上面来。"
_OLD_RESULTS = "这是以前的校验结果，没有再看；学校改的是里面的副本时，请把副本移到外面来。"
_HIDDEN_FOLDER = "隐藏的文件夹，里面的文件没有查看。"
_AMONG_RESULTS = "放在校验结果的文件夹里，没有当作报送的表；是报送的，请把它移到外面来。"
_RESULTS_IN = ("校验结果", "县级校验/校验结果")
"""Where, below a folder that was named, only this program puts workbooks."""
_DEEPEST = 100
"""Folders within folders; deeper ones are not looked into."""

_IN_FULL = re.compile(r"(/(?!\.?(/|$))[^/]+)+")
"""A path that is in full already, without parts that say nothing: most are, in a large folder."""


class Source(Struct, frozen=True):
    """One workbook to be judged.

    ``location`` is a path or fsspec URL; ``shown`` the name used in messages and in the output
    folder's structure, relative to what the user named; ``member`` tells a file inside a zip
    archive from the others there, "" for a file of its own, ``inside`` is its name as people read
    it and ``packed`` where it lies; ``modified`` seconds since 1970, 0 if unknown."""

    location: str
    shown: str
    member: str = ""
    size: int = 0
    modified: float = 0.0
    inside: str = ""
    packed: Packed | None = None

    def read(self) -> bytes:
        """The workbook's bytes, read once. Raises OSError."""
        if self.packed is None:
            if self.size > LIMITS.file_bytes:
                raise SourceUnreadable(FILE_TOO_LARGE)
            return _open_bytes(self.location)
        with _opened(self.location) as archive:
            return read_member(archive, self.packed)


class Unread(Struct, frozen=True):
    """A file or folder that was found (or named) and is no source: ``location`` its path, through
    the archive that it is in, ``shown`` as in `Source`, the reason as a Chinese sentence.
    ``status`` is None where it has nothing to do with the run."""

    location: str
    shown: str
    reason: str
    status: FileStatus | None = FileStatus.UNREADABLE


class Discovery(Struct, frozen=True):
    """What was found: workbooks, and everything else with the reason why it is none."""

    sources: tuple[Source, ...]
    unread: tuple[Unread, ...] = ()

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """What could not even be looked into: (path, Chinese reason)."""
        unreadable = FileStatus.UNREADABLE
        return tuple((each.shown, each.reason) for each in self.unread if each.status is unreadable)

    @property
    def beside(self) -> tuple[Unread, ...]:
        """Files that have nothing to do with the run."""
        return tuple(each for each in self.unread if each.status is None)


def discover(paths: Iterable[str]) -> Discovery:
    """Every workbook below the given files, folders and URLs, in a stable order, each once and
    shown under a name of its own.

    What the system keeps for itself and checker's own output folders are left out. Zip archives are
    looked into, one level deep. A path that does not exist is a failure.
    """
    found = discover_each(paths)
    unique = {(item.location, item.member): item for each in found for item in each.sources}
    unread = {(item.location, item.shown): item for each in found for item in each.unread}
    return Discovery(tuple(unique.values()), tuple(unread.values()))


def discover_each(paths: Iterable[str]) -> list[Discovery]:
    """The same for each path by itself; a file below two of them is found twice."""
    found = [_discovered(plain_path(path)) for path in paths]
    names = iter(told_apart([item for each in found for item in each.sources]))
    return [
        replace(each, sources=tuple(replace(item, shown=next(names)) for item in each.sources))
        for each in found
    ]


def _discovered(path: str) -> Discovery:
    sources: list[Source] = []
    unread: list[Unread] = []
    try:
        for found in _below(path):
            if isinstance(found, Unread):
                unread.append(found)
            elif suffix_of(found.shown) == ARCHIVE_SUFFIX:
                for member in _members(found):
                    (unread if isinstance(member, Unread) else sources).append(member)  # type: ignore[arg-type]
            else:
                sources.append(found)
        unread += _among_results(path, {source.shown for source in sources})
    except FileNotFoundError:
        unread.append(Unread(path, readable(path), _NO_FILE))
    except (OSError, ValueError) as problem:
        unread.append(Unread(path, readable(path), f"打不开：{disk_reason(problem)}。"))
    return Discovery(tuple(sources), tuple(unread))


def _among_results(place: str, known: Container[str]) -> Iterator[Unread]:
    """Workbooks that somebody else put among the results of earlier runs below a folder. What has
    the name of a source (``known``) there is looked at when its copy is written."""
    if "://" in place:
        return
    for results in _RESULTS_IN:
        for folder, _, names in os.walk(Path(place) / results):
            for name in sorted(filter(is_workbook_name, names)):
                path = Path(folder) / name
                shown = readable(path.relative_to(Path(place) / results).as_posix())
                if shown not in known and not _is_copy_of_ours(path):
                    yield Unread(
                        str(path), f"{results}/{shown}", _AMONG_RESULTS, FileStatus.NOT_LOOKED_AT
                    )


def _is_copy_of_ours(path: Path) -> bool:
    from checker.writing import carries_marks  # late: only where something else lies there

    try:
        status = path.lstat()
    except OSError:
        return True  # gone
    if not stat.S_ISREG(status.st_mode) or status.st_size > LIMITS.file_bytes:
        return False
    return carries_marks(path)


def readable(path: str) -> str:
    """A path as people read it: bytes that are no UTF-8 are taken for GBK."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return "/".join(map(_readable_name, path.split("/")))
    return path


def _readable_name(name: str) -> str:
    raw = os.fsencode(name)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def path_shown(source: Source) -> str:
    """The path of a source as users read it: archive.zip/member.xlsx for one in an archive."""
    place = readable(source.location)
    return f"{place}/{source.inside}" if source.member else place


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


def place_beside(path: str) -> Path:
    """The folder for results of what lies at a path: the folder itself, the one that a file lies
    in, for an address the current one."""
    if "://" in path:
        return Path.cwd()
    place = Path(path)
    return place if place.is_dir() else place.parent


def is_single_workbook(path: str) -> bool:
    """Whether one workbook is meant, not a folder or an archive of them. Raises OSError for an
    address that cannot be reached."""
    path = plain_path(path)
    if path.partition("::")[0].lower().endswith(ARCHIVE_SUFFIX):
        return False
    if "://" not in path:
        return Path(path).is_file()
    from checker.batch.addresses import is_file_address

    return is_file_address(path)


def places_apart(paths: Iterable[str], places: Iterable[str]) -> list[str]:
    """Which of some folders (for results, last year's) are apart from what is to be looked at. One
    that holds all of it (``--out .``) is not: then nothing would be left."""
    inner = [_real(path) for path in paths if "://" not in plain_path(path)]
    found = []
    for place in places:
        around = _real(place)
        if not any(around in (path, *path.parents) for path in inner):
            found.append(place)
    return found


def _real(path: str) -> Path:
    """Where a path leads; links that lead nowhere, or back to themselves, stay."""
    return Path(os.path.realpath(full_path(path)))


Found = TypeVar("Found", bound=Source | Unread)


def apart_from(sources: Iterable[Found], places: Iterable[str]) -> list[Found]:
    """What does not lie in (or is) one of some folders: last year's, or the one for the results."""
    folders = [full_path(place).rstrip("/\\") for place in places]
    local = {_real(each) for each in folders if "://" not in each}
    beyond = [each for each in folders if "://" in each]
    known: dict[Path, bool] = {}  # thousands of files lie in a few folders

    def is_within(folder: Path) -> bool:
        if folder not in known:
            place = _real(str(folder))
            known[folder] = not local.isdisjoint((place, *place.parents))
        return known[folder]

    def is_apart(source: Source | Unread) -> bool:
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
            return name, _regular_bytes(str(path))
    return None


def _below(path: str) -> Iterator[Source | Unread]:
    if "://" in path:
        yield from _below_address(path)
        return
    root = Path(path)
    status = root.stat()
    if stat.S_ISREG(status.st_mode):
        yield Source(str(root), readable(root.name), "", status.st_size, status.st_mtime)
    elif not stat.S_ISDIR(status.st_mode):
        yield Unread(str(root), readable(path), NO_ORDINARY_FILE)
    else:
        yield from _walk(str(root / "-")[:-1], "", {(status.st_dev, status.st_ino)})


def _walk(place: str, above: str, seen: set[tuple[int, int]]) -> Iterator[Source | Unread]:
    """What lies in a folder. ``place`` is its path and ``above`` its path below the named one, both
    ready for a name to be put behind them; ``seen`` the folders that were looked into."""
    with os.scandir(place or ".") as listed:
        entries = sorted(listed, key=lambda entry: entry.name)
    names = {entry.name for entry in entries}
    for entry in entries:
        name = entry.name
        location, shown = place + name, above + readable(name)
        if _is_folder(entry):
            if name in OUTPUT_FOLDERS and above:  # directly in the named folder it is our own
                yield Unread(location, shown, _OLD_RESULTS, None)
            elif name.startswith("."):
                yield Unread(location, shown, _HIDDEN_FOLDER, None)
            elif name not in _PASSED_OVER:
                yield from _subfolder(entry, location, shown, seen)
        elif is_workbook_name(name):
            yield _file(entry, location, shown)
        elif not is_system_file(name):
            yield _aside(location, shown, names)


def _subfolder(
    entry: os.DirEntry[str], location: str, shown: str, seen: set[tuple[int, int]]
) -> Iterator[Source | Unread]:
    """What lies in a folder below; one that cannot be looked into costs only itself."""
    try:
        status = entry.stat()
        key = (status.st_dev, status.st_ino) if status.st_ino else _resolved(location)
        if shown.count("/") > _DEEPEST:
            yield Unread(location, shown, _TOO_DEEP)
            return
        if key in seen:
            yield Unread(location, shown, _LOOP, None)
            return
        seen.add(key)
        yield from _walk(f"{location}{os.sep}", f"{shown}/", seen)
    except OSError as problem:
        reason = f"文件夹打不开（{disk_reason(problem)}），里面的文件都没有查看。"
        yield Unread(location, shown, reason)


def _resolved(location: str) -> tuple[int, int]:
    """Stands for a folder where the file system has no numbers for them."""
    return -1, hash(os.path.realpath(location))


def _file(entry: os.DirEntry[str], location: str, shown: str) -> Source | Unread:
    try:
        status = entry.stat()
    except FileNotFoundError:
        return Unread(location, shown, _GONE)
    except OSError as problem:
        return Unread(location, shown, f"文件打不开（{disk_reason(problem)}）。")
    if not stat.S_ISREG(status.st_mode):
        return Unread(location, shown, NO_ORDINARY_FILE)
    return Source(location, shown, "", status.st_size, status.st_mtime)


def _aside(location: str, shown: str, names: Container[str]) -> Unread:
    name = shown.rpartition("/")[2]
    reason, may_be_form = why_not_looked_at(name, names)
    return Unread(location, shown, reason, FileStatus.NOT_LOOKED_AT if may_be_form else None)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _below_address(url: str) -> Iterator[Source | Unread]:
    from checker.batch.addresses import found_at

    found = found_at(url)
    for entry in found.entries:
        path = PurePosixPath(entry.shown)
        hidden = any(part.startswith(".") or part in _PASSED_OVER for part in path.parts)
        if found.is_file or (not hidden and is_workbook_name(path.name)):
            yield Source(entry.location, entry.shown, "", entry.size, entry.modified)
        elif not hidden and not is_system_file(path.name):
            yield _aside(entry.location, entry.shown, ())


def _members(archive: Source) -> Iterator[Source | Unread]:
    """The workbooks in an archive, and what else is in it."""
    try:
        with _opened(archive.location) as file:
            members = members_of(file)
    except SourceUnreadable as problem:
        yield Unread(archive.location, archive.shown, problem.reason)
        return
    except OSError as problem:
        reason = f"压缩包打不开（{disk_reason(problem)}）。"
        yield Unread(archive.location, archive.shown, reason)
        return
    names = frozenset(member.name.rpartition("/")[2] for member in members)
    empty = True
    for member in members:
        name = member.name.rpartition("/")[2]
        location, shown = f"{archive.location}/{member.name}", f"{archive.shown}/{member.name}"
        if "__MACOSX" in member.name.split("/") or is_system_file(name):
            continue
        empty = False
        if not is_workbook_name(name):
            yield _aside(location, shown, names)
        elif suffix_of(name) == ARCHIVE_SUFFIX:
            yield Unread(location, shown, NESTED_REASON, FileStatus.NOT_LOOKED_AT)
        elif member.refusal:
            yield Unread(location, shown, member.refusal)
        else:
            yield Source(
                archive.location,
                shown,
                member.key,
                member.packed.size,
                member.modified,
                member.name,
                member.packed,
            )
    if empty:
        yield Unread(archive.location, archive.shown, EMPTY)


def _opened(location: str) -> BinaryIO:
    if "://" not in location:
        return Path(location).open("rb")
    return BytesIO(_archive_at(location))


@functools.lru_cache(maxsize=1)
def _archive_at(location: str) -> bytes:
    """An archive behind an address, fetched once for all its members."""
    return _open_bytes(location)


def _open_bytes(location: str) -> bytes:
    if "://" not in location:
        return _regular_bytes(location)
    from checker.batch.addresses import read_address

    return read_address(location)


def _regular_bytes(location: str) -> bytes:
    """Opened without waiting: what was a file when it was found may be a pipe by now."""
    descriptor = os.open(
        location, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    with open(descriptor, "rb") as file:  # noqa: PTH123
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise SourceUnreadable(NO_ORDINARY_FILE)
        if status.st_size > LIMITS.file_bytes:
            raise SourceUnreadable(FILE_TOO_LARGE)
        return _bounded(file)


def _bounded(file: BinaryIO) -> bytes:
    """The content of a file, if it is not larger than any that is read."""
    data = file.read(LIMITS.file_bytes + 1)
    if len(data) > LIMITS.file_bytes:
        raise SourceUnreadable(FILE_TOO_LARGE)
    return data


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
