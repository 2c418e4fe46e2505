"""Settings of a folder of work: found upwards, and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.settings import BadSettings, Settings, allow, find_settings


@pytest.fixture(autouse=True)
def own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own settings folder, empty."""
    folder = tmp_path_factory.mktemp("own")
    monkeypatch.setenv("CHECKER_CONFIG_DIR", str(folder))
    return folder


def test_the_nearest_file_upwards_counts(tmp_path: Path) -> None:
    (tmp_path / "checker.toml").write_text('profile = "jiangxi"\nedition = 2026\n', "utf-8")
    inner = tmp_path / "收齐的表" / "一批"
    inner.mkdir(parents=True)
    settings = find_settings(inner)
    assert (settings.profile, settings.edition) == ("jiangxi", 2026)
    assert settings.path == str(tmp_path / "checker.toml")


def test_the_table_in_pyproject_counts_too(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.checker]\nignore = ["TEA2"]\n', "utf-8")
    assert find_settings(tmp_path).ignore == ("TEA2",)


def test_a_pyproject_without_the_table_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "checker.toml").write_text("mark = false\n", "utf-8")
    inner = tmp_path / "project"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[tool.other]\nx = 1\n", "utf-8")
    assert find_settings(inner).mark is False


def test_no_file_means_defaults(tmp_path: Path) -> None:
    assert find_settings(tmp_path) == Settings()


def test_paths_stand_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "checker.toml").write_text(
        'out = "结果"\nplugin_dirs = ["省"]\nprofile = "本县.toml"\n', "utf-8"
    )
    found = find_settings(tmp_path)
    assert (found.plugin_dirs, found.ignored) == ((), (str(tmp_path / "省"),))
    allow(tmp_path)
    settings = find_settings(tmp_path)
    assert settings.ignored == () and settings.out == str(tmp_path / "结果")
    assert settings.plugin_dirs == (str(tmp_path / "省"),)
    assert settings.profile == str(tmp_path / "本县.toml")


def test_the_users_own_settings_hold_where_no_others_do_and_their_plugins_everywhere(
    tmp_path: Path, own: Path
) -> None:
    (own / "checker.toml").write_text('profile = "jiangxi"\nplugin_dirs = ["mine"]\n', "utf-8")
    assert find_settings(tmp_path).profile == "jiangxi"
    (tmp_path / "checker.toml").write_text('edition = 2026\nplugin_dirs = ["theirs"]\n', "utf-8")
    settings = find_settings(tmp_path)
    assert (settings.profile, settings.edition) == (None, 2026)
    assert settings.plugin_dirs == (str(own / "mine"),)
    assert settings.ignored == (str(tmp_path / "theirs"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("profil = 'x'", "不认识的项 profil"),
        ("edition = 'x'", "edition"),
        ("edition = true", "edition"),
        ("select = 'TEA'", "select"),
        ("select = [1]", "select"),
        ("profile = 3", "profile"),
        ("mark = 'no'", "mark"),
        ("profile = ", "TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "checker.toml").write_text(text, "utf-8")
    with pytest.raises(BadSettings) as caught:
        find_settings(tmp_path)
    assert said in str(caught.value)
    assert "checker.toml" in str(caught.value)
