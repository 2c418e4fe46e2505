"""Light named tuples behave as the standard ones do, without ``typing``."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import pytest

from checker.light_typing import NamedTuple


class Place(NamedTuple):
    """A place in a form."""

    field: str
    column: str = ""
    row: int = 0

    def __str__(self) -> str:
        return f"{self.field}@{self.column}"


class Room(NamedTuple):
    """A named tuple that is made often."""

    use: str
    area: int = 0


def test_it_is_a_tuple_with_names() -> None:
    place = Place("teachers.full_time", row=3)
    assert place == ("teachers.full_time", "", 3)
    assert hash(place) == hash(("teachers.full_time", "", 3))
    assert {place: 1}["teachers.full_time", "", 3] == 1  # type: ignore[index]
    assert (place.field, place.column, place.row) == tuple(place)
    assert not hasattr(place, "__dict__")
    field, *_ = place
    assert field == "teachers.full_time"


def test_it_shows_itself_by_names_unless_it_has_its_own_words() -> None:
    assert repr(Place("a", "b")) == "Place(field='a', column='b', row=0)"
    assert str(Place("a", "b")) == "a@b"
    assert str(Room("音乐")) == "Room(use='音乐', area=0)"


def test_what_the_standard_ones_offer_is_there() -> None:
    place = Place("a")
    assert Place._fields == ("field", "column", "row")
    assert place._replace(row=2) == Place("a", "", 2)
    assert place._asdict() == {"field": "a", "column": "", "row": 0}
    assert Place._make(["a", "b", 1]) == Place("a", "b", 1)
    with pytest.raises(ValueError, match="colour"):
        place._replace(colour="red")  # type: ignore[call-arg]
    match place:
        case Place(field, column):
            assert (field, column) == ("a", "")


@pytest.mark.parametrize("made_before", [0, 100])
def test_wrong_values_are_type_errors_however_often_it_was_made(made_before: int) -> None:
    for number in range(made_before):
        assert Room("音乐", number).area == number
        assert Room(area=number, use="美术") == ("美术", number)
    with pytest.raises(TypeError):
        Room()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Room("音乐", 1, 2)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Room("音乐", colour="红")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Room("音乐", use="红")  # type: ignore[misc]
    assert Room("音乐") == ("音乐", 0)


def test_it_is_pickled_and_copied() -> None:
    place = Place("a", "b", 3)
    for twin in (pickle.loads(pickle.dumps(place)), copy.deepcopy(place), copy.copy(place)):
        assert twin == place
        assert type(twin) is Place


def test_judging_a_workbook_needs_no_typing() -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "import checker.cli.check_run, checker.engine, checker.reading, checker.templates.binding\n"
        "print('typing' in set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
