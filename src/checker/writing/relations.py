"""How the parts of a package are tied together: relationships and content types."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from checker.writing.package import Package, key_of, unquote
from checker.writing.part import Part
from checker.writing.small_texts import kept
from checker.writing.xml_bytes import attributes, children, escape_attribute, local, root_tag

CONTENT_TYPES = "[content_types].xml"
_REL_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_REL_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/"
_RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_NEW_RELS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns='
    b'"http://schemas.openxmlformats.org/package/2006/relationships"><%s</Relationships>'
)


class Relationship(NamedTuple):
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
    scan = package.part(rels).scan
    known = package.understood.get(rels)
    if known is None or known[0] is not scan:
        found = _read_relationships(scan, key.rpartition("/")[0])
        known = package.understood[rels] = scan, found
    return known[1]


@kept(most=64, longest=16_384)
def _read_relationships(scan: bytes, folder: str) -> tuple[Relationship, ...]:
    """All lines of a .rels part that belongs to a part in ``folder``."""
    found: list[Relationship] = []
    for child in children(scan, root_tag(scan).end(), len(scan)):
        if child.name != "Relationship":
            continue
        values = attributes(scan[child.start : child.inner_start])
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
    path = escape_attribute(_relative(target, folder))
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
    for child in children(part.scan, root_tag(part.scan).end(), len(part.scan)):
        values = attributes(part.scan[child.start : child.inner_start])
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
    scan = package.part(CONTENT_TYPES).scan
    known = package.content_types
    if known is None or known[0] is not scan:
        known = package.content_types = scan, *_read_content_types(scan)
    return known[1], known[2]


@kept(most=16, longest=65_536)
def _read_content_types(scan: bytes) -> tuple[dict[str, str], dict[str, str]]:
    overrides: dict[str, str] = {}
    defaults: dict[str, str] = {}
    for child in children(scan, root_tag(scan).end(), len(scan)):
        values = attributes(scan[child.start : child.inner_start])
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
        root = root_tag(part.scan)
        prefix = root[2][: len(root[2]) - len(local(root[2]).encode())]
        line = f'Default Extension="{extension}" ContentType="{type_}"/>'
        part.insert(root.end(), b"<" + prefix + line.encode())
        part.commit()
        return
    line = f'Override PartName="{escape_attribute("/" + name)}" ContentType="{type_}"/>'
    _append_to_root(part, line)
    package.content_types = part.scan, overrides | {key_of(name): type_}, defaults


def remove_part(package: Package, key: str) -> None:
    """Drop a part with its own relationships and the content type declared for it alone."""
    package.drop(key)
    package.drop(rels_key(key))
    part = package.part(CONTENT_TYPES)
    part.commit()
    for child in children(part.scan, root_tag(part.scan).end(), len(part.scan)):
        values = attributes(part.scan[child.start : child.inner_start])
        if child.name == "Override" and key_of(values.get("PartName", "")) == key:
            part.splice(child.start, child.end, b"")
    part.commit()


def _resolve(folder: str, target: str) -> str:
    target = unquote(target.replace("\\", "/"))
    if target.startswith("/"):
        return key_of(posixpath.normpath(target))
    return key_of(posixpath.normpath(posixpath.join(folder, target)))


def _relative(target: str, folder: str) -> str:
    """The way from a folder to a part, both named from the root of the package."""
    there, here = target.split("/"), folder.split("/") if folder else []
    if not {"", ".", ".."}.isdisjoint((*there, *here)):
        return posixpath.relpath("/" + target, "/" + folder)
    common = 0
    while common < min(len(there) - 1, len(here)) and there[common] == here[common]:
        common += 1
    return "/".join([".."] * (len(here) - common) + there[common:])


def _append_to_root(part: Part, line: str) -> None:
    """Append a child element, written without its "<", to the root of a small part."""
    part.commit()
    at = part.scan.rfind(b"</")
    if at < 0:
        root = root_tag(part.scan)
        name = root[2]
        tag = part.text[root.start() : root.end()]
        new = b"<" + name[: len(name) - len(local(name).encode())] + line.encode()
        part.splice(root.start(), root.end(), tag[:-2].rstrip() + b">" + new + b"</" + name + b">")
    else:
        prefix, colon, _ = part.scan[at + 2 :].partition(b":")
        part.insert(at, b"<" + (prefix + colon if colon else b"") + line.encode())
    part.commit()
