"""The folder for results: what of it is ours to replace, and writing into it without harm.

A file there is replaced only if it is ours: a marked copy carries our marks and nobody wrote into
it since, and the folder is one that only this program makes (校验结果, 县级校验) or lists the file
in its manifest. Whatever else has the name is left alone and ours gets another name. No link below
the folder is followed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath

from checker.batch.discovery import OUTPUT_FOLDERS, Source
from checker.harmless import without_acting

MANIFEST = ".checker-written"
"""In a result folder that the user named: the files that were written there, one a line."""


def copy_name(source: Source, converted: str = "") -> PurePosixPath:
    """Where in the result folder the copy of a source goes; never outside of it. ``converted``
    is the format that it had ("xls") where the copy is an .xlsx made of it."""
    shown = PurePosixPath(source.shown.replace("\\", "/"))
    parts = [part for part in shown.parts if part not in ("..", ".", "/")]
    parts = [part for part in parts if not re.fullmatch("[A-Za-z]:", part)]
    path = PurePosixPath(*map(_short, parts)) if parts else PurePosixPath("工作簿.xlsx")
    if not converted or converted_from(path.name):
        return path
    return path.with_name(_short(f"{path.stem}（原为{converted}）.xlsx"))


def converted_from(name: str) -> str:
    """The format that the original of a marked copy has, by the copy's name; "" if its own."""
    match = re.search(r"（原为([a-z]+)）(?:\([0-9]+\))?\.xlsx$", name)
    return match[1] if match else ""


_NOT_IN_NAMES = re.compile(r'[<>:"|?*]|[. ]+$')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
"""What Windows has no file names for; there the name of a device opens the device."""
_LONGEST_NAME = 200
"""Bytes of a name; file systems take 255, and a number or a draft's ending may be added."""


def _short(name: str) -> str:
    """A name that any file system takes and that does nothing on a terminal; where that is not the
    name itself, or it is too long, with a sign of its own before its ending."""
    own = name
    name = _NOT_IN_NAMES.sub("_", without_acting(name, "_"))
    if _DEVICES.fullmatch(name):
        name = f"_{name}"
    if name == own and len(name.encode("utf-8", "replace")) <= _LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 8:
        stem, dot, ending = name, "", ""
    digest = sha256(own.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    room = _LONGEST_NAME - len(dot + ending) - len(digest) - len("…".encode())
    cut = stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
    return f"{cut}…{digest}{dot}{ending}"


def copy_target(
    folder: Path, source: Source, converted: str, is_ours: Callable[[Path], bool]
) -> Path:
    """Where the marked copy of a source may be written: under its own name, or with a number where
    that name is a link, somebody else's file, or a file that ``is_ours`` does not take for a marked
    copy that may be replaced. ``converted`` as for `copy_name`."""
    name = copy_name(source, converted)
    place = _own_folder(folder, name.parent.parts)
    return _free(folder, place / name.name, is_ours)


def result_target(folder: Path, name: str) -> Path:
    """The same for a file of the run itself, such as 校验结果.json."""
    path = PurePosixPath(name)
    place = _own_folder(folder, path.parent.parts)
    return _free(folder, place / path.name, lambda found: True)


def _own_folder(folder: Path, parts: Iterable[str]) -> Path:
    """A folder below the result folder that is no link."""
    place = folder
    for part in parts:
        place = next(
            each
            for each in numbered(place / part)
            if not each.is_symlink() and (each.is_dir() or not each.exists())
        )
    return place


def _free(folder: Path, path: Path, is_ours: Callable[[Path], bool]) -> Path:
    listed = _listed(folder)
    for each in numbered(path):
        if not os.path.lexists(each):
            return each
        known = folder.name in OUTPUT_FOLDERS or _line(folder, each) in listed
        if known and not each.is_symlink() and each.is_file() and is_ours(each):
            return each
    raise AssertionError("endless names")


def numbered(path: Path) -> Iterator[Path]:
    """The name itself, then 名(2).xlsx, 名(3).xlsx …"""
    yield path
    for number in range(2, 1_000_000):
        yield path.with_stem(f"{path.stem}({number})")


def _line(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _listed(folder: Path) -> frozenset[str]:
    try:
        return frozenset((folder / MANIFEST).read_text("utf-8", "replace").splitlines())
    except OSError:
        return frozenset()


def claim(folder: Path, path: Path) -> None:
    """Note in the manifest, before it is written, that a file is ours. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if folder.name in OUTPUT_FOLDERS:
        return
    line = _line(folder, path)
    if line not in _listed(folder):
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(folder / MANIFEST, flags, 0o666)
        with open(descriptor, "ab", buffering=0) as manifest:  # noqa: PTH123
            manifest.write(f"{line}\n".encode("utf-8", "replace"))
