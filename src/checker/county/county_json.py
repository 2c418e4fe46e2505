"""The JSON of ``checker county``: one object; exact numbers as text beside what is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct, to_builtins
from msgspec.structs import asdict

from checker import __version__
from checker.county.conclusions import CountyFinding, cells_of
from checker.county.report import CountyReport, Level, SchoolYear, YearLine
from checker.marking.file_record import FileRecord, Json
from checker.model.report import FileStatus
from checker.model.verdicts import format_number
from checker.reports.json_report import Member, error_document, finding_document, object_pieces

_NOT_TOLD = ("outcome", "figure", "with_all", "without", "hinges", "of_school")
"""Of a conclusion: told in other words, or for the program's own use."""


def county_document(report: CountyReport) -> Iterator[str]:
    """The text, piece by piece: ``roster``, ``files``, ``units``, ``dispersion[stage][indicator]``,
    ``gaps``, ``findings`` (of the files) and ``county_findings`` (of the collection rules)."""
    return object_pieces(_members(report))


def _members(report: CountyReport) -> dict[str, Member]:
    counted = frozenset(school.path for school in report.schools)
    superseded = report.superseded()
    return {
        "version": __version__,
        "county": report.county,
        "profile": report.profile,
        "edition": report.edition,
        "asked": to_builtins(report.asked),
        "roster": _roster(report),
        "files": (_file(record, counted, superseded) for record in report.records),
        "units": _units(report),
        "dispersion": _dispersion(report),
        "gaps": _gaps(report),
        "county_findings": [
            {
                **_fields(item, *_NOT_TOLD),
                "verdict": item.outcome.value,
                **_apart(item),
            }
            for item in report.findings
        ],
        "findings": (
            finding_document(record.path, finding)
            for record in report.records
            for finding in record.findings
        ),
        "errors": [
            *(error_document("", error) for error in report.errors),
            *(
                error_document(record.path, error)
                for record in report.records
                for error in record.errors
            ),
        ],
        "unjudged": list(report.unjudged),
        "years": [_year(line) for line in report.years],
        "runs": [to_builtins(run) for run in report.runs],
        "approved": [to_builtins(item) for item in report.locks],
        "beside": [{"path": path, "reason": reason} for path, reason in report.beside],
    }


def _year(line: YearLine) -> Json:
    def rows(schools: Sequence[SchoolYear]) -> list[Json]:
        return [
            {"code": item.code, "last_year": str(item.then), "this_year": str(item.now)}
            for item in schools
        ]

    def mean(value: Fraction | None) -> str | None:
        return None if value is None else _shown(value)

    return {
        "rule": line.rule,
        "title": line.title,
        "stage": line.stage,
        "schools": line.schools,
        "up": line.up,
        "down": line.down,
        "met": {"last_year": line.met_then, "this_year": line.met_now},
        "left_out": line.unsure,
        "mean": {"last_year": mean(line.mean_then), "this_year": mean(line.mean_now)},
        "cv": {"last_year": _six(line.cv_then), "this_year": _six(line.cv_now)},
        "best": rows(line.best),
        "worst": rows(line.worst),
    }


def _roster(report: CountyReport) -> Json:
    filing = report.handing_in
    return {
        "expected": filing.expected,
        "received": len(filing.counted),
        "missing": [to_builtins(entry) for entry in filing.missing],
        "duplicates": [
            {
                "code": choice.code,
                "counted": choice.chosen.path,
                "not_counted": [item.path for item in choice.others],
                "reason": choice.reason,
            }
            for choice in filing.choices
        ],
        "strangers": [_filing(item) for item in filing.strangers],
        "without_code": [_filing(item) for item in filing.nameless],
        "to_be_checked": [to_builtins(item) for item in filing.disagreements],
    }


def _filing(item: FileRecord) -> Json:
    return {"path": item.path, "code": item.code, "name": item.name}


def _file(record: FileRecord, counted: frozenset[str], superseded: frozenset[str]) -> Json:
    return {
        "path": record.path,
        "status": record.status,
        "counted": record.path in counted,
        "superseded": record.path in superseded,
        "template": record.template,
        "unit": record.name,
        "code": record.code,
        "counts": asdict(record.counts) if record.status == FileStatus.CHECKED else {},
        "marked_copy": record.marked_copy or None,
        "cannot_write": record.cannot_write or None,
        "message": record.message,
    }


def _units(report: CountyReport) -> Iterator[Json]:
    digits = {item.rule: item.digits for item in report.indicators}
    for school, units in report.units():
        for stage, levels in units.items():
            yield {
                "code": school.code,
                "name": school.name,
                "type": school.type,
                "stage": stage,
                "indicators": {
                    rule: _level(level, digits.get(rule, 2)) for rule, level in levels.items()
                },
            }


def _level(level: Level, digits: int) -> Json:
    return {
        "verdict": level.outcome.value,
        "value": None if level.value is None else format_number(level.value, digits),
        "exact": None if level.value is None else str(level.value),
        "limit": None if level.limit is None else format_number(level.limit, 4),
        "doubtful": list(cells_of(level.doubts)),
    }


def _dispersion(report: CountyReport) -> Json:
    found: dict[str, dict[str, Json]] = defaultdict(dict)
    for item in report.dispersion:
        found[item.finding.stage][item.indicator] = {
            "rule": item.finding.rule,
            "title": item.title,
            "schools": item.schools,
            "not_measured": list(item.finding.not_measured),
            "cv": _six(item.cv),
            "unweighted_cv": _six(item.unweighted_cv),
            "mean": _shown(item.mean),
            "limit": _shown(item.limit),
            "verdict": item.finding.outcome.value,
            "provisional": item.finding.provisional,
            "unweighted_verdict": item.unweighted_outcome.value,
            **_apart(item.finding),
            "word": item.word,
            "improvements": [
                {
                    "code": step.school,
                    "added": _shown(step.added),
                    "alone": _six(step.alone),
                    "together": _six(step.together),
                    "within": step.within,
                }
                for step in item.improvements
            ],
        }
    stages: dict[str, Json] = {stage: dict(items) for stage, items in found.items()}
    return stages


def _apart(item: CountyFinding) -> dict[str, Json]:
    """The figure with and without wrong and doubtful inputs; ``hangs_on`` the schools without
    whose figures there is no conclusion."""
    without = item.without
    return {
        "word": item.word,
        "verdict_with_all": item.with_all.value if item.with_all else None,
        "without_doubtful": None
        if without is None
        else {
            "actual": without.actual,
            "verdict": without.outcome.value,
            "schools": list(without.schools),
        },
        "hangs_on": [
            {"code": hinge.school, "cells": list(cells_of(hinge.doubts)), "alone": hinge.alone}
            for hinge in item.hinges
        ],
    }


def _gaps(report: CountyReport) -> Json:
    return {
        "total": [_fields(total, "stage_title", "title") for total in report.total_shortages()],
        "schools": [_fields(item, "title") for item in report.shortages],
    }


def _fields(item: Struct, *but: str) -> dict[str, Json]:
    """The fields of a record but some, numbers as they are shown."""
    found: dict[str, Json] = to_builtins(item, enc_hook=_shown)
    return {name: value for name, value in found.items() if name not in but}


def _six(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.6f}"


def _shown(value: Fraction) -> str:
    return format_number(value, 6)
