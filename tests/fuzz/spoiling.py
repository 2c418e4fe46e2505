"""Files spoilt by chance, the same for the same seed, each given to the part that reads its like.

A case ends well when the file is judged, or refused with one Chinese sentence. Everything else, an
exception or a verdict FAILED, is what ``exit 4`` means to a user.
"""

from __future__ import annotations

import random
import re
import sqlite3
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from checker.batch.cache import ResultCache
from checker.batch.discovery import Source, discover
from checker.batch.judging import MarkPlan, judge_and_mark
from checker.county.roster import RosterProblem, roster_in
from checker.county.school_record import kept_of
from checker.demo.synthetic_county import build_and_write
from checker.marking.file_record import kept
from checker.model.report import FileStatus
from checker.session import BadChoice, Session, SessionOptions

KINDS = ("reader", "binding", "writer", "roster", "archive", "manifest", "cache")
SLOWEST = 60.0
"""Seconds that one case may take."""

_WORDS = (
    *("", "0", "-1", "1e308", "1e-320", "4294967295", "99999999999999999999", "NaN", "INF", "A1"),
    *(
        "XFD1048576",
        "AAAA99999999",
        "true",
        "是",
        "无",
        "=1+1",
        "\x85",
        "\u202e",
        "'",
        "&lt;",
        "#REF!",
    ),
    *("2026-13-45", "二〇二六年", "１２", " ", "\t", "\ud7ff", "x" * 40_000),
)


class Case(NamedTuple):
    """What became of one case. ``trouble`` is "" where it ended well."""

    kind: str
    seed: int
    seconds: float
    trouble: str
    refused: bool


class Workshop:
    """The sound files that cases are made of, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.session = Session()
        template = next(each for each in self.session.templates if each.id == "compulsory_school")
        made = build_and_write(template, folder / "county", schools=4, seed=3)
        self.books = [path.read_bytes() for path in sorted(made.folder.glob("*.xlsx"))[:3]]
        corpus = Path(__file__).parents[1] / "corpus" / "ok"
        small = [path for path in sorted(corpus.iterdir()) if path.stat().st_size < 40_000]
        self.others = [path.read_bytes() for path in small[:40]]
        self.roster = (made.folder / "名册.csv").read_bytes()
        plugins = Path(__file__).parents[2] / "validators"
        self.manifests = [path.read_bytes() for path in sorted(plugins.glob("*/plugin.toml"))]

    def run(self, kind: str, seed: int) -> Case:
        """One case."""
        chance = random.Random(f"{kind} {seed}")
        began = time.perf_counter()
        try:
            refused = _CASES[kind](self, chance)
            trouble = ""
        except Exception as problem:  # whatever it is, it is what the case is for
            refused, trouble = False, f"{type(problem).__name__}: {problem}"[:300]
        seconds = time.perf_counter() - began
        if not trouble and seconds > SLOWEST:
            trouble = f"took {seconds:.0f} s"
        return Case(kind, seed, seconds, trouble, refused)


def bytes_spoilt(data: bytes, chance: random.Random) -> bytes:
    """Cut off, overwritten, moved, doubled: one to eight times."""
    spoilt = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        size = len(spoilt)
        if not size:
            break
        at, length = chance.randrange(size), chance.choice((1, 2, 4, 30, 400))
        way = chance.randrange(6)
        if way == 0:
            spoilt[at] ^= 1 << chance.randrange(8)
        elif way == 1:
            spoilt[at : at + length] = chance.randbytes(length)
        elif way == 2:
            del spoilt[at : at + length]
        elif way == 3:
            spoilt[at:at] = spoilt[at : at + length]
        elif way == 4:
            spoilt[at : at + 4] = chance.choice((b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f"))
        elif chance.random() < 0.2:
            del spoilt[at:]
    return bytes(spoilt)


_TOKENS = re.compile(rb'"[^"<>]{0,40}"|>[^<>]{1,40}<|</?[A-Za-z:]+|<[^<>]{1,200}/>')


def text_spoilt(text: bytes, chance: random.Random, times: int = 4) -> bytes:
    """Attributes and contents replaced by odd ones, tags taken away or doubled."""
    for _ in range(chance.randint(1, times)):
        places = list(_TOKENS.finditer(text[:200_000]))
        if chance.random() < 0.9:  # well-formed XML is read further
            places = [each for each in places if each[0][:1] in b'">'] or places
        if not places:
            return bytes_spoilt(text, chance)
        found = chance.choice(places)
        token, word = found[0], chance.choice(_WORDS).encode("utf-8", "replace")
        if token.startswith(b'"'):
            new = b'"' + word.replace(b'"', b"") + b'"'
        elif token.startswith(b">"):
            new = b">" + word.replace(b"<", b"") + b"<"
        else:
            new = chance.choice((b"", token * 2, b"<x"))
        text = text[: found.start()] + new + text[found.end() :]
    return text


def package_spoilt(data: bytes, chance: random.Random) -> bytes:
    """A workbook of which one to three parts are spoilt, the package around them being sound."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for _ in range(chance.randint(1, 3)):
        name = chance.choice(list(parts))
        way = chance.random()
        if way < 0.75:
            name = chance.choice([each for each in parts if "sheet" in each.lower()] or [name])
            parts[name] = text_spoilt(parts[name], chance, 12)
        elif way < 0.78:
            del parts[name]
        elif way < 0.81:
            parts[name] = parts[chance.choice(list(parts))]
        elif way < 0.85:
            parts[name] = bytes_spoilt(parts[name], chance)
        else:
            parts[name] = text_spoilt(parts[name], chance)
        if not parts:
            break
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


