"""Types, units and column ids guessed from what is printed and typed on a form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from checker.authoring.printed_tables import Leaf
from checker.authoring.printed_units import (
    COUNTED_ALONE,
    UNIT_WORDS,
    UNITS,
    is_figure,
    one_unit,
    unit_behind,
    unit_of,
)
from checker.authoring.printed_words import WORDS, YEAR, without_brackets
from checker.forms.adopted_cells import CROSSES, TICKS
from checker.forms.header_paths import YEARS, printed_text
from checker.forms.ledger_rows import MEAN, SHARE
from checker.forms.plain_text import is_nothing, squeeze
from checker.model.snapshot import Snapshot
from checker.toml_files import strings, texts

_STAGES = strings(WORDS["stages"])
_YEAR_WORDS = {
    **dict.fromkeys(texts(WORDS["this_year"]), "whole"),
    **dict.fromkeys(texts(WORDS["last_year"]), "whole.previous"),
}

_CODED = re.compile(
    r"(?:证|卡|账|帐|编|代|票|文|档案|合同|批|户|车牌|统一社会信用代)(?:号|码)|号码|标识码|电话|手机|邮编|邮政编码|"
    r"代码|账户|传真|身份证"
)
"""In the label of what is written in digits and no number."""
_SIGNED = re.compile(r"差额|增减|超编|缺编|余缺|盈亏|结余|净增")
"""In the label of a figure that may be below zero."""
_COUNT = re.compile(r"(?<![参级指])数量?(?:\(.{1,4}\))?$")
"""At the end of the label of a number that nobody filled in yet."""


def edition_of(snapshot: Snapshot, above: Mapping[str, int]) -> str:
    """The year that a form is of: the first one printed above its tables (``above``: by sheet, the
    first row of the first table), else the latest in a header, else that of the file's name."""
    for title, sheet in snapshot.sheets.items():
        lines = sheet.rows[: max(above.get(title, 9) - sheet.origin[0], 0)]
        for found in (_years(lines[:2]), _years(lines)):
            if found:
                return found[0]
    headers = [
        year
        for title, sheet in snapshot.sheets.items()
        for start in [max(above.get(title, 1) - sheet.origin[0], 0)]
        for year in (
            *_years(sheet.rows[start : start + 3]),
            *_typed_years(sheet.rows[start : start + 1]),
        )
    ]
    dates = [
        year
        for sheet in snapshot.sheets.values()
        for line in sheet.rows
        for at, value in enumerate(line)
        if isinstance(value, str) and re.search("日期|时间|年度|学年", value)
        for year in _years([line[at : at + 2]])
    ]
    return max(headers, default="") or max(dates, default=next(iter(_years([[snapshot.name]])), ""))


def _typed_years(lines: Iterable[Iterable[object]]) -> list[str]:
    """The years typed as numbers in a header."""
    return [printed_text(value) for line in lines for value in line if value in YEARS]


def _years(lines: Iterable[Iterable[object]]) -> list[str]:
    return [
        match[1]
        for line in lines
        for value in line
        if isinstance(value, str)
        for match in YEAR.finditer(value)
    ]


def column_ids(leaves: Sequence[Leaf]) -> list[tuple[str, str, str, str]]:
    """(column id, stage, its title, year) of the columns of a grid, by the words of their paths."""
    if len(leaves) == 1:
        return [("whole", "", "", "")]
    words = [_YEAR_WORDS.get(squeeze(leaf.path)) for leaf in leaves]
    if sorted(word for word in words if word) == ["whole", "whole.previous"]:
        return [(word or f"c{at}", "", "", "") for at, word in enumerate(words, 1)]
    years = sorted({m[1] for leaf in leaves if (m := YEAR.search(leaf.path))}, reverse=True)
    found: list[tuple[str, str, str, str]] = []
    used: set[str] = set()
    for number, leaf in enumerate(leaves, 1):
        parts = leaf.path.split("/")
        stage, title = next(((name, part) for part in parts if (name := _stage(part))), ("", ""))
        match = YEAR.search(leaf.path)
        year = match[1] if match else ""
        base = stage or "whole"
        if year and years and year != years[0]:
            previous = len(years) > 1 and year == years[1]
            base = f"{base}.previous" if previous else f"{base}_{year}"
        if base in used or (not stage and not year):
            base = f"c{number}"
            stage = ""
        used.add(base)
        found.append((base, stage, title if stage else "", year))
    return found


def _stage(part: str) -> str:
    """The stage that a part of a header names and nothing else: 小学, 初中部."""
    bare = re.sub(r"(部|段|学段|阶段)$", "", squeeze(part))
    return _STAGES.get(bare, "")


