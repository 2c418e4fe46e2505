"""Words by which the parts of a form are known that nobody described: what heads labels, numbers
and remarks, what names a school, years and headings."""

from __future__ import annotations

import re
from pathlib import Path

from checker import toml_files
from checker.forms.plain_text import TOTAL_WORDS, squeeze
from checker.toml_files import texts

WORDS = toml_files.parse(Path(__file__).with_name("printed_words.toml"))
"""Words by which the parts of a form are known."""

LABEL_WORDS = texts(WORDS["labels"])
HEADS_LABELS = re.compile("项目|指标|类别|科目|名称|内容")
"""In the header over the labels of a table."""
_NAME_OF_UNIT = re.compile(
    r"(?:(?:填报|填表|编制|申报|报送|上报|受检|被查)?(?:学校|单位|幼儿园|园所|机构|院校)"
    r"(?:\((?:机构|园|园所|点)\)|/?幼儿园|\(幼儿园\))?|校|园)(?:名称|全称|名)?|学校、幼儿园(?:名称)?"
)
"""The label of the name of the school that fills a form in, without brackets behind it."""
BUDGET_UNITS = texts(WORDS["budget_units"])
"""Labels of the name of the school on the forms of a budget, where a school stands behind them."""
_BARE_NAMES = ("校", "园", "园所", "机构", "院校")
_SCHOOL = re.compile(
    r".{1,24}(?:学校|小学|中学|幼儿园|中心校|教学点|完小|初中|高中|职高|职教中心|[一二三四五六七八九十]"
    r"[小中幼]|[校分]部|校区)"
)
"""What a school is called."""
PERSON_WORDS = texts(WORDS["people"])
ENTRY_WORDS = texts(WORDS["entries"])
"""Over a column of entries of a list, whose rows are not the same in every copy."""
ENTRY = re.compile(r"(?<!指标)(?<!项目)名称$|日期|时间|姓名")
"""In the header over labels that are likely entries of a list, no printed words."""
STANDARD = re.compile("标准|应配|规定数|要求数|配备要求")
"""In the header over figures that are printed: the names beside them are too."""
CODE_OF_UNIT = texts(WORDS["codes_of_school"])
OWN_WORDS = (*CODE_OF_UNIT, "办学类型")
"""Labels of what says whose form it is; their value may stand beside them without a colon."""
CODE_WORDS = texts(WORDS["codes"])
ORDINAL_WORDS = texts(WORDS["ordinals"])
"""Over the numbers of entries; those of 行次 are printed."""
SIGN_WORDS = texts(WORDS["signs"])
"""What begins the row of signs below a header: 甲 乙 1 2 3."""
REMARK_WORDS = texts(WORDS["remarks"])
TOTALS = TOTAL_WORDS | {"计"}
"""What a column or a row is called that is the sum of others."""
YEAR = re.compile(r"(?<![0-9.])(20[0-9]{2})(?![0-9])年?")
_ANY_YEAR = re.compile(
    r"(?<![0-9])20[0-9]{2}(?:[-—~至/]+20[0-9]{2})?(?:学年度|学年|年度|年|级|届)?"
)
_EDGES = re.compile(r"^[)\]\-—~至:、 ]+|[(\[\-—~至:、 ]+$")
"""What is left over at the edges of a text from which a year was taken."""
HEADING = re.compile(
    r"[(第]?[一二三四五六七八九十]+(?:[)、.]|部分|页)|第\d+(?:页|部分)|续表|表[一二三四五六七八九十\d]|.*表$"
)
"""How a heading of a table begins, or ends."""


def names_unit(text: str) -> bool:
    """Whether a label or header asks for the name of the school."""
    bare = re.sub(
        r"\((?:盖章|公章|章|签章|全称|园)\)", "", squeeze(text).rpartition("/")[2]
    ).rstrip(":")
    return bare not in _BARE_NAMES and _NAME_OF_UNIT.fullmatch(bare) is not None


def is_school(text: object) -> bool:
    """Whether a text looks like the name of a school."""
    return _SCHOOL.fullmatch(squeeze(text)) is not None


def without_brackets(text: str) -> str:
    """A label without the brackets at its end: 学校名称 of 学校名称(盖章)."""
    return re.sub(r"\(.*\)$", "", text)


def without_year(text: str) -> str:
    """The longest part of a heading before or behind a year, that is no school's name."""
    parts = [_EDGES.sub("", part) for part in _ANY_YEAR.split(text)]
    return max((part for part in parts if not is_school(part)), key=len, default="")


def school_at_start(title: str) -> str:
    """The name of a school at the beginning of a title; "" for none."""
    end = re.search(r"\(([^()]+)\)$", title)
    if end is not None and is_school(end[1]) and not _GENERAL.fullmatch(end[1]):
        return end[1]
    start = re.split(r"[\d()—]", title)[0]
    names = [start[:at] for at in range(3, len(start) + 1) if is_school(start[:at])]
    names = [name for name in names if not name.endswith("小学校")]
    return next((name for name in reversed(names) if not _GENERAL.fullmatch(name)), "")


_GENERAL = re.compile(
    r".*(?:全[县市区省]|义务教育|中小|普通|农村|城[区乡镇]|各|[××*X]+[县市区].{0,4}|秋季|春季|学期|民办|公办)"
    r"(?:学校|小学|中学|幼儿园|高中|初中|完小|教学点)"
)
