"""Names and codes of the synthetic county. County 999 does not exist; nobody is meant."""

from __future__ import annotations

from random import Random

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
