"""Rule 规则: what is checked, why, by which clause, with examples and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from msgspec import Struct, field

from checker.model.verdicts import Outcome, Scope, Severity

Plain: TypeAlias = "Decimal | int | str | bool | date | list[Plain] | dict[str, Plain]"
"""Values of a TOML file, numbers with a point as Decimal."""

Values: TypeAlias = Mapping[str, Any]
"""Keys and their ``Plain`` values. msgspec, which reads kept rules, knows no type for these."""


class Citation(Struct, frozen=True, omit_defaults=True):
    """Where a rule comes from: policy document, its number (文号), clause and date."""

    title: str
    number: str = ""
    clause: str = ""
    date: str = ""
    confirmed: bool = True
    note: str = ""  # what is not confirmed, or where it was read
    local: bool = False  # what other places do: no clause says so

    def __str__(self) -> str:
        head = f"《{self.title}》" if self.title and "《" not in self.title else self.title
        number = f"({self.number})" if self.number else ""
        return f"{head}{number}{self.clause}"


LOCAL_PRACTICE = "各地自查的做法，没有条文规定"


def sources_in_words(citations: Sequence[Citation]) -> str:
    """The sources of a rule as a person reads them. What only other places' reports say is local
    practice and no clause, and is called so."""
    named = "；".join(str(citation) for citation in citations)
    if citations and all(citation.local for citation in citations):
        return f"{LOCAL_PRACTICE}，参见{named}"
    return named


class Example(Struct, frozen=True, omit_defaults=True):
    """A worked case that runs as a test. ``facts`` maps field ids (in the example's own stage or
    whole column) or "field@column" to values; ``tables`` maps a table id to its rows. ``previous``
    holds facts of last year's workbook; ``definitions`` the choices of a profile. For a collection
    rule, ``schools`` holds the facts (and, under a table's id, the rows) of each school,
    ``last_year`` those of the same schools' earlier forms, ``county`` those of the county form."""

    expect: Outcome
    facts: Values = field(default_factory=dict)
    tables: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    stage: str | None = None
    actual: str | None = None  # as shown, when it should be asserted too
    gap: str | None = None
    note: str = ""
    previous: Values = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    schools: tuple[Values, ...] = ()
    last_year: tuple[Values, ...] = ()
    county: Values = field(default_factory=dict)


class Threshold(Struct, frozen=True, omit_defaults=True):
    """One limit by stage (or "" for all), as data. ``since``/``until`` are edition years."""

    id: str
    values: Mapping[str, Decimal]  # stage id or "" -> value
    unit: str = ""
    since: int = 0
    until: int | None = None
    confirmed: bool = True
    source: str = ""  # where the number was read
    profile: str = ""  # profile that set it; "" = national base


class Rule(Struct, frozen=True, omit_defaults=True):
    """Everything known of a rule without importing its plugin. ``spec`` holds the keys that belong
    to its kind (numerator, check, parts ...)."""

    id: str
    kind: str
    title: str
    severity: Severity
    scope: Scope
    family: str
    plugin: str
    templates: tuple[str, ...]
    what: str
    why: str
    citations: tuple[Citation, ...]
    fix: str
    examples: tuple[Example, ...]
    spec: Values
    when: str | None = None
    stages: tuple[str, ...] = ()  # empty: every stage unit
    table: str | None = None
    at: tuple[str, ...] = ()
    stricter: tuple[str, ...] = ()  # rules that, missed on the same unit, speak instead of this one
    message: str | None = None
    since: int = 0
    until: int | None = None
