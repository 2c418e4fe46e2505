"""FileRecord: one judged file of a run over many, as it travels, is cached and reaches the reports.

A worker encodes each part once (msgpack); whoever needs a part decodes it. Everything stored is
plain data of a declared type: bytes that were damaged or tampered with are refused, never executed.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from checker.marking.findings import SHOWN, Counts, Finding
from checker.marking.overview import Overview
from checker.marking.results import FileResult
from checker.model.report import FileStatus
from checker.model.verdicts import Outcome, RuleError

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
"""What a JSON document is made of here; numbers of a verdict are text, as they are shown."""

T = TypeVar("T")


class BadRecord(ValueError):
    """Bytes that are no record, or not one of this version of the program."""


@lru_cache(maxsize=4096)
def exact(text: str) -> Fraction:
    """The number a text such as "9/2" stands for; one object for the limits that many share."""
    top, _, bottom = text.partition("/")
    try:
        return Fraction(int(top), int(bottom or 1))  # three times as fast as Fraction(text)
    except ValueError:
        return Fraction(text)


class Doubt(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A finding (不通过 or 存疑) on one of the facts that a figure is made of: the rule that found
    it, and the cell (教师!D9)."""

    rule: str
    cell: str


class Measure(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One number that a collection rule needs of one school: ``amount`` per ``base``, exact
    fractions as text ("9/2"). ``stage`` is "" for the whole school; ``rule`` a collection rule.
    ``doubts`` are what is wrong or doubtful about the facts it is made of.
    """

    rule: str
    stage: str
    amount: str
    base: str = ""
    doubts: tuple[Doubt, ...] = ()

    def fractions(self) -> tuple[Fraction, Fraction | None]:
        """(amount, base) as exact numbers; base None where the rule has none."""
        return exact(self.amount), exact(self.base) if self.base else None


class Unmeasured(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A school that a collection rule is about but whose figures are missing. ``missing`` names
    them for a reader: “在校学生数”（小学段）."""

    rule: str
    stage: str
    missing: str


class Judged(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One indicator verdict for the school × indicator matrix. Values are exact texts or "".
    ``doubts`` as in `Measure`."""

    rule: str
    stage: str
    outcome: str
    value: str = ""
    limit: str = ""
    gap: str = ""
    gap_unit: str = ""
    gap_noun: str = ""
    doubts: tuple[Doubt, ...] = ()


class FactRow(NamedTuple):
    """One line of the facts table. ``value`` is the exact text of the typed value; ``row`` 0 for a
    field of the form, else the ordinal of the row of a table."""

    field: str
    column: str
    row: int
    value: str
    cell: str


class FactTable(Struct, frozen=True, array_like=True):
    """Every given fact of a submission, column by column; see `FactRow`."""

    field: list[str] = []
    column: list[str] = []
    row: list[int] = []
    value: list[str] = []
    cell: list[str] = []

    def __post_init__(self) -> None:
        columns = (self.field, self.column, self.row, self.value, self.cell)
        if len({len(column) for column in columns}) > 1:
            raise ValueError("columns of a facts table differ in length")

    def __len__(self) -> int:
        return len(self.row)

    def __iter__(self) -> Iterator[FactRow]:
        return map(FactRow, self.field, self.column, self.row, self.value, self.cell)

    def of_form(self) -> dict[tuple[str, str], str]:
        """(field, column) -> value of the form itself, without the rows of its tables."""
        return {(fact.field, fact.column): fact.value for fact in self if not fact.row}


class Explained(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A doubt that the school explained: the finding's key, what the school wrote, and what it
    answers."""

    key: str
    text: str
    message: str


class Head(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What is said of every file whatever is asked, by content alone: not where the file lies.
    ``measuring_errors`` are those of the collection rules, which only a county run asks; ``year``
    is the one that the form says it is of, 0 if it does not say; ``sparse``: its ``content`` is of
    too few figures to tell copies by."""

    status: str
    message: str = ""
    template: str = ""
    name: str = ""
    code: str = ""
    type: str = ""
    submitted: str = ""
    content: str = ""
    counts: Counts = Counts()
    cannot_write: str = ""
    errors: tuple[RuleError, ...] = ()
    measuring_errors: tuple[RuleError, ...] = ()
    overview: Overview = Overview()
    left_out: tuple[str, ...] = ()
    year: int = 0
    explained: tuple[Explained, ...] = ()
    sparse: bool = False

    @property
    def markable(self) -> bool:
        """Whether there is, or can be, a marked copy of what was judged."""
        return self.status == FileStatus.CHECKED and not self.cannot_write


class Bulk(NamedTuple):
    """The bulky parts, each encoded by itself; the facts are compressed as well."""

    findings: bytes = b"\x90"
    judged: bytes = b"\x90"
    measures: bytes = b"\x90"
    unmeasured: bytes = b"\x90"
    facts: bytes = b""

    def part(self, place: int) -> bytes:
        """One of them, by its place."""
        return self[place]


NOTHING = Bulk()
"""Of a file that was not judged: empty lists."""


class Kept(Struct, frozen=True):
    """A judged content as it travels and is stored. ``head`` is an encoded `Head`."""

    head: bytes
    bulk: Bulk = NOTHING


class Parts(Protocol):
    """Where the bulky parts are: in memory (`Bulk`) or in a spool."""

    def part(self, place: int) -> bytes:
        """One part, by its place in `Bulk`. Raises ValueError where it is gone."""
        ...


_PLACE = re.compile(r".*![A-Z]{1,3}[1-9][0-9]{0,6}", re.DOTALL)
"""A cell on a sheet, as findings name it: 教师!D9."""

_FINDINGS, _JUDGED, _MEASURES, _UNMEASURED, _FACTS = range(5)

encoded = msgspec.msgpack.Encoder().encode


def _decoded(form: type[T], data: bytes) -> T:
    """The record of this type. Raises BadRecord."""
    try:
        found: T = _decoder(form).decode(data)  # type: ignore[arg-type]  # types are hashable
        return found
    except (msgspec.MsgspecError, ValueError, RecursionError) as problem:
        raise BadRecord(str(problem)) from problem


@cache
def _decoder(form: Any) -> msgspec.msgpack.Decoder[Any]:
    """Made when a record of this type is first read: most runs read few of them."""
    return msgspec.msgpack.Decoder(form)


def kept(head: Head, bulk: Bulk = NOTHING) -> Kept:
    """A judgement put into bytes."""
    return Kept(encoded(head), bulk)


def bulk_of(
    findings: Iterable[Finding] = (),
    judged: Iterable[Judged] = (),
    measures: Iterable[Measure] = (),
    unmeasured: Iterable[Unmeasured] = (),
    facts: FactTable = FactTable(),  # noqa: B008 - immutable
) -> Bulk:
    """The bulky parts put into bytes."""
    return Bulk(
        encoded(list(findings)),
        encoded(list(judged)),
        encoded(list(measures)),
        encoded(list(unmeasured)),
        packed_facts(facts),
    )


def packed_facts(facts: FactTable) -> bytes:
    """A facts table put into bytes; no bytes at all where there are no facts."""
    return zlib.compress(encoded(facts), 1) if len(facts) else b""


def facts_of(packed: bytes) -> FactTable:
    """What ``packed_facts`` made. Raises BadRecord on anything else."""
    if not packed:
        return FactTable()
    try:
        plain = zlib.decompress(packed)
    except zlib.error as problem:
        raise BadRecord(str(problem)) from problem
    return _decoded(FactTable, plain)


def head_of(data: bytes) -> Head:
    """The head that ``kept`` encoded. Raises BadRecord on anything else."""
    return _decoded(Head, data)


def check_kept(stored: Kept) -> None:
    """Decode every part once. Raises BadRecord if one is not of its type, or holds words or numbers
    that no judgement has."""
    bulk = stored.bulk
    try:
        head = head_of(stored.head)
        FileStatus(head.status)
        for finding in _decoded(tuple[Finding, ...], bulk.findings):
            own = [f"{finding.sheet}!{finding.cell}"] if finding.cell else []
            if finding.verdict not in SHOWN:
                raise BadRecord("verdict")
            if not 0 <= finding.cause <= len(head.overview.first):
                raise BadRecord("cause")
            if not all(map(_PLACE.fullmatch, (*own, *finding.related))):
                raise BadRecord("place")
        for item in _decoded(tuple[Judged, ...], bulk.judged):
            Outcome(item.outcome)
            for text in filter(None, (item.value, item.limit, item.gap)):
                exact(text)
            _check_doubts(item.doubts)
        for measure in _decoded(tuple[Measure, ...], bulk.measures):
            measure.fractions()
            _check_doubts(measure.doubts)
        _decoded(tuple[Unmeasured, ...], bulk.unmeasured)
        facts_of(bulk.facts)
    except (ValueError, ZeroDivisionError) as problem:
        raise BadRecord(str(problem)) from problem


def _check_doubts(doubts: Iterable[Doubt]) -> None:
    if not all(_PLACE.fullmatch(doubt.cell) for doubt in doubts):
        raise BadRecord("place")


class FileRecord(Struct, frozen=True):
    """The outcome of one file, as every report reads it. ``path`` is as shown, relative to what
    the user named; ``modified`` in seconds since 1970. What is a property here is decoded from
    ``parts`` each time it is asked for."""

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
    counts: Counts = Counts()
    cannot_write: str = ""
    marked_copy: str = ""
    errors: tuple[RuleError, ...] = ()
    measuring_errors: tuple[RuleError, ...] = ()
    overview: Overview = Overview()
    left_out: tuple[str, ...] = ()
    year: int = 0
    explained: tuple[Explained, ...] = ()
    sparse: bool = False
    parts: Parts = NOTHING

    @property
    def findings(self) -> tuple[Finding, ...]:
        """In the order of the form."""
        return _decoded(tuple[Finding, ...], self.parts.part(_FINDINGS))

    @property
    def judged(self) -> tuple[Judged, ...]:
        """The indicator verdicts."""
        return _decoded(tuple[Judged, ...], self.parts.part(_JUDGED))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What the collection rules need."""
        return _decoded(tuple[Measure, ...], self.parts.part(_MEASURES))

    @property
    def unmeasured(self) -> tuple[Unmeasured, ...]:
        """What the collection rules need but could not be measured."""
        return _decoded(tuple[Unmeasured, ...], self.parts.part(_UNMEASURED))

    @property
    def facts(self) -> FactTable:
        """Every given fact: those of the form, then those of its tables."""
        return facts_of(self.parts.part(_FACTS))


def record_of(path: str, modified: float, marked_copy: str, head: Head, parts: Parts) -> FileRecord:
    """The record of one file."""
    return FileRecord(
        path=path, modified=modified, marked_copy=marked_copy, parts=parts, **asdict(head)
    )


def result_of_record(
    record: FileRecord, profile: str = "", path: str | None = None, copy: str | None = None
) -> FileResult:
    """The result a record was made from, as far as reports need it; ``profile`` by its id.
    ``path`` and ``copy`` are where the file and its marked copy lie; without a path both are as
    the record has them."""
    return FileResult(
        path=record.path if path is None else path,
        status=FileStatus(record.status),
        template=record.template,
        unit=record.name,
        code=record.code,
        profile=profile if record.status == FileStatus.CHECKED else "",
        overview=record.overview,
        left_out=record.left_out,
        counts=record.counts,
        findings=record.findings,
        errors=record.errors,
        message=record.message,
        marked_copy=(record.marked_copy or None) if path is None else copy,
        cannot_write=record.cannot_write or None,
    )