def _judged(shop: Workshop, data: bytes, plan: MarkPlan) -> bool:
    source = Source(str(shop.folder / "学校.xlsx"), "学校.xlsx")
    if plan.folder:
        (shop.folder / "学校.xlsx").write_bytes(data)
    result, report = judge_and_mark(shop.session, source, plan, data)
    if result.status is FileStatus.FAILED:
        raise AssertionError(result.message)
    kept_of(result, report, shop.session)
    if result.status is not FileStatus.CHECKED:
        _sentence(result.message)
        return True
    return False


def _sentence(text: str) -> None:
    if not text.endswith(("。", "）")) or "\n" in text or "Traceback" in text:
        raise AssertionError(f"no sentence: {text!r}")


def _reader(shop: Workshop, chance: random.Random) -> bool:
    data = chance.choice((*shop.others, *shop.books))
    spoil = chance.choice((bytes_spoilt, package_spoilt, package_spoilt))
    return _judged(shop, spoil(data, chance), MarkPlan())


def _binding(shop: Workshop, chance: random.Random) -> bool:
    return _judged(shop, package_spoilt(chance.choice(shop.books), chance), MarkPlan())


def _writer(shop: Workshop, chance: random.Random) -> bool:
    spoil = chance.choice((bytes_spoilt, package_spoilt, package_spoilt, package_spoilt))
    plan = MarkPlan(str(shop.folder / "校验结果"))
    return _judged(shop, spoil(chance.choice(shop.books), chance), plan)


def _roster(shop: Workshop, chance: random.Random) -> bool:
    data = shop.roster
    if chance.random() < 0.3:
        data = package_spoilt(chance.choice(shop.books), chance)
    text = data.decode("utf-8-sig", "replace")
    if chance.random() < 0.5:
        cells = re.split("([,\n])", text)
        for _ in range(chance.randint(1, 8)):
            cells[chance.randrange(len(cells))] = chance.choice((*_WORDS, '"', "\n", "\t", ";"))
        data = "".join(cells).encode(chance.choice(("gb18030", "utf-16", "utf-8")), "replace")
    else:
        data = bytes_spoilt(data, chance)
    try:
        roster_in(chance.choice(("名册.csv", "名册.xlsx")), data)
    except RosterProblem as problem:
        _sentence(problem.reason)
        return True
    return False


def _archive(shop: Workshop, chance: random.Random) -> bool:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(chance.randint(0, 6)):
            archive.writestr(f"学校{number}.xlsx", chance.randbytes(chance.randrange(300)))
    place = shop.folder / "archives"
    place.mkdir(exist_ok=True)
    data = target.getvalue()
    if chance.random() < 0.5:  # only what is at the end, where the directory is
        cut = max(0, len(data) - chance.randrange(1, 400))
        data = data[:cut] + bytes_spoilt(data[cut:], chance)
    else:
        data = bytes_spoilt(data, chance)
    (place / "包.zip").write_bytes(data)
    found = discover([str(place)])
    refused = bool(found.unread)
    for each in found.unread:
        _sentence(each.reason)
    for source in found.sources:
        try:
            source.read()
        except OSError:
            refused = True
    return refused


