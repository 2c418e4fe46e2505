"""Numbers as clerks type them: "４５", "45人", "1,200", "95.5%" — and what must not be guessed."""

from __future__ import annotations

import re
from decimal import Context, Decimal

from checker.forms.asked import if_none
from checker.forms.plain_text import half_width, is_nothing, plain, trim
from checker.forms.typed_value import (
    Entry,
    TypedValue,
    blank,
    given,
    is_date,
    shown,
    understood,
    unreadable,
)
from checker.model.cells import Cell, CellKind
from checker.model.submission import FactState
from checker.model.template import Blank, FieldType

EXCEL_PRECISION = Context(prec=15)
"""A spreadsheet keeps and shows at most 15 significant digits; what stands beyond in the file
(0.30000000000000004) is noise of binary arithmetic that no one typed or sees."""

MAX_DIGITS = 15
EXACT = 10**MAX_DIGITS
"""Whole numbers below it are kept and shown in full."""
MAX_EXPONENT = 400  # of any number that a spreadsheet can hold

_NUMBER = (
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<rest>\.[0-9]+)?"
    r"(?P<tail>(?s:\D.*))?"
)
_UNIT_WORDS = (
    frozenset({"人", "名", "位", "个", "个人"}),
    frozenset({"个", "所", "只", "处", "套", "项"}),
    frozenset({"平方米", "平米", "平方", "㎡", "m2", "m²", "m^2"}),
    frozenset({"册", "本"}),
    frozenset({"台", "部", "套"}),
    frozenset({"元", "元整", "块"}),
    frozenset({"次", "人次", "场"}),
    frozenset({"间", "个"}),
    frozenset({"%", "个百分点"}),
)
_UNITS = frozenset().union(*_UNIT_WORDS) | {
    *("千米", "公里", "米", "亩", "公顷", "万元", "千元", "角", "吨", "公斤", "千克", "度", "兆"),
    *("年", "月", "日", "天", "周", "小时", "分钟", "节", "课时", "学时", "学期", "学年", "期"),
    *("分", "岁", "班", "年级", "辆", "件", "张", "份", "种", "门", "户", "家", "M", "Mbps", "m"),
}
"""Units that forms count in: a number with another unit than the cell's must be converted."""
_CONVERTIBLE = (
    frozenset({"元", "千元", "万元", "亿元", "角", "分", "块", "元整"}),
    frozenset({"平方米", "平米", "平方", "㎡", "m2", "m²", "m^2", "亩", "公顷", "平方公里"}),
    frozenset({"米", "m", "千米", "公里"}),
    frozenset({"吨", "公斤", "千克"}),
    frozenset({"小时", "分钟", "天", "周"}),
    frozenset({"M", "Mbps", "兆"}),
)
"""Units of one kind: a number in one of them can be converted to another."""
_MULTIPLES = ("十", "百", "千", "万", "亿")
_OTHER_MULTIPLES = r"[wk成折打双对‰][^\w‰]*"
"""What makes another number of the one before it: 4.6w is 4.6万, 5成 is 50 %."""
_LETTERS_LIKE_DIGITS = str.maketrans("OoQlI|", "000111")
_CURRENCY = ("￥", "¥", "$", "RMB", "CNY", "人民币")
_DAY = r"(?:19|20)[0-9]{2}(?:-|/|\.|年)[0-9]{1,2}(?:(?:-|/|\.|月)[0-9]{1,2}日?|月)"
_SEVERAL = r"\s*(?:[、;]|和|及|与)\s*[0-9].*"
_RANGE = r"\s*(?:-|—|至|到)+\s*[0-9]+(?:\.[0-9]+)?\D{0,2}"
_QUOTES = ('"', "“", "”", "「")
_AROUND = r"([^0-9]+?)\s*[0-9][0-9,]*(?:\.[0-9]+)?\s*([^0-9]*)"
_CHINESE_DIGITS = r"[〇零一二三四五六七八九十百千万两壹贰叁肆伍陆柒捌玖拾佰仟]+"
_APPROXIMATE = (
    *("约", "大约", "近", "左右", "多", "余", "以上", "以下", "上下", "~", "～", "≈"),
    *("不足", "不到", "不满", "超过", "逾", "以内", "之内", "至少", "最少", "大概", "估计", "几"),
)
_BOUNDS = (">", "<", "≥", "≤", "±", "≦", "≧")
_UP_OR_DOWN = r"下降|降低|减少|下调|上升|提高|增加|增长|新增|升|降|增|减|[↑↓▲▼△▽]"
_MINUS_SIGNS = "–‐‑﹣−"
"""Signs that programs put for a minus where a number follows at once."""
_UNKNOWN = frozenset(
    {
        *("未统计", "待统计", "统计中", "待定", "待核", "待核实", "待查", "待补", "未知", "不详"),
        *("不清楚", "不清", "不明", "不知道", "保密", "略", "同上", "同左", "〃", "见附件"),
        *("见附表", "?", "??", "???", "…", "……", "...", "***"),
    }
)
"""What clerks type where there is a number that they do not have at hand: it is not 0."""


