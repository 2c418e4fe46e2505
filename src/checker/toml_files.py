"""TOML files with exact decimals, parsed once: the parsed form is kept in the user's cache folder.

Manifests, templates and profiles are read by every run; parsing (and checking) them again each time
would cost more than judging a workbook. An entry is used only while path, size, time stamp, program
version and form of the file are the ones it was made from.
"""

from __future__ import annotations

import os
import re
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from checker import __version__
from checker.model.rules import Plain

if TYPE_CHECKING:
    from pickle import Unpickler

_MAGIC = b"checker-toml-3\n"
_PLAIN_TYPES = {
    ("decimal", "Decimal"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timezone"),
    ("datetime", "timedelta"),
}

_MOST_ENTRIES = 400

Document = dict[str, Plain]
"""A parsed TOML file."""

P = TypeVar("P")

Key = tuple[str, int, int, str, str]


class TomlFileError(Exception):
    """A TOML file that cannot be used. ``problems`` are Chinese lines for the file's author."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(f"{path}：{'；'.join(problems)}")
        self.path = path
        self.problems = problems

    def __reduce__(self) -> tuple[type[TomlFileError], tuple[Path, list[str]]]:
        return (type(self), (self.path, self.problems))


def cache_folder() -> Path | None:
    """Where parsed files are kept for this user; None when CHECKER_NO_CACHE=1 forbids it.

    ``CHECKER_CACHE_DIR`` names another folder.
    """
    folder = _cache_folder()
    return None if folder is None else Path(folder)


def _cache_folder() -> str | None:
    """Asked for every file that is read, so as a text: a Path takes longer than the file."""
    if os.environ.get("CHECKER_NO_CACHE", "") not in ("", "0"):
        return None
    named = os.environ.get("CHECKER_CACHE_DIR")
    if named:
        return named
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return f"{base}\\checker\\cache" if base else None
    home = os.environ.get("XDG_CACHE_HOME") or f"{os.path.expanduser('~')}/.cache"  # noqa: PTH111
    return f"{home}/checker"


def one_below(folder: Path, name: str) -> list[Path]:
    """The files of this name in the folders directly in a folder, by the names of these; none if
    there is no such folder."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entry.path for entry in entries if not entry.name.startswith("."))
    except OSError:
        return []
    files = (os.path.join(place, name) for place in found)  # noqa: PTH118 (a fifth of the time)
    return [Path(file) for file in files if os.path.isfile(file)]  # noqa: PTH113


def load(
    path: Path, check: Callable[[Document], list[str]] | None = None, form: str = ""
) -> Document:
    """The content of a TOML file; numbers with a decimal point are ``Decimal``.

    ``check`` returns what is wrong with the parsed content, as Chinese lines; it is asked only when
    the file is parsed, not when its cached form is used, so ``form`` must name the kind and version
    of what it checks. Raises TomlFileError (unreadable, not TOML, or refused by ``check``).
    """
    return load_prepared(path, check, lambda document: document, form)


def load_prepared(
    path: Path,
    check: Callable[[Document], list[str]] | None,
    prepare: Callable[[Document], dict[str, P]],
    form: str,
) -> dict[str, P]:
    """As ``load``, for what ``prepare`` makes of the content: plain data (dicts, lists, tuples,
    texts, numbers, dates, bytes), which is cached instead of the content itself."""
    full = str(path)
    if not os.path.isabs(full):  # noqa: PTH117
        full = str(Path(full).absolute())
    try:
        status = os.stat(full)  # noqa: PTH116
    except OSError as error:
        raise TomlFileError(Path(path), [f"读不到这个文件（{error.strerror}）"]) from None
    path = Path(path)
    key = (full, status.st_mtime_ns, status.st_size, __version__, form)
    entry = _entry(key[0], form)
    if entry is not None:
        cached = _read_entry(entry, key)
        if cached is not None:
            return cast("dict[str, P]", cached)
    document = parse(path)
    problems = check(document) if check else []
    if problems:
        raise TomlFileError(path, problems)
    prepared = prepare(document)
    if entry is not None:
        _write_entry(entry, key, prepared)
    return prepared


def parse(path: Path) -> Document:
    """The content of a TOML file, read afresh. Raises TomlFileError."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise TomlFileError(path, [f"读不到这个文件（{error.strerror}）"]) from None
    except UnicodeDecodeError as error:
        raise TomlFileError(
            path, [f"文件须存为 UTF-8 编码，第 {error.start + 1} 个字节不是"]
        ) from None
    return parse_text(text, path)


def parse_text(text: str, path: Path) -> Document:
    """Parsed TOML text; ``path`` is only named in the TomlFileError raised for bad syntax."""
    import tomllib
    from decimal import Decimal

    try:
        document: Document = tomllib.loads(text.replace("\r\n", "\n"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise TomlFileError(path, [_syntax_problem(str(error))]) from None
    return document


def _syntax_problem(reason: str) -> str:
    """tomllib's English "reason (at line 3, column 5)" with the position said first."""
    found = re.search(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$", reason)
    if not found:
        return f"不是合法的 TOML（{reason}）"
    where = f"第 {found[1]} 行第 {found[2]} 列" if found[1] else "文件末尾"
    return f"{where}不是合法的 TOML（{reason[: found.start()]}）"


def _entry(path: str, form: str) -> str | None:
    """Where a file's cached form is: one place per file and kind, whatever the version."""
    folder = _cache_folder()
    if folder is None:
        return None
    place, _, own = path.rpartition(os.sep)
    shown = f"{place.rpartition(os.sep)[2]}-{own.replace('.', '_')}"[:60]
    if not shown.replace("-", "_").isidentifier() or not shown.isascii():
        shown = "".join(each if each.isascii() and each.isalnum() else "_" for each in shown)
    kind = form.partition("-")[0]
    return f"{folder}/toml/{shown}-{zlib.crc32(f'{path}|{kind}'.encode()):08x}.bin"


def _read_entry(entry: str, key: Key) -> object | None:
    """The cached form; None if there is none, it is damaged, or made from something else."""
    try:
        with open(entry, "rb", 0) as file:  # noqa: PTH123
            stored = file.read()
    except OSError:
        return None
    head = len(_MAGIC) + 4
    payload = stored[head:]
    checksum = zlib.crc32(payload).to_bytes(4, "big")
    if stored[: len(_MAGIC)] != _MAGIC or stored[len(_MAGIC) : head] != checksum:
        return None
    try:
        content = unpacked(payload)
    except Exception:
        # whatever is wrong with an entry, the TOML file itself is still there
        return None
    if not isinstance(content, tuple) or len(content) != 2 or content[0] != key:
        return None
    prepared: object = content[1]
    return prepared if isinstance(prepared, dict) else None


def remembered(name: str, key: object, make: Callable[[], P]) -> P:
    """What ``make`` gives (plain data), kept in the cache folder while ``key`` stays equal."""
    folder = _cache_folder()
    if folder is None:
        return make()
    entry = f"{folder}/toml/{name}-{zlib.crc32(sys.prefix.encode()):08x}.bin"
    full_key = (name, 0, 0, __version__, repr(key))
    kept = _read_entry(entry, full_key)
    if isinstance(kept, dict):
        return cast("P", kept["kept"])
    made = make()
    _write_entry(entry, full_key, {"kept": made})
    return made


def packed(value: object) -> bytes:
    """Plain data as bytes, for a part of a prepared form that is seldom needed."""
    import pickle

    return pickle.dumps(value, protocol=5)


def unpacked(stored: bytes) -> object:
    """What ``packed`` gave these bytes for. Only plain data, numbers and dates come out: tampered
    bytes cannot run code. Raises whatever damaged bytes lead to."""
    import io

    content: object = _unpickler()(io.BytesIO(stored)).load()
    return content


@cache
def _unpickler() -> type[Unpickler]:
    """An unpickler that refuses every class that plain data does not need."""
    try:  # the part of ``pickle`` in C, a quarter of the import
        from _pickle import Unpickler
    except ImportError:
        from pickle import Unpickler

    class PlainUnpickler(Unpickler):
        """Refuses every class that plain data does not need."""

        def find_class(self, module: str, name: str) -> type:
            found = super().find_class(module, name) if (module, name) in _PLAIN_TYPES else None
            if not isinstance(found, type):
                raise ValueError(f"{module}.{name}")
            return found

    return PlainUnpickler


def _write_entry(place: str, key: Key, prepared: object) -> None:
    """Keep the parsed form. A cache that cannot be written is no reason to fail."""
    entry = Path(place)
    payload = packed((key, prepared))
    content = _MAGIC + zlib.crc32(payload).to_bytes(4, "big") + payload
    temporary = entry.with_name(f"{entry.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        if not entry.exists():
            _make_room(entry.parent)
        temporary.write_bytes(content)
        os.replace(temporary, entry)  # noqa: PTH105 (one call, and atomic on every system)
    except OSError:
        with suppress(OSError):
            temporary.unlink()


def _make_room(folder: Path) -> None:
    """Files come and go; the cache keeps the entries that were written last."""
    entries = list(folder.iterdir())
    if len(entries) < _MOST_ENTRIES:
        return
    written: list[tuple[float, Path]] = []
    for entry in entries:
        with suppress(OSError):
            written.append((entry.stat().st_mtime, entry))
    written.sort()
    for _, entry in written[: len(written) - _MOST_ENTRIES // 2]:
        with suppress(OSError):
            entry.unlink()
