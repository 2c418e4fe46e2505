"""Plugins that misbehave in every way we could think of: one line names plugin and rule, and the
verdicts of everybody else stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.judging.engine import judge
from checker.model.rules import Plain
from checker.model.submission import Submission
from checker.model.verdicts import Outcome, RuleError
from checker.plugins import isolation
from checker.plugins.loading import Plugins, load_plugins
from checker.rules.profiles import build

from .conftest import FUNCTION_RULE, GOOD_RULE

ROOT = Path(__file__).parents[2]
School = Callable[[dict[str, Plain]], Submission]
WritePlugin = Callable[..., Path]

FACTS: dict[str, Plain] = {"teachers.full_time@primary": 47, "staff.total": 45}

HEAD = "from checker.api import Gap, Quantity\n"

BAD_CODE: list[tuple[str, str, str, str]] = [
    # name, rules.py, words of the message, place
    (
        "raises",
        "def check(unit, context):\n    raise ValueError('坏了')\n",
        "ValueError：坏了",
        "2",
    ),
    ("later", "def check(unit, context):\n    yield from ()\n    1/0\n", "ZeroDivisionError", "3"),
    ("deep", "def check(unit, context):\n    return check(unit, context)\n", "无休止", "2"),
    ("exits", "import sys\ndef check(unit, context):\n    sys.exit(3)\n", "企图结束程序", "3"),
    ("memory", "def check(u, c):\n    return ['x' * 10**15]\n", "用尽了内存", "2"),
    ("hangs", "def check(unit, context):\n    while True:\n        pass\n", "超过 1 秒", ""),
    ("sleeps", "import time\ndef check(u, c):\n    time.sleep(30)\n", "超过 1 秒", ""),
    (
        "stubborn",
        "def check(u, c):\n    while True:\n        try:\n            while True: pass\n"
        "        except Exception: pass\n",
        "超过 1 秒",
        "",
    ),
    ("nothing", "def check(unit, context):\n    return None\n", "却用 return 给出了 None", "1"),
    ("text", "def check(unit, context):\n    return '通过'\n", "str '通过'", "1"),
    ("number", "def check(unit, context):\n    yield 3\n", "应是 Verdict（用 context.passed", "2"),
    (
        "stranger",
        "from msgspec.structs import replace\ndef check(unit, context):\n"
        "    yield replace(context.passed('好'), rule='RES1')\n",
        "规则编号（rule）应是 BAD2，却是 str 'RES1'",
        "3",
    ),
    (
        "flood",
        "def check(unit, context):\n    while True:\n        yield context.passed('好')\n",
        "超过 5000 条",
        "",
    ),
    (
        "novel",
        "def check(unit, context):\n    yield context.failed('长' * 100000)\n",
        "太长",
        "2",
    ),
    ("missing_function", "def other(unit, context):\n    return []\n", "没有函数 check", ""),
    ("not_callable", "check = 3\n", "不是函数", ""),
    ("arguments", "def check(unit):\n    return []\n", "TypeError", ""),
    ("syntax", "def check(unit, context)\n    return []\n", "语法错误", "1"),
    ("import_error", "import no_such_package_here\n", "缺少它需要的 Python 包", "1"),
    ("at_import", "raise RuntimeError('装不上')\n", "RuntimeError：装不上", "1"),
    ("field", "def check(unit, context):\n    unit.number('no.such')\n", "没有字段 no.such", "2"),
    (
        "wrong_type",
        "def check(unit, context):\n    unit.flag('staff.total')\n",
        "不是“是/否”",
        "2",
    ),
]


IMPORTS = (
    "import dataclasses, msgspec\nfrom msgspec.structs import replace\n"
    "from decimal import Decimal\nfrom fractions import Fraction\n"
    "from checker.api import FactRef, Gap, Outcome, Quantity, Requirement, UnitRef, Verdict\n"
    "def changed(verdict, **keys):\n"
    "    names = Verdict.__match_args__\n"
    "    return Verdict(**{**{name: getattr(verdict, name) for name in names}, **keys})\n"
    "def check(unit, context):\n"
)
BAD_FIELDS: list[tuple[str, str]] = [
    # what is yielded, words of the message
    (
        "context.failed('x', actual=Quantity(0.9, '人'))",
        r'浮点数 float 0\.9.*Fraction\("0\.9"\)',
    ),
    ("context.failed('x', actual=0.9)", "actual 应写成 Quantity.*却是 float 0.9"),
    ("context.failed('x', actual=7)", "actual 应写成 Quantity.*却是 int 7"),
    ("context.failed('x', actual=['7'])", "actual 应是 Quantity 或文字，却是 list"),
    ("context.failed('x', actual=Quantity(Decimal('0.9')))", r'Fraction\(Decimal\("0.9"\)\)'),
    ("context.failed('x', actual=Quantity(True))", "应是准确的数.*却是 bool True"),
    ("context.failed('x', actual=Quantity('7'))", "应是准确的数.*却是 str '7'"),
    ("context.failed('x', actual=Quantity(10**5000))", "位数太多"),
    ("context.failed('x', actual=Quantity(7, 3))", "actual 的单位 应是文字，却是 int 3"),
    ("context.failed('x', actual=Quantity(7, '人', 10**9))", "digits 应是 0 到 12 的整数"),
    (
        "context.failed('x', actual=Quantity(7, '人', 1.5))",
        "digits 应是 0 到 12 .*却是 float",
    ),
    ("context.passed('x', required=Requirement('≥ 1', '>=', 0.1))", "required 的 value 是浮点数"),
    ("context.passed('x', required=Requirement('≥ 1', '=>'))", "compare 应是 .*却是 str '=>'"),
    ("context.passed('x', required=3)", "required 应是 Requirement 或文字，却是 int 3"),
    ("context.failed('x', gap=Gap(0.5, 0.5, '人'))", "gap 的 value 是浮点数"),
    ("context.failed('x', gap=Gap(1, 0.5, '人'))", "gap 的 exact 是浮点数"),
    ("context.failed('x', gap=Gap(1, 1, None))", "gap 的单位 应是文字，却是 None"),
    ("context.failed('x', gap=Gap(1, 1, '人', excess=1))", "excess 应是 True 或 False"),
    ("context.failed('x', gap='缺 1 人')", "gap 应是 Gap，却是 str '缺 1 人'"),
    ("context.failed(3)", "message 应是文字，却是 int 3"),
    ("context.failed('\\ud800')", "message 里有不成字的字符"),
    ("context.failed('x', borderline=None)", "borderline 应是 True 或 False，却是 None"),
    ("changed(context.failed('x'), at=['staff.total'])", "at 应是字段编号的列表，却是 list"),
    ("changed(context.failed('x'), at=('staff.total',))", "at 里应是字段编号或 FactRef，却有 str"),
    (
        "context.failed('x', at=[FactRef('staff.total', None)])",
        "FactRef 应是（字段编号，栏，行号",
    ),
    ("changed(context.failed('x'), outcome='fail')", "outcome 应是 Outcome.PASS.*却是 str 'fail'"),
    ("changed(context.failed('x'), outcome=Outcome.EXPLAINED)", "outcome 应是 Outcome.PASS"),
    ("changed(context.failed('x'), unit='全校')", "unit 应是 unit.ref，却是 str"),
    (
        "changed(context.failed('x'), unit=replace(unit.ref, label='别校'))",
        "说的是别校，应是问到的全校",
    ),
    ("changed(context.failed('x'), cell='A1')", "cell 应是 CellRef，却是 str"),
    ("changed(context.failed('x'), sheet=3)", "sheet 应是文字，却是 int 3"),
    ("{'message': 'x'}", "应是 Verdict.*却是 dict"),
]


@pytest.fixture(autouse=True)
def a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """What hangs is given one second here, not ten."""
    monkeypatch.setattr(isolation, "SECONDS", 1.0)


@pytest.mark.parametrize(("given", "words"), BAD_FIELDS, ids=[given for given, _ in BAD_FIELDS])
def test_every_field_of_a_verdict_is_checked_when_it_is_yielded(
    write_plugin: WritePlugin, school: School, given: str, words: str
) -> None:
    """The error says what was given, what is expected, and on which line; the plugin's data rule
    and everybody else's verdicts stand, and can be written to every report."""
    code = IMPORTS + f"    yield context.passed('好')\n    yield {given}\n"
    bad = write_plugin("bad", GOOD_RULE + FUNCTION_RULE, code)
    report = judge(school(FACTS), load_plugins([bad], only=["bad"]).ruleset, build(()))
    assert [verdict.rule for verdict in report.verdicts] == ["BAD1"]
    (error,) = report.errors
    assert re.search(words, error.message), error.message
    assert error.where == f"rules.py:{code.count(chr(10))}"


