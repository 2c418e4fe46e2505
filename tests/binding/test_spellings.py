"""What clerks, web pages and other systems put into a cell, each with its effect: the value that
is used, or none and a sentence that names what is wrong and what to do."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from checker.forms.normalise import normalise
from checker.forms.typed_value import TypedValue
from checker.model.cells import Cell, CellKind, CellValue
from checker.model.submission import FactState
from checker.model.template import Field, FieldType
from checker.reading import read_snapshot


def entry(kind: FieldType, unit: str = "") -> Field:
    return Field("x.y", "专任教师数", "01", kind, unit, ("whole",))


COUNT = entry(FieldType.COUNT, "人")
MONEY = entry(FieldType.AMOUNT, "元")
TEN_THOUSANDS = entry(FieldType.AMOUNT, "万元")
AREA = entry(FieldType.AMOUNT, "平方米")
PERCENT = entry(FieldType.PERCENT, "%")
DAY = entry(FieldType.DATE)
SIGNED = entry(FieldType.SIGNED, "个百分点")
YEAR = entry(FieldType.YEAR, "年")


def read(value: CellValue, field: Field) -> TypedValue:
    kinds = {str: CellKind.TEXT, Decimal: CellKind.NUMBER}
    return normalise(Cell(kinds.get(type(value), CellKind.DATE), value), field)


FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
AS_TEXT = "以文本形式存的日期"
DAYS: list[tuple[CellValue, date | None, str]] = [
    # written by hand or printed on forms
    ("2026-09-01", FIRST, AS_TEXT),
    ("2026-9-1", FIRST, AS_TEXT),
    ("2026/9/1", FIRST, AS_TEXT),
    ("2026.9.1", FIRST, AS_TEXT),
    ("2026.9.1.", FIRST, AS_TEXT),
    ("2026－9－1", FIRST, AS_TEXT),
    ("2026—9—1", FIRST, AS_TEXT),
    ("2026 - 9 - 1", FIRST, AS_TEXT),
    ("2026，9，1", FIRST, AS_TEXT),
    ("2026、9、1", FIRST, AS_TEXT),
    ("2026·9·1", FIRST, AS_TEXT),
    ("公元2026年9月1日", FIRST, AS_TEXT),
    ("二零二六年九月一", FIRST, AS_TEXT),
    ("贰零贰陆年玖月壹日", FIRST, AS_TEXT),
    ("2026-09-01+08:00", FIRST, AS_TEXT),
    ("/Date(1788192000000)/", None, "相当于北京时间 2026-09-01"),
    ("二O二六年九月一日", FIRST, AS_TEXT),
    ("二0二六年九月一日", FIRST, AS_TEXT),
    ("1st Sep 2026", FIRST, AS_TEXT),
    ("9/2026", FIRST, "没有写日"),
    ("09-2026", FIRST, "没有写日"),
    # a day that could only be guessed: what is wrong with it
    ("2026年9月1日。", None, "除了日期还写了别的"),
    ("“2026-09-01”", None, "除了日期还写了别的"),
    ("填报日期：2026年9月1日", None, "除了日期还写了别的"),
    ("2026-9-1（补报）", None, "除了日期还写了别的"),
    ("2026年9月1日 8时", None, "除了日期还写了别的"),
    ("2026-09-01至今", None, "除了日期还写了别的"),
    ("2026.9.1-2026.9.30", None, "一段时间或几个日期"),
    ("2026年9月1日至30日", None, "一段时间或几个日期"),
    ("2026年9月底", None, "没有写明是哪一天"),
    ("2026年秋季", None, "没有写明是哪一天"),
    ("2026年第三季度", None, "没有写明是哪一天"),
    ("2O26-O9-01", None, "像数字的字母"),
    ("2026年9月1曰", None, "像数字的字母或写错的字"),
    ("202691", None, "看不出是几月几日"),
    ("2026.0901", None, "看不出是几月几日"),
    ("2026-245", None, "看不出是几月几日"),
    ("②", None, "不是日期"),
    ("²⁰²⁶", None, "不是日期"),
    ("٢٠٢٦", None, "不是日期"),
    ("民国115年9月1日", None, "不是公历的日期"),
    ("农历八月初一", None, "不是公历的日期"),
    ("2026 9 1", FIRST, AS_TEXT),
    ("2026\\9\\1", FIRST, AS_TEXT),
    ("2026_9_1", FIRST, AS_TEXT),
    ("2026年9月1日", FIRST, AS_TEXT),
    ("2026年9月1号", FIRST, AS_TEXT),
    ("2026 年 9 月 1 日", FIRST, AS_TEXT),
    ("2026年09月01日 星期二", FIRST, AS_TEXT),
    ("2026-9-1（周二）", FIRST, AS_TEXT),
    ("二〇二六年九月一日", FIRST, AS_TEXT),
    ("二○二六年九月一日", FIRST, AS_TEXT),
    ("二零二六年九月三十日", LAST, AS_TEXT),
    ("26年9月1日", FIRST, "两位年份按 2026 年算"),
    ("98年9月1日", date(1998, 9, 1), "两位年份按 1998 年算"),
    ("20260901", FIRST, AS_TEXT),
    (Decimal(20260901), FIRST, "按数填的日期"),
    # without a day
    ("2026年9月", FIRST, "没有写日"),
    ("2026-09", FIRST, "没有写日"),
    ("2026.10", date(2026, 10, 1), "没有写日"),
    ("202609", FIRST, "没有写日"),
    ("二〇二六年九月", FIRST, "没有写日"),
    # web front ends and other systems
    ("2026-09-01 00:00:00", FIRST, AS_TEXT),
    ("2026/9/1 8:30", FIRST, AS_TEXT),
    ("2026-09-01T08:30:00+08:00", FIRST, AS_TEXT),
    ("2026-09-01T00:00:00.000Z", FIRST, AS_TEXT),
    ("2026-08-31T16:00:00.000Z", FIRST, "换算成北京时间"),
    ("Tue Sep 01 2026 00:00:00 GMT+0800 (中国标准时间)", FIRST, AS_TEXT),
    ("Tue Sep 01 00:00:00 CST 2026", FIRST, AS_TEXT),
    ("1788192000000", None, "时间戳（相当于北京时间 2026-09-01）"),
    # Excel in English
    ("1-Sep-26", FIRST, "两位年份按 2026 年算"),
    ("01-Sep-2026", FIRST, AS_TEXT),
    ("September 1, 2026", FIRST, AS_TEXT),
    ("Tuesday, September 1, 2026", FIRST, AS_TEXT),
    ("9/30/2026", LAST, AS_TEXT),
    ("30/9/2026", LAST, AS_TEXT),
    ("9/1/2026", None, "看不出 9 和 1 哪个是月、哪个是日"),
    # what is no day, each for its own reason
    ("26-9-1", None, "年份只有两位"),
    ("9月1日", None, "没有写年份"),
    ("9-1", None, "没有写年份"),
    ("1-Sep", None, "没有写年份"),
    ("2026", None, "只有年份"),
    ("2026-13-01", None, "没有 13 月"),
    ("2026-9-31", None, "9 月没有 31 日"),
    ("2026-2-29", None, "2 月没有 29 日"),
    ("3026-9-1", None, "年份 3026 不对"),
    ("2026年秋", None, "没有写明是哪一天"),
    ("2026-9-1至9-5", None, "一段时间或几个日期"),
    ("民国115年九月一日", None, "不是公历的日期"),
    ("今天", None, "不是日期"),
    (Decimal(46266), None, "它相当于 2026-09-01"),
    (Decimal("2026.1"), None, "10 月会变成 1 月"),
    (Decimal("2026.09"), None, "10 月会变成 1 月"),
    # a number typed into a cell that is formatted as a date
    (datetime(1905, 7, 18, 2, 24), None, "填的数 2026.1 被当成了日期 1905-07-18"),
    (datetime(1905, 7, 18), None, "填的数 2026 被当成了日期"),
    (datetime(2454, 9, 20), None, "填的数 202609 被当成了日期"),
    (datetime(1900, 1, 9), None, "年份不对"),
    (time(9, 1), None, "不是日期"),
    ("1905-07-18", date(1905, 7, 18), AS_TEXT),
    (datetime(2026, 9, 1), FIRST, ""),
    ("2026" + " " * 30_000 + "x", None, "不是日期"),
]


@pytest.mark.parametrize(("typed", "day", "told"), DAYS, ids=lambda value: str(value)[:24])
def test_spellings_of_a_day(typed: CellValue, day: date | None, told: str) -> None:
    result = read(typed, DAY)
    assert (result.state, result.value) == (
        (FactState.UNREADABLE, None) if day is None else (FactState.GIVEN, day)
    )
    assert told in result.message
    assert bool(result.message) == (result.rule in ("FORM003", "FORM008"))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (datetime(1905, 7, 18), "填的 2026 被当成了日期 1905-07-18"),
        (datetime(1905, 7, 18, 2, 24), "填的 2026.1 被当成了日期"),
        ("2026-2027", "不是年份"),
    ],
)
def test_spellings_that_are_no_year(typed: CellValue, told: str) -> None:
    result = read(typed, YEAR)
    assert (result.state, result.rule) == (FactState.UNREADABLE, "FORM008")
    assert told in result.message


def test_a_year_in_chinese_signs() -> None:
    assert read("二〇二六年", YEAR).value == Decimal(2026)


NUMBERS: list[tuple[str, Field, str | None, str]] = [
    # certain: used, and the clerk is told
    ("46", COUNT, "46", "以文本形式存"),
    ("４６", COUNT, "46", "全角"),
    ("46.00", COUNT, "46", "以文本形式存"),
    ("046", COUNT, "46", "以文本形式存"),
    ("46 人", COUNT, "46", "单位不用填"),
    ("46名", COUNT, "46", "单位不用填"),
    ("4，600", COUNT, "4600", "别的字符"),
    ("6113929.00元", MONEY, "6113929", "单位不用填"),
    ("1,200.5 平方米", AREA, "1200.5", "单位不用填"),
    ("12.5万元", TEN_THOUSANDS, "12.5", "单位不用填"),
    ("95.5％", PERCENT, "95.5", "单位不用填"),
    # a tail that has no meaning is named as it was typed
    ("46；", COUNT, None, "末尾多写了“；”；请只填数字"),
    ("46;", COUNT, None, "末尾多写了“;”；请只填数字"),
    ("46。", COUNT, None, "末尾多写了“。”；请只填数字"),
    ("46、", COUNT, None, "末尾多写了“、”；请只填数字"),
    ("46，", COUNT, None, "末尾多写了“，”；请只填数字"),
    ("46.", COUNT, None, "末尾多写了“.”；请只填数字"),
    ("46：", COUNT, None, "末尾多写了“：”；请只填数字"),
    ("46？", COUNT, None, "末尾多写了“？”；请只填数字"),
    ("46*", COUNT, None, "末尾多写了“*”；请只填数字"),
    ("46-", COUNT, None, "末尾多写了“-”；请只填数字"),
    ("46=", COUNT, None, "末尾多写了“=”；请只填数字"),
    ("46（含代课2人）", COUNT, None, "多写了“（含代课2人）”；请只填数字"),
    ("46人\n(女20)", COUNT, None, "多写了“人\n(女20)”；请只填数字"),
    ("46名教师", COUNT, None, "多写了“名教师”；请只填数字"),
    ("46个班", COUNT, None, "多写了“个班”；请只填数字"),
    ("300㎡。", AREA, None, "多写了“㎡。”；请只填数字"),
    # and so is what stands before or between
    ("￥6113929", MONEY, None, "前面多写了“￥”；请只填数字"),
    ("¥6113929", MONEY, None, "前面多写了“¥”；请只填数字"),
    ("共46人", COUNT, None, "前后多写了“共”“人”；请只填数字"),
    ("（46）", COUNT, None, "看不出是不是负数；请只填数字"),
    ("—46", COUNT, None, "看不出是不是负数；请只填数字"),
    ("√46", COUNT, None, "前面多写了“√”；请只填数字"),
    ("合计46", COUNT, None, "前面多写了“合计”；请只填数字"),
    ("46￥", COUNT, None, "末尾多写了“￥”；请只填数字"),
    ("46已核", COUNT, None, "多写了“已核”；请只填数字"),
    ("46成人", COUNT, None, "多写了“成人”；请只填数字"),
    ("6113929/年", MONEY, None, "多写了“/年”；请只填数字"),
    ("6113929元/年", MONEY, None, "多写了“元/年”；请只填数字"),
    ("“46”", COUNT, None, "的两边有引号；请只填数字"),
    ("#46", COUNT, None, "前面多写了“#”；请只填数字"),
    ("a46b7", COUNT, None, "除了数还有别的字符；请只填数字"),
    ("46①", COUNT, None, "多写了“①”；请只填数字"),
    # two numbers, a range, a day
    ("46、47", COUNT, None, "像是几个数"),
    ("46和47", COUNT, None, "像是几个数"),
    ("46-48", COUNT, None, "像是范围或算式"),
    ("46至48人", COUNT, None, "像是范围或算式"),
    ("2026-09-18", COUNT, None, "像是日期"),
    ("2026年9月", COUNT, None, "像是日期"),
    ("46O", COUNT, None, "像数字的字母"),
    ("4O6", COUNT, None, "像数字的字母"),
    ("l6", COUNT, None, "像数字的字母"),
    ("46I", COUNT, None, "像数字的字母"),
    ("4 6", COUNT, None, "空格、逗号或小数点位置不对"),
    ("4,6", COUNT, None, "空格、逗号或小数点位置不对"),
    ("46\n47", COUNT, None, "空格、逗号或小数点位置不对"),
    # to take the tail away would leave another number
    ("4'600", COUNT, None, "不止一个数（后面还有“'600”）"),
    ("4_600", COUNT, None, "不止一个数（后面还有“_600”）"),
    ("46→48", COUNT, None, "不止一个数（后面还有“→48”）"),
    ("1比15", COUNT, None, "不止一个数（后面还有“比15”）"),
    ("1：15", COUNT, None, "不止一个数（后面还有“：15”）"),
    ("46½", AREA, None, "不止一个数（后面还有“½”）"),
    ("46点5", AREA, None, "不止一个数（后面还有“点5”）"),
    (".46", AREA, None, "小数点前面没有数字"),
    ("不足46", COUNT, None, "不是确定的数"),
    ("46以内", COUNT, None, "不是确定的数"),
    ("4.6w", COUNT, None, "请换算"),
    ("46k。", COUNT, None, "请换算"),
    ("46双", COUNT, None, "请换算"),
    ("5成", PERCENT, None, "请换算"),
    ("50‰", PERCENT, None, "请换算"),
    ("611392950分", MONEY, None, "请换算"),
    ("下降3%", PERCENT, None, "看不出该填正数还是负数"),
    ("3↑", PERCENT, None, "看不出该填正数还是负数"),
    ("减少了20", COUNT, None, "看不出该填正数还是负数"),
    ("–46", COUNT, None, "不能小于 0"),
    ("–0.3", SIGNED, "-0.3", "别的字符"),
    # uncertain, or another quantity
    ("4.36E+02", COUNT, None, "科学计数法"),
    ("436e0", COUNT, None, "科学计数法"),
    (">46", COUNT, None, "不是确定的数"),
    ("≥46", COUNT, None, "不是确定的数"),
    ("46±1", COUNT, None, "不是确定的数"),
    ("46余", COUNT, None, "不是确定的数"),
    ("=46", COUNT, None, "文本形式存的公式"),
    ("46/2", COUNT, None, "计算后的结果"),
    ("46+5", COUNT, None, "计算后的结果"),
    ("46%", COUNT, None, "不填百分数"),
    ("46间", COUNT, None, "核对填的是不是这一格要的数"),
    ("46㎡", COUNT, None, "核对填的是不是这一格要的数"),
    ("46人次", COUNT, None, "核对填的是不是这一格要的数"),
    ("3亩", AREA, None, "请换算"),
    ("12.5元", TEN_THOUSANDS, None, "请换算"),
    ("12.5万", MONEY, None, "请换算"),
    ("12.5万元", MONEY, None, "请换算"),
    ("12.5万", TEN_THOUSANDS, None, "请只填以万元计的数字"),
    ("1.2亿", TEN_THOUSANDS, None, "请换算"),
    ("四十六", COUNT, None, "汉字数字"),
    # a number that is not at hand is not 0
    ("待定", COUNT, None, "不要填 0"),
    ("同上", COUNT, None, "不要填 0"),
    ("未统计", MONEY, None, "不要填 0"),
    ("见附件", AREA, None, "不要填 0"),
    ("-46", COUNT, None, "不能小于 0"),
    ("46.5人", COUNT, None, "应填整数"),
]


@pytest.mark.parametrize(("typed", "field", "value", "told"), NUMBERS, ids=lambda value: str(value))
def test_spellings_of_a_number(typed: str, field: Field, value: str | None, told: str) -> None:
    result = read(typed, field)
    assert (result.state, result.value) == (
        (FactState.UNREADABLE, None) if value is None else (FactState.GIVEN, Decimal(value))
    )
    assert told in result.message
    assert ("换算" in result.message) == ("换算" in told), "nothing else can be converted"


DATE_FORMATS = (
    *("yyyy-mm-dd", "yyyy/m/d;@", "yy/m/d;@", "m/d;@", "m/d/yy;@", "mm/dd/yy;@", "yyyymmdd"),
    *("[$-F800]dddd, mmmm dd, yyyy", "[$-x-sysdate]dddd, mmmm dd, yyyy", "yyyy\\-m\\-d"),
    *('yyyy"年"m"月"d"日";@', '[$-804]yyyy"年"m"月"d"日"', 'yyyy"年"m"月";@', 'm"月"d"日";@'),
    *('[DBNum1][$-804]yyyy"年"m"月"d"日";@', '[DBNum1][$-804]yyyy"年"m"月";@'),
    *("[$-804]aaaa;@", "[$-804]aaa;@", "aaaa", "aaa", "ddd", "dddd", "d", "mmm", "mmmm", "yyyy"),
    *("[$-409]d/mmm/yy;@", "[$-409]d/mmm;@", "[$-409]mmm/yy;@", "[$-409]mmmmm/yy;@"),
    *("[$-409]yyyy/m/d h:mm AM/PM;@", "yyyy/m/d h:mm;@", '[$-804]上午/下午h"时"mm"分"', "h:mm"),
    *("e", "e年", "[$-404]e/m/d;@", "gge年", "bbbb", "b2yyyy/m/d", "[红色]yyyy-m-d"),
    *(14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 57, 58),
)
NUMBER_FORMATS = (
    "General",
    "G/通用格式",
    "0.00",
    "# ?/?",
    "0.00E+00",
    '0"年"',
    '0"日"',
    '"d"0',
    49,
)


def test_every_format_by_which_excel_shows_a_day_is_known(tmp_path: Path) -> None:
    path = tmp_path / "格式.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet("表")
    for row, code in enumerate((*DATE_FORMATS, *NUMBER_FORMATS)):
        sheet.write_number(row, 0, 46266, workbook.add_format({"num_format": code}))
    workbook.close()
    cells = read_snapshot(path).sheets["表"]
    for row, code in enumerate((*DATE_FORMATS, *NUMBER_FORMATS), start=1):
        result = normalise(cells.cell(row, 1), DAY)
        assert result.value == (FIRST if code in DATE_FORMATS else None), code
