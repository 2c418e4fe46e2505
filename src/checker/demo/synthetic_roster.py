"""The schools of the synthetic county: kind, name, code and place of each, all different.

County 999 does not exist; nobody is meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from msgspec import Struct

from checker.toml_files import record_of

COUNTY_CODE = "369901"
"""A county code that is not assigned (省 36), so that no real school can be taken for one here."""

COUNTY_NAME = "云溪县"

CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def person(random: Random) -> str:
    """A name of two or three characters."""
    return random.choice(NAMES.surnames) + "".join(
        random.sample(NAMES.given, random.choice((1, 2, 2)))
    )


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


NUMERALS = "一二三四五六七八九十"


class Kind(Struct, frozen=True):
    """A kind of school. ``sizes`` is the range of students per class by stage, ``classes`` the
    range of classes per grade, ``prefix`` the first digits of its 标识码, ``share`` how
    many of a hundred schools are of it."""

    code: str
    suffix: str
    prefix: str
    classes: tuple[int, int]
    sizes: dict[str, tuple[int, int]]
    share: int = 0


class _Names(Struct, frozen=True):
    streets: tuple[str, ...]
    towns: tuple[str, ...]
    villages: tuple[str, ...]
    surnames: str
    given: str
    kinds: dict[str, Kind]


NAMES = record_of(Path(__file__).with_suffix(".toml"), _Names)
KINDS = NAMES.kinds


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
    village = random.randrange(len(NAMES.villages))
    if kind.code != "218" and random.random() < 0.3:
        street = random.randrange(len(NAMES.streets))
        area = f"{COUNTY_CODE}{street + 1:03d}{village + 1:03d}"
        place = Place(
            "111",
            area,
            address_of(f"{NAMES.streets[street]}街道", f"{NAMES.villages[village]}路", number),
        )
        return NAMES.streets[street], NAMES.villages[village], place
    town = random.randrange(len(NAMES.towns))
    is_town = town < len(NAMES.towns) // 2
    code = 100 + town if is_town else 200 + town
    area = f"{COUNTY_CODE}{code:03d}{village + 201:03d}"
    centre = kind.code in ("311", "312", "341")
    kind_of_place = ("121" if is_town else "210") if centre else "220"
    seat = f"{NAMES.towns[town]}{'镇' if is_town else '乡'}"
    address = address_of(seat, f"{NAMES.villages[village]}村", number)
    return seat, NAMES.villages[village], Place(kind_of_place, area, address)


def schools_of(schools: int, seed: int) -> Iterator[Entry]:
    """``schools`` entries, the same ones for the same seed."""
    kinds = [kind for kind in KINDS.values() for _ in range(kind.share)]
    taken: dict[str, int] = {}
    for index in range(schools):
        random = Random(f"{seed}/{index}/place")
        # every kind is there even in a small county, whatever the dice say
        kind = list(KINDS.values())[index] if index < len(KINDS) else random.choice(kinds)
        seat, village, place = _place(random, kind)
        stem = seat if kind.code in ("312", "341") else seat + village
        count = taken[stem + kind.suffix] = taken.get(stem + kind.suffix, 0) + 1
        middle = f"第{_numeral(count)}" if count > 1 else ""
        yield Entry(
            kind, f"{stem}{middle}{kind.suffix}", school_code(kind.prefix, index + 1), place
        )
