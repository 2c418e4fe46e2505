"""TOML files with exact decimals; what was once made of them is kept in the cache folder.

Parsing and checking manifests, templates and profiles takes longer than judging a workbook. One
file of the cache holds the records that were made of them (msgpack), each under a hash of the TOML
files' bytes and of what they were checked for. It is data, read as records of the declared types
and of no other; nothing in it is ever executed. Whatever is wrong with it, the TOML is read.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Raw, Struct, convert, msgpack

from checker import __version__
from checker.model.rules import Plain
from checker.trouble import disk_reason

Document: TypeAlias = dict[str, Plain]
"""A parsed TOML file."""

Table: TypeAlias = Mapping[str, Plain]
"""One table of a document."""

P = TypeVar("P")


class TomlFileError(Exception):
    """A TOML file that cannot be used. ``problems`` are Chinese lines for the file's author."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(f"{path}：{'；'.join(problems)}")
        self.path = path
        self.problems = problems

    def __reduce__(self) -> tuple[type[TomlFileError], tuple[Path, list[str]]]:
        return (type(self), (self.path, self.problems))


# -- values of a document that was checked ---------------------------------------------------


def table(value: Plain | None) -> Table:
    """A table; an empty one if it is not there."""
    return value if isinstance(value, dict) else {}


def tables(value: Plain | None) -> tuple[Table, ...]:
    """An array of tables."""
    if not isinstance(value, list):
        return ()
    return tuple([entry for entry in value if isinstance(entry, dict)])


def texts(value: Plain | None) -> tuple[str, ...]:
    """A list of texts, or one text, as a tuple."""
    if value is None:
        return ()
    return tuple([str(item) for item in value]) if isinstance(value, list) else (str(value),)


def strings(value: Plain | None) -> dict[str, str]:
    """A table of texts."""
    return {key: str(item) for key, item in table(value).items()}


def whole(value: Plain | None, absent: int = 0) -> int:
    """A whole number that may be left out."""
    return absent if value is None else int(str(value))


# -- files -----------------------------------------------------------------------------------


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


def load(path: Path) -> Document:
    """The content of a TOML file; numbers with a decimal point are ``Decimal``. Raises
    TomlFileError."""
    return load_as(path, _DOCUMENTS, lambda document: document)


class Kept(Struct, Generic[P], frozen=True):
    """How records of one type are kept.

    ``form`` names the type and the version of what it is checked for and made with: what was kept
    under another one is not read. ``marked`` makes of a record what msgpack can keep: numbers with
    a point, days and times must be marked where values of any type may stand. ``fits`` says whether
    a record that was read holds nothing that its type lets pass but nobody would have kept.
    """

    form: str
    type: Any
    marked: Callable[[P], object] | None = None
    fits: Callable[[P], bool] | None = None


def load_as(
    path: Path,
    kept: Kept[P],
    made: Callable[[Document], P],
    check: Callable[[Document], list[str]] | None = None,
) -> P:
    """What ``made`` makes of a TOML file; parsed and checked only when its content is new.

    ``check`` returns what is wrong with the parsed content, as Chinese lines. Raises TomlFileError
    (unreadable, not TOML, or refused by ``check``).
    """
    source = read_toml(path)

    def afresh() -> P:
        document = _parsed(source, path)
        problems = check(document) if check else []
        if problems:
            raise TomlFileError(path, problems)
        return made(document)

    return made_of([source], kept, afresh)


def made_of(sources: Iterable[bytes], kept: Kept[P], afresh: Callable[[], P]) -> P:
    """The record that was kept for these contents, else the one that ``afresh`` makes, which is
    then kept."""
    folder = cache_folder()
    if folder is None:
        return afresh()
    digest = blake2b(f"{__version__}\n{kept.form}\n".encode(), digest_size=16)
    for source in sources:
        digest.update(b"%d\n" % len(source))
        digest.update(source)
    key = digest.hexdigest()
    with suppress(Exception):  # whatever is wrong with the cache, the files are there
        found: P = _unpacked(_kept(folder)[key], kept.type)
        if kept.fits is None or kept.fits(found):
            return found
    record = afresh()
    _keep(folder, key, record if kept.marked is None else kept.marked(record))
    return record


def parse(path: Path) -> Document:
    """The content of a TOML file, read afresh. Raises TomlFileError."""
    return _parsed(read_toml(path), path)


def record_of(path: Path, form: type[P]) -> P:
    """What a TOML file of the program's own holds, as this type; read afresh."""
    return convert(parse(path), form)


