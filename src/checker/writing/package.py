"""An Office document as parts: read from a zip, tied together, changed in memory, saved whole."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zipfile import ZipInfo

from msgspec import Struct

from checker.writing.outcome import DAMAGED, UnwritableWorkbook
from checker.writing.xml_part import (
    Part,
    attributes,
    escape_attribute,
    opened,
    set_attribute,
    xml_part,
)
from checker.writing.zip_container import (
    ZipOutput,
    packed_bytes,
    read_directory,
    unpack,
    write_atomically,
)

if TYPE_CHECKING:
    from typing import BinaryIO

_XML = (".xml", ".rels", ".vml")


def key_of(name: str) -> str:
    """The form under which part names are compared: one slash, no leading one, lower case."""
    return unquote(name.replace("\\", "/")).lstrip("/").lower()


class Package:
    """The parts of a workbook file, by key (see `key_of`). Nothing is written until `save`.

    `settle` sets the point to which the record for exact undoing leads back.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._members: dict[str, ZipInfo] = {}
        for member in read_directory(data):
            name = member.orig_filename
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
        return self._members[key].orig_filename if key in self._members else self._names[key]

    def raw(self, key: str) -> bytes:
        """The part's present contents as bytes, not looked at."""
        if not self.has(key):
            raise UnwritableWorkbook(DAMAGED)
        part = self._parts.get(key)
        if part is None:
            return unpack(self._data, self._members[key])
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
        write_atomically(target, self._fill)

    def content(self) -> bytes:
        """The same bytes, not written anywhere."""
        stream = BytesIO()
        self._fill(stream)
        return stream.getvalue()

    def _fill(self, stream: BinaryIO) -> None:
        output = ZipOutput(stream)
        for key in self.keys():
            part, member = self._parts.get(key), self._members.get(key)
            if part is None or (key in self._as_stored and not (part.changed or part.dirty)):
                assert member is not None
                output.copy(member, packed_bytes(self._data, member))
                continue
            if member is None:
                member = ZipInfo(self._names[key])  # of 1980: equal input gives equal bytes
                member.flag_bits = 0 if member.filename.isascii() else 0x800
            changed = part.changed or part.dirty
            output.add(member, part.pieces()[0] if changed else [part.raw])
        output.finish()


CONTENT_TYPES = "[content_types].xml"
_REL_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_REL_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/"
_RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_NEW_RELS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns='
    b'"http://schemas.openxmlformats.org/package/2006/relationships"><%s</Relationships>'
)


class Relationship(Struct, frozen=True):
    """One line of a .rels part; ``target`` is the key of the part it leads to."""

    id: str
    kind: str  # last word of the type: "worksheet", "comments", "hyperlink" ...
    type: str
    target: str
    external: bool


def rels_key(key: str) -> str:
    """The key of the part that holds another part's relationships ("" is the package)."""
    folder, _, base = key.rpartition("/")
    return f"{folder}/_rels/{base}.rels".lstrip("/")


def relationships(package: Package, key: str) -> tuple[Relationship, ...]:
    """The relationships of a part, or of the package itself (key "")."""
    rels = rels_key(key)
    if not package.has(rels):
        return ()
    part = package.part(rels)
    known = package.understood.get(rels)
    if known is None or known[0] is not part.scan:
        found = _read_relationships(part, key.rpartition("/")[0])
        known = package.understood[rels] = part.scan, found
    return known[1]


def _read_relationships(part: Part, folder: str) -> tuple[Relationship, ...]:
    """All lines of a .rels part that belongs to a part in ``folder``."""
    found: list[Relationship] = []
    for child in part.elements:
        if child.name != "Relationship":
            continue
        values = part.attributes(child)
        external = values.get("TargetMode") == "External"
        target, type_ = values.get("Target", ""), values.get("Type", "")
        kind = type_.rstrip("/").rpartition("/")[2]
        end = target if external else _resolve(folder, target)
        found.append(Relationship(values.get("Id", ""), kind, type_, end, external))
    return tuple(found)


def related(package: Package, key: str, kind: str) -> str | None:
    """The key of the first existing part related to ``key`` by that kind."""
    for relationship in relationships(package, key):
        if relationship.kind == kind and package.has(relationship.target):
            return relationship.target
    return None


