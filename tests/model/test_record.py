"""Records behave as frozen dataclasses with slots do, and cost less to define."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Mapping

import pytest

from checker.model.cells import Cell, CellKind
from checker.record import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Room:
    """A room."""

    use: str
    area: int = 0
    people: Mapping[str, int] = field(default_factory=dict)
    photo: bytes = field(default=b"", repr=False, compare=False)

    @property
    def large(self) -> bool:
        """More than 90 m²."""
        return self.area > 90


def test_values_are_given_by_place_or_name_and_defaults_are_not_shared() -> None:
    music, art = Room("音乐", 96), Room(use="美术")
    assert (music.use, music.area, art.area, music.large) == ("音乐", 96, 0, True)
    assert music.people == {}
    assert music.people is not art.people


@pytest.mark.parametrize("made_before", [0, 100])
def test_a_missing_or_unknown_value_is_a_type_error(made_before: int) -> None:
    for number in range(made_before):
        assert Room("音乐", number).area == Room(area=number, use="音乐").area == number
    with pytest.raises(TypeError):
        Room()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Room("音乐", colour="红")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Room("音乐", use="红")  # type: ignore[misc]
    assert Room("音乐").people == {}


def test_equality_hash_and_text_leave_out_what_was_said() -> None:
    assert Room("音乐", 96, photo=b"1") == Room("音乐", 96, photo=b"2")
    assert Room("音乐", 96) != Room("音乐", 95)
    assert Room("音乐") != "音乐"
    assert hash(Cell(CellKind.TEXT, "甲")) == hash(Cell(CellKind.TEXT, "甲"))
    assert repr(Room("音乐", 96)) == "Room(use='音乐', area=96, people={})"


def test_records_are_frozen_and_have_no_dict() -> None:
    room = Room("音乐")
    with pytest.raises(dataclasses.FrozenInstanceError):
        room.area = 3  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del room.area
    assert not hasattr(room, "__dict__")


def test_records_are_pickled_and_copied() -> None:
    room = Room("音乐", 96, {"甲": 1}, b"x")
    for twin in (pickle.loads(pickle.dumps(room)), copy.deepcopy(room), copy.copy(room)):
        assert (twin, twin.photo) == (room, b"x")


def test_the_standard_functions_work() -> None:
    room = Room("音乐", 96, {"甲": 1})
    assert replace(room, area=3) == dataclasses.replace(room, area=3) == Room("音乐", 3, {"甲": 1})
    assert dataclasses.asdict(room) == {
        "use": "音乐",
        "area": 96,
        "people": {"甲": 1},
        "photo": b"",
    }
    assert [item.name for item in dataclasses.fields(Room)] == ["use", "area", "people", "photo"]
    assert dataclasses.is_dataclass(Room)
    match room:
        case Room(use, area):
            assert (use, area) == ("音乐", 96)


def test_another_kind_of_dataclass_is_refused() -> None:
    with pytest.raises(TypeError):
        dataclass(frozen=False, slots=True)
