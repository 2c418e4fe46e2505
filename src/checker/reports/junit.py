"""JUnit XML of a run: one suite per file, one case per finding, for systems that read tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from checker.marking.findings import Finding
from checker.marking.results import STATUS_WORDS, FileResult
from checker.model.report import FileStatus
from checker.model.verdicts import Outcome

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_pieces(results: Iterable[FileResult]) -> Iterator[str]:
    """The document, suite by suite. Hard findings are failures, unexplained soft ones skipped cases
    with their text, unreadable files and crashed rules errors; a file without any is one passed
    case."""
    yield "<?xml version='1.0' encoding='utf-8'?>\n<testsuites name=\"checker\""
    before = ">\n  "
    for result in results:
        suite = _suite(result)
        ElementTree.indent(suite, level=1)
        yield before + ElementTree.tostring(suite, encoding="unicode")
        before = "\n  "
    yield " />\n" if before.startswith(">") else "\n</testsuites>\n"


def _suite(result: FileResult) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=_clean(result.path))
    for finding in result.findings:
        _case(suite, result, finding)
    if result.status is not FileStatus.CHECKED:
        case = _named(suite, result.path, STATUS_WORDS[result.status])
        ElementTree.SubElement(case, "error", message=_clean(result.message))
    for error in result.errors:
        case = _named(suite, result.path, f"{error.plugin} {error.rule or ''}".strip())
        ElementTree.SubElement(case, "error", message=_clean(error.message))
    if not len(suite):
        _named(suite, result.path, "没有发现问题")
    for tag, attribute in (("failure", "failures"), ("skipped", "skipped"), ("error", "errors")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(suite)))
    return suite


def _case(suite: ElementTree.Element, result: FileResult, finding: Finding) -> None:
    place = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet
    case = _named(suite, result.path, f"{finding.rule} {place}".strip())
    text = f"{finding.message} 怎么办：{finding.fix} 依据：{finding.source}"
    if finding.verdict is Outcome.FAIL and not finding.informs:
        problem = ElementTree.SubElement(case, "failure", message=_clean(finding.message))
        problem.set("type", finding.severity.value)
        problem.text = _clean(text)
    elif finding.verdict is Outcome.DOUBT and not finding.informs:
        ElementTree.SubElement(case, "skipped", message=_clean(text))
    else:
        ElementTree.SubElement(case, "system-out").text = _clean(text)


def _named(suite: ElementTree.Element, path: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", classname=_clean(path), name=_clean(name), time="0"
    )


def _clean(text: str) -> str:
    """Characters that XML cannot hold at all are dropped; escaping is the library's work."""
    return _NOT_XML.sub("", text)
