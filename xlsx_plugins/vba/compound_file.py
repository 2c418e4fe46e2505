"""A writer for OLE compound files (MS-CFB, version 3): streams in storages, reproducible bytes."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

SECTOR = 512
MINI_SECTOR = 64
MINI_CUTOFF = 4096
_FREE, _END_OF_CHAIN, _FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_NO_ENTRY = 0xFFFFFFFF
_HEADER_FAT_SLOTS = 109
_STORAGE, _STREAM, _ROOT = 1, 2, 5


class _Entry(Struct):
    name: str
    kind: int
    content: bytes = b""
    children: list[int] = field(default_factory=list)
    left: int = _NO_ENTRY
    right: int = _NO_ENTRY
    child: int = _NO_ENTRY
    start: int = _END_OF_CHAIN
    size: int = 0


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """The bytes of a compound file holding ``streams``, keyed by path such as ``"VBA/dir"``.

    Time stamps and class ids are left zero, so equal streams give equal bytes. Raises ValueError
    for more than about 6.8 MB of content (109 sectors of allocation table), far above a launcher.
    """
    entries = _directory(streams)
    sectors: list[bytes] = []
    fat: list[int] = []

    def store(content: bytes) -> int:
        """Append ``content`` as a chain of sectors; its first sector, or the end mark if empty."""
        if not content:
            return _END_OF_CHAIN
        first = len(sectors)
        count = -(-len(content) // SECTOR)
        for index in range(count):
            piece = content[index * SECTOR : (index + 1) * SECTOR]
            sectors.append(piece.ljust(SECTOR, b"\0"))
            fat.append(first + index + 1 if index + 1 < count else _END_OF_CHAIN)
        return first

    mini_fat, mini_stream = _place_small_streams(entries)
    for entry in entries:
        if entry.kind == _STREAM and entry.size >= MINI_CUTOFF:
            entry.start = store(entry.content)
    entries[0].start = store(mini_stream)
    entries[0].size = len(mini_stream)
    mini_fat_bytes = b"".join(number.to_bytes(4, "little") for number in mini_fat)
    mini_fat_start = store(_padded(mini_fat_bytes, b"\xff"))
    directory = b"".join(_entry_bytes(entry) for entry in entries)
    while len(directory) % SECTOR:
        directory += _entry_bytes(_Entry("", 0))
    directory_start = store(directory)

    fat_sectors = 1
    while fat_sectors * (SECTOR // 4) < len(fat) + fat_sectors:
        fat_sectors += 1
    if fat_sectors > _HEADER_FAT_SLOTS:
        raise ValueError("too much content for one macro project")
    fat_start = len(fat)
    fat += [_FAT_SECTOR] * fat_sectors
    fat_bytes = _padded(b"".join(number.to_bytes(4, "little") for number in fat), b"\xff")

    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16))
    for number, width in (
        (0x3E, 2),
        (3, 2),  # version 3: sectors of 512 bytes
        (0xFFFE, 2),
        (9, 2),
        (6, 2),
        (0, 6),
        (0, 4),
        (fat_sectors, 4),
        (directory_start, 4),
        (0, 4),
        (MINI_CUTOFF, 4),
        (mini_fat_start, 4),
        (len(_padded(mini_fat_bytes, b"\xff")) // SECTOR, 4),
        (_END_OF_CHAIN, 4),
        (0, 4),
    ):
        header += number.to_bytes(width, "little")
    for slot in range(_HEADER_FAT_SLOTS):
        sector = fat_start + slot if slot < fat_sectors else _FREE
        header += sector.to_bytes(4, "little")
    return bytes(header) + b"".join(sectors) + fat_bytes


def _padded(content: bytes, filler: bytes) -> bytes:
    return content + filler * (-len(content) % SECTOR)


def _place_small_streams(entries: list[_Entry]) -> tuple[list[int], bytes]:
    """Give streams under the cut-off their place in the mini stream: its table, its content."""
    table: list[int] = []
    content = bytearray()
    for entry in entries:
        if entry.kind != _STREAM or not 0 < entry.size < MINI_CUTOFF:
            continue
        entry.start = len(table)
        count = -(-entry.size // MINI_SECTOR)
        table += [entry.start + index + 1 for index in range(count - 1)] + [_END_OF_CHAIN]
        content += entry.content.ljust(count * MINI_SECTOR, b"\0")
    return table, bytes(content)


def _directory(streams: Mapping[str, bytes]) -> list[_Entry]:
    entries = [_Entry("Root Entry", _ROOT)]
    storages = {"": 0}
    for path, content in streams.items():
        *folders, name = path.split("/")
        parent = ""
        for folder in folders:
            here = f"{parent}/{folder}"
            if here not in storages:
                entries[storages[parent]].children.append(len(entries))
                storages[here] = len(entries)
                entries.append(_Entry(folder, _STORAGE))
            parent = here
        entries[storages[parent]].children.append(len(entries))
        entries.append(_Entry(name, _STREAM, content, size=len(content)))
    for index in storages.values():
        ordered = sorted(
            entries[index].children,
            key=lambda child: (len(entries[child].name), entries[child].name.upper()),
        )
        entries[index].child = _balanced(entries, ordered)
    return entries


def _balanced(entries: list[_Entry], ordered: list[int]) -> int:
    """Link sorted siblings into a balanced tree; the index of its root."""
    if not ordered:
        return _NO_ENTRY
    middle = len(ordered) // 2
    entry = entries[ordered[middle]]
    entry.left = _balanced(entries, ordered[:middle])
    entry.right = _balanced(entries, ordered[middle + 1 :])
    return ordered[middle]


def _entry_bytes(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    name_size = len(name) + 2 if entry.name else 0
    numbers = [entry.left, entry.right, entry.child]
    black = 1
    return (
        name.ljust(64, b"\0")
        + name_size.to_bytes(2, "little")
        + bytes([entry.kind, black if entry.kind else 0])
        + b"".join(number.to_bytes(4, "little") for number in numbers)
        + bytes(16 + 4 + 8 + 8)
        + (entry.start if entry.kind in (_STREAM, _ROOT) else 0).to_bytes(4, "little")
        + entry.size.to_bytes(8, "little")
    )
