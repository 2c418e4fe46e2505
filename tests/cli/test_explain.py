"""``checker explain`` and ``checker rules``: every rule can be told, with fixed headings."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Callable

from checker.authoring.explanation import explanation_lines
from checker.session import Session

Run = Callable[..., "subprocess.CompletedProcess[str]"]
HEADINGS = ["查什么", "依据", "为什么", "正例", "反例", "怎么办", "自何时起"]


def test_a_rule_is_told_with_fixed_headings_and_in_the_official_notation(checker: Run) -> None:
    done = checker("explain", "RES3")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("RES3　每百名学生拥有体育、艺术")
    assert [line for line in lines if line in HEADINGS] == HEADINGS
    assert "教督〔2017〕6号" in done.stdout
    assert "校表2.23,2" in done.stdout
    assert "0.9人" in done.stdout


def test_the_id_may_be_typed_in_small_letters(checker: Run) -> None:
    assert checker("explain", "res3").stdout.startswith("RES3")


def test_an_unconfirmed_threshold_is_said_to_be_so(checker: Run) -> None:
    assert "未经核实" in checker("explain", "SAF1").stdout


def test_an_unknown_rule_names_its_neighbours(checker: Run) -> None:
    done = checker("explain", "RES99")
    assert done.returncode == 2
    assert "没有规则 RES99" in done.stderr
    assert "RES1" in done.stderr
    many = checker("explain", "CLS30").stderr
    assert "相近的有：CLS301、CLS302、" in many and many.count("CLS") == 11
    assert "条，用“checker rules”查看全部。" in many


def test_an_example_without_figures_is_told_by_its_note(checker: Run) -> None:
    told = checker("explain", "FORM006").stdout
    assert "\n  图书册数填 12000.5，或专任教师数填 -3 → 不通过\n" in told
    assert "人数、班数等填整数，面积、金额可以带小数" in told  # -3 ㎡ need not become whole


def test_what_a_command_line_lacks_is_said_in_a_whole_sentence(checker: Run) -> None:
    assert checker("check").stderr.endswith("错误：缺少参数“文件或文件夹…”。\n")
    assert checker("demo", "county").stderr.endswith("错误：缺少选项 --out。\n")
    told = checker("button").stderr
    assert told.endswith("错误：缺少参数“动作”，可以是 check、clean、install。\n")
    assert "用法： checker diff [选项] 前一次 后一次" in checker("diff", "--help").stdout


def test_every_rule_can_be_told_and_leaves_no_heading_empty() -> None:
    session = Session()
    for rule in session.rules.values():
        lines = list(explanation_lines(rule, session))
        for heading, following in itertools.pairwise(lines):
            if heading in ("查什么", "依据", "为什么", "怎么办"):
                assert following.startswith("  "), f"{rule.id}: {heading}"


def test_rules_of_a_family_and_as_json(checker: Run) -> None:
    text = checker("rules", "--family", "tea").stdout
    assert "TEA101" in text
    assert "RES1" not in text
    entries = json.loads(checker("rules", "--format", "json").stdout)
    assert len(entries) > 200
    assert all(entry["what"] and entry["fix"] and entry["sources"] for entry in entries)
