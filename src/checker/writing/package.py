"""An Office document as a set of parts: read from a zip, changed in memory, saved atomically."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from checker.writing import zip_members, zip_output
from checker.writing.errors import DAMAGED, UnwritableWorkbook
from checker.writing.part import Part, xml_part
from checker.writing.zip_members import Member

if TYPE_CHECKING:
    from typing import BinaryIO

    from checker.writing.relations import Relationship

_XML = (".xml", ".rels", ".vml")


def unquote(name: str) -> str:
    """The name with its %20-like escapes resolved (the library's own takes long to import)."""
    if "%" not in name:
        return name
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), name.encode())
    return raw.decode("utf-8", "replace")


def key_of(name: str) -> str:
    """The form under which part names are compared: one slash, no leading one, lower case."""
    return unquote(name.replace("\\", "/")).lstrip("/").lower()


class Package:
    """The parts of a workbook file, by key (see `key_of`). Nothing is written until `save`.

    `settle` sets the point to which the record for exact undoing leads back.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._members: dict[str, Member] = {}
        for member in zip_members.read_directory(data):
            name = member.name
            if name.endswith(("/", "\\")):
                continue  # a folder entry carries nothing
            key = key_of(name)
            if key in self._members:
                raise UnwritableWorkbook(DAMAGED)
            self._members[key] = member
        self._parts: dict[str, Part] = {}
        self._names: dict[str, str] = {}  # of parts that are not in the file
        self._numbers: dict[str, int] = {}  # up to which every name of a pattern is taken
        self._as_stored: set[str] = set()  # parts whose ``raw`` is what the file holds
        self._gone: set[str] = set()
        self._base: dict[str, bytes | None] = {}
        #: What others made of a part's text, by key: the text it was made of, and the result.
        self.content_types: tuple[bytes, dict[str, str], dict[str, str]] | None = None
        self.understood: dict[str, tuple[bytes, tuple[Relationship, ...]]] = {}

    def keys(self) -> Iterator[str]:
        """The keys of all parts there are now."""
        yield from (key for key in self._members if key not in self._gone)
        yield from (key for key in self._names if key not in self._gone)

    def has(self, key: str) -> bool:
        """Whether there is such a part now."""
        return key not in self._gone and (key in self._members or key in self._names)

    def name_of(self, key: str) -> str:
        """The part's name as it stands, or will stand, in the zip."""
        return self._members[key].name if key in self._members else self._names[key]

    def raw(self, key: str) -> bytes:
        """The part's present contents as bytes, not looked at."""
        if not self.has(key):
            raise UnwritableWorkbook(DAMAGED)
        part = self._parts.get(key)
        if part is None:
            return zip_members.unpack(self._data, self._members[key])
        part.commit()
        return part.text if part.dirty else part.raw

    def part(self, key: str) -> Part:
        """The XML part, ready to be scanned and changed. Raises `UnwritableWorkbook` if missing."""
        part = self._parts.get(key)
        if part is None or key in self._gone:
            raw = self.raw(key)
            name = self.name_of(key)
            part = self._parts[key] = xml_part(name, raw)
            self._as_stored.add(key)
            self._base.setdefault(key, raw)
        return part

    def put(self, name: str, content: bytes) -> str:
        """Add a part, or give an existing one wholly new contents. Returns its key."""
        key = key_of(name)
        if key not in self._base:
            self._base[key] = self.raw(key) if self.has(key) else None
        if key not in self._members:
            self._names[key] = name
        self._gone.discard(key)
        self._as_stored.discard(key)
        is_xml = key.endswith(_XML)
        self._parts[key] = xml_part(name, content) if is_xml else Part(name, content, content)
        return key

    def drop(self, key: str) -> None:
        """Take a part away. Its content type and relationships are the caller's to remove."""
        if self.has(key):
            if key not in self._base:
                self._base[key] = self.raw(key)
            self._gone.add(key)
            self._parts.pop(key, None)
            self._numbers.clear()

    def free_name(self, pattern: str) -> str:
        """The first part name from a pattern such as "xl/comments{}.xml" that is not taken."""
        number = self._numbers.get(pattern, 1)
        while self.has(key_of(pattern.format(number))):
            number += 1
        self._numbers[pattern] = number
        return pattern.format(number)

    def settle(self) -> None:
        """Make the present contents the ones that undoing leads back to."""
        for key, part in self._parts.items():
            if part.changed or part.dirty:
                self._as_stored.discard(key)
            part.settle()
        self._base = {key: part.raw for key, part in self._parts.items()}
        self._base.update((key, None) for key in self._gone)

    def base(self) -> dict[str, bytes | None]:
        """Of every part looked at or changed since `settle`: its contents then, None if new."""
        return self._base

    def loaded(self, key: str) -> Part | None:
        """The part if it is in memory; None if it is gone or was never looked at."""
        return None if key in self._gone else self._parts.get(key)

    def save(self, target: Path) -> None:
        """Write the package to ``target``, atomically; members nobody changed are copied packed."""

        def fill(stream: BinaryIO) -> None:
            output = zip_output.ZipOutput(stream)
            for key in self.keys():
                part, member = self._parts.get(key), self._members.get(key)
                if part is None or (key in self._as_stored and not (part.changed or part.dirty)):
                    assert member is not None
                    output.copy(member, zip_members.packed_bytes(self._data, member))
                    continue
                name = member.raw_name if member else self._names[key].encode()
                changed = part.changed or part.dirty
                output.add(name, part.pieces()[0] if changed else [part.raw], member)
            output.finish()

        zip_output.write_atomically(target, fill)