def is_percentage(entry: Entry) -> bool:
    """Whether the field counts in hundredths: 95.5 means 95.5 %."""
    return entry.type is FieldType.PERCENT or entry.unit in ("%", "％")


def expected(entry: Entry) -> str:
    """What is to be typed, for messages: 整数（人）."""
    word = {FieldType.COUNT: "不小于0的整数", FieldType.AMOUNT: "不小于0的数"}.get(entry.type, "数")
    return f"{word}（单位：{entry.unit}）" if entry.unit else word


def read_number(cell: Cell, entry: Entry) -> TypedValue:
    """A COUNT, AMOUNT, SIGNED or PERCENT value."""
    value = cell.value
    if isinstance(value, Decimal):
        return _stored(cell, value, entry)
    typed = shown(cell)
    if is_date(cell):
        message = (
            f"这里应填数，但单元格被识别成了日期或时间（{typed}）；"
            "请把单元格格式改为“常规”，再重新填数。"
        )
        return unreadable("FORM002", typed, message, expected(entry))
    if cell.kind is CellKind.BOOLEAN or not isinstance(value, str):
        return unreadable("FORM002", typed, f"“{typed}”不是数，请填数字。", expected(entry))
    return _typed(value, entry)


def _stored(cell: Cell, value: Decimal, entry: Entry) -> TypedValue:
    if value.is_finite() and not cell.percent and entry.type is not FieldType.PERCENT:
        whole = int(value)
        if whole == value and not value.is_signed() and whole < EXACT:
            return given(Decimal(whole), str(whole))  # most of what is filled in
    typed = shown(cell)
    if not value.is_finite():
        return unreadable("FORM002", typed, "单元格里的数超出了范围，请重新填写。", expected(entry))
    number = EXCEL_PRECISION.plus(value)
    if cell.percent:
        if not is_percentage(entry):
            message = (
                f"单元格是百分比格式，显示 {typed}，实际存的是 {plain(number)}，"
                "不能确定填的是哪个数；请把单元格格式改为“常规”，再重新填数。"
            )
            return unreadable("FORM002", typed, message, expected(entry))
        return _within(number * 100, typed, entry)
    return _within(number, typed, entry)


def _typed(raw: str, entry: Entry) -> TypedValue:
    """A number typed as text. Whatever is not certain is unreadable."""
    typed = trim(raw)
    text = half_width(typed).strip()
    text = re.sub(rf"^[{_MINUS_SIGNS}](?=[0-9])", "-", text)
    if is_nothing(text):
        if entry.blank is Blank.MISSING:
            message = f"这一格必须填数，填的是“{typed}”；{if_none(entry, required=True)}。"
            return unreadable("FORM002", typed, message, expected(entry))
        message = f"填的是“{typed}”，已按没有数据处理；没有数据时请把单元格留空。"
        return blank(entry, typed, "FORM003", message)
    match = re.fullmatch(_NUMBER, text.lstrip("'‘’"))
    if match is None:
        return unreadable("FORM002", typed, _why_not(text, typed, entry), expected(entry))
    digits = match["whole"].replace(",", "") + (match["rest"] or "")
    if len(digits.strip("0.").replace(".", "")) > MAX_DIGITS:
        return unreadable("FORM002", typed, f"“{typed}”位数过多，请核对。", expected(entry))
    number = Decimal(f"{match['sign']}{digits}")
    tail = match["tail"] or ""
    if not _is_unit(tail.strip(), entry):
        message = _wrong_tail(text, typed, tail, entry)
        return unreadable("FORM002", typed, message, expected(entry))
    result = _within(number, typed, entry)
    if result.rule:
        return result
    reason = "数是以文本形式存的" if text == raw else "单元格里除了数还有别的字符，或用了全角字符"
    if tail.strip():
        reason = "单位不用填"
    message = f"填的是“{raw}”，已按 {plain(number)} 计算；{reason}，请只填数字 {plain(number)}。"
    return understood(result.value, typed, message)


