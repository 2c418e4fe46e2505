"""The schools of the synthetic county: kind, name, code and place of each, all different.

County 999 does not exist; nobody is meant."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from msgspec import Struct

COUNTY_CODE = "369901"
"""A county code that is not assigned (省 36), so that no real school can be taken for one here."""

COUNTY_NAME = "云溪县"

STREETS = ("城关", "东湖", "西苑", "南门", "北苑", "滨江")
TOWNS = (
    "青石", "柳林", "白马", "龙泉", "石桥", "新河", "双塔", "竹溪", "枫树", "清水",
    "沙坪", "梅岭", "古渡", "长岗", "黄陂", "永安", "太平", "和顺", "团山", "高桥",
)  # fmt: skip
VILLAGES = (
    "上湾", "下塘", "前进", "红星", "莲塘", "大屋", "杨家", "李庄", "桃源", "松树",
    "山口", "田心", "坝上", "水口", "荷塘", "樟树", "河西", "河东", "岭下", "东风",
)  # fmt: skip
SURNAMES = tuple("王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
GIVEN = tuple(
    "建国志明秀英海燕晓红文斌雪梅立军小兰国强玉珍春华伟东丽娟德平永庆佳慧思源子涵雨桐俊杰"
)

CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def person(random: Random) -> str:
    """A name of two or three characters."""
    return random.choice(SURNAMES) + "".join(random.sample(GIVEN, random.choice((1, 2, 2))))


def credit_code(random: Random) -> str:
    """An 18-character 统一社会信用代码 of a public institution with a right check digit
    (GB 32100-2015: weights 3^i mod 31)."""
    body = "12" + COUNTY_CODE + "MB" + "".join(random.choices("0123456789", k=7))
    total = sum(
        CREDIT_CHARACTERS.index(character) * pow(3, position, 31)
        for position, character in enumerate(body)
    )
    return body + CREDIT_CHARACTERS[-total % 31]


def phone(random: Random) -> str:
    """A mobile number of the form that is never assigned to anybody (1 000 …)."""
    return "139" + "".join(random.choices("0123456789", k=8))


SHARES = (("primary", 50), ("nine_year", 20), ("junior", 14), ("point", 10), ("complete", 6))
"""Schools of each kind per hundred."""

NUMERALS = "一二三四五六七八九十"


class Kind(Struct, frozen=True):
    """A kind of school. ``sizes`` is the range of students per class by stage, ``classes`` the
    range of classes per grade, ``prefix`` the first digits of its 标识码."""

    code: str
    suffix: str
    prefix: str
    classes: tuple[int, int]
    sizes: dict[str, tuple[int, int]]


KINDS = {
    "primary": Kind("211", "小学", "21", (1, 5), {"primary": (31, 43)}),
    "point": Kind("218", "教学点", "21", (1, 1), {"primary": (14, 24)}),
    "junior": Kind("311", "初级中学", "31", (3, 8), {"junior": (38, 48)}),
    "nine_year": Kind("312", "学校", "31", (1, 3), {"primary": (32, 43), "junior": (38, 48)}),
    "complete": Kind("341", "中学", "34", (3, 6), {"junior": (38, 48), "senior": (40, 50)}),
}


class Place(Struct, frozen=True):
    """Where a school stands: 城乡分类, 12 digits of 统计用区划代码, address."""

    urban_rural: str
    area_code: str
    address: str


class Entry(Struct, frozen=True):
    """One line of the roster."""

    kind: Kind
    name: str
    code: str
    place: Place


def address_of(town: str, village: str, number: int) -> str:
    """A full address of the synthetic county."""
    return f"{COUNTY_NAME}{town}{village}{number}号"


def school_code(prefix: str, number: int) -> str:
    """标识码: two digits of the kind, the province, six digits of sequence."""
    return f"{prefix}{COUNTY_CODE[:2]}{number:06d}"


def _numeral(number: int) -> str:
    """1 to 999 in Chinese numerals as school names write them: 12 -> 十二, 20 -> 二十."""
    if number <= 10:
        return NUMERALS[number - 1]
    tens, ones = divmod(number, 10)
    if number < 100:
        head = "十" if tens == 1 else f"{NUMERALS[tens - 1]}十"
        return head + (NUMERALS[ones - 1] if ones else "")
    hundreds, rest = divmod(number, 100)
    between = "零" if 0 < rest < 10 else ""
    return f"{NUMERALS[hundreds - 1]}百{between}{_numeral(rest) if rest else ''}"


def _place(random: Random, kind: Kind) -> tuple[str, str, Place]:
    """Town, village and where it stands. A county has few streets and many villages."""
    number = random.randint(1, 199)
    village = random.randrange(len(VILLAGES))
    if kind.code != "218" and random.random() < 0.3:
        street = random.randrange(len(STREETS))
        area = f"{COUNTY_CODE}{street + 1:03d}{village + 1:03d}"
        place = Place(
            "111", area, address_of(f"{STREETS[street]}街道", f"{VILLAGES[village]}路", number)
        )
        return STREETS[street], VILLAGES[village], place
    town = random.randrange(len(TOWNS))
    is_town = town < len(TOWNS) // 2
    code = 100 + town if is_town else 200 + town
    area = f"{COUNTY_CODE}{code:03d}{village + 201:03d}"
    centre = kind.code in ("311", "312", "341")
    kind_of_place = ("121" if is_town else "210") if centre else "220"
    seat = f"{TOWNS[town]}{'镇' if is_town else '乡'}"
    address = address_of(seat, f"{VILLAGES[village]}村", number)
    return seat, VILLAGES[village], Place(kind_of_place, area, address)


def schools_of(schools: int, seed: int) -> Iterator[Entry]:
    """``schools`` entries, the same ones for the same seed."""
    kinds = [key for key, share in SHARES for _ in range(share)]
    taken: dict[str, int] = {}
    for index in range(schools):
        random = Random(f"{seed}/{index}/place")
        # every kind is there even in a small county, whatever the dice say
        key = SHARES[index][0] if index < len(SHARES) else random.choice(kinds)
        kind = KINDS[key]
        seat, village, place = _place(random, kind)
        stem = seat if kind.code in ("312", "341") else seat + village
        count = taken[stem + kind.suffix] = taken.get(stem + kind.suffix, 0) + 1
        middle = f"第{_numeral(count)}" if count > 1 else ""
        yield Entry(
            kind, f"{stem}{middle}{kind.suffix}", school_code(kind.prefix, index + 1), place
        )