def holds_units(leaf: Leaf) -> bool:
    """Whether a column says the units of its rows, by its header or by what stands in it."""
    held = {squeeze(value) for value in leaf.values if value not in (None, "")}
    return held <= UNITS if held else leaf.is_called(UNIT_WORDS)


def type_of(values: Iterable[object], unit: str, label: str = "") -> str:
    """The type that fits nearly everything that stands there; money and areas may have decimals,
    what is called a code or a number to call is text."""
    held = [value for value in values if value not in (None, "") and not _is_none(value)]
    if unit in ("㎡", "平方米", "m2", "元", "万元", "亩"):
        return "amount"
    if _CODED.search(squeeze(label)):
        return "text"
    figures = [value for value in held if is_figure(value) and not isinstance(value, date)]
    shares = [value for value in figures if isinstance(value, str) and "%" in value]
    if figures and (unit == "%" or shares) and len(figures) >= 0.8 * len(held):
        return "percent"
    numbers = [
        value if isinstance(value, int | float) else float(squeeze(value).replace(",", ""))
        for value in (*figures, *_with_unit(held, unit))
        if value not in shares
    ]
    if held and len(numbers) >= 0.8 * len(held):
        whole = all(value == int(value) and value >= 0 for value in numbers)
        if whole and SHARE.search(squeeze(label)):
            return "amount"
        if whole and _SIGNED.search(squeeze(label)):
            return "signed"
        return "count" if whole else "signed" if any(v < 0 for v in numbers) else "amount"
    texts = [squeeze(value) for value in held if isinstance(value, str)]
    months = [t for t in texts if re.fullmatch(r"(19|20)[0-9]{2}[.\-/年]?[0-9]{1,2}月?", t)]
    dates = sum(isinstance(value, date) for value in held)
    if held and len(months) + dates >= 0.9 * len(held):
        return "month" if months else "date"
    if texts and set(texts) <= {"是", "否"}:
        return "flag"
    if not held and re.match(r"(?:是否|有无)\D", squeeze(label)):
        return "flag"
    if not held and _SIGNED.search(squeeze(label)) and not _PERCENT.search(squeeze(label)):
        return "signed"
    if not held and MEAN.search(label):
        return "amount"
    if not held and (unit or _COUNT.search(squeeze(label).rpartition("/")[2])):
        return "percent" if unit == "%" else "count"
    return "text"


def blank_type(header: str, label: str, kind: str, totals: bool) -> str:
    """The type of a cell of a grid that nobody filled in yet, by the header over it and its label;
    ``kind``: what its words alone say; ``totals``: whether rows or columns of the grid are totals.
    Words where nothing says that figures are asked for: a word is no wrong figure."""
    names = [squeeze(name).rpartition("/")[2] for name in (header, label)]
    if kind == "count" and any(map(MEAN.search, names)):
        return "amount"
    if kind != "text" or any(_WORDED.search(name) or _CODED.search(name) for name in names):
        return kind
    of_header = blank_column_type(header, kind)
    of_label = blank_column_type(label, kind) if _HEADS_VALUES.search(names[0]) else kind
    if "percent" in (of_header, of_label):
        return "percent"
    return "amount" if totals or {of_header, of_label} != {kind} else kind


def blank_column_type(header: str, kind: str) -> str:
    """The type of a column of a list that nobody filled in yet: figures only where the header names
    something that is counted."""
    text = squeeze(header).rpartition("/")[2]
    bare = without_brackets(text)
    if kind != "text" or _WORDED.search(bare) or _CODED.search(bare):
        return kind
    if _PERCENT.search(bare):
        return "percent"
    if _MEASURED.search(bare):
        return "amount"
    return "count" if _PEOPLE_OR_THINGS.search(bare) or _COUNT.search(bare) else kind


_WORDED = re.compile(
    r"是否|有无|情况|说明|备注|方式|姓名|名称|负责|联系|时间|日期|年月|地点|地址|位置|等级|结论|措施|意见|内容|性质|类[型别]|状况"
    r"|型号|规格|来源|原因|依据|结果|评价|评语|签[字名章]|编号|用途|去向|称号|结构|进度|(?<!少数)民族|性别|学历|职务|职称$|校长|园长|班主任"
    r"|问题|时限|分工|岗位|材料|[^工职]人$|者$|法人|代表$|[课导讲系]教师$|检查员|作息"
)
"""In the header over what is written in words."""
_HEADS_VALUES = re.compile(
    rf"数[量值额]|金额|[本上今去][学]?[年期月]|[合小总]计|(?:{'|'.join(_STAGES)})[部段]?$|^(?:19|20)\d\d年?|实际|现[有状]"
)
"""In the header over values of whatever the label of the row says."""
_PERCENT = re.compile(r"率|比例|比重|占比|百分比|[增减]幅")
_MEASURED = re.compile(
    rf"面积|金额|经费|收入|支出|资金|费$|资产|价值|[原净]值|投资|[余缺差]额|缺口|分值|[生师班]比$|{MEAN.pattern}"
)
_PEOPLE_OR_THINGS = re.compile(
    r"(?:学|新|在校|寄宿|住宿|毕业|招|走读|留守|困难|残疾)生$|儿童$|子女$|教职工$|专任教师$|(?<![课导讲班责理系])教师$|人员$|编制$|[计男女机册分]$"
    r"|(?<![年班等层])级$|(?<!办公)[教用]室$|图书$|岁(?:以[上下])?$"
)


