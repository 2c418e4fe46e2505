"""SARIF 2.1.0 of a run, for systems that collect the results of checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from checker import __version__
from checker.marking.file_record import Json
from checker.marking.findings import Finding
from checker.marking.results import FileResult
from checker.model.report import FileStatus
from checker.model.rules import Rule
from checker.model.verdicts import Outcome, Severity
from checker.reports.json_report import Member, object_pieces

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Severity.HARD: "error",
    Severity.SOFT: "warning",
    Severity.STANDARD: "note",
    Severity.INFO: "note",
}


def sarif_pieces(results: Iterable[FileResult], rules: Mapping[str, Rule]) -> Iterator[str]:
    """The document, piece by piece. Cells are named as logical locations ("教师!D9"), since a
    region of lines and columns means nothing in a workbook. Explained findings carry a suppression.
    ``results`` are gone through twice: no one-time iterator."""
    used: set[str] = set()
    notes: list[Json] = []
    crashed = False
    for result in results:
        used.update(finding.rule for finding in result.findings)
        notes += _notifications(result)
        crashed = crashed or bool(result.errors)
    driver: dict[str, Json] = {
        "name": "checker",
        "version": __version__,
        "language": "zh-CN",
        "rules": [_rule(rule_id, rules.get(rule_id)) for rule_id in sorted(used)],
    }
    run: dict[str, Member] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": (_result(result, finding) for result in results for finding in result.findings),
        "invocations": [
            {"executionSuccessful": not crashed, "toolExecutionNotifications": notes},
        ],
    }
    yield f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": ['
    yield from object_pieces(run)
    yield "]}\n"


def _rule(rule_id: str, rule: Rule | None) -> Json:
    if rule is None:
        return {"id": rule_id}
    return {
        "id": rule_id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.what or rule.title},
        "help": {"text": rule.fix or rule.title},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"family": rule.family, "source": "；".join(map(str, rule.citations))},
    }


def _result(result: FileResult, finding: Finding) -> Json:
    found: dict[str, Json] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message or finding.title or finding.rule},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": _uri(result.path)}},
                "logicalLocations": [
                    {"fullyQualifiedName": str(place), "kind": "member"} for place in finding.places
                ],
            }
        ],
        "partialFingerprints": {"finding/v1": f"{result.code or result.path}:{finding.key}"},
    }
    if finding.verdict is Outcome.EXPLAINED:
        found["suppressions"] = [{"kind": "external", "status": "accepted"}]
    return found


def _notifications(result: FileResult) -> list[Json]:
    notes: list[Json] = []
    if result.status is not FileStatus.CHECKED:
        notes.append(_notification(result.path, result.message))
    notes += [_notification(result.path, error.message) for error in result.errors]
    return notes


def _notification(path: str, message: str) -> Json:
    return {
        "level": "error",
        "message": {"text": message or "无法校验"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(path)}}}],
    }


def _uri(path: str) -> str:
    return quote(path.replace("\\", "/"))
