"""plugin.toml: rules by year, published schemas, and the cache that spares parsing it again."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from msgspec import msgpack

from checker import toml_files
from checker.model.verdicts import Severity
from checker.plugins.discovery import bundled, bundled_folder
from checker.plugins.json_schema import FOLDER, as_text, published
from checker.plugins.loading import load_plugins
from checker.plugins.manifest import load_manifest
from checker.rules.ruleset import difference
from checker.toml_files import STORE_FILE

from .conftest import GOOD_RULE
from .test_misbehaving import BAD_MANIFESTS

WritePlugin = Callable[..., Path]


def test_the_published_schemas_are_what_is_checked() -> None:
    """Run ``python -m checker.plugins.json_schema`` after changing the keys of a kind."""
    for name, schema in published().items():
        Draft202012Validator.check_schema(schema)
        assert (FOLDER / name).read_text("utf-8") == as_text(schema)


def test_every_bundled_manifest_and_profile_fits_the_published_schemas() -> None:
    """An editor that knows the schema has nothing to complain of."""
    schemas = published()
    manifests = Draft202012Validator(schemas["plugin.schema.json"])
    profiles = Draft202012Validator(schemas["profile.schema.json"])
    for found in bundled():
        assert found.folder is not None
        text = (found.folder / "plugin.toml").read_text("utf-8")
        assert [error.message for error in manifests.iter_errors(tomllib.loads(text))] == []
        for path in found.folder.glob("profiles/*.toml"):
            errors = profiles.iter_errors(tomllib.loads(path.read_text("utf-8")))
            assert [error.message for error in errors] == []


STRUCTURAL = [
    (name, text)
    for name, text, _ in BAD_MANIFESTS
    if name
    in (
        "empty",
        "no version",
        "misspelt key",
        "wrong type",
        "missing key",
        "bad severity",
        "bad id",
    )
]


@pytest.mark.parametrize("text", [text for _, text in STRUCTURAL], ids=[n for n, _ in STRUCTURAL])
def test_what_we_refuse_for_its_form_the_schema_refuses_too(text: str) -> None:
    validator = Draft202012Validator(published()["plugin.schema.json"])
    assert list(validator.iter_errors(tomllib.loads(text)))


YEARS = """
[[changes]]
edition = 2027
remove = ["{family}2"]
note = "改版"
change = { {family}1 = { severity = "soft", check = "teachers.full_time < staff.total" } }