def _is_none(value: object) -> bool:
    """Whether a text says that there is nothing: —, 无."""
    return isinstance(value, str) and is_nothing(squeeze(value))


def kind_of(leaf: Leaf) -> str:
    """What a column of a grid holds: "flag", "text", "signed" figures, or "" for others."""
    held = [value for value in leaf.values if value not in (None, "") and not _is_none(value)]
    text = squeeze(leaf.path)
    if _SIGNED.search(text) and not _PERCENT.search(text):
        return "signed"
    if _CODED.search(text):
        return "text"
    if not held and re.search("(?:^|/)(?:是否|有无)", text):
        return "flag"
    if not held and _WORDED.search(text.rpartition("/")[2]):
        return "text"
    if not held or sum(is_figure(value) or bool(unit_behind(value)) for value in held) * 2 >= len(
        held
    ):
        return ""
    return "flag" if {squeeze(value) for value in held} <= {"是", "否"} else "text"


def is_empty(value: object) -> bool:
    """Whether nothing stands in a cell, or a sign for nothing."""
    return value in (None, "") or _is_none(value)


def _with_unit(values: Iterable[object], unit: str) -> list[str]:
    """The numbers of the texts in which this unit stands behind a number."""
    return [
        squeeze(value).removesuffix(unit)
        for value in values
        if unit and isinstance(value, str) and unit_behind(value) == unit
    ]


def column_unit(leaf: Leaf) -> str:
    """The unit of the figures in a column, by its header and by what is typed behind them."""
    values = [value for value in leaf.values if value not in (None, "")]
    texts = [value for value in values if isinstance(value, str)]
    typed = one_unit(values) if len(texts) == len(values) else ""
    shares = bool(texts) and all(
        squeeze(value).endswith("%") for value in texts if is_figure(value)
    )
    return unit_of(leaf.path) or typed or ("%" if shares and any(map(is_figure, texts)) else "")


def only_ticks(values: Iterable[object]) -> bool:
    """Whether only ticks and crosses stand in a column, one at least."""
    texts = {squeeze(value) for value in values if value not in (None, "")}
    return bool(texts) and texts <= TICKS | CROSSES


def read_number(value: str) -> object:
    """The number that a text is, or the text; "" for none."""
    try:
        code = re.fullmatch(r"[+0]\d+|\d{8,}", value)  # a code, a telephone
        return float(value) if value and not code else value
    except ValueError:
        return value


def head_of_options(leaf: Leaf) -> str:
    """The header above a column; of 是 and 否, which may stand without one, their own words."""
    head, _, tail = leaf.path.rpartition("/")
    return head or next(("、".join(pair) for pair in _OPPOSITES if squeeze(tail) in pair), "")


_OPPOSITES = (
    *(("是", "否"), ("有", "无"), ("合格", "不合格"), ("达标", "不达标"), ("符合", "不符合")),
    ("达标", "未达标"),
)


class Alike(Struct, frozen=True):
    """Columns of a grid that count in one unit ("": in that of their row), with their ids.
    ``share``: they hold rates, which are not counted in the unit of the table. ``kind``: "flag" or
    "text" where they hold no figures."""

    unit: str
    share: bool
    kind: str
    words: str
    leaves: Sequence[Leaf]
    names: Sequence[str]


def alike_columns(leaves: Sequence[Leaf], names: Sequence[str]) -> list[Alike]:
    """The columns of a grid by the units that their headers or figures bear."""
    groups: dict[tuple[str, bool, str, bool, bool, bool], list[tuple[Leaf, str]]] = {}
    for leaf, name in zip(leaves, names, strict=True):
        share = SHARE.search(squeeze(leaf.path)) is not None
        alone = COUNTED_ALONE.search(squeeze(leaf.path)) is not None
        mean = MEAN.search(leaf.path) is not None and all(map(is_empty, leaf.values))
        blank = all(map(is_empty, leaf.values))
        counted = blank and blank_column_type(leaf.path, "text") != "text"
        key = (column_unit(leaf), share, kind_of(leaf), alone, mean, counted)
        groups.setdefault(key, []).append((leaf, name))
    return [
        Alike(*key[:3], own[0][0].path, [leaf for leaf, _ in own], [name for _, name in own])
        for key, own in groups.items()
    ]
