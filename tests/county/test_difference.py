"""Corrections come in; the aggregator asks what has changed since last night."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from click.testing import CliRunner

from checker.cli.diff import command
from checker.cli.group import command as checker


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


def test_what_the_two_runs_were_asked_differently_is_said(
    right_school: Path, tmp_path: Path
) -> None:
    """Last night beside last year's forms and under two profiles, tonight not: nobody mended
    anything. What was asked is compared, whichever of the two commands was asked."""
    forms = tmp_path / "收齐的表"
    forms.mkdir()
    shutil.copy(right_school, forms)
    ways = {
        "前": ("check", "--previous", str(right_school), "--profile", "jiangxi,safety_6x"),
        "后": ("county",),
        "再": ("check", "--edition", "2025"),
    }
    for name, (word, *options) in ways.items():
        out = ("--out", str(tmp_path / name), "--no-mark")
        done = CliRunner().invoke(checker, [word, str(forms), *out, *options])
        assert done.exit_code in (0, 1), done.output
        if word == "check" and "--profile" in options:
            assert done.output.splitlines()[-1] == "口径：江西省、校园安全按六个100%"

    def told(before: str, after: str) -> str:
        found = CliRunner().invoke(command, [str(tmp_path / before), str(tmp_path / after)])
        return found.output.splitlines()[1:][0] if "条件不同" in found.output else ""

    assert told("前", "后") == (
        "两次校验的条件不同：口径 jiangxi,safety_6x → national；前一次与去年比过，后一次没有。"
        "有的“改好”“新出”可能只是因为条件不同。"
    )
    assert told("后", "再").startswith("两次校验的条件不同：年度 2026 → 2025。")
    assert "后一次与去年比过，前一次没有" in told("再", "前")
    assert told("后", "后") == ""