def _within(number: Decimal, typed: str, entry: Entry) -> TypedValue:
    """Checks the kind of number that the field asks for."""
    whole = number.to_integral_value()
    if whole == number:
        number = Decimal(int(whole)) if whole.adjusted() < MAX_EXPONENT else whole  # no 1E+3
    elif entry.type is FieldType.COUNT:
        message = f"这里应填整数，填的是 {typed}；请核对后改为整数。"
        return unreadable("FORM006", typed, message, expected(entry))
    else:
        number = number.normalize()
    if number < 0 and entry.type in (FieldType.COUNT, FieldType.AMOUNT):
        message = f"这里的数不能小于 0，填的是 {typed}；请核对。"
        return unreadable("FORM006", typed, message, expected(entry))
    if entry.type is FieldType.PERCENT and 0 < abs(number) <= 1 and "%" not in half_width(typed):
        message = (
            f"这里按百分数填，填的 {plain(number)} 表示 {plain(number)}%；"
            f"如果本意是 {plain(number * 100)}%，请改填 {plain(number * 100)}。"
        )
        return TypedValue(FactState.GIVEN, number, typed, "FORM021", message)
    return given(number, typed)


def _is_unit(tail: str, entry: Entry) -> bool:
    if not tail:
        return True
    unit = "%" if is_percentage(entry) else half_width(entry.unit)
    if tail == unit:
        return True
    return any(unit in words and tail in words for words in _UNIT_WORDS)


def _wrong_tail(text: str, typed: str, tail: str, entry: Entry) -> str:
    if any(word in tail for word in (*_APPROXIMATE, *_BOUNDS)):
        return f"“{typed}”不是确定的数，请填准确的数字。"
    kept = _as_typed(typed, tail)
    change = re.fullmatch(rf"({_UP_OR_DOWN})\W*", tail.strip())
    if change is not None:
        return _up_or_down(typed, change[1])
    bare = not any(sign.isalnum() or sign == "‰" for sign in tail)
    if bare and tail.strip() not in _UNITS:
        if tail.isspace():
            return f"“{typed}”里多写了空白；请只填数字。"
        return f"“{typed}”末尾多写了“{kept}”；请只填数字。"
    tail = tail.strip()
    if tail.startswith(_MULTIPLES) or re.fullmatch(_OTHER_MULTIPLES, tail, re.IGNORECASE):
        return _multiple(typed, tail, entry)
    if re.fullmatch(_DAY, text):
        return f"“{typed}”像是日期；请核对填的是不是这一格要的数，只填数字。"
    if re.fullmatch(_SEVERAL, tail):
        return f"“{typed}”像是几个数；请只填一个数，要合在一起的填合计。"
    if re.fullmatch(_RANGE, tail):
        return f"“{typed}”不是一个数，像是范围或算式；请只填一个数，要算的填计算后的结果。"
    if tail[0] in ",.0123456789":
        return f"“{typed}”里的空格、逗号或小数点位置不对，不能确定是一个数还是几个数；请重新填写。"
    if re.fullmatch(r"[eE][+-]?[0-9]+", tail):
        return (
            f"“{typed}”是科学计数法，末尾的几位可能已被略去；"
            "请把单元格格式改为“常规”，再填写完整的数字。"
        )
    if tail[0] in "+-*/=~" and any(sign in "0123456789" for sign in tail):
        return f"“{typed}”不是一个数；请填计算后的结果，或以等号开头写成公式。"
    if tail == "%":
        return f"这里不填百分数，填的是“{typed}”；请填{expected(entry)}。"
    if _letters_for_digits(text):
        return f"“{typed}”里有像数字的字母（“{kept}”）；请核对后只填数字。"
    if tail in _UNITS and entry.unit:
        unit = half_width(entry.unit)
        alike = any({tail, unit} <= units for units in _CONVERTIBLE)
        advice = "请换算后只填数字" if alike else "请核对填的是不是这一格要的数，只填数字"
        return f"“{typed}”的“{tail}”与本格的单位“{entry.unit}”不一致；{advice}。"
    if re.search(r"[0-9¼-¾⅐-⅞]", re.sub(r"[(\[【].*", "", tail, flags=re.DOTALL)):
        return (
            f"“{typed}”里写了不止一个数（后面还有“{kept}”），看不出要填的是哪个；"
            "请只填一个数，要算的填计算后的结果。"
        )
    return f"“{typed}”里多写了“{kept}”；请只填数字。"


