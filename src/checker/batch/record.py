"""What is kept of one judged file: bytes made once, where it was judged, and read where needed.

A worker writes each part down in the form in which it travels, is cached and waits for the reports,
so that nobody in between has to understand it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import starmap
from typing import NamedTuple, Protocol

from msgspec import Struct, field

from checker.batch.fact_table import FactRow, FactTable, packed_facts
from checker.marking.findings import Counts
from checker.model.report import FileStatus
from checker.reports.json_report import Json


@lru_cache(maxsize=4096)
def exact(text: str) -> Fraction:
    """The number a text such as "9/2" stands for; one object for the limits that many share."""
    top, _, bottom = text.partition("/")
    try:
        return Fraction(int(top), int(bottom or 1))  # three times as fast as Fraction(text)
    except ValueError:
        return Fraction(text)


class Measure(NamedTuple):
    """One number that a collection rule needs of one school: ``amount`` per ``base``, exact
    fractions as text ("9/2"). ``stage`` is "" for the whole school; ``rule`` a collection rule.
    """

    rule: str
    stage: str
    amount: str
    base: str = ""

    def fractions(self) -> tuple[Fraction, Fraction | None]:
        """(amount, base) as exact numbers; base None where the rule has none."""
        return exact(self.amount), exact(self.base) if self.base else None


class Unmeasured(NamedTuple):
    """A school that a collection rule is about but whose figures are missing. ``missing`` names
    them for a reader: “在校学生数”（小学段）."""

    rule: str
    stage: str
    missing: str


class Judged(NamedTuple):
    """One indicator verdict for the school × indicator matrix. Values are exact texts or ""."""

    rule: str
    stage: str
    outcome: str
    value: str = ""
    limit: str = ""
    gap: str = ""
    gap_unit: str = ""
    gap_noun: str = ""


class Head(NamedTuple):
    """What is said of every file whatever is asked, by content alone: not where the file lies.
    ``counts`` in the order of `Counts`, none of a file that was not judged; ``errors`` in the form
    of the JSON report, without its "file"; ``measuring_errors`` are those of the collection rules,
    which only a county run asks."""

    status: str
    message: str = ""
    template: str = ""
    name: str = ""
    code: str = ""
    type: str = ""
    submitted: str = ""
    content: str = ""
    counts: Sequence[int] = ()
    cannot_write: str = ""
    errors: Sequence[dict[str, Json]] = ()
    measuring_errors: Sequence[dict[str, Json]] = ()

    @property
    def markable(self) -> bool:
        """Whether there is, or can be, a marked copy of what was judged."""
        return self.status == FileStatus.CHECKED and not self.cannot_write


class Bulk(NamedTuple):
    """The bulky parts, each by itself: JSON lists, and the facts as `FactTable` packs them.
    ``findings`` are in the form of the JSON report, without its "file"."""

    findings: bytes = b"[]"
    judged: bytes = b"[]"
    measures: bytes = b"[]"
    unmeasured: bytes = b"[]"
    facts: bytes = b""

    def part(self, place: int) -> bytes:
        """One of them, by its place."""
        return self[place]


NOTHING = Bulk()
"""Of a file that was not judged."""


class Kept(NamedTuple):
    """A judged content as it travels and is stored. ``head`` is a `Head` as a JSON list."""

    head: bytes
    bulk: Bulk = NOTHING


class Parts(Protocol):
    """Where the bulky parts are: in memory (`Bulk`) or in a spool."""

    def part(self, place: int) -> bytes:
        """One part, by its place in `Bulk`. Raises ValueError where it is gone."""
        ...


_COUNTED: tuple[str, ...] = Counts.__match_args__
_FINDINGS, _JUDGED, _MEASURES, _UNMEASURED, _FACTS = range(5)


def kept(head: Head, bulk: Bulk = NOTHING) -> Kept:
    """A judgement put into bytes."""
    return Kept(as_json(head), bulk)


def bulk_of(
    findings: Iterable[dict[str, Json]] = (),
    judged: Iterable[Judged] = (),
    measures: Iterable[Measure] = (),
    unmeasured: Iterable[Unmeasured] = (),
    facts: Iterable[FactRow] = (),
) -> Bulk:
    """The bulky parts put into bytes."""
    return Bulk(
        as_json(list(findings)),
        as_json(list(judged)),
        as_json(list(measures)),
        as_json(list(unmeasured)),
        packed_facts(facts),
    )


def head_of(data: bytes) -> Head:
    """The head that ``kept`` wrote. Raises ValueError or TypeError on anything else."""
    return Head(*json.loads(data))


class FileRecord(Struct, frozen=True):
    """The outcome of one file, as every report reads it. ``path`` is as shown, relative to what
    the user named; ``modified`` in seconds since 1970; ``errors`` are in the form of the JSON
    report. What is a property here is read from ``parts`` each time it is asked for."""

    path: str
    status: str
    message: str = ""
    template: str = ""
    name: str = ""
    code: str = ""
    type: str = ""
    submitted: str = ""
    content: str = ""
    modified: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    cannot_write: str = ""
    marked_copy: str = ""
    errors: tuple[dict[str, Json], ...] = ()
    measuring_errors: tuple[dict[str, Json], ...] = ()
    parts: Parts = NOTHING

    @property
    def findings(self) -> tuple[dict[str, Json], ...]:
        """In the form of the JSON report."""
        path = self.path
        return tuple({"file": path, **each} for each in json.loads(self.parts.part(_FINDINGS)))

    @property
    def judged(self) -> tuple[Judged, ...]:
        """The indicator verdicts."""
        return tuple(starmap(Judged, json.loads(self.parts.part(_JUDGED))))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What the collection rules need."""
        return tuple(starmap(Measure, json.loads(self.parts.part(_MEASURES))))

    @property
    def unmeasured(self) -> tuple[Unmeasured, ...]:
        """What the collection rules need but could not be measured."""
        return tuple(starmap(Unmeasured, json.loads(self.parts.part(_UNMEASURED))))

    @property
    def facts(self) -> FactTable:
        """Every given fact: those of the form, then those of its tables."""
        return FactTable(self.parts.part(_FACTS))


def record_of(
    path: str, place: str, modified: float, marked_copy: str, head: Head, parts: Parts
) -> FileRecord:
    """The record of one file. ``place`` is its path in full, as errors of rules name it."""
    return FileRecord(
        path=path,
        status=head.status,
        message=head.message,
        template=head.template,
        name=head.name,
        code=head.code,
        type=head.type,
        submitted=head.submitted,
        content=head.content,
        modified=modified,
        counts=dict(zip(_COUNTED, head.counts, strict=False)),
        cannot_write=head.cannot_write,
        marked_copy=marked_copy,
        errors=tuple([{"file": place, **each} for each in head.errors]),
        measuring_errors=tuple([{"file": place, **each} for each in head.measuring_errors]),
        parts=parts,
    )


def as_json(part: object) -> bytes:
    """A bulky part, or a head, as it is kept."""
    return json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()
