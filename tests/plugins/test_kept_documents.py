"""What is kept of manifests, profiles and templates in the cache folder: data, whoever wrote it."""

from __future__ import annotations

import json
import os
import pickle
import random
import zlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import cycle
from pathlib import Path

import pytest
from msgspec import msgpack

from checker import toml_files
from checker.forms import registry
from checker.forms.loading import load_template
from checker.plugins.manifest import load_manifest
from checker.plugins.profile_files import load_overlay
from checker.toml_files import STORE_FILE

from .conftest import FORM, GOOD_RULE

WritePlugin = Callable[..., Path]

PROFILE = """
id = "county_x"
title = "某县"
thresholds = [{ id = "RES1", unit = "人", value = 0.9 }]
[rules.RES1]
severity = "soft"
[definitions]
ratio = "new"
"""
EXAMPLES = """
examples = [{ expect = "pass", facts = { "staff.total" = 3.5 }, schools = [{ "a.b" = 1 }] }]
sources = [{ title = "某文件", clause = "第一条" }]
at = ["staff.total"]
[[thresholds]]
id = "LIMIT"
unit = "人"
values = { primary = 1.5, junior = 2 }
[code_lists.meals]
"1" = "早"
"""


FREE = {"facts", "schools"}
"""Where an example holds values of any type."""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    monkeypatch.delenv("CHECKER_NO_CACHE", raising=False)
    monkeypatch.setenv("CHECKER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def three(cache: Path, write_plugin: WritePlugin, tmp_path: Path) -> Callable[[], list[object]]:
    """Loads a manifest, a profile and a template; the cache holds all three."""
    manifest = write_plugin("pack", GOOD_RULE + EXAMPLES) / "plugin.toml"
    profile = tmp_path / "county_x.toml"
    profile.write_text(PROFILE, "utf-8")

    def load() -> list[object]:
        found = load_manifest(manifest)
        return [found, load_overlay(profile), load_template(FORM)]

    load()
    return load


def kept_in(cache: Path) -> tuple[str, dict[str, bytes]]:
    """What the file in the cache holds."""
    form, entries = msgpack.decode((cache / STORE_FILE).read_bytes())
    return form, entries


def keep(cache: Path, form: str, entries: object) -> None:
    """Write the file as the program would."""
    (cache / STORE_FILE).write_bytes(msgpack.encode((form, entries)))


def with_checksum(payload: bytes) -> bytes:
    """As an entry is kept."""
    return zlib.crc32(payload).to_bytes(4, "big") + payload


def test_all_are_kept_in_one_file_and_read_back_equal(
    cache: Path, three: Callable[[], list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time nothing is parsed or checked."""
    monkeypatch.setenv("CHECKER_NO_CACHE", "1")
    parsed = three()
    monkeypatch.delenv("CHECKER_NO_CACHE")
    monkeypatch.setattr(toml_files, "parse_text", lambda *given: pytest.fail("parsed again"))
    assert three() == parsed
    assert [path.name for path in cache.iterdir()] == [STORE_FILE]
    assert len(kept_in(cache)[1]) == 3


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut": lambda data: data[:-7],
    "half": lambda data: data[: len(data) // 2],
    "one byte": lambda data: data[:400] + bytes([data[400] ^ 0xFF]) + data[401:],
    "reversed": lambda data: data[::-1],
    "zeros": lambda data: b"\0" * 200,
    "another form": lambda data: msgpack.encode(("checker-records-0", {})),
    "deep": lambda data: b"\x91" * 100_000 + b"\xc0",
    "a list said to be endless": lambda data: b"\xdd\xff\xff\xff\xff",
    "a pickle": lambda data: pickle.dumps({"a": 1}),
    "old form": lambda data: b"checker-toml-3\n" + b"\0" * 200,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_not_believed(
    cache: Path, three: Callable[[], list[object]], damage: Callable[[bytes], bytes]
) -> None:
    """What the TOML files say is found again, and the file is mended."""
    first = three()
    file = cache / STORE_FILE
    file.write_bytes(damage(file.read_bytes()))
    assert three() == first
    assert len(kept_in(cache)[1]) == 3


POISONS: list[object] = [
    None, True, False, 0, -1, 2**63, 1.5, float("nan"), "", "x" * 100_000, b"\0" * 50, [], {},
    [None], ["a", 1, [2]], {"a": {"b": {"c": []}}}, {"__class__": "os.system"},
    msgpack.Ext(1, b"1e999999999"), msgpack.Ext(1, b"NaN"), msgpack.Ext(1, b"text"),
    msgpack.Ext(2, b"2026-99-99"), msgpack.Ext(77, b"\x80\x04cos\nsystem\n."),
]  # fmt: skip


def nested(levels: int) -> object:
    """A list in a list in a list."""
    found: object = []
    for _ in range(levels):
        found = [found]
    return found


def places(value: object, way: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The ways to every value inside."""
    yield way
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*way, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from places(item, (*way, number))


def poisoned(value: object, way: tuple[object, ...], poison: object) -> object:
    """The same with one value replaced."""
    if not way:
        return poison
    if isinstance(value, dict):
        return {
            key: poisoned(item, way[1:], poison) if key == way[0] else item
            for key, item in value.items()
        }
    assert isinstance(value, list)
    return [
        poisoned(item, way[1:], poison) if number == way[0] else item
        for number, item in enumerate(value)
    ]


def test_every_kind_of_value_in_every_place_runs_nothing_and_loses_nothing(
    cache: Path, three: Callable[[], list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries with a right checksum and a value that nobody wrote: never an exception, and where
    the value is of another type than the program writes, the TOML file is read."""
    monkeypatch.setattr(os, "system", lambda *given: pytest.fail("something ran"))
    first = three()
    form, entries = kept_in(cache)
    dice = random.Random(20261129)
    poisons = [*POISONS, nested(400)]
    reread = 0
    for key, entry in entries.items():
        document = msgpack.decode(entry[4:])
        ways = list(places(document))
        for way in ways if len(ways) < 40 else dice.sample(ways, 40):
            poison = dice.choice(poisons)
            changed = msgpack.encode(poisoned(document, way, poison))
            keep(cache, form, {**entries, key: with_checksum(changed)})
            found = three()
            assert [type(each) for each in found] == [type(each) for each in first]
            reread += found == first
    assert reread > 60  # the others are texts in place of texts, and keys that nobody reads


def test_what_has_another_type_than_the_form_says_is_read_from_the_toml(
    cache: Path, three: Callable[[], list[object]]
) -> None:
    """Numbers for texts, texts for tables, lists for numbers."""
    first = three()
    form, entries = kept_in(cache)
    for key, entry in entries.items():
        document = msgpack.decode(entry[4:])
        ways = list(places(document))
        for way in ways if len(ways) < 40 else random.Random(7).sample(ways, 40):
            here: object = document
            for step in way:
                here = here[step]  # type: ignore[index]
            number = isinstance(here, str) and here.replace(".", "").isdigit()  # of a limit, exact
            texts = isinstance(here, str | list | dict) and not number
            poison: object = 7 if texts else ["text"]
            if isinstance(here, str | bool | int | list | dict) and not FREE & set(way):
                changed = msgpack.encode(poisoned(document, way, poison))
                keep(cache, form, {**entries, key: with_checksum(changed)})
                assert three() == first, way


def test_a_poisoned_cache_costs_a_check_nothing(
    cache: Path, checker_run: Callable[..., tuple[int, dict[str, object]]]
) -> None:
    """The whole command: the same verdicts with a cache that holds rubbish under the right keys,
    now of this kind and now of that."""
    code, first = checker_run()
    form, entries = kept_in(cache)
    assert len(entries) > 10
    kinds = (b"\x80", msgpack.encode({"plugin": []}), b"\x91" * 5000, msgpack.encode(7))
    rubbish = cycle(map(with_checksum, kinds))
    keep(cache, form, dict(zip(entries, rubbish, strict=False)))
    assert checker_run() == (code, first)


@pytest.fixture
def checker_run() -> Callable[..., tuple[int, dict[str, object]]]:
    """Checks an example in a process of its own; exit code and report."""
    import subprocess
    import sys

    example = Path(__file__).parents[2] / "examples" / "linyi.xlsx"

    def run() -> tuple[int, dict[str, object]]:
        done = subprocess.run(
            [sys.executable, "-c", "from checker.cli.main import main; main()", "check",
             str(example), "--format", "json",
             "--no-mark"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout)

    return run


def test_a_cache_that_is_no_folder_or_a_pipe_is_no_trouble(
    cache: Path, three: Callable[[], list[object]]
) -> None:
    """Nothing is waited for, nothing is written through a link."""
    first = three()
    file = cache / STORE_FILE
    file.unlink()
    os.mkfifo(file)
    assert three() == first
    file.unlink()
    outside = cache.parent / "outside.txt"
    outside.write_text("别动")
    file.symlink_to(outside)
    assert three() == first
    assert outside.read_text() == "别动"


def test_numbers_days_and_times_come_back_as_they_were(cache: Path, tmp_path: Path) -> None:
    """Exact, and of the same type."""
    path = tmp_path / "x.toml"
    path.write_text(
        "a = 0.10\nb = 2026-09-01\nc = 2026-09-01T08:00:00+08:00\nd = 08:30:00\n"
        "e = [1, 2.50, { f = -0.0 }]\n"
    )
    first = toml_files.load(path)
    again = toml_files.load(path)
    assert again == first
    assert str(again["a"]) == "0.10"
    assert [type(value) for value in again.values()] == [type(value) for value in first.values()]
    assert isinstance(again["a"], Decimal)


@pytest.mark.parametrize("number", ["inf", "nan", "1e999999999", "1." + "3" * 60])
def test_numbers_that_no_figure_has_are_refused(tmp_path: Path, number: str) -> None:
    """Exact arithmetic with them would not come to an end."""
    path = tmp_path / "x.toml"
    path.write_text(f"a = {number}\n")
    with pytest.raises(toml_files.TomlFileError, match="不是可用的数字"):
        toml_files.load(path)


def test_all_forms_with_their_sheets_are_one_record(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time no form is put together; what holds together no more is not believed."""
    first = registry.installed_templates()
    form, entries = kept_in(cache)
    with monkeypatch.context() as second:
        second.setattr(registry, "load_template", lambda path: pytest.fail(f"{path} again"))
        assert registry.installed_templates() == first
    key, entry = list(entries.items())[-1]
    forms = msgpack.decode(entry[4:])
    assert len(forms) == len(first)
    filled = next(sheet for sheet in forms[0][0]["sheets"] if sheet["fields"])
    filled["fields"][0]["codes"] = "没有这张代码表"
    keep(cache, form, {**entries, key: with_checksum(msgpack.encode(forms))})
    assert registry.installed_templates() == first
    assert kept_in(cache)[1][key] == entry
