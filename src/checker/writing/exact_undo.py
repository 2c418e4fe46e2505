"""The record that gives back every part byte for byte, as long as nothing else has saved the file.

It is one extra part of the package, related to the package by a type of our own; spreadsheet
programs ignore it and leave it out when they save. It holds, for each part we changed, the pieces
that were replaced, and a checksum of the part as we wrote it. If any part is not as we wrote it,
the record is not used (see `earlier_marks` for what is done then).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable

from checker.writing.deflate import adler32, crc32
from checker.writing.package import Package, key_of
from checker.writing.relations import declare, relate, related
from checker.writing.zip_output import blocks

NAME = "checker/undo.dat"
_TYPE = "application/vnd.checker.undo"
_RELATION = "https://checker.invalid/2026/relationships/checkerUndo"
_KIND = "checkerUndo"
_HEAD = struct.Struct("<8sI")
_MAGIC = b"CHKUNDO1"


def remember(package: Package) -> None:
    """Add the record of everything changed since `Package.settle`. The last thing before saving."""
    name = package.free_name("checker/undo{}.dat") if package.has(key_of(NAME)) else NAME
    declare(package, name, _TYPE)
    relate(package, "", _RELATION, name)
    lines: list[dict[str, object]] = []
    blobs: list[bytes] = []
    for key, base in sorted(package.base().items()):
        part = package.loaded(key)
        line: dict[str, object] = {"name": package.name_of(key)}
        if part is None:
            if base is not None:
                lines.append(line | {"was": _digest([base]), "whole": len(base)})
                blobs.append(base)
            continue
        if not part.changed and not part.dirty and base is not None and part.raw == base:
            continue
        pieces, splices = part.pieces()
        if base is None:
            lines.append(line | {"new": True})
            continue
        line["now"] = _digest(pieces)
        if part.dirty or part.raw != part.text:
            now = b"".join(pieces)
            splices = [] if now == base else [_difference(base, now)]
        lines.append(
            line
            | {"splices": [one for at, length, old in splices for one in (at, length, len(old))]}
        )
        blobs.extend(old for _, _, old in splices)
    header = json.dumps(lines, ensure_ascii=False, separators=(",", ":")).encode()
    package.put(name, _HEAD.pack(_MAGIC, len(header)) + header + b"".join(blobs))


def undo(package: Package) -> bool:
    """Give back every part as it was. False, and nothing done, if the record no longer fits."""
    key = related(package, "", _KIND)
    if key is None:
        return False
    restored = _restored(package, package.raw(key))
    if restored is None:
        return False
    package.drop(key)
    for name, content in restored:
        if content is None:
            package.drop(key_of(name))
        else:
            package.put(name, content)
    return True


def forget(package: Package) -> None:
    """Remove a record that no longer fits, with what ties it to the package."""
    from checker.writing.relations import remove_part, unrelate

    key = related(package, "", _KIND)
    if key is not None:
        unrelate(package, "", key)
        remove_part(package, key)


def _restored(package: Package, record: bytes) -> list[tuple[str, bytes | None]] | None:
    """The former contents of every part in the record; None for "was not there"."""
    try:
        magic, length = _HEAD.unpack_from(record)
        if magic != _MAGIC:
            return None
        lines = json.loads(record[_HEAD.size : _HEAD.size + length])
        at = _HEAD.size + length
        restored: list[tuple[str, bytes | None]] = []
        for line in lines:
            key = key_of(line["name"])
            if "whole" in line:
                old, at = record[at : at + line["whole"]], at + line["whole"]
                if package.has(key) or _digest([old]) != line["was"]:
                    return None
                restored.append((line["name"], old))
                continue
            if not package.has(key):
                return None
            if "new" in line:
                restored.append((line["name"], None))
                continue
            now = package.raw(key)
            if _digest([now]) != line["now"]:
                return None
            pieces = []
            done = 0
            numbers = iter(line["splices"])
            for start, replaced, size in zip(numbers, numbers, numbers, strict=True):
                pieces += [now[done:start], record[at : at + size]]
                at, done = at + size, start + replaced
            pieces.append(now[done:])
            restored.append((line["name"], b"".join(pieces)))
    except (struct.error, ValueError, KeyError, TypeError):
        return None
    return restored


def _digest(pieces: Iterable[bytes | memoryview]) -> str:
    """Two checksums and the length: against accident, not against malice, so no more is needed."""
    size, crc, adler = 0, 0, 1
    for block in blocks(pieces):
        size, crc, adler = size + len(block), crc32(block, crc), adler32(block, adler)
    return f"{size}-{crc:08x}-{adler:08x}"


def _difference(old: bytes, new: bytes) -> tuple[int, int, bytes]:
    """The one splice that turns ``new`` back into ``old``: what lies between equal ends."""
    shorter = min(len(old), len(new))
    head = _equal_length(old, new, shorter)
    tail = _equal_length(old[::-1], new[::-1], shorter - head)
    return head, len(new) - tail - head, old[head : len(old) - tail]


def _equal_length(one: bytes, other: bytes, most: int) -> int:
    """How many of the first ``most`` bytes agree."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