def parse_text(text: str, path: Path) -> Document:
    """Parsed TOML text; ``path`` is only named in the TomlFileError raised for bad syntax."""
    import tomllib  # late: what was kept needs no parser

    text = text.replace("\r\n", "\n")
    try:
        document: Document = tomllib.loads(text, parse_float=_exact)
    except tomllib.TOMLDecodeError as error:
        raise TomlFileError(path, [_syntax_problem(str(error), text)]) from None
    except RecursionError:
        raise TomlFileError(path, ["括号一层套一层，套得太深了"]) from None
    except ValueError as error:  # of _exact, or a day that the calendar does not have
        told = "有一个整数太长了" if "integer string" in str(error) else str(error)
        raise TomlFileError(path, [f"{_line_of(told, text)}{told}"]) from None
    return document


def _line_of(told: str, text: str) -> str:
    """Where the number stands with which a complaint begins; "" if it is not found."""
    number = told.partition(" ")[0]
    found = re.search(rf"^[^#\n]*?[=\[,]\s*{re.escape(number)}", text, re.MULTILINE)
    return f"第 {text.count(chr(10), 0, found.end()) + 1} 行：" if found else ""


_MOST_OF_ONE = 4 * 2**20
"""Bytes of a TOML file; what people write stays far below."""


def read_toml(path: Path) -> bytes:
    """The bytes of a TOML file. Raises TomlFileError."""
    try:
        status = os.stat(path)  # noqa: PTH116
        if not stat.S_ISREG(status.st_mode):
            raise TomlFileError(Path(path), ["读不到这个文件（不是普通文件）"])
        if status.st_size > _MOST_OF_ONE:
            raise TomlFileError(Path(path), ["文件过大，没有读取"])
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError as error:
        raise TomlFileError(Path(path), [f"读不到这个文件（{disk_reason(error)}）"]) from None


def _parsed(source: bytes, path: Path) -> Document:
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        what = "存成了 UTF-16" if source[:2] in _UTF_16 else "多半存成了 GBK（ANSI）"
        raise TomlFileError(
            path, [f"第 {line} 行起不是 UTF-8 编码：{what}，请在编辑器里另存为 UTF-8"]
        ) from None
    return parse_text(text, Path(path))


_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_NUMBER = 40
_LARGEST_POWER = 30


def _exact(text: str) -> Decimal:
    """A number with a decimal point. Raises ValueError for inf, nan and numbers of a size that no
    figure has: their exact arithmetic would not come to an end."""
    number = Decimal(text)
    if (
        not number.is_finite()
        or len(text) > _LONGEST_NUMBER
        or abs(number.adjusted()) > _LARGEST_POWER
    ):
        raise ValueError(f"{text[:_LONGEST_NUMBER]} 不是可用的数字")
    return number


# -- syntax errors in Chinese ----------------------------------------------------------------

_SINGLE = re.compile(r"^\[(rules|thresholds|sheets|changes)\]", re.MULTILINE)
"""Lists of which a single entry was opened as if it were the only one."""

_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*')


def _syntax_problem(reason: str, text: str) -> str:
    """tomllib's English "reason (at line 3, column 5)" in Chinese, with the position said first
    and, where that is the cause, the full-width sign."""
    found = re.search(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$", reason)
    english = reason[: found.start()] if found else reason
    words = parse(Path(__file__).with_name("toml_words.toml"))
    reasons, wide_signs = strings(words["reasons"]), strings(words["wide"])
    told = next((word for begins, word in reasons.items() if english.startswith(begins)), "")
    told = told or f"写法不对（{english}）"
    if not found or not found[1]:
        where = "文件末尾" if found else ""
        return f"{where}不是合法的 TOML：{told}"
    line = text.split("\n")[int(found[1]) - 1]
    single = _SINGLE.search(text)
    if single and english.startswith(("Cannot overwrite", "Cannot declare", "Cannot mutate")):
        at = text.count("\n", 0, single.start()) + 1
        told += f"；第 {at} 行的 [{single[1]}] 要写两层方括号：[[{single[1]}]]"
    before = line[: int(found[2]) - 1].rstrip()
    if english.startswith("Invalid value") and not before.endswith("="):
        told = "这里应是列表里的下一个值（文字要加英文双引号），或者列表结尾的方括号 ]"
    outside = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), line)
    wide = next((sign for sign in outside if sign in wide_signs), None)
    if wide is not None:
        name = "空格" if wide == "\u3000" else f"“{wide}”" if wide not in "“”" else f"引号 {wide}"
        own = "英文空格" if wide == "\u3000" else f"英文的 {wide_signs[wide]}"
        told = f"这里用了中文（全角）的{name}，请改成{own}"
    return f"第 {found[1]} 行第 {found[2]} 列不是合法的 TOML：{told}"


