"""The schools of the synthetic county: kind, name, code and place of each, all different."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from msgspec import Struct

from checker.demo.names import COUNTY_CODE, STREETS, TOWNS, VILLAGES
from checker.demo.school import KINDS, Kind, Place, address_of, school_code

SHARES = (("primary", 50), ("nine_year", 20), ("junior", 14), ("point", 10), ("complete", 6))
"""Schools of each kind per hundred."""

NUMERALS = "一二三四五六七八九十"


class Entry(Struct, frozen=True):
    """One line of the roster."""

    kind: Kind
    name: str
    code: str
    place: Place


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