def test_exact_numbers_and_words_pass_unchanged(write_plugin: WritePlugin, school: School) -> None:
    """What is right is not touched."""
    code = IMPORTS + (
        "    yield context.failed('少了', at=['staff.total'],\n"
        "        actual=Quantity(Fraction('0.9'), '人'),\n"
        "        required=Requirement('≥ 1人', '>=', 1, '人'),\n"
        "        gap=Gap(1, Fraction(1, 10), '名', '教师'))\n"
        "    yield context.passed('好', actual='三人', required='是', borderline=True)\n"
    )
    good = write_plugin("good", FUNCTION_RULE, code)
    report = judge(school(FACTS), load_plugins([good], only=["good"]).ruleset, build(()))
    assert report.errors == ()
    first, second = report.verdicts
    assert (str(first.actual), str(first.gap), first.outcome) == (
        "0.9人",
        "缺 1 名教师",
        Outcome.FAIL,
    )
    assert (second.actual, second.required.text, second.borderline) == ("三人", "是", True)


def test_a_line_is_named_through_yield_from(write_plugin: WritePlugin, school: School) -> None:
    """The line of the yield itself, not of the function that passes it on."""
    code = (
        "def check(unit, context):\n    yield from inner(unit, context)\n"
        "def inner(unit, context):\n    yield 3\n"
    )
    bad = write_plugin("bad", FUNCTION_RULE, code)
    report = judge(school(FACTS), load_plugins([bad], only=["bad"]).ruleset, build(()))
    assert report.errors[0].where == "rules.py:4"


