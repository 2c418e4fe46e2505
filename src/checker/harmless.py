"""Texts from names and cells on their way to a terminal or a pipe: nothing in them acts there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any, TextIO

LONGEST_LINE = 2000
"""Characters of one line of text; what comes after is left out, and said."""

_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
"""Control characters but tab and line feed, escapes, marks and overrides of the direction of
writing, separators of lines, and signs without width."""


def harmless(text: str) -> str:
    """The text with every character that acts written out, \\u001b: in JSON it means the same."""
    if text.isascii() and text.isprintable():
        return text
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def without_acting(text: str, instead: str) -> str:
    """The text on one line, ``instead`` of every character that acts."""
    return _ACTING.sub(instead, text.replace("\n", instead).replace("\t", instead))


def one_line(text: str) -> str:
    """A text that stays one line, and is not endless."""
    if "\n" in text or "\t" in text:
        text = text.rstrip("\n").replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    if len(text) > LONGEST_LINE:
        text = f"{text[:LONGEST_LINE]}……（还有 {len(text) - LONGEST_LINE} 字，没有显示）"
    return harmless(text)


_PASSED_ON = ("close", "closed", "encoding", "errors", "fileno", "flush", "isatty", "writable")
"""What is the stream's own. Its ``buffer`` is not among them: bytes would get past."""


class HarmlessStream:
    """A text stream through which only harmless texts pass."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write a text."""
        if not isinstance(text, str):
            raise TypeError(type(text).__name__)
        self.stream.write(harmless(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts one after the other."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name not in _PASSED_ON:
            raise AttributeError(name)
        return getattr(self.stream, name)


def guard_streams() -> None:
    """From now on only harmless texts reach standard output and the error stream."""
    sys.stdout = HarmlessStream(sys.stdout)
    sys.stderr = HarmlessStream(sys.stderr)


def unguarded(stream: TextIO) -> TextIO:
    """The stream itself, for a library that writes colours; it must be given harmless texts."""
    return stream.stream if isinstance(stream, HarmlessStream) else stream