def _as_typed(typed: str, tail: str) -> str:
    """The end of what was typed, with its signs as they were: ； rather than ;"""
    return typed[len(typed) - len(tail) :].strip() if tail else ""


def _up_or_down(typed: str, word: str) -> str:
    return (
        f"“{typed}”用“{word}”写了增减，看不出该填正数还是负数；"
        "请照本格的口径只填一个数，要用负数表示的写负号。"
    )


def _multiple(typed: str, tail: str, entry: Entry) -> str:
    if half_width(entry.unit).startswith(tail[0]):
        return (
            f"“{typed}”里带有“{tail}”，本格已经是以{entry.unit}计，"
            f"不能确定填的是多少；请只填以{entry.unit}计的数字。"
        )
    unit = f"，本格的单位是{entry.unit}" if entry.unit else ""
    return f"“{typed}”里带有“{tail}”，不能确定是多少{unit}；请换算后只填数字。"


def _letters_for_digits(text: str) -> bool:
    """Whether the text is a number once O and l are taken for 0 and 1, as they were meant."""
    changed = text.translate(_LETTERS_LIKE_DIGITS)
    return changed != text and re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", changed) is not None


def _why_not(text: str, typed: str, entry: Entry) -> str:
    if any(word in text for word in (*_APPROXIMATE, *_BOUNDS)):
        return f"“{typed}”不是确定的数，请填准确的数字。"
    if text in _UNKNOWN:
        return f"“{typed}”不是数；请核实后填写实际的数字，还没有数的先空着，不要填 0。"
    if re.match(_CHINESE_DIGITS, text):
        return f"“{typed}”是汉字数字，请改填阿拉伯数字。"
    if any(sign in "0123456789" for sign in text):
        if _letters_for_digits(text):
            return f"“{typed}”里有像数字的字母；请核对后只填数字。"
        for sign in _CURRENCY:
            if text.startswith(half_width(sign)):
                return f"“{typed}”前面多写了“{sign}”；请只填数字。"
        if text.startswith("="):
            return f"“{typed}”是以文本形式存的公式；请把单元格格式改为“常规”，再重新填写。"
        if re.fullmatch(r"[+-]?\.[0-9]+", text):
            return f"“{typed}”的小数点前面没有数字；请把数写全。"
        change = re.match(rf"({_UP_OR_DOWN})(?:了|到|至)?\s*[0-9]", text)
        if change is not None:
            return _up_or_down(typed, change[1])
        if re.fullmatch(r"\([0-9,.]+\)|[—―─]+[0-9,.]+", text):
            return f"“{typed}”看不出是不是负数；请只填数字，是负数的在前面写负号“-”。"
        around = re.fullmatch(_AROUND, text)
        if around is not None:
            before, after = around[1], around[2]
            if before in _QUOTES:
                return f"{typed} 的两边有引号；请只填数字。"
            if len(text) == len(typed):
                before, after = typed[: len(before)], typed[len(typed) - len(after) :]
            extra = f"前后多写了“{before}”“{after}”" if after else f"前面多写了“{before}”"
            return f"“{typed}”{extra}；请只填数字。"
        return f"“{typed}”里除了数还有别的字符；请只填数字。"
    none = if_none(entry, entry.blank is Blank.MISSING)
    return f"“{typed}”不是数；请填阿拉伯数字{f'，{none}' if none else ''}。"
