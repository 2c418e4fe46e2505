"""Workbooks behind addresses (fsspec URLs): what lies there, and its bytes. fsspec comes late.

Whatever a file system raises arrives here as an OSError whose text is a Chinese clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from checker.batch.archives import SAYS_UTF8, member_name
from checker.extras import MissingExtra, need

_TIME_STAMPS = ("mtime", "LastModified", "last_modified", "updated", "created")
"""What file systems call the time of the last change, the surest first."""


class Entry(Struct, frozen=True):
    """One file behind an address. ``shown`` is its path below the address; ``size`` and
    ``modified`` (seconds since 1970) are 0 where the file system does not say."""

    location: str
    shown: str
    size: int = 0
    modified: float = 0.0


def read_address(url: str) -> bytes:
    """The bytes of a file. Raises OSError."""
    with _in_words(url):
        system, inside = _file_system(url)
        data = system.cat_file(inside)
    if not isinstance(data, bytes):
        raise OSError("读到的不是文件内容")
    return data


def is_file_address(url: str) -> bool:
    """Whether one file lies at this address, rather than a folder. Raises OSError."""
    with _in_words(url):
        system, inside = _file_system(url)
        return _is_file(url, system, inside)


class Found(Struct, frozen=True):
    """What lies at an address: one file, or the files of a folder by name."""

    is_file: bool
    entries: tuple[Entry, ...]


def found_at(url: str) -> Found:
    """The file at this address, or all files below it. Raises OSError."""
    with _in_words(url):
        system, root = _file_system(url)
        if _is_file(url, system, root):
            name = PurePosixPath(_readable(url, root)).name
            return Found(True, (_entry(url, system, root, name, system.info(root)),))
        if not system.isdir(root):
            raise FileNotFoundError(url)
        found: dict[str, dict[str, object]] = system.find(root, detail=True)
        below = (
            _entry(url, system, path, _readable(url, path.removeprefix(root).lstrip("/")), details)
            for path, details in sorted(found.items())
        )
        return Found(False, tuple(below))


def first_beside(url: str, names: Iterable[str]) -> tuple[str, bytes] | None:
    """Name and content of the first of ``names`` that lies directly in the folder ``url``."""
    for name in names:
        head, chain, tail = url.partition("::")
        location = f"{head.rstrip('/')}/{name}{chain}{tail}"
        with _in_words(location):
            system, inside = _file_system(location)
            if not system.isfile(inside):
                continue
        return name, read_address(location)
    return None


def _file_system(url: str) -> tuple[Any, str]:
    """The file system of an address and the path in it. In an archive, names are those that people
    see (Windows' own are GBK and do not say so)."""
    import fsspec

    system, inside = fsspec.core.url_to_fs(url)
    archive = getattr(system, "zip", None)
    if archive is not None:
        for info in archive.infolist():
            says_utf8 = bool(info.flag_bits & SAYS_UTF8)
            raw = info.orig_filename.encode("utf-8" if says_utf8 else "cp437")
            info.filename = member_name(raw, says_utf8)[0]
        archive.NameToInfo = {info.filename: info for info in archive.infolist()}
    return system, inside


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _readable(url: str, path: str) -> str:
    """Web servers write Chinese names as %E5…; elsewhere a per cent sign is one."""
    return unquote(urlsplit(path).path) if _is_web(url) else path


def _is_file(url: str, system: object, inside: str) -> bool:
    is_file, is_dir = (getattr(system, name) for name in ("isfile", "isdir"))
    if not _is_web(url):
        return bool(is_file(inside))
    # a web server answers for a folder as well: with the page that lists it
    suffix = PurePosixPath(urlsplit(inside).path).suffix
    return bool(is_file(inside)) and (bool(suffix) or not is_dir(inside))


def _entry(url: str, system: object, path: str, shown: str, details: dict[str, object]) -> Entry:
    location = str(getattr(system, "unstrip_protocol")(path))  # noqa: B009 - fsspec is untyped
    chain = url.partition("::")[2]
    if chain:  # a file inside an archive that itself has an address
        location += f"::{chain}"
    size = details.get("size")
    modified = next((details[name] for name in _TIME_STAMPS if details.get(name)), None)
    stamp = getattr(modified, "timestamp", None)
    seconds = stamp() if callable(stamp) else modified
    return Entry(
        location,
        shown,
        size if isinstance(size, int) else 0,
        float(seconds) if isinstance(seconds, int | float) else 0.0,
    )


@contextmanager
def _in_words(url: str) -> Iterator[None]:
    try:
        if _is_web(url):
            need("web", "fsspec", "aiohttp")
        else:
            need("county", "fsspec")
        yield
    except FileNotFoundError:
        raise
    except MissingExtra as missing:
        raise OSError(missing.reason.rstrip("。")) from missing
    except ImportError as problem:  # a file system that needs a package of its own
        raise OSError(f"读取这种地址要先安装相应的组件（{problem}）") from problem
    except Exception as problem:  # each file system has errors of its own
        if (
            isinstance(problem, ConnectionError | TimeoutError)
            or "Connect" in type(problem).__name__
        ):
            raise OSError("连不上，请检查地址和网络") from problem
        if isinstance(problem, ValueError) and "rotocol" in str(problem):
            raise OSError("不认识这种地址，请检查“://”前面的部分") from problem
        raise OSError(f"读取地址时出错（{type(problem).__name__}：{problem}）") from problem
