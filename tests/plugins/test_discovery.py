"""Where plugins are found: bundled, installed packages, folders; and what comes from where."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.plugins.discovery import BUNDLED, bundled, installed, named
from checker.plugins.loading import load_plugins

from .conftest import GOOD_RULE

WritePlugin = Callable[..., Path]


def test_the_bundled_families_are_found_and_say_where_they_come_from() -> None:
    found = {each.name: each.origin for each in bundled()}
    assert {"resources", "teachers", "finance", "buildings", "safety"} <= found.keys()
    assert set(found.values()) == {BUNDLED}


@pytest.fixture
def site(tmp_path: Path, write_plugin: WritePlugin, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site-packages folder with a package that announces a plugin, as pip would leave it."""
    site = tmp_path / "site"
    site.mkdir()
    write_plugin("preschool_rules", GOOD_RULE, "raise AssertionError", family="PRE", into=site)
    (site / "preschool_rules" / "__init__.py").write_text("raise AssertionError('imported')")
    info = site / "preschool_rules-2.1.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(
        "[console_scripts]\nx = y:z\n\n[checker.validators]\npreschool = preschool_rules\n"
    )
    monkeypatch.syspath_prepend(str(site))
    return site


def test_an_installed_package_is_found_without_importing_it(site: Path) -> None:
    """By its entry point; name and version of the package are kept for ``plugin list``."""
    (found,) = [each for each in installed() if each.name == "preschool"]
    assert found.folder == site / "preschool_rules"
    assert found.package == "preschool_rules"
    assert found.origin == "已安装的软件包 preschool_rules 2.1"
    assert "preschool_rules" not in sys.modules
    loaded = load_plugins(only=["preschool_rules"])
    assert [rule.id for rule in loaded.ruleset] == ["PRE1"]
    assert loaded.manifests[0].origin.startswith("已安装的软件包")
    assert "preschool_rules" not in sys.modules


def test_an_editable_installation_is_found_where_its_source_is(
    tmp_path: Path, write_plugin: WritePlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry point stands in one folder, the package in another."""
    source, site = tmp_path / "src", tmp_path / "site"
    write_plugin("elsewhere", GOOD_RULE, into=source)
    (source / "elsewhere" / "__init__.py").write_text("")
    info = site / "elsewhere-1.dist-info"
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text("[checker.validators]\nelsewhere = elsewhere\n")
    monkeypatch.syspath_prepend(str(source))
    monkeypatch.syspath_prepend(str(site))
    (found,) = [each for each in installed() if each.name == "elsewhere"]
    assert found.folder == source / "elsewhere"


def test_an_entry_point_to_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "ghost-1.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[checker.validators]\nghost = ghost_package\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    (error,) = load_plugins(only=["ghost"]).errors
    assert "找不到 ghost_package 的 plugin.toml" in error.message


def test_a_folder_may_be_a_plugin_or_hold_plugins(write_plugin: WritePlugin) -> None:
    one = write_plugin("one")
    write_plugin("two")
    assert [each.name for each in named(one)] == ["one"]
    assert [each.name for each in named(one.parent)] == ["one", "two"]


def test_only_the_named_plugins_run(write_plugin: WritePlugin) -> None:
    """--plugins restricts, bundled ones included."""
    write_plugin("one")
    folder = write_plugin("two").parent
    loaded = load_plugins([folder], only=["two", "resources"])
    assert {manifest.id for manifest in loaded.manifests} == {"two", "resources"}
    assert loaded.errors == ()


def test_deleting_a_family_removes_it_and_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two bundled folders are gone: the others load as before."""
    import shutil

    from checker.plugins import discovery

    original = discovery.bundled_folder()
    assert original is not None
    copy = tmp_path / "validators"
    shutil.copytree(original, copy)
    shutil.rmtree(copy / "teachers")
    shutil.rmtree(copy / "buildings")
    monkeypatch.setattr(discovery, "bundled_folder", lambda: copy)
    loaded = load_plugins()
    assert loaded.errors == ()
    families = {rule.family for rule in loaded.ruleset}
    assert "TEA" not in families
    assert "BLD" not in families
    assert {"RES", "FIN", "SAF"} <= families


def test_a_package_in_the_folder_one_works_in_is_found_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found before is remembered, but that folder changes all the time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    assert [each.name for each in installed() if each.name == "here"] == []
    info = tmp_path / "here-1.0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[checker.validators]\nhere = here_package\n")
    (tmp_path / "here_package").mkdir()
    (tmp_path / "here_package" / "plugin.toml").write_text("")
    (found,) = [each for each in installed() if each.name == "here"]
    assert found.folder == tmp_path / "here_package"


def test_a_named_folder_stands_in_for_the_installed_copy(
    site: Path, write_plugin: WritePlugin
) -> None:
    """Who installed the wheel of a plugin can go on working on its folder; one line says so."""
    rule = GOOD_RULE.replace("专任教师不多于教职工", "新写的")
    work = write_plugin("preschool_rules", rule, family="PRE")
    loaded = load_plugins([work], only=["preschool_rules"])
    assert loaded.errors == ()
    assert [rule.title for rule in loaded.ruleset] == ["新写的"]
    (notice,) = loaded.notices
    assert notice == (
        f"插件 preschool_rules 用的是文件夹 {work}，不是已安装的软件包 preschool_rules 2.1。"
    )
    assert load_plugins([], only=["preschool_rules"]).notices == ()


def test_a_foreign_plugin_cannot_switch_an_official_one_off(write_plugin: WritePlugin) -> None:
    """One bad wheel: what comes with the program stays, the other is refused and named."""
    thief = write_plugin("thief", GOOD_RULE, family="TEA")
    twin = write_plugin("teachers", GOOD_RULE, family="TWI")
    loaded = load_plugins([thief, twin])
    assert {manifest.id for manifest in loaded.manifests} >= {"teachers", "resources", "safety"}
    told = {error.plugin: error for error in loaded.errors}
    assert told.keys() == {"thief", "teachers"}
    assert "规则编号 TEA1 与程序自带的插件 teachers" in told["thief"].message
    assert "自带的照常使用，这个插件没有启用" in told["thief"].message
    assert told["teachers"].where == str(twin / "plugin.toml")
    assert loaded.ruleset.rule("TEA1").plugin == "teachers"
