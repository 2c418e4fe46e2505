"""Corrections come in; the aggregator asks what has changed since last night."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from checker.cli.diff import command


def run_document(findings: list[tuple[str, str, str]], schools: list[str]) -> dict[str, object]:
    """A run: (school, rule, verdict) findings over schools."""
    return {
        "files": [
            {"path": f"{name}.xlsx", "status": "checked", "code": name, "unit": name}
            for name in schools
        ],
        "findings": [
            {
                "file": f"{school}.xlsx",
                "rule": rule,
                "verdict": verdict,
                "sheet": "教师",
                "cell": "D9",
                "key": f"{rule}@x",
                "message": f"{rule} 的问题",
            }
            for school, rule, verdict in findings
        ],
    }


def test_mended_new_flipped_and_who_joined(tmp_path: Path) -> None:
    before, after = tmp_path / "昨天.json", tmp_path / "今天"
    after.mkdir()
    first = run_document(
        [("一小", "RES3", "fail"), ("一小", "TEA201", "doubt"), ("一小", "RES1", "fail")],
        ["一小", "二小"],
    )
    second = run_document(
        [("一小", "TEA201", "explained"), ("一小", "RES1", "fail"), ("一小", "BLD101", "fail")],
        ["一小", "三小"],
    )
    before.write_text(json.dumps(first), "utf-8")
    (after / "校验结果.json").write_text(json.dumps(second), "utf-8")

    result = CliRunner().invoke(command, [str(before), str(after)])
    assert result.exit_code == 1
    assert "改好 1 处，新出 1 处，结论变化 1 处，仍有 1 处未改" in result.output
    assert "改好 [RES3] 教师!D9" in result.output
    assert "新出 [BLD101]" in result.output
    assert "存疑 → 已说明 [TEA201]" in result.output
    assert "新报送：三小" in result.output and "上次有、这次没有：二小" in result.output

    again = CliRunner().invoke(command, [str(before), str(before), "--format", "json"])
    assert again.exit_code == 0 and json.loads(again.output)["schools"][0]["mended"] == []


def test_something_that_is_no_run_is_said_plainly(tmp_path: Path) -> None:
    other = tmp_path / "别的.json"
    other.write_text('{"a": 1}', "utf-8")
    result = CliRunner().invoke(command, [str(other), str(tmp_path)])
    assert result.exit_code == 3 and "不是校验结果" in result.output
    result = CliRunner().invoke(command, [str(tmp_path), str(other)])
    assert result.exit_code == 3 and "没有校验结果" in result.output


def test_what_the_two_runs_were_asked_differently_is_said(tmp_path: Path) -> None:
    """Last night with ``--previous``, tonight without: nobody mended anything."""
    before, after = tmp_path / "前.json", tmp_path / "后.json"
    found = run_document([("一小", "FORM023", "doubt")], ["一小"])
    asked = {"profile": "国家标准", "edition": 2026, "years": [{"rule": "RES1"}]}
    before.write_text(json.dumps({**found, **asked}), "utf-8")
    none = {**run_document([], ["一小"]), **asked, "profile": "江西省", "years": []}
    after.write_text(json.dumps(none), "utf-8")

    told = CliRunner().invoke(command, [str(before), str(after)]).output
    assert told.splitlines()[1] == (
        "两次校验的条件不同：口径 国家标准 → 江西省；前一次与去年比过，后一次没有。"
        "有的“改好”“新出”可能只是因为条件不同。"
    )
    assert "条件不同" not in CliRunner().invoke(command, [str(before), str(before)]).output
    checked = tmp_path / "查.json"
    checked.write_text(json.dumps({**found, "profile": "national", "edition": 2026}), "utf-8")
    told = CliRunner().invoke(command, [str(checked), str(before)]).output
    assert "条件不同" not in told  # check and county name a profile differently