def relate(package: Package, key: str, type_: str, target: str, strict: bool = False) -> str:
    """Add a relationship from ``key`` to the part named ``target``; returns its id.

    ``type_`` is a full type, or the last word of an officeDocument type.
    """
    if "/" not in type_:
        type_ = (_REL_STRICT if strict else _REL_TRANSITIONAL) + type_
    owner = package.name_of(key).replace("\\", "/").lstrip("/") if key else ""
    folder, _, base = owner.rpartition("/")
    rels = rels_key(key)
    known = relationships(package, key)
    taken = {relationship.id for relationship in known}
    number = len(taken) + 1
    while f"rId{number}" in taken:
        number += 1
    path = escape_attribute(posixpath.relpath("/" + target, "/" + folder))
    line = f'Relationship Id="rId{number}" Type="{type_}" Target="{path}"/>'
    if package.has(rels):
        _append_to_root(package.part(rels), line)
    else:
        name = f"{folder}/_rels/{base}.rels".lstrip("/")
        package.put(name, _NEW_RELS % line.encode())
        declare(package, name, _RELS_TYPE)
    kind = type_.rpartition("/")[2]
    new = Relationship(f"rId{number}", kind, type_, key_of(target), False)
    package.understood[rels] = package.part(rels).scan, (*known, new)
    return f"rId{number}"


def unrelate(package: Package, key: str, target: str) -> None:
    """Remove all relationships from ``key`` to the part ``target`` (a key)."""
    rels = rels_key(key)
    if not package.has(rels):
        return
    part = package.part(rels)
    part.commit()
    folder = key.rpartition("/")[0]
    left = 0
    for child in part.elements:
        values = part.attributes(child)
        internal = values.get("TargetMode") != "External"
        if internal and _resolve(folder, values.get("Target", "")) == target:
            part.splice(child.start, child.end, b"")
        else:
            left += 1
    part.commit()
    if not left and key:
        package.drop(rels)


def content_type(package: Package, key: str) -> str:
    """The content type of a part, "" if none is declared."""
    overrides, defaults = _content_types(package)
    return overrides.get(key) or defaults.get(key.rpartition(".")[2], "")


def _content_types(package: Package) -> tuple[dict[str, str], dict[str, str]]:
    """Types by part key and by extension, read anew only when the part has changed."""
    part = package.part(CONTENT_TYPES)
    known = package.content_types
    if known is None or known[0] is not part.scan:
        known = package.content_types = part.scan, *_read_content_types(part)
    return known[1], known[2]


def _read_content_types(part: Part) -> tuple[dict[str, str], dict[str, str]]:
    overrides: dict[str, str] = {}
    defaults: dict[str, str] = {}
    for child in part.elements:
        values = part.attributes(child)
        kind = values.get("ContentType", "")
        if child.name == "Override":
            overrides[key_of(values.get("PartName", ""))] = kind
        elif child.name == "Default":
            defaults[values.get("Extension", "").lower()] = kind
    return overrides, defaults


def declare(package: Package, name: str, type_: str) -> None:
    """Declare the content type of a new part, unless its extension says the same already."""
    if content_type(package, key_of(name)) == type_:
        return
    part = package.part(CONTENT_TYPES)
    overrides, defaults = _content_types(package)
    extension = key_of(name).rpartition(".")[2]
    if extension == "vml" and extension not in defaults:  # as Excel declares it
        line = f'Default Extension="{extension}" ContentType="{type_}"/>'
        part.insert(part.root.end(), b"<" + part.prefix + line.encode())
        part.commit()
        return
    line = f'Override PartName="{escape_attribute("/" + name)}" ContentType="{type_}"/>'
    _append_to_root(part, line)
    package.content_types = part.scan, overrides | {key_of(name): type_}, defaults


def redeclare(package: Package, name: str, type_: str) -> None:
    """Give a part that is there another content type."""
    part = package.part(CONTENT_TYPES)
    part.commit()
    for child in part.elements:
        tag = part.tag(child)
        if child.name == "Override" and key_of(attributes(tag).get("PartName", "")) == key_of(name):
            part.splice(child.start, child.inner_start, set_attribute(tag, "ContentType", type_))
            part.commit()
            return
    declare(package, name, type_)


def remove_part(package: Package, key: str) -> None:
    """Drop a part with its own relationships and the content type declared for it alone."""
    package.drop(key)
    package.drop(rels_key(key))
    part = package.part(CONTENT_TYPES)
    part.commit()
    for child in part.elements:
        values = part.attributes(child)
        if child.name == "Override" and key_of(values.get("PartName", "")) == key:
            part.splice(child.start, child.end, b"")
    part.commit()


def _resolve(folder: str, target: str) -> str:
    target = unquote(target.replace("\\", "/"))
    if target.startswith("/"):
        return key_of(posixpath.normpath(target))
    return key_of(posixpath.normpath(posixpath.join(folder, target)))


def _append_to_root(part: Part, line: str) -> None:
    """Append a child element, written without its "<", to the root of a small part."""
    part.commit()
    at = part.scan.rfind(b"</")
    if at < 0:
        root = part.root
        new = b"<" + part.prefix + line.encode() + b"</" + root[2] + b">"
        part.splice(root.start(), root.end(), opened(part.text[root.start() : root.end()]) + new)
    else:
        prefix, colon, _ = part.scan[at + 2 :].partition(b":")
        part.insert(at, b"<" + (prefix + colon if colon else b"") + line.encode())
    part.commit()
