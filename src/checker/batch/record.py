"""What is kept of one judged file: small and plain, so it travels between processes and runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import lru_cache
from itertools import starmap
from typing import NamedTuple, Protocol

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


class FactRow(NamedTuple):
    """One line of the facts table. ``value`` is the exact text of the typed value."""

    field: str
    column: str
    row: int
    value: str
    cell: str


class Record(Protocol):
    """A record as the reports read it: a FileRecord, or one whose bulky parts lie in a spool and
    are read anew each time they are asked for."""

    @property
    def path(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def template(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def submitted(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def modified(self) -> float: ...
    @property
    def counts(self) -> Mapping[str, int]: ...
    @property
    def cannot_write(self) -> str: ...
    @property
    def marked_copy(self) -> str: ...
    @property
    def errors(self) -> Sequence[dict[str, Json]]: ...
    @property
    def findings(self) -> Sequence[dict[str, Json]]: ...
    @property
    def judged(self) -> Sequence[Judged]: ...
    @property
    def measures(self) -> Sequence[Measure]: ...
    @property
    def unmeasured(self) -> Sequence[Unmeasured]: ...
    @property
    def form_facts(self) -> Mapping[tuple[str, str], str]: ...


@dataclass(frozen=True, slots=True)
class FileRecord:
    """The outcome of one file. ``findings`` and ``errors`` are in the form of the JSON report."""

    path: str
    status: str
    message: str = ""
    template: str = ""
    edition: int = 0
    name: str = ""
    code: str = ""
    type: str = ""
    submitted: str = ""
    content: str = ""
    modified: float = 0.0
    stages: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    cannot_write: str = ""
    marked_copy: str = ""
    findings: tuple[dict[str, Json], ...] = ()
    errors: tuple[dict[str, Json], ...] = ()
    judged: tuple[Judged, ...] = ()
    measures: tuple[Measure, ...] = ()
    unmeasured: tuple[Unmeasured, ...] = ()
    facts: tuple[FactRow, ...] = ()

    @property
    def form_facts(self) -> dict[tuple[str, str], str]:
        """(field, column) -> value of the form itself, without the rows of its tables."""
        return {(fact.field, fact.column): fact.value for fact in self.facts if not fact.row}

    def to_json(self) -> str:
        """One line of JSON, keys in a fixed order."""
        shown = {item.name: getattr(self, item.name) for item in fields(self)}
        return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> FileRecord:
        """The record that ``to_json`` wrote. Raises ValueError, TypeError or KeyError on others."""
        data = json.loads(text)
        data["stages"] = tuple(data["stages"])
        data["findings"] = tuple(data["findings"])
        data["errors"] = tuple(data["errors"])
        data["judged"] = tuple(starmap(Judged, data["judged"]))
        data["measures"] = tuple(starmap(Measure, data["measures"]))
        data["unmeasured"] = tuple(starmap(Unmeasured, data["unmeasured"]))
        data["facts"] = tuple(starmap(FactRow, data["facts"]))
        return cls(**data)
