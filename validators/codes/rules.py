"""Codes that name the same place in different positions: what the expressions cannot cut out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from checker.api import Context, Unit, Verdict

REFERENCE_DAY = (9, 1)
"""统计时点: 1 September of the edition year."""


def codes_name_one_province(unit: Unit, context: Context) -> Iterator[Verdict]:
    """COD8: positions 3-4 of the 标识码 and 1-2 of the 区划代码 are the same province. Codes of the
    wrong length are the business of COD1 and COD7."""
    code, area = unit.text("school.code"), unit.text("school.area_code")
    if len(code) != 10 or len(area) != 12:
        yield context.not_applicable("标识码或统计用区划代码的位数不对")
        return
    at = ("school.code", "school.area_code")
    actual, required = f"标识码 {code[2:4]}，区划代码 {area[:2]}", "省份相同"
    if code[2:4] == area[:2]:
        yield context.passed(
            "标识码与区划代码的省份相同。", at=at, actual=actual, required=required
        )
        return
    yield context.failed(
        f"标识码第3、4位的省份代码是“{code[2:4]}”，统计用区划代码的省份是“{area[:2]}”，应当相同。",
        at=at,
        actual=actual,
        required=required,
    )


def credit_code_names_the_county(unit: Unit, context: Context) -> Iterator[Verdict]:
    """COD9: positions 3-8 of the 统一社会信用代码 are the county of the 区划代码."""
    code, area = unit.text("school.credit_code"), unit.text("school.area_code")
    if len(code) != 18 or len(area) != 12:
        yield context.not_applicable("统一社会信用代码或统计用区划代码的位数不对")
        return
    at = ("school.credit_code", "school.area_code")
    actual, required = f"信用代码 {code[2:8]}，区划代码 {area[:6]}", "县级区划相同"
    if code[2:8] == area[:6]:
        yield context.passed("登记地与学校所在县相同。", at=at, actual=actual, required=required)
        return
    yield context.failed(
        f"统一社会信用代码的登记地是“{code[2:8]}”，统计用区划代码的县是“{area[:6]}”，请核实。",
        at=at,
        actual=actual,
        required=required,
    )


def urban_class_fits_the_township(unit: Unit, context: Context) -> Iterator[Verdict]:
    """COD10: a township (乡) is not 主城区 or 镇中心区, a subdistrict (街道) is not 乡中心区."""
    place, area = unit.text("school.urban_rural"), unit.text("school.area_code")
    if len(area) != 12:
        yield context.not_applicable("统计用区划代码的位数不对")
        return
    at = ("school.urban_rural", "school.area_code")
    kind = "街道" if area[6] == "0" else "镇" if area[6] == "1" else "乡"
    if area[6] not in "0123":
        yield context.not_applicable("类似乡级单位的城乡分类不作比较")
        return
    unlikely = {"街道": ("210",), "镇": ("210",), "乡": ("111", "121")}[kind]
    meaning = unit.template.code_lists.get("urban_rural", {}).get(place, "")
    actual = f"{place} {meaning}".strip()
    required = f"与{kind}的代码相符"
    if place not in unlikely:
        yield context.passed("城乡分类与区划代码相符。", at=at, actual=actual, required=required)
        return
    yield context.failed(
        f"统计用区划代码第7至9位“{area[6:9]}”是{kind}，城乡分类却是“{actual}”，请核实。",
        at=at,
        actual=actual,
        required=required,
    )


def filled_in_after_the_reference_day(unit: Unit, context: Context) -> Iterator[Verdict]:
    """COD13: filled in between the reference day of the form's edition and the end of that year."""
    day = unit.date("school.filled_on")
    first = date(unit.edition, *REFERENCE_DAY)
    required = f"{first.isoformat()}至{unit.edition}-12-31"
    at, actual = ("school.filled_on",), day.isoformat()
    if first <= day <= date(unit.edition, 12, 31):
        yield context.passed("填报日期在填报期内。", at=at, actual=actual, required=required)
        return
    yield context.failed(
        f"填报日期是 {actual}，不在本年度填报期（{required}）之内，请核对。",
        at=at,
        actual=actual,
        required=required,
    )
