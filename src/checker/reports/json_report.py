"""The JSON of ``checker check``: one object; its schema is ``schema/check.schema.json``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from checker import __version__
from checker.marking.file_record import Json
from checker.marking.findings import Counts, Finding
from checker.marking.results import FileResult, exit_code
from checker.model.report import FileStatus
from checker.model.verdicts import RuleError

SCHEMA = Path(__file__).with_name("schema") / "check.schema.json"


def _counts(result: FileResult) -> dict[str, Json]:
    return {name: getattr(result.counts, name) for name in Counts.__match_args__}


def file_document(result: FileResult) -> dict[str, Json]:
    """One entry of ``files``."""
    return {
        "path": result.path,
        "status": result.status.value,
        "template": result.template,
        "unit": result.unit,
        "code": result.code,
        "counts": _counts(result),
        "marked_copy": result.marked_copy,
        "cannot_write": result.cannot_write,
        "message": result.message,
    }


def finding_document(path: str, finding: Finding) -> dict[str, Json]:
    """One entry of ``findings``; ``path`` is the file it was found in."""
    return {"file": path, **finding_content(finding)}


def finding_content(finding: Finding) -> dict[str, Json]:
    """The same, wherever the file lies."""
    return {
        "rule": finding.rule,
        "title": finding.title,
        "family": finding.family,
        "severity": finding.severity.value,
        "verdict": finding.verdict.value,
        "unit": finding.unit,
        "stage": finding.stage,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "related": [f"{place.sheet}!{place.a1}" for place in finding.places[1:]],
        "actual": finding.actual,
        "required": finding.required,
        "gap": finding.gap,
        "message": finding.message,
        "source": finding.source,
        "fix": finding.fix,
        "key": finding.key,
        "borderline": finding.borderline,
    }


def error_document(path: str, error: RuleError) -> dict[str, Json]:
    """One entry of ``errors``; ``path`` is "" when no single file is concerned."""
    return {"file": path, **error_content(error)}


def error_content(error: RuleError) -> dict[str, Json]:
    """The same, wherever the file lies."""
    return {
        "plugin": error.plugin,
        "rule": error.rule,
        "message": error.message,
        "where": error.where,
    }


def check_document(
    results: Sequence[FileResult],
    *,
    profile: str,
    edition: int,
    errors: Sequence[RuleError] = (),
) -> dict[str, Json]:
    """The whole run as one JSON object. ``errors`` are of no single file (a broken plugin)."""
    totals: dict[str, Json] = {
        name: sum(getattr(result.counts, name) for result in results)
        for name in Counts.__match_args__
    }
    statuses: dict[str, Json] = {
        status.value: sum(result.status is status for result in results) for status in FileStatus
    }
    crashed: list[Json] = [error_document("", error) for error in errors]
    crashed += [error_document(result.path, error) for result in results for error in result.errors]
    return {
        "version": __version__,
        "profile": profile,
        "edition": edition,
        "files": [file_document(result) for result in results],
        "findings": [
            finding_document(result.path, finding)
            for result in results
            for finding in result.findings
        ],
        "errors": crashed,
        "summary": {
            "files": len(results),
            "statuses": statuses,
            "counts": totals,
            "exit_code": int(exit_code(results)),
        },
    }