# -- what is kept ----------------------------------------------------------------------------

STORE_FILE = "records.msgpack"
_STORE_FORM = f"checker-records-1 {__version__}"
_MOST_ENTRIES = 400
_MOST_BYTES = 64 * 2**20
_ENTRIES = msgpack.Decoder(tuple[str, dict[str, Raw]])
_EXTENSIONS: dict[type, int] = {Decimal: 1, date: 2, datetime: 3, time: 4, timedelta: 5}
_read_before: dict[Path, tuple[tuple[int, int, int], dict[str, Raw]]] = {}


def cache_folder() -> Path | None:
    """Where checked files are kept for this user; None when CHECKER_NO_CACHE=1 forbids it.

    ``CHECKER_CACHE_DIR`` names another folder.
    """
    if os.environ.get("CHECKER_NO_CACHE", "") not in ("", "0"):
        return None
    named = os.environ.get("CHECKER_CACHE_DIR")
    if named:
        return Path(named)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return Path(base) / "checker" / "cache" if base else None
    home = os.environ.get("XDG_CACHE_HOME")
    return Path(home or os.path.expanduser("~/.cache")) / "checker"  # noqa: PTH111


def _kept(folder: Path) -> dict[str, Raw]:
    """The packed records by their keys. Raises whatever an absent or damaged file leads to."""
    file = folder / STORE_FILE
    status = file.stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
        raise ValueError(file)
    seen = (status.st_mtime_ns, status.st_size, status.st_ino)
    before = _read_before.get(file)
    if before is not None and before[0] == seen:
        return before[1]
    form, entries = _ENTRIES.decode(file.read_bytes())
    if form != _STORE_FORM:
        raise ValueError(form)
    _read_before[file] = (seen, entries)
    return entries


def _keep(folder: Path, key: str, record: object) -> None:
    """Add a record. A cache that cannot be written is no reason to fail."""
    entries: dict[str, Raw | bytes] = {}
    with suppress(Exception):  # a damaged one is written anew
        entries = dict(_kept(folder))
    entries.pop(key, None)
    if len(entries) >= _MOST_ENTRIES:  # files come and go; those that were written last stay
        entries = dict(list(entries.items())[_MOST_ENTRIES // 2 :])
    file = folder / STORE_FILE
    temporary = folder / f"{STORE_FILE}.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        payload = msgpack.encode(record)
        entries[key] = zlib.crc32(payload).to_bytes(4, "big") + payload
        content = msgpack.encode((_STORE_FORM, entries))
        if len(content) > _MOST_BYTES:
            return
        folder.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as out:
            out.write(content)
        temporary.replace(file)
    except (OSError, ValueError, TypeError, OverflowError, RecursionError):
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def marked(value: Any) -> Any:
    """Plain values with numbers with a point, days and times as marked texts: msgpack has none.
    `unmarked` reads them."""
    if isinstance(value, dict):
        return {key: marked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [marked(item) for item in value]
    code = _EXTENSIONS.get(type(value))
    if code is None:
        return value
    text = repr(value.total_seconds()) if isinstance(value, timedelta) else str(value)
    return msgpack.Ext(code, text.encode())


def unmarked(code: int, data: memoryview) -> object:
    """A value that `marked` marked, for msgpack's ``ext_hook``."""
    return _READERS[code](str(data, "ascii"))


_READERS: dict[int, Callable[[str], object]] = {
    1: _exact,
    2: date.fromisoformat,
    3: datetime.fromisoformat,
    4: time.fromisoformat,
    5: lambda text: timedelta(seconds=float(text)),
}


def usable(number: Decimal) -> bool:
    """Whether a number is of a size that figures have."""
    return number.is_finite() and abs(number.adjusted()) <= _LARGEST_POWER


@cache
def _decoder(form: Any) -> msgpack.Decoder[Any]:
    return msgpack.Decoder(form, ext_hook=unmarked)


def _unpacked(stored: Raw, form: Any) -> Any:
    """The record of this type that ``_keep`` kept. Raises whatever other bytes lead to."""
    packed = memoryview(_BYTES.decode(stored))
    payload = packed[4:]
    if zlib.crc32(payload).to_bytes(4, "big") != packed[:4]:
        raise ValueError("damaged")
    return _decoder(form).decode(payload)


_BYTES = msgpack.Decoder(memoryview)
_DOCUMENTS = Kept[Document]("document", dict[str, Any], marked)