def test_return_instead_of_yield_is_said(write_plugin: WritePlugin, school: School) -> None:
    code = "def check(unit, context):\n    return context.failed('不对')\n"
    bad = write_plugin("bad", FUNCTION_RULE, code)
    report = judge(school(FACTS), load_plugins([bad], only=["bad"]).ruleset, build(()))
    assert "check 用 return 给出了一条结论；请改用 yield" in report.errors[0].message
    assert report.errors[0].where == "rules.py:1"


CHANGERS = [
    ("unit.known['staff.total'] = 1", ""),
    ("unit.known.clear(); unit.known['teachers.full_time'] = 0", ""),
    ("context.rule.spec['check'] = '1 > 2'", "TypeError"),
    ("context.rule.spec['parts'].append('x')", ""),
    ("context.rule.title = 'x'", "AttributeError"),
]


@pytest.mark.parametrize(("change", "error"), CHANGERS, ids=[change for change, _ in CHANGERS])
def test_what_a_plugin_is_handed_is_its_own(
    write_plugin: WritePlugin, school: School, change: str, error: str
) -> None:
    """Whatever it writes there, the next rule and the next plugin do not see it."""
    code = f"def check(unit, context):\n    {change}\n    yield context.passed('好')\n"
    first = FUNCTION_RULE.replace("{family}2", "{family}0") + 'parts = ["a"]\n'
    bad = write_plugin("bad", first + GOOD_RULE, code)
    loaded = load_plugins([bad], only=["bad"])
    report = judge(school(FACTS), loaded.ruleset, build(()))
    assert {item.rule: item.outcome for item in report.verdicts}["BAD1"] is Outcome.FAIL
    assert loaded.ruleset.rule("BAD0").spec == {"function": "check", "parts": ["a"]}
    assert error in "".join(item.message for item in report.errors)


