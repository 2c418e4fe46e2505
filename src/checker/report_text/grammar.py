"""The words by which reports speak of figures, read once from ``grammar.toml``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from msgspec import Struct

from checker.toml_files import record_of


class Approximate(Struct, frozen=True):
    before: tuple[str, ...]
    after: tuple[str, ...]


class Parts(Struct, frozen=True):
    introduce: tuple[str, ...]
    closed: tuple[str, ...]
    rest: tuple[str, ...]
    total: tuple[str, ...]
    new_total: tuple[str, ...]
    each: tuple[str, ...]
    nouns: tuple[str, ...]


class Disjoint(Struct, frozen=True):
    """Kinds of which a thing can be only one; ``closed`` when together they are all there is."""

    words: tuple[str, ...]  # regular expressions, one a kind
    closed: bool = False

    def kinds(self, labels: list[str]) -> list[int] | None:
        """Which kind each label names; None if one names none or two name the same."""
        found: list[int] = []
        for label in labels:
            kinds = [at for at, word in enumerate(self.words) if re.search(word, label)]
            if len(kinds) != 1 or kinds[0] in found:
                return None
            found += kinds
        return found

    def complete(self, labels: list[str], nouns: tuple[str, ...]) -> bool:
        """Whether the labels, which name one kind each, name all there is and nothing less."""
        plain = re.compile(rf"(?:{'|'.join(self.words)}|{any_of(nouns)})*")
        return (
            self.closed
            and len(labels) == len(self.words)
            and all(plain.fullmatch(label) for label in labels)
        )


class Change(Struct, frozen=True, rename={"into": "into", "since": "from"}):
    up: tuple[str, ...]
    down: tuple[str, ...]
    tail: tuple[str, ...]
    into: tuple[str, ...]
    since: tuple[str, ...]
    earlier: tuple[str, ...]
    about: str


class Share(Struct, frozen=True):
    words: tuple[str, ...]
    whole: tuple[str, ...]
    rates: tuple[str, ...]


class Limits(Struct, frozen=True, rename={"unless": "except"}):
    at_most_hundred: tuple[str, ...]
    unless: tuple[str, ...]


class Compare(Struct, frozen=True):
    more: tuple[str, ...]
    less: tuple[str, ...]
    at_least: tuple[str, ...]
    at_most: tuple[str, ...]


class Target(Struct, frozen=True):
    """``aim`` and ``task`` are regular expressions of a year and a percentage."""

    words: tuple[str, ...]
    rates: tuple[str, ...]
    aim: str
    task: str


class Schools(Struct, frozen=True):
    """Kinds of schools (regular expressions) and the stages they have: 0 primary, 1 junior."""

    needed: tuple[str, ...]
    later: str
    kinds: dict[str, tuple[int, ...]]


class Same(Struct, frozen=True):
    filler: tuple[str, ...]
    rates: tuple[str, ...]


class Score(Struct, frozen=True):
    section: str
    item: str
    total: str


class Mean(Struct, frozen=True):
    class_size: str
    class_words: tuple[str, ...]
    ratio: str


class Grammar(Struct, frozen=True):
    """What ``grammar.toml`` says. ``units``: groups of units that may be added and compared."""

    units: tuple[tuple[str, ...], ...]
    multiples: dict[str, int]
    approximate: Approximate
    parts: Parts
    disjoint: tuple[Disjoint, ...]
    change: Change
    share: Share
    limits: Limits
    compare: Compare
    target: Target
    schools: Schools
    same: Same
    score: Score
    mean: Mean


@cache
def grammar() -> Grammar:
    """The grammar. Raises nothing: the file is the program's own and tested."""
    return record_of(Path(__file__).with_suffix(".toml"), Grammar)


@cache
def any_of(words: tuple[str, ...]) -> str:
    """A regular expression that matches one of the words, the longest first."""
    return "(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"