[[changes]]
edition = 2029
change = { {family}1 = { title = "更名" } }
"""


def test_a_year_is_written_as_what_differs_from_the_year_before(write_plugin: WritePlugin) -> None:
    """Added, changed and removed; the old versions stay for old forms."""
    two = GOOD_RULE.replace("{family}1", "{family}2")
    three = GOOD_RULE.replace("{family}1", "{family}3") + "since = 2028\n"
    folder = write_plugin("pack", GOOD_RULE + two + three + YEARS)
    ruleset = load_plugins([folder], only=["pack"]).ruleset

    assert difference(ruleset.rules, 2026, 2027) == [("PACK1", "changed"), ("PACK2", "removed")]
    assert difference(ruleset.rules, 2027, 2028) == [("PACK3", "added")]
    assert difference(ruleset.rules, 2027, 2029) == [("PACK1", "changed"), ("PACK3", "added")]
    assert [rule.id for rule in ruleset.for_template("small", 2026)] == ["PACK1", "PACK2"]
    assert [rule.id for rule in ruleset.for_template("small", 2030)] == ["PACK1", "PACK3"]
    before, after = ruleset.rule("PACK1", 2026), ruleset.rule("PACK1", 2027)
    assert (before.severity, after.severity) == (Severity.HARD, Severity.SOFT)
    assert before.until == 2026
    assert after.spec["check"] == "teachers.full_time < staff.total"
    assert ruleset.rule("PACK1").title == "更名"
    assert ruleset.rule("PACK1").severity is Severity.SOFT  # changes add up


def test_choosing_rules(write_plugin: WritePlugin) -> None:
    """By id, start of an id, family or plugin; a word that names nothing is an error."""
    two = GOOD_RULE.replace("{family}1", "{family}2")
    folder = write_plugin("pack", GOOD_RULE + two)
    ruleset = load_plugins([folder], only=["pack"]).ruleset
    assert ruleset.select(["PACK1"]).chosen == {"PACK1"}
    assert ruleset.select(["pack"], ["PACK2"]).chosen == {"PACK1"}
    chosen = ruleset.select((), ["FORM"]).chosen
    assert chosen == {"PACK1", "PACK2"}
    with pytest.raises(KeyError):
        ruleset.select(["NOPE"])


def test_a_changed_manifest_is_read_again(write_plugin: WritePlugin) -> None:
    """The cache goes by the content, whatever the time stamp says."""
    folder = write_plugin("pack")
    assert load_manifest(folder / "plugin.toml").rules[0].title == "专任教师不多于教职工"
    path = folder / "plugin.toml"
    path.write_text(path.read_text("utf-8").replace("不多于", "不超过了"), "utf-8")
    assert load_manifest(path).rules[0].title == "专任教师不超过了教职工"


def test_the_second_time_nothing_is_parsed_or_checked(
    write_plugin: WritePlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_plugin("pack") / "plugin.toml"
    first = load_manifest(path)
    monkeypatch.setattr(toml_files, "parse_text", lambda *given: pytest.fail("parsed again"))
    assert load_manifest(path) == first


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    monkeypatch.delenv("CHECKER_NO_CACHE", raising=False)
    monkeypatch.setenv("CHECKER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_many_may_write_the_cache_at_once(cache: Path, tmp_path: Path) -> None:
    """Processes of one folder run start together; every one of them reads the right thing."""
    path = tmp_path / "x.toml"
    path.write_text("".join(f"k{number} = {number}.25\n" for number in range(2000)))
    wrong: list[object] = []

    def read() -> None:
        for _ in range(20):
            document = toml_files.load(path)
            if len(document) != 2000 or str(document["k7"]) != "7.25":
                wrong.append(document)
            (cache / STORE_FILE).unlink(missing_ok=True)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert {path.name for path in cache.iterdir()} <= {STORE_FILE}


def test_the_cache_does_not_grow_for_ever(cache: Path, tmp_path: Path) -> None:
    """Entries of files that are long gone make room for new ones."""
    for number in range(450):
        path = tmp_path / f"{number}.toml"
        path.write_text(f"a = {number}\n")
        toml_files.load(path)
    _, kept = msgpack.decode((cache / STORE_FILE).read_bytes())
    assert 200 <= len(kept) <= 400
    assert toml_files.load(tmp_path / "449.toml") == {"a": 449}


def test_the_cache_can_be_forbidden(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKER_NO_CACHE", "1")
    path = tmp_path / "x.toml"
    path.write_text("a = 1\n")
    assert toml_files.load(path) == {"a": 1}
    assert not cache.exists()


def test_a_cache_that_cannot_be_written_is_no_trouble(cache: Path, tmp_path: Path) -> None:
    cache.write_text("a file, not a folder")
    path = tmp_path / "x.toml"
    path.write_text("a = 1\n")
    assert toml_files.load(path) == {"a": 1}


def test_syntax_errors_say_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("a = 1\nb = = 2\n")
    with pytest.raises(toml_files.TomlFileError, match="第 2 行第 5 列不是合法的 TOML"):
        toml_files.load(path)
    path.write_bytes("a = '中'".encode("gbk"))
    with pytest.raises(toml_files.TomlFileError, match="UTF-8"):
        toml_files.load(path)


def test_the_bundled_folder_is_the_one_of_this_project() -> None:
    folder = bundled_folder()
    assert folder is not None
    assert json.dumps([path.name for path in folder.glob("*/plugin.toml")])
