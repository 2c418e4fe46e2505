"""Which kinds of rule there are and which keys each takes in plugin.toml: the one list that
checking of manifests, the published JSON Schema and the documentation are made from."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Takes(StrEnum):
    """What the value of a key must be."""

    EXPRESSION = "expression"
    EXPRESSIONS = "expressions"  # a list of them
    FIELD = "field"  # a field id, or table.column in row scope
    THRESHOLD = "threshold"  # id of a threshold
    LIMIT = "limit"  # id of a threshold, or an expression
    COMPARE = "compare"  # ">=" "<=" ">" "<" "=="
    TEXT = "text"
    WHOLE = "whole"  # a whole number
    TEXTS = "texts"  # a list of them
    NUMBER = "number"
    GAP = "gap"  # { unit = "名", noun = "…", whole = true }
    CODE_LIST = "code_list"
    PATTERN = "pattern"  # a regular expression
    ALGORITHM = "algorithm"
    TABLE = "table"
    COLUMNS = "columns"  # ids of columns of a table
    RULES = "rules"  # ids of rules
    ITEMS = "items"  # the same; several that make one item are joined: "GOV3c + GOV3d"
    RULE = "rule"  # id of one rule
    PER = "per"  # "stage" or "submission"
    FUNCTION = "function"  # name of a function in the plugin's rules.py
    TRUTH = "truth"  # true or false


class Key(Struct, frozen=True):
    """One key of a kind. ``help`` says what it is for (Chinese, for authors)."""

    name: str
    takes: Takes
    required: bool
    help: str


class Kind(Struct, frozen=True):
    """One kind of rule and the keys it takes beside those every rule has."""

    title: str
    keys: tuple[Key, ...]


COLLECTION_KINDS = frozenset(
    {
        "dispersion",
        "dispersion_mean",
        "dispersion_claim",
        "share",
        "pass_share",
        "total",
        "outlier",
        "cohort",
    }
)
"""Kinds that need many submissions together; a function may have scope = "collection" too."""

COMPARES = (">=", "<=", ">", "<", "==")
ALGORITHMS = ("uscc", "id_card", "org_code")
"""A closed list: each is a national standard, and its faults are told in its own words."""


def _must(name: str, takes: Takes, help_text: str) -> Key:
    return Key(name, takes, True, help_text)


def _may(name: str, takes: Takes, help_text: str) -> Key:
    return Key(name, takes, False, help_text)


_PART = _may("part", Takes.EXPRESSION, "只看字段的一段，如 mid(school.code, 7, 3)（默认整个值）")
_DIGITS = _may("digits", Takes.WHOLE, "显示几位小数（默认 2），不影响比较")
_PER = _may("per", Takes.PER, "每校按学段（stage，默认）还是按全校（submission）取数")
_GAP = _may("gap", Takes.GAP, "差多少怎么说：{ unit = '名', noun = '专任教师', whole = true }")

KINDS: dict[str, Kind] = {
    "indicator": Kind(
        "指标",
        (
            _must("numerator", Takes.EXPRESSION, "分子"),
            _may("denominator", Takes.EXPRESSION, "分母；为 0 时不适用"),
            _may("scale", Takes.NUMBER, "乘数，如每百名学生为 100（默认 1）"),
            _must("unit", Takes.TEXT, "指标的单位"),
            _DIGITS,
            _must("compare", Takes.COMPARE, "与限值怎样比较"),
            _must("threshold", Takes.THRESHOLD, "限值的编号"),
            _GAP,
        ),
    ),
    "relation": Kind(
        "关系",
        (_must("check", Takes.EXPRESSION, "应当成立的表达式"), _DIGITS, _GAP),
    ),
    "sum": Kind(
        "合计",
        (
            _must("total", Takes.EXPRESSION, "合计"),
            _must("parts", Takes.EXPRESSIONS, "各部分"),
            _may("tolerance", Takes.LIMIT, "允许的误差（默认 0）"),
        ),
    ),
    "table_sum": Kind(
        "表内合计",
        (
            _must("total", Takes.FIELD, "合计一行的字段"),
            _must("parts", Takes.EXPRESSIONS, "各部分的字段，同一张表的几行"),
            _may("columns", Takes.COLUMNS, "核对哪几栏（默认合计一行的各栏）"),
            _may("total_column", Takes.TEXT, "合计一栏；写了它就每一行再核对一遍横向合计"),
            _may("part_columns", Takes.COLUMNS, "横向相加的各栏"),
        ),
    ),
    "score_table": Kind(
        "评分表",
        (
            _must("section", Takes.FIELD, "明细表中写着各项属于哪一部分的一列，如 items.section"),
            _must("columns", Takes.COLUMNS, "明细表中要加的各列，如分值、自评分"),
            _must("sections", Takes.EXPRESSIONS, "各部分的字段，写在另一张表上"),
            _must("codes", Takes.TEXTS, "与 sections 一一对应，明细表中这一部分的代码"),
            _must("stated", Takes.TEXTS, "与 columns 一一对应，各部分的字段的哪一栏"),
        ),
    ),
    "subset": Kind(
        "包含",
        (
            _must("whole", Takes.EXPRESSION, "总体"),
            _must("parts", Takes.EXPRESSIONS, "不能超过总体的各项"),
        ),
    ),
    "code": Kind(
        "代码",
        (
            _must("field", Takes.FIELD, "填代码的字段"),
            _must("list", Takes.CODE_LIST, "代码表"),
            _PART,
        ),
    ),
    "pattern": Kind(
        "格式",
        (
            _must("field", Takes.FIELD, "字段"),
            _must("pattern", Takes.PATTERN, "整个值须匹配的正则表达式"),
            _must("form", Takes.TEXT, "格式用文字怎么说"),
        ),
    ),
    "check_digit": Kind(
        "校验码",
        (
            _must("field", Takes.FIELD, "字段"),
            _must(
                "algorithm",
                Takes.ALGORITHM,
                "uscc 统一社会信用代码；id_card 公民身份号码；org_code 组织机构代码",
            ),
            _PART,
        ),
    ),
    "range": Kind(
        "范围",
        (
            _must("value", Takes.EXPRESSION, "要看的值"),
            _may("minimum", Takes.LIMIT, "下限"),
            _may("maximum", Takes.LIMIT, "上限"),
            _may("unit", Takes.TEXT, "单位（默认取字段的单位）"),
            _DIGITS,
            _GAP,
        ),
    ),
    "growth": Kind(
        "增长率",
        (
            _must("current", Takes.EXPRESSION, "本期数"),
            _must("previous", Takes.EXPRESSION, "上期数"),
            _may("claimed", Takes.FIELD, "填报的增长率（%）"),
            _may("compare", Takes.COMPARE, "增长率与限值怎样比较"),
            _may("threshold", Takes.THRESHOLD, "增长率的限值（%）"),
            _DIGITS,
        ),
    ),
    "claim": Kind(
        "自报核对",
        (
            _must("claimed", Takes.EXPRESSION, "自报的结论（增长率、占比、差额、人均数等）"),
            _must("value", Takes.EXPRESSION, "按表中的数重新计算的算式"),
            _may("unit", Takes.TEXT, "结论的单位（默认取自报一格的单位）"),
            _may("named", Takes.FIELD, "明细表中写着结论叫什么的一列（默认用自报一格的名称）"),
            _may("slips", Takes.EXPRESSIONS, "常见错法的算式；得数与自报相同时说出来"),
            _may("slip_names", Takes.TEXTS, "与 slips 一一对应，“可能是……”后面的话"),
            _DIGITS,
        ),
    ),
    "year_on_year": Kind(
        "与上年比",
        (
            _must("field", Takes.FIELD, "字段"),
            _must("compare", Takes.COMPARE, "本年数与上年数怎样比较"),
            _may("within", Takes.THRESHOLD, "允许变动的幅度（%）；填了它就只看幅度"),
        ),
    ),
    "composite": Kind(
        "综合",
        (
            _must("of", Takes.ITEMS, "由哪些规则组成；几条规则合为一项写作 'A + B'"),
            _must("at_least", Takes.THRESHOLD, "至少几项达标"),
            _may("floor", Takes.THRESHOLD, "未达标的项至少达到各自限值的多少"),
        ),
    ),
    "unique": Kind(
        "不重复",
        (
            _must("table", Takes.TABLE, "表"),
            _must("columns", Takes.COLUMNS, "合起来不能重复的列"),
        ),
    ),
    "function": Kind(
        "函数",
        (
            _must("function", Takes.FUNCTION, "rules.py 中的函数名"),
            _may("inputs", Takes.EXPRESSIONS, "用到的字段"),
        ),
    ),
    "form": Kind("表式", ()),
    "dispersion": Kind(
        "差异系数",
        (
            _must("numerator", Takes.EXPRESSION, "每校的分子"),
            _must("denominator", Takes.EXPRESSION, "每校的分母（加权用的学生数）"),
            _may("scale", Takes.NUMBER, "乘数（默认 1）"),
            _may("threshold", Takes.THRESHOLD, "差异系数的上限；没有则只供综合差异系数使用"),
            _may("indicator", Takes.RULE, "比的是哪一项指标；它不适用的学校不参加比较"),
            _may("standard", Takes.THRESHOLD, "指标自身的限值，用来算“若补齐”"),
            _may("unit", Takes.TEXT, "每校数值的单位"),
            _PER,
        ),
    ),
    "dispersion_mean": Kind(
        "综合差异系数",
        (
            _must("of", Takes.RULES, "取哪几项差异系数的平均（dispersion 规则的编号）"),
            _must("threshold", Takes.THRESHOLD, "平均值的上限"),
        ),
    ),
    "dispersion_claim": Kind(
        "自报差异系数",
        (
            _must("of", Takes.RULES, "哪一项差异系数（dispersion 规则的编号）；几项则比它们的平均"),
            _must("against", Takes.EXPRESSION, "县级自查表中自报的值"),
        ),
    ),
    "share": Kind(
        "占比",
        (
            _must("part", Takes.EXPRESSION, "符合条件的量；条件表达式则成立计一"),
            _may("whole", Takes.EXPRESSION, "总量；没有则每个单元计一"),
            _may("compare", Takes.COMPARE, "占比（%）与限值怎样比较（默认 <=）"),
            _may("threshold", Takes.THRESHOLD, "占比的限值（%）；没有则只报数"),
            _may("unit", Takes.TEXT, "单位"),
            _PER,
        ),
    ),
    "pass_share": Kind(
        "达标占比",
        (
            _must("of", Takes.RULES, "这些规则都通过的单元计一，都不适用的不计"),
            _may("compare", Takes.COMPARE, "占比（%）与限值怎样比较（默认 <=）"),
            _may("threshold", Takes.THRESHOLD, "占比的限值（%）；没有则只报数"),
            _PER,
        ),
    ),
    "total": Kind(
        "汇总核对",
        (
            _must("value", Takes.EXPRESSION, "每校的值"),
            _must("against", Takes.EXPRESSION, "县级自查表中的值"),
            _may("tolerance", Takes.THRESHOLD, "允许的误差（默认 0）"),
            _may("unit", Takes.TEXT, "单位"),
            _PER,
        ),
    ),
    "outlier": Kind(
        "离群",
        (
            _must("numerator", Takes.EXPRESSION, "每校的分子"),
            _may("denominator", Takes.EXPRESSION, "每校的分母"),
            _may("scale", Takes.NUMBER, "乘数（默认 1）"),
            _must("reach", Takes.THRESHOLD, "超出中间一半学校跨度的几倍算离群"),
            _may("fewest", Takes.THRESHOLD, "至少几所学校才判断（默认 8）"),
            _may("indicator", Takes.RULE, "比的是哪一项指标；它不适用的学校不参加比较"),
            _may("unit", Takes.TEXT, "单位"),
            _PER,
        ),
    ),
    "cohort": Kind(
        "同一批学生",
        (
            _must("value", Takes.EXPRESSION, "今年的人数"),
            _must("earlier", Takes.EXPRESSION, "去年的表里同一批学生的人数"),
            _must("within", Takes.THRESHOLD, "允许变动的幅度（%）"),
            _may("fewest", Takes.THRESHOLD, "去年至少多少人才判断（默认 0）"),
            _may("unit", Takes.TEXT, "单位"),
            _PER,
        ),
    ),
}
