"""学前普及普惠：规则的测试。夹具由 checker 提供，不必导入。"""

import pytest

SMALL = {"grade": "小班", "name": "小一班", "boys": 13, "girls": 12, "total": 25}
MIDDLE = {"grade": "中班", "name": "中一班", "boys": 15, "girls": 15, "total": 30}


def test_examples(rule_example):
    """plugin.toml 里的每个例子都真的填进表里判断一次。"""
    assert rule_example.problem == ""


@pytest.mark.parametrize(
    ("children", "due"), [(0, 30_000), (59, 30_000), (60, 30_000), (61, 30_500), (300, 150_000)]
)
def test_funds_of_small_kindergartens(check_rule, children, due):
    """不足60人按60人算：差一元也不够。"""
    facts = {"kindergarten.nature": "1", "children.total": children}
    assert check_rule("PRE8b", {**facts, "money.public_funds": due}).outcome == "pass"
    short = check_rule("PRE8b", {**facts, "money.public_funds": due - 1})
    assert (short.outcome, short.gap) == ("unmet", "缺 1 元")


@pytest.mark.parametrize(
    ("grade", "most"), [("小班", 25), ("中班", 30), ("大班", 35), ("混龄班", 30)]
)
def test_class_sizes_by_age(check_rule, grade, most):
    """每个年龄班有自己的上限。"""
    for total, outcome in ((most, "pass"), (most + 1, "unmet")):
        row = {"grade": grade, "name": "一班", "boys": 10, "girls": total - 10, "total": total}
        assert check_rule("PRE4", {}, tables={"classes": [row]}).outcome == outcome


def test_two_verdicts_of_one_function(check_rule):
    """每班两教一保：教师够、保育员不够，各有各的结论和位置。"""
    found = check_rule(
        "PRE116", {"class_count.total": 4, "teachers.full_time": 8, "staff.nurses": 2}
    )
    assert [(item.outcome, item.at[0].field) for item in found.verdicts] == [
        ("pass", "teachers.full_time"),
        ("unmet", "staff.nurses"),
    ]


def test_henan_asks_for_more(check_rule):
    """口径只改数字。"""
    facts = {"children.total": 8600, "population.preschool": 10_000}
    assert check_rule("PRE1", facts).outcome == "pass"
    assert check_rule("PRE1", facts, profile="preschool_henan").outcome == "unmet"


def test_what_the_clerk_sees(marked_workbook):
    """真的生成工作簿、填数、校验、着色。"""
    book = marked_workbook(
        {"children.total": 60, "children.small": 25, "children.middle": 30}
        | {"children.large": 0, "children.mixed": 0},
        {"classes": [SMALL, MIDDLE]},
        template="kindergarten",
    )
    assert book.colour("children.total") == "FFC7CE"
    note = book.note("children.total")
    assert note.startswith("不通过")
    assert "校验结果" in note  # 一格里有几条时，其余的在“校验结果”表
    results = str(book.result_rows)
    assert "PRE101" in results
    assert "PRE103" in results
    assert "全园" in results
