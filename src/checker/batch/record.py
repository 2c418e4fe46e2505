"""What is kept of one judged file: small and plain, so it travels between processes and runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from checker.reports.json_report import Json


@lru_cache(maxsize=65_536)
def exact(text: str) -> Fraction:
    """The number a text such as "9/2" stands for; one object for the many texts that are equal."""
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

    def without_facts(self) -> FileRecord:
        """What a county run holds in memory: the facts are in their table by then, and texts that
        thousands of records repeat (rule ids, limits, sources) are one object each."""
        return replace(
            self,
            facts=(),
            measures=tuple(Measure(*map(intern, item)) for item in self.measures),
            judged=tuple(Judged(*map(intern, item)) for item in self.judged),
            findings=tuple(
                {
                    key: intern(value) if isinstance(value, str) else value
                    for key, value in finding.items()
                }
                for finding in self.findings
            ),
        )

    def to_json(self) -> str:
        """One line of JSON, keys in a fixed order."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> FileRecord:
        """The record that ``to_json`` wrote. Raises ValueError, TypeError or KeyError on others."""
        data = json.loads(text)
        data["stages"] = tuple(data["stages"])
        data["findings"] = tuple(data["findings"])
        data["errors"] = tuple(data["errors"])
        data["judged"] = tuple(Judged(*item) for item in data["judged"])
        data["measures"] = tuple(Measure(*item) for item in data["measures"])
        data["unmeasured"] = tuple(Unmeasured(*item) for item in data["unmeasured"])
        data["facts"] = tuple(FactRow(*item) for item in data["facts"])
        return cls(**data)
