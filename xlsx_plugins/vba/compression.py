"""The run-length scheme of VBA projects (MS-OVBA 2.4.1): compress and decompress containers."""

from __future__ import annotations

CHUNK = 4096
_SIGNATURE = 0x01


def compress(content: bytes) -> bytes:
    """The compressed container of ``content``, as VBA keeps source text and the ``dir`` stream.

    Every chunk is written compressed; ASCII source always shrinks. Source: [MS-OVBA] 2.4.1.3.
    """
    container = bytearray([_SIGNATURE])
    for start in range(0, len(content), CHUNK):
        tokens = _compress_chunk(content[start : start + CHUNK])
        if len(tokens) > CHUNK:
            raise ValueError("VBA source that does not compress cannot be stored by this writer")
        header = (len(tokens) + 2 - 3) | 0b011 << 12 | 1 << 15
        container += header.to_bytes(2, "little") + tokens
    return bytes(container)


def decompress(container: bytes) -> bytes:
    """The content of a compressed container. Raises ValueError if it is not one."""
    if not container or container[0] != _SIGNATURE:
        raise ValueError("not a compressed VBA container")
    content = bytearray()
    position = 1
    while position < len(container):
        header = int.from_bytes(container[position : position + 2], "little")
        end = min(position + (header & 0x0FFF) + 3, len(container))
        position += 2
        if not header >> 15:
            content += container[position:end]
            position = end
            continue
        position = _decompress_chunk(container, position, end, content)
    return bytes(content)


def _decompress_chunk(container: bytes, position: int, end: int, content: bytearray) -> int:
    start = len(content)
    while position < end:
        flags = container[position]
        position += 1
        for bit in range(8):
            if position >= end:
                break
            if not flags >> bit & 1:
                content.append(container[position])
                position += 1
                continue
            token = int.from_bytes(container[position : position + 2], "little")
            position += 2
            offset_bits = _offset_bits(len(content) - start)
            length = (token & (0xFFFF >> offset_bits)) + 3
            offset = (token >> (16 - offset_bits)) + 1
            for _ in range(length):
                content.append(content[-offset])
    return position


def _offset_bits(done: int) -> int:
    """How many bits of a copy token hold its offset, ``done`` bytes into a chunk (2.4.1.3.19.1)."""
    return max(4, (done - 1).bit_length())


def _compress_chunk(chunk: bytes) -> bytes:
    tokens = bytearray()
    position = 0
    seen: dict[bytes, list[int]] = {}
    while position < len(chunk):
        flags = 0
        group = bytearray()
        for bit in range(8):
            if position >= len(chunk):
                break
            offset, length = _longest_match(chunk, position, seen)
            if length:
                bits = _offset_bits(position)
                group += ((offset - 1) << (16 - bits) | (length - 3)).to_bytes(2, "little")
                flags |= 1 << bit
            else:
                group.append(chunk[position])
                length = 1
            for at in range(position, position + length):
                seen.setdefault(chunk[at : at + 3], []).append(at)
            position += length
        tokens.append(flags)
        tokens += group
    return bytes(tokens)


def _longest_match(chunk: bytes, position: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """(offset, length) of the best earlier copy of what follows; (0, 0) if under three bytes."""
    limit = min((0xFFFF >> _offset_bits(position)) + 3, len(chunk) - position)
    best_offset = best_length = 0
    for candidate in reversed(seen.get(chunk[position : position + 3], ())):
        length = 0
        while length < limit and chunk[candidate + length] == chunk[position + length]:
            length += 1
        if length > best_length:
            best_offset, best_length = position - candidate, length
            if length == limit:
                break
    return (best_offset, best_length) if best_length >= 3 else (0, 0)