@pytest.mark.parametrize(
    "end", ["os._exit(3)", "os.abort()", "sys.exit(3)", "raise KeyboardInterrupt"]
)
def test_ending_the_program_costs_the_rule(
    write_plugin: WritePlugin, school: School, end: str
) -> None:
    """Even without the tidying up of sys.exit."""
    bad = write_plugin(
        "bad", GOOD_RULE + FUNCTION_RULE, f"import os, sys\ndef check(u, c):\n    {end}\n"
    )
    report = judge(school(FACTS), load_plugins([bad], only=["bad"]).ruleset, build(()))
    assert [verdict.rule for verdict in report.verdicts] == ["BAD1"]
    assert "企图结束程序" in report.errors[0].message
    assert report.errors[0].where == "rules.py:3"


def judged(folders: list[Path], school: School, names: list[str]) -> tuple[Plugins, object]:
    loaded = load_plugins(folders, only=names)
    report = judge(school(FACTS), loaded.ruleset, build(loaded.ruleset.thresholds))
    return loaded, report


@pytest.mark.parametrize(
    ("name", "code", "words", "line"), BAD_CODE, ids=[name for name, *_ in BAD_CODE]
)
def test_code_that_goes_wrong_costs_only_its_own_rule(
    write_plugin: WritePlugin, school: School, name: str, code: str, words: str, line: str
) -> None:
    """Its data rule, and the other plugin's rules, are judged as if nothing had happened."""
    bad = write_plugin("bad", GOOD_RULE + FUNCTION_RULE, code)
    fine = "def check(unit, context):\n    yield context.failed('真的不对', at=['staff.total'])\n"
    good = write_plugin("good", GOOD_RULE + FUNCTION_RULE, fine)
    loaded = load_plugins([bad, good], only=["bad", "good"])
    assert loaded.errors == ()

    report = judge(school(FACTS), loaded.ruleset, build(loaded.ruleset.thresholds))

    assert {verdict.rule: verdict.outcome for verdict in report.verdicts} == {
        "BAD1": Outcome.FAIL,
        "GOOD1": Outcome.FAIL,
        "GOOD2": Outcome.FAIL,
    }
    (error,) = report.errors
    assert (error.plugin, error.rule, error.unit) == ("bad", "BAD2", "全校")
    assert words in error.message
    assert "\n" not in error.message
    if line:
        assert error.where == f"rules.py:{line}"
    if name in ("raises", "later", "syntax", "at_import"):
        assert "rules.py" in error.trace  # for the log, with the author's own line


