"""A short digest of everything a school filled in: equal digests betray copied workbooks."""

from __future__ import annotations

from checker.model.submission import FactRef, FactValue


def fact_line(ref: FactRef, value: FactValue) -> str:
    """A given value and where it belongs, as it enters the digest."""
    if ref.row:
        return f"{ref.field}#{ref.row}={value!s}"
    return f"{ref.field}@{ref.column}={value!s}"


def digest(lines: list[str]) -> str:
    """32 hexadecimal digits over the lines of all given values; "" if nothing is given. The lines
    may come in any order.

    The same answers give the same digest in any file format and however they were typed.
    """
    if not lines:
        return ""
    try:
        from _blake2 import blake2b  # what hashlib gives, without loading OpenSSL (3 ms)
    except ImportError:
        from hashlib import blake2b
    return blake2b("\n".join(sorted(lines)).encode(), digest_size=16).hexdigest()