def _manifest(shop: Workshop, chance: random.Random) -> bool:
    place = shop.folder / "plugin"
    place.mkdir(exist_ok=True)
    data = re.sub(rb"\b([A-Z]{3}[0-9]{1,3})\b", rb"Z\1", chance.choice(shop.manifests))
    data = re.sub(rb'^id = "', b'id = "fuzz_', data, count=1, flags=re.MULTILINE)
    lines = data.split(b"\n")
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(lines))
        way = chance.randrange(4)
        if way == 0:
            del lines[at]
        elif way == 1:
            key, sign, _ = lines[at].partition(b"=")
            odd = (
                b"1",
                b'"x"',
                b"[]",
                b"{}",
                b"true",
                b"1e999",
                b"[[[",
                b'"\\u202e"',
                b"2026-01-01",
            )
            lines[at] = key + sign + chance.choice(odd)
        elif way == 2:
            lines[at] = bytes_spoilt(lines[at], chance)
        else:
            lines.insert(at, chance.choice(lines))
    (place / "plugin.toml").write_bytes(b"\n".join(lines))
    options = SessionOptions(plugin_dirs=(str(place),))
    try:
        session = Session(options)
        errors = [each for each in session.errors if str(place) in f"{each.where} {each.message}"]
        judgement = session.check("学校.xlsx", shop.books[0])
    except BadChoice as problem:
        _sentence(str(problem))
        return True
    if judgement.status is not FileStatus.CHECKED:
        raise AssertionError(f"a plugin cost a verdict: {judgement.message}")
    return bool(errors)


@lru_cache(maxsize=1)
def _sound_store(folder: Path) -> bytes:
    shop_session = Session()
    path = folder / "sound.sqlite"
    store = ResultCache(path, "rules")
    data = (next((folder / "county").glob("*.xlsx"))).read_bytes()
    source = Source("/county/一小.xlsx", "一小.xlsx", size=len(data), modified=5.0)
    result, report = judge_and_mark(shop_session, source, MarkPlan(), data)
    for number in range(3):
        own = kept_of(result, report, shop_session)
        store.keep(source, f"digest{number}", own, markable=True)
    store.close()
    plain = sqlite3.connect(path)
    plain.execute("PRAGMA journal_mode=DELETE")
    plain.close()
    return path.read_bytes()


def _cache(shop: Workshop, chance: random.Random) -> bool:
    path = shop.folder / "results.sqlite"
    for name in ("", "-wal", "-shm"):
        Path(f"{path}{name}").unlink(missing_ok=True)
    path.write_bytes(_sound_store(shop.folder))
    if chance.random() < 0.5:
        path.write_bytes(bytes_spoilt(path.read_bytes(), chance))
    else:  # the file is sound, what is stored is not
        plain = sqlite3.connect(path)
        part = chance.choice(("head", "findings", "judged", "measures", "facts", "proof"))
        ((content,),) = plain.execute(f"SELECT {part} FROM records LIMIT 1").fetchall()
        odd = bytes_spoilt(content, chance) if isinstance(content, bytes) else chance.random()
        plain.execute(f"UPDATE records SET {part} = ?", (odd,))
        plain.commit()
        plain.close()
    try:
        store = ResultCache(path, "rules")
    except (OSError, sqlite3.Error):
        return True  # what `open_cache` says
    source = Source("/county/一小.xlsx", "一小.xlsx", size=10, modified=5.0)
    store.unchanged(source)
    store.sizes()
    found = [store.kept(f"digest{number}") for number in range(3)]
    store.keep(source, "new", found[0] or kept_empty(), markable=True)
    store.close()
    return None in found


def kept_empty() -> object:
    """A record of nothing."""
    from checker.marking.file_record import Head

    return kept(Head("unreadable", "坏。"))


_CASES: dict[str, Callable[[Workshop, random.Random], bool]] = {
    "reader": _reader,
    "binding": _binding,
    "writer": _writer,
    "roster": _roster,
    "archive": _archive,
    "manifest": _manifest,
    "cache": _cache,
}


def seeds(count: int, first: int = 0) -> Iterator[tuple[str, int]]:
    """Kind and seed of so many cases, the kinds in turn."""
    for number in range(first, first + count):
        yield KINDS[number % len(KINDS)], number
