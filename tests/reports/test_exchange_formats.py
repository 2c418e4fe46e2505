"""JUnit and SARIF of a run with every sort of outcome, read back by other programs' rules."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from checker.marking.findings import Finding
from checker.marking.results import FileResult
from checker.model.report import FileStatus
from checker.model.verdicts import Outcome, RuleError, Severity
from checker.reports.junit import junit_pieces
from checker.reports.sarif import sarif_pieces


def finding(rule: str, severity: Severity, verdict: Outcome, message: str) -> Finding:
    return Finding(
        rule=rule,
        title="标题",
        family=rule[:3],
        severity=severity,
        verdict=verdict,
        unit="小学段",
        stage="primary",
        sheet="教师",
        cell="D9",
        related=(),
        actual="1",
        required="≥ 2",
        gap="",
        message=message,
        source="教督〔2017〕6号",
        fix="补足。",
        key=f"{rule}@x",
        borderline=False,
    )


RESULTS = (
    FileResult(
        "城关镇/一小 <&>.xlsx",
        FileStatus.CHECKED,
        code="2136000001",
        findings=(
            finding("RES3", Severity.HARD, Outcome.FAIL, "缺 7 名\x00教师"),
            finding("TEA201", Severity.SOFT, Outcome.DOUBT, "请说明"),
            finding("TEA202", Severity.SOFT, Outcome.EXPLAINED, "已说明原因"),
        ),
        errors=(RuleError("vendor", "VEN1", "规则出错"),),
    ),
    FileResult("二小.xlsx", FileStatus.CHECKED),
    FileResult("坏.xlsx", FileStatus.UNREADABLE, message="文件已损坏。"),
)


def test_junit_counts_failures_skips_and_errors_apart() -> None:
    root = ElementTree.fromstring("".join(junit_pieces(RESULTS)))
    first, second, broken = root.findall("testsuite")
    assert (first.get("failures"), first.get("skipped"), first.get("errors")) == ("1", "1", "1")
    assert (second.get("tests"), second.get("failures")) == ("1", "0")
    error = broken.find("testcase/error")
    assert error is not None and error.get("message") == "文件已损坏。"


def test_sarif_names_cells_and_suppresses_what_is_explained() -> None:
    (run,) = json.loads("".join(sarif_pieces(RESULTS, {})))["runs"]
    levels = {item["ruleId"]: item["level"] for item in run["results"]}
    assert levels == {"RES3": "error", "TEA201": "warning", "TEA202": "warning"}
    (explained,) = [item for item in run["results"] if "suppressions" in item]
    assert explained["ruleId"] == "TEA202"
    location = run["results"][0]["locations"][0]
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "教师!D9"
    assert "%3C" in location["physicalLocation"]["artifactLocation"]["uri"]
    assert run["invocations"][0]["executionSuccessful"] is False
