"""Messy cells: each is understood with a remark or refused with a reason, never silently wrong."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.forms.cell_words import CodeList
from checker.forms.normalise import normalise
from checker.forms.typed_value import TypedValue
from checker.model.cells import Cell, CellKind, CellValue
from checker.model.submission import FactState
from checker.model.template import Blank, Field, FieldType

SCHOOL_TYPES = CodeList({"211": "小学", "218": "小学教学点", "311": "初级中学"})
GRADES = CodeList(
    {
        "一年级": "小学一年级",
        "初一": "初中一年级（七年级）",
        "初二": "初中二年级（八年级）",
        "高一": "高中一年级",
    }
)
TIERS = CodeList({"01": "第一档", "02": "第二档"})


def entry(kind: FieldType, unit: str = "", blank: Blank = Blank.MISSING) -> Field:
    return Field("x.y", "专任教师数", "01", kind, unit, ("whole",), blank=blank)


COUNT = entry(FieldType.COUNT, "人")
OPTIONAL = entry(FieldType.COUNT, "人", Blank.ZERO)
MONEY = entry(FieldType.AMOUNT, "元")
TEN_THOUSANDS = entry(FieldType.AMOUNT, "万元")
AREA = entry(FieldType.AMOUNT, "平方米")
GROWTH = entry(FieldType.SIGNED, "%")
PERCENT = entry(FieldType.PERCENT, "%")
FLAG = entry(FieldType.FLAG, blank=Blank.ZERO)
TEXT = entry(FieldType.TEXT)
CODE = entry(FieldType.CODE)
DAY = entry(FieldType.DATE)
YEAR = entry(FieldType.YEAR, "年")


def cell(value: CellValue, percent: bool = False) -> Cell:
    """The cell as the reader gives it."""
    if value is None:
        return Cell(CellKind.EMPTY)
    if isinstance(value, bool):
        return Cell(CellKind.BOOLEAN, value)
    if isinstance(value, Decimal):
        return Cell(CellKind.NUMBER, value, None, percent)
    return Cell(CellKind.TEXT if isinstance(value, str) else CellKind.DATE, value)


def read(value: CellValue, field: Field, codes: CodeList | None = None) -> TypedValue:
    return normalise(cell(value), field, codes)


def number(text: str, percent: bool = False) -> Cell:
    return cell(Decimal(text), percent)


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("45", COUNT, "45"),
        (" 45 ", COUNT, "45"),
        ("45\u00a0", COUNT, "45"),
        ("\u300045\u200b", COUNT, "45"),
        ("４５", COUNT, "45"),
        ("45人", COUNT, "45"),
        ("45 名", COUNT, "45"),
        ("1,200", COUNT, "1200"),
        ("1，200", COUNT, "1200"),
        ("１，２００人", COUNT, "1200"),
        ("1,234,567.50元", MONEY, "1234567.5"),
        ("12.5万元", TEN_THOUSANDS, "12.5"),
        ("95.5㎡", AREA, "95.5"),
        ("5,230.50平方米", AREA, "5230.5"),
        ("'45", COUNT, "45"),
        ("45.0", COUNT, "45"),
        ("+3", COUNT, "3"),
        ("-5.2%", GROWTH, "-5.2"),
        ("－5.2", GROWTH, "-5.2"),
        ("95.5%", PERCENT, "95.5"),
        ("９５.５％", PERCENT, "95.5"),
        ("0.3%", PERCENT, "0.3"),
    ],
)
def test_a_number_that_is_certain_is_used_and_the_clerk_is_told(
    typed: str, field: Field, value: str
) -> None:
    result = read(typed, field)
    assert (result.state, result.value) == (FactState.GIVEN, Decimal(value))
    assert result.rule == "FORM003"
    assert f"已按 {value} 计算" in result.message


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ("约45", COUNT, "准确"),
        ("45左右", COUNT, "准确"),
        ("40多", COUNT, "准确"),
        ("4 5", COUNT, "不能确定"),
        ("1 200", COUNT, "不能确定"),
        ("1,20", COUNT, "不能确定"),
        ("12,00", COUNT, "不能确定"),
        ("1.2.3", AREA, "不能确定"),
        ("12万", MONEY, "换算"),
        ("12万", TEN_THOUSANDS, "以万元计"),
        ("12万元", MONEY, "换算"),
        ("1200元", TEN_THOUSANDS, "不一致"),
        ("45间", COUNT, "不一致"),
        ("40+5", COUNT, "公式"),
        ("20-25", COUNT, "不是一个数"),
        ("四十五", COUNT, "汉字"),
        ("45%", COUNT, "百分数"),
        ("1e3", COUNT, ""),
        ("4²", COUNT, ""),
        ("①", COUNT, ""),
        ("٤٥", COUNT, ""),
        ("45(含临聘)", COUNT, ""),
        ("见附表", COUNT, ""),
        ("无", COUNT, "0"),
        ("/", COUNT, "0"),
        ("－", COUNT, "0"),
        ("—", COUNT, "0"),
        ("12345678901234567890", COUNT, "位数"),
    ],
)
def test_what_is_not_certain_is_refused_with_a_reason(typed: str, field: Field, told: str) -> None:
    result = read(typed, field)
    assert (result.state, result.value, result.rule) == (FactState.UNREADABLE, None, "FORM002")
    assert typed in result.message or told == "0"
    assert told in result.message


@pytest.mark.parametrize("typed", ["无", "/", "－", "—", "没有", " - ", "不适用"])
def test_words_for_nothing_in_an_optional_cell_count_as_empty(typed: str) -> None:
    result = read(typed, OPTIONAL)
    assert (result.state, result.value, result.rule) == (FactState.BLANK, Decimal(0), "FORM003")


def test_empty_cells_are_what_the_field_says() -> None:
    for nothing in (None, "   ", "\u3000", "\u200b"):
        assert read(nothing, COUNT) == TypedValue(FactState.BLANK)
        assert read(nothing, OPTIONAL) == TypedValue(FactState.BLANK, Decimal(0))
        assert read(nothing, FLAG) == TypedValue(FactState.BLANK, False)


def test_numbers_are_exact_and_free_of_binary_noise() -> None:
    assert normalise(number("0.1"), AREA).value == Decimal("0.1")
    assert normalise(number("0.30000000000000004"), AREA).value == Decimal("0.3")
    assert normalise(number("44.99999999999999"), COUNT).value == 45, "a spreadsheet shows 45"
    assert normalise(number("44.9999999999999"), COUNT).rule == "FORM006"
    assert str(normalise(number("45.0"), COUNT).value) == "45"
    assert str(normalise(number("1e+3"), COUNT).value) == "1000"


@pytest.mark.parametrize(
    ("typed", "field"), [("12.5", COUNT), ("1.2", COUNT), ("-3", COUNT), ("-0.5", AREA)]
)
def test_half_people_and_negative_areas_are_refused(typed: str, field: Field) -> None:
    for content in (number(typed), cell(typed)):
        result = normalise(content, field)
        assert (result.state, result.rule) == (FactState.UNREADABLE, "FORM006")


def test_a_point_for_thousands_in_a_count_is_not_taken_for_one_point_two() -> None:
    assert read("1.200", COUNT).rule == "FORM006"


def test_percentages_by_what_the_cell_shows() -> None:
    shown = normalise(number("0.955", percent=True), PERCENT)
    assert (shown.value, shown.rule, shown.typed) == (Decimal("95.5"), "", "95.5%")
    assert normalise(number("95.5"), PERCENT) == TypedValue(
        FactState.GIVEN, Decimal("95.5"), "95.5"
    )
    assert normalise(number("0.1788", percent=True), GROWTH).value == Decimal("17.88")
    tiny = normalise(number("0.003", percent=True), PERCENT)
    assert (tiny.value, tiny.rule) == (Decimal("0.3"), "")


@pytest.mark.parametrize("content", [number("0.955"), cell("0.955"), number("1")])
def test_a_fraction_where_hundredths_are_due_is_doubted_but_not_changed(content: Cell) -> None:
    result = normalise(content, PERCENT)
    assert result.rule == "FORM021" and result.state is FactState.GIVEN
    assert result.value == Decimal(str(content.value))
    assert "%" in result.message


def test_a_percent_format_on_a_plain_number_is_not_guessed() -> None:
    result = normalise(number("0.45", percent=True), COUNT)
    assert (result.state, result.rule) == (FactState.UNREADABLE, "FORM002")
    assert "45%" in result.message and "0.45" in result.message


@pytest.mark.parametrize(
    "value", [datetime(2026, 1, 2), date(1900, 2, 14), time(1, 19), timedelta(hours=25), True]
)
def test_dates_times_and_truth_values_are_no_numbers(value: CellValue) -> None:
    result = read(value, COUNT)
    assert (result.state, result.rule) == (FactState.UNREADABLE, "FORM002")


@pytest.mark.parametrize("text", ["Infinity", "NaN"])
def test_numbers_beyond_all_bounds_are_refused(text: str) -> None:
    for field in (COUNT, PERCENT, TEXT, CODE, DAY, YEAR):
        assert normalise(number(text), field, SCHOOL_TYPES).state is FactState.UNREADABLE


def test_errors_and_uncomputed_formulas_are_not_empty_cells() -> None:
    error = normalise(Cell(CellKind.ERROR, "#DIV/0!"), OPTIONAL)
    assert (error.state, error.rule, error.value) == (FactState.ERROR, "FORM004", None)
    pasted = read("#DIV/0!", OPTIONAL)
    assert (pasted.state, pasted.rule) == (FactState.ERROR, "FORM004")
    formula = normalise(Cell(CellKind.UNCOMPUTED, None, "C7+C8"), OPTIONAL)
    assert (formula.state, formula.rule, formula.value) == (
        FactState.UNCOMPUTED,
        "FORM005",
        None,
    )


@pytest.mark.parametrize(
    ("typed", "flag", "rule"),
    [
        ("是", True, ""),
        ("否", False, ""),
        (" 是 ", True, ""),
        ("√", True, "FORM003"),
        ("有", True, "FORM003"),
        ("Y", True, "FORM003"),
        ("ｙｅｓ", True, "FORM003"),
        (Decimal(1), True, "FORM003"),
        (True, True, "FORM003"),
        ("无", False, "FORM003"),
        ("×", False, "FORM003"),
        (False, False, "FORM003"),
    ],
)
def test_flags(typed: CellValue, flag: bool, rule: str) -> None:
    result = read(typed, FLAG)
    assert (result.state, result.value, result.rule) == (FactState.GIVEN, flag, rule)


@pytest.mark.parametrize(
    "typed", ["部分", "是/否", Decimal(0), "0", "０", Decimal(2), datetime(2026, 1, 1)]
)
def test_what_is_no_flag(typed: CellValue) -> None:
    assert read(typed, FLAG).rule == "FORM007"


@pytest.mark.parametrize(
    ("typed", "codes", "code", "rule"),
    [
        ("211", SCHOOL_TYPES, "211", ""),
        ("211 小学", SCHOOL_TYPES, "211", ""),
        (Decimal("211"), SCHOOL_TYPES, "211", ""),
        ("小学", SCHOOL_TYPES, "211", "FORM003"),
        ("211小学", SCHOOL_TYPES, "211", "FORM003"),
        ("211-小学", SCHOOL_TYPES, "211", "FORM003"),
        ("小学（211）", SCHOOL_TYPES, "211", "FORM003"),
        ("２１１", SCHOOL_TYPES, "211", "FORM003"),
        ("小学教学点", SCHOOL_TYPES, "218", "FORM003"),
        ("七年级", GRADES, "初一", "FORM003"),
        ("7年级", GRADES, "初一", "FORM003"),
        ("初1", GRADES, "初一", "FORM003"),
        ("１ 年级", GRADES, "一年级", "FORM003"),
        ("初中二年级", GRADES, "初二", "FORM003"),
        ("初中一年级(七年级)", GRADES, "初一", "FORM003"),
        (Decimal(1), TIERS, "01", ""),
        ("02", TIERS, "02", ""),
    ],
)
def test_codes_by_code_meaning_or_both(
    typed: CellValue, codes: CodeList, code: str, rule: str
) -> None:
    result = read(typed, CODE, codes)
    assert (result.state, result.value, result.rule) == (FactState.GIVEN, code, rule)


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("完小", SCHOOL_TYPES),
        ("9年级", GRADES),
        ("1", GRADES),
        ("211 初级中学", SCHOOL_TYPES),
        ("2111", SCHOOL_TYPES),
        (Decimal("211.5"), SCHOOL_TYPES),
        ("一年级1班", GRADES),
        ("年级", GRADES),
        (date(2026, 9, 1), SCHOOL_TYPES),
        ("3", TIERS),
    ],
)
def test_codes_that_are_not_in_the_list(typed: CellValue, codes: CodeList) -> None:
    result = read(typed, CODE, codes)
    assert (result.state, result.rule) == (FactState.UNREADABLE, "FORM007")


def test_a_code_that_contradicts_its_meaning_says_so() -> None:
    message = read("211 初级中学", CODE, SCHOOL_TYPES).message
    assert "211 是“小学”" in message and "“初级中学”不一致" in message


@pytest.mark.parametrize(
    ("typed", "day", "rule"),
    [
        (datetime(2026, 9, 1), date(2026, 9, 1), ""),
        (date(1980, 9, 30), date(1980, 9, 30), ""),
        ("2026-9-1", date(2026, 9, 1), "FORM003"),
        ("2026/09/01", date(2026, 9, 1), "FORM003"),
        ("2026.9.1", date(2026, 9, 1), "FORM003"),
        ("2026年9月1日", date(2026, 9, 1), "FORM003"),
        ("２０２６年９月１日", date(2026, 9, 1), "FORM003"),
        (Decimal(20260901), date(2026, 9, 1), "FORM003"),
        ("198009", date(1980, 9, 1), "FORM003"),
        ("1980年9月", date(1980, 9, 1), "FORM003"),
    ],
)
def test_days(typed: CellValue, day: date, rule: str) -> None:
    result = read(typed, DAY)
    assert (result.state, result.value, result.rule) == (FactState.GIVEN, day, rule)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-9-31",
        "9月18日",
        Decimal("2026.1"),
        "去年",
        "20261301",
        Decimal(46266),
        time(9, 1),
        datetime(1900, 1, 9),
    ],
)
def test_what_is_no_day(typed: CellValue) -> None:
    assert read(typed, DAY).rule == "FORM008"


def test_a_day_that_lost_its_format_is_named() -> None:
    assert "2026-09-01" in read(Decimal(46266), DAY).message


@pytest.mark.parametrize(
    ("typed", "year", "rule"),
    [
        (Decimal(1998), 1998, ""),
        ("1998", 1998, "FORM003"),
        ("1998年", 1998, "FORM003"),
        ("1998年9月", 1998, "FORM003"),
        (datetime(1998, 9, 1), 1998, "FORM003"),
    ],
)
def test_years(typed: CellValue, year: int, rule: str) -> None:
    result = read(typed, YEAR)
    assert (result.value, result.rule) == (Decimal(year), rule)


@pytest.mark.parametrize("typed", ["98", Decimal(98), "九八年", Decimal(19980), Decimal("1998.5")])
def test_what_is_no_year(typed: CellValue) -> None:
    assert read(typed, YEAR).rule == "FORM008"


def test_texts_that_the_spreadsheet_distorted() -> None:
    ratio = read(time(1, 19), TEXT)
    assert (ratio.value, ratio.rule) == ("1:19", "FORM003")
    assert read(Decimal("2136000501"), TEXT) == TypedValue(
        FactState.GIVEN, "2136000501", "2136000501"
    )
    assert read("２１３６０００５０１", TEXT).value == "2136000501"
    assert read("　上石桥一小 ", TEXT).value == "上石桥一小"
    assert read(datetime(2026, 1, 2), TEXT).rule == "FORM003"
    assert read("/", TEXT).state is FactState.BLANK


def test_a_long_number_that_lost_its_end_is_refused() -> None:
    result = read(Decimal("341125198009010016"), TEXT)
    assert (result.state, result.rule) == (FactState.UNREADABLE, "FORM022")


counts = st.integers(0, 10**9)


@given(value=counts, unit=st.sampled_from(["", "人", " 人", "名"]), wide=st.booleans())
def test_every_way_to_write_a_count_gives_that_count(value: int, unit: str, wide: bool) -> None:
    for text in (str(value), f"{value:,}", f"{value:,}".replace(",", "，"), f" {value}\u3000"):
        text += unit
        if wide:
            text = text.translate({n: n + 0xFEE0 for n in range(48, 58)})
        result = read(text, COUNT)
        assert (result.state, result.value) == (FactState.GIVEN, Decimal(value))


@given(text=st.text("0123456789０１２,，. -－+%人万约/无'½²① \u3000", min_size=1, max_size=9))
def test_no_text_is_taken_for_another_number(text: str) -> None:
    """Whatever is accepted is what a careful reader, taking out only signs that cannot change a
    number, would read."""
    result = read(text, AREA)
    if result.state is not FactState.GIVEN:
        assert result.value is None or result.state is FactState.BLANK
        return
    half = "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) < 0xFF5F else c for c in text)
    stripped = half.replace("\u3000", " ").strip().strip("'").rstrip()
    groups = stripped.partition(".")[0].lstrip("+-").split(",")
    assert all(len(group) == 3 for group in groups[1:]) and len(groups[0]) >= 1
    assert Fraction(str(result.value)) == Fraction(stripped.replace(",", ""))


@given(value=st.decimals(0, 10**9, places=3))
def test_stored_numbers_come_through_unchanged(value: Decimal) -> None:
    as_stored = Decimal(repr(float(value)))
    result = normalise(Cell(CellKind.NUMBER, as_stored), AREA)
    assert Fraction(str(result.value)) == Fraction(str(value))


@given(value=st.decimals(Decimal("0.1"), 100, places=2))
def test_a_percentage_is_the_same_however_the_cell_stores_it(value: Decimal) -> None:
    as_percent = Cell(CellKind.NUMBER, Decimal(repr(float(value / 100))), None, True)
    assert normalise(as_percent, PERCENT).value == value
    assert read(f"{value}%", PERCENT).value == value


anything = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.booleans(),
    st.decimals(),
    st.dates().map(lambda day: datetime(day.year, day.month, day.day)),
    st.times(),
    st.timedeltas(timedelta(0), timedelta(days=40)),
)


@given(value=anything, percent=st.booleans(), kind=st.sampled_from(FieldType))
def test_nothing_a_cell_can_hold_stops_the_reading(
    value: CellValue, percent: bool, kind: FieldType
) -> None:
    for blank in Blank:
        result = normalise(cell(value, percent), entry(kind, "人", blank), SCHOOL_TYPES)
        if result.state is FactState.GIVEN:
            assert result.value is not None
        elif result.state is FactState.UNREADABLE:
            assert result.rule and result.message.endswith("。") and result.value is None


@pytest.mark.parametrize("typed", ["{", "}", "{typed}", "{0}", "2026{年}", "%s"])
@pytest.mark.parametrize("kind", FieldType)
def test_signs_that_programs_use_are_told_as_they_were_typed(typed: str, kind: FieldType) -> None:
    result = normalise(cell(typed), entry(kind, "人", Blank.MISSING), SCHOOL_TYPES)
    if kind is FieldType.TEXT:
        assert result.value == typed
    elif result.state is FactState.UNREADABLE:
        assert typed in result.message


@pytest.mark.parametrize(
    ("typed", "year"),
    [("29年9月1日", 2029), ("30年9月1日", 1930), ("1-Sep-29", 2029), ("1-Sep-30", 1930)],
)
def test_two_digits_of_a_year_are_this_century_up_to_29(typed: str, year: int) -> None:
    result = read(typed, DAY)
    assert (result.value, result.rule) == (date(year, 9, 1), "FORM003")
    assert f"两位年份按 {year} 年算" in result.message


def test_a_hundred_per_cent_is_not_one_person() -> None:
    result = normalise(number("1", percent=True), COUNT)
    assert (result.state, result.rule) == (FactState.UNREADABLE, "FORM002")
    assert "显示 100%，实际存的是 1" in result.message


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("12/13/2026", date(2026, 12, 13)),
        ("13/12/2026", date(2026, 12, 13)),
        ("12/12/2026", date(2026, 12, 12)),
        ("1800-1-1", date(1800, 1, 1)),
        ("2100-12-31", date(2100, 12, 31)),
        ("2024-2-29", date(2024, 2, 29)),
        ("2026-12-1", date(2026, 12, 1)),
        # midnight in China is four in the afternoon of the day before in Greenwich
        ("2026-08-31T16:00:00Z", date(2026, 9, 1)),
        ("2026-08-31T15:59:00Z", date(2026, 8, 31)),
        ("2026-09-01T00:59:00+09:00", date(2026, 8, 31)),
        ("2026-09-01T01:00:00+09:00", date(2026, 9, 1)),
        ("2026-08-31T11:00:00-05:00", date(2026, 9, 1)),
        ("2026-08-31T10:59:00-05:00", date(2026, 8, 31)),
        ("2026-08-31T23:30:00+07:00", date(2026, 9, 1)),
    ],
)
def test_days_at_the_edge_of_what_is_certain(typed: str, day: date) -> None:
    result = read(typed, DAY)
    assert (result.value, result.rule) == (day, "FORM003")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("1/12/2026", "看不出 1 和 12 哪个是月"),
        ("12/1/2026", "看不出 12 和 1 哪个是月"),
        ("13/13/2026", "没有 13 月"),
        ("2026-0-1", "没有 0 月"),
        ("2026-2-29", "2026 年 2 月没有 29 日；"),
        ("2026-4-31", "2026 年 4 月没有 31 日；"),
        ("2026-4-0", "2026 年 4 月没有 0 日；"),
        ("1799-1-1", "年份 1799 不对"),
        ("2101-1-1", "年份 2101 不对"),
    ],
)
def test_days_just_beyond_what_is_certain(typed: str, why: str) -> None:
    result = read(typed, DAY)
    assert (result.state, result.rule) == (FactState.UNREADABLE, "FORM008")
    assert why in result.message


@pytest.mark.parametrize("typed", ["1000", "1000.0", "1,000", "1000.00"])
def test_a_round_number_is_written_out(typed: str) -> None:
    assert str(read(typed, COUNT).value) == "1000"
    assert str(read(typed, MONEY).value) == "1000"


@pytest.mark.parametrize(
    ("typed", "doubted"),
    [("0", False), ("0.01", True), ("0.955", True), ("1", True), ("1.01", False), ("2", False)],
)
def test_up_to_one_a_percentage_is_doubted(typed: str, doubted: bool) -> None:
    result = normalise(number(typed), PERCENT)
    assert (result.value, result.rule) == (Decimal(typed), "FORM021" if doubted else "")
    if typed == "0.955":
        assert "如果本意是 95.5%，请改填 95.5。" in result.message


@pytest.mark.parametrize("field", [COUNT, TEXT, CODE, DAY])
def test_a_picture_in_a_cell_is_no_value(field: Field) -> None:
    """WPS stores a picture in a cell as the text of a formula of its own."""
    result = read('=DISPIMG("ID_1",1)', field, SCHOOL_TYPES)
    assert (result.state, result.rule) == (FactState.UNREADABLE, "FORM025")