def test_a_rule_that_hung_once_is_not_run_again(
    write_plugin: WritePlugin, school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five hundred workbooks must not wait five hundred times."""
    monkeypatch.setattr(isolation, "SECONDS", 0.3)
    tally = tmp_path / "tally"
    hangs = f"def check(u, c):\n    open({str(tally)!r}, 'a').write('x')\n    while True: pass\n"
    bad = write_plugin("bad", FUNCTION_RULE, hangs)
    loaded = load_plugins([bad], only=["bad"])
    profile = build(loaded.ruleset.thresholds)
    judge(school(FACTS), loaded.ruleset, profile)
    report = judge(school(FACTS), loaded.ruleset, profile)
    assert tally.read_text() == "x"
    assert "此前运行超时" in report.errors[0].message


def test_rules_run_from_several_threads_and_in_another_process(
    write_plugin: WritePlugin, school: School
) -> None:
    """As Dask does it: threads share the plugins, processes get their own."""
    import pickle
    from concurrent.futures import ThreadPoolExecutor

    code = "import time\ndef check(u, c):\n    time.sleep(0.01)\n    yield c.passed(u.label)\n"
    folder = write_plugin("calm", FUNCTION_RULE, code)
    ruleset = load_plugins([folder], only=["calm"]).ruleset
    sent = pickle.loads(pickle.dumps(ruleset))
    submission = school(FACTS)
    with ThreadPoolExecutor(4) as pool:
        reports = list(
            pool.map(lambda each: judge(submission, each, build(())), [ruleset, sent] * 8)
        )
    assert [report.errors for report in reports] == [()] * 16
    assert {verdict.message for report in reports for verdict in report.verdicts} == {"全校"}


def test_what_a_plugin_prints_does_not_reach_our_output(
    write_plugin: WritePlugin, school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    """A JSON report stays a JSON report."""
    code = "def check(unit, context):\n    print('x' * 10**6)\n    yield context.passed('好')\n"
    noisy = write_plugin("noisy", FUNCTION_RULE, code)
    loaded = load_plugins([noisy], only=["noisy"])
    report = judge(school(FACTS), loaded.ruleset, build(loaded.ruleset.thresholds))
    assert [verdict.outcome for verdict in report.verdicts] == [Outcome.PASS]
    assert capsys.readouterr().out == ""


def test_a_plugin_cannot_change_the_submission(write_plugin: WritePlugin, school: School) -> None:
    """Rules are pure: what one tries to write, the next does not see."""
    code = "def check(unit, context):\n    unit.ref.label = 'x'\n    yield context.passed('好')\n"
    bad = write_plugin("bad", FUNCTION_RULE + GOOD_RULE, code)
    loaded = load_plugins([bad], only=["bad"])
    report = judge(school(FACTS), loaded.ruleset, build(loaded.ruleset.thresholds))
    assert "AttributeError" in report.errors[0].message
    assert [verdict.unit.label for verdict in report.verdicts] == ["全校"]


BAD_MANIFESTS: list[tuple[str, str, list[str]]] = [
    ("not TOML", "[plugin\nid = 3", ["第 1 行", "不是合法的 TOML"]),
    ("empty", "", ["缺少 [plugin] 一节：写明 id、title、version、api_version"]),
    (
        "no version",
        '[plugin]\nid = "bad"\ntitle = "x"\napi_version = 1\n',
        ["plugin 的 version：缺少这一项"],
    ),
    (
        "misspelt key",
        '[plugin]\nid="bad"\ntitle="x"\nversion="1"\napi_version=1\nautor="我"\n',
        ["plugin 的 autor：没有这样的项"],
    ),
    ("wrong type", '[plugin]\nid="bad"\ntitle=3\nversion="1"\napi_version=1\n', ["title", "文字"]),
]


def bad_rule(text: str) -> str:
    return (
        '[plugin]\nid="bad"\ntitle="x"\nversion="1"\napi_version=1\n[families]\nBAD="坏"\n[[rules]]\n'
        'id="BAD1"\ntitle="题"\nseverity="hard"\ntemplates=["small"]\n' + text
    )


BAD_MANIFESTS += [
    ("unknown kind", bad_rule('kind="magic"\n'), ["规则 BAD1 的 kind", "magic", "indicator"]),
    ("missing key", bad_rule('kind="relation"\n'), ["规则 BAD1 的 check：缺少这一项"]),
    (
        "foreign key",
        bad_rule('kind="relation"\ncheck="a.b > 1"\nthreshhold="X"\n'),
        ["规则 BAD1 的 threshhold：没有这样的项"],
    ),
    (
        "bad expression",
        bad_rule('kind="relation"\ncheck="a.b > "\n'),
        ["规则 BAD1 的 check", "第", "^"],
    ),
    (
        "forbidden expression",
        bad_rule('kind="relation"\ncheck="__import__(\'os\') == 1"\n'),
        ["没有函数 __import__"],
    ),
    (
        "bad pattern",
        bad_rule('kind="pattern"\nfield="a.b"\npattern="("\nform="x"\n'),
        ["pattern", "正则"],
    ),
    (
        "bad severity",
        bad_rule('kind="relation"\ncheck="a.b>1"\n').replace('"hard"', '"deadly"'),
        ["规则 BAD1 的 severity", "deadly", "hard"],
    ),
    (
        "foreign family",
        bad_rule('kind="relation"\ncheck="a.b>1"\n').replace('id="BAD1"', 'id="RES1"'),
        ["规则 RES1", "前缀 RES", "BAD"],
    ),
    (
        "bad id",
        bad_rule('kind="relation"\ncheck="a.b>1"\n').replace('id="BAD1"', 'id="bad-1"'),
        ["bad-1", "写法不对"],
    ),
    (
        "unknown document",
        bad_rule('kind="relation"\ncheck="a.b>1"\nsources=[{document="nope"}]\n'),
        ["[documents.nope]"],
    ),
    (
        "row without table",
        bad_rule('kind="relation"\ncheck="a.b>1"\nscope="row"\n'),
        ["table", "row"],
    ),
    (
        "one id twice",
        bad_rule('kind="relation"\ncheck="a.b>1"\n')
        + '[[rules]]\nid="BAD1"\ntitle="题"\nseverity="hard"\ntemplates=["small"]\n'
        'kind="relation"\ncheck="a.b>2"\n',
        ["规则 BAD1", "编号重复"],
    ),
    (
        "limit without value",
        '[plugin]\nid="bad"\ntitle="x"\nversion="1"\napi_version=1\n[[thresholds]]\nid="X1"\n',
        ["限值 X1", "value"],
    ),
]


@pytest.mark.parametrize(
    ("text", "words"),
    [(text, words) for _, text, words in BAD_MANIFESTS],
    ids=[name for name, *_ in BAD_MANIFESTS],
)
def test_a_bad_manifest_is_refused_with_rule_key_and_expectation(
    write_plugin: WritePlugin, school: School, tmp_path: Path, text: str, words: list[str]
) -> None:
    """And costs only its own plugin."""
    folder = tmp_path / "plugins" / "bad"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(text, "utf-8")
    good = write_plugin("good")
    loaded = load_plugins([folder, good], only=["bad", "good"])
    (error,) = loaded.errors
    assert error.plugin == "bad"
    assert error.rule is None
    assert error.where == str(folder / "plugin.toml")
    for word in words:
        assert word in error.message
    report = judge(school(FACTS), loaded.ruleset, build(()))
    assert [verdict.rule for verdict in report.verdicts] == ["GOOD1"]


def the_error(loaded: Plugins) -> RuleError:
    (error,) = loaded.errors
    return error


@pytest.mark.parametrize(("version", "advice"), [("99", "升级校验程序"), ("0", "较新的版本")])
def test_another_api_version_is_refused_with_what_to_do(
    write_plugin: WritePlugin, version: str, advice: str
) -> None:
    folder = write_plugin("other", version=version)
    error = the_error(load_plugins([folder], only=["other"]))
    assert error.plugin == "other"
    assert f"第 {version} 版接口" in error.message
    assert advice in error.message


def test_a_missing_dependency_is_named_before_anything_is_imported(
    write_plugin: WritePlugin, school: School
) -> None:
    """Its data rules still run."""
    folder = write_plugin(
        "needy",
        GOOD_RULE + FUNCTION_RULE,
        "raise AssertionError('imported')\n",
        head='requires = ["no_such_package_here"]',
    )
    loaded = load_plugins([folder], only=["needy"])
    report = judge(school(FACTS), loaded.ruleset, build(()))
    assert [verdict.rule for verdict in report.verdicts] == ["NEEDY1"]
    assert report.errors[0].message == "缺少它需要的 Python 包 no_such_package_here"


def test_two_plugins_with_one_rule_id_are_both_refused_naming_both(
    write_plugin: WritePlugin, school: School
) -> None:
    """Nobody can say which one was meant; a third plugin is not touched."""
    one = write_plugin("one", family="SAME")
    two = write_plugin("two", family="SAME")
    three = write_plugin("three")
    loaded = load_plugins([one, two, three], only=["one", "two", "three"])
    assert {error.plugin for error in loaded.errors} == {"one", "two"}
    for error in loaded.errors:
        assert "规则编号 SAME1" in error.message
        assert ("two（" if error.plugin == "one" else "one（") in error.message
    assert [rule.id for rule in loaded.ruleset] == ["THREE1"]


def test_a_folder_without_plugin_is_said(tmp_path: Path) -> None:
    """And so is one that does not exist, and a plugin that is asked for but not there."""
    (tmp_path / "empty").mkdir()
    loaded = load_plugins([tmp_path / "empty"], only=["empty"])
    assert "没有 plugin.toml" in the_error(loaded).message
    loaded = load_plugins([tmp_path / "gone"], only=["gone"])
    assert "没有这个文件夹" in the_error(loaded).message
    assert the_error(load_plugins([], only=["nobody"])).message == "没有找到这个插件"


def test_a_rule_for_a_field_the_form_lacks_is_the_author_s_error(
    write_plugin: WritePlugin, school: School
) -> None:
    """Never a finding about the school."""
    rule = GOOD_RULE.replace("teachers.full_time", "teachers.fulltime")
    folder = write_plugin("typo", rule)
    loaded = load_plugins([folder], only=["typo"])
    report = judge(school(FACTS), loaded.ruleset, build(()))
    assert report.verdicts == ()
    assert report.errors[0].rule == "TYPO1"
    assert "没有字段 teachers.fulltime" in report.errors[0].message


@pytest.mark.parametrize("workers", ["1", "2"])
def test_threads_that_a_plugin_leaves_behind_do_not_keep_the_command_from_ending(
    write_plugin: WritePlugin, tmp_path: Path, workers: str
) -> None:
    code = (
        "import threading, time\ndef check(unit, context):\n"
        "    threading.Thread(target=time.sleep, args=(300,)).start()\n"
        "    yield context.passed('好')\n"
    )
    rule = FUNCTION_RULE.replace('["small"]', '["compulsory_school"]')
    folder = write_plugin("bad", rule, code)
    forms = next((ROOT / "workbook_templates" / "compulsory_school").glob("*.xlsx"))
    for number in range(2):
        (tmp_path / f"{number}.xlsx").write_bytes(forms.read_bytes())
    command = [sys.executable, "-m", "checker.cli.main", "check", str(tmp_path), "--no-mark"]
    done = subprocess.run(
        [*command, "--no-cache", "--workers", workers, "--plugin-dir", str(folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=200,
    )
    assert "已校验 2 个" in done.stdout and "Traceback" not in done.stderr


def test_a_thread_left_behind_can_neither_end_the_program_nor_print(
    write_plugin: WritePlugin, tmp_path: Path
) -> None:
    """It goes on after the call is over, when nobody watches it any more."""
    bad = write_plugin(
        "bad",
        code="import os, threading, time\n"
        "from checker.api import hookimpl\n"
        "def late(end):\n"
        "    time.sleep(0.1)\n"
        "    end()\n"
        "@hookimpl\n"
        "def checker_profiles():\n"
        "    for end in (lambda: os._exit(9), lambda: 1 / 0):\n"
        "        threading.Thread(target=late, args=(end,)).start()\n"
        "    return []\n",
        head='hooks = ["checker_profiles"]',
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import pathlib, sys, time\n"
            "from checker.plugins.loading import load_plugins\n"
            "plugins = load_plugins([pathlib.Path(sys.argv[1])], only=['bad'])\n"
            "assert plugins.code.hook('bad', 'checker_profiles') == []\n"
            "time.sleep(0.5)\n"
            "print('over')\n",
            str(bad),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CHECKER_LOG_DIR": str(tmp_path / "log")},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "over\n", "")
    assert "ZeroDivisionError" in next((tmp_path / "log").iterdir()).read_text("utf-8")
